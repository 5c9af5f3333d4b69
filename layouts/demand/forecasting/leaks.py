"""Columns that know what they cannot have known: refused, with the reason and what to do.

What is not found: a column that leaks with so much noise that it tells little more than an honest one could.
"""

from __future__ import annotations

import datetime as dt

import numpy as np
import numpy.typing as npt

from layouts.demand.forecasting.demand_table import DemandTable
from layouts.demand.forecasting.regressors import Told, ToldRows
from spatial.errors import BadDataError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

IMPLAUSIBLE = 0.95
"""A correlation with demand that no honest column of many values has: chance alone moves demand more than that."""
FEW_VALUES = 5
"""A column of so few values is a kind of day, as a holiday: it may well go with demand, and holds no day's chance."""
MOSTLY = 0.5
"""A column that is told of so many of the past buckets must be told of all, and of those to come; one that is told of
SKUs from where it is first told on."""
FEWEST = 20
"""Buckets, in which both vary, below which no correlation is judged."""


def refuse_leaks(
    rows: ToldRows, told: Told, table: DemandTable, origins: Ints, horizon: int
) -> tuple[str, ...]:
    """Raise BadDataError for the first column that is no regressor; notes on those that pass but help little.

    RULE 1: what is told of a bucket was known before any origin of `origins` (J,), or the table's end, from which
    that bucket is forecast: its `known_at` is no later.
    RULE 2: a column that is told of most buckets is told of all of them, the `horizon` to come too.
    RULE 3: a column neither is demand nor goes with it as only demand itself does, in its own bucket or up to
    `horizon` later ones; weekdays are taken out first. Columns of a few values are only held against
    demand itself, and columns whose rows all say in time when they were known are believed.
    """
    buckets = table.counts.shape[1]
    _refuse_late(rows, table, [*origins.tolist(), buckets], horizon)
    notes = []
    for column, name in enumerate(told.names):
        _refuse_gaps(rows, told, column, table, horizon)
        is_dated = bool(np.isfinite(rows.known_at).all())
        for shift in range(horizon + 1) if not is_dated else ():
            _refuse_demand(rows, told, column, table, shift)
        ahead = told.common[buckets:, column]
        own = (told.column == column) & (told.bucket >= buckets)
        if not (np.nan_to_num(ahead) != 0).any() and not (told.value[own] != 0).any():
            notes.append(
                f"Column '{name}' tells nothing of the {horizon} {table.bucket}s to come: it is 0 there."
            )
    return tuple(notes)


def _refuse_late(rows: ToldRows, table: DemandTable, origins: list[int], horizon: int) -> None:
    """RULE 1."""
    for origin in origins:
        begin, end = table.date(origin), table.date(origin + horizon)
        inside = (rows.day >= begin.toordinal()) & (rows.day < end.toordinal())
        late = np.flatnonzero(inside & (rows.known_at > begin.toordinal()))
        if len(late):
            row = int(late[0])
            day = dt.date.fromordinal(int(rows.day[row]))
            known = dt.datetime.fromordinal(1) + dt.timedelta(days=float(rows.known_at[row]) - 1)
            raise BadDataError(
                f"{rows.path}: what is told of {day} ({', '.join(rows.names)}) was known at {known:%Y-%m-%d %H:%M}, "
                f"after the forecast from {begin} on that would use it: give what was known by then, as a "
                "weather forecast instead of the weather, leave the column out, or take a shorter --horizon"
            )


def _refuse_gaps(rows: ToldRows, told: Told, column: int, table: DemandTable, horizon: int) -> None:
    """RULE 2."""
    buckets = table.counts.shape[1]
    is_told = np.isfinite(told.common[:, column])
    own = told.column == column
    skus, start = np.unique(told.sku[own], return_index=True)
    of_skus = zip(skus.tolist(), np.split(told.bucket[own], start[1:]), strict=False)
    for sku, told_in in ((-1, np.zeros(0, np.int64)), *of_skus):
        known = is_told.copy()
        known[told_in] = True
        begin = 0 if sku < 0 else int(np.argmax(known))
        missing = np.flatnonzero(~known[begin:]) + begin
        if not len(missing) or known[begin:buckets].mean() < MOSTLY or buckets - begin < FEWEST:
            continue
        name = told.names[column] + ("" if sku < 0 else f"' of '{table.skus[sku]}")
        where = "is not known in the time to come" if missing[0] >= buckets else "has gaps"
        raise BadDataError(
            f"{rows.path} column '{name}' {where}: {len(missing)} of {len(known) - begin} {table.bucket}s have no "
            f"value, the first of {table.date(int(missing[0]))}, but it is needed to "
            f"{table.date(buckets + horizon - 1)}: give a value for every one, or leave the column out"
        )


