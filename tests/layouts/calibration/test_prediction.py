"""A prediction interval holds the next value as often as it says, whatever the values are like."""

from __future__ import annotations

import numpy as np
import pytest

from layouts.calibration.prediction import prediction_interval
from layouts.statistics.intervals import mean_interval


@pytest.mark.parametrize(("n", "low", "level"), [(2, 0, 1 / 3), (19, 0, 0.9), (39, 0, 0.95), (79, 1, 0.95)])
def test_its_level_is_that_of_the_order_statistics(n: int, low: int, level: float) -> None:
    found = prediction_interval([float(i) for i in reversed(range(n))])
    assert (found.low, found.high) == (low, n - 1 - low)
    assert found.level == pytest.approx(level)


@pytest.mark.parametrize("draw", ["standard_normal", "standard_exponential", "standard_cauchy"])
def test_it_holds_the_next_value_as_often_as_it_says(draw: str) -> None:
    values = getattr(np.random.default_rng(5), draw)((4000, 40))
    found = [prediction_interval(row[:39].tolist()) for row in values]
    held = sum(each.low <= row[39] <= each.high for each, row in zip(found, values, strict=True))
    assert abs(held / 4000 - 0.95) < 4 * (0.95 * 0.05 / 4000) ** 0.5


def test_an_interval_of_the_mean_would_not_hold_days() -> None:
    values = np.random.default_rng(5).standard_normal((500, 40))
    means = [mean_interval(row[:39].tolist()) for row in values]
    held = sum(each.low <= row[39] <= each.high for each, row in zip(means, values, strict=True))
    assert held / 500 < 0.4


def test_one_value_has_no_spread() -> None:
    with pytest.raises(ValueError, match="1 value has no spread"):
        prediction_interval([3.0])
