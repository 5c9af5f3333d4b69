"""Which class a location's velocity is of: the same before and after a plan, in every picture and viewer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from layouts.report.heat_scale import HeatScale, heat_scale
from layouts.slotting.pictures.velocity_map import VelocityMap
from spatial.facility import Facility, Location

Face = tuple[str, int, int]
"""A column of locations over each other: rack, bay and position."""


@dataclass(frozen=True, kw_only=True)
class VelocityScales:
    """`single` is that of locations, `face` that of all locations over each other, which a view from above sees."""

    single: HeatScale | None
    face: HeatScale | None


def velocity_scales(facility: Facility, found: VelocityMap) -> VelocityScales:
    """Scales that hold what is picked before and after."""
    sums = [np.array([*face_visits(facility, found, after=after).values()]) for after in (False, True)]
    singles = [
        np.array([row.visits_before for row in found.locations]),
        np.array([row.visits_after for row in found.locations]),
    ]
    return VelocityScales(single=heat_scale(singles), face=heat_scale(sums))


def face_of(place: Location) -> Face:
    """Its column of locations."""
    return place.rack, place.bay, place.position


def face_visits(facility: Facility, found: VelocityMap, *, after: bool) -> Mapping[Face, float]:
    """Visits to every face of the facility, all levels together."""
    visits = {row.location: row.visits_after if after else row.visits_before for row in found.locations}
    total: dict[Face, float] = {}
    for place in facility.locations:
        face = face_of(place)
        total[face] = total.get(face, 0.0) + visits.get(place.id, 0.0)
    return total


def edges_of(scale: HeatScale | None) -> Sequence[float]:
    """The edges of a scale; none where nothing is picked."""
    return () if scale is None else scale.edges
