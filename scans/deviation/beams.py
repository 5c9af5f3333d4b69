"""The beams of a row: at which height each one lies, and whether it is there at all."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.ndimage import gaussian_filter1d

from scans.deviation.frames import FacePoints, Floats, face_points, faces_of
from scans.deviation.rack_corners import rack_corners
from scans.deviation.seen_points import SeenPoints
from scans.deviation.seen_through import look_at_beams
from spatial.facility import Rack, Tier

REACH_M = 0.2
"""How far from its planned height a beam is looked for, metres."""

_SKIN_M = 0.012
_STEP_M = 0.0025
_COLUMN_M = 0.1
_FEWEST_COLUMNS = 4
_SIGMA_M = 0.003  # of a beam's height by the middle of its front: its columns share the same scan lines
_EDGE_SIGMA_M = 0.0006  # by its underside or top
_SOLID, _OPEN, _TOLD, _FEW = 0.3, 0.5, 0.15, 0.1  # shares of the cells of a beam's place
_LEAST_SHARE, _WHOLE_SHARE = 0.25, 0.6
_ALIKE_M, _AGREE_M = 0.03, 0.02
_EDGE_M = 0.008
_FINE_M, _BLUR_STEPS, _GATHERED = 0.001, 1.5, 1.5


@dataclass(frozen=True)
class BeamFit:
    """Top of a beam above its planned height, metres; `share` of the bay's width shows its front."""

    shift_m: float
    sigma_m: float
    share: float


@dataclass(frozen=True)
class RackBeams:
    """What is known of each beam, by (bay, tier): its height where it is measured, and how much of its place is
    `solid` or `is_open` (bays, tiers).

    Beams of a bay that lie nowhere near their height and whose place is seen through are missing.
    """

    heights: dict[tuple[int, int], BeamFit]
    solid: Floats
    is_open: Floats

    def is_there(self, bay: int, tier: int) -> bool | None:
        """True, False, or None where loads or distance hide it."""
        solid, is_open = float(self.solid[bay, tier]), float(self.is_open[bay, tier])
        if (bay, tier) in self.heights or solid >= _SOLID or (solid >= _TOLD and is_open <= _FEW * solid):
            return True
        is_known = self.tier_shift(tier) is not None
        if is_open >= (_TOLD if is_known else _OPEN) and solid <= _FEW * is_open:
            return False
        return None

    def tier_shift(self, tier: int) -> BeamFit | None:
        """How far a whole tier lies from its planned height: mean of its beams, scatter among them included; None
        where none is seen or all disagree.
        """
        beams = [fit for (_, t), fit in self.heights.items() if t == tier]
        if not beams:
            return None
        shift = np.array([beam.shift_m for beam in beams])
        weight = 1 / np.array([beam.sigma_m for beam in beams]) ** 2
        middle = float(np.median(shift))
        kept = np.abs(shift - middle) < _AGREE_M
        if not kept.any():
            return None
        shift, weight = shift[kept], weight[kept]
        mean = float(np.sum(weight * shift) / np.sum(weight))
        ratio = (4.0 + float(np.sum(weight * (shift - mean) ** 2))) / (4.0 + len(shift) - 1)
        return BeamFit(mean, math.sqrt(max(ratio, 1.0) / float(np.sum(weight))), max(b.share for b in beams))


