"""What stands on the floor and is neither wall nor rack: columns, stacks, and the unknown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from scipy import ndimage
from shapely import Polygon

from scans.recognition.column_map import ColumnMap
from scans.recognition.walls import WallLine

_WALL_M = 0.12
_RACK_M = 0.1
_MIN_AREA_M2 = 0.03
_COLUMN_SIZE_M = 0.9


@dataclass(frozen=True)
class FoundObstacle:
    """A footprint (counter-clockwise) and how high it reaches above the floor."""

    footprint: Polygon
    top_m: float
    is_column: bool

    @property
    def is_block(self) -> bool:
        """Whether it fills its own smallest rectangle, as stacked goods do."""
        return bool(self.footprint.area > 0.75 * self.footprint.minimum_rotated_rectangle.area)


def find_obstacles(
    columns: ColumnMap,
    outline: Polygon,
    walls: Sequence[WallLine],
    racks: Sequence[Polygon],
    roof_m: float,
) -> tuple[FoundObstacle, ...]:
    """Connected cells inside `outline` that are seen at two heights or more between 10 cm and 2 m."""
    mask = columns.count_between(0.1, 2.0) >= 2
    centres = columns.centres(np.ones_like(mask))
    free = shapely.contains_xy(outline.buffer(-0.05), centres)
    for rack in racks:
        free &= ~shapely.contains_xy(rack.buffer(_RACK_M, join_style="mitre"), centres)
    for wall in walls:
        station = (centres - wall.p0) @ wall.along
        free &= ~(
            (np.abs(wall.depths(centres)) < _WALL_M) & (station > -0.3) & (station < wall.length_m + 0.3)
        )
    mask &= free.reshape(mask.shape)
    mask = ndimage.binary_closing(np.pad(mask, 3), np.ones((5, 5), np.bool_))[3:-3, 3:-3]
    labels, _ = ndimage.label(mask, np.ones((3, 3), np.bool_))
    found = []
    for i, window in enumerate(ndimage.find_objects(labels), start=1):
        part = labels[window] == i
        if part.sum() * columns.cell_m**2 >= _MIN_AREA_M2:
            corner = columns.origin + columns.cell_m * np.array([window[0].start, window[1].start])
            found.append(_obstacle(part, corner, columns, columns.bits[window][part], roof_m))
    return tuple(found)


def _obstacle(
    part: npt.NDArray[np.bool_],
    corner: npt.NDArray[np.float64],
    columns: ColumnMap,
    bits: npt.NDArray[np.uint64],
    roof_m: float,
) -> FoundObstacle:
    i, j = np.nonzero(part)
    x, y = corner[0] + i * columns.cell_m, corner[1] + j * columns.cell_m
    cells = shapely.union_all(shapely.box(x, y, x + columns.cell_m, y + columns.cell_m))
    outer = shapely.union_all([Polygon(p.exterior) for p in shapely.get_parts(cells.buffer(0.001))])
    hull = cells.convex_hull
    footprint = hull if outer.area > 0.7 * hull.area else max(shapely.get_parts(outer), key=lambda p: p.area)
    footprint = shapely.orient_polygons(shapely.simplify(footprint, 0.04))
    top = _top(np.bitwise_or.reduce(bits), columns.bin_m)
    size = np.ptp(np.asarray(hull.exterior.coords), axis=0).max()
    return FoundObstacle(footprint, top, bool(top > 0.8 * roof_m and size < _COLUMN_SIZE_M))


def _top(bits: np.uint64, bin_m: float) -> float:
    """Height above the floor at which an unbroken stack of seen heights ends; pauses of 60 cm are bridged."""
    seen = np.flatnonzero([(int(bits) >> k) & 1 for k in range(64)])
    breaks = np.flatnonzero(np.diff(seen) * bin_m > 0.6)
    last = seen[breaks[0]] if len(breaks) else seen[-1]
    return float((last + 1) * bin_m)
