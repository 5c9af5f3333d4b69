"""What stands where: whether evidence is of the building, of racks, or of what they carry and what moves about."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from scans.recognition.racks.blocks import RackBlock, axes_of
from scans.registration.alias_evidence import KINDS, KindNamer
from scans.registration.alias_rows import is_within
from spatial.facility import Column, Facility, Rack, Wall
from spatial.locations import world_from_rack
from spatial.poses import transform_points

WALL_M, COLUMN_M = 0.2, 0.1
_PART_M = 0.05  # a point this near to a frame or beam is of it
_RACK_M = 0.15
_BLOCK_M = 0.4  # a block is found by its body; what leans out of it is a load too
_WALL, _COLUMN, _RACK, _LOAD, _OBSTACLE, _SURFACE = (
    np.int8(KINDS.index(kind)) for kind in ("wall", "column", "rack", "load", "obstacle", "surface")
)


def kinds_from_facility(facility: Facility) -> KindNamer:
    """Names kinds by a facility in the same frame: walls and columns, frames and beams, loads in racks, and else
    obstacles.
    """

    def name(places: npt.NDArray[np.float64]) -> npt.NDArray[np.int8]:
        kind = np.full(len(places), _OBSTACLE)
        for rack in facility.racks:
            _name_rack(kind, places, rack)
        for column in facility.columns:
            kind[_is_in_column(places, column)] = _COLUMN
        for wall in facility.walls:
            kind[_is_at_wall(places, wall)] = _WALL
        return kind

    return name


def _is_in_column(places: npt.NDArray[np.float64], column: Column) -> npt.NDArray[np.bool_]:
    uv = (places[:, :2] - column.center) @ axes_of(column.yaw_rad).T
    return np.asarray((np.abs(uv) < np.divide(column.size_m, 2) + COLUMN_M).all(1))


def _is_at_wall(places: npt.NDArray[np.float64], wall: Wall) -> npt.NDArray[np.bool_]:
    along = np.subtract(wall.p1, wall.p0)
    u, v = ((places[:, :2] - wall.p0) @ axes_of(math.atan2(along[1], along[0])).T).T
    return np.asarray((np.abs(v) < WALL_M) & (u > -WALL_M) & (u < np.hypot(*along) + WALL_M))


def _name_rack(kind: npt.NDArray[np.int8], places: npt.NDArray[np.float64], rack: Rack) -> None:
    """Mark those of `places` (N, 3) that are in the row: at a frame or a beam, else a load."""
    reach = math.hypot(rack.length_m, rack.depth_m) / 2 + _RACK_M
    near = np.flatnonzero(np.abs(places[:, :2] - rack.center).max(1) < reach)
    u, v, w = transform_points(np.linalg.inv(world_from_rack(rack)).astype(np.float64), places[near]).T
    inside = (u > -_RACK_M) & (u < rack.length_m + _RACK_M) & (np.abs(v) < rack.depth_m / 2 + _RACK_M)
    is_load = np.zeros(len(near), np.bool_)
    for bay in rack.bays:
        is_load |= (u > bay.offset_m + _PART_M) & (u < bay.offset_m + bay.width_m - _PART_M)
    for tier in rack.tiers:
        is_load &= (w < tier.z_m - tier.beam_height_m - _PART_M) | (w > tier.z_m + _PART_M)
    kind[near[inside]] = np.where(is_load[inside], _LOAD, _RACK)


def kinds_from_blocks(blocks: Sequence[RackBlock]) -> KindNamer:
    """Names what is in the blocks a load, for it may be one, and the rest a surface."""

    def name(places: npt.NDArray[np.float64]) -> npt.NDArray[np.int8]:
        return np.where(is_within(blocks, places, _BLOCK_M), _LOAD, _SURFACE).astype(np.int8)

    return name
