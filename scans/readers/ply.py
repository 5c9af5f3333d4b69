"""PLY: ascii and binary of either byte order. The vertices are the cloud; faces are ignored."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from scans.readers.faults import require_points, size_of_file
from scans.readers.records import Records, binary_records, block_of, text_records
from scans.scan_file import Block, ScanFile
from spatial.errors import BadDataError

_TYPES = {
    "char": "i1", "int8": "i1", "uchar": "u1", "uint8": "u1", "short": "i2", "int16": "i2",
    "ushort": "u2", "uint16": "u2", "int": "i4", "int32": "i4", "uint": "u4", "uint32": "u4",
    "float": "f4", "float32": "f4", "double": "f8", "float64": "f8",
}  # fmt: skip
_BYTE_ORDERS = {"ascii": "<", "binary_little_endian": "<", "binary_big_endian": ">"}
_LONGEST_HEADER = 1 << 20


@dataclass
class _Element:
    name: str
    count: int
    fields: list[tuple[str, str]] = field(default_factory=list)
    lists: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class _Header:
    format: str
    elements: tuple[_Element, ...]
    size: int


def open_ply(path: Path) -> ScanFile:
    """The vertices of a PLY file; BadDataError names what is wrong with it."""
    size_of_file(path)
    header = _read_header(path)
    before, vertex = _split_at_vertex(path, header)
    require_points(path, vertex.count)
    _require_plain(path, vertex)
    missing = [axis for axis in "xyz" if axis not in {name.lower() for name, _ in vertex.fields}]
    if missing:
        raise BadDataError(f"{path}: its vertices have no {', '.join(missing)}: export it with x, y and z")

    order = _BYTE_ORDERS[header.format]
    read = text_records if header.format == "ascii" else binary_records
    start = _start_of_vertices(path, header, before, order)
    layout = _layout(path, vertex, order)
    records = partial(read, path, layout=layout, start=start, count=vertex.count)
    # a promise that the file cannot keep shows before any point is handed out
    next(records(size=1))
    return ScanFile(path=path, point_count=vertex.count, blocks=partial(_blocks, records, layout))


def _blocks(records: partial[Iterator[Records]], layout: np.dtype[Any], size: int) -> Iterator[Block]:
    return (block_of(some, layout) for some in records(size=size))


def _read_header(path: Path) -> _Header:
    with path.open("rb") as file:
        if file.readline(16).strip() != b"ply":
            raise BadDataError(f"{path}: does not start with 'ply': it is no PLY file; check its suffix")
        lines: list[list[str]] = []
        while (line := file.readline(4096)).strip() != b"end_header":
            if not line or file.tell() > _LONGEST_HEADER:
                raise BadDataError(f"{path}: its header has no 'end_header': it is cut short; copy it again")
            lines.append(line.decode("ascii", "replace").split())
        return _parse_header(path, lines, file.tell())


def _parse_header(path: Path, lines: list[list[str]], size: int) -> _Header:
    format_name = ""
    elements: list[_Element] = []
    for words in lines:
        match words:
            case ["format", ("ascii" | "binary_little_endian" | "binary_big_endian") as name, "1.0"]:
                format_name = name
            case ["element", name, count] if count.isdecimal():
                elements.append(_Element(name, int(count)))
            case ["property", "list", counted, kind, name] if elements and {counted, kind} <= _TYPES.keys():
                elements[-1].lists.append(name)
            case ["property", kind, name] if elements and kind in _TYPES:
                elements[-1].fields.append((name, _TYPES[kind]))
            case [] | ["comment" | "obj_info", *_]:
                pass
            case _:
                raise BadDataError(
                    f"{path}: its header line '{' '.join(words)[:80]}' is no PLY: export it again"
                )
    if not format_name:
        raise BadDataError(f"{path}: its header names no format: export it again")
    return _Header(format_name, tuple(elements), size)


def _split_at_vertex(path: Path, header: _Header) -> tuple[tuple[_Element, ...], _Element]:
    for index, element in enumerate(header.elements):
        if element.name == "vertex":
            return header.elements[:index], element
    raise BadDataError(f"{path}: has no vertices: export it with its points")


def _require_plain(path: Path, element: _Element) -> None:
    if element.lists:
        raise BadDataError(
            f"{path}: its element '{element.name}' holds the list '{element.lists[0]}', which this reader "
            "cannot step over: export the points alone"
        )


def _layout(path: Path, element: _Element, order: str) -> np.dtype[Any]:
    names = [name for name, _ in element.fields]
    if len(set(names)) < len(names):
        raise BadDataError(f"{path}: its element '{element.name}' names a property twice: export it again")
    return np.dtype([(name, order + kind) for name, kind in element.fields])


def _start_of_vertices(path: Path, header: _Header, before: tuple[_Element, ...], order: str) -> int:
    if before and header.format == "ascii":
        raise BadDataError(f"{path}: '{before[0].name}' stands before the vertices: export the points alone")
    start = header.size
    for element in before:
        _require_plain(path, element)
        start += element.count * _layout(path, element, order).itemsize
    return start
