"""Travel and lift, one after the other or at once; the rack of Bozer and White by Monte Carlo."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st
from published import shared_data

from layouts.simulation.motion.lifting import lift_seconds, move_seconds
from spatial.floor.agents import FORKLIFT, ORDER_PICKER, PICKER, REACH_TRUCK

UNIT_CRANE = replace(ORDER_PICKER, lift_speed_m_s=1.0)


def bozer_white_rows() -> list[dict[str, float]]:
    folder = shared_data()
    if folder is None:
        pytest.skip("skipped: no shared data")
    rows = json.loads((folder / "congestion" / "travel.json").read_text(encoding="utf-8"))["bozer_white"]
    assert len(rows) == 4
    return rows


def commands(shape: float, *, seed: int, size: tuple[int, int]) -> dict[str, npt.NDArray[np.float64]]:
    """Single and double command times on a rack 1 long and `shape` high, both in seconds of travel."""
    random = np.random.default_rng(seed)
    x, y = random.random((2, *size))
    up, top = shape * random.random((2, *size))
    there = move_seconds(UNIT_CRANE, x, from_height_m=0.0, to_height_m=up)
    between = move_seconds(UNIT_CRANE, np.abs(x - y), from_height_m=up, to_height_m=top)
    home = move_seconds(UNIT_CRANE, y, from_height_m=top, to_height_m=0.0)
    return {"single": 2 * there, "double": there + between + home}


@pytest.mark.parametrize("command", ["single", "double"])
def test_mean_travel_over_a_rack_is_that_of_bozer_and_white(command: str) -> None:
    for seed, row in enumerate(bozer_white_rows()):
        times = commands(row["b"], seed=seed, size=(1000, 400))[command]
        mean, error = times.mean(), times.std() / np.sqrt(times.size)
        assert mean == pytest.approx(row[command], abs=4 * error)
        assert error < 0.001
        means, errors = times.mean(axis=1), times.std(axis=1, ddof=1) / np.sqrt(400)
        covers = np.abs(means - row[command]) <= 1.96 * errors
        assert 0.93 <= covers.mean() <= 0.97


def test_a_reach_truck_lowers_drives_and_lifts() -> None:
    # 0.4 m/s: 4 m down in 10 s, 2 m up in 5 s
    assert float(move_seconds(REACH_TRUCK, 8.0, from_height_m=4.0, to_height_m=2.0)) == pytest.approx(23.0)
    assert float(move_seconds(REACH_TRUCK, 0.0, from_height_m=4.0, to_height_m=2.0)) == pytest.approx(5.0)


def test_an_order_picker_lifts_on_the_way() -> None:
    lift_s = 3.0 / ORDER_PICKER.lift_speed_m_s
    times = move_seconds(ORDER_PICKER, [2.0, 30.0], from_height_m=[1.0, 4.0], to_height_m=[4.0, 1.0])
    assert times == pytest.approx([lift_s, 30.0])


def test_a_picker_reaches() -> None:
    assert lift_seconds(PICKER, [0.0, 1.5, -1.5]).tolist() == [0.0, 0.0, 0.0]
    assert float(move_seconds(PICKER, 5.0, from_height_m=0.0, to_height_m=1.5)) == 5.0


heights = st.floats(0.0, 12.0)


@given(travel=st.floats(0.0, 60.0), low=heights, high=heights)
def test_both_at_once_is_never_slower_and_the_way_back_takes_as_long(
    travel: float, low: float, high: float
) -> None:
    one_by_one = replace(ORDER_PICKER, lifts_while_travelling=False)
    at_once = move_seconds(ORDER_PICKER, travel, from_height_m=low, to_height_m=high)
    for agent in (ORDER_PICKER, one_by_one, FORKLIFT):
        there = move_seconds(agent, travel, from_height_m=low, to_height_m=high)
        assert there == move_seconds(agent, travel, from_height_m=high, to_height_m=low)
        assert there >= max(travel, lift_seconds(agent, high - low)) * (1 - 1e-12)
    assert at_once <= move_seconds(one_by_one, travel, from_height_m=low, to_height_m=high)


@pytest.mark.parametrize("name", ["travel_s", "from_height_m", "to_height_m"])
def test_what_is_below_nothing_is_refused(name: str) -> None:
    given = {"travel_s": 1.0, "from_height_m": 1.0, "to_height_m": 1.0, name: -1.0}
    with pytest.raises(ValueError, match=f"{name} must be finite and at least 0"):
        move_seconds(REACH_TRUCK, **given)
