"""Near misses: a vehicle and another agent close to each other in place and time, and not both slow.

1. Agents are looked at every STEP_S seconds. One counts while it moves, picks or puts away; at stations, at rest and
   idle it is off the floor. Nor does it count from SETTLE_S before it waits until SETTLE_S after: it stops in time,
   and where it is said to stand is where it wants to go.
2. Two agents, one of them a vehicle, are near each other when the one is within `near_m` of where the other is, or
   was up to `near_s` before (what is called post-encroachment time), on the same level, and one of them goes faster
   there than SLOW_M_S.
3. Two that are near each other again within `near_s` have one near miss, at the place and time where it began.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.events import NONE, Floats, Ints
from layouts.figures.pieces import straight_pieces
from layouts.figures.traffic import aisles_at
from layouts.figures.window import Window
from layouts.run import Run

STEP_S = 0.5
SLOW_M_S = 0.3
SETTLE_S = 3.0
ON_THE_FLOOR = ("move", "pick", "put")


@dataclass(frozen=True, kw_only=True, eq=False)
class NearMisses:
    """Near misses (N,) in order of time: when and where (N, 2), in metres; `agent` came near to where `other` is or
    was, both places in `agents`; `aisle` is a place in `aisles`, NONE outside of all.
    """

    at_s: Floats
    xy: Floats
    agent: Ints
    other: Ints
    aisle: Ints
    agents: tuple[str, ...]
    aisles: tuple[str, ...]

    def by_aisle(self) -> dict[str, int]:
        """How many there were in each aisle that had any."""
        counts = np.bincount(self.aisle[self.aisle != NONE], minlength=len(self.aisles)).tolist()
        return {name: count for name, count in zip(self.aisles, counts, strict=True) if count}

    def by_pair(self) -> dict[str, dict[str, int]]:
        """How many each two agents had that had any, below the one that comes first."""
        first, second = np.minimum(self.agent, self.other), np.maximum(self.agent, self.other)
        pairs, counts = np.unique(first * len(self.agents) + second, return_counts=True)
        found: dict[str, dict[str, int]] = {}
        for pair, count in zip(pairs.tolist(), counts.tolist(), strict=True):
            a, b = divmod(pair, len(self.agents))
            found.setdefault(self.agents[a], {})[self.agents[b]] = count
        return found


class NearMissCounts(NamedTuple):
    """How many near misses there were, by aisle, and by the two agents."""

    total: int
    by_aisle: dict[str, int]
    by_pair: dict[str, dict[str, int]]


def near_misses(
    run: Run,
    window: Window,
    *,
    vehicles: Collection[str],
    near_m: float = 1.0,
    near_s: float = 1.5,
) -> NearMisses:
    """The near misses of `vehicles`, among `run.agents`, that began within `window`, by the rules above.

    ValueError for a vehicle that is no agent, or for `near_m` not above 0 or `near_s` below 0.
    """
    strangers = sorted(set(vehicles) - set(run.agents))
    if strangers:
        raise ValueError(f"vehicle '{strangers[0]}' is no agent of the run: name agents")
    if not (near_m > 0 and near_s >= 0):
        raise ValueError(f"near_m {near_m} must be above 0 and near_s {near_s} at least 0")
    tracks = _tracks(run)
    is_vehicle = np.array([name in vehicles for name in run.agents], bool)
    steps = np.arange(np.ceil(window.start_s / STEP_S), np.floor(window.end_s / STEP_S) + 1) * STEP_S
    lag = int(near_s / STEP_S)
    found, room = len(tracks.start_s) + 64, 0
    while found > room:  # hardly ever twice
        room = found
        rows, places = np.empty((room, 4), np.int64), np.empty((room, 2))
        found = _find(tracks, is_vehicle, steps, near_m, lag, rows, places)
    step, agent, other, level = rows[:found].T
    return NearMisses(
        at_s=steps[step],
        xy=places[:found],
        agent=agent,
        other=other,
        aisle=aisles_at(run, level, places[:found]),
        agents=run.agents,
        aisles=tuple(run.aisles),
    )


def count_near_misses(found: NearMisses) -> NearMissCounts:
    """The counts of these."""
    return NearMissCounts(len(found.at_s), found.by_aisle(), found.by_pair())


class _Tracks(NamedTuple):
    """Straight pieces (P,) by agent, then time; agent a has the pieces `first[a]` … `first[a + 1]` − 1.

    `counts` (P,) tells from when until when (P, 2) within its time the agent counts.
    """

    first: Ints
    start_s: Floats
    end_s: Floats
    counts: Floats
    p0: Floats
    p1: Floats
    level: Ints
    speed: Floats


def _tracks(run: Run) -> _Tracks:
    events, pieces = run.events, straight_pieces(run.events)
    agent = events.agent.codes_in(run.agents)
    order = np.lexsort((pieces.start_s, agent[pieces.event]))
    event, start_s, end_s = pieces.event[order], pieces.start_s[order], pieces.end_s[order]
    p0, p1 = pieces.p0[order], pieces.p1[order]
    seconds = end_s - start_s
    length = np.hypot(*(p1 - p0).T)
    floor = np.where(events.kind.are(*ON_THE_FLOOR)[event], 1.0, np.nan)  # of NaN no time is within
    before, after = _away_from_waits(run, agent)
    return _Tracks(
        first=np.searchsorted(agent[event], np.arange(len(run.agents) + 1)),
        start_s=start_s,
        end_s=end_s,
        counts=np.stack(
            [np.maximum(start_s, after[event]) * floor, np.minimum(end_s, before[event])], axis=1
        ),
        p0=p0,
        p1=p1,
        level=events.level.code[event].astype(np.int64),
        speed=np.divide(length, seconds, out=np.zeros(len(event)), where=seconds > 0),
    )


def _away_from_waits(run: Run, agent: Ints) -> tuple[Floats, Floats]:
    """For each event (N,), until when before the agent's next wait, and from when after its latest one, it counts."""
    events = run.events
    before, after = np.full(len(events), np.inf), np.full(len(events), -np.inf)
    is_wait = events.kind.are("wait")
    order = np.lexsort((events.start_s, agent))
    _fill_away(agent[order], is_wait[order], events.start_s[order], events.end_s[order], order, before, after)
    return before, after


