"""Units put into and taken out of locations, compiled: what fits, what is in the way, and a legal place for all.

What a unit may not exceed and what it may not be near are two uses of the same thing, groupings of the locations;
each knows the units in each of its groups. The same source runs as plain Python with NUMBA_DISABLE_JIT=1.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.slotting.hard_rules import HardRules

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

NOISE = 1e-9


class Flat(NamedTuple):
    """A capacities and X conflicts as arrays: groupings (A + X, L), whose groups count from `first` (A + X + 1,).

    `near[near_start[g]:near_start[g + 1]]` are the groups near g, empty for groups of capacities. `places` are the
    locations by kind, those of kind k from `kind_start[k]`. `held` (U,) are units that are never put out.
    """

    kind: Ints
    may: Bools
    group: Ints
    first: Ints
    use: Floats
    most: Floats
    of_unit: Ints
    apart: Bools
    near_start: Ints
    near: Ints
    kind_start: Ints
    places: Ints
    held: Bools


class State(NamedTuple):
    """Where units are, `at` (U,); the load of each group; and the units of each group as a list, `head` and links."""

    at: Ints
    load: Floats
    head: Ints
    after: Ints
    before: Ints


def flat_rules(rules: HardRules, may: Bools, held: Bools) -> Flat:
    """The rules for the kernels; `may` (U, K)."""
    units, locations = len(may), len(rules.kind)
    groupings = [each.group for each in rules.capacities] + [each.group for each in rules.conflicts]
    sizes = [*(len(each.most) for each in rules.capacities)]
    sizes += [len(each.near_start) - 1 for each in rules.conflicts]
    first = np.concatenate(([0], np.cumsum(np.array(sizes, np.int64)))).astype(np.int64)
    classes = max((len(each.apart) for each in rules.conflicts), default=1)
    apart = np.zeros((len(rules.conflicts), classes, classes), np.bool_)
    counts, near = [np.zeros(int(first[len(rules.capacities)]), np.int64)], [np.zeros(0, np.int64)]
    for row, each in enumerate(rules.conflicts):
        apart[row, : len(each.apart), : len(each.apart)] = each.apart
        counts.append(np.diff(each.near_start))
        near.append(each.near + first[len(rules.capacities) + row])
    kinds = may.shape[1]
    return Flat(
        kind=rules.kind,
        may=may,
        group=np.array(groupings, np.int64).reshape(-1, locations),
        first=first,
        use=np.array([each.use for each in rules.capacities], np.float64).reshape(-1, units),
        most=np.concatenate([np.zeros(0), *(each.most for each in rules.capacities)]),
        of_unit=np.array([each.of_unit for each in rules.conflicts], np.int64).reshape(-1, units),
        apart=apart,
        near_start=np.concatenate(([0], np.cumsum(np.concatenate(counts)))).astype(np.int64),
        near=np.concatenate(near),
        kind_start=np.concatenate(([0], np.cumsum(np.bincount(rules.kind, minlength=kinds)))).astype(
            np.int64
        ),
        places=np.argsort(rules.kind, kind="stable"),
        held=held,
    )


def nobody_placed(flat: Flat) -> State:
    """All units nowhere."""
    groupings, units = len(flat.group), len(flat.may)
    return State(
        at=np.full(units, -1),
        load=np.zeros(len(flat.most)),
        head=np.full(int(flat.first[-1]), -1),
        after=np.full((groupings, units), -1),
        before=np.full((groupings, units), -1),
    )


@njit(cache=True)
def put(flat: Flat, state: State, unit: int, place: int) -> None:
    """Put a unit that is nowhere into a place."""
    state.at[unit] = place
    capacities = len(flat.use)
    for row in range(len(flat.group)):
        if flat.group[row, place] < 0:
            continue
        if row >= capacities and flat.of_unit[row - capacities, unit] < 0:
            continue
        group = flat.first[row] + flat.group[row, place]
        if row < capacities:
            state.load[group] += flat.use[row, unit]
        first = state.head[group]
        state.after[row, unit], state.before[row, unit] = first, -1
        if first >= 0:
            state.before[row, first] = unit
        state.head[group] = unit


@njit(cache=True)
def take(flat: Flat, state: State, unit: int) -> None:
    """Take a unit out of its place."""
    place = state.at[unit]
    state.at[unit] = -1
    capacities = len(flat.use)
    for row in range(len(flat.group)):
        if flat.group[row, place] < 0:
            continue
        if row >= capacities and flat.of_unit[row - capacities, unit] < 0:
            continue
        group = flat.first[row] + flat.group[row, place]
        if row < capacities:
            state.load[group] -= flat.use[row, unit]
        ahead, behind = state.before[row, unit], state.after[row, unit]
        if ahead >= 0:
            state.after[row, ahead] = behind
        else:
            state.head[group] = behind
        if behind >= 0:
            state.before[row, behind] = ahead


@njit(cache=True)
def fits(flat: Flat, state: State, unit: int, place: int) -> bool:
    """Whether a unit that is nowhere may be in a place, with the others as they are."""
    if not flat.may[unit, flat.kind[place]]:
        return False
    capacities = len(flat.use)
    for row in range(capacities):
        if flat.group[row, place] >= 0:
            group = flat.first[row] + flat.group[row, place]
            if state.load[group] + flat.use[row, unit] > flat.most[group] + NOISE:
                return False
    for row in range(len(flat.of_unit)):
        own, its = flat.of_unit[row, unit], flat.group[capacities + row, place]
        if own < 0 or its < 0:
            continue
        group = flat.first[capacities + row] + its
        for near in flat.near[flat.near_start[group] : flat.near_start[group + 1]]:
            other = state.head[near]
            while other >= 0:
                if flat.apart[row, own, flat.of_unit[row, other]]:
                    return False
                other = state.after[capacities + row, other]
    return True


@njit(cache=True)
def place_all(flat: Flat, state: State, order: Ints, kinds: Ints, hint: Ints) -> Ints:
    """Put the units of `order`, one after the other, where they fit first; those that fit nowhere come back.

    A unit tries the kind `hint` (U,) first, −1 for none, then `kinds` (K,) in turn. Places that hold nobody more are
    passed by once and for all.
    """
    capacities = len(flat.use)
    least = np.zeros(capacities)
    for row in range(capacities):
        least[row] = flat.use[row].min() if flat.use.shape[1] > 0 else 0.0
    open_places = flat.places.copy()
    end = flat.kind_start[1:].copy()
    left = np.empty(len(order), np.int64)
    size = 0
    for unit in order:
        found = -1
        for turn in range(-1, len(kinds)):
            kind = hint[unit] if turn < 0 else kinds[turn]
            if kind < 0 or not flat.may[unit, kind]:
                continue
            row = flat.kind_start[kind]
            while row < end[kind] and found < 0:
                place = open_places[row]
                if _is_full(flat, state, least, place):
                    end[kind] -= 1
                    open_places[row] = open_places[end[kind]]
                elif fits(flat, state, unit, place):
                    found = place
                else:
                    row += 1
            if found >= 0:
                break
        if found >= 0:
            put(flat, state, unit, found)
        else:
            left[size] = unit
            size += 1
    return left[:size].copy()


@njit(cache=True)
def _is_full(flat: Flat, state: State, least: Floats, place: int) -> bool:
    for row in range(len(flat.use)):
        if flat.group[row, place] >= 0:
            group = flat.first[row] + flat.group[row, place]
            if state.load[group] + least[row] > flat.most[group] + NOISE:
                return True
    return False
