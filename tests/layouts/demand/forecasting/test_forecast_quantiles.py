"""Quantiles of demand: those of the theory, whole numbers, and bands that hold what they say."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import nbinom, poisson

from layouts.demand.forecasting.quantiles import (
    BAND,
    LAST,
    LEVELS,
    WIDTH,
    count_row,
    error_row,
    held,
    nothing_row,
    pinball,
    sample_row,
)

COUNTS = [(0.03, 0.03), (0.1, 0.4), (3.0, 3.0), (3.0, 2.0), (3.0, 10.0), (50.0, 400.0), (499.0, 20_000.0)]


def theory(mean: float, variance: float):  # type: ignore[no-untyped-def]
    if variance <= mean:
        return poisson(mean)
    return nbinom(mean**2 / (variance - mean), mean / variance)


@pytest.mark.parametrize(("mean", "variance"), COUNTS)
def test_a_count_has_the_quantiles_and_edges_of_its_distribution(mean: float, variance: float) -> None:
    row, known = np.empty(WIDTH), theory(mean, variance)
    count_row(mean, variance, row)
    quantiles = row[: LAST + 1]
    assert (quantiles == known.ppf(LEVELS - 1e-12)).all()
    first, last = quantiles[0], quantiles[LAST]
    assert row[LAST + 1 :] == pytest.approx(known.cdf([first - 1, first, last - 1, last]), abs=1e-9)


@pytest.mark.parametrize(("mean", "variance"), [(900.0, 900.0), (900.0, 5e3), (5e3, 5e6), (2e5, 4e9)])
def test_a_large_count_is_off_by_a_fiftieth_of_its_spread_at_most(mean: float, variance: float) -> None:
    row = np.empty(WIDTH)
    count_row(mean, variance, row)
    off = np.abs(row[: LAST + 1] - theory(mean, variance).ppf(LEVELS))
    assert off.max() <= max(1.0, np.sqrt(variance) / 50)


@pytest.mark.parametrize(("mean", "variance"), [*COUNTS, (900.0, 5e3)])
def test_a_right_band_holds_ninety_per_cent_with_its_edges_by_their_share(
    mean: float, variance: float
) -> None:
    row, known = np.empty(WIDTH), theory(mean, variance)
    count_row(mean, variance, row)
    values = np.arange(known.ppf(1 - 1e-9) + 2)
    probability = known.pmf(values)
    inside, even, claimed = (probability @ np.array([held(value, row) for value in values])).tolist()
    assert even == pytest.approx(BAND, abs=0.003)
    assert inside == pytest.approx(claimed, abs=0.003)
    assert inside >= BAND - 0.003


def test_a_sample_gives_its_own_values_the_farther_out_the_fewer_there_are() -> None:
    row = np.empty(WIDTH)
    sample_row(np.arange(1.0, 20.0), 0.0, row)
    assert (row[: LAST + 1] == np.arange(1, 20)).all()
    sample_row(np.array([4.0, 7.0, 9.0]), 0.0, row)
    assert row[[0, LAST]].tolist() == [4, 9]


def test_a_sample_that_is_mostly_nothing_is_0_up_to_that_share() -> None:
    row = np.empty(WIDTH)
    sample_row(np.array([5.0] * 50), 0.72, row)
    assert (row[: LAST + 1] == np.where(LEVELS <= 0.72, 0, 5)).all()
    assert row[LAST + 1 :].tolist() == pytest.approx([0, 0.72, 0.72, 1])


def test_errors_are_rounded_and_never_below_nothing() -> None:
    row = np.empty(WIDTH)
    error_row(2.4, 2.0, np.linspace(-3, 3, 19), row)
    assert row[0] == 0
    assert row[LAST] == 8
    assert (np.diff(row[: LAST + 1]) >= 0).all()


def test_pinball_is_koenkers_check_function() -> None:
    row = np.empty(WIDTH)
    row[: LAST + 1] = np.linspace(1, 7, 19)
    for value in (0.0, 3.5, 9.0):
        over = value - row[: LAST + 1]
        assert pinball(value, row) == pytest.approx((over * (LEVELS - (over < 0))).mean())


def test_nothing_is_held_for_sure() -> None:
    row = np.empty(WIDTH)
    nothing_row(row)
    assert held(0.0, row) == pytest.approx((1.0, BAND, 1.0))
    assert held(1.0, row)[0] == 0
