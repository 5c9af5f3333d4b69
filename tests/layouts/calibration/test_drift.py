"""Slower people and a moved rack are told from each other; neither is told where nothing changed."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from task_logs import ZONE_OF, task_log

from layouts.calibration.drift import drift
from layouts.calibration.fit import Fit, fit
from spatial.errors import UndecidedError

WORLDS = 40


@pytest.fixture(scope="module")
def before() -> Fit:
    return fit(task_log(1000, tours=200))


@pytest.mark.parametrize(
    ("change", "verdict"),
    [
        ({}, "nothing changed"),
        ({"truth": {"speed_m_s": 1.05}}, "pace"),
        ({"truth": {"pick_s": 11.0}}, "pace"),
        ({"detours_m": {"03": 12.0}}, "places"),
        ({"truth": {"speed_m_s": 1.05}, "detours_m": {"03": 15.0}}, "pace and places"),
    ],
)
def test_what_changed_is_what_is_told(before: Fit, change: dict[str, Any], verdict: str) -> None:
    told = [drift(before, task_log(5000 + seed, **change), ZONE_OF) for seed in range(WORLDS)]
    verdicts = Counter(each.verdict for each in told)
    assert verdicts[verdict] >= 0.9 * WORLDS, verdicts
    if "detours_m" in change:
        ((zone, metres),) = change["detours_m"].items()
        held = sum(each.detours[zone].metres.low <= metres <= each.detours[zone].metres.high for each in told)
        assert held >= 0.85 * WORLDS


def test_when_every_way_changed_neither_is_blamed_alone(before: Fit) -> None:
    everywhere = {f"{aisle:02}": 15.0 for aisle in range(10)}
    told = Counter(
        drift(before, task_log(5000 + seed, detours_m=everywhere), ZONE_OF).verdict for seed in range(WORLDS)
    )
    assert told["places"] == told["nothing changed"] == 0


def test_few_days_do_not_decide(before: Fit) -> None:
    told = drift(before, task_log(3, tours=8, stops=3), ZONE_OF)
    assert told.verdict == "cannot decide"
    assert "add days" in told.text


def test_a_change_is_told_with_its_number_and_interval(before: Fit) -> None:
    text = drift(before, task_log(7, detours_m={"03": 12.0}), ZONE_OF).text
    assert text.startswith("ways into and out of 03 take +")
    assert "look for a rack that moved" in text
    assert "a metre +0.1" in drift(before, task_log(7, truth={"speed_m_s": 1.05}), ZONE_OF).text


def test_too_few_tours_are_refused(before: Fit) -> None:
    with pytest.raises(UndecidedError, match="4 tours since"):
        drift(before, task_log(1, tours=4), ZONE_OF)
