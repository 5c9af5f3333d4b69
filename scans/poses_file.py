"""Where the sensor stood: a file of poses beside the scans.

Three forms are read:

1. TUM text, `t tx ty tz qx qy qz qw [scan_index]` a line: one pose per scan file, whose points are in the
   sensor's frame. A row belongs to the file whose name ends in that number (`scans/056.laz` is 56); without
   the ninth column rows and files go by order, and their numbers must agree.
2. JSON, `{"poses": [[x, y, z], …]}`: one position per station, for points that are in the world already.
3. JSON, `{"poses": [{"scan": "056.laz", "position_m": [x, y, z], "quaternion_xyzw": […], "covariance": [[…], …]},
   …]}`: one pose per scan file, by the file's name, as `write_poses` writes it. The covariance (6, 6), of the turn
   in radians, then of the position in metres, along the world's axes, may be missing. So may `verdict`, how the
   pose came about, and `aliasing`, the word of the aliasing guard on it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from spatial.errors import BadDataError
from spatial.poses import Matrix4, pose_from_quaternion, quaternion_from_pose
from spatial.whole_files import write_whole

_LONGEST_FILE = 1 << 28
# published quaternions are rounded; a swapped column is farther off than this
_NORM_TOLERANCE = 0.02


@dataclass(frozen=True, eq=False)
class PoseOrigin:
    """How a pose came about: `verdict` and `aliasing` are words of `register`, `covariance` (6, 6) as in the file;
    None where the file does not say.
    """

    verdict: str | None = None
    aliasing: str | None = None
    covariance: npt.NDArray[np.float64] | None = None

    def horizontal_sigma_m(self, world_from_file: npt.NDArray[np.float64]) -> float | None:
        """The largest standard deviation in the plan, in a world that the turn (3, 3) leads to."""
        if self.covariance is None:
            return None
        turned = world_from_file @ self.covariance[3:, 3:] @ world_from_file.T
        return float(np.sqrt(max(np.linalg.eigvalsh(turned[:2, :2])[-1], 0.0)))


@dataclass(frozen=True, eq=False)
class SensorPoses:
    """One pose per scan: `world_from_sensor` (K, 4, 4) metres; `scan_index` (K,) or `scan_name`, K file names,
    where the file has them; `covariance` (K, 6, 6), NaN where it has none, or None. `marks` are the other members
    of each pose that are words, as `verdict` and `aliasing`.
    """

    path: Path
    world_from_sensor: npt.NDArray[np.float64]
    scan_index: npt.NDArray[np.int64] | None
    scan_name: tuple[str, ...] | None = None
    covariance: npt.NDArray[np.float64] | None = None
    marks: tuple[Mapping[str, str], ...] | None = None

    def told_of(self, path: Path) -> PoseOrigin:
        """What the file says of how the pose of the scan at `path` came about."""
        if self.scan_name is None or self.marks is None or self.covariance is None:
            return PoseOrigin()
        row = self.scan_name.index(path.name)
        covariance = self.covariance[row]
        return PoseOrigin(
            verdict=self.marks[row].get("verdict"),
            aliasing=self.marks[row].get("aliasing"),
            covariance=covariance if np.isfinite(covariance).all() else None,
        )

    def for_files(self, paths: Sequence[Path]) -> list[Matrix4]:
        """The pose of every scan file; raises BadDataError for a file without one."""
        if self.scan_name is not None:
            return self._by_name(paths, self.scan_name)
        if self.scan_index is None:
            return self._by_order(paths)
        row_of = {int(index): row for row, index in enumerate(self.scan_index)}
        return [self.world_from_sensor[self._row(row_of, path)] for path in paths]

    def _by_name(self, paths: Sequence[Path], names: Sequence[str]) -> list[Matrix4]:
        for path in paths:
            if path.name not in names:
                raise BadDataError(f"{self.path}: has no pose for {path.name}: register it, or leave it out")
        return [self.world_from_sensor[names.index(path.name)] for path in paths]

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


def write_poses(
    path: Path,
    poses: Mapping[str, Matrix4],
    *,
    covariance: Mapping[str, npt.NDArray[np.float64]],
    marks: Mapping[str, Mapping[str, str]] | None = None,
    told: Mapping[str, Any],
) -> None:
    """Write poses (4, 4) by file name, the third form; `told` are further members, as a report.

    `covariance` (6, 6) is that of the turn and of the position, along the world's axes, where it is known; `marks`
    are words to stand at a pose.
    """
    entries = [
        {
            "scan": name,
            "position_m": pose[:3, 3].tolist(),
            "quaternion_xyzw": quaternion_from_pose(pose).tolist(),
            **(marks or {}).get(name, {}),
            **({"covariance": covariance[name].tolist()} if name in covariance else {}),
        }
        for name, pose in poses.items()
    ]
    with write_whole(path) as aside:
        aside.write_text(json.dumps({"poses": entries, **told}, indent=1, ensure_ascii=False) + "\n", "utf-8")


def _parse_json(path: Path, text: str) -> SensorPoses | StationPositions:
    try:
        entries = json.loads(text).get("poses")
    except (json.JSONDecodeError, RecursionError) as fault:
        raise BadDataError(f"{path}: is no JSON ({fault}): write it again") from fault
    if not isinstance(entries, list) or not entries:
        raise BadDataError(f'{path}: has no list "poses": write {{"poses": [[x, y, z], …]}}')
    if isinstance(entries[0], dict):
        return _parse_named(path, entries)
    for index, entry in enumerate(entries):
        if not _is_position(entry):
            raise BadDataError(f"{path}: poses[{index}] is {str(entry)[:60]}: write [x, y, z] in metres")
    return StationPositions(path, np.array(entries, dtype=np.float64))


def _parse_named(path: Path, entries: Sequence[object]) -> SensorPoses:
    poses, names, marks, covariances = [], [], [], np.full((len(entries), 6, 6), np.nan)
    for index, entry in enumerate(entries):
        if not isinstance(entry, dict) or not isinstance(entry.get("scan"), str) or not entry["scan"]:
            raise BadDataError(f"{path}: poses[{index}] names no scan: write the file's name as 'scan'")
        quaternion = _numbers(path, index, entry, "quaternion_xyzw", (4,))
        norm = float(np.linalg.norm(quaternion))
        if abs(norm - 1) > _NORM_TOLERANCE:
            raise BadDataError(
                f"{path}: poses[{index}]: its quaternion has length {norm:.3f}, not 1: the order is qx qy qz qw"
            )
        names.append(entry["scan"])
        poses.append(pose_from_quaternion(_numbers(path, index, entry, "position_m", (3,)), quaternion))
        marks.append({key: word for key, word in entry.items() if key != "scan" and isinstance(word, str)})
        if "covariance" in entry:
            covariances[index] = _numbers(path, index, entry, "covariance", (6, 6))
    if len(set(names)) < len(names):
        raise BadDataError(f"{path}: a scan has two poses: keep one for each")
    return SensorPoses(path, np.stack(poses), None, tuple(names), covariances, tuple(marks))


def _numbers(
    path: Path, index: int, entry: Mapping[str, object], key: str, shape: tuple[int, ...]
) -> npt.NDArray[np.float64]:
    try:
        numbers = np.array(entry.get(key), dtype=np.float64)
    except (TypeError, ValueError):
        numbers = np.empty(0)
    if numbers.shape != shape or not np.abs(numbers).max() < 1e9:
        size = " × ".join(map(str, shape))
        raise BadDataError(f"{path}: poses[{index}] has no '{key}' of {size} finite numbers: write it again")
    return numbers


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
