"""Costs beside walking, against what they are by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from layouts.slotting.objective.balance import Balance, balance_cost
from layouts.slotting.objective.ergonomics import Ergonomics, ergonomics_cost
from layouts.slotting.objective.replenishment import Replenishment, replenishment_cost


def test_a_pick_in_the_golden_zone_costs_nothing_more() -> None:
    heights = np.array([0.0, 0.75, 1.0, 1.4, 1.9, 2.4])
    seconds = Ergonomics(per_m_s=4, climb_s=10).pick_s(heights)
    assert seconds == pytest.approx([3.0, 0, 0, 0, 2.0, 14.0])


def test_heavy_items_count_more_and_unknown_ones_once() -> None:
    cost = ergonomics_cost(
        Ergonomics(heavy_kg=10),
        visits=np.array([3.0, 3.0, 3.0]),
        mass_kg=np.array([0, 20, np.nan]),
        height_m=np.array([0.4]),
    )
    assert cost.of_unit == pytest.approx([3, 9, 3])
    assert cost.of_location == pytest.approx([3 * 0.35])


def test_a_golden_zone_above_reach_is_refused() -> None:
    with pytest.raises(ValidationError, match=r"reach_m 1\.2"):
        Ergonomics(reach_m=1.2)


def test_a_face_twice_as_large_is_refilled_half_as_often() -> None:
    cost = replenishment_cost(
        Replenishment(trip_s=60, fill=0.5),
        picked_m3=np.array([8.0, np.nan]),
        volume_m3=np.array([1.0, 2.0, 0.0]),
        round_trip_s=np.array([40.0, 40.0, 40.0]),
    )
    trips = 8.0 / (0.5 * np.array([1.0, 2.0, 1.5]))  # a location of unknown size counts as the middle one
    assert cost.of_unit[0] * cost.of_location == pytest.approx(100 * trips)
    assert cost.of_unit[1] == 0


@given(
    seconds=st.lists(st.floats(0.01, 1e4), min_size=1, max_size=20),
    groups=st.integers(1, 5),
    data=st.data(),
)
def test_an_even_spread_is_the_cheapest(seconds: list[float], groups: int, data: st.DataObject) -> None:
    pick_s = np.array(seconds)
    where = np.array(
        data.draw(st.lists(st.integers(0, groups - 1), min_size=len(pick_s), max_size=len(pick_s)))
    )
    cost = balance_cost(Balance(), pick_s=pick_s, group=np.arange(groups))
    load = np.bincount(where, weights=pick_s, minlength=groups)
    total = float(cost.price @ load**2)
    assert total >= pick_s.sum() * (1 - 1e-9)
    even = float(cost.price @ np.full(groups, pick_s.sum() / groups) ** 2)
    assert even == pytest.approx(pick_s.sum())
