"""Tiers from the fronts of their beams: thin level bands in the plane of a row's faces.

Loads stand before and behind that plane and hide much of a beam's top, but hardly ever its front or its underside:
below it is the gap above the loads of the tier beneath. So a tier is where the plane fills up at once, going up.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit
from scipy.ndimage import maximum_filter1d
from scipy.signal import find_peaks
from scipy.special import ndtr

from scans.recognition.racks.block_view import BlockView, bins
from scans.recognition.racks.tiers import FoundTier

Floats = npt.NDArray[np.float64]

_STEP_M, _FINE_M = 0.01, 0.0025
_HALF_M = 0.025  # of the plane: noise, bent beams, a heading that is not quite right
_OFFSETS_M = np.arange(-0.06, 0.061, 0.01)  # beams hang before or behind the uprights' fronts
_PLACE_M = 0.1
_INTO, _BELOW = 3, 8  # steps of a beam's front that tell, and of the gaps around it
_SURE_RISES = ((0.3, 1.8), (0.15, 4.5))  # of the strongest, and against chance: either will do
_PARTS, _SEEN_AT_ALL = 4, 0.35  # of what is seen of the quarter of a row that is seen best
_MUCH = 0.3  # of the points of the face that was seen best
_LOWEST_M = 0.06
_DECK_M = 0.30  # a pallet's deck above the underside of the beam that carries it
_LOW_DECK_M, _SHELF_SPACING_M = 0.3, 0.95
_AROUND_M = 0.10
_SEARCH_M = 0.025  # how far an underside may be from where the plane fills up most
_THIN_M = 0.02  # strips that are compared where a beam may end
_LIP_M = 0.01  # so much over an underside it is seen itself, from below
_BLURS_M = (0.003, 0.006, 0.01)  # of an edge, by noise and by means of voxels
_STRAY = 0.05  # points a step, where none should be
_WORST_M = 0.05  # sigma of an edge that is not seen
_BASE_M = 0.004  # sigma of the floor below a row, and of means of voxels: what no point of a beam tells
_SURE_FALL = 4.0  # standard deviations


class Deck(NamedTuple):
    """How thick what carries loads may be, and is where that is not seen; metres."""

    thinnest_m: float
    usual_m: float
    thickest_m: float


_SHELF, _BEAM = Deck(0.025, 0.04, 0.09), Deck(0.06, 0.12, 0.22)
_ABOVE = round(_BEAM.thickest_m / _STEP_M) + _BELOW  # steps above the highest point


@dataclass(frozen=True)
class Fronts:
    """What is seen in the planes of a row's faces: points at heights `z` (N,), each in one of `places`, which are
    as many on each of the `sides`, one after the other.
    """

    z: Floats
    place: npt.NDArray[np.int64]
    places: int
    sides: int = 1

    def filled(self) -> Floats:
        """Share (K,) of the places in which something is seen at each step up, from 8 steps under the floor on."""
        return np.asarray(self._seen_in(np.zeros(self.places, np.int64))[0] / self.places)

    def filled_parts(self) -> list[Floats]:
        """The same for each quarter of the row that is seen, as far as the others are."""
        quarter = np.arange(self.places) % (self.places // self.sides) * _PARTS * self.sides // self.places
        seen, sizes = self._seen_in(quarter), np.bincount(quarter)
        parts = [part / size for part, size in zip(seen, sizes, strict=True) if size]
        most = max(float(part.sum()) for part in parts)
        return [part for part in parts if part.sum() > _SEEN_AT_ALL * most]

    def _seen_in(self, part: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """(P, K): how many places of each part are seen at each step up; `part` (places,) tells whose each is."""
        step = bins(self.z, -_BELOW * _STEP_M, _STEP_M)
        seen = np.zeros((int(part.max(initial=0)) + 1, int(step.max(initial=0)) + _ABOVE), np.int64)
        _count_places(step, self.place, part, np.zeros((seen.shape[1], self.places), np.bool_), seen)
        return seen


def fronts_of(
    view: BlockView,
    ends: tuple[float, float],
    faces: Sequence[float],
    low: float = -math.inf,
    high: float = math.inf,
) -> Fronts:
    """The fronts of a row with these `ends` and `faces`, of which those much seen count; all of it between
    `low` and `high` across.
    """
    u0, u1 = ends
    place_m = _PLACE_M * view.coarseness
    places = max(math.ceil((u1 - u0) / place_m), 1)
    found: list[Fronts] = []
    for v_face in faces:
        reach_m = _HALF_M + float(_OFFSETS_M[-1])
        uvz = view.near_planes((v_face,), reach_m, ends=ends, above_m=_LOWEST_M)
        u, v, z = uvz.compress((uvz[1] > low) & (uvz[1] < high), axis=1)
        place = np.minimum(bins(u, u0, place_m), places - 1)
        step = bins(z, -_BELOW * _STEP_M, _STEP_M)
        seen = np.zeros((int(step.max(initial=0)) + _ABOVE, places), np.uint16)
        filled = _filled_at(v - v_face, step, place, seen) / places
        band = np.minimum(_rise(filled)[0], _fall_above(filled))
        on = np.abs(v - v_face - _OFFSETS_M[int(np.argmax(_bandedness(band)))]) < _HALF_M
        found.append(Fronts(z[on], place[on], places))
    most = max(len(each.z) for each in found)
    found = [each for each in found if len(each.z) >= _MUCH * most]
    return Fronts(
        np.concatenate([each.z for each in found]),
        np.concatenate([each.place + places * number for number, each in enumerate(found)]),
        places * len(found),
        len(found),
    )


def beam_tiers(fronts: Fronts, carried_m: float = math.inf) -> tuple[FoundTier, ...]:
    """The tiers whose fronts are seen, lowest first; none above `carried_m`.

    RULE 1: the plane fills up within 3 cm by more than chance, by a good part of the greatest such rise, and all
    along the row, by half as much where it does least; or, since a beam may be missing, it empties again as soon as a
    beam ends.
    RULE 2: of two undersides within 30 cm the lower counts, unless it is much the weaker: the upper is a pallet's
    deck.
    RULE 3: a deck below 30 cm is a shelf's: it needs another tier within 95 cm, else it is pallets' feet.
    """
    if len(fronts.z) == 0:
        return ()
    kept: list[tuple[float, float]] = []
    for underside_m, rise in _rises(fronts, carried_m):
        if kept and underside_m - kept[-1][0] < _DECK_M:  # RULE 2
            if kept[-1][1] >= 0.6 * rise:
                continue
            kept.pop()
        kept.append((underside_m, rise))
    undersides = [underside_m for underside_m, _ in kept]
    if len(undersides) > 1 and undersides[0] < _LOW_DECK_M < _SHELF_SPACING_M < undersides[1] - undersides[0]:
        undersides = undersides[1:]  # RULE 3
    return _bands(fronts, undersides)


def _rises(fronts: Fronts, carried_m: float) -> Iterator[tuple[float, float]]:
    """Heights at which the plane fills up, and by how much, lowest first: RULE 1."""
    top = round(carried_m / _STEP_M) + _BELOW if math.isfinite(carried_m) else None
    filled = fronts.filled()[:top]
    rise, chance = _rise(filled)
    parts = np.array([part[:top] for part in fronts.filled_parts()])
    parts = np.sort(maximum_filter1d(_rise(parts)[0], _INTO), axis=0)
    poorer_half = parts[: max(len(parts) // 2, 1)].mean(axis=0)
    chance = np.sqrt((chance + 1.0 / fronts.places) / fronts.places)
    peaks, _ = find_peaks(rise, distance=_INTO)
    share, sigmas = rise / max(float(rise.max(initial=0.0)), 1e-9), rise / chance
    is_tier = np.any([(share > least) & (sigmas > sure) for least, sure in _SURE_RISES], axis=0)
    all_along = poorer_half > 0.5 * rise - 1.2 * np.sqrt(np.maximum(2.0 * rise, 0.0) / fronts.places)
    is_tier &= all_along | (_fall_above(filled) > 0.5 * rise)
    for peak in peaks[is_tier[peaks]]:
        yield (float(peak) - _BELOW) * _STEP_M, float(rise[peak])


def _rise(filled: Floats) -> tuple[Floats, Floats]:
    """By how much (…, K) more is filled in the first steps from each on than in those below it, and the variance of
    that in a single place.
    """
    steps = filled.shape[-1]
    total = np.zeros((*filled.shape[:-1], steps + 2 * _BELOW + 1))
    np.cumsum(filled, axis=-1, out=total[..., _BELOW + 1 : -_BELOW])
    total[..., -_BELOW:] = total[..., -_BELOW - 1, None]
    into, below = total[..., _BELOW + _INTO :][..., :steps], total[..., :steps]
    at = total[..., _BELOW:][..., :steps]
    into, below = (into - at) / _INTO, (at - below) / _BELOW
    return into - below, into * (1 - into) + below * (1 - below)


def _fall_above(filled: Floats) -> Floats:
    """By how much (…, K) it empties again within the thickness of a beam above each step."""
    width = round(_BEAM.thickest_m / _STEP_M)
    fall = _rise(filled[..., ::-1])[0][..., ::-1]
    return np.asarray(maximum_filter1d(fall, width, origin=-(width // 2), mode="constant"))


@njit(cache=True, nogil=True)
def _count_places(step, place, part, seen, count):  # type: ignore[no-untyped-def]
    for n in range(len(step)):
        if not seen[step[n], place[n]]:
            seen[step[n], place[n]] = True
            count[part[place[n]], step[n]] += 1


@njit(cache=True, nogil=True)
def _filled_at(v, step, place, seen):  # type: ignore[no-untyped-def]
    """(O, K): how many places are seen at each step up, in the plane at each of the offsets: bits of `seen`."""
    count = np.zeros((len(_OFFSETS_M), len(seen)), np.int64)
    for n in range(len(v)):
        for offset in range(len(_OFFSETS_M)):
            bit = np.uint16(1 << offset)
            if abs(v[n] - _OFFSETS_M[offset]) < _HALF_M and not seen[step[n], place[n]] & bit:
                seen[step[n], place[n]] |= bit
                count[offset, step[n]] += 1
    return count


@njit(cache=True, nogil=True)
def _bandedness(band):  # type: ignore[no-untyped-def]
    """(O,): how much of each row of `band` (O, K) is thin level bands: the squares of its peaks at least 8 steps
    apart, the higher first.
    """
    total = np.zeros(len(band))
    for row in range(len(band)):
        x = band[row]
        peaks, count, k = np.empty(len(x), np.int64), 0, 1
        while k < len(x) - 1:
            ahead = k + 1
            while ahead < len(x) - 1 and x[ahead] == x[k]:
                ahead += 1
            if x[k] > 0.0 and x[k - 1] < x[k] and x[ahead] < x[k]:
                peaks[count] = (k + ahead - 1) // 2
                count += 1
            k = ahead
        while count:
            best = 0
            for other in range(count):
                if x[peaks[other]] >= x[peaks[best]]:
                    best = other
            highest, left = peaks[best], 0
            total[row] += x[highest] ** 2
            for other in range(count):
                if abs(peaks[other] - highest) >= _BELOW:
                    peaks[left] = peaks[other]
                    left += 1
            count = left
    return total


def _bands(fronts: Fronts, undersides: Sequence[float]) -> tuple[FoundTier, ...]:
    """The bands of the beams about these `undersides`. All of a row are as thick: where loads in the plane hide the
    top of one, others tell.
    """
    if not undersides:
        return ()
    z = np.sort(fronts.z)
    bottoms = [_edge(z, underside_m, -_AROUND_M, _SHELF.thinnest_m + _SEARCH_M) for underside_m in undersides]
    over = np.sort(np.concatenate([fronts.z - bottom for bottom, _ in bottoms]))
    is_shelf = len(undersides) > 1 and float(np.median(np.diff(undersides))) < _SHELF_SPACING_M
    deck = _SHELF if is_shelf else _BEAM
    thickness, error_m = _thickness(over, deck)
    if not error_m:
        thickness, error_m = deck.usual_m, (deck.thickest_m - deck.thinnest_m) / math.sqrt(12.0)
    return tuple(
        FoundTier(bottom + thickness, thickness, math.hypot(sigma_m, error_m, _BASE_M))
        for bottom, sigma_m in bottoms
    )


def _thickness(over: Floats, deck: Deck) -> tuple[float, float]:
    """How thick beams are, and sigma, of the heights `over` (N,), ascending, of points over their undersides; 0 and 0
    where that is not seen.

    Loads in the plane end anywhere, but beams at one height: there density falls by most against chance.
    """
    edges = np.arange(deck.thinnest_m, deck.thickest_m, _FINE_M)
    lows = np.maximum(edges - _THIN_M, _LIP_M)
    low, at, high = (np.searchsorted(over, heights) for heights in (lows, edges, edges + _THIN_M))
    inside, above = (at - low) / (edges - lows), (high - at) / _THIN_M
    chance = np.sqrt(np.maximum(inside / (edges - lows) + above / _THIN_M, 1e-9))
    fall = (inside - above) / chance
    best = int(np.argmax(fall))
    if fall[best] < _SURE_FALL:
        return 0.0, 0.0
    nearby = edges[best] + np.arange(-_STEP_M, _STEP_M + 1e-9, _FINE_M)
    return _split(over, nearby[nearby >= deck.thinnest_m], lows[best], edges[best] + _THIN_M)


def _edge(z: Floats, near_m: float, low_m: float, high_m: float) -> tuple[float, float]:
    """Where density rises about `near_m`, among the heights `z` (N,) from `low_m` to `high_m` about it; and sigma."""
    edges = near_m + np.arange(-_SEARCH_M, _SEARCH_M + 1e-9, _FINE_M)
    return _split(z, edges, near_m + low_m, near_m + high_m)


def _split(z: Floats, edges: Floats, low: float, high: float) -> tuple[float, float]:
    """Which of `edges` between `low` and `high` makes points at heights `z`, ascending, most likely, and sigma.

    They are Poisson distributed with one density below the edge and another above it, blurred by noise; sigma is that
    of the Fisher information.
    """
    bounds = np.arange(low, high + _FINE_M / 2, _FINE_M)
    count = np.diff(np.searchsorted(z, bounds)).astype(np.float64)
    middle = bounds[:-1] + _FINE_M / 2
    first = round(float(edges[0] - low) / _FINE_M)
    best = (-np.inf, float(edges[len(edges) // 2]), _WORST_M)
    for blur_m in _BLURS_M:
        share, parts = _shares(blur_m, first, len(edges), len(count))
        density = [np.maximum(part @ count, _STRAY)[:, None] for part in parts]
        expected = density[0] * share + density[1] * (1 - share)
        likelihood = (count * np.log(expected) - expected).sum(axis=1)
        at = int(np.argmax(likelihood))
        if likelihood[at] > best[0]:
            slope = (
                float(density[0][at, 0] - density[1][at, 0]) * _normal((edges[at] - middle) / blur_m) / blur_m
            )
            sigma_m = 1.0 / math.sqrt(float((slope**2 / expected[at]).sum()) + 1.0 / _WORST_M**2)
            best = (float(likelihood[at]), float(edges[at]), max(sigma_m, _FINE_M / 2))
    return best[1], best[2]


@lru_cache(maxsize=256)
def _shares(blur_m: float, first: int, edges: int, bins: int) -> tuple[Floats, tuple[Floats, Floats]]:
    """(E, K): the share of each fine step that is below each edge, the first of which lies `first` steps on; and what
    to multiply counts in the steps by for their means well below and well above each edge.
    """
    steps = first + np.arange(edges)[:, None] - np.arange(bins) - 0.5
    share = ndtr(steps * _FINE_M / blur_m)
    below, above = (
        part / np.maximum(part.sum(axis=1, keepdims=True), 1) for part in (share > 0.9, share < 0.1)
    )
    return share, (below, above)


def _normal(x: Floats) -> Floats:
    return np.asarray(np.exp(-(x**2) / 2) / math.sqrt(2 * math.pi))
