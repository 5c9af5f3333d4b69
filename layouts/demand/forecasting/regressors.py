"""What is told of days beside orders, by date and maybe SKU: promotions, holidays, weather."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from layouts.csv_table import read_rows
from layouts.demand.forecasting.demand_table import DemandTable
from spatial.errors import BadDataError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

DATE, SKU, KNOWN_AT = "date", "sku", "known_at"
NOT_VALUES = (DATE, SKU, KNOWN_AT)


@dataclass(frozen=True, kw_only=True, eq=False)
class Told:
    """R columns by name: `common` (T + H, R) for all SKUs, NaN where nothing is told, and what is told of a SKU
    instead: `value` (K,) of `column` in `bucket` for `sku`, in rising order of SKUs.
    """

    names: tuple[str, ...]
    common: Floats
    sku: Ints
    bucket: Ints
    column: Ints
    value: Floats

    def of(self, rows: slice) -> Floats:
        """The values (S, T + H, R) for the SKUs of a slice; no columns where nothing is told."""
        wanted = np.broadcast_to(self.common, (rows.stop - rows.start, *self.common.shape)).copy()
        first, last = np.searchsorted(self.sku, [rows.start, rows.stop])
        own = slice(int(first), int(last))
        wanted[self.sku[own] - rows.start, self.bucket[own], self.column[own]] = self.value[own]
        return np.nan_to_num(wanted)


NOTHING_TOLD = Told(
    names=(),
    common=np.zeros((1, 0)),
    sku=np.zeros(0, np.int64),
    bucket=np.zeros(0, np.int64),
    column=np.zeros(0, np.int64),
    value=np.zeros(0),
)


@dataclass(frozen=True, kw_only=True, eq=False)
class ToldRows:
    """The rows (K,) of a table: the `day` (`date.toordinal`), the SKU or "" for all, when it was known (NaN where not
    told, else `date.toordinal` with parts of a day), and `values` (K, R), NaN where the cell is empty.
    """

    path: Path
    names: tuple[str, ...]
    day: Ints
    sku: tuple[str, ...]
    known_at: Floats
    values: Floats


def read_told(path: Path) -> ToldRows:
    """Read `date[,sku][,known_at],NAME…`: numbers by date; BadDataError names the row of what is none."""
    days, skus, known, values = [], [], [], []
    names: tuple[str, ...] | None = None
    for row, cells in read_rows(path, required=(DATE,)):
        if names is None:
            names = tuple(name for name in cells if name and name not in NOT_VALUES)
        days.append(_date(path, row, DATE, cells[DATE]).toordinal())
        skus.append(cells.get(SKU, ""))
        known.append(_known_at(path, row, cells))
        values.append([_number(path, row, name, cells[name]) for name in names])
    if not names:
        raise BadDataError(
            f"{path} tells nothing: give at least one row and a column beside {', '.join(NOT_VALUES)}"
        )
    return ToldRows(
        path=path,
        names=names,
        day=np.array(days, np.int64),
        sku=tuple(skus),
        known_at=np.array(known),
        values=np.array(values),
    )


def told_of(rows: ToldRows, table: DemandTable, horizon: int) -> Told:
    """The rows on the buckets of a table and `horizon` more; in weeks a value is the mean over its days.

    Rows of other days or of SKUs that are not in the table are passed over; a later row of the same day and SKU
    counts instead of an earlier one.
    """
    buckets, everyone = table.counts.shape[1] + horizon, len(table.skus)
    number: Mapping[str, int] = {"": everyone} | {sku: place for place, sku in enumerate(table.skus)}
    owner = np.array([number.get(sku, -1) for sku in rows.sku], np.int64)
    bucket = (rows.day - table.first_day.toordinal()) // table.days_each
    taken = np.flatnonzero((bucket >= 0) & (bucket < buckets) & (owner >= 0))[::-1]
    _, latest = np.unique(owner[taken] * dt.date.max.toordinal() + rows.day[taken], return_index=True)
    kept = taken[latest]
    cells, cell_of, days = np.unique(
        owner[kept] * buckets + bucket[kept], return_inverse=True, return_counts=True
    )
    means = np.stack(
        [np.bincount(cell_of, values, len(cells)) / days for values in rows.values[kept].T], axis=1
    )
    who, at = np.divmod(cells, buckets)
    common = np.full((buckets, len(rows.names)), np.nan)
    common[at[who == everyone]] = means[who == everyone]
    place, column = np.nonzero(np.isfinite(means) & (who < everyone)[:, None])
    return Told(
        names=rows.names,
        common=common,
        sku=who[place],
        bucket=at[place],
        column=column,
        value=means[place, column],
    )


def _date(path: Path, row: int, column: str, text: str) -> dt.date:
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        raise BadDataError(
            f"{path} row {row} column '{column}' is '{text}': expected a date as 2026-11-28"
        ) from None


def _known_at(path: Path, row: int, cells: Mapping[str, str]) -> float:
    text = cells.get(KNOWN_AT, "")
    if not text:
        return math.nan
    try:
        at = dt.datetime.fromisoformat(text)
    except ValueError:
        raise BadDataError(
            f"{path} row {row} column '{KNOWN_AT}' is '{text}': expected a date or time as 2026-11-28T08:00"
        ) from None
    return at.toordinal() + (at.hour * 3600 + at.minute * 60 + at.second) / 86_400


def _number(path: Path, row: int, column: str, text: str) -> float:
    if not text:
        return math.nan
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise BadDataError(
            f"{path} row {row} column '{column}' is '{text}': expected a number, 0 or 1 for no and yes"
        )
    return value
