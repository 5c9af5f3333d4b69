"""Tiers of a rack: thin bands of height covered along the whole row, over a gap in which little is seen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d
from scipy.signal import find_peaks

from scans.recognition.racks.block_view import BlockView

_STEP_M = 0.02
_PALLET_DECK_M = 0.4
_LOW_DECK_M = 0.3
_SHELF_SPACING_M = 0.95
_CROWDED = 0.4  # of the usual spacing between tiers
_USUAL_M, _SIGMA_M = 0.12, 0.055  # of a beam's thickness, which `beams` measures
_LOWEST_M = 0.08


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
    coverage = _coverage([view.face_coverage(v, step_m) for v in v_faces])
    undersides = [_underside(coverage, peak, gap) for peak, gap in _peaks_over_gaps(coverage, step_m)]
    undersides = [step for step in undersides if not step * step_m > carried_m]  # nor is it if that is NaN
    tiers = [
        FoundTier(step * step_m + _USUAL_M, _USUAL_M, _SIGMA_M)
        for step in undersides
        if step * step_m + _USUAL_M > _LOWEST_M
    ]
    if len(tiers) > 1 and tiers[0].z_m < _LOW_DECK_M and tiers[1].z_m - tiers[0].z_m > _SHELF_SPACING_M:
        tiers = tiers[1:]  # RULE 4
    return tuple(_uncrowded(tiers))


def _coverage(faces: Sequence[npt.NDArray[np.float64]]) -> npt.NDArray[np.float64]:
    """Share (K,) of the places seen at each step up, on the face where it is greater."""
    length = max(len(face) for face in faces)
    best = np.max([np.pad(face, (0, length - len(face))) for face in faces], axis=0)
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


def _uncrowded(tiers: list[FoundTier]) -> list[FoundTier]:  # RULE 5
    spacing = np.diff([t.z_m for t in tiers])
    kept: list[FoundTier] = []
    for tier in tiers:
        if not kept or tier.z_m - kept[-1].z_m > _CROWDED * float(np.median(spacing)):
            kept.append(tier)
    return kept