def _refuse_demand(rows: ToldRows, told: Told, column: int, table: DemandTable, shift: int) -> None:
    """RULE 3 for demand `shift` buckets after those that the column tells of."""
    for of, values, demand in (*_of_all(told, column, table, shift), *_of_skus(told, column, table, shift)):
        varies = len(values) >= FEWEST and np.ptp(values) > 0 and np.ptp(demand) > 0
        if not varies:
            continue
        is_few = len(np.unique(values)) <= FEW_VALUES
        found = abs(float(np.corrcoef(values, demand)[0, 1]))
        if found > (1 - 1e-9 if is_few else IMPLAUSIBLE):
            when = "of its own" if shift == 0 else f"{shift} later, of the" if shift > 1 else "of the next"
            raise BadDataError(
                f"{rows.path} column '{told.names[column]}' goes with {of} {when} {table.bucket} as only demand "
                f"itself does (correlation {found:.3f}, at most {IMPLAUSIBLE} is plausible): it was known "
                "afterwards only; leave it out, or show by a column 'known_at' when each value was known"
            )


Pairs = list[tuple[str, Floats, Floats]]


def _of_all(told: Told, column: int, table: DemandTable, shift: int) -> Pairs:
    """What is told of all SKUs, beside their total demand, less the mean of the weekday."""
    buckets = table.counts.shape[1]
    values = told.common[: buckets - shift, column]
    known = np.flatnonzero(np.isfinite(values))
    if len(known) < FEWEST:
        return []
    total = table.counts.sum(axis=0, dtype=np.float64)[known + shift]
    place = (table.phase + known) % table.cycle
    is_few = len(np.unique(values[known])) <= FEW_VALUES
    clean = values[known] if is_few else _less_means(values[known], place)
    return [("the demand of all SKUs", clean, total if is_few else _less_means(total, place))]


def _of_skus(told: Told, column: int, table: DemandTable, shift: int) -> Pairs:
    """What is told of single SKUs beside their own demand, and beside whether there was any.

    Each SKU's is less its mean in units of its spread: a turnover is demand times a price that SKUs do not share.
    """
    buckets = table.counts.shape[1]
    taken = (told.column == column) & (told.bucket + shift < buckets)
    sku, bucket, values = told.sku[taken], told.bucket[taken], told.value[taken]
    demand = table.counts[sku, bucket + shift].astype(np.float64)
    pairs: Pairs = []
    for of, wanted in (
        ("a SKU's demand", demand),
        ("whether a SKU is wanted", (demand > 0).astype(np.float64)),
    ):
        clean = _in_units(_less_means(values, sku), sku)
        against = _in_units(_less_means(wanted, sku), sku)
        both = (clean != 0) & (against != 0)
        if len(np.unique(values)) <= FEW_VALUES:
            clean, against = np.round(clean, 9), np.round(against, 9)
        pairs.append((of, clean[both], against[both]))
    return pairs


def _less_means(values: Floats, group: Ints) -> Floats:
    count = np.bincount(group)
    less: Floats = values - (np.bincount(group, values) / np.maximum(count, 1))[group]
    return less


def _in_units(values: Floats, group: Ints) -> Floats:
    count = np.bincount(group)
    unit = np.sqrt(np.bincount(group, values**2) / np.maximum(count, 1))[group]
    scaled: Floats = np.where(unit > 1e-9, values / np.where(unit > 1e-9, unit, 1.0), 0.0)
    return scaled
