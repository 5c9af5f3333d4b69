"""Columns that were known only afterwards are refused, honest ones pass; what is told helps."""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import pytest
from demand_truth import drawn_demand  # type: ignore[import-not-found]

from layouts.demand.forecasting.backtest import ALL, backtest
from layouts.demand.forecasting.demand_table import DemandTable
from layouts.demand.forecasting.leaks import refuse_leaks
from layouts.demand.forecasting.plan_origins import ForecastSettings, origins_of
from layouts.demand.forecasting.regressors import Told, read_told, told_of
from spatial.errors import BadDataError

AHEAD = 14
DRAWN = drawn_demand(40, seed=5, rate=3.0)
TABLE: DemandTable = DRAWN.table
DAYS = TABLE.counts.shape[1]
TOTAL = TABLE.counts.sum(axis=0).astype(float)
NOISE = np.random.default_rng(0).normal(0, 1, DAYS + AHEAD)
Rows = list[Mapping[str, object]]


def by_day(values: np.ndarray, **more: Callable[[int], object]) -> Rows:
    return [
        {"date": TABLE.date(t), **{name: of(t) for name, of in more.items()}, "column": value}
        for t, value in enumerate(values.tolist())
    ]


def checked(tmp_path: Path, rows: Rows) -> tuple[Told, tuple[str, ...]]:
    path = tmp_path / "told.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.DictWriter(file, fieldnames=[*rows[0]])
        table.writeheader()
        table.writerows(rows)
    read = read_told(path)
    told = told_of(read, TABLE, AHEAD)
    origins, _ = origins_of(TABLE, ForecastSettings(), tested=True)
    return told, refuse_leaks(read, told, TABLE, origins, AHEAD)


def ahead_of(values: np.ndarray, days: int) -> np.ndarray:
    """On each day, what comes so many days later."""
    return np.concatenate([values, np.zeros(AHEAD + days)])[days : DAYS + AHEAD + days]


@pytest.mark.parametrize("shift", [0, 1, 7])
@pytest.mark.parametrize("factor", [1.0, -2.5])
def test_demand_itself_is_refused_whenever_it_comes(tmp_path: Path, shift: int, factor: float) -> None:
    with pytest.raises(
        BadDataError, match=r"column 'column' goes with the demand of all SKUs .*leave it out"
    ):
        checked(tmp_path, by_day(factor * ahead_of(TOTAL, shift) + 0.1 * NOISE))


def test_turnover_is_refused_though_prices_differ(tmp_path: Path) -> None:
    rows = [
        {"date": TABLE.date(t), "sku": sku, "column": (1 + place) * TABLE.counts[place, t] if t < DAYS else 0}
        for place, sku in enumerate(TABLE.skus[:5])
        for t in range(DAYS + AHEAD)
    ]
    with pytest.raises(BadDataError, match="a SKU's demand of its own day"):
        checked(tmp_path, rows)


def test_whether_there_was_demand_is_refused(tmp_path: Path) -> None:
    rare = int(np.argmin(np.abs((TABLE.counts > 0).mean(axis=1) - 0.3)))
    rows = [
        {
            "date": TABLE.date(t),
            "sku": TABLE.skus[rare],
            "column": int(t < DAYS and TABLE.counts[rare, t] > 0),
        }
        for t in range(DAYS + AHEAD)
    ]
    with pytest.raises(BadDataError, match="whether a SKU is wanted of its own day"):
        checked(tmp_path, rows)


def test_what_ends_with_the_history_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadDataError, match="is not known in the time to come: 14 of 744 days have no value"):
        checked(tmp_path, by_day(15 + NOISE[:DAYS]))
    gaps = by_day(15 + NOISE)
    with pytest.raises(BadDataError, match="has gaps: 3 of 744"):
        checked(tmp_path, gaps[:100] + gaps[103:])


def test_a_sku_whose_price_ends_with_the_history_is_named(tmp_path: Path) -> None:
    rows = [
        {"date": TABLE.date(t), "sku": TABLE.skus[3], "column": 9.5 + (t > 400)} for t in range(300, DAYS)
    ]
    with pytest.raises(
        BadDataError, match="'column' of 'S000003' is not known in the time to come: 14 of 444"
    ):
        checked(tmp_path, rows)
    ahead = [{"date": TABLE.date(t), "sku": TABLE.skus[3], "column": 10.5} for t in range(DAYS, DAYS + AHEAD)]
    assert checked(tmp_path, rows + ahead)[1] == ()


