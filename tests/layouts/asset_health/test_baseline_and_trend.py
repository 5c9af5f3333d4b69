"""What is learnt of an asset that is well, and when a limit is met, against made-up truth."""

from __future__ import annotations

import numpy as np
import pytest

from layouts.asset_health.baseline import learn_baseline
from layouts.asset_health.degradation import made_up_life
from layouts.asset_health.trend import find_trend, time_to_limit
from spatial.errors import UndecidedError


def noise(seed: int, size: int, persistence: float = 0.0) -> np.ndarray:
    return made_up_life(seed, healthy=size, wear=0, level=0, limit=0, sigma=1, persistence=persistence).values


@pytest.mark.parametrize("persistence", [0.0, 0.6])
def test_baseline_finds_what_was_put_in(persistence):
    learnt = [learn_baseline(5 + 0.5 * noise(seed, 400, persistence)) for seed in range(40)]
    assert np.mean([each.centre for each in learnt]) == pytest.approx(5, abs=0.05)
    assert np.mean([each.persistence for each in learnt]) == pytest.approx(persistence, abs=0.04)
    expected = 0.5 * np.sqrt(1 - persistence**2)
    assert np.mean([each.sigma for each in learnt]) == pytest.approx(expected, rel=0.05)
    if persistence:
        assert learnt[0].effective_size < 0.5 * learnt[0].size


def test_a_tenth_of_wild_values_moves_the_baseline_little():
    values = noise(3, 400)
    spoilt = values.copy()
    spoilt[::10] += 50
    assert learn_baseline(spoilt).centre == pytest.approx(learn_baseline(values).centre, abs=0.25)
    assert learn_baseline(spoilt).sigma == pytest.approx(learn_baseline(values).sigma, rel=0.3)


@pytest.mark.parametrize(
    ("values", "told"),
    [([1.0] * 10, "fewer than 30"), ([1.0] * 40, "finer sensor"), (np.arange(200.0), "they drift")],
)
def test_what_teaches_nothing_is_told(values, told):
    with pytest.raises(UndecidedError, match=told):
        learn_baseline(values)


def test_an_exact_line_meets_its_limit_when_it_does():
    times = np.arange(100) * 10.0
    met = time_to_limit(times, 2 + 0.01 * times, limit=20.0)
    assert met is not None
    assert met.best_s == pytest.approx((20 - 2) / 0.01 - times[-1], abs=1e-6)
    assert met.low_s <= met.best_s <= met.high_s


@pytest.mark.parametrize("persistence", [0.0, 0.5])
def test_intervals_hold_the_truth_as_often_as_they_say(persistence):
    times = np.arange(240) * 600.0
    slope_hits = trend_shown = meets = 0
    for seed in range(300):
        rest = noise(seed, 240, persistence)
        trend = find_trend(times, rest + 2e-5 * times)
        slope_hits += trend.slope_low <= 2e-5 <= trend.slope_high
        trend_shown += find_trend(times, rest).is_shown
        met = time_to_limit(times, rest + 2e-5 * times, limit=2e-5 * times[-1] + 5.0)
        truth = 5.0 / 2e-5
        meets += met is not None and met.low_s <= truth and (met.high_s is None or truth <= met.high_s)
    assert slope_hits >= 0.92 * 300
    assert trend_shown <= 0.08 * 300
    assert meets >= 0.90 * 300


def test_no_trend_shown_and_a_trend_away_are_no_time():
    times = np.arange(100) * 10.0
    assert time_to_limit(times, noise(1, 100), limit=50.0) is None
    assert time_to_limit(times, 2 - 0.01 * times, limit=20.0) is None
    with pytest.raises(UndecidedError, match="fewer than 8"):
        find_trend([1, 2, 3], [1, 2, 3])
