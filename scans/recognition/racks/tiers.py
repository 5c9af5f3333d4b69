"""Tiers of a rack: thin bands of height covered along the whole row, over a gap in which little is seen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d
from scipy.signal import find_peaks

from scans.recognition.racks.block_view import BlockView

_STEP_M, _FINE_STEP_M = 0.02, 0.005
_PALLET_DECK_M = 0.4
_LOW_DECK_M = 0.3
_SHELF_SPACING_M = 0.95
_CROWDED = 0.4  # of the usual spacing between tiers
_THINNEST_M, _USUAL_M, _THICKEST_M = 0.03, 0.12, 0.22
_BARE_M = 0.16
_FEWEST_PLACES, _BARE_SHARE = 4, 0.08  # along a tier, and of those seen, that must show its top
_FRONT_HALF_M = 0.015  # for noise and bent beams; loads further off leave a front's plane bare
_FRONT_EDGES_M = np.arange(-0.4, 0.4, _FINE_STEP_M)  # as far as a face reaches in a thin scan


@dataclass(frozen=True)
class FoundTier:
    """Top of a beam or deck above the floor, its thickness, and the standard deviation of the top; metres."""

    z_m: float
    beam_height_m: float
    sigma_m: float


def find_tiers(
    view: BlockView, v_faces: tuple[float, ...], carried_m: float = math.inf
) -> tuple[FoundTier, ...]:
    """The tiers seen on any of the faces, lowest first; what starts above `carried_m` is none and says nothing.

    RULE 1: a peak of coverage at least 0.45 of the strongest.
    RULE 2: within 25 cm below it coverage falls to half or less: the gap above the loads of the tier below.
    RULE 3: of two within 40 cm the lower counts, unless it is much the weaker: the upper is a pallet's deck.
    RULE 4: a deck below 30 cm is a shelf's: it needs another tier within 95 cm, else it is pallets' feet.
    RULE 5: of two much closer than tiers usually are in this rack the lower counts: the upper is low loads' top.
    """
    step_m = _STEP_M * min(view.coarseness, 2.0)
    coverage = _coverage([view.face_image(v, step_m) for v in v_faces])
    undersides = [_underside(coverage, peak, gap) for peak, gap in _peaks_over_gaps(coverage, step_m)]
    undersides = [step for step in undersides if not step * step_m > carried_m]  # nor is it if that is NaN
    tiers = [t for t in _on_undersides(undersides, view, v_faces, step_m) if t.z_m > 0.08]
    if len(tiers) > 1 and tiers[0].z_m < _LOW_DECK_M and tiers[1].z_m - tiers[0].z_m > _SHELF_SPACING_M:
        tiers = tiers[1:]  # RULE 4
    return tuple(_uncrowded(tiers))


def _coverage(images: Sequence[npt.NDArray[np.bool_]]) -> npt.NDArray[np.float64]:
    """Share (K,) of the places seen at each step up, on the face where it is greater."""
    length = max(len(image) for image in images)
    best = np.max([np.pad(image.mean(1), (0, length - len(image))) for image in images], axis=0)
    return np.asarray(gaussian_filter1d(np.pad(best, (0, 10)), 0.6))


def _peaks_over_gaps(coverage: npt.NDArray[np.float64], step_m: float) -> list[tuple[int, float]]:
    """Steps of the peaks that RULES 1 to 3 leave, each with the least coverage shortly below it."""
    peaks, _ = find_peaks(coverage, distance=max(1, int(0.08 / step_m)))
    strongest = float(coverage[peaks].max()) if len(peaks) else 0.0
    found: list[tuple[int, float]] = []
    for peak in peaks:
        gap = float(coverage[max(peak - int(0.25 / step_m), 0) : peak + 1].min())
        if coverage[peak] < max(0.45 * strongest, 0.1) or gap > 0.5 * coverage[peak]:  # RULES 1, 2
            continue
        if found and peak - found[-1][0] < int(_PALLET_DECK_M / step_m):  # RULE 3
            if coverage[found[-1][0]] >= 0.6 * coverage[peak]:
                continue
            found.pop()
        found.append((int(peak), gap))
    return found


def _underside(coverage: npt.NDArray[np.float64], peak: int, gap: float) -> int:
    """The step at which coverage has risen half-way from the gap below a peak."""
    start = peak
    while start > 0 and coverage[start - 1] > (coverage[peak] + gap) / 2:
        start -= 1
    return start


def _on_undersides(
    undersides: Sequence[int], view: BlockView, v_faces: tuple[float, ...], step_m: float
) -> list[FoundTier]:
    """Tiers with their tops; where loads hide a tier's top for good, its beams are as thick as the others'."""
    measured = [_measured(start, view, v_faces, step_m) for start in undersides]
    known = [tier.beam_height_m for tier in measured if tier]
    usual_m = float(np.median(known)) if known else _USUAL_M
    error_m = step_m if known else _THICKEST_M - _THINNEST_M
    return [
        tier or FoundTier(start * step_m + usual_m, usual_m, error_m / math.sqrt(12.0))
        for start, tier in zip(undersides, measured, strict=True)
    ]


def _measured(start: int, view: BlockView, v_faces: tuple[float, ...], step_m: float) -> FoundTier | None:
    """The tier on the underside at the step `start`; None if its top is not seen.

    Places that carry nothing show it. If those are too few the beams' fronts do: loads stand before them or
    behind them, so that in their plane even a full place is bare above.
    """
    faces = [view.near_face(v) for v in v_faces]
    fronts = [face & _on_front(start, view, face, v, step_m) for face, v in zip(faces, v_faces, strict=True)]
    images = [view.image(face, step_m) for face in faces]
    thickest = round(_THICKEST_M / step_m)
    places = sum(int(np.count_nonzero(image[start : start + thickest].any(0))) for image in images)
    for parts in (faces, fronts):
        ends = np.sum([_ends(start, view.image(part, step_m), step_m) for part in parts], axis=0)
        if ends.sum() >= max(_FEWEST_PLACES, _BARE_SHARE * places):
            return _refined(start, int(ends.argmax()), view.z[np.any(fronts, axis=0)], step_m)
    return None


def _on_front(
    start: int, view: BlockView, face: npt.NDArray[np.bool_], v_face: float, step_m: float
) -> npt.NDArray[np.bool_]:
    """Which points (N,) lie in the plane of the beams' fronts, found among those on the `face` at `v_face`.

    It is where most is seen both in the height of the thinnest beam and in as much again above that: undersides,
    seen from below, reach deep in the first only, loads stand in the second only.
    """
    height = max(_THINNEST_M, step_m)
    counts = []
    for low in (start * step_m, start * step_m + height):
        v = view.v[face & (view.z >= low) & (view.z < low + height)]
        seen = np.histogram(v - v_face, bins=_FRONT_EDGES_M)[0].astype(np.float64)
        counts.append(gaussian_filter1d(seen, 1.0))
    plane = v_face + _FRONT_EDGES_M[np.minimum(*counts).argmax()] + _FINE_STEP_M / 2
    return np.asarray(np.abs(view.v - plane) < _FRONT_HALF_M)


def _ends(start: int, image: npt.NDArray[np.bool_], step_m: float) -> npt.NDArray[np.int64]:
    """At how many places (T,) a beam is seen to end 0, 1, … steps above its underside at the step `start`.

    A place tells if nothing is seen in it for a while above where the thickest beam would end.
    """
    thinnest, thickest = max(1, round(_THINNEST_M / step_m)), round(_THICKEST_M / step_m)
    band = np.zeros((thickest + round(_BARE_M / step_m), image.shape[1]), np.bool_)
    seen = image[start : start + len(band)]
    band[: len(seen)] = seen
    beam, above = band[:thickest], band[thickest:]
    bare = beam.any(0) & ~above.any(0)
    ends = np.bincount(thickest - beam[::-1, bare].argmax(0), minlength=thickest + 1)
    ends[:thinnest] = 0
    return np.asarray(ends)


def _uncrowded(tiers: list[FoundTier]) -> list[FoundTier]:  # RULE 5
    spacing = np.diff([t.z_m for t in tiers])
    kept: list[FoundTier] = []
    for tier in tiers:
        if not kept or tier.z_m - kept[-1].z_m > _CROWDED * float(np.median(spacing)):
            kept.append(tier)
    return kept


def _refined(start: int, steps: int, z: npt.NDArray[np.float64], step_m: float) -> FoundTier:
    """The tier with its top where the number of points `z` (N,) on its front falls most, within a step or so."""
    tier = FoundTier((start + steps) * step_m, steps * step_m, step_m / math.sqrt(12.0))
    reach = 1.5 * step_m
    near = z[np.abs(z - tier.z_m) < reach + 0.02] - tier.z_m
    if len(near) < 100:
        return tier
    edges = np.arange(-reach - 0.02, reach + 0.02 + 1e-9, _FINE_STEP_M)
    counts = gaussian_filter1d(np.histogram(near, bins=edges)[0].astype(np.float64), 1.0)
    drops = np.where(np.abs(edges[1:-1]) <= reach, counts[:-1] - counts[1:], -np.inf)
    shift = float(edges[1:-1][drops.argmax()])
    return replace(tier, z_m=tier.z_m + shift, sigma_m=_FINE_STEP_M)
