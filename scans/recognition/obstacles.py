"""What stands on the floor and is neither wall nor rack: columns, stacks, and the unknown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from scipy import ndimage
from shapely import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from scans.recognition.building.walls import WallLine
from scans.recognition.column_map import ColumnMap
from scans.recognition.sight import Sight

_FOOT_M, _LOW_M = 0.1, 2.0  # where things stand in the way
_WALL_M = 0.12
_RACK_M = 0.1
_MIN_AREA_M2 = 0.03
_COLUMN_SIZE_M = 0.9
_BLOCK_SHARE = 0.75
_DEPTH_M = 0.8  # the short side of a pallet: so deep is taken what was seen from one side only
_AROUND = np.ones((3, 3), np.bool_)
_ASKED_AT_ONCE = 16  # cells along the side of a block


@dataclass(frozen=True)
class FoundObstacle:
    """A footprint (counter-clockwise) and how high it reaches above the floor."""

    footprint: Polygon
    top_m: float
    is_column: bool

    @property
    def is_block(self) -> bool:
        """Whether it fills its own smallest rectangle, as stacked goods do."""
        return bool(self.footprint.area > _BLOCK_SHARE * self.footprint.minimum_rotated_rectangle.area)


def find_obstacles(
    columns: ColumnMap,
    sight: Sight,
    outline: Polygon,
    walls: Sequence[WallLine],
    racks: Sequence[Polygon],
    roof_m: float,
) -> tuple[FoundObstacle, ...]:
    """What stands inside `outline` between 10 cm and 2 m, apart from `walls` and `racks`.

    `sight` has the cells of `columns`.

    1. Seen: cells seen at two heights or more, or full of points at one, and not seen through.
    2. Hidden: a thing reaches behind its seen sides as far as no beam passed, at most as deep as a pallet.
    3. What fills most of its smallest rectangle is that rectangle.
    """
    room = _room(columns, outline, walls, racks)
    seen = room & (((columns.count_between(_FOOT_M, _LOW_M) >= 2) & sight.is_solid()) | sight.is_sheet())
    seen = _without_specks(_closed(seen, 2), columns.cell_m)
    hidden = room & ~(sight.is_clear() | _is_bare(columns))
    steps = round(_DEPTH_M / columns.cell_m)
    whole = ndimage.binary_dilation(seen, iterations=steps, mask=hidden | seen) if seen.any() else seen
    labels, _ = ndimage.label(seen | _opened(whole, 4), _AROUND)
    found = []
    for i, window in enumerate(ndimage.find_objects(labels), start=1):
        part = labels[window] == i
        own = part & seen[window]
        if not own.any():  # a hidden corner that the opening cut off
            continue
        first = window[0].start, window[1].start
        top_m = _top(np.bitwise_or.reduce(columns.bits[window][own]), columns.bin_m)
        found.append(_obstacle(_footprint(np.argwhere(part) + first, columns), top_m, roof_m))
    return tuple(found)


def _room(
    columns: ColumnMap, outline: Polygon, walls: Sequence[WallLine], racks: Sequence[Polygon]
) -> npt.NDArray[np.bool_]:
    """Cells (I, J) inside `outline` that belong to no wall and no rack."""
    room = _within(columns, outline.buffer(-0.05))
    for rack in racks:
        around = rack.buffer(_RACK_M, join_style="mitre")
        window = _window(columns, around)
        room[window] &= ~_contains(around, _centres(columns, window))
    for wall in walls:
        window = _window(columns, LineString([wall.p0, wall.p1]).buffer(0.3 + _WALL_M))
        centres = _centres(columns, window)
        station, depth = (centres - wall.p0) @ wall.along, wall.depths(centres)
        room[window] &= ~((np.abs(depth) < _WALL_M) & (station > -0.3) & (station < wall.length_m + 0.3))
    return room


def _within(columns: ColumnMap, shape: Polygon) -> npt.NDArray[np.bool_]:
    """Cells (I, J) whose centre lies in a shape; only where its border passes is every cell asked."""
    within = np.zeros(columns.bits.shape, np.bool_)
    shapely.prepare(shape)
    width = _ASKED_AT_ONCE * columns.cell_m
    blocks = [range(0, size, _ASKED_AT_ONCE) for size in columns.bits.shape]
    first = np.stack(np.meshgrid(*blocks, indexing="ij"), axis=-1).reshape(-1, 2)
    x, y = (columns.origin + first * columns.cell_m).T
    boxes = shapely.box(x, y, x + width, y + width)
    for (i, j), is_all, is_some in zip(
        first.tolist(),
        shapely.contains_properly(shape, boxes),
        shapely.intersects(shape, boxes),
        strict=True,
    ):
        window = slice(i, i + _ASKED_AT_ONCE), slice(j, j + _ASKED_AT_ONCE)
        if is_all:
            within[window] = True
        elif is_some:
            window = slice(i, i + within[window].shape[0]), slice(j, j + within[window].shape[1])
            within[window] = _contains(shape, _centres(columns, window))
    return within


def _window(columns: ColumnMap, shape: BaseGeometry) -> tuple[slice, slice]:
    """The cells of the box around a shape."""
    corners = np.reshape(shape.bounds, (2, 2))
    cells = np.floor((corners - columns.origin) / columns.cell_m).astype(np.int64)
    (i0, j0), (i1, j1) = np.clip(cells + np.array([[0], [1]]), 0, columns.bits.shape).tolist()
    return slice(i0, i1), slice(j0, j1)


def _centres(columns: ColumnMap, window: tuple[slice, slice]) -> npt.NDArray[np.float64]:
    """x, y (I, J, 2) of the centres of the cells of a window."""
    ij = np.stack(np.meshgrid(*[np.arange(side.start, side.stop) for side in window], indexing="ij"), -1)
    return np.asarray(columns.origin + (ij + 0.5) * columns.cell_m)


def _contains(shape: BaseGeometry, places: npt.NDArray[np.float64]) -> npt.NDArray[np.bool_]:
    return np.asarray(shapely.contains_xy(shape, places[..., 0], places[..., 1]))


def _is_bare(columns: ColumnMap) -> npt.NDArray[np.bool_]:
    """Cells (I, J) in which the floor is all that was seen up to 2 m."""
    return np.asarray(
        (columns.count_between(0.0, _FOOT_M) > 0) & (columns.count_between(_FOOT_M, _LOW_M) == 0)
    )


def _closed(mask: npt.NDArray[np.bool_], reach: int) -> npt.NDArray[np.bool_]:
    """`mask` (I, J) closed by a square of `reach` cells on all sides of its middle, all clear beyond."""
    inner = slice(2 * reach, -2 * reach)
    return ~_widened(~_widened(np.pad(mask, 2 * reach), reach), reach)[inner, inner]


def _opened(mask: npt.NDArray[np.bool_], reach: int) -> npt.NDArray[np.bool_]:
    """The same opened: what no such square covers from within is gone."""
    inner = slice(reach, -reach)
    return _widened(~_widened(~np.pad(mask, reach), reach), reach)[inner, inner]


def _widened(mask: npt.NDArray[np.bool_], reach: int) -> npt.NDArray[np.bool_]:
    """`mask` (I, J) and the square of up to `reach` cells around each of its cells."""
    for _ in range(2):  # a square is a row of columns
        wide = mask.copy()
        for step in range(1, reach + 1):
            wide[step:] |= mask[:-step]
            wide[:-step] |= mask[step:]
        mask = np.ascontiguousarray(wide.T)
    return mask


def _without_specks(mask: npt.NDArray[np.bool_], cell_m: float) -> npt.NDArray[np.bool_]:
    labels, count = ndimage.label(mask, _AROUND)
    area_m2 = np.bincount(labels.ravel(), minlength=count + 1) * cell_m**2
    return np.asarray(mask & (area_m2 >= _MIN_AREA_M2)[labels])


def _footprint(ij: npt.NDArray[np.int64], columns: ColumnMap) -> Polygon:
    """What a thing covers; a block's faces cross its outer cells, so it is half a cell less on all sides."""
    x, y, x1, y1 = _rows(ij, columns).T
    corners = np.stack([np.concatenate([x, x1, x1, x]), np.concatenate([y, y, y1, y1])], axis=1)
    box = shapely.minimum_rotated_rectangle(shapely.MultiPoint(corners))
    if len(ij) * columns.cell_m**2 >= _BLOCK_SHARE * box.area:
        along = np.diff(np.asarray(box.exterior.coords)[:2], axis=0)[0]
        # a cell is as wide along a side as the side's heading makes it
        half_cell = columns.cell_m / 2 * np.abs(along).sum() / np.linalg.norm(along)
        inner = box.buffer(-half_cell, join_style="mitre")
        return box if inner.is_empty else inner
    x, y = (columns.origin + ij * columns.cell_m).T
    x1, y1 = (columns.origin + (ij + 1) * columns.cell_m).T  # to the bit where the next cell begins
    cells = shapely.coverage_union_all(shapely.box(x, y, x1, y1))
    joined = shapely.get_parts(cells.buffer(0.001))  # cells that meet at a corner
    return Polygon(max(joined, key=lambda part: part.area).exterior)


