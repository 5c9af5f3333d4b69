"""The price of crowding against closed queueing networks, which mean value analysis solves exactly."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest

from layouts.slotting.congestion.crowding import IN_NONE, Crowding
from layouts.slotting.congestion.expected_rate import expected_rate
from layouts.slotting.hard_rules import one_each
from layouts.slotting.metric import table_metric
from layouts.slotting.problem import SlottingProblem, TourUnits
from layouts.slotting.score import score

Floats = npt.NDArray[np.float64]

TOURS, WALK_S = 50, 200.0


def mean_value_analysis(demand_s: Floats, think_s: float, pickers: int) -> float:
    """Seconds of a cycle with one server a station (Reiser and Lavenberg 1980)."""
    queue = np.zeros(len(demand_s))
    cycle_s = 0.0
    for present in range(1, pickers + 1):
        stay_s = demand_s * (1 + queue)
        cycle_s = think_s + float(stay_s.sum())
        queue = present / cycle_s * stay_s
    return cycle_s


def floor_with(demand_s: Floats) -> tuple[SlottingProblem, Crowding]:
    """A unit a station with so much work a tour, each tour visiting all; walking takes WALK_S."""
    units = len(demand_s)
    length = np.full((units + 1, units + 1), WALK_S / (units + 1))
    np.fill_diagonal(length, 0.0)
    problem = SlottingProblem(
        sku=tuple(f"S{row}" for row in range(units)),
        location=tuple(f"L{row}" for row in range(units)),
        now=np.arange(units),
        fixed=np.zeros(units, np.bool_),
        place=np.arange(units),
        metric=table_metric(length, start=units, end=units),
        seconds_per_m=1.0,
        tours=TourUnits(
            start=np.arange(TOURS + 1) * units,
            unit=np.tile(np.arange(units), TOURS),
            weight=np.ones(TOURS),
        ),
        rules=one_each(units, units),
    )
    crowding = Crowding(
        stop=np.arange(units),
        lane=np.full(units, IN_NONE),
        pick_s=demand_s * TOURS,
        tours=float(TOURS),
        lines=float(TOURS * units),
        hand_over_s=0.0,
        spread=1.0,
    )
    return problem, crowding


def test_two_pickers_wait_exactly_as_long_as_in_the_closed_network() -> None:
    demand_s = np.array([40.0, 25.0, 10.0, 5.0])
    problem, crowding = floor_with(demand_s)
    free_s = crowding.free_tour_s(problem, problem.now)
    assert free_s == pytest.approx(WALK_S + demand_s.sum())
    costs = crowding.costs(pickers=2, tour_s=free_s)
    waits_s = sum(score(replace(problem, crowd_costs=costs), problem.now).others_s.values()) / TOURS
    assert waits_s == pytest.approx(mean_value_analysis(demand_s, WALK_S, 2) - free_s, rel=1e-12)


def test_the_error_for_more_pickers_vanishes_with_the_load() -> None:
    errors = []
    for light in (1.0, 0.5, 0.25, 0.125):
        demand_s = light * np.array([8.0, 6.0, 4.0, 2.0])
        problem, crowding = floor_with(demand_s)
        free_s = crowding.free_tour_s(problem, problem.now)
        costs = crowding.costs(pickers=5, tour_s=free_s)
        ours = sum(score(replace(problem, crowd_costs=costs), problem.now).others_s.values()) / TOURS
        exact = mean_value_analysis(demand_s, WALK_S, 5) - free_s
        errors.append(abs(ours / exact - 1))
    assert all(after < 0.6 * before for before, after in pairwise(errors))
    assert errors[-1] < 0.02


def test_the_expected_rate_is_near_the_exact_one_and_keeps_below_the_busiest_stop() -> None:
    demand_s = np.array([20.0, 12.0, 8.0, 4.0])
    problem, crowding = floor_with(demand_s)
    for pickers in (1, 2, 4, 8, 60):
        exact = pickers * len(demand_s) * 3600 / mean_value_analysis(demand_s, WALK_S, pickers)
        ours = expected_rate(problem, crowding, problem.now, pickers=pickers)
        assert ours == pytest.approx(exact, rel=0.12)
        assert ours <= len(demand_s) * 3600 / demand_s.max() * (1 + 1e-12)


def test_picks_of_fixed_time_cost_half_of_exponential_ones() -> None:
    problem, crowding = floor_with(np.array([30.0, 10.0]))
    whole, half = (
        score(
            replace(problem, crowd_costs=replace(crowding, spread=spread).costs(pickers=3, tour_s=240.0)),
            problem.now,
        ).total_s
        - score(problem, problem.now).total_s
        for spread in (1.0, 0.5)
    )
    assert half == pytest.approx(whole / 2)


def test_one_picker_meets_nobody_and_nonsense_is_refused() -> None:
    _, crowding = floor_with(np.array([30.0, 10.0]))
    assert crowding.costs(pickers=1, tour_s=100.0) == ()
    assert crowding.costs(pickers=9, tour_s=100.0, stops=0.0, lanes=0.0) == ()
    for wrong in ({"pickers": 0}, {"tour_s": 0.0}, {"lanes": -1.0}):
        with pytest.raises(ValueError, match="at least"):
            crowding.costs(**{"pickers": 2, "tour_s": 100.0, **wrong})  # type: ignore[arg-type]
