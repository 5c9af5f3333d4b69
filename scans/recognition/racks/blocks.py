"""Where racks stand: long blocks of tall structure, at every heading the hall has.

1. The headings of a hall are those at which its tall structure falls into the sharpest lines.
2. In a map turned to such a heading, height bits are gathered along the row, because a thin scan sees a beam
   here and an upright there; a cell is structure if it is seen at several heights, one
   of them above what is stacked by hand.
3. Pauses shorter than a cross-aisle are closed along the row, ladders of frames and beams are filled, and
   what is shorter than a metre along the row or thinner than a shelf is opened away.
4. What is left and long enough for its depth is a block: one row, or two back to back.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from scans.recognition.column_map import ColumnMap, column_map

SCALES_M = (0.05, 0.1, 0.15)  # a cell of the map; the wider one finds racks of which little was seen
_TALL_M = 1.6
_LOW_M = 0.3
_PAUSE_M = 1.2  # no cross-aisle is narrower
_MAX_DEPTH_M = 3.4  # two deep rows back to back
_MIN_LENGTH_M = 1.6
_MIN_STUMP_M = 0.9  # what a thin scan shows of a row may be little more than its end
_REACH_CELLS = 5
_HEADING_STEPS_APART = 16  # 8°


@dataclass(frozen=True)
class RackBlock:
    """A rectangle that holds one row, or two: in axes u along `yaw_rad` and v to its left, about (0, 0)."""

    yaw_rad: float
    u0: float
    u1: float
    v0: float
    v1: float

    @property
    def axes(self) -> npt.NDArray[np.float64]:
        """(2, 2): rows are the unit vectors of u and v."""
        return axes_of(self.yaw_rad)

    def corners(self) -> npt.NDArray[np.float64]:
        """World x, y (4, 2), counter-clockwise."""
        uv = np.array([[self.u0, self.v0], [self.u1, self.v0], [self.u1, self.v1], [self.u0, self.v1]])
        return uv @ self.axes


def axes_of(yaw_rad: float) -> npt.NDArray[np.float64]:
    """(2, 2): the unit vectors along `yaw_rad` and to its left."""
    c, s = math.cos(yaw_rad), math.sin(yaw_rad)
    return np.array([[c, s], [-s, c]])


def find_rack_blocks(
    points: npt.NDArray[np.float64], heights: npt.NDArray[np.float64], ceiling_m: float, cell_m: float
) -> tuple[RackBlock, ...]:
    """Blocks among `points` (N, 3), walls taken out, at `heights` (N,) above the floor, in cells of `cell_m`.

    The finest of SCALES_M asks for whole rows; at the wider ones the stump of a row is enough. Blocks found at
    different headings may overlap: what stands there is for the rows' evidence to say.
    """
    top = 0.8 * ceiling_m
    if len(points) == 0 or top <= _TALL_M:
        return ()
    columns = column_map(points, heights, cell_m=SCALES_M[0], top_m=ceiling_m)
    return tuple(
        block
        for heading in _headings(columns, top)
        for yaw in (heading, heading + math.pi / 2)
        for block in _blocks_along(points, heights, ceiling_m, yaw, cell_m)
    )


def _headings(columns: ColumnMap, top_m: float) -> list[float]:
    """Headings in [0, π/2) at which structure is sharpest, best first; none within 8° of a better one."""
    structure = (columns.count_between(_LOW_M, top_m) >= 2) & (columns.count_between(_TALL_M, top_m) > 0)
    cells = columns.centres(structure)
    if len(cells) == 0:
        return []
    weight = np.bitwise_count(columns.bits[structure]).astype(np.float64)
    angles = np.deg2rad(np.arange(0.0, 90.0, 0.5))
    sharpness = np.array([_sharpness(cells, weight, a, columns.cell_m) for a in angles])
    around = ndimage.maximum_filter1d(sharpness, 2 * _HEADING_STEPS_APART + 1, mode="wrap")
    floor = ndimage.median_filter(sharpness, 61, mode="wrap")
    peaks = np.flatnonzero((sharpness == around) & (sharpness > 1.3 * floor))
    return [float(a) for a in angles[peaks[np.argsort(-sharpness[peaks], kind="stable")]][:6]]


def _sharpness(
    cells: npt.NDArray[np.float64], weight: npt.NDArray[np.float64], angle: float, cell_m: float
) -> float:
    total = 0.0
    for axis in axes_of(angle):
        x = cells @ axis
        total += float((np.bincount(((x - x.min()) / cell_m).astype(np.int64), weight) ** 2).sum())
    return total


def _blocks_along(
    points: npt.NDArray[np.float64],
    heights: npt.NDArray[np.float64],
    ceiling_m: float,
    yaw: float,
    cell_m: float,
) -> list[RackBlock]:
    turned = np.column_stack([points[:, :2] @ axes_of(yaw).T, points[:, 2]])
    columns = column_map(turned, heights, cell_m=cell_m, top_m=ceiling_m)
    pause = round(_PAUSE_M / cell_m)
    shortest_run = round(_PAUSE_M / cell_m) if cell_m == SCALES_M[0] else round(_MIN_STUMP_M / cell_m)
    mask = _structure(columns, 0.8 * ceiling_m)
    mask = _close(mask, 3, 3)
    mask = ndimage.binary_fill_holes(_close(mask, pause, 1))
    mask = _open(mask, shortest_run, 1)
    mask = ndimage.binary_fill_holes(_close(mask, 1, round(0.4 / cell_m)))
    mask = _open(_open(mask, 1, round(0.3 / cell_m)), shortest_run, 1)
    labels, _ = ndimage.label(mask)
    blocks = []
    for i, (along, across) in enumerate(ndimage.find_objects(labels), start=1):
        part = labels[along, across] == i
        u = columns.origin[0] + cell_m * np.array([along.start, along.stop])
        v = columns.origin[1] + cell_m * (across.start + _body(part))
        length, depth = u[1] - u[0], v[1] - v[0]
        shortest = max(_MIN_LENGTH_M, 1.4 * depth) if cell_m == SCALES_M[0] else _MIN_STUMP_M
        if length >= shortest and depth <= _MAX_DEPTH_M:
            blocks.append(RackBlock(yaw, float(u[0]), float(u[1]), float(v[0]), float(v[1])))
    return blocks


def _body(part: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """First and last+1 column that at least a fifth of a part's length reaches: clutter leans on racks."""
    lengths = part.sum(0)
    reached = np.flatnonzero(lengths >= min(0.2 * part.any(1).sum(), lengths.max()))
    return np.array([reached[0], reached[-1] + 1], np.float64)


