"""Each upright of a row to the millimetre: where its front ends on both sides, and how it leans."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.ndimage import uniform_filter1d

from scans.deviation.finding import Z
from scans.deviation.frames import FOOT_M, FacePoints, Floats, upright_middles
from spatial.facility import Bay, Rack

_SLICE_M = 0.1
_FLANK_M = 0.05
_FACE_SKIN_M = 0.025
_FEWEST_POINTS = 16
_EDGE_SIGMA_M = 0.003  # what an edge alone tells, scan lines beside it and loads that touch it
_COMMON_M = 0.04
_RIVAL_M, _RIVAL_SHARE = 0.03, 0.85
_LEAST_VOTES, _VOTES = 0.8, 0.4
_OWN_M, _OWN_SHARE = 0.012, 0.7
_FINE_M = 0.001
_SKIRT_M = 0.003
_ENOUGH_POINTS = 12.0
_AS_GOOD = 0.95
_STRAIGHTENED, _UPRIGHT = (
    8,
    0.25,
)  # at most so often, until so many sigmas are left: each time shows a part of a lean
_CLIPPED, _UNSHOWN = (
    1.5,
    0.1,
)  # edges cut by a strip scatter less than they err, and show noise rather than a lean
_SHARED_LINES = 1.25  # neighbours on one scan line err alike


@dataclass(frozen=True)
class UprightFit:
    """An upright's front as it stands: its shift from the plan, and its lean (m per m) with standard deviations.

    `u_m` is its planned place along the row. A lean is None where too little of the height is seen; with height
    `along` goes towards the row's end and `across` to its left.
    """

    side: int
    u_m: float
    along_m: float
    along_sigma_m: float
    across_m: float
    lean_along: float | None
    lean_along_sigma: float
    lean_across: float | None
    lean_across_sigma: float
    slices: int


def fit_front(rack: Rack, face: FacePoints, bay: Bay, across_m: float, slope: float) -> float | None:
    """The shift across, metres, of the middle of a bay's beams, about `across_m` on a plane of that slope along u;
    None if too few points show their fronts.
    """
    q = face.q - face.side * (across_m + slope * (face.u - bay.offset_m - bay.width_m / 2))
    near = (np.abs(q) < _FACE_SKIN_M) & (face.u > bay.offset_m + 0.05)
    near &= face.u < bay.offset_m + bay.width_m - 0.05
    inside = np.zeros(len(q), np.bool_)
    for tier in rack.tiers:
        inside |= np.abs(face.w - tier.z_m + tier.beam_height_m / 2) < tier.beam_height_m / 2
    q = q[near & inside]
    if len(q) < _FEWEST_POINTS:
        return None
    off = np.abs(q - np.median(q))
    return across_m + face.side * float(np.median(q[off < max(0.006, 3.0 * 1.4826 * float(np.median(off)))]))


@dataclass(frozen=True)
class _Front:
    """Points (N,) on an upright's plane: `p` along from its planned place, `q` out, `w` up, in the slice `cell`."""

    p: Floats
    q: Floats
    w: Floats
    cell: npt.NDArray[np.int64]


def common_along(
    rack: Rack, faces: Mapping[int, FacePoints], across: Callable[[float], float], reach_m: float
) -> float | None:
    """The shift along the row, metres, that the fronts of its uprights show together; None if they disagree.

    `across` tells where the row's plane stands at u. Sparse scan lines leave one upright alone ambiguous, all share
    one shift. What a second shift, 3 cm off or more, explains nearly as well is not known.
    """
    shifts = np.arange(-reach_m, reach_m + _FINE_M / 2, _FINE_M)
    total, voters = np.zeros(len(shifts)), 0
    for face in faces.values():
        for u in upright_middles(rack):
            if (front := _front(rack, face, float(u), across(float(u)), 0.0, reach_m)) is not None:
                score = _strip_scores(front, rack.upright_width_m / 2, shifts)[0]
                total += score / max(float(score.max()), 10.0)
                voters += 1
    total = uniform_filter1d(total, 5) * (1.0 - np.abs(shifts))
    best = int(total.argmax())
    rival = total[np.abs(shifts - shifts[best]) > _RIVAL_M].max(initial=0.0)
    if total[best] < max(_LEAST_VOTES, _VOTES * voters) or rival > _RIVAL_SHARE * total[best]:
        return None
    good = (total >= _AS_GOOD * total[best]) & (np.abs(shifts - shifts[best]) < _OWN_M)
    return float(shifts[good].min() + shifts[good].max()) / 2


