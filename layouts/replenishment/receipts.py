"""What policies bring into the hall: the goods that come on a day, as loads that somebody puts away."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from layouts.csv_table import read_rows
from layouts.slotting_table import Slotting
from spatial.errors import BadDataError


class Receipt(NamedTuple):
    """So many pieces of a SKU come on a day, counted from the first day that is played."""

    day: int
    sku: str
    pieces: float


def putaway(
    receipts: list[Receipt],
    slotting: Slotting,
    *,
    per_load: Mapping[str, float],
    from_s: float,
    until_s: float,
) -> dict[str, Any]:
    """The `putaway` of a scenario that brings one day's receipts: loads of at most `per_load` pieces of a SKU, its
    first location of `slotting`, evenly between two times of the shift, in the order of `receipts`.

    ValueError for no receipts, SKUs of several days, one without a location, and times that are no span.
    """
    if not receipts or len({each.day for each in receipts}) > 1:
        raise ValueError("expected the receipts of one day, one at least")
    if not 0 <= from_s < until_s:
        raise ValueError(f"loads cannot come from {from_s} s until {until_s} s: give a time and a later one")
    places: list[str] = []
    for each in receipts:
        if not slotting.get(each.sku):
            raise ValueError(f"SKU '{each.sku}' has no location: add it to the slotting")
        loads = int(np.ceil(each.pieces / per_load.get(each.sku, each.pieces)))
        places += [slotting[each.sku][0]] * loads
    times: npt.NDArray[np.floating] = from_s + (until_s - from_s) * np.arange(len(places)) / len(places)
    return {
        "putaway": {
            "loads": [
                {"at_s": round(at, 1), "location": place}
                for at, place in zip(times.tolist(), places, strict=True)
            ]
        }
    }


def receipts_csv(receipts: list[Receipt]) -> str:
    """A row a receipt."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(Receipt._fields)
    rows.writerows((each.day, each.sku, f"{each.pieces:g}") for each in receipts)
    return out.getvalue()


def read_receipts(path: Path) -> list[Receipt]:
    """Read `day,sku,pieces`. BadDataError with file and row for what is no day or no number of pieces."""
    receipts = []
    for row, cells in read_rows(path, required=Receipt._fields):
        try:
            day, pieces = int(cells["day"]), float(cells["pieces"])
        except ValueError:
            day, pieces = -1, math.nan
        if day < 0 or not 0 < pieces < math.inf:
            raise BadDataError(
                f"{path} row {row} has day '{cells['day']}' and pieces '{cells['pieces']}': expected a whole number "
                "of days from 0 and a number of pieces above 0"
            )
        receipts.append(Receipt(day, cells["sku"], pieces))
    return receipts
