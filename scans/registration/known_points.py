"""Points known in both frames, as control points are: what their residuals say between two poses."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from scans.registration.alias_evidence import KindEvidence
from spatial.poses import Matrix4, transform_points

_MISTAKEN = 1e-3  # the share of points that carry another's name
_ANYWHERE_DENSITY = 1.0 / 200.0  # such a point lies anywhere in 10 × 10 × 2 m, per m³
_POSE_SIGMA_M = 0.02


@dataclass(frozen=True)
class KnownPoint:
    """A point found on both sides: `moving` and `fixed` (3,) in the common frame under the proposed pose, metres.

    `sigma_m` is one standard deviation of each coordinate of the difference, above 0.
    """

    name: str
    moving: tuple[float, float, float]
    fixed: tuple[float, float, float]
    sigma_m: float = 0.01
    kind: Literal["control_point", "floor_mark"] = "control_point"

    def __post_init__(self) -> None:
        if not 0 < self.sigma_m < math.inf:
            raise ValueError(
                f"sigma_m {self.sigma_m} of {self.name!r} is not above 0 m: give its uncertainty"
            )


def known_evidence(points: Sequence[KnownPoint], first: Matrix4, second: Matrix4) -> list[KindEvidence]:
    """What the points of each kind say between two poses of the moving side (4, 4)."""
    found = []
    for kind in ("control_point", "floor_mark"):
        ratios = [_log_likelihood(p, first) - _log_likelihood(p, second) for p in points if p.kind == kind]
        if ratios:
            pro, contra = sum(ratio > 0 for ratio in ratios), sum(ratio < 0 for ratio in ratios)
            found.append(KindEvidence(kind, pro, contra, sum(ratios)))
    return found


def _log_likelihood(point: KnownPoint, pose: Matrix4) -> float:
    """A normal density with a share of mistaken points, so that no single one decides without limit."""
    sigma = math.hypot(point.sigma_m, _POSE_SIGMA_M)
    residual = float(np.linalg.norm(transform_points(pose, [point.moving])[0] - point.fixed))
    normal = math.exp(-0.5 * (residual / sigma) ** 2) / (sigma * math.sqrt(2 * math.pi)) ** 3
    return math.log((1 - _MISTAKEN) * normal + _MISTAKEN * _ANYWHERE_DENSITY)
