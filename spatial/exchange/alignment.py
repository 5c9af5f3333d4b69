"""Where a network lies in a facility's frame: the turn, shift and scale that bring matched points together."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import numpy.typing as npt

from spatial.errors import UndecidedError
from spatial.facility import Point2

PAIRS_TRIED = 2000
"""Pairs of matches that are tried for a fit most others agree with."""

Points = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Match:
    """A named point known in both frames, metres: `source` in the network, `target` in the facility."""

    name: str
    source: Point2
    target: Point2


@dataclass(frozen=True, kw_only=True)
class Alignment:
    """target = scale · R(yaw) · source + shift, from `matches` less `outliers`.

    `residual_m` is by name how far each match lies from its target. `sigma_m` is one standard deviation of a
    match's coordinate, None where there are no more equations than unknowns. `center` is the middle of the
    matches in the target frame and `spread_m` the root of the sum of squared distances from it: both say how
    exactly a point is placed, see `sigma_at`.
    """

    scale: float
    yaw_rad: float
    shift: Point2
    residual_m: dict[str, float]
    outliers: tuple[str, ...]
    sigma_m: float | None
    center: Point2
    spread_m: float

    def apply(self, points: npt.ArrayLike) -> Points:
        """Points (N, 2) of the network in the facility's frame."""
        turn = self.scale * rotation(self.yaw_rad)
        return np.asarray(points, np.float64).reshape(-1, 2) @ turn.T + self.shift

    @property
    def yaw_sigma_rad(self) -> float | None:
        """One standard deviation of the turn; None where `sigma_m` is."""
        return None if self.sigma_m is None else self.sigma_m / self.spread_m

    def sigma_at(self, points: npt.ArrayLike) -> Points:
        """One standard deviation (N,) of points (N, 2) of the target frame, in the worst direction; 0 if unknown.

        The shift is known to sigma/√n and the turn to sigma/spread, which counts with the distance from the
        middle of the matches, across the line to it (propagation of least squares about the centroid).
        """
        away = np.linalg.norm(np.asarray(points, np.float64).reshape(-1, 2) - self.center, axis=1)
        used = len(self.residual_m) - len(self.outliers)
        sigma = self.sigma_m or 0.0
        return np.asarray(sigma * np.hypot(1 / math.sqrt(used), away / self.spread_m))


IDENTITY = Alignment(
    scale=1.0,
    yaw_rad=0.0,
    shift=(0.0, 0.0),
    residual_m={"as given": 0.0},
    outliers=(),
    sigma_m=0.0,
    center=(0.0, 0.0),
    spread_m=1.0,
)
"""The network's frame is the facility's, as the caller says."""


def align(matches: Sequence[Match], *, tolerance_m: float = 1.0, free_scale: bool = True) -> Alignment:
    """The similarity (rigid with `free_scale` False) of least squares (Umeyama 1991, equations 40-42).

    1. Two matches cannot tell a scale from a mistake, so the scale is fixed for two.
    2. Where all lie within `tolerance_m` of their targets, the fit of all counts.
    3. Else the fit through two of them that most others agree with, if more than half and at least three do:
       the rest are outliers. Where more agree mirrored, no turn can bring them together.

    Raises ValueError for a tolerance that is not positive, UndecidedError for fewer than two matches, for
    matches in one spot, and for matches that disagree; its message says what the others would need.
    """
    if not tolerance_m > 0:
        raise ValueError(f"tolerance_m {tolerance_m} must be above 0")
    if len(matches) < 2:
        raise UndecidedError(
            f"{len(matches)} matched point(s) cannot place a network: name at least two stations or locations "
            "as the facility does, or give control points (--points)"
        )
    source = np.array([match.source for match in matches], np.float64)
    target = np.array([match.target for match in matches], np.float64)
    if _spread(source) == 0 or _spread(target) < tolerance_m:
        raise UndecidedError(
            f"the {len(matches)} matched points lie within {tolerance_m} m: match points farther apart"
        )
    free = free_scale and len(matches) > 2
    inside = np.ones(len(matches), bool)
    miss = _misses(source, target, inside, free)
    if (miss > tolerance_m).any():
        inside = _consensus(source, target, tolerance_m, free)
        mirrored = _consensus(source * (1, -1), target, tolerance_m, free)
        if len(matches) > 2 and inside.sum() < mirrored.sum():
            raise UndecidedError(
                f"only mirrored do {mirrored.sum()} of {len(matches)} matched points agree, so its y axis points "
                "down: read it with y_axis='down' if its format leaves that open, else have it exported anew"
            )
        if inside.sum() < 3 or 2 * inside.sum() <= len(matches):
            worst = int(miss.argmax())
            raise UndecidedError(
                f"the {len(matches)} matched points disagree: '{matches[worst].name}' lies {miss[worst]:.2f} m "
                f"from its place, more than {tolerance_m} m: match more points, or check names and unit"
            )
    return _alignment(matches, source, target, inside, free)


