"""The legs that carry a deck: slender things under it that reach up to its underside."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from shapely import Polygon

from spatial.facility import Level, Obstacle
from spatial.floor.decks import DECK_M, ground_area

_SIZE_M = 0.6  # with its foot and head plates
_SHORT_M, _LONG_M = 0.35, 0.15
"""A leg's top is hidden behind the beams under the deck, and told to a bin of heights."""


def with_legs(obstacles: Sequence[Obstacle], levels: Sequence[Level]) -> tuple[Obstacle, ...]:
    """`obstacles`, the legs among them told as such and ending at the underside of the deck that they carry.

    `levels` tell by `deck_m` how thick their decks are; the one without is the ground.
    """
    return tuple(_told(thing, levels) for thing in obstacles)


def _told(thing: Obstacle, levels: Sequence[Level]) -> Obstacle:
    gap_m = _gap_m(thing, levels)
    is_slender = max(np.ptp(np.array(thing.footprint), axis=0)) < _SIZE_M
    if gap_m is None or not is_slender or not -_LONG_M < gap_m - thing.z1_m < _SHORT_M:
        return thing
    # rounded down: a leg that reaches into its deck is refused by layouts
    return replace(thing, kind="mezzanine_leg", movable=False, z1_m=math.floor(1e4 * gap_m) / 1e4)


def _gap_m(thing: Obstacle, levels: Sequence[Level]) -> float | None:
    """From the level that a thing stands on to the underside of the lowest deck over it; None under the roof."""
    middle = Polygon(thing.footprint).centroid
    base_m = next(level.elevation_m for level in levels if level.id == thing.level)
    decks = [level for level in levels if DECK_M in level.extra and ground_area(level).contains(middle)]
    gaps = [level.elevation_m - level.extra[DECK_M] - base_m for level in decks]
    return min((gap for gap in gaps if gap > 0), default=None)