def _rows(ij: npt.NDArray[np.int64], columns: ColumnMap) -> npt.NDArray[np.float64]:
    """x0, y0, x1, y1 (R, 4) of the unbroken rows along y of cells (C, 2), which come in order of x, then y."""
    breaks = np.flatnonzero((np.diff(ij[:, 0]) != 0) | (np.diff(ij[:, 1]) != 1)) + 1
    low = columns.origin + ij[np.concatenate([[0], breaks])] * columns.cell_m
    high = columns.origin + ij[np.concatenate([breaks - 1, [len(ij) - 1]])] * columns.cell_m + columns.cell_m
    return np.concatenate([low, high], axis=1)


def _obstacle(footprint: Polygon, top_m: float, roof_m: float) -> FoundObstacle:
    footprint = shapely.orient_polygons(shapely.simplify(Polygon(footprint.exterior), 0.04))
    size = max(np.ptp(np.asarray(footprint.exterior.coords), axis=0))
    return FoundObstacle(footprint, top_m, bool(top_m > 0.8 * roof_m and size < _COLUMN_SIZE_M))


def _top(bits: np.uint64, bin_m: float) -> float:
    """Height at which an unbroken stack of heights seen above the floor ends; pauses of 60 cm are bridged.

    The lowest bin holds the floor too: it counts for what is no higher, below nothing but the roof.
    """
    seen = np.flatnonzero([(int(bits) >> k) & 1 for k in range(1, 64)]) + 1
    if not len(seen) or seen[0] * bin_m > _LOW_M:
        return bin_m
    breaks = np.flatnonzero(np.diff(seen) * bin_m > 0.6)
    last = seen[breaks[0]] if len(breaks) else seen[-1]
    return float((last + 1) * bin_m)
