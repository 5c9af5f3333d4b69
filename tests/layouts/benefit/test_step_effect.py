"""The step effect held against its definition, and its interval against noise with memory from day to day."""

import numpy as np
import pytest

from layouts.benefit.step_effect import step_effect
from spatial.errors import UndecidedError

SEEDS = 200


def days_of(seed, *, phi=0.0, before=60, after=30, effect=0.0, sigma=3.0):
    random = np.random.default_rng(seed)
    count = before + after
    noise = np.empty(count)
    noise[0] = random.normal() / np.sqrt(1 - phi**2)
    for day in range(1, count):
        noise[day] = phi * noise[day - 1] + random.normal()
    t = 20_000 + np.arange(count)
    volume = random.normal(1000, 80, count)
    level = 100 + 6 * ((t + 3) % 7 == 5) + 0.02 * np.arange(count) + 0.03 * (volume - 1000)
    return t, level + sigma * noise + effect * (t >= 20_000 + before), volume[:, None], 20_000 + before


def fitted(*args, **kwargs):
    t, y, volume, since = days_of(*args, **kwargs)
    return step_effect(t, y, since=since, covariates=volume)


@pytest.mark.parametrize("phi", [0.3, 0.5])
def test_95_percent_intervals_hold_and_nothing_is_seldom_shown_for_something(phi):
    """The estimate moves by a step exactly as the step does, so one fit without a step tells of both."""
    found = [fitted(1_000 * seed + int(10 * phi), phi=phi).effect for seed in range(SEEDS)]
    held = np.mean([each.low <= 0 <= each.high for each in found])
    falsely_shown = np.mean([each.low > 0 for each in found])
    assert 0.90 <= held <= 0.98
    assert falsely_shown <= 0.05


def test_a_step_moves_the_estimate_and_its_interval_by_itself():
    bare, moved = (fitted(5, phi=0.4, effect=effect).effect for effect in (0.0, 5.0))
    shifts = [getattr(moved, end) - getattr(bare, end) for end in ("value", "low", "high")]
    assert shifts == pytest.approx([5, 5, 5], abs=1e-6)


def test_a_planted_effect_of_five_percent_is_shown_and_lies_in_its_interval():
    share = fitted(11, before=90, after=60, effect=5.0, sigma=2.0).share
    assert share.low > 0
    assert share.low <= 0.05 <= share.high


def test_without_noise_the_step_is_found_exactly():
    found = fitted(3, effect=5.0, sigma=0.0)
    assert found.effect.value == pytest.approx(5.0, abs=1e-6)
    assert found.effect.half_width < 1e-6


def test_an_unaffected_series_takes_away_what_moves_both():
    random = np.random.default_rng(4)
    t = 20_000 + np.arange(90)
    both = np.cumsum(random.normal(0, 2, 90))
    y = 100 + both + random.normal(0, 0.5, 90) + 3 * (t >= 20_060)
    alone = step_effect(t, y, since=20_060).effect
    beside = step_effect(t, y, since=20_060, covariates=both[:, None]).effect
    assert beside.half_width < alone.half_width / 2
    assert beside.low <= 3 <= beside.high
    assert beside.low > 0


def test_days_that_are_missing_are_no_fault():
    t, y, volume, since = days_of(2, effect=5.0)
    kept = np.delete(np.arange(len(t)), [5, 6, 30, 70])
    found = step_effect(t[kept], y[kept], since=since, covariates=volume[kept]).effect
    assert found.low <= 5 <= found.high


def test_what_cannot_be_decided_is_said():
    t, y, _volume, since = days_of(1)
    with pytest.raises(UndecidedError, match="13 days after the change are fewer than 14"):
        step_effect(t[:73], y[:73], since=since)
    with pytest.raises(UndecidedError, match="cannot be told from trend, weekday or covariates"):
        step_effect(t, y, since=since, covariates=(t >= since)[:, None])
    with pytest.raises(ValueError, match="do not ascend"):
        step_effect(t[::-1], y, since=since)
    with pytest.raises(ValueError, match="not finite"):
        step_effect(t, np.where(t == t[4], np.nan, y), since=since)
