"""Two scans into one frame: coarse, then fine, and a verdict that says why when it is no."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from scans.registration.coarse import UprightMap, candidates, upright_map
from scans.registration.fine import FineFit, FineView, approach, fine_view, refine
from scans.registration.likeness import Candidate, best_apart, contradiction, score
from scans.registration.se3 import Array
from scans.registration.view import ScanView, view
from spatial.errors import UndecidedError
from spatial.poses import Matrix4

_TRIED = 4
_LEAST_SCORE = 0.05
_LEAST_OVERLAP = 0.05
_LEAST_HELD = 0.002
_RIVAL = 0.4
_MOST_AGAINST = 0.015
_NEAR_M = 0.1
_MOST_RMSE_M = 0.02


@dataclass(frozen=True, eq=False)
class PreparedScan:
    """A scan with all that registration asks of it; `upright` is None where it has no floor to level it by."""

    view: ScanView
    fine: FineView
    upright: UprightMap | None


def prepare(scan: ScanView, *, seed: int = 0) -> PreparedScan:
    """Get a view ready for any number of pairs."""
    try:
        upright = upright_map(scan, seed=seed)
    except UndecidedError:
        upright = None
    return PreparedScan(scan, fine_view(scan), upright)


def prepare_points(points: Array, *, eye: Array | None = None, seed: int = 0) -> PreparedScan:
    """The same from the voxel means (N, 3) of a scan, metres, seen from `eye`, by default the origin."""
    return prepare(view(points, eye=np.zeros(3) if eye is None else eye), seed=seed)


@dataclass(frozen=True, eq=False)
class PairFit:
    """How two scans lie to each other: `target_from_source` (4, 4), `covariance` (6, 6) as in se3.py.

    `overlap` is the share of the source's plane points that found their surface in the target, `rmse_m` their
    distance across it, `score` the share of surfaces that meet less those in conflict, ×20. Unless `converged`
    the pose is not to be used, and `reason` says why. `rival` is another place that fits nearly as well.
    """

    target_from_source: Matrix4
    covariance: Array
    overlap: float
    rmse_m: float
    score: float
    converged: bool
    reason: str = ""
    rival: Matrix4 | None = None


def register_pair(target: PreparedScan, source: PreparedScan, *, prior: Matrix4 | None = None) -> PairFit:
    """Register `source` to `target`; from `prior` alone, a pose within a metre and some degrees, if one is given."""
    if prior is None and (target.upright is None or source.upright is None):
        return _not_converged("one of the scans has no floor to level it by: give a prior pose")
    tries = [Candidate(prior, 0.0)] if prior is not None else _promising(target, source)
    fits = [fit for one in tries if (fit := _fitted(target, source, one.target_from_source))]
    places = best_apart(
        Candidate(fit.target_from_source, score(target.view, source.view, fit.target_from_source, _NEAR_M))
        for fit in fits
    )
    if not places:
        return _not_converged("no place found where the scans overlap: scan from a station between them")
    against = [contradiction(target.view, source.view, one.target_from_source) for one in places]
    tenable = [one for one, share in zip(places, against, strict=True) if share <= _MOST_AGAINST]
    best, *others = tenable or places
    rival = others[0] if others and others[0].score > _RIVAL * best.score else None
    fit = next(fit for fit in fits if fit.target_from_source is best.target_from_source)
    reason = _why_not(fit, best.score) or _why_doubtful(best, rival, min(against), bool(tenable))
    return PairFit(
        target_from_source=fit.target_from_source,
        covariance=fit.covariance,
        overlap=fit.overlap,
        rmse_m=fit.rmse_m,
        score=best.score,
        converged=reason == "",
        reason=reason,
        rival=rival.target_from_source if rival else None,
    )


def _promising(target: PreparedScan, source: PreparedScan) -> list[Candidate]:
    """The few best places of the coarse step."""
    if target.upright is None or source.upright is None:
        return []
    found = candidates(target.upright, source.upright)[:_TRIED]
    return [one for one in found if one.score > max(_LEAST_SCORE, 0.4 * found[0].score)]


def _fitted(target: PreparedScan, source: PreparedScan, start: Matrix4) -> FineFit | None:
    return refine(target.fine, source.fine, approach(target.fine, source.fine, start))


def _why_not(fit: FineFit, of_score: float) -> str:
    """What stands against the fit, as a sentence; "" if nothing does."""
    if fit.overlap < _LEAST_OVERLAP:
        return f"overlap {fit.overlap:.3f} is below {_LEAST_OVERLAP}: scan from a station between them"
    if fit.held < _LEAST_HELD:
        return (
            f"{_direction(fit)} is held by {fit.held:.2%} of the surfaces, {_LEAST_HELD:.2%} are needed: "
            "scan what stands across it, or give control points"
        )
    if not fit.is_still:
        return "the fine step still moved after its last round: give a prior pose"
    if fit.rmse_m > _MOST_RMSE_M:
        return f"rmse_m {fit.rmse_m:.3f} is above {_MOST_RMSE_M} m: the scans do not show the same surfaces"
    if of_score < _LEAST_SCORE:
        return (
            f"score {of_score:.2f} is below {_LEAST_SCORE}: too little of the scans meets; give a prior pose"
        )
    return ""


def _why_doubtful(best: Candidate, rival: Candidate | None, against: float, is_tenable: bool) -> str:
    """What speaks for another place, as a sentence; "" if nothing does. The aliasing guard is to be asked here."""
    if not is_tenable:
        return (
            f"{against:.1%} of the points hang where the other scanner looked through, {_MOST_AGAINST:.1%} are "
            "borne: the place is false or the hall has changed; give a prior pose or scan anew"
        )
    if rival is None:
        return ""
    x, y, z = rival.target_from_source[:3, 3] - best.target_from_source[:3, 3]
    return (
        f"ambiguous: another place, moved by ({x:.2f}, {y:.2f}, {z:.2f}) m, scores {rival.score:.2f} against "
        f"{best.score:.2f}: give a prior pose or control points"
    )


def _direction(fit: FineFit) -> str:
    """The weakest direction in words."""
    turn, shift = np.split(fit.weakest, 2)
    kind, axis = ("a shift along", shift) if shift @ shift >= turn @ turn else ("a turn about", turn)
    x, y, z = axis / np.linalg.norm(axis)
    return f"{kind} ({x:.2f}, {y:.2f}, {z:.2f})"


def _not_converged(reason: str) -> PairFit:
    return PairFit(np.eye(4), np.full((6, 6), np.inf), 0.0, float("inf"), 0.0, converged=False, reason=reason)
