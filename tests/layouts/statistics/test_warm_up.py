"""MSER-5 removes the start of series whose bias is known, and refuses series that have not settled."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from layouts.statistics.intervals import mean_interval
from layouts.statistics.warm_up import mser5

Floats = npt.NDArray[np.float64]


def autoregressive(random: np.random.Generator, *, runs: int, n: int, phi: float, start: float) -> Floats:
    """AR(1) of mean 0: `runs` rows of n values, the first is phi × `start` and noise."""
    rows, value = np.empty((runs, n)), np.full(runs, start)
    for step in range(n):
        value = phi * value + random.normal(size=runs)
        rows[:, step] = value
    return rows


def waits(random: np.random.Generator, *, runs: int, n: int, load: float) -> Floats:
    """Waits of n customers in M/M/1 with service rate 1, found empty by the first (Lindley)."""
    rows = np.zeros((runs, n))
    between, service = random.exponential(1 / load, (runs, n)), random.exponential(1, (runs, n))
    for customer in range(1, n):
        rows[:, customer] = np.maximum(
            0, rows[:, customer - 1] + service[:, customer - 1] - between[:, customer]
        )
    return rows


@pytest.mark.parametrize(("phi", "start"), [(0.5, 50.0), (0.8, 50.0), (0.9, 100.0)])
def test_the_bias_of_a_far_start_is_removed(phi: float, start: float) -> None:
    """Without a cut the bias is start × phi (1 - phi^n) / (1 - phi) / n."""
    n = 1000
    rows = autoregressive(np.random.default_rng(17), runs=400, n=n, phi=phi, start=start)
    bias = start * phi * (1 - phi**n) / (1 - phi) / n
    whole = mean_interval(rows.mean(axis=1))
    assert whole.low <= bias <= whole.high
    found = [mser5(row) for row in rows]
    assert np.mean([one.is_settled for one in found]) > 0.98
    kept = [row[one.length :].mean() for row, one in zip(rows, found, strict=True) if one.length is not None]
    assert abs(mean_interval(kept).value) < 0.1 * bias + mean_interval(kept).half_width
    assert mean_interval(kept).high < bias
    assert np.square(kept).mean() < np.square(rows.mean(axis=1)).mean()


def test_the_cut_comes_when_the_start_has_died_down_to_the_noise() -> None:
    """100 × 0.9^t falls below the series' own deviation, 1 / sqrt(1 - 0.81) = 2.3, at t = 36."""
    rows = autoregressive(np.random.default_rng(19), runs=100, n=1000, phi=0.9, start=100.0)
    lengths = [one.length for one in map(mser5, rows) if one.length is not None]
    assert 20 <= np.median(lengths) <= 50


def test_a_queue_that_starts_empty_is_cut_until_it_waits_as_theory_says() -> None:
    """The mean wait is load / (1 - load) = 4."""
    rows = waits(np.random.default_rng(23), runs=3000, n=1000, load=0.8)
    found = mser5(rows.mean(axis=0))
    assert found.length is not None
    assert 20 <= found.length <= 300
    whole, kept = mean_interval(rows.mean(axis=1)), mean_interval(rows[:, found.length :].mean(axis=1))
    assert whole.high < 4
    assert kept.low <= 4 <= kept.high


def test_the_cut_is_where_an_exhaustive_search_puts_it() -> None:
    random = np.random.default_rng(29)
    for n in (50, 53, 100, 257):
        row = random.normal(size=n) + 30 * np.exp(-np.arange(n) / 7)
        batches = row[: n // 5 * 5].reshape(-1, 5).mean(axis=1)
        cuts = range(len(batches) - 5 + 1)
        errors = [
            np.square(batches[cut:] - batches[cut:].mean()).sum() / len(batches[cut:]) ** 2 for cut in cuts
        ]
        assert mser5(row).length == 5 * int(np.argmin(errors))


def test_a_series_that_drifts_has_not_settled() -> None:
    found = mser5(np.arange(400.0))
    assert not found.is_settled
    assert str(found) == (
        "warm-up: not settled, the warm-up would take more than half of 400 values: simulate longer (MSER-5)"
    )


def test_a_step_in_the_first_half_is_cut_exactly_and_one_in_the_second_is_refused() -> None:
    early, late = np.r_[np.full(100, 9.0), np.full(300, 2.0)], np.r_[np.full(300, 9.0), np.full(100, 2.0)]
    assert mser5(early).length == 100
    assert mser5(late).length is None


def test_a_constant_series_needs_no_cut() -> None:
    found = mser5([0.1] * 60)
    assert (found.length, str(found)) == (0, "warm-up: the first 0 of 60 values left out (MSER-5)")


def test_a_short_series_is_never_called_settled() -> None:
    assert str(mser5([1.0] * 49)) == (
        "warm-up: not settled, 49 values are fewer than 50: simulate longer (MSER-5)"
    )
    with pytest.raises(ValueError, match="at least one"):
        mser5([])