@njit(cache=True)
def _fill_away(
    agent: Ints,
    is_wait: npt.NDArray[np.bool_],
    start: Floats,
    end: Floats,
    event: Ints,
    before: Floats,
    after: Floats,
) -> None:
    """Fill the last two of `event`, going through each agent's events forwards, then backwards."""
    since = -np.inf
    for i in range(len(event)):
        if i == 0 or agent[i] != agent[i - 1]:
            since = -np.inf
        if is_wait[i]:
            since = end[i] + SETTLE_S
        after[event[i]] = since
    until = np.inf
    for i in range(len(event) - 1, -1, -1):
        if i == len(event) - 1 or agent[i] != agent[i + 1]:
            until = np.inf
        if is_wait[i]:
            until = start[i] - SETTLE_S
        before[event[i]] = until


@njit(cache=True)
def _find(
    tracks: _Tracks,
    is_vehicle: npt.NDArray[np.bool_],
    steps: Floats,
    near_m: float,
    lag: int,
    rows: Ints,
    places: Floats,
) -> int:
    """Fill rows (step, agent, other, level) and places as far as they reach; returns how many near misses there are.

    The sights of the last `lag` steps and this one lie in a table of square cells of `near_m`, hashed: who is near an
    agent is in the nine cells about it. Sight s is of agent s % A.
    """
    agents = len(is_vehicle)
    sights = (lag + 1) * agents
    xy, speed, cell = np.zeros((sights, 2)), np.zeros(sights), np.full((sights, 3), NONE)
    head, behind = np.full(_table_size(sights), NONE), np.full(sights, NONE)
    latest = np.full((agents, agents), -lag - 2)
    piece = tracks.first[:-1].copy()
    found = 0
    for k in range(len(steps)):
        first = k % (lag + 1) * agents
        for a in range(agents):
            _look(tracks, piece, a, steps[k], near_m, first + a, xy, speed, cell)
        _enter(cell, head, behind)
        for a in range(agents):
            here = first + a
            level = cell[here, 2]
            if level == NONE:
                continue
            for nine in range(9):
                x, y = cell[here, 0] + nine // 3 - 1, cell[here, 1] + nine % 3 - 1
                there = head[_hash(x, y, level, len(head))]
                while there != NONE:
                    b = there % agents
                    if (
                        b != a
                        and (is_vehicle[a] or is_vehicle[b])
                        and max(speed[here], speed[there]) > SLOW_M_S
                        and cell[there, 0] == x
                        and cell[there, 1] == y
                        and cell[there, 2] == level
                        and (xy[here, 0] - xy[there, 0]) ** 2 + (xy[here, 1] - xy[there, 1]) ** 2 <= near_m**2
                    ):
                        if k - max(latest[a, b], latest[b, a]) > lag:
                            if found < len(rows):
                                rows[found, 0], rows[found, 1], rows[found, 2], rows[found, 3] = (
                                    k,
                                    a,
                                    b,
                                    level,
                                )
                                places[found] = xy[here]
                            found += 1
                        latest[a, b] = k
                    there = behind[there]
    return found


@njit(cache=True)
def _look(
    tracks: _Tracks,
    piece: Ints,
    agent: int,
    now: float,
    near_m: float,
    sight: int,
    xy: Floats,
    speed: Floats,
    cell: Ints,
) -> None:
    """Where the agent is now becomes a row of the last three, of level NONE where it does not count."""
    last = tracks.first[agent + 1] - 1
    while piece[agent] < last and tracks.start_s[piece[agent] + 1] <= now:
        piece[agent] += 1
    i = piece[agent]
    cell[sight, 2] = NONE
    if i > last or not (tracks.counts[i, 0] <= now < tracks.counts[i, 1]):
        return
    share = (now - tracks.start_s[i]) / (tracks.end_s[i] - tracks.start_s[i])
    for axis in range(2):
        xy[sight, axis] = tracks.p0[i, axis] + share * (tracks.p1[i, axis] - tracks.p0[i, axis])
        cell[sight, axis] = int(np.floor(xy[sight, axis] / near_m))
    cell[sight, 2] = tracks.level[i]
    speed[sight] = tracks.speed[i]


@njit(cache=True)
def _enter(cell: Ints, head: Ints, behind: Ints) -> None:
    """Fill the table: `head` is the first sight in each place, `behind` the one after each."""
    head[:] = NONE
    for sight in range(len(cell)):
        if cell[sight, 2] != NONE:
            place = _hash(cell[sight, 0], cell[sight, 1], cell[sight, 2], len(head))
            behind[sight] = head[place]
            head[place] = sight


@njit(cache=True)
def _table_size(entries: int) -> int:
    """The power of two from twice as many places on."""
    size = 64
    while size < 2 * entries:
        size *= 2
    return size


@njit(cache=True)
def _hash(x: int, y: int, level: int, size: int) -> int:
    """A place in a table of `size`, a power of two."""
    return (x * 73856093 ^ y * 19349663 ^ level * 83492791) & (size - 1)
