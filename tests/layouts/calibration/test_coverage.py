"""Validated is a word for models that held on days they have not seen, and for no others."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binom

from layouts.calibration.coverage import Forecast, coverages, validate, verdict_of, wilson


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


@pytest.mark.parametrize("level", [1 / 3, 9 / 11, 0.9, 0.95])
@pytest.mark.parametrize("days", [1, 2, 3, 5, 10, 30, 73, 200])
def test_a_true_model_is_seldom_wronged_however_few_the_days(days: int, level: float) -> None:
    chance = {"too narrow": 0.0, "too wide": 0.0, "holds": 0.0, "cannot decide": 0.0}
    for held in range(days + 1):
        chance[verdict_of(held, days, level=level)] += float(binom.pmf(held, days, level))
    assert max(chance["too narrow"], chance["too wide"]) <= 0.025
    # 5 to 10 of 100 by Wilson's bounds alone
    assert wilson(0, 1).high < 0.9
    assert wilson(1, 2).high < 0.95


def test_bias_is_against_what_was_expected_and_not_the_middle_of_a_skewed_interval() -> None:
    told = {"kpi": "makespan_s", "day": "d1", "low": 90.0, "high": 130.0, "actual": 100.0}
    assert coverages([Forecast(**told, expected=100.0)])[0].bias == 0.0  # type: ignore[arg-type]
    assert coverages([Forecast(**told)])[0].bias == pytest.approx(-10 / 110)  # type: ignore[arg-type]


def test_what_was_foretold_to_be_one_number_and_was_is_not_too_wide() -> None:
    sure = [Forecast(kpi="on_time_share", day=f"d{i}", low=1.0, high=1.0, actual=1.0) for i in range(200)]
    assert coverages(sure)[0].verdict == "holds"
    missed = [Forecast(kpi="on_time_share", day=f"d{i}", low=1.0, high=1.0, actual=0.9) for i in range(200)]
    assert coverages(missed)[0].verdict == "too narrow"
