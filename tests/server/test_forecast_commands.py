"""forecast run, backtest and staff: files in, quantiles, scores and pickers out, with exit codes that tell."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from layouts.live.events import LiveEvent, StockMoved
from server.store.event_files import write_events
from spatial.facility import Facility
from spatial.facility_json import write_facility

Aisletwin = Callable[..., Any]

DEMAND = """
skus: 30
first_day: 2026-01-05
days: 182
orders_per_day: 25
lines: {mean: 2, most: 6}
hours: {9: 1, 13: 2}
growth_per_year: 0.5
"""


@pytest.fixture(scope="session")
def history(tmp_path_factory: pytest.TempPathFactory, hall: Facility) -> Path:
    """Half a year of orders of 30 SKUs, Monday to Friday, and where they lie."""
    from layouts.demand.demand_files import write_demand
    from layouts.demand.make_orders import demand_of
    from layouts.demand.spec import read_demand

    folder = tmp_path_factory.mktemp("history")
    write_facility(folder / "facility.json", hall)
    (folder / "demand.yaml").write_text(DEMAND, encoding="utf-8")
    places = [place.id for place in hall.locations]
    write_demand(folder, demand_of(read_demand(folder / "demand.yaml")), locations=places)
    (folder / "scenario.yaml").write_text("site: .\nslotting: slotting.csv\npick_s: 60\n", encoding="utf-8")
    return folder


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_run_writes_quantiles_of_every_sku_and_day_and_why(
    history: Path, tmp_path: Path, aisletwin: Aisletwin
) -> None:
    done = aisletwin("forecast", "run", history / "orders.csv", "-o", tmp_path, "--horizon", 7)
    assert done.code == 0, done.err
    assert "30 SKUs, 180 days from 2026-01-05; 7 days ahead, 2026-07-04 to 2026-07-10" in done.out
    assert "The orders are made up" in done.err
    rows = rows_of(tmp_path / "forecast.csv")
    assert len(rows) == 30 * 7
    assert [*rows[0]] == ["sku", "date", *(f"q{level:02d}" for level in range(5, 100, 5))]
    for row in rows:
        values = [int(row[f"q{level:02d}"]) for level in range(5, 100, 5)]
        assert values == sorted(values)
        if row["date"] in ("2026-07-04", "2026-07-05"):  # a weekend
            assert values[-1] == 0
    methods = rows_of(tmp_path / "methods.csv")
    assert len(methods) == 30
    assert all(row["class"] and row["method"] and row["why"] for row in methods)
    told = aisletwin(
        "forecast", "run", history / "orders.csv", "-o", tmp_path / "b", "--horizon", 7, "--json"
    )
    assert json.loads(told.out)["forecast"]["first_day"] == "2026-07-04"
    assert (tmp_path / "b/forecast.csv").read_bytes() == (tmp_path / "forecast.csv").read_bytes()


def test_backtest_tells_who_wins_and_what_the_band_holds(
    history: Path, tmp_path: Path, aisletwin: Aisletwin
) -> None:
    done = aisletwin(
        "forecast", "backtest", history / "orders.csv", "--horizon", 7, "-o", tmp_path, "--by", "day"
    )
    assert done.code == 0, done.err
    assert "against seasonal-naive (7 days ago" in done.out
    assert "better on more SKUs than not" in done.out
    record = json.loads((tmp_path / "backtest.json").read_text())
    assert record["scores"]["all"]["share_that_beats"]["value"] > 0.6
    assert 0.85 <= record["scores"]["all"]["coverage"]["value"] <= 0.95
    assert len(rows_of(tmp_path / "backtest.csv")) == record["scores"]["all"]["skus"]


def test_weeks_of_lines_are_forecast(history: Path, tmp_path: Path, aisletwin: Aisletwin) -> None:
    wish = ("--by", "week", "--of", "lines", "--horizon", 2, "-o", tmp_path)
    assert aisletwin("forecast", "run", history / "orders.csv", *wish).code == 0
    assert len(rows_of(tmp_path / "forecast.csv")) == 60


def test_a_short_history_is_undecided_and_other_tables_are_bad(tmp_path: Path, aisletwin: Aisletwin) -> None:
    path = tmp_path / "orders.csv"
    path.write_text("date,sku,quantity\n2026-01-01,A,1\n2026-02-01,A,2\n")
    done = aisletwin("forecast", "backtest", path)
    assert done.code == 4
    assert "cannot decide: 32 days are too short a history" in done.err
    path.write_text("order,sku,quantity\n1,A,1\n")
    assert aisletwin("forecast", "run", path, "-o", tmp_path / "out").code == 3
    assert aisletwin("forecast", "run", tmp_path / "none", "-o", tmp_path / "out").code == 3
    assert aisletwin("forecast", "run", path, "-o", tmp_path / "out", "--time-zone", "Mars").code == 2
    assert not (tmp_path / "out").exists()


def test_a_leaked_column_is_refused(history: Path, tmp_path: Path, aisletwin: Aisletwin) -> None:
    counts: dict[str, int] = {}
    for row in rows_of(history / "orders.csv"):
        day = row["released"][:10]
        counts[day] = counts.get(day, 0) + int(row["quantity"])
    from datetime import date, timedelta

    days = [date(2026, 1, 5) + timedelta(days=n) for n in range(180 + 7)]
    lines = "".join(f"{day},{counts.get(str(day), 0)}\n" for day in days)
    (tmp_path / "told.csv").write_text(f"date,picks\n{lines}")
    wish = ("--horizon", 7, "--with", tmp_path / "told.csv", "-o", tmp_path / "out")
    done = aisletwin("forecast", "run", history / "orders.csv", *wish)
    assert done.code == 3
    assert (
        "column 'picks' goes with the demand of all SKUs of its own day as only demand itself does"
        in done.err
    )
    assert "leave it out" in done.err


def test_picks_of_a_log_are_forecast(tmp_path: Path, aisletwin: Aisletwin) -> None:
    day = 86_400_000
    events = [
        LiveEvent(
            id=f"E{n}",
            source="wms",
            site="S",
            entity="sku/A",
            happened_ms=1_700_000_000_000 + n * day,
            body=StockMoved(sku="A", quantity=float(1 + n % 7), from_place="S/01", order=f"O{n}"),
        )
        for n in range(100)
    ]
    path = tmp_path / "events.jsonl"
    write_events(path, events)
    done = aisletwin("forecast", "run", path, "-o", tmp_path / "out", "--horizon", 7)
    assert done.code == 0, done.err
    rows = rows_of(tmp_path / "out/forecast.csv")
    assert [int(row["q50"]) for row in rows] == [1 + (100 + n) % 7 for n in range(7)]
    assert aisletwin("events", "append", tmp_path / "twin.db", path).code == 0
    assert (
        aisletwin("forecast", "run", tmp_path / "twin.db", "-o", tmp_path / "log", "--horizon", 7).code == 0
    )
    assert rows_of(tmp_path / "log/forecast.csv") == rows


def test_staff_carries_the_band_of_orders_to_pickers(
    history: Path, tmp_path: Path, aisletwin: Aisletwin
) -> None:
    goal = ("--goal", "makespan_s<=3000", "--replications", 4, "--horizon", 7)
    done = aisletwin(
        "forecast", "staff", history / "orders.csv", history / "scenario.yaml", "-o", tmp_path, *goal
    )
    assert done.code == 0, done.err
    record = json.loads((tmp_path / "staffing.json").read_text())
    assert [day["date"] for day in record["days"]] == [f"2026-07-{n:02d}" for n in range(4, 11)]
    for day in record["days"]:
        assert day["pickers"] == sorted(day["pickers"])
        assert day["planned"] == day["pickers"][17]
        assert (day["pickers"][-1] == 0) == (day["orders"][-1] == 0)
    assert record["days"][0]["planned"] == 0  # a Saturday
    monday = record["days"][2]
    assert monday["pickers"][-1] > monday["pickers"][0] >= 1
    for each in record["simulated"]:
        assert each["reached"]["high"] <= 3000
        assert (
            len({row["order"] for row in rows_of(tmp_path / f"orders-{each['orders']}.csv")})
            == each["orders"]
        )
    assert "planned so that 90% of such days are within the plan" in done.out
    assert len(rows_of(tmp_path / "staffing.csv")) == 7


def test_a_goal_that_nobody_reaches_is_undecided(history: Path, tmp_path: Path, aisletwin: Aisletwin) -> None:
    wish = ("-o", tmp_path, "--replications", 2, "--most", 2)
    call = ("forecast", "staff", history / "orders.csv", history / "scenario.yaml", *wish)
    done = aisletwin(*call, "--goal", "makespan_s<=10")
    assert done.code == 4
    assert "2 pickers are not shown to reach makespan_s<=10" in done.err
    assert aisletwin(*call, "--goal", "makespan_s=10").code == 2
    done = aisletwin(*call, "--goal", "on_time_share>=0.9")
    assert done.code == 3
    assert "orders need due times" in done.err
