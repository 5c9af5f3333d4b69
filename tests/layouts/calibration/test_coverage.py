"""Validated is a word for models that held on days they have not seen, and for no others."""

from __future__ import annotations

import numpy as np
import pytest

from layouts.calibration.coverage import Forecast, coverages, validate, wilson


def forecasts(days: int, *, width: float, seed: int = 0, first: int = 0) -> list[Forecast]:
    """What came is standard normal around 100; the right width of a 95 % interval is 1.96."""
    came = 100 + np.random.default_rng(seed).standard_normal(days)
    return [
        Forecast(
            kpi="lines_per_hour", day=f"d{first + i}", low=100 - width, high=100 + width, actual=float(x)
        )
        for i, x in enumerate(came)
    ]


def test_wilson_is_the_published_interval() -> None:
    # Newcombe 1998, table I: 81 of 263, and 0 of 20
    assert (round(wilson(81, 263).low, 4), round(wilson(81, 263).high, 4)) == (0.2553, 0.3662)
    assert (round(wilson(0, 20).low, 4), round(wilson(0, 20).high, 4)) == (0.0, 0.1611)


@pytest.mark.parametrize(
    ("width", "days", "verdict"),
    [(1.96, 200, "holds"), (1.0, 200, "too narrow"), (9.0, 200, "too wide"), (1.96, 5, "cannot decide")],
)
def test_intervals_are_judged_by_how_often_they_held(width: float, days: int, verdict: str) -> None:
    (found,) = coverages(forecasts(days, width=width))
    assert found.verdict == verdict


def test_only_a_hold_out_validates() -> None:
    held_out = forecasts(200, width=1.96, first=50)
    assert validate(held_out, fitted_days=[f"d{i}" for i in range(50)]).is_validated
    seen = validate(held_out, fitted_days=[f"d{i}" for i in range(60)])
    assert not seen.is_validated
    assert seen.reason.startswith("10 of the days tested were fitted to as well (d50")


def test_a_bad_or_untested_model_is_not_validated_and_says_why() -> None:
    assert "too narrow for lines_per_hour" in validate(forecasts(200, width=1.0), fitted_days=()).reason
    assert "too few days" in validate(forecasts(4, width=1.96), fitted_days=()).reason
    assert "nothing was foretold" in validate([], fitted_days=()).reason
