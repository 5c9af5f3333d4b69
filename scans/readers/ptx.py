"""PTX: several scans in one text file, each a grid of beams in the scanner's frame with its place in the world.

A scan is: columns, rows, the scanner's position, its three axes, a 4 × 4 matrix that acts on row vectors from the
right, then columns × rows lines x y z intensity [r g b]. A beam without return is 0 0 0.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from scans.readers.faults import require_bytes, require_points, size_of_file
from scans.readers.text_columns import PTS_COLUMNS, TextColumns
from scans.readers.text_numbers import is_number, skip_rows
from scans.readers.text_table import TextTable
from scans.scan_file import Block, Position, ScanFile
from spatial.errors import BadDataError
from spatial.poses import Matrix4, transform_points

_HEADER_WIDTHS = (1, 1, 3, 3, 3, 3, 4, 4, 4, 4)
_LONGEST_LINE = 4096
_CHUNK_BYTES = 1 << 20
_SHORTEST_ROW = 8
# published matrices have six decimals
_ROTATION_TOLERANCE = 1e-3
_SAME_PLACE_M = 0.01


@dataclass(frozen=True, eq=False)
class _Scan:
    """One scan of the file: its lines, its place, and the scanner's position (3,)."""

    table: TextTable
    kinds: TextColumns
    file_from_scan: Matrix4
    position: Position
    notes: tuple[str, ...]


def open_ptx(path: Path) -> ScanFile:
    """The points of all scans of a PTX file, in the frame that their matrices lead to.

    The station of a point is the number of its scan, from 0; its position is known. Beams without return are
    dropped. BadDataError names what is wrong with the file: a count that is not that of the lines, a matrix that
    mirrors or stretches.
    """
    there = size_of_file(path)
    scans = tuple(_scans(path, there))
    count = sum(scan.table.count for scan in scans)
    require_points(path, count)
    return ScanFile(
        path=path,
        point_count=count,
        blocks=partial(_blocks, scans),
        stations={index: scan.position for index, scan in enumerate(scans)},
        station_count=len(scans),
        invalid_is_normal=True,
        notes=tuple(note for scan in scans for note in scan.notes),
    )


def _scans(path: Path, there: int) -> Iterator[_Scan]:
    line = 1
    with path.open("rb") as file:
        index = 0
        while (header := _header(path, file, index, line, there)) is not None:
            count, numbers, line = header
            start, first = file.tell(), line
            line = _skip(path, file, index, count, line)
            yield _scan(path, index, count, numbers, start, first)
            index += 1


def _header(
    path: Path, file: BinaryIO, index: int, line: int, there: int
) -> tuple[int, npt.NDArray[np.float64], int] | None:
    """The count of beams, the 28 numbers after the two counts, the next line; None at the end of the file."""
    numbers: list[float] = []
    for width in _HEADER_WIDTHS:
        words, line = _words(file, line)
        if not words and not numbers and index > 0:
            return None
        if len(words) != width or not all(map(is_number, words)):
            shown = " ".join(words)[:60] or "nothing"
            raise BadDataError(
                f"{path}: line {line - 1} reads '{shown}', not the {width} numbers that the header of scan {index} "
                "has there: the counts of columns and rows are not those of the lines, or it is cut short; "
                "export it again"
            )
        numbers += map(float, words)
    columns, rows = numbers[:2]
    if not (columns.is_integer() and rows.is_integer() and 1 <= columns < 1 << 31 and 1 <= rows < 1 << 31):
        raise BadDataError(
            f"{path}: scan {index} states {columns:g} columns and {rows:g} rows: export it again with its points"
        )
    count = int(columns) * int(rows)
    require_bytes(
        path,
        needed=file.tell() + count * _SHORTEST_ROW - 1,
        there=there,
        what=f"{columns:g} × {rows:g} beams of scan {index}",
    )
    return count, np.array(numbers[2:]), line


