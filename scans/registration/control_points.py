"""Surveyed points and the targets that show them in scans: where a scan stands in the world, and what disagrees.

Two CSV tables, metres: control points `id,x,y,z[,sigma_m]` in the world, targets `id,scan,x,y,z[,sigma_m]` in the
frame of the scan named. The fit is Horn's, weighted and without scale (J. Opt. Soc. Am. A 4, 1987, by singular
values as in Umeyama, IEEE PAMI 13, 1991); the scale that would fit better is told, because it names a wrong unit or
a worn scanner.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from scipy.stats import chi2

from scans.registration.se3 import Array, skew
from spatial.errors import BadDataError
from spatial.exchange.csv_rows import Row, csv_rows
from spatial.exchange.draft import Draft
from spatial.poses import Matrix4, transform_points

CONTROL_SIGMA_M = 0.002
"""Of a coordinate where the table of control points says nothing: a total station on a tripod."""
TARGET_SIGMA_M = 0.002
"""Of a target's centre in a scan where the table says nothing."""
MOST_SCALE = 0.001
_LEAST_POINTS = 3
_LEAST_SINE = 0.02
_OUTLIER_LEVEL = 0.9999
_FARTHEST_M = 1e9


@dataclass(frozen=True, eq=False)
class ControlPoint:
    """A point known in the world: `position` (3,) metres, each coordinate with `sigma_m`."""

    id: str
    position: Array
    sigma_m: float = CONTROL_SIGMA_M


@dataclass(frozen=True, eq=False)
class Target:
    """The point `id` as `scan` shows it: `position` (3,) metres in the scan's frame."""

    id: str
    scan: str
    position: Array
    sigma_m: float = TARGET_SIGMA_M


@dataclass(frozen=True, eq=False)
class ControlFit:
    """A scan in the world: `world_from_scan` (4, 4), `covariance` (6, 6) as in se3.py.

    `residual_mm` are the distances that remain, by point; an outlier's is to the fit of the others. `scale` would
    fit best and has `scale_sigma`; `notes` are sentences on outliers and on a scale that is off.
    """

    world_from_scan: Matrix4
    covariance: Array
    residual_mm: Mapping[str, float]
    outliers: tuple[str, ...]
    scale: float
    scale_sigma: float
    notes: tuple[str, ...]


def read_control_points(path: Path) -> dict[str, ControlPoint]:
    """Control points by id; BadDataError with file, row and column for what is wrong, also an id that comes twice."""
    draft, found = Draft(str(path)), {}
    for row in csv_rows(path, draft, "id", "x", "y", "z"):
        name = row.needed("id")
        if name in found:
            draft.fail(row.place, f"'{name}' comes twice: give each point an id of its own")
        found[name] = ControlPoint(name, _position(row), _sigma(row, CONTROL_SIGMA_M))
    return found


def read_targets(path: Path) -> list[Target]:
    """Targets in the order of the table; BadDataError for what is wrong, also one that comes twice in a scan."""
    draft, found = Draft(str(path)), {}
    for row in csv_rows(path, draft, "id", "scan", "x", "y", "z"):
        key = row.needed("id"), row.needed("scan")
        if key in found:
            draft.fail(row.place, f"'{key[0]}' comes twice in scan '{key[1]}': keep one row")
        found[key] = Target(*key, _position(row), _sigma(row, TARGET_SIGMA_M))
    return list(found.values())


def _position(row: Row) -> Array:
    values = []
    for column in ("x", "y", "z"):
        row.needed(column)
        values.append(row.number(column) or 0.0)
        if abs(values[-1]) > _FARTHEST_M:
            row.draft.fail(f"{row.place} column '{column}'", f"{values[-1]:g} is beyond 1e9 m: give metres")
    return np.array(values)


def _sigma(row: Row, default: float) -> float:
    sigma = row.number("sigma_m")
    if sigma is not None and not sigma > 0:
        row.draft.fail(f"{row.place} column 'sigma_m'", f"{sigma:g} m is not above 0: leave it out")
    return default if sigma is None else sigma


def fit_control_points(points: Mapping[str, ControlPoint], targets: Sequence[Target]) -> ControlFit:
    """Where the scan that shows `targets` stands; targets without a control point are left out.

    A point that the others contradict is left out and named, as long as three others remain that agree. Raises
    BadDataError for fewer than three points, for points in a line, and where it cannot be told which is wrong.
    """
    used = [target for target in targets if target.id in points]
    scan = targets[0].scan if targets else ""
    _check_spread(scan, used)
    outliers: list[str] = []
    while not (_agree(points, used) or _agree(points, used, scaled=True)):
        used, worst = _without_worst(points, used, scan)
        outliers.append(worst)
    pose = _fitted(points, used)
    shown = [target for target in targets if target.id in points]
    off = {t.id: 1e3 * float(np.linalg.norm(_residual(pose, points, t))) for t in shown}
    scale, scale_sigma = _scale(points, used, pose)
    return ControlFit(
        world_from_scan=pose,
        covariance=_covariance(points, used, pose),
        residual_mm=off,
        outliers=tuple(outliers),
        scale=scale,
        scale_sigma=scale_sigma,
        notes=tuple(_notes(scan, off, outliers, scale, scale_sigma)),
    )


def _check_spread(scan: str, used: Sequence[Target]) -> None:
    if len(used) < _LEAST_POINTS:
        raise BadDataError(
            f"scan '{scan}' shows {len(used)} control points, {_LEAST_POINTS} are needed: add targets"
        )
    if _is_in_line(used):
        raise BadDataError(
            f"the {len(used)} control points of scan '{scan}' lie in a line, about which it can turn: add one aside"
        )


