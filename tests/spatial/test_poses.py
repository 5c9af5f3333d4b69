"""Poses: the laws of rigid motions, and the axes of other worlds."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from spatial.poses import (
    GLTF_FROM_WORLD,
    pose_from_quaternion,
    pose_from_xyz_yaw,
    transform_points,
    wrap_yaw,
)

angles = st.floats(-20, 20)
lengths = st.floats(-1e3, 1e3)
quaternions = st.tuples(*[st.floats(-1, 1)] * 4).filter(lambda q: np.linalg.norm(q) > 1e-3)


@given(angles)
def test_a_wrapped_yaw_is_the_same_heading_within_half_a_turn(yaw: float) -> None:
    wrapped = wrap_yaw(yaw)
    assert -math.pi < wrapped <= math.pi
    assert math.cos(wrapped - yaw) == pytest.approx(1.0)


def test_half_a_turn_is_pi_from_either_side() -> None:
    assert wrap_yaw(math.pi) == wrap_yaw(-math.pi) == math.pi


@given(lengths, lengths, lengths, angles)
def test_yaw_turns_x_towards_y_and_keeps_up(x: float, y: float, z: float, yaw: float) -> None:
    moved = transform_points(pose_from_xyz_yaw(x, y, z, yaw), [[1.0, 0.0, 0.0], [0.0, 0.0, 1.0]])
    np.testing.assert_allclose(moved[0], [x + math.cos(yaw), y + math.sin(yaw), z], atol=1e-9)
    np.testing.assert_allclose(moved[1], [x, y, z + 1.0], atol=1e-9)


@given(quaternions)
def test_a_quaternion_gives_a_rotation_whatever_its_length(q: tuple[float, ...]) -> None:
    turn = pose_from_quaternion([0.0, 0.0, 0.0], q)[:3, :3]
    np.testing.assert_allclose(turn @ turn.T, np.eye(3), atol=1e-9)
    assert np.linalg.det(turn) == pytest.approx(1.0)


@given(angles)
def test_a_quaternion_about_z_is_a_yaw(yaw: float) -> None:
    turned = pose_from_quaternion([1.0, 2.0, 3.0], [0.0, 0.0, math.sin(yaw / 2), math.cos(yaw / 2)])
    np.testing.assert_allclose(turned, pose_from_xyz_yaw(1.0, 2.0, 3.0, yaw), atol=1e-9)


def test_a_quaternion_without_direction_is_refused() -> None:
    with pytest.raises(ValueError, match="no direction"):
        pose_from_quaternion([0.0, 0.0, 0.0], [0.0, 0.0, 0.0, 0.0])


def test_gltf_has_y_up_and_is_no_mirror() -> None:
    np.testing.assert_allclose(transform_points(GLTF_FROM_WORLD, [[1.0, 2.0, 3.0]]), [[1.0, 3.0, -2.0]])
    assert np.linalg.det(GLTF_FROM_WORLD) == pytest.approx(1.0)
