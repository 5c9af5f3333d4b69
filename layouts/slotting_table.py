"""Slotting: which location each SKU is picked from."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

from layouts.csv_table import read_rows
from spatial.errors import BadDataError

Slotting = Mapping[str, str]
"""SKU to the id of its pick location; one location a SKU."""


def read_slotting(path: Path) -> Slotting:
    """Read `sku,location`, one SKU a row.

    Raises BadDataError with file, row and column for anything else, for a SKU that comes twice, and for a
    table without rows.
    """
    slotting: dict[str, str] = {}
    for row, cells in read_rows(path, required=("sku", "location")):
        sku = cells["sku"]
        if sku in slotting:
            raise BadDataError(
                f"{path} row {row} column 'sku' has '{sku}' again, already at '{slotting[sku]}': "
                "keep its one pick location"
            )
        slotting[sku] = cells["location"]
    if not slotting:
        raise BadDataError(f"{path} has no SKUs below its header: add at least one row")
    return slotting


def write_slotting(path: Path, slotting: Slotting) -> None:
    """Write `sku,location` in the order of `slotting`: what `read_slotting` reads."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(("sku", "location"))
        rows.writerows(slotting.items())
