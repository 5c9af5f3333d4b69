"""Beams sorted by where they point in plan, so that a rack is held only against those that may meet it."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

from scans.groups import grouped

SECTORS = 720  # half a degree each
_SLACK_M = 1e-6


@dataclass(frozen=True)
class Beams:
    """Beams of one station from `eye` (3,) to where they `end` (N, 3), metres; without an eye only the ends."""

    eye: npt.NDArray[np.float64] | None
    ends: npt.NDArray[np.float64]


@dataclass(frozen=True)
class Fans:
    """Beams of S stations around their `poles` (S, 3), which are their eyes where `has_eye` (S,).

    Sector k of station s has the rows from `start[s · SECTORS + k]` of `ends` (N, 3), and none of them is
    farther from its pole in plan than `reach[s, k]`.
    """

    poles: npt.NDArray[np.float64]
    has_eye: npt.NDArray[np.bool_]
    ends: npt.NDArray[np.float64]
    start: npt.NDArray[np.int64]
    reach: npt.NDArray[np.float64]

    @classmethod
    def of(cls, beams: Sequence[Beams]) -> Fans:
        """Sort `beams`; where nobody knows the eye, the middle of the ends is the pole."""
        poles = np.array([_middle(group.ends) if group.eye is None else group.eye for group in beams])
        ends = np.concatenate([group.ends for group in beams]) if beams else np.zeros((0, 3))
        station = np.repeat(np.arange(len(beams)), [len(group.ends) for group in beams])
        sector, reach = np.empty(len(ends), np.int64), np.zeros((len(beams), SECTORS))
        _sort_in(ends, station, poles.reshape(-1, 3), sector, reach)
        order, start = grouped(sector, len(beams) * SECTORS)
        has_eye = np.array([group.eye is not None for group in beams], np.bool_)
        return cls(poles.reshape(-1, 3), has_eye, np.take(ends, order, axis=0), start, reach)


def _middle(ends: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.asarray(ends.mean(axis=0)) if len(ends) else np.zeros(3)


@njit(cache=True)
def _sort_in(ends, station, poles, sector, reach):  # type: ignore[no-untyped-def]
    for n in range(len(ends)):
        s = station[n]
        x, y = ends[n, 0] - poles[s, 0], ends[n, 1] - poles[s, 1]
        k = min(int(_turns(x, y) * SECTORS), SECTORS - 1)
        sector[n] = s * SECTORS + k
        reach[s, k] = max(reach[s, k], math.hypot(x, y))


@njit(cache=True)
def sectors_towards(pole, corners, near_m, reach, found):  # type: ignore[no-untyped-def]
    """Put into `found` (SECTORS,) those that may meet a box with `corners` (4, 2) and `near_m` away: how many.

    `reach` (SECTORS,) is how far they go. Around a pole in the box that is all.
    """
    first, count = 0, SECTORS
    if near_m > _SLACK_M:
        middle = _turns(corners[:, 0].mean() - pole[0], corners[:, 1].mean() - pole[1])
        least, most = 0.0, 0.0
        for c in range(len(corners)):
            aside = _turns(corners[c, 0] - pole[0], corners[c, 1] - pole[1]) - middle
            aside -= math.floor(aside + 0.5)
            least, most = min(least, aside), max(most, aside)
        # one sector more on each side: angles are rounded
        first = math.floor((middle + least) * SECTORS) - 1
        count = min(math.floor((middle + most) * SECTORS) + 2 - first, SECTORS)
    size = 0
    for k in range(first, first + count):
        if reach[k % SECTORS] >= near_m - _SLACK_M:
            found[size] = k % SECTORS
            size += 1
    return size


@njit(cache=True, inline="always")
def _turns(x, y):  # type: ignore[no-untyped-def]
    """Heading in turns, 0 to 1."""
    return math.atan2(y, x) / (2.0 * math.pi) + 0.5
