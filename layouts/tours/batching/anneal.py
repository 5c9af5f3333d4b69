"""Simulated annealing over batchings: orders change places between two batches, again and again.

A move takes one or two orders of one batch and none, one or two of another, and exchanges them where both fit.
It is accepted by Metropolis' rule (Kirkpatrick et al. 1983), colder with every move. Every batch that is ever
accepted enters a pool, from which set partitioning then takes the best combination. All randomness comes in as
`draws`, so that compiled and plain Python agree.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.tours.batching.tour_lengths import CompiledTours, tour_length

DRAWS = 6
"""Random numbers a move: an order, another, how many move, the second of each side, acceptance."""


class Orders(NamedTuple):
    """What the kernel knows of N orders: `size` (N,), `group` (N,), `bits` (N, A, W), and the capacity."""

    size: npt.NDArray[np.float64]
    group: npt.NDArray[np.int64]
    bits: npt.NDArray[np.int64]
    capacity: float


class State(NamedTuple):
    """A batching: `batch_of` (N,); of each of B slots `members` (B, N), `held` (B,) of them, `load`, `length_m`."""

    batch_of: npt.NDArray[np.int64]
    members: npt.NDArray[np.int64]
    held: npt.NDArray[np.int64]
    load: npt.NDArray[np.float64]
    length_m: npt.NDArray[np.float64]


class Pool(NamedTuple):
    """Distinct batches: `members` (P, K) padded with N, `length_m` (P,), `used` (1,) of them.

    `slot` (H,) is a hash table over the batches by the sum of their members' `key` (N,).
    """

    members: npt.NDArray[np.int16]
    length_m: npt.NDArray[np.float64]
    mark: npt.NDArray[np.int64]
    used: npt.NDArray[np.int64]
    slot: npt.NDArray[np.int64]
    key: npt.NDArray[np.int64]


@njit(cache=True)
def anneal(
    orders: Orders,
    tours: CompiledTours,
    state: State,
    pool: Pool,
    draws: npt.NDArray[np.float64],
    hot_m: float,
    cold_m: float,
) -> npt.NDArray[np.int64]:
    """A move a row of `draws` (M, 6), from temperature `hot_m` to `cold_m`; the best `batch_of` met (N,)."""
    number = len(orders.size)
    now = state.length_m.sum()
    best_m, best = now, state.batch_of.copy()
    fresh, other = np.zeros(number, np.int64), np.zeros(number, np.int64)
    bits = np.zeros(orders.bits.shape[1:], np.int64)
    cooling = (cold_m / hot_m) ** (1.0 / len(draws))
    heat = hot_m
    for draw in draws:
        heat *= cooling
        one, two = int(draw[0] * number), int(draw[1] * (number + 1))
        p = state.batch_of[one]
        if two == number:
            q = _empty(state)
            if q < 0:
                continue
        else:
            q = state.batch_of[two]
        if p == q or (state.held[q] > 0 and orders.group[one] != orders.group[two]):
            continue
        out, back = 1 + int(draw[2] * 6) % 2, int(draw[2] * 3)
        if state.held[q] == 0:
            back = 0
        second = _another(state, p, one, draw[3]) if out == 2 else -1
        fourth = _another(state, q, two, draw[4]) if back == 2 else -1
        if back == 0:
            two = -1
        moved = _size(orders, one) + _size(orders, second) - _size(orders, two) - _size(orders, fourth)
        if state.load[q] + moved > orders.capacity or state.load[p] - moved > orders.capacity:
            continue
        kept = _exchanged(state, p, one, second, two, fourth, fresh)
        held = _exchanged(state, q, two, fourth, one, second, other)
        p_m = _length(orders, tours, fresh, kept, bits)
        q_m = _length(orders, tours, other, held, bits)
        worse = p_m + q_m - state.length_m[p] - state.length_m[q]
        if worse > 0 and draw[5] >= math.exp(-worse / heat):
            continue
        _put(orders, state, p, fresh, kept, p_m)
        _put(orders, state, q, other, held, q_m)
        keep(pool, fresh, kept, p_m)
        keep(pool, other, held, q_m)
        now += worse
        if now < best_m - 1e-9:
            best_m = now
            best[:] = state.batch_of
    return best


@njit(cache=True)
def keep(pool: Pool, members: npt.NDArray[np.int64], count: int, length_m: float) -> int:
    """The row of a batch in the pool, where it is added if new; −1 for an empty one and when the pool is full."""
    if count == 0:
        return -1
    mark = 0
    for at in range(count):
        mark ^= pool.key[members[at]]
    place = mark % len(pool.slot)
    while pool.slot[place] >= 0:
        if pool.mark[pool.slot[place]] == mark:
            known: int = pool.slot[place]
            return known
        place = (place + 1) % len(pool.slot)
    row: int = pool.used[0]
    if row == len(pool.length_m):
        return -1
    pool.slot[place] = row
    pool.mark[row] = mark
    pool.length_m[row] = length_m
    for at in range(count):
        pool.members[row, at] = members[at]
    pool.used[0] += 1
    return row


@njit(cache=True)
def load_state(orders: Orders, tours: CompiledTours, batch_of: npt.NDArray[np.int64], state: State) -> None:
    """Fill `state` with a batching (N,)."""
    bits = np.zeros(orders.bits.shape[1:], np.int64)
    state.held[:] = 0
    state.load[:] = 0.0
    state.length_m[:] = 0.0
    for order in range(len(batch_of)):
        batch = batch_of[order]
        state.batch_of[order] = batch
        state.members[batch, state.held[batch]] = order
        state.held[batch] += 1
        state.load[batch] += orders.size[order]
    for batch in range(len(state.held)):
        if state.held[batch] > 0:
            state.length_m[batch] = _length(orders, tours, state.members[batch], state.held[batch], bits)


@njit(cache=True)
def _length(
    orders: Orders,
    tours: CompiledTours,
    members: npt.NDArray[np.int64],
    count: int,
    bits: npt.NDArray[np.int64],
) -> float:
    bits[:] = 0
    for at in range(count):
        order = members[at]
        for aisle in range(bits.shape[0]):
            for word in range(bits.shape[1]):
                bits[aisle, word] |= orders.bits[order, aisle, word]
    length_m: float = tour_length(tours, bits)
    return length_m


@njit(cache=True)
def _size(orders: Orders, order: int) -> float:
    return 0.0 if order < 0 else orders.size[order]


@njit(cache=True)
def _empty(state: State) -> int:
    for batch in range(len(state.held)):
        if state.held[batch] == 0:
            return batch
    return -1


@njit(cache=True)
def _another(state: State, batch: int, order: int, draw: float) -> int:
    """Another order of that batch, −1 where there is none."""
    if state.held[batch] < 2:
        return -1
    other = state.members[batch, int(draw * state.held[batch])]
    return -1 if other == order else other


@njit(cache=True)
def _exchanged(
    state: State, batch: int, out: int, out_too: int, into: int, into_too: int, members: npt.NDArray[np.int64]
) -> int:
    count = 0
    for at in range(state.held[batch]):
        order = state.members[batch, at]
        if order not in (out, out_too):
            members[count] = order
            count += 1
    for order in (into, into_too):
        if order >= 0:
            members[count] = order
            count += 1
    return count


@njit(cache=True)
def _put(
    orders: Orders, state: State, batch: int, members: npt.NDArray[np.int64], count: int, length_m: float
) -> None:
    state.held[batch] = count
    state.length_m[batch] = length_m
    load = 0.0
    for at in range(count):
        state.members[batch, at] = members[at]
        state.batch_of[members[at]] = batch
        load += orders.size[members[at]]
    state.load[batch] = load
