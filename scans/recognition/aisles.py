"""Faces and aisles: which sides of the rows can be reached, and the lanes between them.

A side faces an aisle if the next thing across it is another row's side, a wall or nothing, farther than a
flue. Two rows whose sides face each other share the lane between them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from shapely import Polygon

from scans.recognition.building.walls import WallLine
from scans.recognition.racks.blocks import axes_of
from scans.recognition.racks.rows import FoundRow
from scans.recognition.uncertainty import apart, sigmas_of

_FLUE_M = 0.55
_MAX_AISLE_M = 6.0
_PERSON_M = 0.6
_PARALLEL = math.cos(math.radians(3))


@dataclass(frozen=True)
class Side:
    """The side +1 or −1 (along v) of a row: its face's v, its extent along u, in the row's own axes."""

    row: int
    side: int


@dataclass(frozen=True)
class FoundAisle:
    """A lane from `p0` to `p1` (2,), with the sides that face it; one side alone faces a wall."""

    p0: npt.NDArray[np.float64]
    p1: npt.NDArray[np.float64]
    clear_width_m: float
    sigma_m: float
    sides: tuple[Side, ...]

    def footprint(self) -> Polygon:
        """The lane as a rectangle."""
        along = (self.p1 - self.p0) / np.linalg.norm(self.p1 - self.p0)
        half = np.array([-along[1], along[0]]) * self.clear_width_m / 2
        return Polygon([self.p0 - half, self.p1 - half, self.p1 + half, self.p0 + half])


@dataclass(frozen=True)
class _Neighbour:
    gap_m: float
    sigma_m: float
    u0: float
    u1: float
    side: Side | None


def find_aisles(
    rows: Sequence[FoundRow], walls: Sequence[WallLine]
) -> tuple[tuple[FoundAisle, ...], dict[int, tuple[int, ...]], dict[int, int]]:
    """The lanes; the sides of each row that face an aisle or open floor; each row's mate back to back."""
    aisles: list[FoundAisle] = []
    faces: dict[int, tuple[int, ...]] = {}
    mates: dict[int, int] = {}
    taken: set[Side] = set()
    for i, row in enumerate(rows):
        facing = []
        for side in (1, -1):
            nearest = _nearest(i, side, rows, walls)
            if nearest is not None and nearest.gap_m < _FLUE_M:
                if nearest.side is not None:
                    mates[i] = nearest.side.row
                continue
            facing.append(side)
            here = Side(i, side)
            if nearest is None or nearest.gap_m > _MAX_AISLE_M or here in taken:
                continue
            aisles.append(_lane(row, here, nearest))
            taken |= {here} if nearest.side is None else {here, nearest.side}
        faces[i] = tuple(facing) or (1,)
    return tuple(aisles), faces, mates


def blocking(aisle: FoundAisle, footprints: Sequence[Polygon]) -> list[int]:
    """Indices of the footprints that leave a person no way past them in `aisle`."""
    lane = aisle.footprint()
    along = (aisle.p1 - aisle.p0) / np.linalg.norm(aisle.p1 - aisle.p0)
    across = np.array([-along[1], along[0]])
    found = []
    for i, footprint in enumerate(footprints):
        part = footprint.intersection(lane)
        if part.is_empty or part.area < 0.01:
            continue
        d = (shapely.get_coordinates(part) - aisle.p0) @ across
        half = aisle.clear_width_m / 2
        if max(half - float(d.max()), half + float(d.min())) < _PERSON_M:
            found.append(i)
    return found


def _extent(row: FoundRow, axes: npt.NDArray[np.float64]) -> tuple[float, float, float, float]:
    """u0, u1, v0, v1 of a row in other, parallel axes."""
    half_u, half_v = row.length_m / 2, (row.v1 - row.v0) / 2
    u, v = axes @ row.center
    return float(u) - half_u, float(u) + half_u, float(v) - half_v, float(v) + half_v


def _nearest(i: int, side: int, rows: Sequence[FoundRow], walls: Sequence[WallLine]) -> _Neighbour | None:
    """What lies straight across from a side over at least a third of the shorter length."""
    axes = axes_of(rows[i].yaw_rad)
    u0, u1, v0, v1 = _extent(rows[i], axes)
    face, own_sigma = (v1 if side > 0 else v0), sigmas_of(rows[i]).face_m[0 if side < 0 else 1]
    found = []
    for j, other in enumerate(rows):
        turn = axes @ axes_of(other.yaw_rad)[0]
        if j == i or abs(float(turn[0])) < _PARALLEL:
            continue
        a0, a1, b0, b1 = _extent(other, axes)
        gap = (b0 - face) if side > 0 else (face - b1)
        if gap > -0.1 and min(u1, a1) - max(u0, a0) > 0.33 * min(u1 - u0, a1 - a0):
            # the other row's own left may point the other way
            other_side = -side if float(turn[0]) > 0 else side
            sigma = apart(own_sigma, sigmas_of(other).face_m[0 if other_side < 0 else 1])
            found.append(_Neighbour(max(gap, 0.0), sigma, min(u0, a0), max(u1, a1), Side(j, other_side)))
    for wall in walls:
        if abs(float(axes[0] @ wall.along)) < _PARALLEL:
            continue
        s0, s1 = sorted((float(axes[0] @ wall.p0), float(axes[0] @ wall.p1)))
        gap = side * (float(axes[1] @ ((wall.p0 + wall.p1) / 2)) - face)
        if gap > -0.1 and min(u1, s1) - max(u0, s0) > 0.33 * (u1 - u0):
            found.append(_Neighbour(max(gap, 0.0), math.hypot(own_sigma, wall.sigma_m), u0, u1, None))
    return min(found, key=lambda n: n.gap_m, default=None)


def _lane(row: FoundRow, here: Side, neighbour: _Neighbour) -> FoundAisle:
    axes = axes_of(row.yaw_rad)
    _, _, v0, v1 = _extent(row, axes)
    v = (v1 + neighbour.gap_m / 2) if here.side > 0 else (v0 - neighbour.gap_m / 2)
    ends = [np.array([u, v]) @ axes for u in (neighbour.u0, neighbour.u1)]
    sides = (here,) if neighbour.side is None else (here, neighbour.side)
    return FoundAisle(ends[0], ends[1], neighbour.gap_m, neighbour.sigma_m, sides)
