"""Which colour a location's velocity has: the same classes before and after a plan, in every viewer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from layouts.report.heat_scale import HeatScale, heat_scale
from layouts.slotting.velocity_map import VelocityMap
from spatial.facility import Facility, Location


@dataclass(frozen=True, kw_only=True)
class VelocityScales:
    """`single` is that of locations, `face` that of all locations over each other, which a view from above sees."""

    single: HeatScale | None
    face: HeatScale | None


def velocity_scales(facility: Facility, found: VelocityMap) -> VelocityScales:
    """Scales that hold what is picked before and after."""
    faces = {place.id: face_of(place) for place in facility.locations}
    sums = [_sums(found, faces, after=after) for after in (False, True)]
    singles = [
        np.array([row.visits_before for row in found.locations]),
        np.array([row.visits_after for row in found.locations]),
    ]
    return VelocityScales(single=heat_scale(singles), face=heat_scale(sums))


def face_of(place: Location) -> tuple[str, int, int]:
    """Its column of locations."""
    return place.rack, place.bay, place.position


def _sums(
    found: VelocityMap, faces: Mapping[str, tuple[str, int, int]], *, after: bool
) -> npt.NDArray[np.float64]:
    total: dict[tuple[str, int, int], float] = {}
    for row in found.locations:
        face = faces.get(row.location)
        if face is not None:
            total[face] = total.get(face, 0.0) + (row.visits_after if after else row.visits_before)
    return np.array([*total.values()], np.float64)


def edges_of(scale: HeatScale | None) -> Sequence[float]:
    """The edges of a scale; none where nothing is picked."""
    return () if scale is None else scale.edges
