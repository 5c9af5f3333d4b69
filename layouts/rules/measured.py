"""Heights above the floor, and how exactly lengths are known that tell no sigma of their own."""

from __future__ import annotations

from layouts.rules.finding import UNKNOWN, Known, exactly
from layouts.rules.limits import Limits
from spatial.facility import Facility, Level, Rack


def sigma_of(facility: Facility, sigma_m: float, limits: Limits) -> float:
    """A length's own sigma; measured without one, that of the limits; planned, 0."""
    return sigma_m if sigma_m > 0 or facility.kind == "planned" else limits.as_built_sigma_m


def roof_height(facility: Facility, level: Level, limits: Limits) -> Known:
    """The roof above the level's floor: as the limits say, else the highest wall; unknown without either."""
    if limits.roof_m is not None:
        return exactly(limits.roof_m)
    walls = [wall for wall in facility.walls if wall.level == level.id]
    if not walls:
        return UNKNOWN
    highest = max(walls, key=lambda wall: wall.height_m)
    return exactly(highest.height_m, sigma_of(facility, highest.sigma_m, limits))


def base_above_floor(rack: Rack, level: Level) -> float:
    """How high a rack's base stands above its level; its tiers count from there."""
    return rack.base_z_m - level.elevation_m
