"""Days: expected orders by formula, counts by theirs, and more demand only adds orders."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from scipy.stats import chi2, chisquare

from layouts.demand.calendar import Calendar, order_counts
from layouts.demand.spec import DemandSpec

HALVES = np.array([0.25, 0.75])


def spec_of(**fields: object) -> DemandSpec:
    return DemandSpec.model_validate(fields)


def means_of(shares: np.ndarray = HALVES, **fields: object) -> np.ndarray:
    spec = spec_of(**fields)
    return Calendar.of(spec, len(shares)).means(shares)


def test_the_expected_orders_are_the_product_of_their_factors() -> None:
    found = means_of(
        first_day="2026-11-27",  # a Friday
        days=7,
        orders_per_day=100,
        weekdays={"fri": 1.2, "sat": 0.5},
        growth_per_year=1.0,
        seasons=[{"months": {"nov": 1.1, "dec": 1.5}, "weekdays": {"mon": 2}}],
        peaks=[{"first_day": "2026-11-27", "last_day": "2026-11-28", "factor": 3}],
    )
    plain = [1.2 * 1.1 * 3, 0.5 * 1.1 * 3, 0.0, 1.1 * 2, 1.5, 1.5, 1.5]
    growth = 2 ** (np.arange(7) / 365.25)
    assert found == pytest.approx(100 * np.array(plain) * growth)


def test_a_part_of_the_families_brings_its_share_of_the_lines() -> None:
    peak = {"first_day": "2026-01-05", "last_day": "2026-01-05", "factor": 3, "families": 0.5}
    spec = spec_of(orders_per_day=100, peaks=[peak])
    calendar = Calendar.of(spec, 2)
    factors = calendar.family_factors(0)
    assert sorted(factors) == [1, 3]
    assert calendar.means(HALVES)[0] == pytest.approx(100 * (1 + 2 * HALVES[factors == 3][0]))


def test_larger_parts_of_the_families_hold_smaller_ones() -> None:
    season = {"months": {"jan": 2}}
    small, large = (
        Calendar.of(spec_of(seasons=[{**season, "families": part}]), 40).family_factors(0)
        for part in (0.3, 0.7)
    )
    assert [(small == 2).sum(), (large == 2).sum()] == [12, 28]
    assert (large >= small).all()


def test_counts_are_poisson() -> None:
    """Σ (n - m)² / m is about χ² of as many degrees as there are days."""
    spec = spec_of(days=3000, orders_per_day=40, seed=5)
    means = np.full(3000, 40.0)
    counts = order_counts(spec, means)
    index = float(((counts - means) ** 2 / means).sum())
    assert chi2.ppf(1e-4, 3000) < index < chi2.ppf(1 - 1e-4, 3000)
    assert abs(counts.sum() - means.sum()) < 4 * means.sum() ** 0.5


def test_day_to_day_adds_its_own_variance() -> None:
    """Negative binomial: variance m + (c m)²; that of the sample variance follows from its fourth moment."""
    days, mean, c = 3000, 200.0, 0.3
    counts = order_counts(spec_of(days=days, day_to_day=c, seed=2), np.full(days, mean))
    variance = mean + (c * mean) ** 2
    fourth = np.mean((counts - mean) ** 4)
    error = np.sqrt((fourth - variance**2) / days)
    assert abs(counts.var() - variance) < 4 * error
    assert abs(counts.mean() - mean) < 4 * np.sqrt(variance / days)
    assert error < 0.1 * variance


def test_more_demand_adds_orders_and_takes_none() -> None:
    base = {"days": 60, "day_to_day": 0.2, "seed": 3}
    peak = {"first_day": "2026-01-20", "last_day": "2026-01-22", "factor": 2.5}
    usual, more = spec_of(**base), spec_of(**base, peaks=[peak])
    counts = [order_counts(each, Calendar.of(each, 2).means(HALVES)) for each in (usual, more)]
    is_peak = np.array(
        [dt.date(2026, 1, 20) <= Calendar.of(more, 2).date(day) <= dt.date(2026, 1, 22) for day in range(60)]
    )
    assert (counts[1][~is_peak] == counts[0][~is_peak]).all()
    assert (counts[1][is_peak] > counts[0][is_peak]).all()


def test_a_longer_calendar_begins_like_a_shorter_one() -> None:
    short, long = (
        order_counts(each, Calendar.of(each, 2).means(HALVES))
        for each in (spec_of(days=9, day_to_day=0.1), spec_of(days=90, day_to_day=0.1))
    )
    assert (long[:9] == short).all()


def test_a_wanted_total_is_met_and_falls_on_days_by_their_means() -> None:
    means = np.array([0.0, 1.0, 3.0, 0.0, 6.0, 0.0])
    counts = order_counts(spec_of(days=6, orders=20_000), means)
    assert counts.sum() == 20_000
    assert (counts[means == 0] == 0).all()
    assert chisquare(counts[means > 0], 2000 * means[means > 0]).pvalue > 1e-3
    assert order_counts(spec_of(days=6, orders=9), np.zeros(6)).sum() == 0
