"""Slotting: which locations each SKU is picked from."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from layouts.csv_table import Column, plain_columns, read_rows
from spatial.errors import BadDataError

Slotting = Mapping[str, tuple[str, ...]]
"""SKU to the ids of its pick locations, at least one: with several, each tour takes the one that suits it."""


def read_slotting(path: Path) -> Slotting:
    """Read `sku,location`, one pick location a row; a SKU in several locations has several rows.

    Raises BadDataError with file, row and column for anything else, for a row that comes twice, and for a
    table without rows.
    """
    columns = plain_columns(path, required=("sku", "location"))
    slotting = None if columns is None else _slotting_of(**columns)
    return slotting or _read_row_by_row(path)


def _slotting_of(sku: Column, location: Column) -> Slotting | None:
    """The slotting of plain columns; None where a row comes twice."""
    pairs = np.unique(sku.of * len(location.texts) + location.of)
    if len(pairs) < len(sku.of):
        return None
    places: dict[int, list[str]] = {}
    for number, place in zip(sku.of.tolist(), location.of.tolist(), strict=True):
        places.setdefault(number, []).append(location.texts[place])
    return {sku.texts[number]: tuple(its) for number, its in places.items()}


def _read_row_by_row(path: Path) -> Slotting:
    slotting: dict[str, tuple[str, ...]] = {}
    for row, cells in read_rows(path, required=("sku", "location")):
        sku, location = cells["sku"], cells["location"]
        if location in slotting.get(sku, ()):
            raise BadDataError(f"{path} row {row} has SKU '{sku}' at '{location}' again: remove the row")
        slotting[sku] = (*slotting.get(sku, ()), location)
    if not slotting:
        raise BadDataError(f"{path} has no SKUs below its header: add at least one row")
    return slotting


def write_slotting(path: Path, slotting: Slotting) -> None:
    """Write `sku,location` in the order of `slotting`: what `read_slotting` reads."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(("sku", "location"))
        rows.writerows((sku, location) for sku, locations in slotting.items() for location in locations)
