"""Where racks stand: long blocks of tall structure, at every heading the hall has.

1. The headings of a hall are those at which its tall structure falls into the sharpest lines (`headings`).
2. In a map turned to such a heading, height bits are gathered along the row, because a thin scan sees a beam
   here and an upright there; a cell is structure if it is seen at several heights, one
   of them above what is stacked by hand.
3. Pauses shorter than a cross-aisle are closed along the row, ladders of frames and beams are filled, and
   what is shorter than a metre along the row or thinner than a shelf is opened away.
4. What is left and long enough for its depth is a block: one row, or two back to back.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

from scans.recognition.column_map import ColumnMap, column_map
from scans.recognition.racks.headings import Heading, find_headings
from scans.recognition.racks.runs import (
    Part,
    close_across,
    close_along,
    close_cells,
    fill_holes,
    open_across,
    open_along,
    parts,
)

_CELL_M = 0.05
SCALES = (1, 2, 3)  # cells; the wider ones find racks of which little was seen
_TALL_M, _LOWER_M = 1.6, 1.25  # above what is stacked by hand; above which shelves reach
_LOW_M = 0.3
_PAUSE_M = 1.2  # no cross-aisle is narrower
_MAX_DEPTH_M = 3.4  # two deep rows back to back
_MIN_LENGTH_M = 1.6
_MIN_STUMP_M = 0.9  # what a thin scan shows of a row may be little more than its end
_REACH_CELLS = 5
_SAME = 0.9


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

    def is_nearly(self, other: RackBlock) -> bool:
        """Whether a block of the same heading covers nearly the same."""
        u = min(self.u1, other.u1) - max(self.u0, other.u0)
        v = min(self.v1, other.v1) - max(self.v0, other.v0)
        areas = [(b.u1 - b.u0) * (b.v1 - b.v0) for b in (self, other)]
        return u > 0 and v > 0 and u * v > _SAME * max(areas)


def axes_of(yaw_rad: float) -> npt.NDArray[np.float64]:
    """(2, 2): the unit vectors along `yaw_rad` and to its left."""
    c, s = math.cos(yaw_rad), math.sin(yaw_rad)
    return np.array([[c, s], [-s, c]])


class BlockMaps:
    """Column maps of a hall along each heading of its structure, made once and searched at every scale."""

    def __init__(
        self, points: npt.NDArray[np.float64], heights: npt.NDArray[np.float64], ceiling_m: float
    ) -> None:
        """`points` (N, 3), walls taken out, at `heights` (N,) above the floor."""
        self._top_m = 0.8 * ceiling_m
        self._maps: list[tuple[float, Heading, ColumnMap]] = []
        if len(points) == 0 or self._top_m <= _LOWER_M:
            return
        plan = column_map(points, heights, cell_m=_CELL_M, top_m=ceiling_m)
        for heading in find_headings(plan, self._standing(plan)):
            axes = axes_of(heading.yaw_rad)
            along = column_map(points, heights, cell_m=_CELL_M, top_m=ceiling_m, axes=axes)
            self._maps.append((heading.yaw_rad, heading, along))
            self._maps.append((heading.yaw_rad + math.pi / 2, heading, along.quarter_turned()))

    def blocks(self, scale: int) -> tuple[RackBlock, ...]:
        """Blocks found in cells `scale` times as wide as the finest, one of SCALES.

        The finest scale asks for whole rows; at the wider ones the stump of a row is enough. Blocks found at
        different headings, or of tall and, whole, of lower structure, may overlap: what stands there is for the
        rows' evidence to say.
        """
        found: list[RackBlock] = []
        for yaw, heading, columns in self._maps:
            coarser = columns.coarser(scale)
            tall, *lower = _blocks_along(
                coarser, self._top_m, yaw, (_TALL_M, _LOWER_M) if scale == SCALES[0] else (_TALL_M,)
            )
            blocks = tall + [b for more in lower for b in more if not any(b.is_nearly(one) for one in tall)]
            found += [block for block in blocks if heading.holds(block.corners().mean(0, keepdims=True))[0]]
        return tuple(found)

    def _standing(self, columns: ColumnMap) -> npt.NDArray[np.bool_]:
        seen = columns.count_between(_LOW_M, self._top_m) >= 2
        return np.asarray(seen & (columns.count_between(_LOWER_M, self._top_m) > 0))


def _blocks_along(
    columns: ColumnMap, top_m: float, yaw: float, tall_m: Sequence[float]
) -> list[list[RackBlock]]:
    """The blocks of structure as tall as each of `tall_m`."""
    heights = columns.mask_between(_LOW_M, top_m)
    gathered = columns.gathered_along(_REACH_CELLS)
    found = []
    for least in tall_m:
        tall = columns.mask_between(least, top_m)
        found.append(
            _blocks_of(_structure(gathered, columns.bits, heights, tall, 2 * _REACH_CELLS - 3), columns, yaw)
        )
    return found


def _blocks_of(mask: npt.NDArray[np.bool_], columns: ColumnMap, yaw: float) -> list[RackBlock]:
    cell_m, is_finest = columns.cell_m, columns.cell_m == _CELL_M
    pause = round(_PAUSE_M / cell_m)
    shortest_run = round((_PAUSE_M if is_finest else _MIN_STUMP_M) / cell_m)
    mask = close_cells(mask)
    close_along(mask, pause)
    fill_holes(mask)
    open_along(mask, shortest_run)
    close_across(mask, round(0.4 / cell_m))
    fill_holes(mask)
    open_across(mask, round(0.3 / cell_m))
    open_along(mask, shortest_run)
    blocks = []
    for part in parts(mask):
        u = columns.origin[0] + cell_m * np.array(part.along)
        v = columns.origin[1] + cell_m * (part.across[0] + _body(part))
        length, depth = u[1] - u[0], v[1] - v[0]
        shortest = max(_MIN_LENGTH_M, 1.4 * depth) if is_finest else _MIN_STUMP_M
        if length >= shortest and depth <= _MAX_DEPTH_M:
            blocks.append(RackBlock(yaw, float(u[0]), float(u[1]), float(v[0]), float(v[1])))
    return blocks


def _body(part: Part) -> npt.NDArray[np.float64]:
    """First and last+1 column that at least a fifth of a part's length reaches: clutter leans on racks."""
    reached = np.flatnonzero(part.lengths >= min(0.2 * part.rows, part.lengths.max()))
    return np.array([reached[0], reached[-1] + 1], np.float64)


@njit(cache=True, nogil=True)
def _structure(gathered, bits, heights, tall, run):  # type: ignore[no-untyped-def]
    """Cells (I, J) that show two of the `heights`, one of them `tall`; and those within a run of cells down a column
    about which three are shown.
    """
    mask = np.zeros(bits.shape, np.bool_)
    length = np.zeros(bits.shape[1], np.int64)
    one = np.uint64(1)
    for i in range(bits.shape[0]):
        for j in range(bits.shape[1]):
            alone = bits[i, j] & heights
            if alone & tall and alone & (alone - one):
                mask[i, j] = True
            around = gathered[i, j] & heights
            more = around & (around - one) if around & tall else around ^ around
            if more and more & (more - one):
                length[j] += 1
                if length[j] >= run:
                    mask[i - run // 2, j] = True
            else:
                length[j] = 0
    return mask
