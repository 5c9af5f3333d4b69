"""Sums over spans of time: seconds by interval, and how many there are at once.

A span runs from `start_s` to `end_s` and belongs to a group, a number in 0 … groups − 1; one of group NONE counts
nowhere.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.events import NONE, Floats, Ints


def seconds_in(
    edges_s: Floats, start_s: Floats, end_s: Floats, group: npt.NDArray[Any], *, groups: int
) -> Floats:
    """Seconds (K, groups) of the spans (N,) in each of the K intervals between the rising `edges_s` (K + 1,).

    A span over several intervals is shared out exactly; what lies before the first or after the last edge is left
    out.
    """
    out = np.zeros((len(edges_s) - 1, groups))
    _add_seconds(edges_s, start_s, end_s, group.astype(np.int64), out)
    return out


class AtOnce(NamedTuple):
    """How many spans of each group there are at once: the mean over the window, and the most."""

    mean: Floats
    peak: Ints


def at_once(
    window_s: tuple[float, float],
    start_s: Floats,
    end_s: Floats,
    group: npt.NDArray[Any],
    *,
    groups: int,
) -> AtOnce:
    """How many spans (N,) of each group run at once within `window_s`; the mean of an empty window is 0.

    One that ends when another starts is not there together with it.
    """
    start, end = np.maximum(start_s, window_s[0]), np.minimum(end_s, window_s[1])
    counts = (end > start) & (group != NONE)
    start, end, group = start[counts], end[counts], group[counts].astype(np.int64)
    area, peak = np.zeros(groups), np.zeros(groups, np.int64)
    _sweep(start, end, group, np.argsort(start, kind="stable"), np.argsort(end, kind="stable"), area, peak)
    length = window_s[1] - window_s[0]
    return AtOnce(area / length if length > 0 else area, peak)


@njit(cache=True)
def _add_seconds(edges: Floats, start: Floats, end: Floats, group: Ints, out: Floats) -> None:
    """Add each span's share of each interval to `out` (K, groups)."""
    last = len(edges) - 2
    k = 0
    for i in range(len(start)):
        if group[i] < 0 or end[i] <= edges[0] or start[i] >= edges[last + 1]:
            continue
        while (
            k > 0 and edges[k] > start[i]
        ):  # spans mostly come in order of start: the interval is near the last one
            k -= 1
        while k < last and edges[k + 1] <= start[i]:
            k += 1
        j = k
        while j <= last and edges[j] < end[i]:
            out[j, group[i]] += min(end[i], edges[j + 1]) - max(start[i], edges[j])
            j += 1


@njit(cache=True)
def _sweep(
    start: Floats, end: Floats, group: Ints, by_start: Ints, by_end: Ints, area: Floats, peak: Ints
) -> None:
    """Walk through starts and ends in order of time: `area` (groups,) becomes the integral of the number there."""
    here = np.zeros(len(area), np.int64)
    since = np.zeros(len(area))
    ended = 0
    for i in by_start:
        while end[by_end[ended]] <= start[i]:
            _step(group[by_end[ended]], end[by_end[ended]], -1, here, since, area)
            ended += 1
        _step(group[i], start[i], 1, here, since, area)
        peak[group[i]] = max(peak[group[i]], here[group[i]])
    for i in by_end[ended:]:
        _step(group[i], end[i], -1, here, since, area)


@njit(cache=True)
def _step(g: int, t: float, change: int, here: Ints, since: Floats, area: Floats) -> None:
    """At time `t` the number in group `g` changes."""
    area[g] += here[g] * (t - since[g])
    since[g] = t
    here[g] += change
