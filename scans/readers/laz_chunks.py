"""The chunks of a LAZ file, checked before the decoder allocates memory by what their table says."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from pathlib import Path

import lazrs

from scans.readers.faults import naming_faults, require_bytes, size_of_file
from spatial.errors import BadDataError

_CHUNKED = (2, 3)
_VARIABLE = 0xFFFFFFFF
_LARGEST_CHUNK_BYTES = 1 << 28
# every chunk starts with one whole point, the shortest of which has 20 bytes
_SMALLEST_CHUNK = 20
_LAYERED = 3
# how many layers each item of a layered point has, by the item's type; BYTE14 has one for each byte
_LAYERS = {10: 9, 11: 1, 12: 2, 13: 1}
_BYTE14 = 14
_SOURCE_AT, _SOURCE_LAYER = 20, 7  # of the first point, and of the layers, the source's


def check_chunks(path: Path, *, laszip: bytes, data_start: int, point_count: int, record_bytes: int) -> None:
    """Raise BadDataError where the chunk table promises what the file cannot hold, or memory cannot.

    `laszip` is the laszip record; the points start at byte `data_start`, whose first eight say where
    the table lies.
    """
    if len(laszip) < 34:
        raise BadDataError(f"{path}: is marked as LAZ but has no laszip record: export it again")
    compressor, chunk_size = struct.unpack_from("<H10xI", laszip, 0)
    if compressor not in _CHUNKED:
        raise BadDataError(
            f"{path}: LAZ compressor {compressor} is not supported: export it again as LAZ or LAS"
        )
    table_start = _table_start(path, data_start)
    table = _table(path, laszip, data_start, table_start)
    if chunk_size == _VARIABLE:
        promised, largest = (
            sum(points for points, _ in table),
            max((points for points, _ in table), default=0),
        )
    else:
        promised, largest = chunk_size * len(table), chunk_size
    if largest * record_bytes > _LARGEST_CHUNK_BYTES:
        raise BadDataError(
            f"{path}: a chunk of {largest} points needs {largest * record_bytes} bytes, above "
            f"{_LARGEST_CHUNK_BYTES}: its header is wrong, or export it again with chunks of 50000"
        )
    if compressor == _LAYERED:
        _check_layers(path, laszip, data_start + 8, table)
    if point_count > promised:
        raise BadDataError(
            f"{path}: its header states {point_count} points, but its {len(table)} chunks hold {promised} "
            "at most: the file is cut short or its header is wrong; copy it again"
        )


def has_variable_chunks(laszip: bytes) -> bool:
    """Whether the table of chunks tells the points of each, which a checked laszip record says."""
    return struct.unpack_from("<I", laszip, 12) == (_VARIABLE,)


def sources_of_chunks(
    path: Path, *, laszip: bytes, data_start: int, point_count: int
) -> tuple[frozenset[int], list[tuple[int, int]]]:
    """The `point_source_id` of the chunks that have but one, and the first record and the number of records of each
    run of chunks that must be read to know theirs; of a checked file.

    A layered chunk starts with its first point, and the layer of a field that never changes after is empty.
    """
    compressor, chunk_points = struct.unpack_from("<H10xI", laszip, 0)
    if compressor != _LAYERED or chunk_points == _VARIABLE:
        return frozenset(), [(0, point_count)]
    alone: set[int] = set()
    mixed: list[tuple[int, int]] = []
    table = _table(path, laszip, data_start, _table_start(path, data_start))
    for index, (source, is_mixed) in enumerate(_sources(path, laszip, data_start + 8, table)):
        first = index * chunk_points
        last = min(first + chunk_points, point_count)
        if first >= last:
            break
        if not is_mixed:
            alone.add(source)
        elif mixed and sum(mixed[-1]) == first:
            mixed[-1] = mixed[-1][0], last - mixed[-1][0]
        else:
            mixed.append((first, last - first))
    return frozenset(alone), mixed


def _sources(
    path: Path, laszip: bytes, start: int, table: Sequence[tuple[int, int]]
) -> Iterator[tuple[int, bool]]:
    """The source of the first point of each layered chunk, and whether it changes after."""
    lead = sum(size for _, size in _items(laszip)) + 4
    with path.open("rb") as file:
        for _, chunk_bytes in table:
            file.seek(start)
            head = file.read(lead + 4 * (_SOURCE_LAYER + 1))
            (source,), (layer_bytes,) = (
                struct.unpack_from(form, head, at)
                for form, at in (("<H", _SOURCE_AT), ("<I", lead + 4 * _SOURCE_LAYER))
            )
            yield source, layer_bytes > 0
            start += chunk_bytes


def _items(laszip: bytes) -> list[tuple[int, int]]:
    """The type and the bytes of each item of a point, the point itself first."""
    return [struct.unpack_from("<HH", laszip, at) for at in range(34, len(laszip) - 5, 6)]


def _table_start(path: Path, data_start: int) -> int:
    there = size_of_file(path)
    require_bytes(path, needed=data_start + 16, there=there, what="its compressed points")
    with path.open("rb") as file:
        file.seek(data_start)
        (table_start,) = struct.unpack("<q", file.read(8))
        if table_start == -1:  # the writer could not seek back: the place stands at the end of the file
            file.seek(-8, 2)
            (table_start,) = struct.unpack("<q", file.read(8))
    if not data_start + 8 <= table_start <= there - 8:
        raise BadDataError(
            f"{path}: its chunk table is said to lie at byte {table_start} of {there}: the file is cut "
            "short; copy it again"
        )
    return int(table_start)


def _table(path: Path, laszip: bytes, data_start: int, table_start: int) -> list[tuple[int, int]]:
    """Points and bytes of every chunk."""
    room = table_start - data_start - 8
    with path.open("rb") as file:
        file.seek(table_start + 4)
        (count,) = struct.unpack("<I", file.read(4))
        if count > room // _SMALLEST_CHUNK:
            raise BadDataError(
                f"{path}: its chunk table states {count} chunks, but {room // _SMALLEST_CHUNK} at most fit "
                "into the file: the table is wrong; export the file again"
            )
        file.seek(data_start)
        with naming_faults(path, "LAZ"):
            table: list[tuple[int, int]] = lazrs.read_chunk_table(file, lazrs.LazVlr(laszip))
    if sum(size for _, size in table) > room:
        raise BadDataError(
            f"{path}: its chunks are said to take {sum(size for _, size in table)} bytes, but {room} are "
            "there: the file is cut short or its table is wrong; copy it again"
        )
    return table


def _check_layers(path: Path, laszip: bytes, start: int, table: list[tuple[int, int]]) -> None:
    """A layered chunk: one whole point, a count, the bytes of each layer, the layers."""
    items = _items(laszip)
    layers = sum(size if kind == _BYTE14 else _LAYERS.get(kind, 0) for kind, size in items)
    lead = sum(size for _, size in items) + 4
    with path.open("rb") as file:
        for index, (_, chunk_bytes) in enumerate(table):
            file.seek(start + lead)
            sizes = struct.unpack(f"<{layers}I", file.read(4 * layers).ljust(4 * layers, b"\xff"))
            if lead + 4 * layers + sum(sizes) > chunk_bytes:
                raise BadDataError(
                    f"{path}: the layers of chunk {index} are said to take {sum(sizes)} bytes, but it has "
                    f"{chunk_bytes}: the file is damaged; copy it again"
                )
            start += chunk_bytes
