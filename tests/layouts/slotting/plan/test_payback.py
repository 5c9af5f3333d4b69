"""Moves are paid back by measured hours, worked out by hand."""

from __future__ import annotations

import pytest

from layouts.slotting.plan.payback import payback


def test_a_sure_saving_pays_after_so_many_days() -> None:
    found = payback([100, 100], [125, 125], lines_per_day=1000, moves_s=4 * 3600, horizon_days=90)
    assert found.saved_h_per_day.value == pytest.approx(2.0)  # 10 h become 8 h
    assert found.answer == "pays back"
    assert found.days is not None
    assert found.days.value == pytest.approx(2.0)
    assert "Pays back within 90 days: moves take 4.0 h" in found.text()


def test_the_ends_of_the_interval_are_those_of_the_saving() -> None:
    found = payback([100, 101, 99], [124, 125, 126], lines_per_day=1000, moves_s=4 * 3600, horizon_days=90)
    assert found.days is not None
    assert found.days.low == pytest.approx(4 / found.saved_h_per_day.high)
    assert found.days.high == pytest.approx(4 / found.saved_h_per_day.low)


def test_a_plan_that_saves_nothing_does_not_pay() -> None:
    found = payback([100, 101], [80, 81], lines_per_day=1000, moves_s=3600, horizon_days=90)
    assert found.answer == "does not pay"
    assert found.days is None
    assert found.earliest_days is None


def test_a_saving_too_small_for_its_moves_does_not_pay() -> None:
    found = payback([100, 100.001], [100.1, 100.101], lines_per_day=1000, moves_s=100 * 3600, horizon_days=5)
    assert found.saved_h_per_day.low > 0
    assert found.answer == "does not pay"


def test_a_wide_interval_decides_nothing() -> None:
    found = payback([100, 120], [130, 110], lines_per_day=1000, moves_s=3600, horizon_days=90)
    assert found.answer == "cannot decide"
    assert found.earliest_days is not None
    assert found.record()["days"] is None
