"""Quick pricing: local search over single batches for some that are worth more than they cost.

From each seed, the addition, removal or exchange of an order that lowers the reduced cost (length less the duals
of the members) most, until none does.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.tours.batching.orders import Memo, Orders, measured, recalled
from layouts.tours.batching.pool import Pool, keep
from layouts.tours.batching.tour_lengths import CompiledTours


@njit(cache=True)
def price_quickly(
    orders: Orders,
    tours: CompiledTours,
    memo: Memo,
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
    size, key, group, capacity = orders.size, orders.key, orders.group, orders.capacity
    number = len(size)
    members, trial = np.zeros(number, np.int64), np.zeros(number, np.int64)
    bits = np.zeros_like(orders.bits[0])
    inside = np.zeros(number, np.bool_)
    found_count = 0
    for seed in seeds:
        inside[:] = False
        count, load, mark, worth_m = 0, 0.0, 0, batch_dual_m
        for order in seed:
            if order < number:
                members[count] = order
                inside[order] = True
                count += 1
                load += size[order]
                mark ^= key[order]
                worth_m += dual_m[order]
        length_m = _length(orders, tours, memo, mark, members, count, -1, -1, trial, bits)
        while True:
            best_out, best_into, lowest_m = -1, -1, length_m - worth_m - 1e-7
            for out in range(count):
                gone = members[out] if out > 0 else -1
                room, rest, rest_worth_m = capacity - load, mark, worth_m
                if gone >= 0:
                    room += size[gone]
                    rest ^= key[gone]
                    rest_worth_m -= dual_m[gone]
                rest_m = _length(orders, tours, memo, rest, members, count, gone, -1, trial, bits)
                if rest_m - rest_worth_m < lowest_m:
                    best_out, best_into, lowest_m = out, -1, rest_m - rest_worth_m
                for into in range(number):
                    # tours seldom become shorter by one more order
                    if rest_m - rest_worth_m - dual_m[into] >= lowest_m or inside[into] or not in_play[into]:
                        continue
                    if size[into] > room or group[into] != group[members[0]]:
                        continue
                    whole = rest ^ key[into]
                    whole_m = _length(orders, tours, memo, whole, members, count, gone, into, trial, bits)
                    reduced_m = whole_m - rest_worth_m - dual_m[into]
                    if reduced_m < lowest_m:
                        best_out, best_into, lowest_m = out, into, reduced_m
            if best_out < 0:
                break
            if best_out > 0:
                gone = members[best_out]
                inside[gone] = False
                count -= 1
                members[best_out] = members[count]
                load -= size[gone]
                mark ^= key[gone]
                worth_m -= dual_m[gone]
            if best_into >= 0:
                inside[best_into] = True
                members[count] = best_into
                count += 1
                load += size[best_into]
                mark ^= key[best_into]
                worth_m += dual_m[best_into]
            length_m = lowest_m + worth_m
        if length_m - worth_m < limit_m:
            row = keep(pool, members, count, length_m)
            if row >= 0:
                found[found_count] = row
                found_count += 1
    return found_count


@njit(cache=True)
def _length(
    orders: Orders,
    tours: CompiledTours,
    memo: Memo,
    mark: int,
    members: npt.NDArray[np.int64],
    count: int,
    gone: int,
    into: int,
    trial: npt.NDArray[np.int64],
    bits: npt.NDArray[np.int64],
) -> float:
    """Metres of the tour for `members[:count]` without `gone` and with `into`, −1 for none, who have that mark."""
    length_m: float = recalled(memo, mark)
    if length_m < 0.0:
        kept = 0
        for at in range(count):
            if members[at] != gone:
                trial[kept] = members[at]
                kept += 1
        if into >= 0:
            trial[kept] = into
            kept += 1
        length_m = measured(orders, tours, memo, mark, trial, kept, bits)
    return length_m