def fit_upright(
    rack: Rack, face: FacePoints, u_m: float, across_m: float, along_m: float
) -> UprightFit | None:
    """The upright planned at `u_m`, shifted by about `across_m` and `along_m`; None if too little shows its front, or
    shows it elsewhere.

    1. Of the points on its plane, slices of 10 cm that go on beside it are a beam or a load.
    2. A strip of its width is laid where most slices fill it and are bare beside it. Where scan lines are far apart
       many places do as well: the middle of them is its place along, their width tells how well it is known.
    3. A strip is straight: what leans along the row is set upright by what was found, until no lean is left.
    4. So is a plane: what leans across is set upright too, else the sides of the upright are seen in it.
    """
    fit = _fit_leaning(rack, face, u_m, across_m, along_m)
    if fit is None or fit.lean_across is None or abs(fit.lean_across) < Z * fit.lean_across_sigma:
        return fit
    lean = fit.lean_across  # 4
    upright = replace(face, q=face.q - face.side * lean * (face.w - rack.height_m / 2))
    again = _fit_leaning(rack, upright, u_m, across_m, along_m)
    if again is None or again.lean_across is None:
        return fit
    return replace(again, lean_across=again.lean_across + lean)


def _fit_leaning(
    rack: Rack, face: FacePoints, u_m: float, across_m: float, along_m: float
) -> UprightFit | None:
    """Steps 1 to 3."""
    front = _front(rack, face, u_m, across_m, along_m, _COMMON_M)
    if front is None:
        return None
    fit, lean = _fit_straight(rack, front, along_m), 0.0
    for _ in range(_STRAIGHTENED):  # 3
        if fit is None or fit.lean_along is None or abs(fit.lean_along) < _UPRIGHT * fit.lean_along_sigma:
            break
        lean += fit.lean_along
        middle = float(np.mean(front.w))
        fit = _fit_straight(rack, replace(front, p=front.p - lean * (front.w - middle)), along_m)
    if fit is None:
        return None
    return replace(
        fit,
        side=face.side,
        u_m=u_m,
        across_m=across_m + face.side * fit.across_m,
        lean_along=None if fit.lean_along is None else fit.lean_along + lean,
        lean_along_sigma=math.hypot(_CLIPPED * fit.lean_along_sigma, _UNSHOWN * lean),
        lean_across=None if fit.lean_across is None else face.side * fit.lean_across,
    )


