"""Where the sensor stood: a file of poses beside the scans.

Two forms are read:

1. TUM text, `t tx ty tz qx qy qz qw [scan_index]` a line: one pose per scan file, whose points are in the
   sensor's frame. A row belongs to the file whose name ends in that number (`scans/056.laz` is 56); without
   the ninth column rows and files go by order, and their numbers must agree.
2. JSON, `{"poses": [[x, y, z], …]}`: one position per station, for points that are in the world already.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from spatial.errors import BadDataError
from spatial.poses import Matrix4, pose_from_quaternion

_LONGEST_FILE = 1 << 28
# published quaternions are rounded; a swapped column is farther off than this
_NORM_TOLERANCE = 0.02


@dataclass(frozen=True, eq=False)
class SensorPoses:
    """One pose per scan: `world_from_sensor` (K, 4, 4) metres; `scan_index` (K,) where the file has it."""

    path: Path
    world_from_sensor: npt.NDArray[np.float64]
    scan_index: npt.NDArray[np.int64] | None

    def for_files(self, paths: Sequence[Path]) -> list[Matrix4]:
        """The pose of every scan file; raises BadDataError for a file without one."""
        if self.scan_index is None:
            return self._by_order(paths)
        row_of = {int(index): row for row, index in enumerate(self.scan_index)}
        return [self.world_from_sensor[self._row(row_of, path)] for path in paths]

    def _by_order(self, paths: Sequence[Path]) -> list[Matrix4]:
        if len(paths) != len(self.world_from_sensor):
            raise BadDataError(
                f"{self.path}: {len(self.world_from_sensor)} poses for {len(paths)} scan files: give one row "
                "for each file, or the scan's number as a ninth column"
            )
        return list(self.world_from_sensor)

    def _row(self, row_of: dict[int, int], path: Path) -> int:
        digits = re.findall(r"\d+", path.stem)
        if not digits:
            raise BadDataError(
                f"{path}: has no number in its name to find its pose in {self.path}: rename it"
            )
        if int(digits[-1]) not in row_of:
            raise BadDataError(
                f"{self.path}: has no pose for scan {int(digits[-1])} ({path.name}): add its row"
            )
        return row_of[int(digits[-1])]


@dataclass(frozen=True, eq=False)
class StationPositions:
    """Positions (K, 3) of the stations in the world, metres, in the order of their numbers."""

    path: Path
    positions: npt.NDArray[np.float64]

    def for_stations(self, numbers: Sequence[int]) -> dict[int, npt.NDArray[np.float64]]:
        """Positions by station number, matched by sorted order; raises BadDataError if the counts differ."""
        if len(numbers) != len(self.positions):
            raise BadDataError(
                f"{self.path}: {len(self.positions)} station positions, but the points name {len(numbers)} "
                "stations (point_source_id): give one position for each"
            )
        return dict(zip(sorted(numbers), self.positions, strict=True))


def read_poses(path: Path) -> SensorPoses | StationPositions:
    """Read a poses file of either form; BadDataError names the line or entry that is wrong."""
    try:
        if path.stat().st_size > _LONGEST_FILE:
            raise BadDataError(f"{path}: is larger than {_LONGEST_FILE} bytes: it is no poses file")
        text = path.read_text("utf-8")
    except OSError as fault:
        raise BadDataError(
            f"{path}: cannot be read ({fault.strerror}): check the name and its rights"
        ) from fault
    except UnicodeDecodeError as fault:
        raise BadDataError(f"{path}: is no text: pass TUM text or JSON as poses") from fault
    return _parse_json(path, text) if text.lstrip().startswith("{") else _parse_tum(path, text)


def _parse_json(path: Path, text: str) -> StationPositions:
    try:
        entries = json.loads(text).get("poses")
    except (json.JSONDecodeError, RecursionError) as fault:
        raise BadDataError(f"{path}: is no JSON ({fault}): write it again") from fault
    if not isinstance(entries, list) or not entries:
        raise BadDataError(f'{path}: has no list "poses": write {{"poses": [[x, y, z], …]}}')
    for index, entry in enumerate(entries):
        if not _is_position(entry):
            raise BadDataError(f"{path}: poses[{index}] is {str(entry)[:60]}: write [x, y, z] in metres")
    return StationPositions(path, np.array(entries, dtype=np.float64))


def _is_position(entry: object) -> bool:
    return (
        isinstance(entry, list)
        and len(entry) == 3
        and all(isinstance(v, int | float) and not isinstance(v, bool) and abs(v) < 1e9 for v in entry)
    )


def _parse_tum(path: Path, text: str) -> SensorPoses:
    lines = [(n, line.split()) for n, line in enumerate(text.splitlines(), 1) if line.strip()]
    rows = [_tum_row(path, n, words) for n, words in lines if not words[0].startswith("#")]
    if not rows:
        raise BadDataError(f"{path}: holds no pose: write lines 't tx ty tz qx qy qz qw [scan_index]'")
    if len({len(row) for row in rows}) > 1:
        raise BadDataError(f"{path}: some lines have a scan index and some have none: give all or none")
    poses = np.stack([pose_from_quaternion(row[1:4], row[4:8]) for row in rows])
    if len(rows[0]) == 8:
        return SensorPoses(path, poses, None)
    index = np.array([int(row[8]) for row in rows])
    if len(np.unique(index)) < len(index):
        raise BadDataError(f"{path}: a scan index stands on two lines: keep one pose for each scan")
    return SensorPoses(path, poses, index)


def _tum_row(path: Path, number: int, words: list[str]) -> list[float]:
    try:
        row = [float(word) for word in words]
    except ValueError:
        row = []
    is_pose = len(row) in (8, 9) and np.isfinite(row).all() and max(map(abs, row[1:4])) < 1e9
    if not is_pose or (len(row) == 9 and not row[8].is_integer()):
        raise BadDataError(f"{path}: line {number} is no pose: write 't tx ty tz qx qy qz qw [scan_index]'")
    norm = float(np.linalg.norm(row[4:8]))
    if abs(norm - 1) > _NORM_TOLERANCE:
        raise BadDataError(
            f"{path}: line {number}: its quaternion has length {norm:.3f}, not 1: the order is qx qy qz qw"
        )
    return row
