"""Intervals agree with textbooks, cover as often as they say, and show what they do not know."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import bdtr
from scipy.stats import binom

from layouts.statistics.intervals import (
    Estimate,
    mean_interval,
    paired_difference,
    quantile_interval,
    share_interval,
)

numbers = st.floats(-1e6, 1e6)


def test_the_mean_of_one_to_five_is_as_in_tables() -> None:
    """s = sqrt(2.5), t(4, 0.975) = 2.7764451."""
    estimate = mean_interval([1, 2, 3, 4, 5])
    assert (estimate.value, estimate.n) == (3.0, 5)
    assert estimate.half_width == pytest.approx(2.7764451 * math.sqrt(2.5 / 5), rel=1e-7)
    assert mean_interval([1, 2, 3, 4, 5], confidence=0.99).half_width == pytest.approx(
        4.6040949 * math.sqrt(2.5 / 5), rel=1e-7
    )


def test_intervals_of_means_and_differences_cover_95_in_100() -> None:
    random, trials = np.random.default_rng(11), 4000
    means = differences = 0
    for _ in range(trials):
        base = random.normal(50, 10, 8)
        means += mean_interval(base).low <= 50 <= mean_interval(base).high
        change = paired_difference(base + random.normal(2, 1, 8), base)
        differences += change.low <= 2 <= change.high
    assert 0.93 <= means / trials <= 0.97
    assert 0.93 <= differences / trials <= 0.97


@pytest.mark.parametrize("share", [0.05, 0.1, 0.5, 0.8, 0.95])
def test_intervals_of_shares_cover_95_in_100(share: float) -> None:
    """Summed over every count there can be, not drawn."""
    for n in (200, 500):
        intervals = [share_interval(count, n) for count in range(n + 1)]
        held = [one.low <= share <= one.high for one in intervals]
        assert 0.93 <= binom.pmf(np.arange(n + 1), n, share)[held].sum() <= 0.97


@pytest.mark.parametrize("q", [0.5, 0.95])
def test_intervals_of_quantiles_cover_95_in_100(q: float) -> None:
    random, trials, truth = np.random.default_rng(13), 3000, -math.log(1 - q)
    rows = [quantile_interval(random.exponential(size=300), q) for _ in range(trials)]
    assert 0.93 <= np.mean([row.low <= truth <= row.high for row in rows]) <= 0.97


def test_the_median_of_a_hundred_lies_between_the_40th_and_the_61st() -> None:
    estimate = quantile_interval(range(1, 101), 0.5)
    assert (estimate.value, estimate.low, estimate.high) == (50.5, 40, 61)


@given(st.integers(1, 400), st.sampled_from([0.05, 0.5, 0.9, 0.95, 0.99]))
def test_ends_of_quantiles_are_the_closest_that_hold_on_either_side(n: int, q: float) -> None:
    estimate = quantile_interval(range(1, n + 1), q)  # so that each value is its own rank
    if math.isfinite(estimate.low):
        assert bdtr(estimate.low - 1, n, q) <= 0.025 < bdtr(estimate.low, n, q)
    else:
        assert bdtr(0, n, q) > 0.025
    if math.isfinite(estimate.high):
        assert bdtr(estimate.high - 2, n, q) < 0.975 <= bdtr(estimate.high - 1, n, q)
    else:
        assert bdtr(n - 1, n, q) < 0.975


def test_none_and_all_end_exactly_there() -> None:
    """Wilson's other end is z² / (n + z²)."""
    for n in (1, 10, 30, 10**6):
        none, everyone = share_interval(0, n), share_interval(n, n)
        assert (none.value, none.low, everyone.value, everyone.high) == (0, 0, 1, 1)
        assert none.high == pytest.approx(1.959964**2 / (n + 1.959964**2), rel=1e-6)
        assert everyone.low == pytest.approx(1 - none.high)


def test_wilson_solves_its_equation() -> None:
    """Each end p satisfies |share - p| = z sqrt(p (1 - p) / n)."""
    estimate = share_interval(43, 50)
    for end in (estimate.low, estimate.high):
        assert abs(0.86 - end) == pytest.approx(1.959964 * math.sqrt(end * (1 - end) / 50), rel=1e-6)


