"""Weidmann's speed–density law and its tables."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from published import shared_data

from layouts.simulation.motion.walking import (
    FREE_SPEED_M_S,
    JAM_PER_M2,
    SLOWEST,
    slow_down,
    slow_down_table,
    walking_speed,
)


def test_every_published_speed_is_met() -> None:
    folder = shared_data()
    if folder is None:
        pytest.skip("skipped: no shared data")
    rows = json.loads((folder / "congestion" / "travel.json").read_text(encoding="utf-8"))["weidmann"]
    assert len(rows) == 11
    for row in rows:
        speed = float(walking_speed(row["density"]))
        assert speed == pytest.approx(row["speed"], rel=1e-9, abs=1e-12)
        expected = SLOWEST if speed < FREE_SPEED_M_S / SLOWEST else FREE_SPEED_M_S / row["speed"]
        assert float(slow_down(row["density"])) == pytest.approx(expected, rel=1e-9)


def test_an_empty_floor_is_free_and_a_jam_shuffles_on() -> None:
    assert walking_speed([0.0, 5e-324, 1e-9]).tolist() == [FREE_SPEED_M_S] * 3
    assert walking_speed([JAM_PER_M2, 9.0, np.inf]).tolist() == [0.0] * 3
    assert slow_down([0.0, JAM_PER_M2, np.inf]).tolist() == [1.0, SLOWEST, SLOWEST]
    # 1 − exp(−1.913 (1/ρ − 1/5.4)) is a tenth at this density
    edge = 1 / (1 / JAM_PER_M2 - np.log(0.9) / 1.913)
    assert slow_down([edge - 1e-6, edge + 1e-6]) == pytest.approx([SLOWEST, SLOWEST], rel=1e-4)
    assert slow_down(edge - 0.01) < SLOWEST == slow_down(edge + 0.01)


@given(low=st.floats(0.0, 8.0), more=st.floats(0.0, 8.0))
def test_more_people_are_never_faster(low: float, more: float) -> None:
    assert 1 <= slow_down(low) <= slow_down(low + more) <= SLOWEST


def test_the_table_counts_oneself_and_nobody_slows_himself() -> None:
    table = slow_down_table(2.0, 12)
    assert table.shape == (13,)
    assert table[:2].tolist() == [1.0, 1.0]
    assert table[2] == pytest.approx(1.34 / 1.05806285608)
    assert table[2:] == pytest.approx(slow_down(np.arange(2, 13) / 2.0))
    assert (np.diff(table) >= 0).all()
    assert slow_down_table(0.1, 1).tolist() == [1.0, 1.0]
    assert slow_down_table(5.0, 0).tolist() == [1.0]


def test_impossible_crowds_are_refused() -> None:
    for density in (-0.1, np.nan):
        with pytest.raises(ValueError, match="density_per_m2 must be at least 0"):
            slow_down(density)
    for area in (0.0, np.inf, np.nan):
        with pytest.raises(ValueError, match=f"area_m2 {area} must be a positive number"):
            slow_down_table(area, 3)
    with pytest.raises(ValueError, match="most_agents -1 must be at least 0"):
        slow_down_table(4.0, -1)