def _alignment(
    matches: Sequence[Match], source: Points, target: Points, inside: npt.NDArray[np.bool_], free: bool
) -> Alignment:
    scale, yaw, shift = least_squares(source[inside], target[inside], free)
    miss = np.linalg.norm(scale * source @ rotation(yaw).T + shift - target, axis=1)
    redundancy = 2 * int(inside.sum()) - (4 if free else 3)
    sigma = math.sqrt(float((miss[inside] ** 2).sum()) / redundancy) if redundancy > 0 else None
    center = target[inside].mean(axis=0)
    return Alignment(
        scale=scale,
        yaw_rad=yaw,
        shift=(float(shift[0]), float(shift[1])),
        residual_m={match.name: float(each) for match, each in zip(matches, miss, strict=True)},
        outliers=tuple(match.name for match, kept in zip(matches, inside, strict=True) if not kept),
        sigma_m=sigma,
        center=(float(center[0]), float(center[1])),
        spread_m=float(np.linalg.norm(target[inside] - center)),
    )


def least_squares(source: Points, target: Points, free_scale: bool) -> tuple[float, float, Points]:
    """Scale, yaw and shift (2,) that bring points (N, 2) closest to their targets (Umeyama 1991, eq. 40-42).

    In the plane the rotation has a closed form. The points must not all lie in one spot.
    """
    source_mid, target_mid = source.mean(axis=0), target.mean(axis=0)
    a, b = source - source_mid, target - target_mid
    along, across = float((a * b).sum()), float((a[:, 0] * b[:, 1] - a[:, 1] * b[:, 0]).sum())
    yaw = math.atan2(across, along)
    scale = math.hypot(along, across) / float((a * a).sum()) if free_scale else 1.0
    shift = target_mid - scale * rotation(yaw) @ source_mid
    return scale, yaw, shift


def _misses(source: Points, target: Points, inside: npt.NDArray[np.bool_], free_scale: bool) -> Points:
    scale, yaw, shift = least_squares(source[inside], target[inside], free_scale)
    return np.asarray(np.linalg.norm(scale * source @ rotation(yaw).T + shift - target, axis=1))


def _consensus(source: Points, target: Points, tolerance_m: float, free_scale: bool) -> npt.NDArray[np.bool_]:
    """The matches that agree with the fit through the pair most agree with; the first such pair."""
    best = np.zeros(len(source), bool)
    for pair in _pairs(len(source)):
        apart = [float(np.linalg.norm(np.subtract(*points[pair]))) for points in (source, target)]
        if apart[0] == 0 or apart[1] < tolerance_m:
            continue
        chosen = np.zeros(len(source), bool)
        chosen[pair] = True
        agree = _misses(source, target, chosen, free_scale) <= tolerance_m
        if agree.sum() > best.sum():
            best = agree
    if best.sum() >= 3:
        refined = _misses(source, target, best, free_scale) <= tolerance_m
        best = refined if refined.sum() >= best.sum() else best
    return best


def _pairs(count: int) -> list[list[int]]:
    """All pairs of `count` matches, or PAIRS_TRIED drawn from a fixed seed where there are more."""
    if count * (count - 1) // 2 <= PAIRS_TRIED:
        return [[i, j] for i, j in combinations(range(count), 2)]
    drawn = np.random.default_rng(0).integers(0, count, (PAIRS_TRIED, 2))
    return [[i, j] for i, j in drawn.tolist() if i != j]


def _spread(points: Points) -> float:
    return float(np.linalg.norm(points - points.mean(axis=0), axis=1).max())


def rotation(yaw_rad: float) -> Points:
    """The matrix (2, 2) that turns counter-clockwise."""
    c, s = math.cos(yaw_rad), math.sin(yaw_rad)
    return np.array([[c, -s], [s, c]])
