"""Columns, racks and obstacles of a facility from bodies in plan."""

from __future__ import annotations

import math

import numpy as np
import shapely

from layouts.drawings.ifc.plans import Solid, filled, ring
from layouts.drawings.ifc.roles import is_movable, obstacle_kind, rack_kind
from spatial.facility import Column, Obstacle, Point2, Rack

ROUND_M = 0.001
ROUND_CORNERS = 8
"""Outlines with this many corners, all as far from one middle to ROUND_M, are round."""


def column_of(solid: Solid, column_id: str, level: str, base_z_m: float) -> Column:
    """The upright: a round one by its diameter, any other by the smallest rectangle around it."""
    circle = _circle(solid.plan)
    if circle is not None:
        center, diameter = circle
        size, yaw = (diameter, diameter), 0.0
    else:
        center, size, yaw = _box(solid.plan)
    if circle is None and abs(yaw) > math.pi / 4 + 1e-9:
        size, yaw = (size[1], size[0]), yaw - math.copysign(math.pi / 2, yaw)
    return Column(
        id=column_id,
        level=level,
        center=center,
        size_m=size,
        yaw_rad=yaw,
        height_m=solid.z1_m - base_z_m,
        extra={} if circle is None else {"shape": "round"},
    )


def rack_of(solid: Solid, rack_id: str, level: str, base_z_m: float) -> Rack:
    """The rack as its smallest rectangle, long side first; an IFC model knows no bays and tiers."""
    center, (length, depth), yaw = _box(solid.plan)
    if depth > length:
        length, depth, yaw = depth, length, yaw + math.pi / 2
    return Rack(
        id=rack_id,
        level=level,
        kind=rack_kind(solid.element.words),
        center=center,
        base_z_m=solid.z0_m - base_z_m,
        yaw_rad=_half_turn(yaw),
        length_m=length,
        depth_m=depth,
        height_m=solid.z1_m - solid.z0_m,
    )


def obstacle_of(solid: Solid, obstacle_id: str, level: str, base_z_m: float) -> Obstacle:
    """The obstacle over what its body covers; over its hull if that is in several parts."""
    outlines = solid.outlines
    outline = filled(outlines[0]) if len(outlines) == 1 else solid.plan.convex_hull
    return Obstacle(
        id=obstacle_id,
        level=level,
        kind=obstacle_kind(solid.element.words),
        footprint=ring(outline.exterior.coords),
        z0_m=solid.z0_m - base_z_m,
        z1_m=solid.z1_m - base_z_m,
        movable=is_movable(solid.element.ifc_class),
    )


def _box(plan: shapely.Geometry) -> tuple[Point2, Point2, float]:
    """Centre, sides and heading of the first side, in (-π/2, π/2], of the smallest rectangle around a plan."""
    box = shapely.minimum_rotated_rectangle(plan)
    corners = np.asarray(box.exterior.coords)[:4]
    sides = corners[[1, 2]] - corners[[0, 1]]
    (x, y), (a, b) = corners.mean(axis=0), np.linalg.norm(sides, axis=1)
    yaw = _half_turn(math.atan2(sides[0, 1], sides[0, 0]))
    return (float(x), float(y)), (float(a), float(b)), yaw


def _half_turn(yaw: float) -> float:
    """The heading of the same line in (-π/2, π/2]; what is within a nanoradian of an end is that end."""
    turned = math.remainder(yaw, math.pi)
    return turned + math.pi if turned <= -math.pi / 2 + 1e-9 else turned


def _circle(plan: shapely.Geometry) -> tuple[Point2, float] | None:
    """Centre and diameter of an outline whose corners all lie on a circle (least squares, Kåsa 1976)."""
    corners = shapely.get_coordinates(plan.convex_hull)[:-1]
    if len(corners) < ROUND_CORNERS:
        return None
    middle = corners.mean(axis=0)
    x, y = (corners - middle).T
    solved = np.linalg.lstsq(np.column_stack([x, y, np.ones_like(x)]), x**2 + y**2, rcond=None)[0]
    center = solved[:2] / 2
    radii = np.hypot(x - center[0], y - center[1])
    radius = float(radii.mean())
    if np.abs(radii - radius).max() > ROUND_M:
        return None
    cx, cy = middle + center
    return (float(cx), float(cy)), 2 * radius
