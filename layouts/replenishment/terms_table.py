"""How each SKU is bought and kept, from a CSV table."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path

import numpy as np
from scipy.special import ndtr

from layouts.csv_table import read_rows
from layouts.replenishment.service import LeadTime
from layouts.replenishment.tuning import Terms
from spatial.errors import BadDataError

MOST_LEAD_DAYS = 730
OPTIONAL = (
    "lead_sd_days", "unit_cost", "order_cost", "holding_per_year", "pack", "at_least", "life_days", "life_sd_days",
)  # fmt: skip
ABOVE_0 = frozenset({"unit_cost", "holding_per_year", "pack", "life_days"})


def read_terms(path: Path) -> Mapping[str, Terms]:
    """Read `sku,lead_days` and any of OPTIONAL; an empty cell is the default of `Terms`.

    BadDataError with file, row and column for what is not a number in reach, and for a SKU that comes twice.
    """
    terms: dict[str, Terms] = {}
    for row, cells in read_rows(path, required=("sku", "lead_days")):
        if cells["sku"] in terms:
            raise BadDataError(
                f"{path} row {row} column 'sku' has '{cells['sku']}' again: keep one row a SKU"
            )
        given = {
            column: _number(path, row, column, cells[column])
            for column in ("lead_days", *OPTIONAL)
            if cells.get(column)
        }
        lead, spread = given.pop("lead_days"), given.pop("lead_sd_days", 0.0)
        if lead > MOST_LEAD_DAYS or spread > MOST_LEAD_DAYS:
            raise BadDataError(
                f"{path} row {row} has a lead time of {lead:g} ± {spread:g} days: "
                f"expected {MOST_LEAD_DAYS} at most; is it in hours?"
            )
        life = given.pop("life_days", None)
        terms[cells["sku"]] = Terms(
            lead=lead_time(lead, spread), life_days=None if life is None else max(1, round(life)), **given
        )
    if not terms:
        raise BadDataError(f"{path} has no rows: give one a SKU, with sku and lead_days")
    return terms


def lead_time(mean: float, sd: float) -> LeadTime:
    """Whole days about a mean, as a normal law has them within three standard deviations, none below 0."""
    if sd == 0:
        low = math.floor(mean)
        return LeadTime((low,)) if mean == low else LeadTime((low, low + 1), (low + 1 - mean, mean - low))
    days = np.arange(max(0, math.floor(mean - 3 * sd)), math.ceil(mean + 3 * sd) + 1)
    shares = ndtr((days + 0.5 - mean) / sd) - ndtr((days - 0.5 - mean) / sd)
    return LeadTime(tuple(days.tolist()), tuple((shares / shares.sum()).tolist()))


def _number(path: Path, row: int, column: str, text: str) -> float:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    least = "above 0" if column in ABOVE_0 else "0 or more"
    if not math.isfinite(number) or number < 0 or (number == 0 and column in ABOVE_0):
        raise BadDataError(f"{path} row {row} column '{column}' is '{text}': expected a number, {least}")
    return number
