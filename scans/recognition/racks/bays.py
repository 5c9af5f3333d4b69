"""Bays: the number of equal bays that explains most uprights and needs the fewest unseen ones."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.ndimage import maximum_filter1d
from scipy.signal import find_peaks

_MIN_BAY_M, _MAX_BAY_M = 0.6, 5.0
_MIN_SEEN = 4
_EXACT_M = 0.015  # bays as built differ by this too
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
    best = max((_fit(peaks, comb, first, last) for comb in combs), key=lambda f: f.score)
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
    """F-score of a comb of frames against the peaks, times the share of the run that it covers.

    Recall is the strength explained, precision the frames that were seen; each frame moves to its peak.
    """
    pitch = comb[1] - comb[0]
    reach = min(0.05 * pitch + 0.04, 0.2)
    near = peaks.within(min(first, comb[0]) - reach, max(last, comb[-1]) + reach)
    if len(near.u) == 0:
        return Posts(comb, np.zeros(len(comb), np.bool_), 0.0)
    distance = np.abs(comb[:, None] - near.u[None])
    value = np.where(distance <= reach, near.power * (1 - 0.5 * distance / reach), 0.0)
    chosen = value.argmax(1)
    credit = value[np.arange(len(comb)), chosen]
    seen = credit > 0
    hit = np.unique(chosen[seen])
    recall = float((near.power[hit] ** 2).sum() / max((near.power**2).sum(), 1e-9))
    typical = float(np.median(near.power[hit])) if len(hit) else 1.0
    precision = float(np.minimum(credit / typical, 1.0).mean())
    overlap = min(last, comb[-1]) - max(first, comb[0])
    union = max(last, comb[-1]) - min(first, comb[0])
    score = 2 * precision * recall / max(precision + recall, 1e-9) * max(overlap, 0.0) / union
    return Posts(np.where(seen, near.u[chosen], comb), seen, score)


def _continued(
    posts: Posts, peaks: _Peaks, strength: npt.NDArray[np.float64], u: npt.NDArray[np.float64]
) -> Posts:
    """The row with further bays at either end while an upright stands a pitch on and the bay is not bare."""
    frames, seen = list(posts.u), list(posts.seen)
    about = maximum_filter1d(strength, max(1, round(0.4 / (u[1] - u[0]))))
    typical = float(np.median(peaks.power[np.isin(peaks.u, posts.u)])) if posts.seen.any() else 1.0
    for sign in (-1, 1):
        while True:
            edge = frames[0] if sign < 0 else frames[-1]
            target = edge + sign * posts.pitch_m
            near = peaks.within(target - 0.08, target + 0.08)
            between = (u > min(edge, target) + 0.2) & (u < max(edge, target) - 0.2)
            bare = not between.any() or float((about[between] > 0).mean()) < 0.5
            if bare or near.power.max(initial=0.0) < 0.3 * typical:
                break
            place = float(near.u[near.power.argmax()])
            frames.insert(0, place) if sign < 0 else frames.append(place)
            seen.insert(0, True) if sign < 0 else seen.append(True)
    return Posts(np.array(frames), np.array(seen), posts.score)
