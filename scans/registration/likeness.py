"""How well two scans agree at a place: surfaces that meet, and points that hang where the other looked through.

Meeting surfaces alone say little where racks repeat. In the demo hall a false place shows as many of them as the
true one, but 2 to 14 % of its points that could contradict do, against at most 0.3 % at the true place.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from scans.registration.se3 import Array, inverse, turn_between
from scans.registration.view import ScanView
from spatial.poses import Matrix4, transform_points

_CONFLICT_POINTS = 20.0
"""A point in conflict weighs as many that meet: people, doors and mixed pixels make a few at any place."""
_APART_M = 1.0
_APART_RAD = math.radians(10.0)
_SAMPLE = 3000
_ALIKE = 0.8
_MEETING_M = 0.2


@dataclass(frozen=True, eq=False)
class Candidate:
    """A place to try, `target_from_source` (4, 4), and its `score` or what else places it among others."""

    target_from_source: Matrix4
    score: float


def best_apart(found: Iterable[Candidate]) -> list[Candidate]:
    """The candidates by falling score, without those within a metre and ten degrees of a better one."""
    kept: list[Candidate] = []
    for one in sorted(found, key=lambda c: -c.score):
        if all(_differs(one.target_from_source, other.target_from_source) for other in kept):
            kept.append(one)
    return kept


def _differs(a: Matrix4, b: Matrix4) -> bool:
    return bool(np.linalg.norm(a[:3, 3] - b[:3, 3]) > _APART_M) or turn_between(a, b) > _APART_RAD


def score(target: ScanView, source: ScanView, target_from_source: Matrix4, near_m: float) -> float:
    """Share of surfaces within `near_m` that face alike, less the share in conflict ×20, of both scans; at most 1."""
    there = _one_way(target, source, target_from_source, near_m)
    return (there + _one_way(source, target, inverse(target_from_source), near_m)) / 2


def _one_way(target: ScanView, source: ScanView, target_from_source: Matrix4, near_m: float) -> float:
    step = max(1, len(source) // _SAMPLE)
    points = transform_points(target_from_source, source.points[::step])
    normals = source.normals[::step] @ target_from_source[:3, :3].T
    distance, nearest = target.tree.query(points, distance_upper_bound=near_m)
    near = np.isfinite(distance)
    cosine = np.einsum("ij,ij->i", normals[near], target.normals[np.asarray(nearest)[near]])
    # a normal has a sign only where both scanners' places are known
    are_signed = target.eye is not None and source.eye is not None
    meet = int(np.count_nonzero((cosine if are_signed else np.abs(cosine)) > _ALIKE))
    against = int(np.count_nonzero(target.conflicts(points) & ~near))
    return (meet - _CONFLICT_POINTS * against) / len(points)


def contradiction(target: ScanView, source: ScanView, target_from_source: Matrix4) -> float:
    """Share of points that hang where the other scanner looked through, among those it could tell of: 0…1.

    The worse of both ways; 0 where neither scanner's place is known.
    """
    there = _contradicted(target, source, target_from_source)
    return max(there, _contradicted(source, target, inverse(target_from_source)))


def _contradicted(target: ScanView, source: ScanView, target_from_source: Matrix4) -> float:
    points: Array = transform_points(target_from_source, source.points[source.is_plane])
    points = points[target.tells(points)]
    against = points[target.conflicts(points)]
    distance, _ = target.tree.query(against, distance_upper_bound=_MEETING_M)
    return float(np.count_nonzero(np.isinf(distance))) / max(len(points), 1)
