"""Costs by hand, paybacks with intervals, and their three answers."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from layouts.comparison.compare import Comparison, compare
from layouts.comparison.money import money, payback
from layouts.comparison.prices import Holdings, Prices, holdings_of, read_prices
from layouts.comparison.record import comparison_dict
from layouts.comparison.text import answers
from layouts.demo_hall import LENGTH_M, WIDTH_M, demo_hall
from layouts.scenario import Scenario
from layouts.simulation.operations.settings import Operations
from layouts.simulation.operations.staffing import StaffGroup
from layouts.statistics.common_numbers import stream
from layouts.statistics.intervals import Estimate
from spatial.errors import BadDataError, UndecidedError

YAML = """\
currency: EUR
labour_per_h: 30
rack_per_position: 50
floor_per_m2_year: 60
vehicle_per_year: 5000
moves_once: 10000
hours_per_year: 4000
"""
PRICES = Prices(
    currency="EUR",
    labour_per_h=30,
    rack_per_position=50,
    floor_per_m2_year=60,
    vehicle_per_year=5000,
    moves_once=10_000,
    hours_per_year=4_000,
)
HALL = Holdings(positions=1000, floor_m2=2000, vehicles=0)


def steady(scenario: Scenario, replication: int) -> dict[str, float]:
    """100 lines an hour of labour by 6, 120 by 5 pickers; the rate is 600 lines/h for both."""
    each = 100.0 if scenario.pickers == 6 else 120.0
    return {"lines_per_hour": 600.0, "lines_per_labour_hour": each}


def wavering(scenario: Scenario, replication: int) -> dict[str, float]:
    row = steady(scenario, replication)
    deviation = stream(0, replication=replication, agent=scenario.pickers, purpose="own").normal(0, 5)
    return row | {"lines_per_labour_hour": row["lines_per_labour_hour"] + deviation}


def idle(scenario: Scenario, replication: int) -> dict[str, float]:
    return {"lines_per_hour": 0.0, "lines_per_labour_hour": 0.0}


def compared(folder: Path, figures=steady, *, pickers: int = 5) -> Comparison:  # type: ignore[no-untyped-def]
    return compare(
        {"now": Scenario(site=folder, pickers=6), "new": Scenario(site=folder, pickers=pickers)}, figures
    )


def test_a_year_a_saving_and_a_payback_are_those_of_the_calculation_by_hand(tmp_path: Path) -> None:
    """2.4 M lines a year: 24,000 h or 20,000 h of labour at 30; 100 positions more, one vehicle more."""
    new = replace(HALL, positions=1100, vehicles=1)
    now_cost, new_cost = money(compared(tmp_path), PRICES, {"now": HALL, "new": new}).scenarios
    assert (now_cost.year.value, now_cost.floor, now_cost.once) == (720_000 + 120_000, 120_000, 0)
    assert (now_cost.saving, now_cost.payback) == (None, None)
    assert new_cost.year.value == pytest.approx(600_000 + 120_000 + 5_000)
    assert new_cost.once == 100 * 50 + 10_000
    assert new_cost.saving is not None
    assert new_cost.saving.value == pytest.approx(115_000)
    assert new_cost.payback is not None
    assert new_cost.payback.years is not None
    assert new_cost.payback.years.value == pytest.approx(15_000 / 115_000)


def test_the_work_of_a_year_may_be_given_and_locations_given_up_bring_nothing_back(tmp_path: Path) -> None:
    prices = PRICES.model_copy(update={"lines_per_year": 240_000.0})
    fewer = replace(HALL, positions=10, moves=False)
    told = money(compared(tmp_path), prices, {"now": HALL, "new": fewer})
    assert told.lines_per_year == 240_000
    assert told.scenarios[1].labour.value == pytest.approx(60_000)
    assert told.scenarios[1].once == 0


def test_a_payback_s_ends_are_those_of_the_saving_s() -> None:
    saving = Estimate(100.0, 50.0, 200.0, 10, "t")
    found = payback(saving, once=1000)
    assert found.answer == "pays back"
    assert found.years == Estimate(10.0, 5.0, 20.0, 10, "once / saving")


def test_never_and_cannot_decide_are_answers() -> None:
    assert payback(Estimate(-5.0, -9.0, -1.0, 10, "t"), once=1000).answer == "never"
    open_ended = payback(Estimate(5.0, -10.0, 20.0, 10, "t"), once=1000)
    assert (open_ended.answer, open_ended.years, open_ended.earliest_years) == ("cannot decide", None, 50.0)
    with pytest.raises(ValueError, match="once -1 must be at least 0"):
        payback(Estimate(5.0, 1.0, 9.0, 10, "t"), once=-1)


def test_the_interval_of_the_saving_covers_the_truth_and_the_sentences_tell_the_answer(
    tmp_path: Path,
) -> None:
    found = compared(tmp_path, wavering)
    priced = money(found, PRICES, {"now": HALL, "new": HALL})
    saving = priced.scenarios[1].saving
    assert saving is not None
    assert saving.low < 120_000 < saving.high
    told = [each for each in answers(found, money=priced) if each.startswith("new: saves")]
    assert len(told) == 1
    assert "the change for 10000 EUR pays back in 0.0" in told[0]
    free = money(found, PRICES, {"now": HALL, "new": replace(HALL, moves=False)})
    assert any(
        each.endswith("the change costs nothing, so it pays from the first day.")
        for each in answers(found, money=free)
    )
    dear = money(found, PRICES, {"now": HALL, "new": replace(HALL, vehicles=100)})
    assert any("the change for 10000 EUR never pays back." in each for each in answers(found, money=dear))
    even = money(found, PRICES, {"now": HALL, "new": replace(HALL, vehicles=24)})
    assert any(
        "cannot decide whether the change for 10000 EUR" in each for each in answers(found, money=even)
    )
    record = comparison_dict(found, money=even)
    assert json.loads(json.dumps(record, allow_nan=False))["money"]["prices"]["currency"] == "EUR"


def test_a_price_file_is_read_and_its_faults_are_told(tmp_path: Path) -> None:
    file = tmp_path / "prices.yaml"
    file.write_text(YAML, encoding="utf-8")
    assert read_prices(file) == PRICES
    file.write_text(YAML.replace("hours_per_year: 4000", "hours_per_year: 9000"), encoding="utf-8")
    with pytest.raises(BadDataError, match=r"prices.yaml: hours_per_year: .*less than or equal to 8784"):
        read_prices(file)
    file.write_text(YAML.replace("labour_per_h: 30\n", ""), encoding="utf-8")
    with pytest.raises(BadDataError, match="labour_per_h: this field is needed"):
        read_prices(file)


def test_holdings_are_the_hall_s_locations_floor_and_vehicles(tmp_path: Path) -> None:
    facility, base = demo_hall(), Scenario(site=tmp_path)
    own = holdings_of(facility, base, baseline=base)
    assert (own.positions, own.vehicles, own.moves) == (len(facility.locations), 0, False)
    assert own.paid_share == 1
    assert own.floor_m2 == pytest.approx(LENGTH_M * WIDTH_M)
    staff = (StaffGroup(count=3), StaffGroup(agent="mobile_robot", count=1))
    mixed = base.model_copy(update={"operations": Operations(staff=staff), "site": tmp_path / "new"})
    other = holdings_of(facility, mixed, baseline=base)
    assert (other.vehicles, other.moves, other.paid_share) == (1, True, 0.75)


def test_what_cannot_be_priced_is_told(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="no holdings of new"):
        money(compared(tmp_path), PRICES, {"now": HALL})
    with pytest.raises(UndecidedError, match="now picked nothing in a replication"):
        money(compared(tmp_path, idle), PRICES, {"now": HALL, "new": HALL})
    with pytest.raises(ValueError, match="must be at least 0"):
        Holdings(positions=-1, floor_m2=0, vehicles=0)
