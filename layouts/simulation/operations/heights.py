"""How high agents with a lift work; people on foot reach what they pick, from the floor up."""

from __future__ import annotations

from collections.abc import Mapping

from spatial.facility import Facility
from spatial.locations import tier_span

HAND_REACH_M = 1.8
"""Up to here a standing person picks; what stands on a higher beam is worked at its height."""


def working_heights(facility: Facility) -> Mapping[str, float]:
    """For each location the metres to lift by: where its loads stand, or 0 within a hand's reach."""
    racks = {rack.id: rack for rack in facility.racks}
    spans: dict[tuple[str, int], float] = {}
    heights = {}
    for place in facility.locations:
        key = (place.rack, place.tier)
        if key not in spans:
            bottom_m = tier_span(racks[place.rack], place.tier)[0]
            spans[key] = bottom_m if bottom_m > HAND_REACH_M else 0.0
        heights[place.id] = spans[key]
    return heights
