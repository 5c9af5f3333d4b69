"""Heights above the floor, and how exactly lengths are known that tell no sigma of their own."""

from __future__ import annotations

from layouts.rules.limits import Limits
from spatial.facility import Facility, Level, Rack, Wall


def sigma_of(facility: Facility, sigma_m: float, limits: Limits) -> float:
    """A length's own sigma; measured without one, that of the limits; planned, 0."""
    return sigma_m if sigma_m > 0 or facility.kind == "planned" else limits.as_built_sigma_m


def size_sigma(facility: Facility, wall: Wall, limits: Limits) -> float:
    """Sigma of a wall's height and openings. Its own tells how exactly its line is known; measured sizes are known
    no better than the limits say.
    """
    return max(wall.sigma_m, sigma_of(facility, 0.0, limits))


def base_above_floor(rack: Rack, level: Level) -> float:
    """How high a rack's base stands above its level; its tiers count from there."""
    return rack.base_z_m - level.elevation_m
