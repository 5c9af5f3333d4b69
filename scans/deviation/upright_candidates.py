"""Where the uprights of a planned row may stand, and the shift and turn that explains most of them.

The front of an upright is a strip of known width in the plane of the face, bare on both sides above the loads and
below the beams. Nothing else in a rack looks like it.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numba import njit

from scans.deviation.frames import FOOT_M, FacePoints, Floats, upright_middles
from spatial.facility import Rack

_CELL_M = 0.01
_SLICE_M = 0.1
_FLANK_M = 0.05
_CANDIDATES = 4
_FEWEST_SLICES = 4
_AGREE_M = 0.02
_MOST_TURN_RAD = math.radians(3.0)
_FRONT_SHARE = 0.5  # beams tell the plane better than one upright: as many slices as half its height has


@dataclass(frozen=True)
class Candidate:
    """Here may stand the upright planned at `u_m`, moved by `along_m` and `across_m` (to the row's left), or the
    beams of the bay about `u_m`, whose fronts tell nothing along the row.
    """

    side: int
    u_m: float
    along_m: float | None
    across_m: float
    score: float


def find_uprights(rack: Rack, face: FacePoints, reach_m: float) -> list[Candidate]:
    """Up to four places for each planned upright within `reach_m` of its own."""
    found: list[Candidate] = []
    for u in upright_middles(rack):
        near = face.where((np.abs(face.u - u) < reach_m + 0.1) & (face.w > FOOT_M))
        score = _score(near.u - u, near.q, near.w, rack.upright_width_m, reach_m)
        for i, j in _peaks(score, _FEWEST_SLICES):
            along, out = (_CELL_M * (k + 0.5) - reach_m - 0.1 for k in (i, j))
            found.append(Candidate(face.side, float(u), along, face.side * out, float(score[i, j])))
    return found


def _score(p: Floats, q: Floats, w: Floats, width_m: float, reach_m: float) -> Floats:
    """In how many slices a strip of the width stands at each place (I, J), less what is seen beside it."""
    half = reach_m + 0.1
    size = round(2 * half / _CELL_M)
    i, j = (np.floor((x + half) / _CELL_M).astype(np.int64) for x in (p, q))
    k = np.floor(w / _SLICE_M).astype(np.int64)
    kept = (i >= 0) & (i < size) & (j >= 0) & (j < size)
    seen = np.zeros((int(k.max(initial=0)) + 1, size, size), np.bool_)
    seen[k[kept], j[kept], i[kept]] = True
    strip, flank = max(3, round(width_m / _CELL_M)), round(_FLANK_M / _CELL_M)
    return np.asarray(_strips(seen, strip, flank).T)


@njit(cache=True)
def _strips(seen, strip, flank):  # type: ignore[no-untyped-def]
    """Sum over slices (K, J, I) of how full a strip is, less twice how full its flanks are, each in 0…1."""
    slices, planes, size = seen.shape
    score = np.zeros((planes, size))
    before = np.zeros(size + 1)
    half = strip // 2
    for k in range(slices):
        for j in range(planes):
            count = 0
            for i in range(size):
                is_seen = seen[k, j, i]
                if j > 0:  # noise spreads a face over three cells
                    is_seen |= seen[k, j - 1, i]
                if j + 1 < planes:
                    is_seen |= seen[k, j + 1, i]
                count += is_seen
                before[i + 1] = count
            if count == 0:
                continue
            for i in range(half + flank + 1, size - half - flank - 2):
                low, high = i - half, i + half + strip % 2
                inside = before[high] - before[low]
                if inside == 0:
                    continue
                beside = (
                    before[low - 1] - before[low - 1 - flank] + before[high + 1 + flank] - before[high + 1]
                )
                score[j, i] += max(0.0, min(1.0, 3.0 * inside / strip) - 2.0 * beside / flank)
    return score


def _peaks(score: Floats, least: float) -> list[tuple[int, int]]:
    """The highest places of `score` (I, J), each farther than 3 cells from the others."""
    left = score.copy()
    found: list[tuple[int, int]] = []
    while len(found) < _CANDIDATES and left.max(initial=0.0) >= least:
        i, j = (int(k) for k in np.unravel_index(left.argmax(), left.shape))
        found.append((i, j))
        left[max(i - 3, 0) : i + 4, max(j - 3, 0) : j + 4] = 0.0
    return found


def find_fronts(rack: Rack, face: FacePoints, reach_m: float) -> list[Candidate]:
    """Up to four planes for the fronts of each bay's beams, at the heights where they are planned."""
    in_beams = np.zeros(len(face.w), np.bool_)
    for tier in rack.tiers:
        in_beams |= (face.w < tier.z_m + 0.01) & (face.w > tier.z_m - tier.beam_height_m - 0.01)
    beams = face.where(in_beams)
    found: list[Candidate] = []
    size = round(2 * reach_m / _CELL_M)
    for bay in rack.bays:
        inside = (beams.u > bay.offset_m + 0.05) & (beams.u < bay.offset_m + bay.width_m - 0.05)
        inside &= np.abs(beams.q) < reach_m
        u, q, w = beams.u[inside], beams.q[inside], beams.w[inside]
        cell = np.floor(np.column_stack([(q + reach_m) / _CELL_M, u / 0.1, w / 0.02])).astype(np.int64)
        plane = np.unique(cell, axis=0)[:, 0]
        score = np.convolve(np.bincount(plane, minlength=size)[:size], np.ones(3), "same")
        for j, _ in _peaks(score[:, None], 10.0):
            across = face.side * (_CELL_M * (j + 0.5) - reach_m)
            weight = _FRONT_SHARE * rack.height_m / _SLICE_M * float(score[j]) / max(float(score.max()), 50.0)
            found.append(Candidate(face.side, bay.offset_m + bay.width_m / 2, None, across, weight))
    return found


def agreeing(candidates: Sequence[Candidate], middle_m: float) -> list[Candidate]:
    """The candidates, one an upright or bay, that one shift and turn of the whole row explains best.

    Every pair within 3° proposes a shift and a turn; the sum of agreeing scores decides, less a tenth for each 10 cm
    that the row's ends have gone.
    """
    place = np.array([(c.u_m - middle_m, c.across_m) for c in candidates]).reshape(-1, 2)
    along = np.array([math.nan if c.along_m is None else c.along_m for c in candidates])
    score = np.array([c.score for c in candidates])
    thing = np.unique([(c.side, c.u_m) for c in candidates], axis=0, return_inverse=True)[1].ravel()
    best: tuple[float, list[Candidate]] = (0.0, [])
    for shift, across, turn in _proposals(place, along):
        off = np.abs(place[:, 1] - across - turn * place[:, 0])
        near = (off < _AGREE_M) & ~(np.abs(along - shift) > _AGREE_M)
        each = np.zeros(int(thing.max()) + 1)
        np.maximum.at(each, thing[near], score[near])
        gone = math.hypot(shift, abs(across) + abs(turn) * middle_m)
        total = float(each.sum()) * max(0.0, 1.0 - gone)
        if total > best[0]:
            chosen = np.flatnonzero(near & (score == each[thing]))
            best = (total, [candidates[int(i)] for i in chosen])
    return best[1] if any(c.along_m is not None for c in best[1]) else []


def _proposals(place: Floats, along: Floats) -> Iterator[tuple[float, float, float]]:
    """Shift along and across and slope of one upright, and of each pair of which one at least is an upright."""
    most = math.tan(_MOST_TURN_RAD)
    for i in np.flatnonzero(np.isfinite(along)):
        yield float(along[i]), float(place[i, 1]), 0.0
        apart = place[:, 0] - place[i, 0]
        fits = (np.abs(apart) > 0.3) & ~(np.abs(along - along[i]) > _AGREE_M)
        for j in np.flatnonzero(fits):
            turn = float((place[j, 1] - place[i, 1]) / apart[j])
            if abs(turn) < most:
                yield float(along[i]), float(place[i, 1] - turn * place[i, 0]), turn
