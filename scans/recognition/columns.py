"""Columns by what only they do: they go on above the racks and the loads, slender, up to the roof.

Near the floor a column between back-to-back rows is lost among uprights and loads. Uprights end at the height of
their row and loads not far above it; what still stands there, and below it down to the floor, carries the roof.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import shapely
from scipy import ndimage
from shapely import LineString, Polygon

from scans.recognition.building.walls import WallLine
from scans.recognition.column_map import ColumnMap
from scans.recognition.obstacles import FoundObstacle
from scans.recognition.racks.blocks import axes_of
from scans.recognition.racks.choice import footprint
from scans.recognition.racks.rows import FoundRow

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]

_OPEN_M, _FOOT_M = (
    2.0,
    0.1,
)  # where no rack stands, what is higher than people and stacks; what is lower is floor
_ROOF_M = 0.2  # so near to the roof its own beams are seen
_LOADS = 0.25  # share of the height above racks into which loads rise
_BESIDE_M = 0.5  # a flue is no wider
_WALL_M = 0.25  # what stands against a wall is part of it
_GAP_M = 0.3  # in what is seen of a column: scan lines are not so far apart
_FEWEST_BINS, _SEEN_SHARE = 3, 0.5
_NARROWEST_M, _WIDEST_M = 0.08, 0.9
_FEWEST = 12  # points that tell where its sides are
_OUTSIDE = 0.02  # share of points beyond each side: noise
_ONE_SIDE = 0.5  # of the longer side: what is less deep was seen from one side only
_AROUND = np.ones((3, 3), np.bool_)


def find_columns(
    points: Floats,
    heights: Floats,
    columns: ColumnMap,
    walls: Sequence[WallLine],
    rows: Sequence[FoundRow],
    eyes: Sequence[Floats],
    roof_m: float,
) -> tuple[FoundObstacle, ...]:
    """The columns among `points` (N, 3), world, of which `heights` (N,) are those above the floor.

    `columns` is the map of the points and `eyes` (3,) are where beams began.

    1. High: above the loads on the highest rack half of all heights up to the roof are seen.
    2. Standing: from the floor up half of them are, and above the row beside it there is no gap.
    3. Slender: no side is longer than 90 cm, none is along a wall, and it is not in a row. Beside a row two sides
       were seen: one is the back of a load.
    4. Its sides are along those of the row beside it, else of the longest wall. A side that nobody saw is as long as
       the other, away from where beams came from.
    """
    top_m = max([_OPEN_M, *(row.height_m for row in rows)])
    low_m, high_m = top_m + _LOADS * (roof_m - top_m), roof_m - _ROOF_M
    tall = _is_filled(columns, low_m, high_m)  # 1
    near = columns.rows_in(tall, points) & (heights > low_m) & (heights < high_m)
    high = points[near, :2]
    labels, _ = ndimage.label(ndimage.binary_dilation(tall, _AROUND, iterations=2), _AROUND)
    grounds, found = np.array([footprint(row) for row in rows], dtype=object), []
    for window in ndimage.find_objects(labels):
        middle = columns.origin + [(side.start + side.stop) / 2 * columns.cell_m for side in window]
        row = _row_beside(middle, rows, grounds)
        if not _is_standing(columns, window, row.height_m if row else _OPEN_M, high_m):  # 2
            continue
        own = high[_in_window(columns, window, high)]
        if len(own) < _FEWEST:
            continue
        box = _box(own, row, walls, eyes)  # 4
        if box is not None and _is_apart(box, grounds, walls):  # 3
            found.append(FoundObstacle(box, roof_m, is_column=True))
    return tuple(found)


def _is_filled(columns: ColumnMap, low_m: float, high_m: float) -> Mask:
    """Cells (I, J) at which, with those around them, half of the heights from `low_m` to `high_m` are seen."""
    mask, bins = columns.mask_between(low_m, high_m), columns.bins_between(low_m, high_m)
    if bins < _FEWEST_BINS:
        return np.zeros(columns.bits.shape, np.bool_)
    high = columns.bits & mask
    return np.asarray((high != 0) & (np.bitwise_count(_joined(high)) >= _SEEN_SHARE * bins))


def _joined(bits: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """What is seen (I, J) in each cell and the eight around it."""
    wide = np.pad(bits, 1)
    along = wide[:-2] | wide[1:-1] | wide[2:]
    return np.asarray(along[:, :-2] | along[:, 1:-1] | along[:, 2:])


def _is_standing(columns: ColumnMap, window: tuple[slice, ...], top_m: float, high_m: float) -> bool:
    """Whether half of the heights are seen in the cells of a window, and from `top_m` to `high_m` without a gap."""
    seen = np.bitwise_or.reduce(columns.bits[window], axis=None)
    share = np.bitwise_count(seen & columns.mask_between(_FOOT_M, high_m)) / columns.bins_between(
        _FOOT_M, high_m
    )
    first, last = round(top_m / columns.bin_m), round(high_m / columns.bin_m)
    at = np.array([k for k in range(first, last) if (int(seen) >> k) & 1])
    gaps = np.diff(np.concatenate([[first - 1], at, [last]])) - 1
    return bool(share >= _SEEN_SHARE and gaps.max() * columns.bin_m <= _GAP_M)


def _in_window(columns: ColumnMap, window: tuple[slice, ...], xy: Floats) -> Mask:
    """Which of `xy` (N, 2) lie in the cells of a window."""
    first, last = np.array([[side.start, side.stop] for side in window]).T
    cell = (xy - columns.origin) / columns.cell_m
    return np.asarray(((cell >= first) & (cell < last)).all(axis=1))


def _row_beside(xy: Floats, rows: Sequence[FoundRow], grounds: npt.NDArray[np.object_]) -> FoundRow | None:
    """The row, on its ground (R,), nearest to `xy` (2,) if that is in reach of a flue."""
    if not len(rows):
        return None
    away_m = shapely.distance(grounds, shapely.Point(xy))
    return rows[int(np.argmin(away_m))] if away_m.min() < _BESIDE_M else None


def _box(
    xy: Floats, row: FoundRow | None, walls: Sequence[WallLine], eyes: Sequence[Floats]
) -> Polygon | None:
    """The slender rectangle around `xy` (N, 2), beside a `row` if there is one; None if there is none."""
    along = axes_of(row.yaw_rad)[0] if row else walls[0].along if walls else np.array([1.0, 0.0])
    axes = np.array([along, [-along[1], along[0]]])
    low, high = np.quantile(xy @ axes.T, (_OUTSIDE, 1.0 - _OUTSIDE), axis=0)
    size = high - low
    if size.min() < _ONE_SIDE * size.max():
        if row is not None:
            return None
        low, high = _squared(low, high, [axes @ eye[:2] for eye in eyes])
    if not (high - low).min() > _NARROWEST_M or not (high - low).max() < _WIDEST_M:
        return None
    return Polygon(np.array([low, [high[0], low[1]], high, [low[0], high[1]]]) @ axes)


def _squared(low: Floats, high: Floats, eyes: Sequence[Floats]) -> tuple[Floats, Floats]:
    """The corners (2,) of what was seen from one side: as deep as it is wide, away from the nearest of `eyes`."""
    middle, size = (low + high) / 2, high - low
    hidden = int(np.argmin(size))
    nearest = min(eyes, key=lambda eye: float(np.linalg.norm(eye - middle)), default=middle)
    deeper = np.where(np.arange(2) == hidden, np.ptp(size), 0.0)
    return (low - deeper, high) if nearest[hidden] > middle[hidden] else (low, high + deeper)


def _is_apart(box: Polygon, grounds: npt.NDArray[np.object_], walls: Sequence[WallLine]) -> bool:
    """Whether the middle of a box is on none of the rows' `grounds` (R,), and it is on no wall."""
    return not shapely.contains(grounds, box.centroid).any() and not any(
        box.distance(LineString([wall.p0, wall.p1])) < _WALL_M for wall in walls
    )
