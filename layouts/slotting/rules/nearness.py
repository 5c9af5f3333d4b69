"""Groups of locations, and which groups are near each other: by what they share, or by how far they are apart."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import chain
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from layouts.slotting.rules.settings import By
from layouts.slotting.rules.slot_locations import SlotLocation
from spatial.errors import BadDataError

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

MOST_NEAR = 60_000_000
"""Pairs of locations that are near each other: 480 MB."""
SAME_M = 1e-9


class Near(NamedTuple):
    """Arrays of a Conflict: `group` (L,), and the groups near each, itself among them."""

    group: Ints
    near_start: Ints
    near: Ints


def near_by(locations: Sequence[SlotLocation], by: By, where: Bools) -> Near:
    """Locations are near if they are one, or share a bay, rack or aisle; those outside `where` (L,) have no group.

    A rack between two aisles is in both, so its group is near those of either.
    """
    if by == "aisle":
        return _by_aisles(locations, where)
    keys: list[tuple[object, ...]] = [
        {"location": (place.id,), "bay": (place.rack, place.bay), "rack": (place.rack,)}[by]
        for place in locations
    ]
    group, count = _numbered(keys, where)
    return Near(group, np.arange(count + 1), np.arange(count))


def _by_aisles(locations: Sequence[SlotLocation], where: Bools) -> Near:
    sets = [place.aisles for place in locations]
    group, count = _numbered(sets, where)
    in_aisle: dict[str, set[int]] = defaultdict(set)
    aisles: list[tuple[str, ...]] = [()] * count
    for number, names in zip(group.tolist(), sets, strict=True):
        if number >= 0 and not aisles[number]:
            aisles[number] = names
            for name in names:
                in_aisle[name].add(number)
    near = [sorted(set().union(*(in_aisle[name] for name in names))) for names in aisles]
    return Near(
        group, _starts([len(each) for each in near]), np.array([*chain.from_iterable(near)], np.int64)
    )


def near_within(locations: Sequence[SlotLocation], metres: float, where: Bools) -> Near:
    """Locations are near if their centres are less than `metres` apart; those outside `where` (L,) have no group.

    Raises BadDataError where so many are near each other that they do not fit into memory.
    """
    chosen = np.flatnonzero(where)
    group = np.full(len(locations), -1)
    group[chosen] = np.arange(len(chosen))
    if len(chosen) == 0:
        return Near(group, np.zeros(1, np.int64), np.zeros(0, np.int64))
    tree = cKDTree(np.array([locations[place].center for place in chosen.tolist()]))
    reach = max(metres - SAME_M, 0.0)
    count = int(tree.count_neighbors(tree, reach))
    if count > MOST_NEAR:
        raise BadDataError(
            f"rules: within {metres:g} m of each other are {count} pairs of locations, more than {MOST_NEAR}: "
            "keep the classes apart by bay, rack or aisle, or name the locations that accept them"
        )
    pairs = tree.query_pairs(reach, output_type="ndarray").astype(np.int64)
    itself = np.arange(len(chosen))
    one = np.concatenate((itself, pairs[:, 0], pairs[:, 1]))
    other = np.concatenate((itself, pairs[:, 1], pairs[:, 0]))
    order = np.lexsort((other, one))
    return Near(group, _starts(np.bincount(one, minlength=len(chosen))), other[order])


def _numbered(keys: Sequence[tuple[object, ...]], where: Bools) -> tuple[Ints, int]:
    numbers: dict[tuple[object, ...], int] = {}
    group = [
        numbers.setdefault(key, len(numbers)) if inside else -1
        for key, inside in zip(keys, where.tolist(), strict=True)
    ]
    return np.array(group, np.int64), len(numbers)


def _starts(counts: Sequence[int] | Ints) -> Ints:
    return np.concatenate(([0], np.cumsum(np.asarray(counts, np.int64))))
