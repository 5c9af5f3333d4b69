"""The pose graph against closed forms, a graph with a known answer, and a false loop planted in it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from scipy.stats import chi2

from scans.registration.pose_graph import Anchor, Edge, Tie, solve_pose_graph
from scans.registration.se3 import adjoint, exp, inverse, inverse_left_jacobian, log

Array = npt.NDArray[np.float64]
SIGMAS = np.array([1e-3, 1e-3, 2e-3, 4e-3, 5e-3, 3e-3])


def random_poses(count: int, seed: int) -> list[Array]:
    rng = np.random.default_rng(seed)
    return [exp(np.concatenate([rng.normal(0, 1.0, 3), rng.normal(0, 8.0, 3)])) for _ in range(count)]


def edge(true: list[Array], i: int, j: int, rng: np.random.Generator | None = None) -> Edge:
    """A measurement of the pair: its error drawn from its own covariance, none without `rng`."""
    covariance = np.diag(SIGMAS**2)
    error = rng.multivariate_normal(np.zeros(6), covariance) if rng else np.zeros(6)
    return Edge(i, j, exp(-error) @ inverse(true[i]) @ true[j], covariance)


@pytest.mark.parametrize("seed", range(4))
def test_log_and_exp_are_inverse_up_to_half_a_turn(seed: int) -> None:
    rng = np.random.default_rng(seed)
    for size in (1e-9, 1e-4, 0.5, 3.0, np.pi - 1e-7):
        turn = rng.normal(size=3)
        tangent = np.concatenate([turn * size / np.linalg.norm(turn), rng.normal(0, 5, 3)])
        assert np.allclose(log(exp(tangent)), tangent, atol=1e-6)
        assert np.allclose(exp(tangent) @ inverse(exp(tangent)), np.eye(4), atol=1e-12)


def test_adjoint_and_jacobian_agree_with_small_differences() -> None:
    pose, other = random_poses(2, 1)
    small = 1e-6 * np.arange(1.0, 7.0)
    assert np.allclose(pose @ exp(small) @ inverse(pose), exp(adjoint(pose) @ small), atol=1e-10)
    error = np.array([0.2, -0.1, 0.3, 0.5, -0.4, 0.2])
    moved = log(exp(small) @ exp(error)) - error
    assert np.allclose(moved, inverse_left_jacobian(error) @ small, atol=1e-10)
    assert other.shape == (4, 4)


def test_a_chain_adds_up_its_covariances() -> None:
    """Without a loop nothing is adjusted: poses are products, and in the world the tangents' covariances add up
    after each is carried to the world by the adjoint of the pose that it acts at.
    """
    true = [np.eye(4), *random_poses(4, 2)]
    edges = [edge(true, k, k + 1) for k in range(4)]
    solved = solve_pose_graph(5, edges)
    assert np.allclose(solved.world_from_scan, np.stack(true), atol=1e-9)
    expected = np.zeros((6, 6))
    for k in range(4):
        carried = adjoint(true[k])
        expected = expected + carried @ edges[k].covariance @ carried.T
        assert np.allclose(solved.covariance[k + 1], expected, rtol=1e-6, atol=1e-15)
    assert solved.redundancy == 0
    assert solved.loops.tolist() == [0] * 5
    assert not solved.covariance[0].any()


def test_two_equal_measurements_halve_the_covariance() -> None:
    true = [np.eye(4), *random_poses(1, 3)]
    solved = solve_pose_graph(2, [edge(true, 0, 1), edge(true, 0, 1)])
    assert np.allclose(solved.covariance[1], np.diag(SIGMAS**2) / 2, rtol=1e-6)


def test_errors_fall_into_their_ellipsoids() -> None:
    """Over 60 draws of a loop of five, 95 % ellipsoids hold the true poses as often as they say."""
    true = [np.eye(4), *random_poses(4, 4)]
    pairs = [(0, 1), (1, 2), (2, 3), (3, 4), (4, 0), (1, 3)]
    inside = []
    for draw in range(60):
        rng = np.random.default_rng(draw)
        solved = solve_pose_graph(5, [edge(true, i, j, rng) for i, j in pairs])
        for k in range(1, 5):
            error = log(true[k] @ inverse(solved.world_from_scan[k]))
            inside.append(error @ np.linalg.solve(solved.covariance[k], error) < chi2.ppf(0.95, 6))
    assert 0.90 <= np.mean(inside) <= 0.99


PRISM = ((0, 1), (1, 2), (2, 0), (3, 4), (4, 5), (5, 3), (0, 3), (1, 4), (2, 5))
"""Any two edges may go and it still hangs together, so that any one false edge can be told."""


@pytest.mark.parametrize("at", range(9))
def test_a_false_loop_is_left_out_and_bends_nothing(at: int) -> None:
    """One edge lies by a bay and has the smallest covariance of all, so that it even comes first in the tree."""
    true = [np.eye(4), *random_poses(5, 5)]
    rng = np.random.default_rng(at)
    edges = [edge(true, i, j, rng) for i, j in PRISM]
    lying = exp([0, 0, 0, 2.7, 0, 0]) @ edges[at].i_from_j
    edges[at] = Edge(*PRISM[at], lying, edges[at].covariance / 4)
    solved = solve_pose_graph(6, edges)
    assert solved.accepted.tolist() == [row != at for row in range(9)]
    off = [np.linalg.norm(log(inverse(true[k]) @ solved.world_from_scan[k])[3:]) for k in range(6)]
    assert max(off) < 0.1  # the lie is 2.7 m; honest edges leave centimetres at these arms
    assert solved.weights[at] < 1e-3


def test_where_a_lie_cannot_be_told_from_the_truth_no_loop_vouches() -> None:
    """In a lone ring any of its edges may be the false one: one is left out, and none counts as tested."""
    true = [np.eye(4), *random_poses(3, 5)]
    edges = [edge(true, i, j) for i, j in ((0, 1), (1, 2), (2, 3), (3, 0))]
    edges[2] = Edge(2, 3, exp([0, 0, 0, 2.7, 0, 0]) @ edges[2].i_from_j, edges[2].covariance)
    solved = solve_pose_graph(4, edges)
    assert not solved.accepted.all()
    assert solved.loops.tolist() == [0] * 4


def test_an_edge_without_a_loop_is_told_from_one_with() -> None:
    true = [np.eye(4), *random_poses(3, 6)]
    solved = solve_pose_graph(4, [edge(true, i, j) for i, j in ((0, 1), (1, 2), (2, 0), (2, 3))])
    assert solved.loops.tolist() == [2, 2, 2, 0]


def test_parts_that_nothing_joins_are_told_apart() -> None:
    true = [np.eye(4), *random_poses(3, 7)]
    solved = solve_pose_graph(4, [edge(true, 0, 1), edge(true, 2, 3)])
    assert solved.component.tolist() == [0, 0, 1, 1]
    assert not solved.covariance[2].any()


def test_an_anchor_moves_all_and_ties_do_as_well() -> None:
    true = random_poses(3, 8)
    edges = [edge(true, 0, 1), edge(true, 1, 2)]
    anchored = solve_pose_graph(3, edges, anchors=[Anchor(1, true[1], np.diag(SIGMAS**2))])
    assert np.allclose(anchored.world_from_scan, np.stack(true), atol=1e-8)
    assert np.allclose(anchored.covariance[1], np.diag(SIGMAS**2), rtol=1e-5)

    rng = np.random.default_rng(9)
    seen = [(int(k), rng.uniform(-9, 9, 3)) for k in (0, 1, 1, 2)]
    ties = [Tie(k, p, true[k][:3, :3] @ p + true[k][:3, 3], 0.002) for k, p in seen]
    tied = solve_pose_graph(3, edges, ties=ties)
    assert np.allclose(tied.world_from_scan, np.stack(true), atol=1e-7)
    assert (np.array([np.trace(c) for c in tied.covariance]) > 0).all()


def test_two_ties_tell_no_world_and_are_left_out() -> None:
    true = [np.eye(4), *random_poses(1, 10)]
    ties = [Tie(0, np.ones(3), np.full(3, 5.0), 0.001), Tie(1, np.zeros(3), np.zeros(3), 0.001)]
    solved = solve_pose_graph(2, [edge(true, 0, 1)], ties=ties)
    assert np.allclose(solved.world_from_scan, np.stack(true), atol=1e-9)


def test_what_is_no_edge_is_refused() -> None:
    with pytest.raises(ValueError, match="joins scans 0 and 3 of 2"):
        solve_pose_graph(2, [Edge(0, 3, np.eye(4), np.eye(6))])
    with pytest.raises(ValueError, match="not positive definite"):
        solve_pose_graph(2, [Edge(0, 1, np.eye(4), np.full((6, 6), np.inf))])
