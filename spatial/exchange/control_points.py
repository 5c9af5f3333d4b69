"""Points known in both frames, as a table: what places a network that names nothing as the facility does."""

from __future__ import annotations

from pathlib import Path

from spatial.exchange.alignment import Match
from spatial.exchange.csv_rows import csv_rows
from spatial.exchange.draft import Draft


def read_control_points(path: Path) -> list[Match]:
    """The matches of a CSV table with `name`, `network_x_m`, `network_y_m`, `facility_x_m`, `facility_y_m`.

    Columns may end in another unit, see `csv_rows`. Raises BadDataError with file, row and column.
    """
    return [
        Match(
            name=row.needed("name"),
            source=(row.needed_length("network_x"), row.needed_length("network_y")),
            target=(row.needed_length("facility_x"), row.needed_length("facility_y")),
        )
        for row in csv_rows(path, Draft(str(path)), "name")
    ]
