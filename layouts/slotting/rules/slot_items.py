"""What is told of each SKU that rules ask for."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from layouts.csv_table import read_rows
from spatial.errors import BadDataError

SIZES = ("length_mm", "width_mm", "height_mm")
COLUMNS = ("sku", "mass_kg", *SIZES, "keep_upright", "temperature", "hazard", "family", "lot", "stock")
IGNORED = ("name",)
HEAVIEST_KG, LONGEST_MM, MOST_PIECES = 1e4, 2e4, 10**6
_YES = {"yes": True, "no": False, "": False}


@dataclass(frozen=True, kw_only=True)
class SlotItem:
    """A SKU: the mass of a piece, its length, width and height, its classes, and the pieces to be held.

    None is what is not told. `keep_upright` keeps its height upright; else it may lie on any side. `stock` is that of
    all pick faces of the SKU together.
    """

    mass_kg: float | None = None
    size_mm: tuple[float, float, float] | None = None
    keep_upright: bool = False
    temperature: str | None = None
    hazard: str | None = None
    family: str | None = None
    lot: str | None = None
    stock: int = 1


SlotItems = Mapping[str, SlotItem]


def read_slot_items(path: Path) -> dict[str, SlotItem]:
    """Read a CSV table with `sku` and any of the other COLUMNS, one SKU a row; an empty cell tells nothing.

    Raises BadDataError with file, row and column for a value that cannot be, a SKU that comes twice, a column that
    is not known, a size that is told in part, or no rows.
    """
    items: dict[str, SlotItem] = {}
    for row, cells in read_rows(path, required=("sku",)):
        check_columns(path, cells, (*COLUMNS, *IGNORED))
        sku = cells["sku"]
        if sku in items:
            raise BadDataError(f"{path} row {row} column 'sku' has '{sku}' again: keep one row a SKU")
        items[sku] = item_of(f"{path} row {row}", cells)
    if not items:
        raise BadDataError(f"{path} has no SKUs below its header: add at least one row")
    return items


def item_of(where: str, cells: Mapping[str, str]) -> SlotItem:
    """The item that a row tells; BadDataError, which begins with `where` it stands, for a value that cannot be."""
    sizes = [number(where, cells, column, low=1e-3, high=LONGEST_MM, unit="mm") for column in SIZES]
    told = [size for size in sizes if size is not None]
    if 0 < len(told) < 3:
        raise BadDataError(f"{where} tells only part of {', '.join(SIZES)}: give all three or none")
    stock = number(where, cells, "stock", low=0, high=MOST_PIECES, unit="pieces")
    if stock is not None and stock != int(stock):
        raise BadDataError(f"{where} column 'stock' is '{cells['stock']}': expected whole pieces")
    upright = cells.get("keep_upright", "").lower()
    if upright not in _YES:
        raise BadDataError(f"{where} column 'keep_upright' is '{cells['keep_upright']}': write yes or no")
    return SlotItem(
        mass_kg=number(where, cells, "mass_kg", low=0, high=HEAVIEST_KG, unit="kg"),
        size_mm=(told[0], told[1], told[2]) if told else None,
        keep_upright=_YES[upright],
        temperature=cells.get("temperature") or None,
        hazard=cells.get("hazard") or None,
        family=cells.get("family") or None,
        lot=cells.get("lot") or None,
        stock=1 if stock is None else int(stock),
    )


def check_columns(path: Path, cells: Mapping[str, str], known: tuple[str, ...]) -> None:
    """Raise BadDataError for a column that is not known: a rule that is misspelt would bind nothing."""
    for column in cells:
        if column not in known:
            raise BadDataError(f"{path} row 1 has a column '{column}': known are {', '.join(known)}")


def number(
    where: str, cells: Mapping[str, str], column: str, *, low: float, high: float, unit: str
) -> float | None:
    """A cell as a number from `low` to `high`, None where it is empty or its column is not there; BadDataError."""
    text = cells.get(column, "")
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not low <= value <= high:
        raise BadDataError(f"{where} column '{column}' is '{text}': expected {unit} from {low:g} to {high:g}")
    return value
