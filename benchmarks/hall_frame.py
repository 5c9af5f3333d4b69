"""A generated hall's own frame, x to the right and y to the back seen from the docks, and its floor in the world."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from shapely import Polygon
from shapely.affinity import affine_transform

from spatial.poses import wrap_yaw

Floats: TypeAlias = npt.NDArray[np.float64]
Record: TypeAlias = dict[str, Any]
"""One object of a truth file."""


def turn(degrees: float) -> Floats:
    """The matrix (2, 2) that turns a column by so many degrees counter-clockwise."""
    cos, sin = math.cos(math.radians(degrees)), math.sin(math.radians(degrees))
    return np.array([[cos, -sin], [sin, cos]])


def rectangle(centre: npt.ArrayLike, length: float, depth: float, yaw_deg: float) -> Polygon:
    """Length along the yaw, depth across it, metres."""
    half = np.array([[-length, -depth], [length, -depth], [length, depth], [-length, depth]]) / 2
    return Polygon(half @ turn(yaw_deg).T + np.asarray(centre))


@dataclass(frozen=True)
class HallFrame:
    """Where the hall stands in the scan's frame: its corner `origin` and the `heading` of its x, degrees."""

    origin: tuple[float, float]
    heading: float

    def place(self, xy: npt.ArrayLike) -> list[float]:
        """A place of the hall in the world, as a plain pair."""
        return [float(value) for value in turn(self.heading) @ np.asarray(xy) + self.origin]

    def yaw(self, degrees: float) -> float:
        return math.degrees(wrap_yaw(math.radians(self.heading + degrees)))

    def polygon(self, inside: Polygon) -> Polygon:
        (a, b), (c, d) = turn(self.heading)
        return affine_transform(inside, [a, b, c, d, *self.origin])


def floor_z(truth: Record, xy: npt.ArrayLike) -> Floats:
    """Height (n,) of the floor at world places (n, 2), metres: the formula of scan_bench's truth files."""
    x, y = ((np.asarray(xy, dtype=np.float64).reshape(-1, 2) - truth["origin"]) @ turn(truth["heading"])).T
    floor = truth["floor"]
    waves = sum(m * np.sin(kx * x + ky * y + f) for m, kx, ky, f in floor["waves"])
    return np.asarray(floor["z0"] + floor["sx"] * x + floor["sy"] * y + waves, dtype=np.float64)
