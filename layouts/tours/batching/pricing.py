"""Exact pricing: the batches that would shorten the batching at the current prices of the orders, or that none does.

Depth first over the orders by dual per size. A batch that extends S is at least as long as `floor_length` of S and
earns at most the duals of S and, for the room left, the best dual per size still to come (Dantzig 1957); where
the difference is not below the limit, the branch ends.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.tours.batching.orders import Orders
from layouts.tours.batching.pool import Pool, keep
from layouts.tours.batching.tour_lengths import CompiledTours, floor_length, is_own_floor, tour_length


@njit(cache=True)
def price(
    orders: Orders,
    tours: CompiledTours,
    pool: Pool,
    ranked: npt.NDArray[np.int64],
    dual_m: npt.NDArray[np.float64],
    batch_dual_m: float,
    limit_m: float,
    share: float,
    each: int,
    nodes: int,
    found: npt.NDArray[np.int64],
    lowest_m: npt.NDArray[np.float64],
) -> tuple[int, int]:
    """Find batches whose reduced cost (length less duals) is below `limit_m`; returns how many, and nodes visited.

    Their rows in the pool go to `found` (F,). `ranked` (R,) are the orders in play by falling dual per size.
    `lowest_m` (R,) becomes a lower bound, at most 0, on the reduced cost of the batches whose first order by rank
    is r, even where the search breaks off: at `nodes`, after `each` of one first order, or with a full `found` or
    pool. The limit follows the lowest reduced cost found times `share`; with 0 it stays.
    """
    number = len(ranked)
    depth_most = pool.members.shape[1]
    bits = np.zeros((depth_most + 1, *orders.bits.shape[1:]), np.int64)
    rank = np.full(depth_most + 1, -1)
    members = np.zeros(depth_most + 1, np.int64)
    load, dual, floor = np.zeros(depth_most + 1), np.zeros(depth_most + 1), np.zeros(depth_most + 1)
    density = np.zeros(number + 1)
    for at in range(number):
        density[at] = max(0.0, dual_m[ranked[at]] / orders.size[ranked[at]])
    dual[0] = batch_dual_m
    lowest_m[:] = 0.0
    own_floor = is_own_floor(tours)
    visited, count, depth, at = 0, 0, 0, 0
    ended, root_ended, root_count = False, False, 0
    while True:
        room = orders.capacity - load[depth]
        reach_m = np.inf
        if at < number:
            reach_m = floor[depth] - dual[depth] - room * density[at]
        if ended or root_ended or reach_m >= limit_m:
            if depth == 0:
                for later in range(at, number):
                    lowest_m[later] = min(0.0, floor[0] - dual[0] - room * density[later])
                break
            if ended or root_ended:
                lowest_m[rank[1]] = min(lowest_m[rank[1]], reach_m)
            at = rank[depth] + 1
            depth -= 1
            if depth == 0:
                root_ended, root_count = False, 0
            continue
        order = ranked[at]
        at += 1
        if orders.size[order] > room or (depth > 0 and orders.group[order] != orders.group[members[0]]):
            continue
        visited += 1
        ended = visited >= nodes
        for aisle in range(bits.shape[1]):
            for word in range(bits.shape[2]):
                bits[depth + 1, aisle, word] = bits[depth, aisle, word] | orders.bits[order, aisle, word]
        earned = dual[depth] + dual_m[order]
        least = floor_length(tours, bits[depth + 1])
        left = room - orders.size[order]
        if least - earned - left * density[at] >= limit_m:
            continue
        members[depth] = order
        depth += 1
        rank[depth], load[depth], dual[depth], floor[depth] = at - 1, orders.capacity - left, earned, least
        length_m = least if own_floor else tour_length(tours, bits[depth])
        if length_m - earned < limit_m:
            row = keep(pool, members, depth, length_m)
            if row >= 0:
                found[count] = row
                count += 1
                root_count += 1
                root_ended = root_count == each
            ended = ended or row < 0 or count == len(found)
            lowest_m[rank[1]] = min(lowest_m[rank[1]], length_m - earned)
            if share > 0.0:
                limit_m = min(limit_m, share * (length_m - earned))
    for at in range(number):
        lowest_m[at] = min(lowest_m[at], limit_m)
    return count, visited
