"""Items: what a piece of each SKU weighs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

from layouts.csv_table import read_rows
from spatial.errors import BadDataError

Items = Mapping[str, float]
"""SKU to the mass of one piece in kilograms."""


def read_items(path: Path) -> Items:
    """Read `sku,mass_kg`, one SKU a row.

    Raises BadDataError with file, row and column for anything else, and for a SKU that comes twice.
    """
    items: dict[str, float] = {}
    for row, cells in read_rows(path, required=("sku", "mass_kg")):
        sku = cells["sku"]
        if sku in items:
            raise BadDataError(f"{path} row {row} column 'sku' has '{sku}' again: keep one row a SKU")
        items[sku] = _mass(path, row, cells["mass_kg"])
    return items


def _mass(path: Path, row: int, text: str) -> float:
    try:
        mass = float(text)
    except ValueError:
        mass = math.nan
    if not (math.isfinite(mass) and mass >= 0):
        raise BadDataError(f"{path} row {row} column 'mass_kg' is '{text}': expected kilograms, 0 or more")
    return mass
