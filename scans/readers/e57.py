"""E57: several posed scans in one file, joined in the file's common frame."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from pye57 import libe57

from scans.readers.faults import naming_faults, require_bytes, require_points, size_of_file
from scans.scan_file import Block, ScanFile
from spatial.errors import BadDataError
from spatial.poses import Matrix4, pose_from_quaternion, transform_points

_CARTESIAN = ("cartesianX", "cartesianY", "cartesianZ")
_SPHERICAL = ("sphericalRange", "sphericalAzimuth", "sphericalElevation")
_INVALID = ("cartesianInvalidState", "sphericalInvalidState")
_COLOURS = ("colorRed", "colorGreen", "colorBlue")
_BUFFER_TYPES = (
    dict.fromkeys((*_CARTESIAN, *_SPHERICAL, "timeStamp", *_COLOURS), np.float64)
    | {"intensity": np.float32}
    | dict.fromkeys(_INVALID, np.int8)
)


@dataclass(frozen=True, eq=False)
class _Scan:
    """One scan of the file: what its header says."""

    index: int
    point_count: int
    fields: tuple[str, ...]
    file_from_scan: Matrix4 | None
    brightest: float

    @property
    def coordinates(self) -> tuple[str, str, str]:
        return _CARTESIAN if set(_CARTESIAN) <= set(self.fields) else _SPHERICAL


def open_e57(path: Path) -> ScanFile:
    """The points of all scans of an E57 file, in metres by the standard.

    Points that the scanner marked invalid are dropped. The station of a point is the number of its scan, from
    0; its position is known where the scan has a pose. BadDataError names what is wrong with the file.
    """
    _check_file_header(path)
    with naming_faults(path, "E57"):
        scans = _scans(path)
        count = sum(scan.point_count for scan in scans)
        require_points(path, count)
        # a record takes a bit at least
        require_bytes(path, needed=count // 8, there=size_of_file(path), what=f"{count} points")
    return ScanFile(
        path=path,
        point_count=count,
        blocks=partial(_blocks, path, scans),
        stated_unit="m",
        stations={s.index: s.file_from_scan[:3, 3].copy() for s in scans if s.file_from_scan is not None},
        station_count=len(scans),
        invalid_is_normal=True,
    )


def _check_file_header(path: Path) -> None:
    there = size_of_file(path)
    with path.open("rb") as file:
        head = file.read(48)
    if head[:8] != b"ASTM-E57":
        raise BadDataError(f"{path}: does not start with 'ASTM-E57': it is no E57 file; check its suffix")
    require_bytes(path, needed=48, there=there, what="its header")
    length, xml_start, xml_length = struct.unpack_from("<QQQ", head, 16)
    require_bytes(path, needed=length, there=there, what="its pages")
    require_bytes(path, needed=xml_start + xml_length, there=there, what="its XML section")


def _scans(path: Path) -> tuple[_Scan, ...]:
    image = libe57.ImageFile(str(path), "r")
    try:
        nodes = image.root()["data3D"]
        return tuple(_scan(path, index, nodes[index]) for index in range(len(nodes)))
    finally:
        image.close()


def _scan(path: Path, index: int, node: Any) -> _Scan:
    points = node["points"]
    prototype = libe57.StructureNode(points.prototype())
    fields = tuple(prototype.get(i).elementName() for i in range(prototype.childCount()))
    if not (set(_CARTESIAN) <= set(fields) or set(_SPHERICAL) <= set(fields)):
        raise BadDataError(
            f"{path}: scan {index} has no coordinates, only {', '.join(fields)}: export it again"
        )
    brightest = node["colorLimits"]["colorRedMaximum"].value() if node.isDefined("colorLimits") else 255.0
    return _Scan(index, points.childCount(), fields, _pose(path, index, node), float(brightest) or 255.0)


def _pose(path: Path, index: int, node: Any) -> Matrix4 | None:
    if not node.isDefined("pose"):
        return None
    pose = node["pose"]
    translation, (w, x, y, z) = (0.0, 0.0, 0.0), (1.0, 0.0, 0.0, 0.0)
    if pose.isDefined("translation"):
        translation = tuple(pose["translation"][axis].value() for axis in "xyz")
    if pose.isDefined("rotation"):
        w, x, y, z = (pose["rotation"][part].value() for part in "wxyz")
    try:
        file_from_scan = pose_from_quaternion(translation, (x, y, z, w))
    except ValueError as fault:
        raise BadDataError(f"{path}: the pose of scan {index} is none ({fault}): export it again") from fault
    if not np.isfinite(file_from_scan).all():
        raise BadDataError(f"{path}: the pose of scan {index} is not finite: export it again")
    return file_from_scan


def _blocks(path: Path, scans: tuple[_Scan, ...], size: int) -> Iterator[Block]:
    with naming_faults(path, "E57"):
        image = libe57.ImageFile(str(path), "r")
        try:
            for scan in scans:
                yield from _blocks_of_scan(path, image, scan, size)
        finally:
            image.close()


def _blocks_of_scan(path: Path, image: Any, scan: _Scan, size: int) -> Iterator[Block]:
    size = min(size, max(1, scan.point_count))
    columns = {f: np.empty(size, _BUFFER_TYPES[f]) for f in scan.fields if f in _BUFFER_TYPES}
    buffers = libe57.VectorSourceDestBuffer()
    for name, column in columns.items():
        buffers.append(libe57.SourceDestBuffer(image, name, column, size, True, True))
    reader = image.root()["data3D"][scan.index]["points"].reader(buffers)
    read = 0
    try:
        while read < scan.point_count and (rows := reader.read()):
            read += rows
            yield _block({name: column[:rows] for name, column in columns.items()}, scan)
    finally:
        reader.close()
    if read != scan.point_count:
        raise BadDataError(
            f"{path}: scan {scan.index} states {scan.point_count} points, but its data end after {read}: "
            "copy it again"
        )


def _block(columns: dict[str, npt.NDArray[Any]], scan: _Scan) -> Block:
    xyz = np.stack([columns[name] for name in scan.coordinates], axis=1)
    if scan.coordinates is _SPHERICAL:
        xyz = _from_spherical(xyz)
    if scan.file_from_scan is not None:
        with np.errstate(invalid="ignore", over="ignore"):  # invalid points may hold anything
            xyz = transform_points(scan.file_from_scan, xyz)
    block = Block(
        xyz=xyz,
        intensity=columns["intensity"].copy() if "intensity" in columns else None,
        colour=_colour(columns, scan.brightest),
        time_s=columns["timeStamp"].copy() if "timeStamp" in columns else None,
        station=np.full(len(xyz), scan.index, dtype=np.int32),
    )
    for name in _INVALID:
        if name in columns:
            # 1 marks a direction without range, 2 nothing at all
            block = block.keep(columns[name] == 0)
    return block


def _from_spherical(range_azimuth_elevation: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Azimuth about Z from X, elevation from the XY plane, radians (ASTM E2807)."""
    r, azimuth, elevation = range_azimuth_elevation.T
    with np.errstate(invalid="ignore"):
        flat = r * np.cos(elevation)
        return np.stack([flat * np.cos(azimuth), flat * np.sin(azimuth), r * np.sin(elevation)], axis=1)


def _colour(columns: dict[str, npt.NDArray[Any]], brightest: float) -> npt.NDArray[np.uint8] | None:
    if not set(_COLOURS) <= set(columns):
        return None
    channels = np.stack([columns[name] for name in _COLOURS], axis=1)
    as_bytes: npt.NDArray[np.float64] = np.clip(np.nan_to_num(channels) * (255 / brightest), 0, 255)
    return as_bytes.astype(np.uint8)
