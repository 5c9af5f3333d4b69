"""Walls in a plan: a section through them, what is open in it, and the corners between them."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
import shapely

from spatial.facility import Wall
from spatial.meshes.boxes import make_boxes
from spatial.meshes.building_parts import DEFAULT_WALL_THICKNESS_M, outward_side, wall_boxes
from viewer.exports.plan_marks import Area, Place, Words, footprint

CUT_M = 1.2
"""The plan is a section at this height above the floor: what a wall has there is drawn solid."""


def wall_areas(wall: Wall, outline: shapely.Polygon) -> Iterator[Area]:
    """What the section cuts of a wall, and each opening in it."""
    side = outward_side(wall, outline)
    solid = wall_boxes(wall, 0, base_z=0.0, outward=side)
    for i in range(len(solid)):
        bottom = solid.center[i, 2] - solid.size[i, 2] / 2
        if bottom <= CUT_M < bottom + solid.size[i, 2] or wall.height_m <= CUT_M:
            yield Area(layer="wall", id=wall.id, points=footprint(solid, i))
    for opening in wall.openings:
        if opening.z0_m <= CUT_M < opening.z1_m:
            points = _opening(wall, side, opening.s0_m, opening.s1_m)
            yield Area(layer="door", id=opening.id, kind=opening.kind, points=points)


def corner_areas(walls: Sequence[Wall], outline: shapely.Polygon) -> Iterator[Area]:
    """What two walls that meet leave open between their bodies, when both stand outside of the floor."""
    bodies = [(wall, outward_side(wall, outline)) for wall in walls]
    for wall, side in bodies:
        for other, other_side in bodies:
            if wall.p1 == other.p0 and side and other_side:
                (x, y), (u, v), (s, t) = wall.p1, _outside(wall, side), _outside(other, other_side)
                if (u * t - v * s) * side < 0:  # a corner that points outwards
                    points = ((x, y), (x + u, y + v), (x + u + s, y + v + t), (x + s, y + t))
                    yield Area(layer="wall", id=wall.id, points=points)


def _outside(wall: Wall, side: float) -> Place:
    """From the inner face of a wall to its outer one."""
    reach = side * (wall.thickness_m or DEFAULT_WALL_THICKNESS_M) / (math.dist(wall.p0, wall.p1) or 1.0)
    return -(wall.p1[1] - wall.p0[1]) * reach, (wall.p1[0] - wall.p0[0]) * reach


def _opening(wall: Wall, side: float, s0: float, s1: float) -> list[Place]:
    thickness = wall.thickness_m or DEFAULT_WALL_THICKNESS_M
    length = math.dist(wall.p0, wall.p1) or 1.0
    ahead = np.subtract(wall.p1, wall.p0) / length
    left = np.array([-ahead[1], ahead[0]])
    middle = np.asarray(wall.p0) + (s0 + s1) / 2 * ahead + side * thickness / 2 * left
    box = make_boxes((*middle, 0.0), (s1 - s0, thickness, 1.0), math.atan2(ahead[1], ahead[0]))
    return footprint(box, 0)


def door_words(wall: Wall, outline: shapely.Polygon) -> Iterator[Words]:
    """Beside each opening, within the hall."""
    ahead = np.subtract(wall.p1, wall.p0) / (math.dist(wall.p0, wall.p1) or 1.0)
    left = np.array([-ahead[1], ahead[0]])
    side = outward_side(wall, outline) or 1.0
    for opening in wall.openings:
        if opening.z0_m <= CUT_M < opening.z1_m:
            middle = np.asarray(wall.p0) + (opening.s0_m + opening.s1_m) / 2 * ahead - 0.5 * side * left
            size = f"{opening.s1_m - opening.s0_m:.2f} × {opening.z1_m - opening.z0_m:.2f}"
            yield Words(
                layer="door",
                id=opening.id,
                text=f"{opening.id}  {size}",
                at=(float(middle[0]), float(middle[1])),
                yaw_rad=math.atan2(ahead[1], ahead[0]),
            )
