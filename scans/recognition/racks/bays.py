"""Bays: the number of equal bays that explains most uprights and needs the fewest unseen ones."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from numba import njit
from scipy.ndimage import maximum_filter1d
from scipy.signal import find_peaks

_MIN_BAY_M, _MAX_BAY_M = 0.6, 5.0
_MIN_SEEN = 4
_EXACT_M = 0.015  # bays as built differ by this too
_NEXT_M = 0.06  # and two cells: how far the next upright may be from a pitch on
_END_M = 0.6  # how far a row's last frame may stand from where its tiers seem to end


@dataclass(frozen=True)
class Posts:
    """Centres `u` (B + 1,) of a row's frames, whether each was `seen` (B + 1,), and the fit's `score` 0…1."""

    u: npt.NDArray[np.float64]
    seen: npt.NDArray[np.bool_]
    score: float

    @property
    def pitch_m(self) -> float:
        """Mean distance between frames."""
        return float((self.u[-1] - self.u[0]) / (len(self.u) - 1))


def find_posts(
    strength: npt.NDArray[np.float64], u: npt.NDArray[np.float64], first: float, last: float
) -> Posts | None:
    """The frames of a row whose tiers are seen from about `first` to about `last`.

    `strength` (I,) is the evidence of an upright at each `u` (I,), evenly spaced. None if no two uprights are
    seen. After the best comb is found, the row is continued by a bay as long as the next upright is seen.
    """
    peaks = _peaks(strength, u, first, last)
    combs = list(_combs(peaks, first, last))
    if not combs:
        return None
    scores = [_comb_score(peaks.u, peaks.power, comb, first, last) for comb in combs]
    best = _fit(peaks, combs[int(np.argmax(scores))], first, last)
    return _evened(_continued(best, peaks, strength, u))


def _evened(posts: Posts) -> Posts:
    """The frames at equal distances, but for those that stand out, if the scan is too thin to place each by itself.

    How thin is told by the scatter of the frames that were seen about the equal ones that fit them best.
    """
    number = np.arange(len(posts.u))
    if np.count_nonzero(posts.seen) < _MIN_SEEN:
        return posts
    even = np.polyval(np.polyfit(number[posts.seen], posts.u[posts.seen], 1), number)
    off = np.abs(posts.u - even)
    scatter = 1.4826 * float(np.median(off[posts.seen]))
    if scatter < _EXACT_M:
        return posts
    return replace(posts, u=np.where(posts.seen & (off > 3 * scatter), posts.u, even))


def posts_like(
    frames: npt.NDArray[np.float64], strength: npt.NDArray[np.float64], u: npt.NDArray[np.float64]
) -> Posts:
    """How well the `frames` (B + 1,) of another row explain the evidence; arguments as in `find_posts`."""
    first, last = float(frames[0]), float(frames[-1])
    return _fit(_peaks(strength, u, first, last), frames, first, last)


@dataclass(frozen=True)
class _Peaks:
    """Uprights seen: where along the row, and how strongly against the row's background."""

    u: npt.NDArray[np.float64]
    power: npt.NDArray[np.float64]

    def within(self, first: float, last: float) -> _Peaks:
        inside = (self.u >= first) & (self.u <= last)
        return _Peaks(self.u[inside], self.power[inside])


def _peaks(
    strength: npt.NDArray[np.float64], u: npt.NDArray[np.float64], first: float, last: float
) -> _Peaks:
    inside = strength[(u > first) & (u < last)]
    background = float(np.median(inside)) if len(inside) else 0.0
    clear = np.maximum(strength - background, 0.0) / max(1.0 - background, 0.1)
    index, _ = find_peaks(np.pad(clear, 1), height=0.12, prominence=0.1, distance=6)
    return _Peaks(u[index - 1], clear[index - 1])


def _combs(peaks: _Peaks, first: float, last: float) -> Iterator[npt.NDArray[np.float64]]:
    """Equal bays that hang on strong uprights: the outermost two divided, or neighbours repeated."""
    near = peaks.within(first - _END_M, last + _END_M)
    strong = near.u[near.power >= 0.2 * near.power.max(initial=0.0)]
    if len(strong) < 2:
        return
    span = strong[-1] - strong[0]
    pitches = [(strong[0], span / n) for n in range(1, int(span / _MIN_BAY_M) + 1)]
    pitches += [(a, (b - a) / n) for a, b in pairwise(strong) for n in (1, 2)]
    for anchor, pitch in pitches:
        if _MIN_BAY_M <= pitch <= _MAX_BAY_M:
            low = math.ceil((first - anchor) / pitch - 0.4)
            high = math.floor((last - anchor) / pitch + 0.4)
            if high > low:
                yield anchor + pitch * np.arange(low, high + 1)


