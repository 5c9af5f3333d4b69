"""Spans of time by interval and group: how many seconds, and how many at once.

A span runs from `start_s` to `end_s` and belongs to a group, a number in 0 … groups − 1. Intervals (K,) lie between
rising `edges_s` (K + 1,). Spans are cut at the edges first, so that every figure of an interval, and of the whole as
the only one, is the same fold over the parts.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.events import Floats, Ints


class Parts(NamedTuple):
    """Parts of spans (P,), each within an interval and longer than no time; `of` is the span, a row."""

    of: Ints
    interval: Ints
    start_s: Floats
    end_s: Floats

    @property
    def seconds(self) -> Floats:
        """How long each (P,) is."""
        return self.end_s - self.start_s


def cut(edges_s: Floats, start_s: Floats, end_s: Floats) -> Parts:
    """The spans (N,) cut at the edges, in their order; what lies before the first or after the last is left out."""
    parts, room = len(start_s) + len(edges_s), 0
    while parts > room:  # few spans lie in two intervals, but they may
        room = parts
        of, interval = np.empty((2, room), np.int64)
        start, end = np.empty((2, room))
        parts = _cut(edges_s, start_s, end_s, of, interval, start, end)
    return Parts(of[:parts], interval[:parts], start[:parts], end[:parts])


def seconds_in(
    edges_s: Floats, start_s: Floats, end_s: Floats, group: npt.NDArray[Any], *, groups: int
) -> Floats:
    """Seconds (K, groups) of the spans (N,) in each interval."""
    parts = cut(edges_s, start_s, end_s)
    seconds = np.zeros((len(edges_s) - 1, groups))
    np.add.at(seconds, (parts.interval, group[parts.of]), parts.seconds)
    return seconds


class Used(NamedTuple):
    """The pairs (G,) of an interval and a group that there are, in that order, and the one of each part (P,)."""

    interval: Ints
    group: Ints
    place: Ints


def used(interval: Ints, group: npt.NDArray[Any], *, groups: int) -> Used:
    """The pairs of the parts (P,) that lie in `interval` and belong to `group`."""
    pairs, place = np.unique(interval * groups + group, return_inverse=True)
    return Used(*np.divmod(pairs, max(groups, 1)), place)


class AtOnce(NamedTuple):
    """The seconds of all spans of each group (G,), and how many of them there are at once at most."""

    seconds: Floats
    peak: Ints


def at_once(start_s: Floats, end_s: Floats, group: Ints, *, groups: int) -> AtOnce:
    """How many spans (N,), each longer than no time, of each group run at once.

    One that ends when another starts is not there together with it. The seconds come from the numbers there, not from
    the spans.
    """
    area, peak = np.zeros(groups), np.zeros(groups, np.int64)
    by_start, by_end = np.argsort(start_s, kind="stable"), np.argsort(end_s, kind="stable")
    _sweep(start_s, end_s, group, by_start, by_end, area, peak)
    return AtOnce(area, peak)


class Joined(NamedTuple):
    """Spans (J,) in order of start, no two of an owner touching."""

    start_s: Floats
    end_s: Floats
    owner: Ints


def joined(start_s: Floats, end_s: Floats, owner: Ints, *, owners: int) -> Joined:
    """The spans (N,), each with those of the same owner, a number in 0 … owners − 1, that it touches made one."""
    (start, end), of = np.empty((2, len(owner))), np.empty(len(owner), np.int64)
    by_start = np.argsort(start_s, kind="stable")
    count = _join(by_start, start_s, end_s, owner, np.full(owners, -1), start, end, of)
    return Joined(start[:count], end[:count], of[:count])


@njit(cache=True)
def _cut(
    edges: Floats, start: Floats, end: Floats, of: Ints, interval: Ints, part_start: Floats, part_end: Floats
) -> int:
    """Fill the last four as far as they reach; returns how many parts there are."""
    parts, last, k = 0, len(edges) - 2, 0
    for i in range(len(start)):
        while k > 0 and edges[k] > start[i]:  # spans mostly come in order of start: the interval is near
            k -= 1
        while k < last and edges[k + 1] <= start[i]:
            k += 1
        j = k
        while j <= last and edges[j] < end[i]:
            begin, stop = max(start[i], edges[j]), min(end[i], edges[j + 1])
            if begin < stop:
                if parts < len(of):
                    of[parts], interval[parts], part_start[parts], part_end[parts] = i, j, begin, stop
                parts += 1
            j += 1
    return parts


@njit(cache=True)
def _join(
    by_start: Ints,
    start: Floats,
    end: Floats,
    owner: Ints,
    latest: Ints,
    out_start: Floats,
    out_end: Floats,
    out_owner: Ints,
) -> int:
    """Fill the last three as far as they reach, `latest` (owners,) being each owner's latest there; returns how many
    there are.
    """
    found = 0
    for i in by_start:
        j = latest[owner[i]]
        if j >= 0 and start[i] <= out_end[j]:
            out_end[j] = max(out_end[j], end[i])
        else:
            latest[owner[i]] = found
            out_start[found], out_end[found], out_owner[found] = start[i], end[i], owner[i]
            found += 1
    return found


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