def _fit_straight(rack: Rack, front: _Front, along_m: float) -> UprightFit | None:
    """Steps 1 and 2, seen from its own face; the places of `side`, `u_m` are the caller's."""
    half = rack.upright_width_m / 2
    shifts = along_m + np.arange(-_COMMON_M, _COMMON_M + _FINE_M / 2, _FINE_M)
    score, bare = _strip_scores(front, half, shifts)  # 1
    own = np.abs(shifts - along_m) <= _OWN_M
    if score[own].max() < _OWN_SHARE * score.max():
        return None
    good = np.flatnonzero(own & (score >= _AS_GOOD * score[own].max()))  # 2
    middle, known_m = float(shifts[good[0]] + shifts[good[-1]]) / 2, float(shifts[good[-1]] - shifts[good[0]])
    p = front.p - middle
    inside = bare[front.cell, int(good[len(good) // 2])] & (np.abs(p) < half + _SKIRT_M)
    if int(inside.sum()) < _FEWEST_POINTS:
        return None
    p, q, w = p[inside], front.q[inside], front.w[inside]
    front_only = np.abs(p) < half - _SKIRT_M  # nearer to its edges its sides are seen
    lean_u = _lean(*_middles(w, p, rack.upright_width_m))
    lean_v = _lean(w[front_only], q[front_only])
    return UprightFit(
        side=1,
        u_m=0.0,
        along_m=middle,
        along_sigma_m=math.hypot(_EDGE_SIGMA_M, known_m / math.sqrt(12.0)),
        across_m=float(np.median(q)),
        lean_along=lean_u[0],
        lean_along_sigma=lean_u[1],
        lean_across=lean_v[0],
        lean_across_sigma=lean_v[1],
        slices=len(np.unique(front.cell[inside])),
    )


def _front(
    rack: Rack, face: FacePoints, u_m: float, across_m: float, along_m: float, reach_m: float
) -> _Front | None:
    """What may show the upright's front within `reach_m` of `along_m`; None for too few points."""
    half = rack.upright_width_m / 2
    p, q = face.u - u_m, face.q - face.side * across_m
    near = (np.abs(p - along_m) < half + reach_m + _FLANK_M) & (np.abs(q) < _FACE_SKIN_M)
    near &= (face.w > FOOT_M) & (face.w < rack.height_m)
    p, q, w = p[near], q[near], face.w[near]
    inside = np.abs(p - along_m) < half + max(0.0, reach_m - _COMMON_M)
    if int(inside.sum()) < _FEWEST_POINTS:
        return None
    plane = float(np.median(q[inside]))
    spread = 1.4826 * float(np.median(np.abs(q[inside] - plane)))
    on = np.abs(q - plane) < max(0.006, 3.0 * spread)
    return _Front(p[on], q[on], w[on], np.floor(w[on] / _SLICE_M).astype(np.int64))


def _strip_scores(front: _Front, half: float, shifts: Floats) -> tuple[Floats, npt.NDArray[np.bool_]]:
    """How well a strip of ± `half` suits each of `shifts` (C,); which slices (K, C) are bare beside it."""
    start = float(shifts[0]) - half - _FLANK_M - _FINE_M
    size = math.ceil((float(shifts[-1]) + half + _FLANK_M - start) / _FINE_M) + 1
    count = np.zeros((int(front.cell.max()) + 1, size + 1))
    step = np.floor((front.p - start) / _FINE_M).astype(np.int64)
    kept = (step >= 0) & (step < size)
    np.add.at(count, (front.cell[kept], step[kept] + 1), 1)
    before = np.cumsum(count, axis=1)

    def between(low: float, high: float) -> Floats:
        """Points (K, C) from `low` to `high` about each shift."""
        i, j = (
            np.clip(np.round((shifts + x - start) / _FINE_M), 0, size).astype(np.int64) for x in (low, high)
        )
        return np.asarray(before[:, j] - before[:, i])

    inside = np.minimum(between(-half, half), _ENOUGH_POINTS)
    beside = between(-half - _FLANK_M, -half - _SKIRT_M) + between(half + _SKIRT_M, half + _FLANK_M)
    return np.maximum(0.0, inside - 2.0 * beside).sum(axis=0), np.asarray(beside <= 0.2 * inside)


def _middles(w: Floats, p: Floats, width_m: float) -> tuple[Floats, Floats]:
    """Height and middle (G,) of groups of 12 points, by height, that span the upright's width."""
    groups = len(w) // 12
    order = np.argsort(w)[: groups * 12].reshape(-1, 12)
    low, high = p[order].min(axis=1), p[order].max(axis=1)
    kept = high - low > 0.7 * width_m
    return w[order].mean(axis=1)[kept], ((low + high) / 2)[kept]


def _lean(height: Floats, place: Floats) -> tuple[float | None, float]:
    """Slope of place over height and its standard deviation; outliers are left out once."""
    if len(height) < 8 or np.ptp(height) < 1.0:
        return None, math.inf
    kept = np.ones(len(height), np.bool_)
    slope = 0.0
    for _ in range(3):
        slope, start = np.polyfit(height[kept], place[kept], 1)
        off = np.abs(place - start - slope * height)
        kept = off <= max(0.001, 3.0 * 1.4826 * float(np.median(off)))
    x = height[kept] - height[kept].mean()
    scatter = float(np.sum(off[kept] ** 2)) / max(len(x) - 2, 1)
    return float(slope), _SHARED_LINES * math.sqrt(scatter / float(np.sum(x**2)))
