"""Each method against demand whose distribution is known, and against published forms of itself."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import nbinom, poisson

from layouts.demand.forecasting.intermittent_methods import croston_path, imapa_level, tsb_path
from layouts.demand.forecasting.methods import METHODS, NEW, predict
from layouts.demand.forecasting.quantiles import LAST, LEVELS, WIDTH
from layouts.demand.forecasting.rates import own_factors

EVEN, DAYS, AHEAD = np.ones(7), 728, 14
NO_COLUMN = np.zeros((DAYS + AHEAD, 0))
COUNTS = {
    "Poisson 0.15": poisson(0.15),
    "Poisson 6": poisson(6),
    "NB 3": nbinom(1.5, 1 / 3),
    "NB 40": nbinom(8, 1 / 6),
}


def quantiles(
    method: int, y: np.ndarray, factors: np.ndarray = EVEN, told: np.ndarray = NO_COLUMN
) -> np.ndarray:
    rows = np.empty((AHEAD, WIDTH))
    predict(
        method,
        y.astype(float),
        0,
        factors,
        7,
        np.arange(float(len(y) + AHEAD)),
        told[-len(y) - AHEAD :],
        rows,
    )
    return rows[:, : LAST + 1]


CASES = [
    (method, name)
    for method in METHODS[1:]
    for name, known in COUNTS.items()
    if method != "croston-sba"
    or known.pmf(0) > 0.05  # as corrected it is biased where there is demand every day
]


@pytest.mark.parametrize(("method", "name"), CASES)
def test_the_quantiles_of_known_demand_are_recovered(method: str, name: str) -> None:
    """A quantile's true level is that level, in the mean over twenty histories.

    Of the 20 values that a method may take, a quantile's true level has deviation 0.11, whose positive part is 0.045
    in the mean, and it is up to 1 / 21 farther out.
    """
    known = COUNTS[name]
    random = np.random.default_rng(4)
    found = np.array(
        [quantiles(METHODS.index(method), known.rvs(DAYS, random_state=random)) for _ in range(20)]
    )
    too_low = np.maximum(0, LEVELS - known.cdf(found)).mean(axis=(0, 1))
    too_high = np.maximum(0, known.cdf(found - 1) - LEVELS).mean(axis=(0, 1))
    assert max(too_low.max(), too_high.max()) <= 0.07
    assert np.abs(too_high - too_low).max() <= 0.05


def test_seasonal_naive_is_last_weeks_day_with_the_errors_of_a_week() -> None:
    y = np.tile([5, 0, 3, 8, 1, 0, 0], 104)
    found = quantiles(0, y)
    assert (found == np.tile(y[-7:], 2)[:, None]).all()


@pytest.mark.parametrize("method", range(1, len(METHODS)))
def test_nothing_is_expected_of_days_on_which_nobody_works(method: int) -> None:
    factors = np.array([1.4, 1.4, 1.4, 1.4, 1.4, 0.0, 0.0])
    y = np.random.default_rng(1).poisson(5 * factors[np.arange(DAYS) % 7])
    found = quantiles(method, y, factors)
    assert (found[[5, 6, 12, 13]] == 0).all()
    assert (found[:5, LAST] > 5).all()


def test_the_regression_takes_what_is_told_of_days_and_seasons() -> None:
    random = np.random.default_rng(2)
    told = np.zeros((DAYS + AHEAD, 1))
    told[random.integers(0, DAYS, 60)] = 1
    told[DAYS + 3 :: 4] = 1
    told[DAYS : DAYS + 3] = 0
    day = np.arange(DAYS + AHEAD)
    mean = 8 * np.exp(0.5 * np.sin(2 * np.pi * day / 365.25)) * np.where(told[:, 0] > 0, 3, 1)
    found = np.mean(
        [quantiles(5, random.poisson(mean[:DAYS]), told=told)[:, LAST // 2] for _ in range(10)], axis=0
    )
    assert found == pytest.approx(mean[DAYS:], rel=0.15)


def test_a_sku_without_demand_stays_without_and_a_new_one_is_not_known_well() -> None:
    assert (quantiles(3, np.zeros(DAYS)) == 0).all()
    few = quantiles(NEW, np.array([1, 0, 1, 1]))
    assert few[0, LAST] >= 2
    assert quantiles(NEW, np.zeros(4))[0, LAST] <= 1


def test_croston_tsb_and_imapa_give_what_their_papers_say() -> None:
    """By hand, from a series with intervals of 2, 3 and 1, where each day counts the same."""
    y, path = np.array([0.0, 4, 0, 0, 2, 6]), np.empty(6)
    size, between = 4.0, 2.0
    for demand, interval in ((2, 3), (6, 1)):
        size, between = size + 0.1 * (demand - size), between + 0.1 * (interval - between)
    assert croston_path(y, 0, np.ones(1), path) == pytest.approx(0.95 * size / between)
    assert croston_path(y, 0, np.ones(1), path) == pytest.approx(
        1.91909548
    )  # CrostonSBA of statsforecast 2.1.1
    assert path[2:5] == pytest.approx(0.95 * 4 / 2)
    chance, size = 0.5, 4.0
    for demand in y[2:]:
        chance += 0.05 * ((demand > 0) - chance)
        size += 0.1 * (demand - size) if demand else 0
    assert tsb_path(y, 0, np.ones(1), path) == pytest.approx(chance * size)
    constant = np.tile([0.0, 0, 0, 12], 60)
    assert imapa_level(constant, 0, np.ones(1)) == pytest.approx(3.0, rel=0.12)


def test_a_sku_of_a_few_orders_keeps_the_weekdays_of_all_and_a_fast_one_has_its_own() -> None:
    pooled = np.array([2.0, 1, 1, 1, 1, 1, 0])
    rare, fast = np.zeros(364), np.tile([1.0, 1, 1, 1, 1, 2, 0], 52) * 50
    rare[[1, 100]] = 1
    assert own_factors(rare, 0, pooled) == pytest.approx(pooled, abs=0.25)
    assert own_factors(fast, 0, pooled) == pytest.approx(np.array([1, 1, 1, 1, 1, 2, 0]), abs=0.02)