def _is_in_line(used: Sequence[Target]) -> bool:
    places = np.stack([target.position for target in used])
    sizes = np.linalg.svd(places - places.mean(axis=0), compute_uv=False)
    return bool(sizes[1] <= _LEAST_SINE * sizes[0])


def _variance(points: Mapping[str, ControlPoint], target: Target) -> float:
    return points[target.id].sigma_m ** 2 + target.sigma_m**2


def _residual(pose: Matrix4, points: Mapping[str, ControlPoint], target: Target) -> Array:
    return np.asarray(transform_points(pose, target.position[None])[0] - points[target.id].position)


def _fitted(points: Mapping[str, ControlPoint], used: Sequence[Target]) -> Matrix4:
    """The rigid motion of least weighted squares."""
    weights = np.array([1 / _variance(points, target) for target in used])
    source = np.stack([target.position for target in used])
    goal = np.stack([points[target.id].position for target in used])
    middle, goal_middle = (np.average(some, axis=0, weights=weights) for some in (source, goal))
    u, _, vt = np.linalg.svd(((goal - goal_middle) * weights[:, None]).T @ (source - middle))
    proper = np.diag([1.0, 1.0, np.linalg.det(u) * np.linalg.det(vt)])
    pose = np.eye(4)
    pose[:3, :3] = u @ proper @ vt
    pose[:3, 3] = goal_middle - pose[:3, :3] @ middle
    return pose


def _square(points: Mapping[str, ControlPoint], used: Sequence[Target], *, scaled: bool = False) -> float:
    """Squared errors of the fit, in units of their variances; of the fit with scale if `scaled`."""
    pose = _fitted(points, used)
    off = np.stack([_residual(pose, points, target) for target in used])
    variance = np.array([_variance(points, target) for target in used])
    if scaled:
        placed = transform_points(pose, np.stack([target.position for target in used]))
        middle = np.average(placed, axis=0, weights=1 / variance)
        off += (_scale(points, used, pose)[0] - 1) * (placed - middle)
    return float(np.sum(off**2 / variance[:, None]))


def _agree(points: Mapping[str, ControlPoint], used: Sequence[Target], *, scaled: bool = False) -> bool:
    redundancy = 3 * len(used) - (7 if scaled else 6)
    return _square(points, used, scaled=scaled) <= float(chi2.ppf(_OUTLIER_LEVEL, redundancy))


def _without_worst(
    points: Mapping[str, ControlPoint], used: Sequence[Target], scan: str
) -> tuple[list[Target], str]:
    """The targets without the one whose absence helps most; BadDataError where too few would remain to tell."""
    rests = {one.id: [other for other in used if other is not one] for one in used}
    square = {
        name: _square(points, rest)
        for name, rest in rests.items()
        if len(rest) >= _LEAST_POINTS and not _is_in_line(rest)
    }
    worst = min(square, key=lambda name: square[name], default=None)
    if worst is None or (len(rests[worst]) == _LEAST_POINTS and not _agree(points, rests[worst])):
        pose = _fitted(points, used)
        off = {target.id: 1e3 * float(np.linalg.norm(_residual(pose, points, target))) for target in used}
        name = max(off, key=lambda one: off[one])
        raise BadDataError(
            f"the {len(used)} control points of scan '{scan}' contradict one another, by up to {off[name]:.1f} mm at "
            f"'{name}', and are too few to tell which is wrong: check them, or add targets"
        )
    return rests[worst], worst


def _covariance(points: Mapping[str, ControlPoint], used: Sequence[Target], pose: Matrix4) -> Array:
    """Inverse of Σ Jᵀ J / σ², J = (−[p]×, 1) at the points in the world, raised if the points fit worse than told."""
    information = np.zeros((6, 6))
    for target in used:
        at = transform_points(pose, target.position[None])[0]
        jacobian = np.hstack([-skew(at), np.eye(3)])
        information += jacobian.T @ jacobian / _variance(points, target)
    unit = max(1.0, _square(points, used) / (3 * len(used) - 6))
    return np.asarray(unit * np.linalg.inv(information), dtype=np.float64)


def _scale(points: Mapping[str, ControlPoint], used: Sequence[Target], pose: Matrix4) -> tuple[float, float]:
    """The scale of the scan against the world that fits best, and its standard deviation."""
    weights = np.array([1 / _variance(points, target) for target in used])
    source = transform_points(pose, np.stack([target.position for target in used]))
    goal = np.stack([points[target.id].position for target in used])
    from_middle = source - np.average(source, axis=0, weights=weights)
    goal_from_middle = goal - np.average(goal, axis=0, weights=weights)
    size = float(np.sum(weights[:, None] * from_middle**2))
    return float(np.sum(weights[:, None] * from_middle * goal_from_middle)) / size, 1 / math.sqrt(size)


def _notes(
    scan: str, off: Mapping[str, float], outliers: Sequence[str], scale: float, scale_sigma: float
) -> list[str]:
    notes = [
        f"control point '{name}' lies {off[name]:.1f} mm off in scan '{scan}' and was left out: measure it again"
        for name in outliers
    ]
    if abs(scale - 1) > MOST_SCALE:
        notes.append(
            f"control points say that scan '{scan}' is to be scaled by {scale:.5f} ± {scale_sigma:.5f}, more than "
            f"{MOST_SCALE:.1%} off: check its unit and the scanner; nothing was scaled"
        )
    return notes
