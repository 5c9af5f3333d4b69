"""Made-up lives with known wear: false alarms come as seldom as wished, wear is seen before the failure."""

from __future__ import annotations

import pytest

from layouts.asset_health.degradation import made_up_life, score
from layouts.asset_health.monitor import HealthMemory, HealthSettings, take_reading


@pytest.mark.parametrize(("chart", "tuning", "persistence"), [("cusum", 0.5, 0.0), ("ewma", 0.1, 0.5)])
def test_false_alarms_are_as_seldom_as_wished_and_wear_is_seen_in_time(chart, tuning, persistence):
    settings = HealthSettings(chart=chart, tuning=tuning, run_length=1000, baseline_size=150, limit=7.1)
    scores = [
        score(
            made_up_life(
                seed, healthy=900, wear=300, level=2.8, limit=7.1, sigma=0.3, persistence=persistence
            ),
            settings,
        )
        for seed in range(15)
    ]
    healthy = sum(each.healthy for each in scores)
    false_alarms = sum(each.false_alarms for each in scores)
    expected = healthy / 1000
    assert false_alarms <= expected + 3 * (2 * expected) ** 0.5  # lives differ by their baselines
    leads = [each.lead_s for each in scores]
    assert all(lead is not None and lead > 0.4 * 300 * 600 for lead in leads)


def test_a_repaired_asset_is_well_again_in_a_time_one_can_wait_for():
    settings = HealthSettings(baseline_size=60, run_length=1000)
    life = made_up_life(4, healthy=100, wear=100, level=1, limit=9, sigma=0.2)
    memory = HealthMemory()
    for i, value in enumerate(life.values):
        take_reading(memory, i * 1000, float(value), settings)
    assert memory.is_drifting
    for i, value in enumerate(made_up_life(5, healthy=60, wear=0, level=1, limit=1, sigma=0.2).values):
        take_reading(memory, (200 + i) * 1000, float(value), settings)
    assert not memory.is_drifting
    assert len(memory.values) <= settings.trend_size


def test_nothing_is_judged_before_the_baseline_is_learnt():
    settings = HealthSettings(baseline_size=60)
    memory = HealthMemory()
    for i in range(300):
        take_reading(memory, i * 1000, float(i), settings)
    assert memory.baseline is None
    assert not memory.is_drifting
    assert "drift" in memory.still_learns
    assert len(memory.values) <= 4 * 60
    with pytest.raises(ValueError, match="below 30"):
        HealthSettings(baseline_size=5)
