"""Several scan files as one cloud in one world frame, in chunks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from scans.cloud import PointCloud
from scans.poses_file import PoseOrigin
from scans.readers.passing import Passing
from scans.scan_file import Block, Position, ScanFile
from scans.units import Unit
from scans.up_axis import Up
from spatial.poses import Matrix4, transform_points

CHUNK_POINTS = 1_000_000
_ORIGIN_STEP_M = 100.0


@dataclass(frozen=True, eq=False, kw_only=True)
class PlacedScan:
    """A file with its place: `world_from_file` acts on metres.

    `first_station` is added to the file's own station numbers where it counts them from 0, and stands for all
    its points otherwise; None keeps the numbers as they are. `pose_origin` tells how the pose came about.
    """

    file: ScanFile
    metres_per_unit: float
    world_from_file: Matrix4 | None = None
    first_station: int | None = None
    pose_origin: PoseOrigin = field(default_factory=PoseOrigin)

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


@dataclass(frozen=True)
class ScanPart:
    """File number `scan` of a set: all of it, or `count` of its points from point `first` on."""

    scan: int
    first: int = 0
    count: int | None = None

    def points(self, scans: ScanSet) -> int:
        """How many points that is, as the file's header says."""
        return scans.scans[self.scan].file.point_count if self.count is None else self.count


@dataclass(frozen=True, eq=False, kw_only=True)
class ScanSet:
    """Scan files, opened and placed, their points unread.

    `point_count` is what the headers promise; beams without return are in it but come in no chunk.
    `stations` are the known sensor positions (3,) in the world, metres, by station number. `up` is the axis
    that the user said to point up; the scans are placed by it already.
    """

    scans: tuple[PlacedScan, ...]
    stations: Mapping[int, Position]
    unit: Unit | None = None
    drop_invalid: bool = False
    up: Up | None = None

    @property
    def notes(self) -> tuple[str, ...]:
        """What was judged or repaired in the files, each with the file's name."""
        return tuple(f"{scan.file.path.name}: {note}" for scan in self.scans for note in scan.file.notes)

    @property
    def paths(self) -> tuple[Path, ...]:
        """The files in order."""
        return tuple(scan.file.path for scan in self.scans)

    @property
    def point_count(self) -> int:
        """Points in all files, as their headers say."""
        return sum(scan.file.point_count for scan in self.scans)

    def parts(self, most: int) -> tuple[ScanPart, ...]:
        """The files in their order, those that can be read from anywhere in parts of at most `most` points."""
        return tuple(
            part for number, scan in enumerate(self.scans) for part in _parts_of(number, scan.file, most)
        )

    def passing(self) -> Passing:
        """The checks of this set, nothing seen yet."""
        return Passing(
            [scan.file for scan in self.scans],
            self._name(),
            drop_invalid=self.drop_invalid,
            is_sized=self.unit is not None,
            is_up_told=self.up is not None,
        )

    def chunks(self, size: int = CHUNK_POINTS, *, shape_only: bool = False) -> Iterator[PointCloud]:
        """The valid points in the order of the files, at most `size` at a time, all with the same origin.

        The origin is in whole hundreds of metres, near the first points. `shape_only` may leave out times, scalars,
        and intensity beside colour, where that is faster. Raises BadDataError for broken data,
        a point that is not finite (unless the format means a beam without return, or `drop_invalid`), no
        valid point at all, a cloud whose size no building in metres has (unless `unit` is given), and one whose
        floor lies across another axis than Z (unless `up` is).
        """
        passing, whole = self.passing(), [ScanPart(number) for number in range(len(self.scans))]
        yield from self.chunks_of(whole, passing, size, shape_only=shape_only)
        passing.finish()

    def chunks_of(
        self,
        parts: Iterable[ScanPart],
        passing: Passing,
        size: int = CHUNK_POINTS,
        *,
        shape_only: bool = False,
        origin: npt.NDArray[np.float64] | None = None,
    ) -> Iterator[PointCloud]:
        """As `chunks`, of some parts, with the `origin` (3,) of all if that is known; `passing` is not finished."""
        if size < 1:
            raise ValueError(f"size {size} is below 1 point")
        for part in parts:
            scan = self.scans[part.scan]
            blocks = _blocks_of(scan.file, part, size, shape_only=shape_only)
            for block in passing.valid(part.scan, blocks, part.first):
                points = scan.world_points(block)
                passing.add(points)
                if origin is None:
                    origin = np.round(np.median(points, axis=0) / _ORIGIN_STEP_M) * _ORIGIN_STEP_M
                yield PointCloud(
                    points=_near(points, origin),
                    origin=origin,
                    intensity=block.intensity,
                    colour=block.colour,
                    time_s=block.time_s,
                    station=scan.station_numbers(block),
                    scalars=block.scalars,
                )
            if part.count is None:
                passing.require_points(part.scan)

    def _name(self) -> str:
        first = str(self.scans[0].file.path)
        return first if len(self.scans) == 1 else f"{first} and {len(self.scans) - 1} more"


def _parts_of(number: int, file: ScanFile, most: int) -> Iterator[ScanPart]:
    if file.shape_run is None or file.point_count <= most:
        yield ScanPart(number)
        return
    for first in range(0, file.point_count, most):
        yield ScanPart(number, first, min(most, file.point_count - first))


def _blocks_of(file: ScanFile, part: ScanPart, size: int, *, shape_only: bool) -> Iterator[Block]:
    if part.count is not None:
        assert file.shape_run is not None
        assert shape_only
        return file.shape_run(part.first, part.count, size)
    return file.shape_blocks(size) if shape_only and file.shape_blocks else file.blocks(size)


def _near(points: npt.NDArray[np.float64], origin: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    """Points (N, 3) relative to `origin`, axis by axis, so that no copy in float64 is made."""
    near = np.empty(points.shape, np.float32)
    for axis in range(3):
        np.subtract(points[:, axis], origin[axis], out=near[:, axis], dtype=np.float64, casting="same_kind")
    return near
