"""A line as the compiled loop sees it, and what the loop writes down."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from layouts.lines.spec import Station

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

NOBODY = -1
ENDLESS = -1


class Closure(NamedTuple):
    """A server, by its number in the whole line, starts nothing from `from_s` to `to_s`; what it has it finishes."""

    server: int
    from_s: float
    to_s: float


class Layout(NamedTuple):
    """Of M stations with S servers in all: servers `first[m]` to `first[m + 1]` are those of station m, `station`
    (S,) tells it back; `room` (M,) places before it, ENDLESS for no bound. Closures (W,) in order of their end.
    """

    first: Ints
    station: Ints
    room: Ints
    closed_server: Ints
    closed_from_s: Floats
    closed_to_s: Floats


class Log(NamedTuple):
    """When job n came to station m, began, was done and left (N, M), NaN where it did not come to that; at which
    server (N, M), NOBODY likewise.
    """

    came_s: Floats
    began_s: Floats
    done_s: Floats
    left_s: Floats
    server: Ints


class State(NamedTuple):
    """Where the line stands. A job is in one queue at most, so `behind` (N,) links them all: those in the buffer of
    station m from `head[m]` to `tail[m]`, those that are done before it and find no room from `stuck_head[m]` on.
    `job` and `ends_s` (S,) are what each server has, and until when; infinity while it does not work.
    """

    behind: Ints
    head: Ints
    tail: Ints
    waiting: Ints
    stuck_head: Ints
    stuck_tail: Ints
    job: Ints
    ends_s: Floats


def layout_of(stations: Sequence[Station], closures: Sequence[Closure] = ()) -> Layout:
    """The tables of these stations. Raises ValueError for a closure of no server, or one that does not end later."""
    servers = [station.servers for station in stations]
    first = np.concatenate([[0], np.cumsum(servers)]).astype(np.int64)
    for closure in closures:
        if not (0 <= closure.server < first[-1] and closure.from_s < closure.to_s):
            raise ValueError(f"{closure} is no closure: servers are 0 to {first[-1] - 1}, the end is later")
    ordered = sorted(closures, key=lambda each: (each.to_s, each.server))
    return Layout(
        first=first,
        station=np.repeat(np.arange(len(servers)), servers).astype(np.int64),
        room=np.array([ENDLESS if each.buffer is None else each.buffer for each in stations], np.int64),
        closed_server=np.array([each.server for each in ordered], np.int64),
        closed_from_s=np.array([each.from_s for each in ordered], np.float64),
        closed_to_s=np.array([each.to_s for each in ordered], np.float64),
    )


def empty_log(jobs: int, stations: int) -> Log:
    """A log in which nothing has happened yet."""
    came, began, done, left = np.full((4, jobs, stations), np.nan)
    return Log(came, began, done, left, np.full((jobs, stations), NOBODY, np.int64))


def empty_state(layout: Layout, jobs: int) -> State:
    """Nobody is there."""
    stations, servers = len(layout.room), len(layout.station)
    return State(
        behind=np.full(jobs, NOBODY, np.int64),
        head=np.full(stations, NOBODY, np.int64),
        tail=np.full(stations, NOBODY, np.int64),
        waiting=np.zeros(stations, np.int64),
        stuck_head=np.full(stations, NOBODY, np.int64),
        stuck_tail=np.full(stations, NOBODY, np.int64),
        job=np.full(servers, NOBODY, np.int64),
        ends_s=np.full(servers, np.inf),
    )