def _words(file: BinaryIO, line: int) -> tuple[list[str], int]:
    """The words of the next line that is not blank, and the number of the line after it."""
    while raw := file.readline(_LONGEST_LINE):
        line += 1
        if words := raw.decode("utf-8", "replace").split():
            return words, line
    return [], line + 1


def _skip(path: Path, file: BinaryIO, index: int, count: int, line: int) -> int:
    """Step over the beams of a scan; the number of the line after them."""
    left, is_in_row = count, False
    at = file.tell()
    while data := file.read(_CHUNK_BYTES):
        end, rows, lines, is_in_row = skip_rows(np.frombuffer(data, np.uint8), left, is_in_row)
        left, line, at = left - rows, line + lines, at + end
        if left == 0 and not is_in_row:
            break
    if left:
        raise BadDataError(
            f"{path}: scan {index} states {count} beams, but the file ends after {count - left}: it is cut short; "
            "copy it again"
        )
    file.seek(at)
    return line


def _scan(
    path: Path, index: int, count: int, numbers: npt.NDArray[np.float64], start: int, line: int
) -> _Scan:
    with path.open("rb") as file:
        file.seek(start)
        words, _ = _words(file, line)
    names = PTS_COLUMNS.get(len(words))
    if names is None:
        raise BadDataError(
            f"{path}: line {line} has {len(words)} numbers, but a beam of a PTX has 4 (x y z intensity) or 7 "
            "(with r g b): export it again"
        )
    table = TextTable(path=path, start=start, first_line=line, columns=len(words), count=count)
    position, axes, matrix = numbers[:3], numbers[3:12].reshape(3, 3), numbers[12:].reshape(4, 4).T
    if axes.any():
        _require_rotation(path, index, axes.T, "the scanner's axes")
    _require_rotation(path, index, matrix[:3, :3], "the matrix")
    if not np.allclose(matrix[3], [0, 0, 0, 1]) or not np.isfinite(numbers).all():
        raise BadDataError(
            f"{path}: the matrix of scan {index} has a last column other than 0 0 0 1, or its place is not finite: "
            "export it again"
        )
    place, notes = _place(index, position, matrix)
    kinds = TextColumns(names).judged_by(table.sample())
    return _Scan(table, kinds, matrix, place, (f"scan {index}: columns {kinds}", *notes))


def _require_rotation(path: Path, index: int, turn: npt.NDArray[np.float64], what: str) -> None:
    determinant = float(np.linalg.det(turn)) if np.isfinite(turn).all() else np.nan
    if determinant < 0:
        raise BadDataError(
            f"{path}: {what} of scan {index} mirror (determinant {determinant:.3g}, a rotation has 1): left and "
            "right would be swapped; export it with right-handed axes"
        )
    if not np.abs(turn @ turn.T - np.eye(3)).max() < _ROTATION_TOLERANCE:
        raise BadDataError(
            f"{path}: {what} of scan {index} are no rotation (determinant {determinant:.3g}, a rotation has 1): "
            "export it without scale or shear, and pass --unit for its unit"
        )


def _place(index: int, position: Position, matrix: Matrix4) -> tuple[Position, tuple[str, ...]]:
    """Where the scanner stood: where the matrix takes it, unless the points are in the world already."""
    if np.array_equal(matrix, np.eye(4)):
        return position, ()
    place = matrix[:3, 3].copy()
    apart = float(np.linalg.norm(place - position))
    if position.any() and apart > _SAME_PLACE_M:
        return place, (
            f"scan {index}: the scanner's position is {apart:.3g} from where its matrix leads; the matrix counts",
        )
    return place, ()


def _blocks(scans: tuple[_Scan, ...], size: int) -> Iterator[Block]:
    for index, scan in enumerate(scans):
        for block in scan.kinds.blocks(scan.table, size):
            kept = block.keep(np.any(block.xyz != 0, axis=1))
            with np.errstate(invalid="ignore", over="ignore"):  # a beam may hold anything
                xyz = transform_points(scan.file_from_scan, kept.xyz)
            yield replace(kept, xyz=xyz, station=np.full(len(kept), index, dtype=np.int32))
