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
_NO_COLOUR, _NO_INTENSITY, _NO_TIME = "isColorInvalid", "isIntensityInvalid", "isTimeStampInvalid"
_INT8 = {*_INVALID, _NO_COLOUR, _NO_INTENSITY, _NO_TIME}
_NO_SCALARS = {"rowIndex", "columnIndex", "returnIndex", "returnCount"}
_NORMALS = "nor:"
_NUMBERS = (libe57.NodeType.E57_FLOAT, libe57.NodeType.E57_INTEGER, libe57.NodeType.E57_SCALED_INTEGER)
# as a voxel cloud has it where no colour is known
_GREY = 160


@dataclass(frozen=True, eq=False)
class _Scan:
    """One scan of the file: what its header says."""

    index: int
    point_count: int
    fields: tuple[str, ...]
    file_from_scan: Matrix4 | None
    brightest: float
    scalars: tuple[str, ...]

    @property
    def coordinates(self) -> tuple[str, str, str]:
        return _CARTESIAN if set(_CARTESIAN) <= set(self.fields) else _SPHERICAL


def open_e57(path: Path) -> ScanFile:
    """The points of all scans of an E57 file, in metres by the standard.

    Points that the scanner marked invalid are dropped; an invalid colour is grey, an invalid intensity 0, an
    invalid time NaN. Other numbers, as a temperature, are scalars, without the prefix of their extension. The
    station of a point is the number of its scan, from 0; its position is known where the scan has a pose.
    BadDataError names what is wrong with the file.
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
    nodes = [prototype.get(i) for i in range(prototype.childCount())]
    fields = tuple(node.elementName() for node in nodes)
    if not (set(_CARTESIAN) <= set(fields) or set(_SPHERICAL) <= set(fields)):
        raise BadDataError(
            f"{path}: scan {index} has no coordinates, only {', '.join(fields)}: export it again"
        )
    brightest = node["colorLimits"]["colorRedMaximum"].value() if node.isDefined("colorLimits") else 255.0
    known = {*_CARTESIAN, *_SPHERICAL, *_COLOURS, "intensity", "timeStamp", *_INT8, *_NO_SCALARS}
    return _Scan(
        index,
        points.childCount(),
        fields,
        _pose(path, index, node),
        float(brightest) or 255.0,
        scalars=tuple(
            name
            for name, field in zip(fields, nodes, strict=True)
            if name not in known and not name.startswith(_NORMALS) and field.type() in _NUMBERS
        ),
    )


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
    read_as: dict[str, npt.DTypeLike] = dict.fromkeys(
        (*_CARTESIAN, *_SPHERICAL, *_COLOURS, "timeStamp", *scan.scalars), np.float64
    )
    read_as |= dict.fromkeys(_INT8, np.int8) | {"intensity": np.float32}
    columns = {name: np.empty(size, read_as[name]) for name in scan.fields if name in read_as}
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
        intensity=_valid(columns, "intensity", _NO_INTENSITY, 0.0),
        colour=_colour(columns, scan.brightest),
        time_s=_valid(columns, "timeStamp", _NO_TIME, np.nan),
        station=np.full(len(xyz), scan.index, dtype=np.int32),
        scalars=_scalars(columns, scan),
    )
    states = _INVALID if scan.coordinates is _CARTESIAN else _INVALID[::-1]
    invalid = next((columns[name] for name in states if name in columns), None)
    # 1 marks a direction without range, 2 nothing at all
    return block if invalid is None else block.keep(invalid == 0)


def _valid(columns: dict[str, npt.NDArray[Any]], name: str, invalid: str, instead: float) -> Any:
    """A copy of a column with `instead` where it is marked invalid; None where it is missing."""
    if name not in columns:
        return None
    return (
        np.where(columns[invalid] != 0, instead, columns[name])
        if invalid in columns
        else columns[name].copy()
    )


def _scalars(columns: dict[str, npt.NDArray[Any]], scan: _Scan) -> dict[str, npt.NDArray[np.float32]]:
    with np.errstate(over="ignore", invalid="ignore"):
        return {name.rpartition(":")[2]: columns[name].astype(np.float32) for name in scan.scalars}


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
    if _NO_COLOUR in columns:
        as_bytes[columns[_NO_COLOUR] != 0] = _GREY
    return as_bytes.astype(np.uint8)
