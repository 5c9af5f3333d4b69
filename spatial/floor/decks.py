"""What hangs over a floor of a hall of several levels: the decks above it, and what reaches in from other levels."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely

from spatial.errors import BadDataError
from spatial.facility import Facility, Level, Obstacle

DECK_M = "deck_m"
"""The further field of a level that tells how thick its deck is, metres."""

LEG_GAP_M = 1.0
"""A leg that ends so close under a level carries it: its top is the deck's underside."""

ROUNDING_M = 1e-6
"""Heights that differ by less are the same."""


@dataclass(frozen=True, kw_only=True)
class Deck:
    """A level over another one: `area` is where it hangs, with no lower deck between.

    `gap_m` is from floor to floor; `thickness_m` what is known of the deck, None where nothing is.
    """

    level: Level
    area: shapely.Geometry
    gap_m: float
    thickness_m: float | None

    @property
    def clear_m(self) -> float:
        """From the floor to its underside; a deck of which nothing is known takes no height."""
        return self.gap_m - (self.thickness_m or 0.0)

    def is_over(self, height_m: float) -> bool:
        """Whether who is so tall fits under it."""
        return self.clear_m >= height_m - ROUNDING_M


def decks_over(facility: Facility, ground: Level) -> tuple[Deck, ...]:
    """The decks over `ground`, the lowest first, each where it is the lowest; BadDataError as `deck_thickness_m`.

    Levels without an outline, and those that no part of `ground` lies under, are none.
    """
    uncovered = ground_area(ground)
    found = []
    above = (level for level in facility.levels if level.elevation_m > ground.elevation_m)
    for level in sorted(above, key=lambda each: each.elevation_m):
        area = shapely.intersection(ground_area(level), uncovered)
        if area.area > 0:
            gap_m = level.elevation_m - ground.elevation_m
            thickness_m = deck_thickness_m(facility, level)
            found.append(Deck(level=level, area=area, gap_m=gap_m, thickness_m=thickness_m))
            uncovered = shapely.difference(uncovered, area)
    return tuple(found)


def deck_thickness_m(facility: Facility, level: Level) -> float | None:
    """As the level tells by `deck_m`, else as the legs under it show (their median); None where neither does.

    Raises BadDataError for a `deck_m` that is no thickness.
    """
    told = level.extra.get(DECK_M)
    if told is not None:
        if isinstance(told, bool) or not isinstance(told, int | float) or not 0 <= told < math.inf:
            raise BadDataError(
                f"level '{level.id}' of facility '{facility.id}' has {DECK_M} {told!r}: expected metres, 0 or more"
            )
        return float(told)
    gaps = list(_leg_gaps(facility, level))
    return float(np.median(gaps)) if gaps else None


def ground_area(level: Level) -> shapely.Geometry:
    """Where one can stand on a level: its outline less its holes; empty where nothing is known of it."""
    if len(level.outline) < 3:
        return shapely.Polygon()
    holes = [shapely.make_valid(shapely.Polygon(hole)) for hole in level.holes if len(hole) >= 3]
    return shapely.difference(shapely.make_valid(shapely.Polygon(level.outline)), shapely.union_all(holes))


def reaching_in(facility: Facility, ground: Level, step_m: float, height_m: float) -> Iterator[Obstacle]:
    """Obstacles of other levels with a part between `step_m` and `height_m` above the floor of `ground`."""
    elevation = {level.id: level.elevation_m - ground.elevation_m for level in facility.levels}
    for obstacle in facility.obstacles:
        if obstacle.level != ground.id and obstacle.level in elevation and len(obstacle.footprint) >= 3:
            base = elevation[obstacle.level]
            low_m, high_m = base + obstacle.z0_m, base + obstacle.z1_m
            if low_m < height_m - ROUNDING_M and high_m > step_m:
                yield obstacle


def _leg_gaps(facility: Facility, level: Level) -> Iterator[float]:
    """How far under the level each leg below it ends."""
    base = {each.id: each.elevation_m for each in facility.levels if each.elevation_m < level.elevation_m}
    area = ground_area(level)
    for leg in facility.obstacles:
        if leg.kind == "mezzanine_leg" and leg.level in base and len(leg.footprint) >= 3:
            gap_m = round(level.elevation_m - base[leg.level] - leg.z1_m, 6)
            if 0 <= gap_m <= LEG_GAP_M and area.intersects(shapely.Polygon(leg.footprint)):
                yield gap_m
