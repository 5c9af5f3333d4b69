"""Which location of a hall each row of a list is at."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.spatial import cKDTree

from layouts.addresses.findings import Listed
from spatial.facility import Facility

NEAR_M = 1.5
"""A row further than this from the middle of every location is at none of them."""


def locations_of(facility: Facility, listed: Sequence[Listed]) -> dict[str, int]:
    """Which row, by its index in `listed`, is at a location, by id; the first where several are."""
    known = {location.id for location in facility.locations}
    found: dict[str, int] = {}
    for row, one in enumerate(listed):
        if one.location in known and one.location is not None:
            found.setdefault(one.location, row)
    placed = [(row, one.at) for row, one in enumerate(listed) if one.location is None and one.at is not None]
    if placed and facility.locations:
        tree = cKDTree([location.center for location in facility.locations])
        distance_m, nearest = tree.query(np.array([at for _, at in placed]))
        for (row, _), away_m, index in zip(
            placed, np.atleast_1d(distance_m), np.atleast_1d(nearest), strict=True
        ):
            if away_m <= NEAR_M:
                found.setdefault(facility.locations[index].id, row)
    return found
