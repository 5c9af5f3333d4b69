"""Moves that are one walk, and the paths they leave."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from layouts.events import NONE, Codes, Floats, Ints
from layouts.simulation.engine.tape import MOVED, Bytes, Log, Shorts
from layouts.simulation.meaning import Legs

SAME = 1e-9
"""Relative difference of speeds, and turn in radians, up to which they are none."""


class Joined(NamedTuple):
    """Events (E,) made of rows of a log (N,): the first row and the end of each, and `following` (N,), the row that
    goes on with the same event, or NONE.
    """

    first: Ints
    end_s: Floats
    following: Ints


def join_moves(log: Log, legs: Legs) -> Joined:
    """Rows as events, in order of their first rows: moves that go on at once, there, and as fast are one.

    An agent's rows must be in the order in which they happened.
    """
    first, end_s = np.empty(len(log.kind), np.int64), np.empty(len(log.kind))
    following = np.full(len(log.kind), NONE, np.int64)
    latest = np.full(int(log.agent.max(initial=0)) + 1, NONE, np.int64)
    events = _join(
        log.kind,
        log.agent,
        log.job,
        log.a,
        log.start_s,
        log.end_s,
        legs.start,
        legs.xy,
        legs.levels.code,
        legs.length_m,
        latest,
        first,
        end_s,
        following,
    )
    return Joined(first[:events], end_s[:events], following)


def trace_paths(log: Log, joined: Joined, share: Floats, legs: Legs, stood: Floats) -> tuple[Ints, Floats]:
    """The paths of events, as `start` (E + 1,) and `xy` (M, 2): a move's legs, or where the agent `stood` (E, 2).

    A move ends where `share` (E,) of its length is gone. Points at which it goes straight on are left out.
    """
    is_move = log.kind == MOVED
    room = len(joined.first) + int(np.diff(legs.start)[log.a[is_move]].sum())
    start, xy = np.zeros(len(joined.first) + 1, np.int64), np.empty((room, 2))
    points = _trace(
        log.kind, log.a, joined.first, joined.following, share, legs.start, legs.xy, stood, start, xy
    )
    return start, xy[:points].copy()


@njit(cache=True)
def _join(
    kind: Bytes,
    agent: Shorts,
    job: Shorts,
    leg: Shorts,
    start: Floats,
    end: Floats,
    leg_start: Ints,
    leg_xy: Floats,
    leg_level: Codes,
    leg_length: Floats,
    latest: Ints,
    first: Ints,
    end_s: Floats,
    following: Ints,
) -> int:
    """Fill the last three; `latest` is each agent's latest row so far. Returns the number of events."""
    events = 0
    event_of = np.empty(len(kind), np.int64)
    for row in range(len(kind)):
        before = latest[agent[row]]
        latest[agent[row]] = row
        if (
            before != NONE
            and kind[row] == MOVED
            and kind[before] == MOVED
            and job[row] == job[before]
            and start[row] == end[before]
        ):
            here, there = leg[row], leg[before]
            joint = leg_start[there + 1] - 1
            speed = leg_length[here] / (end[row] - start[row])
            speed_before = leg_length[there] / (end[before] - start[before])
            if (
                leg_level[here] == leg_level[there]
                and leg_xy[joint, 0] == leg_xy[leg_start[here], 0]
                and leg_xy[joint, 1] == leg_xy[leg_start[here], 1]
                and abs(speed - speed_before) <= SAME * max(speed, speed_before)
            ):
                following[before] = row
                event_of[row] = event_of[before]
                end_s[event_of[row]] = end[row]
                continue
        first[events], end_s[events], event_of[row] = row, end[row], events
        events += 1
    return events


@njit(cache=True)
def _trace(
    kind: Bytes,
    leg: Shorts,
    first: Ints,
    following: Ints,
    share: Floats,
    leg_start: Ints,
    leg_xy: Floats,
    stood: Floats,
    start: Ints,
    xy: Floats,
) -> int:
    """Fill the last two; returns the number of points."""
    end = 0
    for event in range(len(first)):
        row = first[event]
        begin = start[event] = end
        if kind[row] != MOVED:
            xy[end] = stood[event]
            end += 1
        else:
            while row != NONE:
                for point in range(leg_start[leg[row]], leg_start[leg[row] + 1]):
                    end = _append(xy, begin, end, leg_xy[point])
                row = following[row]
            if share[event] < 1.0:
                end = _cut(xy, begin, end, share[event])
        start[event + 1] = end
    return end


@njit(cache=True)
def _append(xy: Floats, begin: int, end: int, point: Floats) -> int:
    """Put a point at the end of the path from `begin`; in place of the last one where that lies on the way to it."""
    if end > begin and xy[end - 1, 0] == point[0] and xy[end - 1, 1] == point[1]:
        return end
    if end > begin + 1:
        ax, ay = xy[end - 1, 0] - xy[end - 2, 0], xy[end - 1, 1] - xy[end - 2, 1]
        bx, by = point[0] - xy[end - 1, 0], point[1] - xy[end - 1, 1]
        ahead = ax * bx + ay * by
        if ahead > 0.0 and abs(ax * by - ay * bx) <= SAME * ahead:
            end -= 1
    xy[end] = point
    return end + 1


@njit(cache=True)
def _cut(xy: Floats, begin: int, end: int, share: float) -> int:
    """Cut the path from `begin` after a share of its length; returns its new end."""
    left = 0.0
    for i in range(begin, end - 1):
        left += np.hypot(xy[i + 1, 0] - xy[i, 0], xy[i + 1, 1] - xy[i, 1])
    left *= share
    for i in range(begin, end - 1):
        step = np.hypot(xy[i + 1, 0] - xy[i, 0], xy[i + 1, 1] - xy[i, 1])
        if step >= left:
            part = left / step
            xy[i + 1] = xy[i] + part * (xy[i + 1] - xy[i])
            return i + 2
        left -= step
    return end
