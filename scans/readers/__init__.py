"""Reading scan files: LAS and LAZ, E57, PLY, PCD, text, RGB-D folders, one or many, into one world frame."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from scans.cloud import PointCloud
from scans.poses_file import PoseOrigin, SensorPoses, StationPositions, read_poses
from scans.readers.e57 import open_e57
from scans.readers.faults import size_of_file
from scans.readers.las import open_las
from scans.readers.pcd import open_pcd
from scans.readers.ply import open_ply
from scans.readers.pts import open_pts
from scans.readers.ptx import open_ptx
from scans.readers.rgbd import open_rgbd
from scans.readers.scan_set import CHUNK_POINTS, PlacedScan, ScanSet
from scans.readers.xyz import open_xyz
from scans.scan_file import Position, ScanFile
from scans.units import Unit, metres_per_unit
from scans.up_axis import Up, world_from_up
from spatial.errors import BadDataError
from spatial.poses import Matrix4, transform_points

__all__ = ["READERS", "ScanSet", "open_scan", "open_scans", "read_scans"]

_TEXT = (".xyz", ".txt", ".asc", ".csv")
READERS: Mapping[str, Callable[[Path], ScanFile]] = {
    ".las": open_las,
    ".laz": open_las,
    ".e57": open_e57,
    ".ply": open_ply,
    ".pcd": open_pcd,
    ".pts": open_pts,
    ".ptx": open_ptx,
    **dict.fromkeys(_TEXT, open_xyz),
}


def open_scan(
    path: Path,
    *,
    unit: Unit | None = None,
    drop_invalid: bool = False,
    columns: Sequence[str] | None = None,
    up: Up | None = None,
) -> ScanSet:
    """One scan file, opened and checked; see `open_scans`."""
    return open_scans([path], unit=unit, drop_invalid=drop_invalid, columns=columns, up=up)


def open_scans(
    paths: Sequence[Path],
    *,
    unit: Unit | None = None,
    poses: Path | None = None,
    drop_invalid: bool = False,
    columns: Sequence[str] | None = None,
    up: Up | None = None,
) -> ScanSet:
    """Scan files, opened, checked and placed in one world frame; the points are read by `ScanSet.chunks`.

    `unit` is that of all files and is believed; without it metres are assumed and checked (scans/units.py).
    `poses` is a file of sensor poses or station positions (scans/poses_file.py); it is in metres.
    `columns` are the names of the columns of all text files (.xyz .txt .asc .csv), `_` for one to skip.
    `up` is the axis that points up in the frame that files and poses share, and is believed: the world is
    that frame turned so that it is Z. Without it Z is assumed and checked (scans/up_axis.py).

    Station numbers: a single file, and files with station positions in JSON, keep the numbers that their
    points carry (`point_source_id`, from 0 in E57). Otherwise numbers run on from file to file: a file takes
    one for each of the scans in it (E57, PTX), a folder one for each image, any other file one.
    `drop_invalid` leaves points out that are not finite.

    Raises BadDataError for what is wrong with a file, ValueError for no paths at all.
    """
    if not paths:
        raise ValueError("no scan files given")
    if columns is not None and not any(path.suffix.lower() in _TEXT for path in paths):
        raise BadDataError(
            f"{paths[0]}: has no columns to name: leave --columns out; it is for {' '.join(_TEXT)}"
        )
    files = [_open_file(path, columns) for path in paths]
    factors = [metres_per_unit(unit, file.stated_unit, str(file.path)) for file in files]
    sensors = read_poses(poses) if poses is not None else None
    if isinstance(sensors, StationPositions) and all(file.station_ids for file in files):
        stations: Mapping[int, Position] = sensors.for_stations(_station_numbers(files))
        scans = [PlacedScan(file=f, metres_per_unit=m) for f, m in zip(files, factors, strict=True)]
    else:
        scans = _numbered(files, factors, sensors)
        stations = _known_stations(scans)
        if isinstance(sensors, StationPositions):
            stations = _positions_by_order(sensors, scans)
    placed = ScanSet(scans=tuple(scans), stations=stations, unit=unit, drop_invalid=drop_invalid, up=up)
    return placed if up is None else _turned(placed, world_from_up(up))


def read_scans(
    paths: Sequence[Path],
    *,
    unit: Unit | None = None,
    poses: Path | None = None,
    drop_invalid: bool = False,
    columns: Sequence[str] | None = None,
    up: Up | None = None,
    size: int = CHUNK_POINTS,
) -> Iterator[PointCloud]:
    """The points of many files in one world frame, in chunks; see `open_scans` and `ScanSet.chunks`."""
    scans = open_scans(paths, unit=unit, poses=poses, drop_invalid=drop_invalid, columns=columns, up=up)
    return scans.chunks(size)


def _open_file(path: Path, columns: Sequence[str] | None) -> ScanFile:
    if path.is_dir():
        return open_rgbd(path)
    size_of_file(path)
    if columns is not None and path.suffix.lower() in _TEXT:
        return open_xyz(path, columns)
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        raise BadDataError(
            f"{path}: the suffix '{path.suffix}' is none of {', '.join(READERS)}: convert the file"
        )
    return reader(path)


def _station_numbers(files: Sequence[ScanFile]) -> list[int]:
    numbers = [file.station_ids() for file in files if file.station_ids]
    return sorted(frozenset().union(*numbers))


def _numbered(
    files: Sequence[ScanFile], factors: Sequence[float], sensors: SensorPoses | StationPositions | None
) -> list[PlacedScan]:
    """Station numbers that run on from file to file, and the pose of each file where there is one."""
    poses: Sequence[Matrix4 | None] = [None] * len(files)
    if isinstance(sensors, SensorPoses):
        poses = sensors.for_files([file.path for file in files])
    is_lone = len(files) == 1 and sensors is None
    scans: list[PlacedScan] = []
    following = 0
    for file, factor, pose in zip(files, factors, poses, strict=True):
        first = None if is_lone else following
        origin = sensors.told_of(file.path) if isinstance(sensors, SensorPoses) else PoseOrigin()
        scans.append(
            PlacedScan(
                file=file,
                metres_per_unit=factor,
                world_from_file=pose,
                first_station=first,
                pose_origin=origin,
            )
        )
        following += 1 if file.station_count is None else file.station_count
    return scans


def _known_stations(scans: Sequence[PlacedScan]) -> dict[int, Position]:
    """Positions that the files know, and for a posed file without any the origin of its sensor frame."""
    stations: dict[int, Position] = {}
    for scan in scans:
        in_file = scan.file.stations
        if not in_file and scan.world_from_file is not None:
            in_file = {0: np.zeros(3)}
        for number, position in in_file.items():
            in_world = position * scan.metres_per_unit
            if scan.world_from_file is not None:
                in_world = transform_points(scan.world_from_file, in_world)
            stations[number + (scan.first_station or 0)] = in_world
    return stations


def _positions_by_order(sensors: StationPositions, scans: Sequence[PlacedScan]) -> dict[int, Position]:
    if any(scan.file.station_count is not None for scan in scans):
        raise BadDataError(
            f"{sensors.path}: a file that holds several scans brings its own stations: leave --poses out"
        )
    return sensors.for_stations([scan.first_station or 0 for scan in scans])


def _turned(scans: ScanSet, turn: Matrix4) -> ScanSet:
    """The same scans in the world that `turn` leads to."""
    return replace(
        scans,
        scans=tuple(
            replace(s, world_from_file=turn if s.world_from_file is None else turn @ s.world_from_file)
            for s in scans.scans
        ),
        stations={number: transform_points(turn, place) for number, place in scans.stations.items()},
    )
