"""Items: what a piece of each SKU weighs."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

from layouts.csv_table import Column, plain_columns, read_rows
from spatial.errors import BadDataError

Items = Mapping[str, float]
"""SKU to the mass of one piece in kilograms."""


def read_items(path: Path) -> Items:
    """Read `sku,mass_kg`, one SKU a row.

    Raises BadDataError with file, row and column for anything else, and for a SKU that comes twice.
    """
    columns = plain_columns(path, required=("sku", "mass_kg"))
    items = None if columns is None else _items_of(**columns)
    return items or _read_row_by_row(path)


def _items_of(sku: Column, mass_kg: Column) -> Items | None:
    """The items of plain columns; None where something is wrong."""
    masses = [_mass(text) for text in mass_kg.texts]
    if len(sku.texts) < len(sku.of) or any(map(math.isnan, masses)):
        return None
    return {name: masses[mass] for name, mass in zip(sku.texts, mass_kg.of.tolist(), strict=True)}


def _read_row_by_row(path: Path) -> Items:
    items: dict[str, float] = {}
    for row, cells in read_rows(path, required=("sku", "mass_kg")):
        sku = cells["sku"]
        if sku in items:
            raise BadDataError(f"{path} row {row} column 'sku' has '{sku}' again: keep one row a SKU")
        mass = _mass(cells["mass_kg"])
        if math.isnan(mass):
            raise BadDataError(
                f"{path} row {row} column 'mass_kg' is '{cells['mass_kg']}': expected kilograms, 0 or more"
            )
        items[sku] = mass
    return items


def _mass(text: str) -> float:
    """The kilograms, 0 or more, that a text is, or not a number."""
    try:
        mass = float(text)
    except ValueError:
        return math.nan
    return mass if math.isfinite(mass) and mass >= 0 else math.nan
