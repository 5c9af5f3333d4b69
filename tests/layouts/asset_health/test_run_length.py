"""Average run lengths against published tables and against runs drawn at random."""

from __future__ import annotations

import numpy as np
import pytest

from layouts.asset_health.charts import Cusum, Ewma
from layouts.asset_health.run_length import cusum_arl, ewma_arl, limit_for

SHIFTS = (0, 0.25, 0.5, 0.75, 1, 1.5, 2)


@pytest.mark.parametrize(
    ("limit", "published"),
    [(4, (168, 74.2, 26.6, 13.3, 8.38, 4.75, 3.34)), (5, (465, 139, 38.0, 17.0, 10.4, 5.75, 4.01))],
)
def test_cusum_runs_are_those_of_montgomerys_table(limit, published):
    found = [cusum_arl(reference=0.5, limit=limit, shift=shift) for shift in SHIFTS]
    assert found == pytest.approx(published, rel=0.005)


@pytest.mark.parametrize(
    ("weight", "limit", "published"),
    [
        (0.4, 3.054, (500, 224, 71.2, 28.4, 14.3, 5.9, 3.5)),
        (0.1, 2.814, (500, 106, 31.3, 15.9, 10.3, 6.1, 4.4)),
        (0.05, 2.615, (500, 84.1, 28.8, 16.4, 11.4, 7.1, 5.2)),
    ],
)
def test_ewma_runs_are_those_of_lucas_and_saccucci(weight, limit, published):
    found = [ewma_arl(weight=weight, limit=limit, shift=shift) for shift in SHIFTS]
    assert found == pytest.approx(published, rel=0.012)


@pytest.mark.parametrize(("chart", "tuning"), [("cusum", 0.5), ("ewma", 0.1)])
def test_limit_gives_the_wished_run_length_back(chart, tuning):
    limit = limit_for(chart, tuning, run_length=370)
    arl = (
        cusum_arl(reference=tuning, limit=limit) if chart == "cusum" else ewma_arl(weight=tuning, limit=limit)
    )
    assert arl == pytest.approx(370, rel=1e-4)


def test_run_lengths_drawn_at_random_agree_with_the_equation():
    random = np.random.default_rng(1)
    runs = {"cusum": [], "ewma": []}
    limits = {"cusum": limit_for("cusum", 0.5, run_length=60), "ewma": limit_for("ewma", 0.2, run_length=60)}
    for _ in range(1500):
        sums, mean, open_ = Cusum(), Ewma(), {"cusum", "ewma"}
        for n, value in enumerate(random.normal(size=2000), start=1):
            sums, mean = sums.then(value, reference=0.5), mean.then(value, weight=0.2)
            heights = {"cusum": sums.height, "ewma": mean.height(weight=0.2)}
            for name in sorted(open_):
                if heights[name] > limits[name]:
                    runs[name].append(n)
                    open_.discard(name)
            if not open_:
                break
    for name, lengths in runs.items():
        error = np.std(lengths) / np.sqrt(len(lengths))
        assert abs(np.mean(lengths) - 60) < 3 * error, name


def test_a_short_baseline_widens_the_limit():
    limits = [limit_for("cusum", 0.5, run_length=1000, baseline_size=n) for n in (50, 200, 1000, None)]
    assert limits == sorted(limits, reverse=True)
    with pytest.raises(ValueError, match="below 10"):
        limit_for("cusum", 0.5, run_length=5)
