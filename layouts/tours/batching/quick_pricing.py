"""Quick pricing: local search over single batches for some that are worth more than they cost.

From each seed, the addition, removal or exchange of an order that lowers the reduced cost (length less the duals
of the members) most, until none does.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.tours.batching.anneal import Orders, Pool, keep
from layouts.tours.batching.tour_lengths import CompiledTours, tour_length


@njit(cache=True)
def price_quickly(
    orders: Orders,
    tours: CompiledTours,
    pool: Pool,
    in_play: npt.NDArray[np.bool_],
    dual_m: npt.NDArray[np.float64],
    batch_dual_m: float,
    limit_m: float,
    seeds: npt.NDArray[np.int16],
    found: npt.NDArray[np.int64],
) -> int:
    """Improve every row of `seeds` (S, K) by orders `in_play` (N,); its first member always stays.

    The pool rows of results with a reduced cost below `limit_m` go to `found` (S,). Returns how many.
    """
    number = len(orders.size)
    members = np.zeros(number, np.int64)
    inside = np.zeros(number, np.bool_)
    rest, whole = np.zeros_like(orders.bits[0]), np.zeros_like(orders.bits[0])
    found_count = 0
    for seed in seeds:
        inside[:] = False
        count = 0
        for order in seed:
            if order < number:
                members[count] = order
                inside[order] = True
                count += 1
        best_m = (
            _remainder(orders, members, count, -1, dual_m, rest) - batch_dual_m + tour_length(tours, rest)
        )
        while True:
            load = 0.0
            for at in range(count):
                load += orders.size[members[at]]
            best_out, best_into, lowest_m = -1, -1, best_m - 1e-7
            for out in range(count):
                gone = members[out] if out > 0 else -1
                room = orders.capacity - load
                if gone >= 0:
                    room += orders.size[gone]
                known_m = _remainder(orders, members, count, gone, dual_m, rest) - batch_dual_m
                if gone >= 0 and known_m + tour_length(tours, rest) < lowest_m:
                    best_out, best_into, lowest_m = out, -1, known_m + tour_length(tours, rest)
                for into in range(number):
                    if inside[into] or not in_play[into] or orders.size[into] > room:
                        continue
                    if orders.group[into] != orders.group[members[0]]:
                        continue
                    for aisle in range(len(rest)):
                        for word in range(rest.shape[1]):
                            whole[aisle, word] = rest[aisle, word] | orders.bits[into, aisle, word]
                    reduced_m = known_m - dual_m[into] + tour_length(tours, whole)
                    if reduced_m < lowest_m:
                        best_out, best_into, lowest_m = out, into, reduced_m
            if best_out < 0:
                break
            best_m = lowest_m
            if best_out > 0:
                inside[members[best_out]] = False
                count -= 1
                members[best_out] = members[count]
            if best_into >= 0:
                inside[best_into] = True
                members[count] = best_into
                count += 1
        if best_m < limit_m:
            length_m = best_m + batch_dual_m
            for at in range(count):
                length_m += dual_m[members[at]]
            row = keep(pool, members, count, length_m)
            if row >= 0:
                found[found_count] = row
                found_count += 1
    return found_count


@njit(cache=True)
def _remainder(
    orders: Orders,
    members: npt.NDArray[np.int64],
    count: int,
    gone: int,
    dual_m: npt.NDArray[np.float64],
    bits: npt.NDArray[np.int64],
) -> float:
    """Fill `bits` with the places of the members but `gone`; less their duals."""
    bits[:] = 0
    worth_m = 0.0
    for at in range(count):
        if members[at] != gone:
            worth_m -= dual_m[members[at]]
            for aisle in range(len(bits)):
                for word in range(bits.shape[1]):
                    bits[aisle, word] |= orders.bits[members[at], aisle, word]
    return worth_m
