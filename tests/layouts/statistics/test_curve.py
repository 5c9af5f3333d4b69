"""Weighted sums of a curve's levels have the intervals that theory gives them."""

from __future__ import annotations

import numpy as np
import pytest

from layouts.statistics.curve import Curve, curve_of_runs
from layouts.statistics.intervals import Estimate, mean_interval, paired_difference, share_interval

X = tuple(float(x) for x in range(1, 21))


def independent(seed: int, n: int) -> Curve:
    """Levels of 1 to 20 from n values each, of deviation 1."""
    drawn = np.random.default_rng(seed).normal(0, 1, (20, n)) + np.array(X)[:, None]
    return Curve(x=X, levels=tuple(map(mean_interval, drawn)))


def test_sums_of_independent_levels_cover_95_in_100() -> None:
    weights, truth, held, trials = np.r_[1.0, -2.0, np.zeros(17), 0.5], 1 - 4 + 10, 0, 2000
    for seed in range(trials):
        total = independent(seed, n=12).sum_of(weights, 0.95)
        held += total.low <= truth <= total.high
    assert 0.93 <= held / trials <= 0.97


def test_a_difference_of_shares_has_newcombes_interval() -> None:
    """56 of 70 against 48 of 80 is 0.2 [0.0524, 0.3339]: Newcombe (1998), Statistics in Medicine 17, method 10."""
    shares = (share_interval(48, 80), share_interval(56, 70), share_interval(1, 2))
    found = Curve(x=(1.0, 2.0, 3.0), levels=shares).sum_of(np.array([-1.0, 1.0, 0.0]), 0.95)
    assert (found.value, found.low, found.high) == pytest.approx((0.2, 0.0524, 0.3339), abs=5e-5)


def test_a_single_level_at_another_confidence_is_its_own_interval_there() -> None:
    rows = np.random.default_rng(3).normal(size=(3, 9))
    for weights, row in zip(np.eye(3), rows, strict=True):
        found = Curve(x=(1.0, 2.0, 3.0), levels=tuple(map(mean_interval, rows))).sum_of(weights, 0.99)
        own = mean_interval(row, confidence=0.99)
        assert (found.value, found.low, found.high) == pytest.approx((own.value, own.low, own.high))


def test_common_runs_are_compared_pair_by_pair() -> None:
    rows = np.random.default_rng(5).normal(size=(3, 9)) + np.random.default_rng(7).normal(size=9)
    more, less = curve_of_runs((1, 2, 4), rows), curve_of_runs((1, 2, 4), rows, larger_is_better=False)
    weights = np.array([-1.0, 1.0, 0.0])
    assert more.sum_of(weights, 0.95) == paired_difference(rows[1], rows[0])
    assert less.sum_of(weights, 0.95) == paired_difference(rows[0], rows[1])


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: Curve(x=(1.0, 2.0), levels=2 * (Estimate(1, 1, 1, 2, "m"),)), "at least 3"),
        (lambda: curve_of_runs((1.0, 3.0, 2.0), np.ones((3, 5))), "must rise strictly"),
        (lambda: curve_of_runs((1.0, 2.0, 3.0), [[1.0, 2.0], [1.0], [1.0, 2.0]]), "runs of 2, 1, 2 values"),
    ],
)
def test_wrong_curves_are_told(wrong, message: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(ValueError, match=message):
        wrong()
