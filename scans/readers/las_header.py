"""The header of LAS and LAZ, checked against the file's size before any parser trusts it.

A false count there makes parsers run for minutes and allocate gigabytes, so every count is bounded first.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from scans.readers.faults import require_bytes, require_points, size_of_file
from scans.readers.laz_chunks import check_chunks, has_variable_chunks
from spatial.errors import BadDataError

_SHORTEST, _LONGEST = 227, 375
_SCALES = 131
_VLR_HEADER = 54
_EVLR_HEADER = 60
_RECORD_BYTES = {0: 20, 1: 28, 2: 26, 3: 34, 4: 57, 5: 63, 6: 30, 7: 36, 8: 38, 9: 59, 10: 67}
_COMPRESSED = 0x80
_LASZIP = 22204


@dataclass(frozen=True)
class LasHeader:
    """What the reader needs: counts, where the points start, and the projection records by their id."""

    point_count: int
    point_format: int
    record_bytes: int
    data_start: int
    laszip: bytes | None
    projection: dict[int, bytes]

    @property
    def is_compressed(self) -> bool:
        """Whether the points are LAZ."""
        return self.laszip is not None

    @property
    def is_seekable(self) -> bool:
        """Whether the decoder finds any record: it does not where chunks differ in size, as in COPC."""
        return self.laszip is None or not has_variable_chunks(self.laszip)


def read_las_header(path: Path) -> LasHeader:
    """The checked header; BadDataError names the count that cannot be true."""
    there = size_of_file(path)
    with path.open("rb") as file:
        header = _parse(path, file, there)
    require_points(path, header.point_count)
    _require_record(path, header)
    if header.is_compressed:
        check_chunks(
            path,
            laszip=header.laszip or b"",
            data_start=header.data_start,
            point_count=header.point_count,
            record_bytes=header.record_bytes,
        )
    else:
        needed = header.data_start + header.point_count * header.record_bytes
        require_bytes(path, needed=needed, there=there, what=f"{header.point_count} points")
    return header


def _parse(path: Path, file: BinaryIO, there: int) -> LasHeader:
    head = file.read(_LONGEST)
    if head[:4] != b"LASF":
        raise BadDataError(f"{path}: does not start with 'LASF': it is no LAS or LAZ file; check its suffix")
    require_bytes(path, needed=_SHORTEST, there=there, what="its header")
    header_size, data_start, vlr_count, format_byte, record_bytes, count = struct.unpack_from(
        "<HIIBHI", head, 94
    )
    require_bytes(path, needed=data_start, there=there, what="its header and records")
    _require_scales(path, struct.unpack_from("<3d", head, _SCALES))
    records = list(_vlrs(path, file, header_size, data_start, vlr_count))
    minor = head[25]
    if minor >= 4:
        require_bytes(path, needed=_LONGEST, there=min(header_size, len(head)), what="its header of LAS 1.4")
        evlr_start, evlr_count, long_count = struct.unpack_from("<QIQ", head, 235)
        count = long_count or count
        records += _evlrs(path, file, evlr_start, evlr_count, there)
    laszip = {number: data for _, number, data in records}.get(_LASZIP, b"")
    return LasHeader(
        point_count=count,
        point_format=format_byte & 0x3F,
        record_bytes=record_bytes,
        data_start=data_start,
        laszip=laszip if format_byte & _COMPRESSED else None,
        projection={number: data for user, number, data in records if user == b"LASF_Projection"},
    )


def _require_scales(path: Path, scales: tuple[float, ...]) -> None:
    for axis, scale in zip("xyz", scales, strict=True):
        if scale < 0:
            raise BadDataError(
                f"{path}: its scale of {axis} is {scale:g}, below 0: the axis is mirrored, and no turn mends that; "
                "export it with scales above 0"
            )


_Record = tuple[bytes, int, bytes]


def _vlrs(path: Path, file: BinaryIO, start: int, end: int, count: int) -> Iterator[_Record]:
    at = start
    for index in range(count):
        file.seek(at)
        head = file.read(_VLR_HEADER)
        at += _VLR_HEADER
        length = struct.unpack_from("<H", head, 20)[0] if len(head) == _VLR_HEADER else 0
        if at + length > end:
            raise BadDataError(
                f"{path}: its header states {count} variable length records, but only {index} fit before the "
                f"points at byte {end}: the header is wrong; export the file again"
            )
        yield _identity(head, file.read(length))
        at += length


def _evlrs(path: Path, file: BinaryIO, start: int, count: int, there: int) -> Iterator[_Record]:
    at = start
    for index in range(count):
        require_bytes(path, needed=at + _EVLR_HEADER, there=there, what=f"{count} extended records")
        file.seek(at)
        head = file.read(_EVLR_HEADER)
        (length,) = struct.unpack_from("<Q", head, 20)
        at += _EVLR_HEADER
        require_bytes(path, needed=at + length, there=there, what=f"extended record {index} of {count}")
        user, number, _ = _identity(head, b"")
        yield user, number, file.read(length) if user == b"LASF_Projection" else b""
        at += length


def _identity(head: bytes, data: bytes) -> _Record:
    user, number = struct.unpack_from("<16sH", head, 2)
    return user.rstrip(b"\0"), number, data


def _require_record(path: Path, header: LasHeader) -> None:
    shortest = _RECORD_BYTES.get(header.point_format)
    if shortest is None:
        raise BadDataError(f"{path}: point format {header.point_format} is none of 0 to 10: export it again")
    if header.record_bytes < shortest:
        raise BadDataError(
            f"{path}: point records of {header.record_bytes} bytes are too short for point format "
            f"{header.point_format} ({shortest} bytes): the header is wrong; export the file again"
        )
