"""Which way a viewer looks at first: along the aisles, from the side that the racks leave open."""

from __future__ import annotations

import math

import numpy as np

from spatial.facility import Facility


def view_yaw(facility: Facility) -> float:
    """The yaw, in radians from +X, along the longest aisle (without aisles the longest rack, else +Y).

    Of the two ways it is the one that keeps the racks' fronts far from the viewer, each counted by the area
    that it turns towards the viewer: what stands in front hides what is behind.
    """
    yaw = _main_yaw(facility)
    if not facility.racks:
        return yaw
    turn = np.array([rack.yaw_rad - yaw for rack in facility.racks])
    length, depth, height = np.array([(r.length_m, r.depth_m, r.height_m) for r in facility.racks]).T
    front_m2 = (length * abs(np.sin(turn)) + depth * abs(np.cos(turn))) * height
    away = np.array([rack.center for rack in facility.racks]) @ [math.cos(yaw), math.sin(yaw)]
    floor = np.array([corner for level in facility.levels for corner in level.outline])
    across = floor @ [math.cos(yaw), math.sin(yaw)]
    racks_are_near = np.average(away, weights=front_m2) < (across.min() + across.max()) / 2
    return math.remainder(yaw + math.pi * racks_are_near, 2 * math.pi)


def _main_yaw(facility: Facility) -> float:
    lanes = [np.subtract(aisle.p1, aisle.p0) for aisle in facility.aisles if not aisle.cross]
    if lanes:
        longest = max(lanes, key=lambda lane: float(np.hypot(*lane)))
        return math.atan2(longest[1], longest[0])
    if facility.racks:
        return max(facility.racks, key=lambda rack: rack.length_m).yaw_rad
    return math.pi / 2
