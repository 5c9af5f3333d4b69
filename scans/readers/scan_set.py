"""Several scan files as one cloud in one world frame, in chunks."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from scans.cloud import PointCloud
from scans.scan_file import Block, Position, ScanFile
from scans.units import SizeCheck, Unit
from spatial.errors import BadDataError
from spatial.poses import Matrix4, transform_points

_log = logging.getLogger(__name__)

CHUNK_POINTS = 1_000_000
_ORIGIN_STEP_M = 100.0
# a coordinate beyond this is no measurement, whatever its unit; it also catches NaN and infinity
_FARTHEST = 1e9


@dataclass(frozen=True, eq=False, kw_only=True)
class PlacedScan:
    """A file with its place: `world_from_file` acts on metres.

    `first_station` is added to the file's own station numbers where it counts them from 0, and stands for all
    its points otherwise; None keeps the numbers as they are.
    """

    file: ScanFile
    metres_per_unit: float
    world_from_file: Matrix4 | None = None
    first_station: int | None = None

    def world_points(self, block: Block) -> npt.NDArray[np.float64]:
        """The block's points (N, 3) in the world, metres."""
        points = block.xyz if self.metres_per_unit == 1.0 else block.xyz * self.metres_per_unit
        return points if self.world_from_file is None else transform_points(self.world_from_file, points)

    def station_numbers(self, block: Block) -> npt.NDArray[np.int32] | None:
        """The block's station numbers (N,) in the set."""
        if self.first_station is None:
            return block.station
        if self.file.station_count is not None and block.station is not None:
            return block.station + np.int32(self.first_station)
        return np.full(len(block), self.first_station, dtype=np.int32)


@dataclass(frozen=True, eq=False, kw_only=True)
class ScanSet:
    """Scan files, opened and placed, their points unread.

    `point_count` is what the headers promise; beams without return are in it but come in no chunk.
    `stations` are the known sensor positions (3,) in the world, metres, by station number.
    """

    scans: tuple[PlacedScan, ...]
    stations: Mapping[int, Position]
    unit: Unit | None = None
    drop_invalid: bool = False

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files in order."""
        return tuple(scan.file.path for scan in self.scans)

    @property
    def point_count(self) -> int:
        """Points in all files, as their headers say."""
        return sum(scan.file.point_count for scan in self.scans)

    def chunks(self, size: int = CHUNK_POINTS) -> Iterator[PointCloud]:
        """The valid points in the order of the files, at most `size` at a time, all with the same origin.

        The origin is in whole hundreds of metres, near the first points. Raises BadDataError for broken data,
        a point that is not finite (unless the format means a beam without return, or `drop_invalid`), no
        valid point at all, and a cloud whose size no building in metres has (unless `unit` is given).
        """
        if size < 1:
            raise ValueError(f"size {size} is below 1 point")
        origin: npt.NDArray[np.float64] | None = None
        check = SizeCheck(self._name(), metres_stated=all(s.file.stated_unit == "m" for s in self.scans))
        for scan in self.scans:
            for block in _valid_blocks(scan.file, size, drop_invalid=self.drop_invalid):
                points = scan.world_points(block)
                if self.unit is None:
                    check.add(points)
                if origin is None:
                    origin = np.round(np.median(points, axis=0) / _ORIGIN_STEP_M) * _ORIGIN_STEP_M
                yield PointCloud(
                    points=(points - origin).astype(np.float32, order="C"),
                    origin=origin,
                    intensity=block.intensity,
                    colour=block.colour,
                    time_s=block.time_s,
                    station=scan.station_numbers(block),
                )
        if self.unit is None:
            check.finish()

    def _name(self) -> str:
        first = str(self.scans[0].file.path)
        return first if len(self.scans) == 1 else f"{first} and {len(self.scans) - 1} more"


def _valid_blocks(file: ScanFile, size: int, *, drop_invalid: bool) -> Iterator[Block]:
    """The file's blocks without points that are not finite; empty ones are left out."""
    read, kept = 0, 0
    low, high = np.full(3, np.inf), np.full(3, -np.inf)
    for block in file.blocks(size):
        rows = len(block)
        if not _is_valid(_bounds(block)):
            valid = np.all(np.abs(block.xyz) < _FARTHEST, axis=1)
            if not (drop_invalid or file.invalid_is_normal):
                raise _not_finite(file, block, read, int(np.argmin(valid)))
            block = block.keep(np.atleast_1d(valid))
        read += rows
        kept += len(block)
        if len(block):
            block_low, block_high = _bounds(block)
            low, high = np.minimum(low, block_low), np.maximum(high, block_high)
            yield block
    if kept == 0:
        raise BadDataError(f"{file.path}: none of its {read} points is valid: export it again")
    if kept > 1 and bool((low == high).all()):
        raise BadDataError(
            f"{file.path}: all its {kept} points lie in one place: it is damaged; export it again"
        )
    if kept < file.point_count:
        dropped = file.point_count - kept
        _log.info("%s: left out %d of %d points, which are invalid", file.path, dropped, file.point_count)


def _bounds(block: Block) -> npt.NDArray[np.float64]:
    """The lowest and highest coordinates (2, 3); NaN where a point has one."""
    if len(block) == 0:
        return np.zeros((2, 3))
    return np.stack([block.xyz.min(axis=0), block.xyz.max(axis=0)])


def _is_valid(bounds: npt.NDArray[np.float64]) -> bool:
    return bool((np.abs(bounds) < _FARTHEST).all())


def _not_finite(file: ScanFile, block: Block, read: int, index: int) -> BadDataError:
    x, y, z = block.xyz[index]
    what = "farther away than 1e9" if np.isfinite(block.xyz[index]).all() else "not finite"
    return BadDataError(
        f"{file.path}: point {read + index} of {file.point_count} is {what} ({x:g}, {y:g}, {z:g}): "
        "clean the file, or pass --drop-invalid to leave such points out"
    )
