"""The sheet that all halls of a report are drawn on, so that plans beside each other can be compared by eye."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spatial.facility import Facility, Rack

Points = npt.NDArray[np.float64]

CELLS_ACROSS, CELLS_ALONG = 76, 124
"""A grid of heat has no more: smaller cells would not be seen."""

CELL_SIZES_M = (0.5, 1.0, 2.0, 5.0, 10.0)


@dataclass(frozen=True, kw_only=True)
class PlanFrame:
    """Plan coordinates: the world's turned by `rotation` (2, 2), x to the right, y up, metres, within `bounds`
    (x0, y0, x1, y1). Heat is summed over squares of `cell_m`.
    """

    rotation: Points
    bounds: tuple[float, float, float, float]
    cell_m: float

    @property
    def size_m(self) -> tuple[float, float]:
        """Width and height."""
        x0, y0, x1, y1 = self.bounds
        return x1 - x0, y1 - y0

    def turned(self, points: npt.ArrayLike) -> Points:
        """Points (N, 2) of the world in plan coordinates."""
        return np.asarray(points, dtype=np.float64).reshape(-1, 2) @ self.rotation.T


def plan_frame(halls: Sequence[Facility]) -> PlanFrame:
    """The frame of all `halls`, of which the first decides how it lies.

    1. Its longest rack (else the X axis) is upright or level, so that the sheet is rather high than wide.
    2. Its stations are in the lower half rather than the upper one.
    3. The sheet holds all that stands in any of the halls, to whole cells.

    Raises ValueError where there is nothing that has a place.
    """
    corners = np.concatenate([_extent(hall) for hall in halls])
    if not len(corners):
        raise ValueError("nothing has a place in these halls: give halls with an outline or racks")
    rotation = min(_rotations(halls[0]), key=lambda each: _badness(each, corners, halls[0]))
    own = corners @ rotation.T
    low, high = own.min(axis=0), own.max(axis=0)
    width, height = np.maximum(high - low, 1.0)
    cell_m = next(
        (each for each in CELL_SIZES_M if width <= each * CELLS_ACROSS and height <= each * CELLS_ALONG),
        CELL_SIZES_M[-1],
    )
    x0, y0 = (float(math.floor(end / cell_m + 1e-6) * cell_m) for end in low)
    x1, y1 = (float(math.ceil(end / cell_m - 1e-6) * cell_m) for end in high)
    return PlanFrame(
        rotation=rotation, bounds=(x0, y0, max(x1, x0 + cell_m), max(y1, y0 + cell_m)), cell_m=cell_m
    )


def rack_corners(rack: Rack) -> Points:
    """The footprint (4, 2) in the world, counter-clockwise."""
    along = np.array([math.cos(rack.yaw_rad), math.sin(rack.yaw_rad)]) * rack.length_m / 2
    across = np.array([-math.sin(rack.yaw_rad), math.cos(rack.yaw_rad)]) * rack.depth_m / 2
    return np.array([-along - across, along - across, along + across, across - along]) + rack.center


def _extent(hall: Facility) -> Points:
    found = [
        *(np.array(level.outline, dtype=np.float64).reshape(-1, 2) for level in hall.levels),
        *map(rack_corners, hall.racks),
        *(np.array([wall.p0, wall.p1]) for wall in hall.walls),
        *(np.array([station.pose[:2]]) for station in hall.stations),
    ]
    return np.concatenate([np.empty((0, 2)), *found])


def _rotations(hall: Facility) -> Iterator[Points]:
    longest = max(hall.racks, key=lambda rack: rack.length_m, default=None)
    turn = 0.0 if longest is None else math.remainder(longest.yaw_rad, math.pi / 2)
    for quarter in range(4):
        c, s = (round(f(turn + quarter * math.pi / 2), 12) for f in (math.cos, math.sin))
        yield np.array([[c, s], [-s, c]])


def _badness(rotation: Points, corners: Points, hall: Facility) -> tuple[float, float]:
    """How wide it makes the sheet, then how far up the stations are."""
    own = corners @ rotation.T
    places = np.array([station.pose[:2] for station in hall.stations]).reshape(-1, 2) @ rotation.T
    middle = (own[:, 1].min() + own[:, 1].max()) / 2
    return round(float(np.ptp(own[:, 0])), 6), float(places[:, 1].mean() - middle) if len(places) else 0.0
