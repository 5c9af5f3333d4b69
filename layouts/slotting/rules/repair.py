"""Units without a place put others out of theirs, until all have one: a walk that remembers who was put out often."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.slotting.rules.placing import NOISE, Flat, State, put, take

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

MOST_TRIED = 48
"""Locations that a unit without a place looks at before it puts others out of one of them."""
MOST_OUT = 64
"""No more units than this are put out at once."""


@njit(cache=True)
def repair(flat: Flat, state: State, waiting: Ints, cost: Floats, steps: int, seed: int) -> Ints:
    """Place the `waiting` units in at most `steps` steps; those still without a place come back.

    In each step one of them, by chance, takes the place where those in its way cost least, and these wait in turn;
    each time a unit is put out its `cost` (U,), which is changed, rises by 1. `seed` starts the generator xorshift
    (Marsaglia 2003), written out so that plain Python draws the same numbers.
    """
    units = len(flat.may)
    queue = np.empty(units + 1, np.int64)
    size = len(waiting)
    queue[:size] = waiting
    out, best = np.empty(MOST_OUT, np.int64), np.empty(MOST_OUT, np.int64)
    kinds = flat.may.shape[1]
    drawn = seed % 2147483647 + 1
    for _ in range(steps):
        if size == 0:
            break
        drawn = _next(drawn)
        row = drawn % size
        unit = queue[row]
        count = 0
        for kind in range(kinds):
            if flat.may[unit, kind]:
                count += flat.kind_start[kind + 1] - flat.kind_start[kind]
        found, price, out_of_it, ties = -1, np.inf, 0, 1
        for turn in range(min(count, MOST_TRIED)):
            drawn = _next(drawn)
            rank = turn if count <= MOST_TRIED else drawn % count
            place = _place_of_rank(flat, unit, rank)
            needed, its = in_the_way(flat, state, unit, place, cost, out)
            if needed < 0 or its > price:
                continue
            drawn = _next(drawn)
            ties = ties + 1 if its == price else 1
            if drawn % ties == 0:
                found, price, out_of_it = place, its, needed
                best[:needed] = out[:needed]
            if price == 0:
                break
        if found < 0:
            continue
        size -= 1
        queue[row] = queue[size]
        for other in best[:out_of_it]:
            take(flat, state, other)
            cost[other] += 1.0
            queue[size] = other
            size += 1
        put(flat, state, unit, found)
    return queue[:size].copy()


@njit(cache=True)
def _next(drawn: int) -> int:
    """A whole number of 32 bits, never 0, from the one before it: xorshift with 13, 17, 5."""
    drawn ^= (drawn << 13) & 0xFFFFFFFF
    drawn ^= drawn >> 17
    drawn ^= (drawn << 5) & 0xFFFFFFFF
    return drawn


@njit(cache=True)
def _place_of_rank(flat: Flat, unit: int, rank: int) -> int:
    """The location of that rank among those whose kind the unit may be in."""
    for kind in range(flat.may.shape[1]):
        if flat.may[unit, kind]:
            size = flat.kind_start[kind + 1] - flat.kind_start[kind]
            if rank < size:
                return int(flat.places[flat.kind_start[kind] + rank])
            rank -= size
    return -1


@njit(cache=True)
def in_the_way(flat: Flat, state: State, unit: int, place: int, cost: Floats, out: Ints) -> tuple[int, float]:
    """How many units, written to `out`, must leave for `unit` to have `place`, and what that costs; −1 if none can.

    Of a group that is too full those leave first that cost least for what they free.
    """
    if not flat.may[unit, flat.kind[place]]:
        return -1, np.inf
    capacities = len(flat.use)
    size, price = 0, 0.0
    for row in range(len(flat.of_unit)):
        own, its = flat.of_unit[row, unit], flat.group[capacities + row, place]
        if own < 0 or its < 0:
            continue
        group = flat.first[capacities + row] + its
        for near in flat.near[flat.near_start[group] : flat.near_start[group + 1]]:
            other = state.head[near]
            while other >= 0:
                if flat.apart[row, own, flat.of_unit[row, other]] and not _is_in(out, size, other):
                    if flat.held[other] or size == len(out):
                        return -1, np.inf
                    out[size] = other
                    size += 1
                    price += cost[other]
                other = state.after[capacities + row, other]
    for row in range(capacities):
        if flat.group[row, place] < 0:
            continue
        group = flat.first[row] + flat.group[row, place]
        over = state.load[group] + flat.use[row, unit] - flat.most[group] - NOISE
        for one in range(size):
            leaver = out[one]
            its = flat.group[row, state.at[leaver]]
            if its >= 0 and flat.first[row] + its == group:
                over -= flat.use[row, leaver]
        while over > 0:
            best, worth = -1, np.inf
            other = state.head[group]
            while other >= 0:
                freed = min(flat.use[row, other], over)
                is_free = freed > 0 and not flat.held[other] and not _is_in(out, size, other)
                if is_free and cost[other] / freed < worth:
                    best, worth = other, cost[other] / freed
                other = state.after[row, other]
            if best < 0 or size == len(out):
                return -1, np.inf
            out[size] = best
            size += 1
            price += cost[best]
            over -= flat.use[row, best]
    return size, price


@njit(cache=True)
def _is_in(out: Ints, size: int, unit: int) -> bool:
    return bool((out[:size] == unit).any())
