"""Which storey an element stands in: the one it says, unless its height says otherwise."""

from __future__ import annotations

from collections.abc import Sequence

from layouts.drawings.ifc.plans import Solid
from layouts.drawings.ifc.raw_model import RawStorey

BELOW_M = 0.5
"""An element may begin this far below its storey's floor: foundations, sunk thresholds."""

FLOOR_M = 0.3
"""A slab whose top is this near the storey's elevation is its floor."""


def storey_of(solid: Solid, storeys: Sequence[RawStorey]) -> RawStorey:
    """The storey of a solid; `storeys` (at least one) are sorted by elevation.

    It is the one that contains it in the file, as long as the solid reaches above that floor and begins below
    the next one. Otherwise it is the highest one that the solid does not begin far below.
    """
    own = next((i for i, each in enumerate(storeys) if each.step == solid.element.storey), None)
    if own is not None:
        higher = [
            each.elevation_m for each in storeys if each.elevation_m > storeys[own].elevation_m + BELOW_M
        ]
        begins_below_next = not higher or solid.z0_m < min(higher) - BELOW_M
        if solid.z1_m > storeys[own].elevation_m and begins_below_next:
            return storeys[own]
    below = [
        each for each in storeys if each.elevation_m <= solid.z0_m + BELOW_M and each.elevation_m < solid.z1_m
    ]
    return below[-1] if below else storeys[0]


def storey_of_slab(
    top_m: float, element_storey: int | None, storeys: Sequence[RawStorey]
) -> RawStorey | None:
    """The storey whose floor a slab with this top is; None for one that is no storey's floor.

    Its own storey comes first, then the nearest: some programs keep a ceiling in the storey below it.
    """
    near = [each for each in storeys if abs(each.elevation_m - top_m) <= FLOOR_M]
    own = [each for each in near if each.step == element_storey]
    return min(own or near, key=lambda each: abs(each.elevation_m - top_m), default=None)