def look_for_beams(rack: Rack, seen: SeenPoints) -> RackBeams:
    """The beams of `rack`, where the row stands.

    1. On each face a beam's front is looked for about its planned height, to the millimetre by its two edges.
    2. What lies higher counts only where rays go through below it, where the plan has the beam: pallets look alike.
    3. Then the place of each, at the height of its tier, is searched for rays that end there or go on.
    4. A beam elsewhere than its tier counts only where its own place is seen through.
    """
    shape = (len(rack.bays), len(rack.tiers))
    if rack.kind == "shelving" or 0 in shape:  # decks, not beams, carry there
        return RackBeams({}, np.zeros(shape), np.zeros(shape))
    points = seen.points[seen.near(rack_corners(rack), 0.5)]
    faces = [face_points(rack, points, side, 0.1) for side in faces_of(rack)]
    heights: dict[tuple[int, int], BeamFit] = {}
    for face in faces:
        for at, fit in _not_on_top(rack, _heights(rack, face), face.side, seen).items():  # 1, 2
            if at not in heights or fit.sigma_m < heights[at].sigma_m:
                heights[at] = fit
    found = RackBeams(heights, np.zeros(shape), np.zeros(shape))
    bands = _bands(rack, found)
    shares = [look_at_beams(rack, bands, face.side, seen).shares() for face in faces]  # 3
    solid, is_open = (np.array(one) for one in zip(*shares, strict=True))
    # of a beam that one face shows to be missing the other's is told by itself
    worst = np.where(solid > _SOLID, 0.0, is_open).argmax(axis=0)
    rows = np.ogrid[: shape[0], : shape[1]]
    solid, is_open = solid[worst, *rows], is_open[worst, *rows]
    return RackBeams(_believable(found, solid, is_open), solid, is_open)  # 4


def _believable(found: RackBeams, solid: Floats, is_open: Floats) -> dict[tuple[int, int], BeamFit]:
    """Heights near that of their tier; others, which a load may show too, only where the beam's own place is open."""
    kept = {}
    for (bay, tier), fit in found.heights.items():
        whole = found.tier_shift(tier)
        is_near = whole is not None and abs(fit.shift_m - whole.shift_m) < _ALIKE_M
        is_free = is_open[bay, tier] >= _OPEN and solid[bay, tier] <= _FEW
        if is_near or (is_free and fit.share >= _WHOLE_SHARE):
            kept[bay, tier] = fit
    return kept


def _not_on_top(
    rack: Rack, heights: dict[tuple[int, int], BeamFit], side: int, seen: SeenPoints
) -> dict[tuple[int, int], BeamFit]:
    """Step 2: those of `heights` that are no pallets on beams which are hidden, or lie between two scan lines."""
    higher = {at: fit.shift_m for at, fit in heights.items() if fit.shift_m > _ALIKE_M}
    if not higher:
        return heights
    bands = np.full((len(rack.bays), len(rack.tiers), 2), -1.0)  # no ray ends below the floor
    for (b, t), shift_m in higher.items():
        tier = rack.tiers[t]
        bottom_m = tier.z_m - tier.beam_height_m
        bands[b, t] = bottom_m, min(tier.z_m, bottom_m + shift_m)
    solid, is_open = look_at_beams(rack, bands, side, seen).shares()
    is_free = (is_open >= _OPEN) & (solid <= _FEW)
    return {at: fit for at, fit in heights.items() if at not in higher or is_free[at]}


def _bands(rack: Rack, found: RackBeams) -> Floats:
    """Where beams are to be expected, (bays, tiers, 2): from their undersides to their tops above the base, at the
    height of their tier, as measured.
    """
    tops = np.array([tier.z_m for tier in rack.tiers])
    shifts = [found.tier_shift(t) for t in range(len(rack.tiers))]
    tops += [0.0 if shift is None else shift.shift_m for shift in shifts]
    heights = [tier.beam_height_m for tier in rack.tiers]
    return np.tile(np.column_stack([tops - heights, tops]), (len(rack.bays), 1, 1))


def _heights(rack: Rack, face: FacePoints) -> dict[tuple[int, int], BeamFit]:
    on = face.where(np.abs(face.q) < _SKIN_M)
    order = np.argsort(on.u)
    u, w = on.u[order], on.w[order]
    found: dict[tuple[int, int], BeamFit] = {}
    for b, bay in enumerate(rack.bays):
        i, j = np.searchsorted(u, (bay.offset_m + 0.05, bay.offset_m + bay.width_m - 0.05))
        for t, tier in enumerate(rack.tiers):
            near = np.abs(w[i:j] - tier.z_m + tier.beam_height_m / 2) < REACH_M + tier.beam_height_m
            fit = _beam_height(u[i:j][near], w[i:j][near] - tier.z_m, tier, bay.width_m)
            if fit is not None:
                found[b, t] = fit
    return found


