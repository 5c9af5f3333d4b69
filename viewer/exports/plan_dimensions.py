"""The dimensions that a layout engineer looks for: aisles in clear width, chains of rows and aisles, the whole."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import shapely

from layouts.report.plan_frame import PlanFrame, rack_corners
from spatial.facility import Aisle, Facility

FLUE_M = 0.7
"""Rows that stand closer than this are dimensioned as one block."""

NEAREST_M = 0.04
MOST = 60
"""A chain of more dimensions would tell nobody anything: the hall is not in rows."""

SQUARE = 0.02
"""Rows whose heading is further, as a sine, from the sheet's edges are in no chain."""

AISLE_SHARES = (0.12, 0.06, 0.2, 0.3)
"""Where along an aisle its width is dimensioned: the first place clear of other aisles."""


@dataclass(frozen=True, kw_only=True)
class Dimension:
    """The distance from `start` to `end`, world x, y in metres, written on a line `away` (unit vector) of both.

    `row` 0 lies on the points themselves, 1 and 2 are rows outside the hall. `sigma_m` is that of the measured
    length, 0 where planned.
    """

    start: tuple[float, float]
    end: tuple[float, float]
    away: tuple[float, float]
    row: int
    sigma_m: float = 0.0

    @property
    def length_m(self) -> float:
        """What is written."""
        return math.dist(self.start, self.end)

    @property
    def text(self) -> str:
        """Metres to the centimetre; a measured one with two standard deviations."""
        told = f"{self.length_m:.2f}"
        return told if not self.sigma_m else f"{told} ±{2 * self.sigma_m:.2f}"


def plan_dimensions(facility: Facility, level: str, frame: PlanFrame) -> list[Dimension]:
    """All dimensions of a level; chains lie above and to the left of the hall, seen as in `frame`."""
    points = _extent(facility, level, frame)
    if not len(points):
        return []
    (x0, y0), (x1, y1) = points.min(axis=0), points.max(axis=0)
    columns, rows = _breaks(facility, level, frame)
    across = [
        (Dimension(start=(a, y1), end=(b, y1), away=(0.0, 1.0), row=1)) for a, b in _chain(columns, x0, x1)
    ]
    along = [Dimension(start=(x0, a), end=(x0, b), away=(-1.0, 0.0), row=1) for a, b in _chain(rows, y0, y1)]
    whole = [
        Dimension(start=(x0, y1), end=(x1, y1), away=(0.0, 1.0), row=2 if across else 1),
        Dimension(start=(x0, y0), end=(x0, y1), away=(-1.0, 0.0), row=2 if along else 1),
    ]
    return [*_aisle_widths(facility, level), *(_in_world(each, frame) for each in (*across, *along, *whole))]


def _aisle_widths(facility: Facility, level: str) -> Iterator[Dimension]:
    aisles = [aisle for aisle in facility.aisles if aisle.level == level and aisle.p0 != aisle.p1]
    floors = {aisle.id: _floor_of(aisle) for aisle in aisles}
    for aisle in aisles:
        others = shapely.union_all([floor for name, floor in floors.items() if name != aisle.id])
        shares = [share for share in AISLE_SHARES if not _across(aisle, share).intersects(others)]
        (x0, y0), (x1, y1) = _across(aisle, shares[0] if shares else AISLE_SHARES[0]).coords
        ahead = np.subtract(aisle.p1, aisle.p0) / math.dist(aisle.p0, aisle.p1)
        away = (float(ahead[0]), float(ahead[1]))
        yield Dimension(start=(x0, y0), end=(x1, y1), away=away, row=0, sigma_m=aisle.sigma_m)


def _across(aisle: Aisle, share: float) -> shapely.LineString:
    """The clear width at that share of the way from p0 to p1."""
    p0, p1 = np.asarray(aisle.p0), np.asarray(aisle.p1)
    ahead = (p1 - p0) / math.dist(aisle.p0, aisle.p1)
    left = np.array([-ahead[1], ahead[0]]) * aisle.clear_width_m / 2
    middle = p0 + share * (p1 - p0)
    return shapely.LineString([middle - left, middle + left])


def _floor_of(aisle: Aisle) -> shapely.Polygon:
    return shapely.LineString([aisle.p0, aisle.p1]).buffer(aisle.clear_width_m / 2, cap_style="flat")


def _extent(
    facility: Facility, level: str, frame: PlanFrame
) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    """Points (N, 2) of the sheet that the whole reaches: the floor, else the rows."""
    outlines = [frame.turned(each.outline) for each in facility.levels if each.id == level and each.outline]
    racks = [frame.turned(rack_corners(rack)) for rack in facility.racks if rack.level == level]
    return np.concatenate([np.empty((0, 2)), *(outlines or racks)])


def _breaks(
    facility: Facility, level: str, frame: PlanFrame
) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """Where blocks of rows begin and end, along x and along y of the sheet."""
    spans: tuple[list[tuple[float, float]], list[tuple[float, float]]] = ([], [])
    for rack in facility.racks:
        corners = frame.turned(rack_corners(rack))
        edge = corners[1] - corners[0]
        if rack.level == level and np.abs(edge).min() <= SQUARE * np.abs(edge).max():
            for axis in (0, 1):
                spans[axis].append((float(corners[:, axis].min()), float(corners[:, axis].max())))
    return _joined(spans[0]), _joined(spans[1])


def _joined(spans: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Spans, those that are closer than FLUE_M made one."""
    blocks: list[tuple[float, float]] = []
    for low, high in sorted(spans):
        if blocks and low - blocks[-1][1] < FLUE_M:
            blocks[-1] = (blocks[-1][0], max(blocks[-1][1], high))
        else:
            blocks.append((low, high))
    return blocks


def _chain(blocks: Sequence[tuple[float, float]], low: float, high: float) -> list[tuple[float, float]]:
    """From `low` over all ends of blocks to `high`; nothing where there is no block, or far too many."""
    places = [low]
    for place in (*(end for block in blocks for end in block), high):
        if place - places[-1] >= NEAREST_M:
            places.append(float(place))
    return [*pairwise(places)] if blocks and len(places) <= MOST else []


def _in_world(dimension: Dimension, frame: PlanFrame) -> Dimension:
    back = frame.rotation  # its inverse is its transpose
    start, end, away = (
        (float(x), float(y))
        for x, y in (np.array([dimension.start, dimension.end, dimension.away]) @ back).tolist()
    )
    return replace(dimension, start=start, end=end, away=away)
