"""The legs that carry a deck: slender things under it that reach up to its underside."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from shapely import Polygon

from scans.recognition.levels.storeys import Storey
from spatial.facility import Obstacle

_SIZE_M = 0.6  # with its foot and head plates
_SHORT_M, _LONG_M = 0.35, 0.15
"""A leg's top is hidden behind the beams under the deck, and told to a bin of heights."""


def with_legs(obstacles: Sequence[Obstacle], storeys: Sequence[Storey]) -> tuple[Obstacle, ...]:
    """`obstacles`, the legs among them told as such and ending at the underside of the deck that they carry."""
    return tuple(_told(thing, storeys) for thing in obstacles)


def _told(thing: Obstacle, storeys: Sequence[Storey]) -> Obstacle:
    gap_m = _gap_m(thing, storeys)
    is_slender = max(np.ptp(np.array(thing.footprint), axis=0)) < _SIZE_M
    if gap_m is None or not is_slender or not -_LONG_M < gap_m - thing.z1_m < _SHORT_M:
        return thing
    return replace(thing, kind="mezzanine_leg", movable=False, z1_m=round(gap_m, 4))


def _gap_m(thing: Obstacle, storeys: Sequence[Storey]) -> float | None:
    """From the floor that a thing stands on to the underside of the lowest deck over it; None under the roof."""
    middle = Polygon(thing.footprint).centroid
    own = next(storey for storey in storeys if storey.id == thing.level)
    floor_m = float(own.hall.floor.heights(np.array([[middle.x, middle.y]]))[0])
    decks = [storey.platform for storey in storeys if storey.platform is not None]
    gaps = [deck.underside_m - floor_m for deck in decks if deck.outline.contains(middle)]
    return min((gap for gap in gaps if gap > 0), default=None)
