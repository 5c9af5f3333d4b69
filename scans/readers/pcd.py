"""PCD 0.7: ascii, binary, binary_compressed. NaN stands for a beam without return.

Points are taken as they are written; VIEWPOINT, which writers use in two meanings, moves nothing.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from scans.readers.faults import require_bytes, require_points, size_of_file
from scans.readers.lzf import lzf_decompress
from scans.readers.records import Records, binary_records, block_of, text_records
from scans.scan_file import Block, ScanFile
from spatial.errors import BadDataError

_KINDS = {"F": "f", "I": "i", "U": "u"}
_REQUIRED = ("FIELDS", "SIZE", "TYPE", "WIDTH", "DATA")
_LONGEST_HEADER = 1 << 16
# three bytes of LZF give at most 264
_LZF_RATIO = 88


@dataclass(frozen=True)
class _Header:
    layout: np.dtype[Any]
    count: int
    data: str
    size: int


def open_pcd(path: Path) -> ScanFile:
    """The points of a PCD file; BadDataError names what is wrong with it.

    A compressed file is decompressed as a whole: it holds one block by its nature.
    """
    size_of_file(path)
    header = _read_header(path)
    require_points(path, header.count)
    records = _records(path, header)
    next(records(1))
    return ScanFile(
        path=path,
        point_count=header.count,
        blocks=partial(_blocks, records, header.layout),
        invalid_is_normal=True,
    )


def _records(path: Path, header: _Header) -> Callable[[int], Iterator[Records]]:
    if header.data == "binary_compressed":
        return partial(_compressed_records, path, header)
    read = text_records if header.data == "ascii" else binary_records

    def records(size: int) -> Iterator[Records]:
        return read(path, layout=header.layout, start=header.size, count=header.count, size=size)

    return records


def _blocks(records: Callable[[int], Iterator[Records]], layout: np.dtype[Any], size: int) -> Iterator[Block]:
    for some in records(size):
        block = block_of(some, layout)
        yield block if block.colour is not None else replace(block, colour=_packed_colour(some, layout))


def _read_header(path: Path) -> _Header:
    entries: dict[str, list[str]] = {}
    with path.open("rb") as file:
        while "DATA" not in entries:
            line = file.readline(4096)
            if not line or file.tell() > _LONGEST_HEADER:
                raise BadDataError(f"{path}: its header has no DATA line: it is no PCD file or cut short")
            words = line.decode("ascii", "replace").split()
            if words and not words[0].startswith("#"):
                entries[words[0].upper()] = words[1:]
        size = file.tell()
    missing = [name for name in _REQUIRED if not entries.get(name)]
    if missing:
        raise BadDataError(f"{path}: its header lacks {', '.join(missing)}: export it again")
    data = entries["DATA"][0].lower()
    if data not in ("ascii", "binary", "binary_compressed"):
        raise BadDataError(
            f"{path}: DATA '{data}' is none of ascii, binary, binary_compressed: export it again"
        )
    return _Header(_layout(path, entries), _point_count(path, entries), data, size)


def _layout(path: Path, entries: dict[str, list[str]]) -> np.dtype[Any]:
    names, sizes, kinds = entries["FIELDS"], entries["SIZE"], entries["TYPE"]
    counts = entries.get("COUNT", ["1"] * len(names))
    if not len(names) == len(sizes) == len(kinds) == len(counts):
        raise BadDataError(f"{path}: FIELDS, SIZE, TYPE and COUNT differ in length: export it again")
    try:
        columns = [
            # padding fields all carry the name "_"
            (f"_{i}" if name == "_" else name.lower(), f"<{_KINDS[kind]}{size}", (int(count),))
            if int(count) != 1
            else (f"_{i}" if name == "_" else name.lower(), f"<{_KINDS[kind]}{size}")
            for i, (name, size, kind, count) in enumerate(zip(names, sizes, kinds, counts, strict=True))
        ]
        layout = np.dtype(columns)
    except (KeyError, TypeError, ValueError) as fault:
        raise BadDataError(f"{path}: its header describes no record ({fault}): export it again") from fault
    missing = [axis for axis in "xyz" if axis not in (layout.names or ()) or layout[axis].shape]
    if missing:
        raise BadDataError(f"{path}: its points have no {', '.join(missing)}: export it with x, y and z")
    return layout


def _point_count(path: Path, entries: dict[str, list[str]]) -> int:
    area = [*entries["WIDTH"][:1], *entries.get("HEIGHT", ["1"])[:1]]
    points = entries.get("POINTS", [])[:1]
    if len(area) < 2 or not all(word.isdecimal() for word in area + points):
        raise BadDataError(f"{path}: WIDTH, HEIGHT or POINTS is no count: export it again")
    count = int(area[0]) * int(area[1])
    if points and int(points[0]) != count:
        raise BadDataError(f"{path}: POINTS {points[0]} is not WIDTH × HEIGHT {count}: export it again")
    return count


def _compressed_records(path: Path, header: _Header, size: int) -> Iterator[Records]:
    """The columns lie one after the other in an LZF stream; they become records, `size` at a time."""
    expected = header.count * header.layout.itemsize
    there = size_of_file(path)
    require_bytes(path, needed=header.size + 8, there=there, what="the sizes of the compressed data")
    with path.open("rb") as file:
        file.seek(header.size)
        packed, unpacked = struct.unpack("<II", file.read(8))
        require_bytes(path, needed=header.size + 8 + packed, there=there, what="the compressed points")
        if unpacked != expected or unpacked > packed * _LZF_RATIO:
            raise BadDataError(
                f"{path}: {packed} bytes are said to hold {unpacked}, but {header.count} points need "
                f"{expected}: its header is wrong; export it again"
            )
        stream = np.fromfile(file, dtype=np.uint8, count=packed)
    columns = np.empty(unpacked, dtype=np.uint8)
    if lzf_decompress(stream, columns) != unpacked:
        raise BadDataError(f"{path}: its compressed points are damaged: copy or export it again")
    for first in range(0, header.count, size):
        yield _interleaved(columns, header, first, min(size, header.count - first))


def _interleaved(columns: npt.NDArray[np.uint8], header: _Header, first: int, rows: int) -> Records:
    records = np.empty(rows, dtype=header.layout)
    start = 0
    for name in header.layout.names or ():
        column = header.layout[name]
        lie = columns[start + first * column.itemsize : start + (first + rows) * column.itemsize]
        records[name] = lie.view(column.base).reshape((rows, *column.shape))
        start += header.count * column.itemsize
    return records


def _packed_colour(records: Records, layout: np.dtype[Any]) -> npt.NDArray[np.uint8] | None:
    """The field `rgb` holds 0x00RRGGBB, often dressed up as a float32."""
    name = next((name for name in ("rgb", "rgba") if name in (layout.names or ())), None)
    if name is None or layout[name].shape:
        return None
    with np.errstate(all="ignore"):  # any bits may stand there
        packed = records[name].astype(np.float32 if layout[name].kind == "f" else np.uint32)
    bits = packed.view(np.uint32)
    return np.stack([(bits >> shift).astype(np.uint8) for shift in (16, 8, 0)], axis=1)
