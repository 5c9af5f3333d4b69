"""First poses of many scans: spanning trees over pairs, and which of them the other pairs agree with.

A tree takes every edge in it at its word, so a tree with a false edge disagrees with most edges that are not in
it. Many trees are drawn, as RANSAC draws its samples (Fischler and Bolles, Comm. ACM 24, 1981): each walks the
edges in an order of their sureness disturbed at random, and those that the most edges agree with are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from scans.registration.se3 import Array, inverse
from spatial.poses import Matrix4

_TREES = 120
_MOST_ERRORS = 20_000
_KEPT = 3
_LOOSE = 300.0
"""Squared errors above this count alike: along a tree honest errors add up to a tenth of that."""


@dataclass(frozen=True, eq=False)
class Edge:
    """Scan `j` in the frame of scan `i`: `i_from_j` (4, 4) and the covariance (6, 6) of its tangent at `i`."""

    i: int
    j: int
    i_from_j: Matrix4
    covariance: Array


def components(count: int, edges: Sequence[Edge], accepted: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """The number of each scan's component (count,), in the order of their first scans."""
    label = np.arange(count)
    for edge, kept in zip(edges, accepted, strict=True):
        if kept:
            a, b = sorted((int(label[edge.i]), int(label[edge.j])))
            label[label == b] = a
    return np.unique(label, return_inverse=True)[1].astype(np.int64)


def first_poses(
    count: int,
    edges: Sequence[Edge],
    given: Mapping[int, Matrix4],
    *,
    error: Callable[[Sequence[Edge], Array], Array],
    seed: int = 0,
) -> list[Array]:
    """Poses (K, 4, 4) of the trees that most edges agree with, the best first; without edges one of identities.

    A `given` pose, or the identity, starts each component. `error` gives the squared errors (E,) of edges at poses.
    """
    rng = np.random.default_rng(seed)
    spread = np.array([float(np.trace(edge.covariance[3:, 3:])) for edge in edges])
    draws = min(_TREES, _MOST_ERRORS // len(edges)) if edges else 0
    disturbed = [np.log(spread) + rng.gumbel(0.0, 3.0, len(edges)) for _ in range(draws)]
    orders = [np.argsort(sureness, kind="stable") for sureness in (spread, *disturbed)]
    trees = {tuple(_tree(count, edges, order)): None for order in orders}
    starts = [_walked(count, [edges[row] for row in tree], given) for tree in trees]
    costs = [float(np.minimum(error(edges, poses), _LOOSE).sum()) if edges else 0.0 for poses in starts]
    return [starts[row] for row in np.argsort(costs, kind="stable")[:_KEPT]]


def _tree(count: int, edges: Sequence[Edge], order: npt.NDArray[np.int64]) -> list[int]:
    """The rows of the edges that join parts when taken in this order (Kruskal), rising."""
    label, kept = np.arange(count), []
    for row in order.tolist():
        a, b = label[edges[row].i], label[edges[row].j]
        if a != b:
            label[label == b] = a
            kept.append(row)
    return sorted(kept)


def _walked(count: int, tree: Sequence[Edge], given: Mapping[int, Matrix4]) -> Array:
    """The poses that a tree's edges lead to."""
    part = components(count, tree, np.ones(len(tree), np.bool_))
    poses: dict[int, Matrix4] = {}
    for first in [*given, *range(count)]:
        if any(part[first] == part[other] for other in poses):
            continue
        poses[first] = given.get(first, np.eye(4))
        waiting = [first]
        while waiting:
            here = waiting.pop()
            for edge in tree:
                if edge.i == here and edge.j not in poses:
                    poses[edge.j] = poses[here] @ edge.i_from_j
                    waiting.append(edge.j)
                elif edge.j == here and edge.i not in poses:
                    poses[edge.i] = poses[here] @ inverse(edge.i_from_j)
                    waiting.append(edge.i)
    return np.stack([poses[k] for k in range(count)])
