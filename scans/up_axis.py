"""Which axis of a scan points up: what the user says, else Z, if its floor does not show that it is another one.

A file does not prove its up axis; a hall lying on its side can be seen. It is refused if, along X or Y,

1. the cloud is less wide than in both other directions,
2. a sheet at one end covers most of what lies between the other two directions: a floor or a roof, and
3. that sheet holds at least twice the points of the fullest sheet across Z.

A lone wall looks the same: `--up z` says that it is one. What passes unseen: a hall that is higher than wide, one
that lies tilted, one without a floor, and one that is upside down.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Literal, TypeAlias, get_args

import numpy as np
import numpy.typing as npt

from spatial.errors import BadDataError
from spatial.poses import Matrix4

Up: TypeAlias = Literal["x", "y", "z", "-x", "-y", "-z"]

_COVERED = 0.6
_OUTWEIGHS = 2.0
_CELLS = 8
_SHEET_M = 0.1
_FEWEST = 1000
_MOST = 200_000
_SAMPLES_PER_BLOCK = 5000
_TAIL_PERCENT = 0.1


def _turned(x: tuple[int, int, int], y: tuple[int, int, int], z: tuple[int, int, int]) -> Matrix4:
    turn = np.eye(4)
    turn[:3, :3] = x, y, z
    return turn


_WORLD_FROM_FILE: Mapping[Up, Matrix4] = {
    "z": np.eye(4),
    "-z": _turned((1, 0, 0), (0, -1, 0), (0, 0, -1)),
    "y": _turned((1, 0, 0), (0, 0, -1), (0, 1, 0)),
    "-y": _turned((1, 0, 0), (0, 0, 1), (0, -1, 0)),
    "x": _turned((0, 0, -1), (0, 1, 0), (1, 0, 0)),
    "-x": _turned((0, 0, 1), (0, 1, 0), (-1, 0, 0)),
}


def up_named(name: str) -> Up:
    """The up axis of that name; raises ValueError with the names there are."""
    for up in get_args(Up):
        if up == name:
            return up  # type: ignore[no-any-return]
    raise ValueError(f"up '{name}' is none of {', '.join(get_args(Up))}")


def world_from_up(up: Up) -> Matrix4:
    """The smallest turn (4, 4) that takes the axis `up` to +Z: a rotation, never a mirror."""
    return _WORLD_FROM_FILE[up].copy()


class UpCheck:
    """The rules while the points pass by: `add` every block, then `finish`, which raises BadDataError.

    Where the user told the axis (`is_told`), nothing is checked.
    """

    def __init__(self, name: str, *, is_told: bool = False) -> None:
        self._name = name
        self._is_told = is_told
        self._samples: list[npt.NDArray[np.float64]] = []
        self._step = 1
        self._count = 0

    def add(self, points: npt.NDArray[np.float64]) -> None:
        """See points (N, 3), metres; a bounded sample of them is kept."""
        if self._is_told:
            return
        step = self._step * max(1, len(points) // _SAMPLES_PER_BLOCK)
        self._samples.append(points[::step].copy())
        self._count += len(self._samples[-1])
        if self._count > _MOST:
            self._step *= 2
            self._samples = [np.concatenate(self._samples)[::2]]
            self._count = len(self._samples[0])

    @property
    def sample(self) -> npt.NDArray[np.float64]:
        """The points (N, 3) that were kept."""
        return np.concatenate([np.empty((0, 3)), *self._samples])

    @contextmanager
    def asked_first(self) -> Iterator[None]:
        """Where what runs inside raises, and the floor seen so far lies across another axis, say that instead."""
        try:
            yield
        except BadDataError:
            self.finish()
            raise

    def finish(self) -> None:
        """Stop a cloud whose floor lies across another axis than Z."""
        axis = floor_axis(np.concatenate(self._samples)) if self._count >= _FEWEST else None
        if axis is not None:
            raise BadDataError(
                f"{self._name}: its floor lies across {axis}, not across z: pass --up {axis} if {axis} points up, "
                f"--up -{axis} if it points down, or --up z if z points up all the same"
            )


def floor_axis(points: npt.NDArray[np.float64]) -> Literal["x", "y"] | None:
    """The horizontal axis across which the floor of points (N, 3) lies by rules 1 to 3; None where none does."""
    low, high = np.percentile(points, [_TAIL_PERCENT, 100 - _TAIL_PERCENT], axis=0)
    extent = high - low
    axis = int(extent.argmin())
    if axis == 2 or extent[axis] == 0:
        return None
    others = [a for a in range(3) if a != axis]
    share, at = _fullest_sheet(points, axis, low, high)
    is_at_end = min(at - low[axis], high[axis] - at) < 2 * _SHEET_M
    across_z, _ = _fullest_sheet(points, 2, low, high)
    sheet = points[np.abs(points[:, axis] - at) <= _SHEET_M][:, others]
    is_floor = _coverage(sheet, low[others], high[others]) >= _COVERED
    return ("x", "y")[axis] if is_at_end and is_floor and share >= _OUTWEIGHS * across_z else None


def _fullest_sheet(
    points: npt.NDArray[np.float64], axis: int, low: npt.NDArray[np.float64], high: npt.NDArray[np.float64]
) -> tuple[float, float]:
    """The share of the points in the fullest sheet across an axis, and where its middle is."""
    width = float(high[axis] - low[axis])
    bins = int(min(max(width / _SHEET_M, 1), 100_000))
    counts, edges = np.histogram(points[:, axis], bins=bins, range=(low[axis], high[axis] + 1e-9))
    fullest = int(counts.argmax())
    return float(counts[fullest]) / len(points), float(edges[fullest] + edges[fullest + 1]) / 2


def _coverage(
    sheet: npt.NDArray[np.float64], low: npt.NDArray[np.float64], high: npt.NDArray[np.float64]
) -> float:
    """The share of the cells between `low` and `high` (2,) that the sheet (N, 2) has points in."""
    cells = np.floor((sheet - low) / (high - low) * _CELLS).astype(np.int64)
    inside = ((cells >= 0) & (cells < _CELLS)).all(axis=1)
    return len(np.unique(cells[inside], axis=0)) / _CELLS**2
