"""Where an addressable place lies in its rack row.

A row's own frame has u along `yaw_rad`, v to the left of it and w up, with its origin at the row's start:
u = 0 at centre − length/2, v = 0 in the middle of the depth, w = 0 at `base_z_m`.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from spatial.facility import Point3, Rack
from spatial.poses import Matrix4, pose_from_xyz_yaw, transform_points

DEFAULT_CLEAR_HEIGHT_M = 1.2
"""Height given to the places on top of a rack whose openings tell nothing about the loads it carries."""


def world_from_rack(rack: Rack) -> Matrix4:
    """The pose (4, 4) of the row's own frame, metres."""
    half = rack.length_m / 2
    return pose_from_xyz_yaw(
        rack.center[0] - half * math.cos(rack.yaw_rad),
        rack.center[1] - half * math.sin(rack.yaw_rad),
        rack.base_z_m,
        rack.yaw_rad,
    )


def tier_span(rack: Rack, tier: int) -> tuple[float, float]:
    """Heights above `base_z_m`, in metres, between which a load on `tier` can stand.

    Tier 0 stands on the floor and tier n on `tiers[n - 1]`. The top tier is open above: it gets what is left
    of the uprights, or the height of the opening below it where that is more.
    """
    bottom = rack.tiers[tier - 1].z_m if tier else 0.0
    if tier < len(rack.tiers):
        above = rack.tiers[tier]
        return bottom, max(bottom, above.z_m - above.beam_height_m)
    below = tier_span(rack, tier - 1) if tier else (0.0, DEFAULT_CLEAR_HEIGHT_M)
    return bottom, max(rack.height_m, bottom + below[1] - below[0])


def location_box(
    rack: Rack, bay: int, tier: int, position: int = 1, positions: int = 1
) -> tuple[Point3, Point3]:
    """Centre (x, y, z) in the world and size (along u, along v, up) of one place, metres.

    The bay's clear opening is shared evenly by `positions` places, counted from 1 along the row's yaw.
    Raises ValueError when the rack has no such bay or tier, or the bay no such position.
    """
    _check_index("bay", bay, 0, len(rack.bays) - 1, rack)
    _check_index("tier", tier, 0, len(rack.tiers), rack)
    _check_index("position", position, 1, positions, rack)
    opening = rack.bays[bay]
    width = opening.width_m / positions
    bottom, top = tier_span(rack, tier)
    middle = (opening.offset_m + (position - 0.5) * width, 0.0, (bottom + top) / 2)
    center: npt.NDArray[np.float64] = transform_points(world_from_rack(rack), [middle])[0]
    return (float(center[0]), float(center[1]), float(center[2])), (width, rack.depth_m, top - bottom)


def _check_index(name: str, value: int, low: int, high: int, rack: Rack) -> None:
    if not low <= value <= high:
        raise ValueError(f"{name} {value} is outside {low} … {high} of rack {rack.id!r}")
