"""The front of known points, what chance leaves open, and that it is seldom wrong."""

from __future__ import annotations

import numpy as np
import pytest

from layouts.comparison.pareto import Front, pareto_front

RATE, COST = "lines_per_hour", "annual_cost"


def exact(**points: tuple[float, float]) -> dict[str, dict[str, list[float]]]:
    return {name: {RATE: [rate] * 3, COST: [cost] * 3} for name, (rate, cost) in points.items()}


def standings(front: Front) -> dict[str, str]:
    return {each.name: each.standing for each in front.scenarios}


def test_the_front_of_points_without_chance_is_that_of_the_definition() -> None:
    front = pareto_front(exact(a=(10, 10), b=(20, 20), c=(15, 25), d=(10, 10), e=(20, 21)))
    assert standings(front) == {
        "a": "not dominated",
        "b": "not dominated",
        "c": "dominated",
        "d": "not dominated",
        "e": "dominated",
    }
    by = {each.name: each.by for each in front.scenarios}
    assert (by["c"], by["e"], by["a"]) == (("b", "e"), ("b",), ())


def noisy(seed: int, **points: tuple[float, float]) -> dict[str, dict[str, list[float]]]:
    random = np.random.default_rng(seed)
    return {
        name: {RATE: random.normal(rate, 1, 20).tolist(), COST: random.normal(cost, 1, 20).tolist()}
        for name, (rate, cost) in points.items()
    }


def test_clear_differences_are_told_and_close_ones_are_not() -> None:
    front = pareto_front(noisy(1, a=(10, 10), b=(20, 20), c=(15, 25)))
    assert standings(front) == {"a": "not dominated", "b": "not dominated", "c": "dominated"}
    close = pareto_front(noisy(1, a=(10, 10), b=(10, 10), c=(5, 5)))
    assert standings(close) == {"a": "cannot decide", "b": "cannot decide", "c": "not dominated"}
    assert close.scenarios[0].by == ("b",)


def test_a_zone_makes_what_hardly_differs_the_same() -> None:
    points = noisy(2, a=(10, 10), b=(10, 5))
    assert standings(pareto_front(points))["a"] == "cannot decide"
    assert standings(pareto_front(points, zones={RATE: 2.0})) == {"a": "dominated", "b": "not dominated"}


def test_a_decided_standing_is_wrong_in_less_than_5_of_100_cases() -> None:
    """a, b and c trade one figure for the other by one deviation: none is dominated. d is, by a."""
    trials, wrong, told = 400, 0, 0
    for seed in range(trials):
        found = standings(pareto_front(noisy(seed, a=(10, 10), b=(11, 11), c=(9, 9), d=(9, 11))))
        wrong += found["d"] == "not dominated" or "dominated" in (found["a"], found["b"], found["c"])
        told += found["d"] == "dominated"
    assert wrong / trials <= 0.05
    assert told > 20


def test_hardly_dominated_is_called_not_dominated_in_less_than_5_of_100_cases() -> None:
    trials = 600
    wrong = sum(
        standings(pareto_front(noisy(seed, a=(10, 10), b=(9.999, 10.001))))["b"] == "not dominated"
        for seed in range(trials)
    )
    assert 0 < wrong / trials <= 0.05


def test_points_that_cannot_be_compared_are_told() -> None:
    with pytest.raises(ValueError, match="1 scenario has no front"):
        pareto_front(exact(a=(1, 1)))
    with pytest.raises(ValueError, match="every scenario needs the same figures"):
        pareto_front({"a": {RATE: [1.0]}, "b": {COST: [1.0]}})
    with pytest.raises(ValueError, match="zone of 'floor', which is no figure of the front"):
        pareto_front(exact(a=(1, 1), b=(2, 2)), zones={"floor": 1.0})
