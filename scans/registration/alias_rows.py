"""How racks repeat: the headings of the rows and the distances after which a row looks the same again."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement
from typing import TypeVar

import numpy as np
import numpy.typing as npt
from scipy import ndimage
from scipy.signal import find_peaks

from scans.recognition.racks.blocks import SCALES, BlockMaps, RackBlock, axes_of
from spatial.facility import Facility, Rack
from spatial.poses import wrap_yaw

SAME_PITCH_M = 0.05
_Kept = TypeVar("_Kept")
_SAME_YAW_RAD = math.radians(1.5)
_FRAME_M = 0.1  # bays of a rack that tells no upright width
_LEAST_PITCH_M, _MOST_PITCH_M = 0.6, 5.0
_LEAST_LIKENESS = 0.05
_AROUND_CELLS = 13
_MOST_PITCHES = 3
_CELL_M, _DEPTH_M, _SLAB_M = 0.05, 0.25, 0.1
_LEVEL_CELLS, _LEAST_CELLS = 31, 12
_TOP_M = 12.0


@dataclass(frozen=True)
class RowDirection:
    """Rows that run along `yaw_rad` (world, modulo π), with frames `pitches_m` apart, each above 0.

    More than one pitch stands for rows, or one row, of unequal bays.
    """

    yaw_rad: float
    pitches_m: tuple[float, ...]

    def __post_init__(self) -> None:
        if not self.pitches_m or not all(0 < pitch < math.inf for pitch in self.pitches_m):
            raise ValueError(f"pitches_m {self.pitches_m} is not one length or more, each above 0 m")


@dataclass(frozen=True)
class BayStep:
    """A move by whole bays: `bays` of them, ± along `yaw_rad`, `distance_m` ≥ 0 in all."""

    yaw_rad: float
    bays: int
    distance_m: float

    @property
    def offset(self) -> npt.NDArray[np.float64]:
        """The move (3,) in the world, metres."""
        along = math.copysign(self.distance_m, self.bays)
        return np.array([along * math.cos(self.yaw_rad), along * math.sin(self.yaw_rad), 0.0])


def bay_steps(rows: Iterable[RowDirection], most_bays: int = 2) -> tuple[BayStep, ...]:
    """Every move by 1 … `most_bays` bays forth and back along each direction; of equal moves the first."""
    return tuple(
        BayStep(row.yaw_rad, sign * bays, distance)
        for row in rows
        for bays, distance in _distances(row.pitches_m, most_bays)
        for sign in (1, -1)
    )


def _distances(pitches_m: Sequence[float], most_bays: int) -> Iterator[tuple[int, float]]:
    taken: list[float] = []
    for bays in range(1, most_bays + 1):
        for distance in sorted(sum(some) for some in combinations_with_replacement(pitches_m, bays)):
            if all(abs(distance - other) > SAME_PITCH_M for other in taken):
                taken.append(distance)
                yield bays, distance


def rows_from_facility(facility: Facility) -> tuple[RowDirection, ...]:
    """The directions and pitches of the facility's racks; none without racks, or without a rack that has bays."""
    found: list[tuple[float, list[float]]] = []
    for rack in facility.racks:
        pitches = _pitches(rack)
        if pitches:
            _of_yaw(found, rack.yaw_rad).extend(pitches)
    return tuple(RowDirection(yaw, _distinct(pitches)) for yaw, pitches in found)


def _pitches(rack: Rack) -> list[float]:
    """Distances from frame to frame along a row."""
    frame = rack.upright_width_m or _FRAME_M
    starts = [bay.offset_m for bay in rack.bays]
    if not starts:
        return []
    ends = [*starts[1:], starts[-1] + rack.bays[-1].width_m + frame]
    return [end - start for start, end in zip(starts, ends, strict=True) if end - start > SAME_PITCH_M]


def _of_yaw(found: list[tuple[float, list[_Kept]]], yaw_rad: float) -> list[_Kept]:
    """What is kept of the direction that `yaw_rad` is, a new one if there is none."""
    for yaw, kept in found:
        if abs(math.remainder(yaw - yaw_rad, math.pi)) < _SAME_YAW_RAD:
            return kept
    found.append((wrap_yaw(yaw_rad), []))
    return found[-1][1]


def _distinct(pitches: Iterable[float]) -> tuple[float, ...]:
    """Means of the pitches that are equal but for a few centimetres, shortest first."""
    groups: list[list[float]] = []
    for pitch in sorted(pitches):
        if groups and pitch - groups[-1][0] <= SAME_PITCH_M:
            groups[-1].append(pitch)
        else:
            groups.append([pitch])
    return tuple(float(np.mean(group)) for group in groups)