def _fit(peaks: _Peaks, comb: npt.NDArray[np.float64], first: float, last: float) -> Posts:
    """The comb with each frame moved to its peak."""
    nearest = _taken(peaks.u, peaks.power, comb, _reach(comb))[0]
    seen = nearest >= 0
    score = float(_comb_score(peaks.u, peaks.power, comb, first, last))
    return Posts(np.where(seen, np.append(peaks.u, 0.0)[nearest], comb), seen, score)


@njit(cache=True, nogil=True)
def _reach(comb):  # type: ignore[no-untyped-def]
    """How far a frame may be from where equal bays would have it."""
    return min(0.05 * (comb[1] - comb[0]) + 0.04, 0.2)


@njit(cache=True, nogil=True)
def _taken(u, power, comb, reach):  # type: ignore[no-untyped-def]
    """The peak that speaks most for each frame of `comb`, -1 where none does, and how much it does."""
    chosen, credit = np.full(len(comb), -1, np.int64), np.zeros(len(comb))
    for frame in range(len(comb)):
        for peak in range(len(u)):
            distance = abs(comb[frame] - u[peak])
            value = power[peak] * (1 - 0.5 * distance / reach)
            if distance <= reach and value > credit[frame]:
                chosen[frame], credit[frame] = peak, value
    return chosen, credit


@njit(cache=True, nogil=True)
def _median_of(values, chosen):  # type: ignore[no-untyped-def]
    """np.median takes longer to compile than all else here; a row has few frames."""
    ranked, count = np.empty(len(values)), 0
    for n in range(len(values)):
        if chosen[n]:
            at = count
            while at > 0 and ranked[at - 1] > values[n]:
                ranked[at] = ranked[at - 1]
                at -= 1
            ranked[at] = values[n]
            count += 1
    return (ranked[(count - 1) // 2] + ranked[count // 2]) / 2


@njit(cache=True, nogil=True)
def _comb_score(u, power, comb, first, last):  # type: ignore[no-untyped-def]
    """F-score of a comb of frames against the peaks, times the share of the run that it covers.

    Recall is the strength explained, precision the frames that were seen.
    """
    reach = _reach(comb)
    chosen, credit = _taken(u, power, comb, reach)
    is_hit = np.zeros(len(u), np.bool_)
    for peak in chosen:
        if peak >= 0:
            is_hit[peak] = True
    explained, there = 0.0, 0.0
    for peak in range(len(u)):
        if min(first, comb[0]) - reach <= u[peak] <= max(last, comb[-1]) + reach:
            there += power[peak] ** 2
            explained += power[peak] ** 2 if is_hit[peak] else 0.0
    if explained == 0.0:
        return 0.0
    typical = _median_of(power, is_hit)
    precision = 0.0
    for part in credit:
        precision += min(part / typical, 1.0) / len(comb)
    recall = explained / there
    overlap = min(last, comb[-1]) - max(first, comb[0])
    union = max(last, comb[-1]) - min(first, comb[0])
    return 2 * precision * recall / (precision + recall) * max(overlap, 0.0) / union


def _continued(
    posts: Posts, peaks: _Peaks, strength: npt.NDArray[np.float64], u: npt.NDArray[np.float64]
) -> Posts:
    """The row with further bays at either end while an upright stands a pitch on and the bay is not bare."""
    frames, seen = list(posts.u), list(posts.seen)
    about = maximum_filter1d(strength, max(1, round(0.4 / (u[1] - u[0]))))
    reach = _NEXT_M + 2 * (u[1] - u[0])
    typical = float(np.median(peaks.power[np.isin(peaks.u, posts.u)])) if posts.seen.any() else 1.0
    for sign in (-1, 1):
        while True:
            edge = frames[0] if sign < 0 else frames[-1]
            target = edge + sign * posts.pitch_m
            near = peaks.within(target - reach, target + reach)
            between = (u > min(edge, target) + 0.2) & (u < max(edge, target) - 0.2)
            bare = not between.any() or float((about[between] > 0).mean()) < 0.5
            if bare or near.power.max(initial=0.0) < 0.3 * typical:
                break
            place = float(near.u[near.power.argmax()])
            frames.insert(0, place) if sign < 0 else frames.append(place)
            seen.insert(0, True) if sign < 0 else seen.append(True)
    return Posts(np.array(frames), np.array(seen), posts.score)