def _beam_height(u: Floats, w: Floats, tier: Tier, width_m: float) -> BeamFit | None:
    """A band as high as the beam, bare below and mostly bare above, in most of the width; then the middle between its
    edges, column by column.
    """
    height = tier.beam_height_m
    if len(w) < 12:
        return None
    shifts = np.arange(-REACH_M, REACH_M + _STEP_M / 2, _STEP_M)
    ordered = np.sort(w)

    def between(low: float, high: float) -> npt.NDArray[np.int64]:
        return np.searchsorted(ordered, shifts + high) - np.searchsorted(ordered, shifts + low)

    score = between(-height, 0.0) - 2.0 * between(-height - 0.03, -height - 0.004) - between(0.004, 0.03)
    good = np.flatnonzero(score >= 0.97 * score.max())
    if score.max() < 12:
        return None
    shift = float(shifts[good[0]] + shifts[good[-1]]) / 2
    off = w - shift + height / 2  # from the middle of the front
    column = np.floor(u / _COLUMN_M).astype(np.int64)
    middles = []
    for c in np.unique(column):
        there = np.sort(off[(column == c) & (np.abs(off) < height / 2 + 0.03)])
        if len(there) >= 3 and 0.7 * height < there[-1] - there[0] < height + 0.012:
            middles.append((there[0] + there[-1]) / 2)
    seen = len(np.unique(column[np.abs(off) < height / 2]))
    share = min(1.0, seen * _COLUMN_M / width_m)
    if seen < _FEWEST_COLUMNS or share < _LEAST_SHARE:
        return None
    edge = _seen_edge(off, height)
    if edge is not None:
        return BeamFit(shift + edge, _EDGE_SIGMA_M, share)
    if len(middles) < _FEWEST_COLUMNS:
        known = float(shifts[good[-1]] - shifts[good[0]]) / math.sqrt(12.0)
        return BeamFit(shift, math.hypot(0.004, known), share)
    middle = float(np.median(middles))
    scatter = 1.4826 * float(np.median(np.abs(np.array(middles) - middle)))
    sigma = math.hypot(1.2533 * scatter / math.sqrt(len(middles)), _SIGMA_M)
    return BeamFit(shift + middle, sigma, share)


def _seen_edge(off: Floats, height: float) -> float | None:
    """How far the beam lies from where `off` (N,) counts from, by its underside or its top if one of them is seen.

    A level surface gathers points in the height of the edge; noise then takes the outermost points past it.
    """
    edges = np.arange(-height / 2 - 0.015, height / 2 + 0.0155, _FINE_M)
    density = gaussian_filter1d(np.histogram(off, bins=edges)[0].astype(np.float64), _BLUR_STEPS)
    z = (edges[:-1] + edges[1:]) / 2
    front = float(density[np.abs(z) < height / 4].mean())
    line = float(density[np.abs(z) < height / 2 - _EDGE_M].max(initial=0.0))  # a scan line that runs level
    blurred = 2 * math.sqrt(math.pi) * _BLUR_STEPS  # over so many steps a count is spread
    chance = 4.0 * math.sqrt(max(front, 1.0) / blurred)
    best: tuple[float, float] = (max(_GATHERED * max(front, line / 1.2), front + chance), math.nan)
    for edge in (-height / 2, height / 2):
        near = np.flatnonzero(np.abs(z - edge) < _EDGE_M)
        peak = int(near[density[near].argmax()])
        if density[peak] > best[0]:
            best = float(density[peak]), float(z[peak]) - edge
    return None if math.isnan(best[1]) else best[1]
