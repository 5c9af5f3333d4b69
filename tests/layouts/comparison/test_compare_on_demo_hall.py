"""Comparisons of the demo hall: simulated shifts, not a law, behind every difference."""

from __future__ import annotations

from pathlib import Path

import pytest

from layouts.comparison.axes import front_points
from layouts.comparison.compare import against_baseline, compare
from layouts.comparison.money import money
from layouts.comparison.pareto import pareto_front
from layouts.comparison.prices import Prices, holdings_of
from layouts.comparison.text import comparison_text
from layouts.demand.one_sku_a_place import synthetic_orders, synthetic_slotting
from layouts.demo_hall import demo_hall
from layouts.scenario import Scenario
from layouts.simulation.run_scenario import figures_of
from layouts.slotting_table import write_slotting
from layouts.statistics.intervals import share_interval
from layouts.what_if.play_points import play_points
from spatial.facility_json import write_facility
from spatial.tasks.workers import ThisProcess

RATE = "lines_per_hour"


@pytest.fixture
def now(tmp_path: Path) -> Scenario:
    """A short shift on given orders, so that a seed decides nothing but the pick times."""
    hall = demo_hall()
    write_facility(tmp_path / "facility.json", hall)
    slotting = synthetic_slotting([location.id for location in hall.locations if location.tier == 0], seed=0)
    write_slotting(tmp_path / "slotting.csv", slotting)
    rows = [
        f"{order.id},{line.sku},{line.quantity}"
        for order in synthetic_orders(slotting, count=8, seed=0)
        for line in order.lines
    ]
    (tmp_path / "orders.csv").write_text("\n".join(["order,sku,quantity", *rows]) + "\n", encoding="utf-8")
    return Scenario(
        site=tmp_path,
        orders=tmp_path / "orders.csv",
        slotting=tmp_path / "slotting.csv",
        pick_time="exponential",
        pickers=2,
        speed_m_s=1.2,
    )


def slower(scenario: Scenario, factor: float) -> Scenario:
    """Everything takes `factor` times as long."""
    assert scenario.speed_m_s is not None
    return scenario.model_copy(
        update={
            "speed_m_s": scenario.speed_m_s / factor,
            **{name: factor * getattr(scenario, name) for name in ("pick_s", "piece_s", "drop_s")},
        }
    )


def test_the_interval_of_a_against_a_covers_0_in_93_to_97_of_100_of_200_comparisons(now: Scenario) -> None:
    """Two seeds share nothing: with one seed A against A differs in no replication at all."""
    trials, n = 200, 6
    seeds = {name: now.model_copy(update={"seed": seed}) for name, seed in (("A", 1), ("A'", 2))}
    (one, other), _ = play_points(
        seeds, figures_of, wanted={}, first=trials * n, most=trials * n, workers=ThisProcess()
    )
    covered = 0
    for start in range(0, trials * n, n):
        pieces = [{RATE: runs[RATE][start : start + n]} for runs in (one, other)]
        difference = against_baseline("A'", *pieces, figure=RATE).decisive.difference
        covered += difference.low <= 0 <= difference.high
    assert 0.93 <= covered / trials <= 0.97
    assert share_interval(covered, trials).low <= 0.95 <= share_interval(covered, trials).high


def test_a_planted_difference_of_3_percent_is_found_and_is_that_much(now: Scenario) -> None:
    """Where all takes 1.03 times as long, each replication brings 1 / 1.03 of the lines an hour."""
    found = compare({"now": now, "slower": slower(now, 1.03)}, figures_of, first=5)
    (against,) = found.against
    assert against.verdict == "worse"
    assert against.decisive.variance_ratio is not None
    assert against.decisive.variance_ratio > 100
    share = against.decisive.difference.value / found.levels["now"][RATE].value
    assert share == pytest.approx(1 / 1.03 - 1, rel=1e-6)


def test_more_pickers_trade_labour_for_rate_and_both_stand_on_the_front(now: Scenario) -> None:
    scenarios = {
        "2 pickers": now,
        "4 pickers": now.model_copy(update={"pickers": 4}),
        "slow": slower(now, 1.2),
    }
    found = compare(scenarios, figures_of, first=6)
    assert {each.name: each.verdict for each in found.against} == {"4 pickers": "better", "slow": "worse"}
    prices = Prices(
        currency="EUR",
        labour_per_h=30,
        rack_per_position=50,
        floor_per_m2_year=60,
        vehicle_per_year=0,
        moves_once=1000,
        hours_per_year=4000,
    )
    hall = demo_hall()
    holdings = {name: holdings_of(hall, each, baseline=now) for name, each in scenarios.items()}
    priced = money(found, prices, holdings)
    costs = {cost.name: cost for cost in priced.scenarios}
    front = pareto_front(front_points(found, (RATE,), money=priced, holdings=holdings))
    assert front.figures == (RATE, "annual_cost", "floor_m2")
    assert [each.standing for each in front.scenarios] == ["not dominated", "not dominated", "dominated"]
    assert costs["slow"].saving is not None
    assert costs["slow"].saving.confidence == pytest.approx(0.975)
    assert costs["slow"].payback is not None
    assert costs["slow"].payback.answer == "never"
    text = comparison_text(found, front=front, money=priced)
    assert "slow: dominated by 2 pickers" in text
    assert "Levels [95 % intervals]" in text
