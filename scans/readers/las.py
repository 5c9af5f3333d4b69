"""LAS and LAZ (COPC too), through laspy and the parallel decoder of lazrs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import laspy
import numpy as np
import numpy.typing as npt

from scans.readers.faults import naming_faults
from scans.readers.las_header import LasHeader, read_las_header
from scans.readers.las_unit import stated_unit
from scans.readers.laz_chunks import sources_of_chunks
from scans.scan_file import Block, ScanFile
from spatial.errors import BadDataError

_Fields = laspy.DecompressionSelection
_FIELDS = (
    _Fields.base()
    | _Fields.Z
    | _Fields.INTENSITY
    | _Fields.GPS_TIME
    | _Fields.POINT_SOURCE_ID
    | _Fields.RGB
    | _Fields.ALL_EXTRA_BYTES
)
_SHAPE = _Fields.base() | _Fields.Z | _Fields.POINT_SOURCE_ID | _Fields.INTENSITY
_COLOURED_SHAPE = _Fields.base() | _Fields.Z | _Fields.POINT_SOURCE_ID | _Fields.RGB
_WITH_COLOUR = (2, 3, 5, 7, 8, 10)
_STATION_FIELDS = _Fields.base() | _Fields.POINT_SOURCE_ID
_BLOCK_BYTES = 1 << 28
_BLOCK_POINTS = 1_000_000


def open_las(path: Path) -> ScanFile:
    """The points of a LAS or LAZ file; `point_source_id` is their station number, extra bytes are scalars.

    BadDataError names what is wrong with the file.
    """
    header = read_las_header(path)
    scan = ScanFile(
        path=path,
        point_count=header.point_count,
        blocks=partial(_blocks, path, header),
        shape_blocks=partial(_blocks, path, header, shape_only=True),
        shape_run=partial(_shape_run, path, header) if header.is_seekable else None,
        stated_unit=stated_unit(header.projection),
        station_ids=partial(_station_ids, path, header),
    )
    # a decoder that cannot start shows before any point is handed out
    next(scan.blocks(1))
    return scan


def _shape_run(path: Path, header: LasHeader, first: int, count: int, size: int) -> Iterator[Block]:
    return _blocks(path, header, size, shape_only=True, first=first, count=count)


def _blocks(
    path: Path,
    header: LasHeader,
    size: int,
    *,
    shape_only: bool = False,
    first: int = 0,
    count: int | None = None,
) -> Iterator[Block]:
    fields = _FIELDS
    if shape_only:
        fields = _COLOURED_SHAPE if header.point_format in _WITH_COLOUR else _SHAPE
    wide_colour = False
    for records in _records(path, header, size, fields, first, count):
        block, wide_colour = _block(records, wide_colour, shape_only=shape_only)
        yield block


def _station_ids(path: Path, header: LasHeader) -> frozenset[int]:
    alone, mixed = frozenset[int](), [(0, header.point_count)]
    if header.laszip is not None:
        alone, mixed = sources_of_chunks(
            path, laszip=header.laszip, data_start=header.data_start, point_count=header.point_count
        )
    seen = set(alone)
    for first, count in mixed:
        for records in _records(path, header, _BLOCK_POINTS, _STATION_FIELDS, first, count):
            seen.update(np.flatnonzero(np.bincount(records["point_source_id"])).tolist())
    return frozenset(seen)


def _records(
    path: Path, header: LasHeader, size: int, fields: Any, first: int = 0, count: int | None = None
) -> Iterator[Any]:
    """`count` records from record `first` on, all that are there without a count."""
    size = max(1, min(size, _BLOCK_BYTES // header.record_bytes))
    read = 0
    reader = partial(
        laspy.open,
        path,
        laz_backend=laspy.LazBackend.LazrsParallel,
        decompression_selection=fields,
        read_evlrs=False,
        encoding_errors="replace",
    )
    wanted = header.point_count - first if count is None else count
    with naming_faults(path, "LAZ" if header.is_compressed else "LAS"), reader() as points:
        if first:
            points.seek(first)
        while read < wanted and len(records := points.read_points(min(size, wanted - read))):
            read += len(records)
            yield records
    if read != wanted:
        raise BadDataError(
            f"{path}: its header states {header.point_count} points, but its data end after {first + read}: "
            "copy it again"
        )


def _block(records: Any, wide_colour: bool, *, shape_only: bool) -> tuple[Block, bool]:
    packed = records.array
    xyz = np.empty((len(packed), 3), order="F")
    for axis, name in enumerate("XYZ"):
        np.multiply(packed[name], records.scales[axis], out=xyz[:, axis])
        xyz[:, axis] += records.offsets[axis]
    names = packed.dtype.names
    colour = None
    if "red" in names:
        colour, wide_colour = _colour(packed, wide_colour)
    block = Block(
        xyz=xyz,
        intensity=None if shape_only and colour is not None else packed["intensity"].astype(np.float32),
        colour=colour,
        station=packed["point_source_id"].astype(np.int32),
    )
    if not shape_only:
        time_s = packed["gps_time"].astype(np.float64) if "gps_time" in names else None
        block = replace(block, time_s=time_s, scalars=dict(_scalars(records)))
    return block, wide_colour


def _scalars(records: Any) -> Iterator[tuple[str, npt.NDArray[np.float32]]]:
    """The extra bytes that hold one number a point."""
    for extra in records.point_format.extra_dimensions:
        if extra.num_elements == 1:
            yield extra.name, np.array(records[extra.name], np.float32)


def _colour(packed: npt.NDArray[Any], wide_colour: bool) -> tuple[npt.NDArray[np.uint8], bool]:
    """Colours are 16-bit by the standard; some writers fill only the low byte, so no value passes 255."""
    channels = np.stack([packed[name] for name in ("red", "green", "blue")], axis=1)
    wide_colour = wide_colour or bool(channels.max(initial=0) > 255)
    return (channels >> 8 if wide_colour else channels).astype(np.uint8), wide_colour