@given(st.integers(1, 2000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_a_share_mirrors_its_complement(case: tuple[int, int]) -> None:
    count, n = case
    share, rest = share_interval(count, n), share_interval(n - count, n)
    assert 0 <= share.low <= share.value <= share.high <= 1
    assert share.low == pytest.approx(1 - rest.high, abs=1e-12)


@given(st.lists(numbers, min_size=1, max_size=30), st.randoms())
def test_the_order_of_values_does_not_matter(values: list[float], random) -> None:  # type: ignore[no-untyped-def]
    shuffled = random.sample(values, len(values))
    assert mean_interval(shuffled) == mean_interval(values)
    assert quantile_interval(shuffled, 0.5) == quantile_interval(values, 0.5)


@given(st.lists(numbers, min_size=2, max_size=30))
def test_the_difference_to_itself_is_none_and_swaps_its_sign(values: list[float]) -> None:
    assert paired_difference(values, values).half_width == 0
    there, back = paired_difference(values, values[::-1]), paired_difference(values[::-1], values)
    assert (there.low, there.high) == pytest.approx((-back.high, -back.low))


def test_one_value_has_no_interval_and_says_so() -> None:
    assert str(mean_interval([812.34])) == "812.3 [no interval: n is too small], n = 1, Student t"
    assert mean_interval([812.34]).half_width == math.inf
    assert paired_difference([2.0], [1.0]).record()["low"] is None
    told = str(quantile_interval(range(30), 0.95))
    assert (
        told == "27.5 [95 %: 25.0 or more, n is too small for an upper end], n = 30, order statistics of p95"
    )
    assert "or less, n is too small for a lower end" in str(quantile_interval(range(30), 0.05))


def test_equal_values_have_no_spread_and_no_rounding_gives_them_one() -> None:
    assert mean_interval([0.1] * 7).half_width == 0
    assert str(mean_interval([0.1] * 7)) == "0.1000 [95 %: no spread seen], n = 7, Student t"


@pytest.mark.parametrize(
    ("estimate", "text"),
    [
        (Estimate(812.4, 790.3, 834.5, 30, "m"), "812 lines/h [95 %: 790 to 834], n = 30, m"),
        (Estimate(-0.004, -0.104, 0.096, 9, "m"), "0.00 lines/h [95 %: -0.10 to 0.10], n = 9, m"),
        (Estimate(123456.0, 111111.0, 135801.0, 9, "m"), "123000 lines/h [95 %: 111000 to 136000], n = 9, m"),
        (Estimate(5.0, 4.0, 6.0, 9, "m", 0.99), "5.0 lines/h [99 %: 4.0 to 6.0], n = 9, m"),
        (Estimate(1.0, 1 - 1e-15, 1.0, 9, "m"), "1.0000000 lines/h [95 %: 1.0000000 to 1.0000000], n = 9, m"),
        (Estimate(0.0, 0.0, 0.0, 9, "m"), "0.000 lines/h [95 %: no spread seen], n = 9, m"),
    ],
)
def test_figures_are_rounded_to_their_interval(estimate: Estimate, text: str) -> None:
    assert estimate.text("lines/h") == text


def test_another_unit_scales_all_and_keeps_the_rest() -> None:
    assert Estimate(2.0, 1.0, math.inf, 30, "m").scaled(3600) == Estimate(7200.0, 3600.0, math.inf, 30, "m")


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: mean_interval([]), "give at least one"),
        (lambda: mean_interval([1.0, math.nan]), "value 1 is nan"),
        (lambda: mean_interval([1.0, 2.0], confidence=95), "confidence 95 must lie between 0 and 1"),
        (lambda: paired_difference([1.0], [1.0, 2.0]), "1 values and 2 of the baseline are no pairs"),
        (lambda: share_interval(0, 0), "0 of 0 is no share"),
        (lambda: share_interval(4, 3), "4 of 3 is no share"),
        (lambda: quantile_interval([1.0], 1.0), "q 1.0 must lie between 0 and 1"),
        (lambda: quantile_interval([1.0], 0.5, confidence=1.0), "confidence 1.0"),
        (lambda: Estimate(3.0, 1.0, 2.0, 5, "m"), "must lie in its interval"),
    ],
)
def test_wrong_arguments_are_told(wrong, message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=message):
        wrong()
