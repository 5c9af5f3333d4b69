"""Poses of many scans from pairs and known points: robust least squares on SE(3), with covariances.

1. Spanning trees give first poses: of many (spanning_trees.py) the ones that most other edges agree with.
2. Gauss-Newton over all poses; errors and their Jacobians as in Solà, Deray, Atchuthan (2018).
3. A false edge must not bend the rest: Geman-McClure weights, the bound narrowed by stages (graduated
   non-convexity: Yang, Antonante, Tzoumas, Carlone, IEEE RA-L 5, 2020). From one tree alone a false edge that
   claims to be sure wins over honest ones, hence the trees.
4. What then lies beyond the chi-square bound is left out, and the rest is solved once more with whole weights.
5. Marginal covariances are blocks of the inverse information, scaled up, never down, by the chi-square of all
   redundant observations (variance of unit weight).

A single edge that alone joins two parts fits whatever it says: no loop tests it, and `loops` counts that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.linalg import cho_factor, cho_solve
from scipy.stats import chi2

from scans.registration.se3 import Array, adjoint, exp, inverse, inverse_left_jacobian, log, skew
from scans.registration.spanning_trees import Edge as Edge
from scans.registration.spanning_trees import components, first_poses
from spatial.poses import Matrix4

_BOUND = float(chi2.ppf(0.9999, 6))
"""An edge whose squared error, in units of its covariance, is above this is false."""
_ROUNDS = 50
_STILL = 1e-9
_STAGES = tuple(_BOUND * wider for wider in (25.0, 9.0, 3.0, 1.0, 1.0, 1.0))


@dataclass(frozen=True, eq=False)
class Anchor:
    """A pose known in the world: `world_from_scan` (4, 4) of scan `i`, covariance (6, 6) of its tangent there."""

    i: int
    world_from_scan: Matrix4
    covariance: Array


@dataclass(frozen=True, eq=False)
class Tie:
    """A point seen in scan `i` at `in_scan` (3,) that is known in the world at `in_world` (3,), metres."""

    i: int
    in_scan: Array
    in_world: Array
    sigma_m: float


@dataclass(frozen=True, eq=False)
class GraphPoses:
    """Poses (K, 4, 4) with marginal covariances (K, 6, 6) of their tangents in the world.

    `accepted` (E,) marks the edges that were kept, `weights` (E,) are their last robust weights, `component`
    (K,) numbers the parts that accepted edges join, `loops` (K,) counts the kept edges of a scan that a loop
    or a known frame tests. `chi_square` and `redundancy` are those of the last solution.
    """

    world_from_scan: Array
    covariance: Array
    accepted: npt.NDArray[np.bool_]
    weights: Array
    component: npt.NDArray[np.int64]
    loops: npt.NDArray[np.int64]
    chi_square: float
    redundancy: int


def solve_pose_graph(
    count: int,
    edges: Sequence[Edge],
    *,
    anchors: Sequence[Anchor] = (),
    ties: Sequence[Tie] = (),
    start: Sequence[Matrix4] | None = None,
) -> GraphPoses:
    """The most likely poses of `count` scans.

    `start` are first poses; without them a tree of the surest edges is walked. In a component without an anchor
    or three ties the first scan stays where it starts: its covariance is 0 and the others are relative to it.
    Raises ValueError for an edge between scans that are not there or a covariance that is not positive.
    """
    for edge in edges:
        _check(edge, count)
    every = np.ones(len(edges), np.bool_)
    known = _Known(tuple(anchors), tuple(ties)).where_held(components(count, edges, every))
    starts = (
        [np.stack(start)] if start is not None else first_poses(count, edges, known.given, error=_squares)
    )
    fixed = _fixed(count, edges, every, known)
    tried = [_robust(poses, edges, known, fixed) for poses in (starts if edges else starts[:1])]
    poses, squares = min(tried, key=lambda one: float(_geman_mcclure(one[1]).sum()))
    return _finished(count, poses, edges, squares, known)


def _robust(poses: Array, edges: Sequence[Edge], known: _Known, fixed: Sequence[int]) -> tuple[Array, Array]:
    """Poses after the stages, and the squared errors (E,) there."""
    squares = _squares(edges, poses)
    for bound in _STAGES:
        poses = _settled(poses, edges, (bound / (squares + bound)) ** 2, known, fixed)
        squares = _squares(edges, poses)
    return poses, squares


def _geman_mcclure(squares: Array) -> Array:
    """The loss of squared errors: themselves while small, the bound where large."""
    return np.asarray(squares * _BOUND / (squares + _BOUND))


@dataclass(frozen=True, eq=False)
class _Known:
    anchors: tuple[Anchor, ...]
    ties: tuple[Tie, ...]

    @property
    def given(self) -> dict[int, Matrix4]:
        """World poses by scan where anchors give them."""
        return {anchor.i: anchor.world_from_scan for anchor in self.anchors}

    def where_held(self, component: npt.NDArray[np.int64]) -> _Known:
        """Without the ties of parts in which there are too few of them to tell the world."""
        kept = [tie for tie in self.ties if self.holds(np.flatnonzero(component == component[tie.i]))]
        return _Known(self.anchors, tuple(kept))

    def holds(self, scans: npt.NDArray[np.int64]) -> bool:
        """Whether the world frame of these scans is known: by an anchor or by three ties."""
        inside = set(scans.tolist())
        anchors = any(anchor.i in inside for anchor in self.anchors)
        return anchors or sum(tie.i in inside for tie in self.ties) >= 3


def _check(edge: Edge, count: int) -> None:
    if not (0 <= edge.i < count and 0 <= edge.j < count and edge.i != edge.j):
        raise ValueError(f"an edge joins scans {edge.i} and {edge.j} of {count}")
    if not np.isfinite(edge.covariance).all() or np.linalg.eigvalsh(edge.covariance)[0] <= 0:
        raise ValueError(f"the covariance of edge {edge.i}–{edge.j} is not positive definite")


def _fixed(count: int, edges: Sequence[Edge], accepted: npt.NDArray[np.bool_], known: _Known) -> list[int]:
    """The scan of each component that must stay where it is: the first, unless the world is known there."""
    component = components(count, edges, accepted)
    members = [np.flatnonzero(component == number) for number in range(int(component.max()) + 1)]
    return [int(scans[0]) for scans in members if not known.holds(scans)]


def _error(edge: Edge, poses: Array) -> Array:
    return log(inverse(poses[edge.i]) @ poses[edge.j] @ inverse(edge.i_from_j))


def _square(edge: Edge, poses: Array) -> float:
    error = _error(edge, poses)
    return float(error @ np.linalg.solve(edge.covariance, error))


def _squares(edges: Sequence[Edge], poses: Array) -> Array:
    """Squared errors (E,) of all edges, in units of their covariances."""
    return np.array([_square(edge, poses) for edge in edges])


def _settled(
    poses: Array, edges: Sequence[Edge], weights: Array, known: _Known, fixed: Sequence[int]
) -> Array:
    """Gauss-Newton with given weights."""
    for _ in range(_ROUNDS):
        information, gradient = _normal_equations(poses, edges, weights, known, fixed)
        step = cho_solve(cho_factor(information), -gradient).reshape(-1, 6)
        poses = np.stack([exp(one) @ pose for one, pose in zip(step, poses, strict=True)])
        if float(np.abs(step).max()) < _STILL:
            break
    return poses


def _normal_equations(
    poses: Array, edges: Sequence[Edge], weights: Array, known: _Known, fixed: Sequence[int]
) -> tuple[Array, Array]:
    """Information (6K, 6K) and gradient (6K,) at `poses`, tangents of the world acting from the left."""
    information, gradient = np.zeros((6 * len(poses),) * 2), np.zeros(6 * len(poses))

    def add(scan: int, jacobian: Array, error: Array, weight: Array) -> None:
        rows = slice(6 * scan, 6 * scan + 6)
        information[rows, rows] += jacobian.T @ weight @ jacobian
        gradient[rows] += jacobian.T @ weight @ error

    for edge, robust in zip(edges, weights, strict=True):
        error = _error(edge, poses)
        jacobian = inverse_left_jacobian(error) @ adjoint(
            inverse(poses[edge.i])
        )  # of j; that of i is its negative
        weight = robust * np.asarray(np.linalg.inv(edge.covariance), np.float64)
        add(edge.j, jacobian, error, weight)
        add(edge.i, -jacobian, error, weight)
        i, j = slice(6 * edge.i, 6 * edge.i + 6), slice(6 * edge.j, 6 * edge.j + 6)
        across = jacobian.T @ weight @ jacobian
        information[i, j] -= across
        information[j, i] -= across.T
    for anchor in known.anchors:
        error = log(poses[anchor.i] @ inverse(anchor.world_from_scan))
        add(
            anchor.i,
            inverse_left_jacobian(error),
            error,
            np.asarray(np.linalg.inv(anchor.covariance), np.float64),
        )
    for tie in known.ties:
        at = poses[tie.i][:3, :3] @ tie.in_scan + poses[tie.i][:3, 3]
        jacobian = np.hstack([-skew(at), np.eye(3)])
        add(tie.i, jacobian, at - tie.in_world, np.eye(3) / tie.sigma_m**2)
    for scan in fixed:
        rows = slice(6 * scan, 6 * scan + 6)
        information[rows, :], information[:, rows], gradient[rows] = 0.0, 0.0, 0.0
        information[rows, rows] = np.eye(6)
    return information, gradient


def _finished(
    count: int,
    poses: Array,
    edges: Sequence[Edge],
    squares: Array,
    known: _Known,
) -> GraphPoses:
    """The solution over the accepted edges alone, with its covariances."""
    accepted = squares <= _BOUND
    kept = [edge for edge, one in zip(edges, accepted, strict=True) if one]
    fixed = _fixed(count, edges, accepted, known)
    whole = np.ones(len(kept))
    poses = _settled(poses, kept, whole, known, fixed)
    information, _ = _normal_equations(poses, kept, whole, known, fixed)
    covariance = cho_solve(cho_factor(information), np.eye(6 * count))
    for scan in fixed:
        covariance[6 * scan : 6 * scan + 6] = 0.0
    chi_square = sum(_square(edge, poses) for edge in kept) + _known_square(known, poses)
    observed = 6 * len(kept) + 6 * len(known.anchors) + 3 * len(known.ties)
    redundancy = observed - 6 * (count - len(fixed))
    scale = max(1.0, chi_square / redundancy) if redundancy > 0 else 1.0
    blocks = np.stack([covariance[6 * k : 6 * k + 6, 6 * k : 6 * k + 6] for k in range(count)])
    return GraphPoses(
        world_from_scan=poses,
        covariance=scale * blocks,
        accepted=accepted,
        weights=(_BOUND / (squares + _BOUND)) ** 2,
        component=components(count, edges, accepted),
        loops=_loops(count, edges, accepted, known),
        chi_square=chi_square,
        redundancy=redundancy,
    )


def _known_square(known: _Known, poses: Array) -> float:
    total = 0.0
    for anchor in known.anchors:
        error = log(poses[anchor.i] @ inverse(anchor.world_from_scan))
        total += float(error @ np.linalg.solve(anchor.covariance, error))
    for tie in known.ties:
        off = poses[tie.i][:3, :3] @ tie.in_scan + poses[tie.i][:3, 3] - tie.in_world
        total += float(off @ off) / tie.sigma_m**2
    return total


def _loops(
    count: int, edges: Sequence[Edge], accepted: npt.NDArray[np.bool_], known: _Known
) -> npt.NDArray[np.int64]:
    """For each scan the kept edges without which it would still hang together with their other end."""
    loops = np.zeros(count, np.int64)
    before = components(count, edges, accepted).max()
    for row in np.flatnonzero(accepted).tolist():
        without = accepted.copy()
        without[row] = False
        parts = components(count, edges, without)
        is_tested = parts.max() == before or all(
            known.holds(np.flatnonzero(parts == parts[end])) for end in (edges[row].i, edges[row].j)
        )
        if is_tested:
            loops[edges[row].i] += 1
            loops[edges[row].j] += 1
    return loops
