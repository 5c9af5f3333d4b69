"""Where the agents of a followed server are at a time: each one's present piece of way, in flat arrays.

An agent's motions are looked at only when it begins another piece, or when more is told of it; in between a query is
one interpolation of all of them.
"""

from __future__ import annotations

from bisect import bisect_right
from itertools import pairwise
from math import dist, inf
from typing import NamedTuple

import numpy as np

from layouts.events import Floats, Ints
from spatial.facility import Facility, Point2
from spatial.floor_heights import floor_height
from viewer.followed_world import FollowedWorld
from viewer.messages import AgentState, Motion


class Piece(NamedTuple):
    """Straight from `p0` to `p1` between two times, seconds; it holds no longer than that."""

    p0: Point2
    p1: Point2
    start_s: float
    end_s: float
    state: AgentState
    level: str | None = None


def piece_at(motions: tuple[Motion, ...], t_s: float) -> Piece:
    """What an agent does at `t_s`; before its first motion and after one that is not followed up it stands."""
    number = max(0, bisect_right(motions, t_s, key=lambda motion: motion.start_s) - 1)
    motion = motions[number]
    path, state, level = motion.path, motion.state, motion.level
    if t_s < motion.start_s:
        return Piece(path[0], path[0], -inf, motion.start_s, state, level)
    if t_s >= motion.end_s:
        after_s = motions[number + 1].start_s if number + 1 < len(motions) else inf
        return Piece(path[-1], path[-1], motion.end_s, after_s, state, level)
    reached = [0.0]
    for p0, p1 in pairwise(path):
        reached.append(reached[-1] + dist(p0, p1))
    whole_s, whole_m = motion.end_s - motion.start_s, reached[-1]
    if whole_m == 0.0:
        return Piece(path[0], path[0], motion.start_s, motion.end_s, state, level)
    done_m = whole_m * (t_s - motion.start_s) / whole_s
    end = min(max(bisect_right(reached, done_m), 1), len(path) - 1)
    start_s, end_s = (motion.start_s + whole_s * reached[i] / whole_m for i in (end - 1, end))
    return Piece(path[end - 1], path[end], start_s, end_s, state, level)


class AgentPieces:
    """The agents of a world by number (A,), in the order in which they were told of; `names` says who they are."""

    def __init__(self, facility: Facility, states: tuple[str, ...]) -> None:
        self._levels = facility.levels
        self._number = {level.id: number for number, level in enumerate(facility.levels)}
        self._lowest = min(range(len(self._levels)), key=lambda n: self._levels[n].elevation_m, default=0)
        self._states = states
        self._silent = states.index("silent")
        self.names: tuple[str, ...] = ()
        self._told: list[tuple[Motion, ...] | None] = []
        self._begin()

    def _begin(self) -> None:
        count = len(self.names)
        self._told = [None] * count
        self._p0, self._p1 = np.zeros((count, 3)), np.zeros((count, 3))
        self._start_s, self._end_s = np.full(count, inf), np.full(count, -inf)
        self._state = np.zeros(count, np.int8)

    def at(self, world: FollowedWorld, t_s: float) -> tuple[Floats, Ints]:
        """World positions (A, 3) on the floor, metres, and states (A,) as indices in the states given."""
        if (names := tuple(world.agents)) != self.names:
            self.names = names
            self._begin()
        is_over = (t_s < self._start_s) | (t_s >= self._end_s)
        for number, (name, over) in enumerate(zip(self.names, is_over.tolist(), strict=True)):
            if over or self._told[number] is not world.agents[name]:
                self._set(number, world, name, t_s)
        length = self._end_s - self._start_s
        goes = np.isfinite(length) & (length > 0)
        share = np.zeros(len(self.names))
        share[goes] = np.clip((t_s - self._start_s[goes]) / length[goes], 0.0, 1.0)
        share = share[:, None]
        state = [
            self._state[number] if world.is_heard(name) else self._silent
            for number, name in enumerate(self.names)
        ]
        return (1 - share) * self._p0 + share * self._p1, np.array(state, np.int64)

    def _set(self, number: int, world: FollowedWorld, name: str, t_s: float) -> None:
        motions = world.agents[name]
        self._told[number] = motions
        piece = piece_at(motions, t_s)
        ends = np.array([piece.p0, piece.p1])
        on = self._lowest if piece.level is None else self._number.get(piece.level, self._lowest)
        level = self._levels[world.level.get(name, on)]
        heights = floor_height(level, ends)
        self._p0[number] = (*piece.p0, heights[0])
        self._p1[number] = (*piece.p1, heights[1])
        self._start_s[number], self._end_s[number] = piece.start_s, piece.end_s
        self._state[number] = self._states.index("move" if piece.state == "walk" else piece.state)