def _structure(columns: ColumnMap, top_m: float) -> npt.NDArray[np.bool_]:
    reach = _REACH_CELLS
    gathered = replace(columns, bits=_gathered_along(columns.bits, reach))
    seen = (gathered.count_between(_LOW_M, top_m) >= 3) & (gathered.count_between(_TALL_M, top_m) > 0)
    alone = (columns.count_between(_LOW_M, top_m) >= 2) & (columns.count_between(_TALL_M, top_m) > 0)
    return np.asarray(ndimage.binary_erosion(seen, np.ones((2 * reach - 3, 1), np.bool_)) | alone)


def _gathered_along(bits: npt.NDArray[np.uint64], reach: int) -> npt.NDArray[np.uint64]:
    padded = np.pad(bits, ((reach, reach), (0, 0)))
    gathered = np.zeros_like(bits)
    for shift in range(2 * reach + 1):
        gathered |= padded[shift : shift + len(bits)]
    return gathered


def _close(mask: npt.NDArray[np.bool_], along: int, across: int) -> npt.NDArray[np.bool_]:
    box = np.ones((along | 1, across | 1), np.bool_)
    pad = max(box.shape)
    return np.asarray(ndimage.binary_closing(np.pad(mask, pad), box)[pad:-pad, pad:-pad])


def _open(mask: npt.NDArray[np.bool_], along: int, across: int) -> npt.NDArray[np.bool_]:
    return np.asarray(ndimage.binary_opening(mask, np.ones((along | 1, across | 1), np.bool_)))