def blocks_from_points(points: npt.NDArray[np.float64], floor_z: float) -> tuple[RackBlock, ...]:
    """Rectangles in which racks may stand among `points` (N, 3), world metres, above the floor at `floor_z`."""
    heights = points[:, 2] - floor_z
    kept = (heights > 0) & (heights < _TOP_M)
    if not kept.any():
        return ()
    top = float(np.quantile(heights[kept], 0.98))
    return BlockMaps(points[kept], heights[kept], top).blocks(SCALES[0])


def rows_from_points(
    points: npt.NDArray[np.float64], blocks: Iterable[RackBlock], floor_z: float
) -> tuple[RowDirection, ...]:
    """The directions of `blocks` in which the points (N, 3) repeat, and after what distances.

    A pitch is a peak of the autocorrelation along all blocks of one direction. The lengths of loads may be among
    them: a move more to be tested. A direction without a peak is left out.
    """
    found: list[tuple[float, list[_Likeness]]] = []
    for block in blocks:
        uv = points[:, :2] @ block.axes.T
        inside = (uv[:, 0] > block.u0) & (uv[:, 0] < block.u1) & (uv[:, 1] > block.v0) & (uv[:, 1] < block.v1)
        inside &= (points[:, 2] > floor_z + _SLAB_M) & (points[:, 2] < floor_z + _TOP_M)
        if inside.any():
            local = np.column_stack([uv[inside] - [block.u0, block.v0], points[inside, 2] - floor_z])
            _of_yaw(found, block.yaw_rad).append(_likeness(local))
    rows = [(yaw, _peaks(sum(some[1:], some[0]))) for yaw, some in found]
    return tuple(RowDirection(yaw, _distinct(pitches)) for yaw, pitches in rows if pitches)


_Likeness = npt.NDArray[np.float64]
"""(2, L): by lag in cells, the products of a sequence with itself, and what they would be at most."""


def _likeness(local: npt.NDArray[np.float64]) -> _Likeness:
    """How alike a block is to itself further along u: points (N, 3) as u, v, height, none below 0.

    What is seen is taken in boxes of 5 cm along u, less its mean over a metre and a half: at heights where a row
    is covered all along, only what breaks off tells.
    """
    i, j, k = (local / (_CELL_M, _DEPTH_M, _SLAB_M)).astype(np.int64).T
    length, depth, height = int(i.max()) + 1, int(j.max()) + 1, int(k.max()) + 1
    seen = np.zeros((length, depth * height))
    seen[i, j * height + k] = 1.0
    evidence = ndimage.uniform_filter1d(seen, 3, axis=0) - ndimage.uniform_filter1d(
        seen, _LEVEL_CELLS, axis=0
    )
    lags = int(_MOST_PITCH_M / _CELL_M) + 2
    likeness = np.zeros((2, lags))
    for lag in range(min(lags, length - _LEAST_CELLS)):
        one, other = evidence[: length - lag], evidence[lag:]
        likeness[:, lag] = float((one * other).sum()), math.sqrt(float((one**2).sum() * (other**2).sum()))
    return likeness


def _peaks(likeness: _Likeness) -> list[float]:
    """Distances (m) after which rows look the same, most alike first."""
    share = likeness[0] / np.maximum(likeness[1], 1e-9)
    sharp = share - ndimage.uniform_filter1d(share, _AROUND_CELLS)
    index, _ = find_peaks(share, prominence=_LEAST_LIKENESS, distance=_AROUND_CELLS // 2)
    index = index[(index * _CELL_M >= _LEAST_PITCH_M) & (sharp[index] >= _LEAST_LIKENESS / 2)]
    best = index[np.argsort(-sharp[index], kind="stable")][:_MOST_PITCHES]
    return [_between(share, int(lag)) * _CELL_M for lag in best]


def _between(share: npt.NDArray[np.float64], lag: int) -> float:
    """The top of the parabola through a peak and its neighbours, in cells."""
    left, top, right = share[lag - 1 : lag + 2]
    bend = left - 2 * top + right
    return lag + (0.5 * (left - right) / bend if bend < 0 else 0.0)


def is_within(
    blocks: Iterable[RackBlock], points: npt.NDArray[np.float64], by_m: float
) -> npt.NDArray[np.bool_]:
    """Which of `points` (N, 3) lie in one of the blocks, widened by `by_m`."""
    inside = np.zeros(len(points), np.bool_)
    for block in blocks:
        u, v = (points[:, :2] @ axes_of(block.yaw_rad).T).T
        inside |= (
            (u > block.u0 - by_m) & (u < block.u1 + by_m) & (v > block.v0 - by_m) & (v < block.v1 + by_m)
        )
    return inside
