"""Which location of a hall each row of a list is at."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from layouts.addresses.findings import Listed
from layouts.addresses.places import levels_of
from layouts.addresses.scheme import Scheme
from spatial.errors import BadDataError
from spatial.facility import Facility

NEAR_M = 1.5
"""A row further than this from the middle of every location is at none of them."""


def locations_of(facility: Facility, listed: Sequence[Listed], scheme: Scheme) -> dict[str, int]:
    """Which row, by its index in `listed`, is at a location, by id; the first where several are.

    A row without a height is at the nearest location of the level that its address says in `scheme`.
    """
    known = {location.id for location in facility.locations}
    found: dict[str, int] = {}
    for row, one in enumerate(listed):
        if one.location in known and one.location is not None:
            found.setdefault(one.location, row)
    placed = [(row, one) for row, one in enumerate(listed) if one.location is None and one.at is not None]
    if not placed or not facility.locations:
        return found
    everywhere = np.array([location.center for location in facility.locations])
    at = np.array([one.at for _, one in placed])
    high = ~np.isnan(at[:, 2])
    nearest = np.full(len(at), -1)
    nearest[high] = _nearest(everywhere, np.arange(len(everywhere)), at[high])
    for level, index in _by_level(facility).items():
        flat = [i for i in np.flatnonzero(~high).tolist() if _level(scheme, placed[i][1].address) == level]
        nearest[flat] = _nearest(everywhere[:, :2], index, at[flat, :2])
    for (row, _), near in zip(placed, nearest.tolist(), strict=True):
        if near >= 0:
            found.setdefault(facility.locations[near].id, row)
    return found


def _nearest(
    everywhere: npt.NDArray[np.float64], index: npt.NDArray[np.int64], at: npt.NDArray[np.float64]
) -> npt.NDArray[np.int64]:
    """For each of `at` (N, D) which of the places at `index` is the nearest; -1 where none is near."""
    if not len(at):
        return np.zeros(0, np.int64)
    away_m, near = cKDTree(everywhere[index]).query(at)
    return np.where(away_m <= NEAR_M, index[near], -1)


def _by_level(facility: Facility) -> Mapping[int, npt.NDArray[np.int64]]:
    levels: dict[int, list[int]] = defaultdict(list)
    for index, level in enumerate(levels_of(facility).values()):
        levels[level].append(index)
    return {level: np.array(index) for level, index in levels.items()}


def _level(scheme: Scheme, address: str) -> int:
    """The level of an address, counted from 0; -1 of none."""
    field = scheme.field("level")
    try:
        numbers = scheme.parse(address)
        return 0 if field is None else field.count(numbers["level"])
    except (BadDataError, ValueError):
        return -1
