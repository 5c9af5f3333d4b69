"""What is overhead: the deck of the level above, or else the roof."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import shapely

from layouts.rules.finding import UNKNOWN, Known, exactly
from layouts.rules.limits import Limits
from layouts.rules.measured import base_above_floor, sigma_of, size_sigma
from spatial.facility import Facility, Level
from spatial.floor.decks import Deck

OVERHANG_M2 = 0.01
"""What hangs over this much of a floor counts as being over it."""


@dataclass(frozen=True, kw_only=True)
class Ceiling:
    """What hangs `height` above a floor; `deck` is the level it belongs to, None for the roof."""

    height: Known
    deck: str | None = None
    is_thickness_known: bool = True

    @property
    def name(self) -> str:
        """What findings call it."""
        if self.deck is None:
            return "the roof"
        doubt = "" if self.is_thickness_known else ", whose thickness is not known"
        return f"the deck of level '{self.deck}'{doubt}"


def ceiling_over(
    facility: Facility, level: Level, decks: Iterable[Deck], footprint: shapely.Geometry, limits: Limits
) -> Ceiling:
    """The lowest of the `decks` over part of a footprint on the level, else the roof."""
    for deck in decks:
        if shapely.intersection(deck.area, footprint).area > OVERHANG_M2:
            return deck_ceiling(facility, deck, limits)
    return Ceiling(height=roof_height(facility, level, limits))


def deck_ceiling(facility: Facility, deck: Deck, limits: Limits) -> Ceiling:
    """A deck from below; one of unknown thickness takes between nothing and `thickest_deck_m` of the height."""
    sigma = sigma_of(facility, 0.0, limits)
    if deck.thickness_m is not None:
        return Ceiling(height=exactly(deck.clear_m, sigma), deck=deck.level.id)
    low = deck.gap_m - limits.thickest_deck_m
    height = Known(value=deck.gap_m, low=low, high=deck.gap_m, sigma=sigma)
    return Ceiling(height=height, deck=deck.level.id, is_thickness_known=False)


def roof_height(facility: Facility, level: Level, limits: Limits) -> Known:
    """The roof above the level's floor: as the limits say of the lowest floor, else the top of the highest wall of
    all levels; unknown without either.

    As built, a rack that stands higher than all walls shows that these do not tell the roof.
    """
    rise = {each.id: each.elevation_m - level.elevation_m for each in facility.levels}
    if limits.roof_m is not None:
        return exactly(limits.roof_m + min(rise.values()))
    walls = [(rise.get(wall.level, 0.0) + wall.height_m, wall) for wall in facility.walls]
    if not walls:
        return UNKNOWN
    top, highest = max(walls, key=lambda each: each[0])
    above = max((base_above_floor(rack, level) + rack.height_m for rack in facility.racks), default=0.0)
    if facility.kind == "as_built" and above > top:
        return UNKNOWN
    return exactly(top, size_sigma(facility, highest, limits))
