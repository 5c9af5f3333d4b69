"""Doors: where a wall's face is missing down to the floor, and the scanner saw something behind it.

What merely stands before the wall hides both; so a gap without anything seen behind it is no door.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scans.recognition.building.beside import rows_beside
from scans.recognition.building.walls import WallLine

_STEP_M = 0.1
_DOOR_HEAD_M = 2.0
_MIN_WIDTH_M, _MAX_WIDTH_M = 0.7, 6.0
_DOCK_WIDTH_M = 2.0
_RECESS_M = 0.6
_BARE, _SEEN_BEHIND = 0.3, 0.3  # shares of the wall's face, and of what lies behind it, up to a door's head


@dataclass(frozen=True)
class FoundOpening:
    """A door from `s0_m` to `s1_m` along its wall, `z1_m` high; closed if its panel is just behind the wall."""

    s0_m: float
    s1_m: float
    z1_m: float
    closed: bool

    @property
    def kind(self) -> str:
        """A truck's door or a person's, by its width."""
        return "dock_door" if self.s1_m - self.s0_m >= _DOCK_WIDTH_M else "door"


def find_openings(
    wall: WallLine, points: npt.NDArray[np.float64], heights: npt.NDArray[np.float64]
) -> tuple[FoundOpening, ...]:
    """The doors of `wall` among the hall's `points` (N, 3) at `heights` (N,), in order along it."""
    near = rows_beside(points, wall.p0, wall.along, wall.inward, (0.0, wall.length_m), (-3.0, 0.04))
    z, s, depth = heights[near], (points[near, :2] - wall.p0) @ wall.along, wall.depths(points[near, :2])
    beside = (s > 0) & (s < wall.length_m) & (z > 0.2) & (depth < 0.04) & (depth > -3.0)
    s, depth, z = s[beside], depth[beside], z[beside]
    shape = (int(wall.length_m / _STEP_M) + 1, 80)
    on_face, behind = np.zeros(shape, np.bool_), np.zeros(shape, np.bool_)
    cell = (s / _STEP_M).astype(np.int64), np.minimum(z / _STEP_M, shape[1] - 1).astype(np.int64)
    face = np.abs(depth) < 0.04
    on_face[cell[0][face], cell[1][face]] = True
    behind[cell[0][~face], cell[1][~face]] = True
    low, high = int(0.3 / _STEP_M), int(_DOOR_HEAD_M / _STEP_M)
    is_bare = on_face[:, low:high].mean(1) < _BARE
    edges = np.flatnonzero(np.diff(np.pad(is_bare.astype(np.int8), 1))).reshape(-1, 2)
    found = []
    for first, last in edges:
        is_wide = _MIN_WIDTH_M <= (last - first) * _STEP_M <= _MAX_WIDTH_M
        if not is_wide or behind[first:last, low:high].mean() < _SEEN_BEHIND:
            continue
        within = (s >= first * _STEP_M) & (s < last * _STEP_M) & ~face & (z < _DOOR_HEAD_M)
        head = _head(on_face[first:last], behind[first:last], high)
        panel = bool(np.median(-depth[within]) < _RECESS_M)
        found.append(FoundOpening(float(first * _STEP_M), float(last * _STEP_M), head, panel))
    return tuple(found)


def _head(on_face: npt.NDArray[np.bool_], behind: npt.NDArray[np.bool_], start: int) -> float:
    """Height at which the wall's face begins again above the door."""
    wall_again = np.flatnonzero(on_face[:, start:].mean(0) > np.maximum(behind[:, start:].mean(0), 0.3))
    return _STEP_M * (start + int(wall_again[0]) if len(wall_again) else on_face.shape[1])
