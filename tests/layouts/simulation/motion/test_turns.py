"""Turn angles from points, and what a corner allows."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts.simulation.motion.limits import Motion, motion_of
from layouts.simulation.motion.turns import corner_speeds, leg_turns, turn_angles, turning_seconds
from spatial.floor.agents import CART, FORKLIFT, MOBILE_ROBOT, PICKER


def test_turns_are_the_same_to_either_side() -> None:
    points = np.array([[0, 0], [2, 0], [4, 0], [4, 3], [1, 3], [2, 3], [3, 2]], float)
    assert turn_angles(points) == pytest.approx(np.radians([0, 90, 90, 180, 45]))
    assert turn_angles(points * [1, -1]) == pytest.approx(turn_angles(points))


def test_the_last_of_points_at_one_place_has_the_turn() -> None:
    points = np.array([[0, 0], [0, 0], [1, 0], [1, 0], [1, 0], [1, 1], [1, 1]], float)
    assert turn_angles(points) == pytest.approx([0, 0, 0, math.pi / 2, 0])


@pytest.mark.parametrize("count", [0, 1, 2])
def test_fewer_than_three_points_have_no_turn(count: int) -> None:
    assert turn_angles(np.zeros((count, 2))).shape == (0,)


@given(angles=st.lists(st.floats(0.0, math.pi), min_size=1, max_size=6), sides=st.integers(0, 63))
def test_a_way_drawn_by_its_turns_gives_them_back(angles: list[float], sides: int) -> None:
    signed = [angle * (1 if sides >> k & 1 else -1) for k, angle in enumerate(angles)]
    heading = np.concatenate(([0.0], np.cumsum(signed)))
    steps = np.column_stack((np.cos(heading), np.sin(heading)))
    points = np.vstack((np.zeros(2), np.cumsum(steps, axis=0)))
    assert turn_angles(points) == pytest.approx(angles, abs=1e-7)


def test_legs_know_nothing_of_each_others_headings() -> None:
    first = np.array([[0, 0], [1, 0], [1, 1]], float)
    still = np.array([[5, 5]], float)
    second = np.array([[9, 9], [9, 9], [9, 8], [8, 8]], float)
    turns = leg_turns(np.array([0, 2, 2, 5]), np.vstack((first, still, second)))
    assert turns == pytest.approx([0, math.pi / 2, 0, 0, math.pi / 2])


def test_points_that_do_not_fit_their_legs_are_refused() -> None:
    with pytest.raises(ValueError, match=r"1 legs of 2 edges have finite points \(3, 2\), not \(2, 2\)"):
        leg_turns(np.array([0, 2]), np.zeros((2, 2)))
    with pytest.raises(ValueError, match="finite points"):
        turn_angles(np.array([[0, 0], [np.nan, 0]]))


def test_a_right_angle_is_driven_at_the_corner_speed_and_a_bend_faster() -> None:
    speeds = corner_speeds(np.radians([0, 10, 45, 90, 135, 180]), motion_of(FORKLIFT))
    assert speeds[3] == pytest.approx(FORKLIFT.corner_speed_m_s)
    assert speeds[0] == np.inf
    assert (np.diff(speeds) < 0).all()
    assert speeds[5] == pytest.approx(0.0, abs=1e-6)


def test_a_turn_of_next_to_nothing_does_not_bind() -> None:
    assert (corner_speeds(np.array([5e-324, 1e-200, 1e-160]), motion_of(FORKLIFT)) == np.inf).all()


def test_the_lateral_acceleration_is_one_for_all_corners() -> None:
    motion = Motion(speed_m_s=3.0, corner_speed_m_s=1.2)
    turns = np.radians([30.0, 60.0, 90.0, 120.0])
    # an arc tangent to both sides passes the corner point at r (1 / cos θ/2 − 1)
    radius = 1 / (1 / np.cos(turns / 2) - 1)
    lateral = corner_speeds(turns, motion) ** 2 / radius
    assert lateral == pytest.approx(np.full(4, lateral[2]))


@pytest.mark.parametrize("agent", [PICKER, CART], ids=lambda agent: agent.name)
def test_people_on_foot_lose_nothing_at_corners(agent) -> None:
    turns = np.radians([0.0, 90.0, 180.0])
    assert (corner_speeds(turns, motion_of(agent)) == np.inf).all()
    assert (turning_seconds(turns, motion_of(agent)) == 0).all()


def test_a_robot_stops_and_turns_in_proportion() -> None:
    turns = np.radians([0.0, 15.0, 45.0, 90.0, 180.0])
    assert corner_speeds(turns, motion_of(MOBILE_ROBOT)).tolist() == [np.inf, np.inf, 0.0, 0.0, 0.0]
    assert turning_seconds(turns, motion_of(MOBILE_ROBOT)) == pytest.approx([0.0, 0.0, 1.0, 2.0, 4.0])