def test_what_was_known_later_than_the_forecasts_origin_is_refused(tmp_path: Path) -> None:
    measured = by_day(15 + NOISE, known_at=lambda t: f"{TABLE.date(t)}T18:00")
    with pytest.raises(BadDataError, match=r"was known at 20.* 18:00, after the forecast from .* on"):
        checked(tmp_path, measured)
    forecast = by_day(15 + NOISE, known_at=lambda t: TABLE.date(t) - dt.timedelta(days=AHEAD))
    assert checked(tmp_path, forecast)[1] == ()


def test_an_order_book_that_was_known_in_time_is_believed(tmp_path: Path) -> None:
    book = by_day(ahead_of(TOTAL, 0), known_at=lambda t: TABLE.date(t) - dt.timedelta(days=AHEAD))
    checked(tmp_path, book)


def test_honest_columns_pass(tmp_path: Path) -> None:
    """Weather that moves demand a little, holidays on which nobody orders, promotions told where they are."""
    season = 10 * np.sin(np.arange(DAYS + AHEAD) / 58)
    assert checked(tmp_path, by_day(season + 3 * NOISE))[1] == ()
    holidays = [
        {"date": TABLE.date(t), "column": 1}
        for t in np.flatnonzero(np.less(TOTAL, 0.05 * TOTAL.mean())).tolist()
    ]
    assert checked(tmp_path, holidays)[1] == (
        "Column 'column' tells nothing of the 14 days to come: it is 0 there.",
    )
    promotions = [
        {"date": TABLE.date(int(t)), "sku": TABLE.skus[sku], "column": 1}
        for sku, t in zip(*np.nonzero(DRAWN.promoted[:, : DAYS + AHEAD]), strict=True)
    ]
    told, _ = checked(tmp_path, promotions)
    assert np.array_equal(told.of(slice(0, 40))[..., 0] > 0, DRAWN.promoted[:, : DAYS + AHEAD])


def test_promotions_that_are_told_make_forecasts_of_their_skus_better(tmp_path: Path) -> None:
    promotions = [
        {"date": TABLE.date(int(t)), "sku": TABLE.skus[sku], "column": 1}
        for sku, t in zip(*np.nonzero(DRAWN.promoted[:, : DAYS + AHEAD]), strict=True)
    ]
    told, _ = checked(tmp_path, promotions)
    without, informed = backtest(TABLE), backtest(TABLE, told=told)
    tested = DRAWN.promoted[:, DAYS - 56 : DAYS].any(axis=1)
    assert tested.sum() >= 4
    assert informed.ours[tested].sum() < 0.97 * without.ours[tested].sum()
    assert informed.scores[ALL].ratio < without.scores[ALL].ratio


def test_what_is_no_number_or_date_is_named(tmp_path: Path) -> None:
    path = tmp_path / "told.csv"
    path.write_text("date,promotion\n2024-01-01,yes\n")
    with pytest.raises(BadDataError, match="row 2 column 'promotion' is 'yes': expected a number, 0 or 1"):
        read_told(path)
    path.write_text("date,promotion\n1.2.2024,1\n")
    with pytest.raises(BadDataError, match="row 2 column 'date'"):
        read_told(path)
    path.write_text("date,sku\n2024-01-01,A\n")
    with pytest.raises(BadDataError, match="tells nothing"):
        read_told(path)


def test_the_later_row_counts_and_weeks_have_the_mean_of_their_days(tmp_path: Path) -> None:
    path = tmp_path / "told.csv"
    day, sku = TABLE.first_day, TABLE.skus[7]
    lines = [f"{day},,1,5", f"{day},,2,", f"{day},{sku},3,7", f"{day + dt.timedelta(days=3)},{sku},5,7"]
    path.write_text("\n".join(["date,sku,one,other", *lines, f"{day},unknown,9,9", "1999-01-01,,9,9"]) + "\n")
    days = told_of(read_told(path), TABLE, AHEAD)
    assert days.of(slice(6, 8))[:, [0, 3]].tolist() == [[[2, 0], [0, 0]], [[3, 7], [5, 7]]]
    weeks = DemandTable(skus=TABLE.skus, first_day=day, counts=TABLE.counts[:, :104], bucket="week")
    assert told_of(read_told(path), weeks, 4).of(slice(7, 8))[0, 0].tolist() == [4, 7]
