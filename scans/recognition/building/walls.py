"""Walls: tall straight lines of the column map that close the hall off on one side.

1. A cell is tall if it is occupied near the ceiling and over much of its height.
2. Tall cells vote for lines (Hough); the best line takes its cells, and the search goes on without them.
3. A line is cut where it pauses for longer than a dock door is wide.
4. A piece is a wall if there is something on one side of it and next to nothing on the other: a rack as
   tall as the hall has an aisle before it and stock behind it.
5. The wall's plane is fitted to the points themselves, heaviest layer first.
6. Two walls in line are one if its face is seen between them, below what the line was found by.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit
from scipy import ndimage

from scans.recognition.building.beside import rows_beside
from scans.recognition.column_map import ColumnMap

_BAND_M = 0.12
_GAP_M = 5.0
_MIN_LENGTH_M = 2.0
_CLOSED = 3  # walls that can close around a floor
_LOWER = 0.55
_LOW_M = 0.3
_IN_LINE_M, _FACE_M = 0.08, 0.05
_STATION_M, _FACE_SHARE = 0.5, 0.6


@dataclass(frozen=True)
class WallLine:
    """The inner face of a wall from `p0` to `p1` (2,), `inward` (2,) its unit normal into the hall."""

    p0: npt.NDArray[np.float64]
    p1: npt.NDArray[np.float64]
    inward: npt.NDArray[np.float64]
    sigma_m: float

    @property
    def along(self) -> npt.NDArray[np.float64]:
        """Unit vector (2,) from `p0` to `p1`."""
        return np.asarray((self.p1 - self.p0) / np.linalg.norm(self.p1 - self.p0))

    @property
    def length_m(self) -> float:
        """Length in metres."""
        return float(np.linalg.norm(self.p1 - self.p0))

    def depths(self, xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """Signed distance (N,) of `xy` (N, 2) from the inner face, positive inside the hall."""
        return np.asarray((xy - self.p0) @ self.inward)


def find_walls(
    columns: ColumnMap, points: npt.NDArray[np.float64], heights: npt.NDArray[np.float64], ceiling_m: float
) -> tuple[WallLine, ...]:
    """The walls of a hall whose ceiling is `ceiling_m` above the floor, longest first.

    If they do not close around the hall, lower ones count too: a scanner may not have seen up to the ceiling.
    """
    found = _walls_up_to(ceiling_m, columns, points, heights)
    if len(found) < _CLOSED:
        found += _walls_up_to(_LOWER * ceiling_m, columns, points, heights)
    return tuple(sorted(_joined(_merged(found), points, heights), key=lambda w: -w.length_m))


def _walls_up_to(
    ceiling_m: float, columns: ColumnMap, points: npt.NDArray[np.float64], heights: npt.NDArray[np.float64]
) -> list[WallLine]:
    tall = (columns.count_between(0.75 * ceiling_m, 0.97 * ceiling_m) > 0) & (
        columns.count_between(0.3, 0.97 * ceiling_m) >= 0.35 * columns.bins_between(0.3, 0.97 * ceiling_m)
    )
    # anything seen in or beside a cell counts, the floor too, though it may lie a hair below its plane
    occupied = ndimage.binary_dilation(columns.seen_in(points), np.ones((3, 3), np.bool_))
    wall_points = points[columns.rows_in(tall, points) & (heights > 0.3)]
    cells = columns.centres(tall)
    found: list[WallLine] = []
    for _ in range(64):
        line = _strongest_line(cells, columns.cell_m)
        if line is None:
            break
        normal, offset = line
        near = np.abs(cells @ normal - offset) < _BAND_M
        for piece in _pieces(cells[near], normal):
            wall = _as_wall(piece, normal, offset, columns, occupied, wall_points)
            if wall is not None:
                found.append(wall)
        cells = cells[~near]
    return found


def _strongest_line(
    cells: npt.NDArray[np.float64], cell_m: float
) -> tuple[npt.NDArray[np.float64], float] | None:
    """Unit normal and offset of the line with the most cells; None when no line holds two metres of them."""
    if len(cells) < _MIN_LENGTH_M / cell_m:
        return None
    angles = np.deg2rad(np.arange(0.0, 180.0, 0.5))
    normals = np.stack([np.cos(angles), np.sin(angles)])
    offsets = (cells - cells.mean(0)) @ normals
    low = offsets.min()
    width = int((offsets.max() - low) / _BAND_M) + 2
    votes = np.zeros((len(angles), width), np.int64)
    _vote(offsets, low, votes)
    votes[:, :-1] += votes[:, 1:]  # a line may lie on the border of two bands
    angle, band = np.unravel_index(int(votes.argmax()), votes.shape)
    if votes[angle, band] < _MIN_LENGTH_M / cell_m:
        return None
    normal = normals[:, angle]
    close = np.abs((cells - cells.mean(0)) @ normal - (low + (band + 1) * _BAND_M)) <= _BAND_M
    for _ in range(3):
        centre = cells[close].mean(0)
        _, axes = np.linalg.eigh(np.cov((cells[close] - centre).T))
        normal = axes[:, 0]
        close = np.abs((cells - centre) @ normal) < _BAND_M
    return normal, float(cells[close].mean(0) @ normal)


def _pieces(cells: npt.NDArray[np.float64], normal: npt.NDArray[np.float64]) -> list[npt.NDArray[np.float64]]:
    along = np.array([-normal[1], normal[0]])
    ordered = cells[np.argsort(cells @ along)]
    cuts = np.flatnonzero(np.diff(ordered @ along) > _GAP_M) + 1
    return [p for p in np.split(ordered, cuts) if np.ptp(p @ along) >= _MIN_LENGTH_M]


def _as_wall(
    piece: npt.NDArray[np.float64],
    normal: npt.NDArray[np.float64],
    offset: float,
    columns: ColumnMap,
    occupied: npt.NDArray[np.bool_],
    points: npt.NDArray[np.float64],
) -> WallLine | None:
    along = np.array([-normal[1], normal[0]])
    s0, s1 = float((piece @ along).min()), float((piece @ along).max())
    filled = np.unique(((piece @ along - s0) / columns.cell_m).astype(np.int64))
    if len(filled) * columns.cell_m < 0.3 * (s1 - s0):
        return None
    sides = [_content(columns, occupied, normal, offset, along, s0, s1, sign) for sign in (1.0, -1.0)]
    if max(sides) < 0.3 or min(sides) > 0.35 * max(sides):
        return None
    inward = normal if sides[0] > sides[1] else -normal
    inner = offset if sides[0] > sides[1] else -offset
    face, fitted, sigma = _fit_face(points, inward, inner, along, s0, s1)
    reach = columns.cell_m / 2
    ends = [normal * offset + along * s for s in (s0 - reach, s1 + reach)]
    ends = [end - (end @ face - fitted) * face for end in ends]
    # p0 → p1 keeps the hall on its left, so that the walls run counter-clockwise around it
    run = ends[1] - ends[0]
    if run[0] * face[1] - run[1] * face[0] < 0:
        ends.reverse()
    return WallLine(ends[0], ends[1], face, sigma)


def _content(
    columns: ColumnMap,
    occupied: npt.NDArray[np.bool_],
    normal: npt.NDArray[np.float64],
    offset: float,
    along: npt.NDArray[np.float64],
    s0: float,
    s1: float,
    sign: float,
) -> float:
    """Share of the strip 0.4–1.6 m to one side of a line in which anything was seen."""
    s, d = np.meshgrid(np.arange(s0, s1, 0.1), np.arange(0.4, 1.6, 0.1))
    xy = along * s.reshape(-1, 1) + normal * (offset + sign * d.reshape(-1, 1))
    ij = np.floor((xy - columns.origin) / columns.cell_m).astype(np.int64)
    inside = ((ij >= 0) & (ij < occupied.shape)).all(1)
    return float(np.count_nonzero(occupied[tuple(ij[inside].T)])) / max(len(xy), 1)


def _fit_face(
    points: npt.NDArray[np.float64],
    inward: npt.NDArray[np.float64],
    offset: float,
    along: npt.NDArray[np.float64],
    s0: float,
    s1: float,
) -> tuple[npt.NDArray[np.float64], float, float]:
    """Normal, offset and sigma of the heaviest layer of points near a line."""
    near_line = rows_beside(points, inward * offset, along, inward, (s0, s1), (-0.25, 0.25))
    xy = points[near_line, :2]
    s, d = xy @ along, xy @ inward - offset
    near = (s > s0) & (s < s1) & (np.abs(d) < 0.25)
    if np.count_nonzero(near) < 20:
        return inward, offset, 0.02
    histogram, edges = np.histogram(d[near], bins=50, range=(-0.25, 0.25))
    peak = edges[int((histogram[:-1] + histogram[1:]).argmax()) + 1]
    keep = near & (np.abs(d - peak) < 0.03)
    normal = inward
    for _ in range(3):
        centre = xy[keep].mean(0)
        _, axes = np.linalg.eigh(np.cov((xy[keep] - centre).T))
        normal = axes[:, 0] * np.sign(axes[:, 0] @ inward)
        residual = (xy - centre) @ normal
        keep = near & (np.abs(residual) < 0.02)
    scatter = float(np.std((xy[keep] - xy[keep].mean(0)) @ normal))
    # neighbouring points share the scanner's systematic error: a patch of a metre counts once
    sigma = max(scatter / math.sqrt(max((s1 - s0), 1.0)), 0.001)
    return normal, float(xy[keep].mean(0) @ normal), sigma


def _merged(walls: list[WallLine]) -> list[WallLine]:
    """Without lines that repeat a longer one: parallel, within 40 cm and alongside it."""
    kept: list[WallLine] = []
    for wall in sorted(walls, key=lambda w: -w.length_m):
        middle = (wall.p0 + wall.p1) / 2
        for other in kept:
            parallel = abs(float(np.dot(wall.along, other.along))) > math.cos(math.radians(5))
            station = float((middle - other.p0) @ other.along)
            if (
                parallel
                and abs(float(other.depths(middle[None])[0])) < 0.4
                and -0.5 < station < other.length_m + 0.5
            ):
                break
        else:
            kept.append(wall)
    return kept


def _joined(
    walls: list[WallLine], points: npt.NDArray[np.float64], heights: npt.NDArray[np.float64]
) -> list[WallLine]:
    """Walls in line made one where the face goes on between them, above the floor."""
    for i, first in enumerate(walls):
        for j, second in enumerate(walls):
            if i != j and _goes_on(first, second, points, heights):
                whole = _from_to(first, second)
                return _joined([w for k, w in enumerate(walls) if k not in (i, j)] + [whole], points, heights)
    return walls


def _goes_on(
    first: WallLine,
    second: WallLine,
    points: npt.NDArray[np.float64],
    heights: npt.NDArray[np.float64],
) -> bool:
    """Whether `second` continues `first`, and most half metres of the gap show a point on its face."""
    whole = _from_to(first, second)
    ends = np.stack([first.p1, second.p0])
    start, end = (ends - whole.p0) @ whole.along
    if (
        not 0 < start < end < whole.length_m
        or first.inward @ second.inward < 0.99
        or np.abs(whole.depths(ends)).max() > _IN_LINE_M
    ):
        return False
    reach = (float(start), float(end))
    near = rows_beside(points, whole.p0, whole.along, whole.inward, reach, (-_FACE_M, _FACE_M))
    above = points[near[heights[near] > _LOW_M], :2]
    station = (above[np.abs(whole.depths(above)) < _FACE_M] - whole.p0) @ whole.along
    count = max(1, math.ceil((end - start) / _STATION_M))
    seen, _ = np.histogram(station, bins=count, range=reach)
    return bool(np.mean(seen > 0) >= _FACE_SHARE)


def _from_to(first: WallLine, second: WallLine) -> WallLine:
    along = (second.p1 - first.p0) / np.linalg.norm(second.p1 - first.p0)
    normal = np.array([-along[1], along[0]])
    inward = normal if normal @ first.inward > 0 else -normal
    return WallLine(first.p0, second.p1, inward, max(first.sigma_m, second.sigma_m))


@njit(cache=True)
def _vote(offsets, low, votes):  # type: ignore[no-untyped-def]
    """Count the `offsets` (C, A) of each angle in bands from `low` on: `votes` (A, bands)."""
    for n in range(offsets.shape[0]):
        for a in range(offsets.shape[1]):
            votes[a, int((offsets[n, a] - low) / _BAND_M)] += 1
