"""Text with a point a line: XYZ, TXT, ASC, CSV. What the columns are is read, judged or asked for, never guessed."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from scans.readers.faults import require_points
from scans.readers.text_columns import SKIPPED, TextColumns, checked_columns, columns_by_content
from scans.readers.text_head import Head, read_head
from scans.readers.text_table import MOST_COLUMNS, TextTable
from scans.scan_file import ScanFile
from spatial.errors import BadDataError


def open_xyz(path: Path, columns: Sequence[str] | None = None) -> ScanFile:
    """The points of a text file, whose `columns` are named, or told by its header or by their content.

    Names in the header other than those of coordinates, colours, intensity and time are scalars. A line with
    nothing but a count is checked. BadDataError names what is wrong, and where nothing tells what a column is,
    the option to pass.
    """
    head = read_head(path)
    table = table_after(path, head).counted()
    require_points(path, table.count)
    count_notes = check_count(path, head.count, table.count)
    sample = table.sample()
    names, by = _names(path, head, columns, columns_by_content(sample))
    kinds = TextColumns(names).judged_by(sample)
    scan = ScanFile(
        path=path,
        point_count=table.count,
        blocks=partial(kinds.blocks, table),
        notes=(f"columns {kinds}: {by}, separated by {head.separators}", *count_notes),
    )
    next(scan.blocks(1))
    return scan


def table_after(path: Path, head: Head) -> TextTable:
    """The table that starts at the head's first line of numbers, its lines uncounted."""
    if head.columns > MOST_COLUMNS:
        raise BadDataError(
            f"{path}: line {head.first.number} has {head.columns} columns, more than {MOST_COLUMNS}: "
            "export it with fewer"
        )
    return TextTable(
        path=path,
        start=head.first.start,
        first_line=head.first.number,
        columns=head.columns,
        delimiter=head.separators.delimiter,
        decimal=head.separators.decimal,
    )


def check_count(path: Path, stated: int | None, there: int) -> tuple[str, ...]:
    """What to note where a count before the points is below that of the lines; BadDataError where it is above."""
    if stated is None or stated == there:
        return ()
    if stated > there:
        raise BadDataError(
            f"{path}: states {stated} points, but {there} lines follow: it is cut short; copy it again"
        )
    return (f"states {stated} points, but {there} lines follow: all are read",)


def _names(
    path: Path, head: Head, given: Sequence[str] | None, by_content: tuple[str, ...] | None
) -> tuple[tuple[str, ...], str]:
    """The names of the columns and what told them."""
    line = head.first.number
    count = head.columns
    names = tuple(given or head.names or by_content or ())
    by = (
        "as given"
        if given
        else f"by the header in line {head.names_line}"
        if head.names
        else "by their content"
    )
    option = f"pass --columns with {count} names, as x,y,z,intensity,r,g,b, {SKIPPED} for those to skip"
    if not names:
        raise BadDataError(
            f"{path}: line {line} has {count} columns, '{head.first.text[:60]}', and no header says what they are: "
            f"{option}"
        )
    if len(names) != count:
        raise BadDataError(
            f"{path}: {len(names)} columns are named {by}, but line {line} has {count}: {option}"
        )
    try:
        return checked_columns(names), by
    except ValueError as fault:
        raise BadDataError(f"{path}: {fault}; or {option}") from fault
