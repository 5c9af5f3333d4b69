"""From coordinates of a layout or of a block in it to the world."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from spatial.facility import Point2, Point3


@dataclass(frozen=True)
class Placement:
    """A plane frame in the world: its origin, metres, and the yaw of its x axis, radians."""

    origin: Point2 = (0.0, 0.0)
    yaw_rad: float = 0.0

    def point(self, x: float, y: float) -> Point2:
        """World coordinates of a point of this frame."""
        c, s = math.cos(self.yaw_rad), math.sin(self.yaw_rad)
        return self.origin[0] + c * x - s * y, self.origin[1] + s * x + c * y

    def points(self, places: Iterable[Point2]) -> tuple[Point2, ...]:
        """World coordinates of points of this frame."""
        return tuple(self.point(x, y) for x, y in places)

    def box(self, x0: float, y0: float, x1: float, y1: float) -> tuple[Point2, ...]:
        """World corners of a rectangle along this frame's axes, counter-clockwise when x0 < x1 and y0 < y1."""
        return self.points(((x0, y0), (x1, y0), (x1, y1), (x0, y1)))

    def pose(self, x: float, y: float, heading_deg: float) -> Point3:
        """World pose of a place with a heading in this frame; yaw in (-π, π]."""
        return (*self.point(x, y), self.yaw(heading_deg))

    def yaw(self, heading_deg: float) -> float:
        """World yaw of a heading of this frame, in (-π, π]."""
        yaw = math.remainder(self.yaw_rad + math.radians(heading_deg), math.tau)
        return math.pi if yaw == -math.pi else yaw

    def at(self, x: float, y: float, heading_deg: float = 0.0) -> Placement:
        """The frame whose origin and heading are given in this one."""
        return Placement(self.point(x, y), self.yaw(heading_deg))

    def local(self, at: Point2) -> Point2:
        """Coordinates in this frame of a point of the world."""
        c, s = math.cos(self.yaw_rad), math.sin(self.yaw_rad)
        dx, dy = at[0] - self.origin[0], at[1] - self.origin[1]
        return c * dx + s * dy, c * dy - s * dx
