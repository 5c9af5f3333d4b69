"""PTS: a line with the count of points, then x y z, with intensity, colours or both."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from scans.readers.faults import require_points
from scans.readers.text_columns import PTS_COLUMNS, TextColumns
from scans.readers.text_head import read_head
from scans.readers.xyz import check_count, table_after
from scans.scan_file import ScanFile
from spatial.errors import BadDataError


def open_pts(path: Path) -> ScanFile:
    """The points of a PTS file. Intensities of Leica's range, −2048 to 2047, are counted from 0.

    Where there are more lines than the count says, all are read and `notes` say so; fewer are an error.
    BadDataError names what is wrong with the file.
    """
    head = read_head(path)
    if head.count is None:
        raise BadDataError(
            f"{path}: its first line is no count of points: export it again as PTS, or name it .xyz"
        )
    names = PTS_COLUMNS.get(head.columns)
    if names is None:
        raise BadDataError(
            f"{path}: line {head.first.number} has {head.columns} columns, but a PTS has 3 (x y z), 4 (intensity), "
            "6 (r g b) or 7 (intensity r g b): export it again, or name it .xyz and pass --columns"
        )
    table = table_after(path, head).counted()
    require_points(path, table.count)
    count_notes = check_count(path, head.count, table.count)
    kinds = TextColumns(names).judged_by(table.sample(), is_leica=True)
    scan = ScanFile(
        path=path,
        point_count=table.count,
        blocks=partial(kinds.blocks, table),
        notes=(f"columns {kinds}: by their number", *count_notes),
    )
    next(scan.blocks(1))
    return scan
