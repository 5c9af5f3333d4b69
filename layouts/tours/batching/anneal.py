"""Simulated annealing over batchings: orders change places between two batches, again and again.

A move takes one or two orders of one batch and none, one or two of another, and exchanges them where both fit.
It is accepted by Metropolis' rule (Kirkpatrick et al. 1983), colder with every move. Every batch that is ever
accepted enters a pool, from which set partitioning then takes the best combination; half of it is left for those
that pricing finds. All randomness comes in as `draws`, so that compiled and plain Python agree.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.tours.batching.orders import Memo, Orders, gather, measured, recalled
from layouts.tours.batching.pool import Pool, keep
from layouts.tours.batching.tour_lengths import CompiledTours, tour_length

DRAWS = 6
"""Random numbers a move: an order, another, how many move, the second of each side, acceptance."""


class State(NamedTuple):
    """A batching: `batch_of` (N,); of each of B slots `members` (B, N), `held` (B,) of them, `load`, `mark` and
    `length_m`.
    """

    batch_of: npt.NDArray[np.int64]
    members: npt.NDArray[np.int64]
    held: npt.NDArray[np.int64]
    load: npt.NDArray[np.float64]
    mark: npt.NDArray[np.int64]
    length_m: npt.NDArray[np.float64]


@njit(cache=True)
def anneal(
    orders: Orders,
    tours: CompiledTours,
    memo: Memo,
    state: State,
    pool: Pool,
    draws: npt.NDArray[np.float64],
    hot_m: float,
    cold_m: float,
    best: npt.NDArray[np.int64],
    best_m: float,
) -> float:
    """A move a row of `draws` (M, 6), from temperature `hot_m` to `cold_m`; metres of the best batching met.

    `best` (N,) of `best_m` metres is overwritten by what is shorter; `state` is left where the last move led.
    """
    size, key, group, capacity = orders.size, orders.key, orders.group, orders.capacity
    batch_of, members, held = state.batch_of, state.members, state.held
    load, mark, length_m = state.load, state.mark, state.length_m
    number = len(size)
    now_m = length_m.sum()
    fresh, other = np.zeros(number, np.int64), np.zeros(number, np.int64)
    bits = np.zeros_like(orders.bits[0])
    cooling = (cold_m / hot_m) ** (1.0 / len(draws))
    heat_m = hot_m
    for move in range(len(draws)):
        heat_m *= cooling
        one, two = int(draws[move, 0] * number), int(draws[move, 1] * (number + 1))
        p, q = batch_of[one], _empty(held) if two == number else batch_of[two]
        if p == q or q < 0 or (held[q] > 0 and group[one] != group[two]):
            continue
        shape = int(draws[move, 2] * 6)
        back = 0 if held[q] == 0 else shape // 2
        second = members[p, int(draws[move, 3] * held[p])] if shape % 2 == 1 else one
        fourth = members[q, int(draws[move, 4] * held[q])] if back == 2 else two
        moved, swap = size[one], key[one]
        if second != one:
            moved += size[second]
            swap ^= key[second]
        if back > 0:
            moved -= size[two]
            swap ^= key[two]
            if fourth != two:
                moved -= size[fourth]
                swap ^= key[fourth]
        else:
            two = fourth = -1
        if load[q] + moved > capacity or load[p] - moved > capacity:
            continue
        p_mark, q_mark = mark[p] ^ swap, mark[q] ^ swap
        p_m, q_m = recalled(memo, p_mark), recalled(memo, q_mark)
        if p_m < 0.0:
            kept = _exchanged(members[p], held[p], one, second, two, fourth, fresh)
            p_m = measured(orders, tours, memo, p_mark, fresh, kept, bits)
        if q_m < 0.0:
            kept = _exchanged(members[q], held[q], two, fourth, one, second, other)
            q_m = measured(orders, tours, memo, q_mark, other, kept, bits)
        worse_m = p_m + q_m - length_m[p] - length_m[q]
        if worse_m > 0 and draws[move, 5] >= math.exp(-worse_m / heat_m):
            continue
        kept = _exchanged(members[p], held[p], one, second, two, fourth, fresh)
        joined = _exchanged(members[q], held[q], two, fourth, one, second, other)
        _put(orders, state, p, fresh, kept, p_mark, p_m)
        _put(orders, state, q, other, joined, q_mark, q_m)
        if 2 * pool.used[0] < len(pool.length_m):
            keep(pool, fresh, kept, p_m)
            keep(pool, other, joined, q_m)
        now_m += worse_m
        if now_m < best_m - 1e-9:
            best_m = now_m
            best[:] = batch_of
    return best_m


@njit(cache=True)
def load_state(orders: Orders, tours: CompiledTours, batch_of: npt.NDArray[np.int64], state: State) -> None:
    """Fill `state` with a batching (N,)."""
    bits = np.zeros_like(orders.bits[0])
    state.held[:] = 0
    state.load[:] = 0.0
    state.mark[:] = 0
    state.length_m[:] = 0.0
    for order in range(len(batch_of)):
        batch = batch_of[order]
        state.batch_of[order] = batch
        state.members[batch, state.held[batch]] = order
        state.held[batch] += 1
        state.load[batch] += orders.size[order]
        state.mark[batch] ^= orders.key[order]
    for batch in range(len(state.held)):
        if state.held[batch] > 0:
            gather(orders, state.members[batch], state.held[batch], bits)
            state.length_m[batch] = tour_length(tours, bits)


@njit(cache=True)
def _empty(held: npt.NDArray[np.int64]) -> int:
    for batch in range(len(held)):
        if held[batch] == 0:
            return batch
    return -1


@njit(cache=True)
def _exchanged(
    batch: npt.NDArray[np.int64],
    held: int,
    out: int,
    out_too: int,
    into: int,
    into_too: int,
    members: npt.NDArray[np.int64],
) -> int:
    """Fill `members` with those of `batch[:held]` after an exchange, and say how many; −1 stands for no order."""
    count = 0
    for at in range(held):
        order = batch[at]
        if order not in (out, out_too):
            members[count] = order
            count += 1
    if into >= 0:
        members[count] = into
        count += 1
        if into_too != into:
            members[count] = into_too
            count += 1
    return count


@njit(cache=True)
def _put(
    orders: Orders,
    state: State,
    batch: int,
    members: npt.NDArray[np.int64],
    count: int,
    mark: int,
    length_m: float,
) -> None:
    load = 0.0
    for at in range(count):
        state.members[batch, at] = members[at]
        state.batch_of[members[at]] = batch
        load += orders.size[members[at]]
    state.held[batch] = count
    state.load[batch] = load
    state.mark[batch] = mark
    state.length_m[batch] = length_m
