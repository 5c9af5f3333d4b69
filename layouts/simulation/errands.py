"""Errands, what one agent does for one job, turned into instructions: ways with times, and work in between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.simulation.cut_ways import cut_ways
from layouts.simulation.engine.tape import MOVE, NOBODY, ROW
from layouts.simulation.motion.lifting import move_seconds
from layouts.simulation.motion.limits import motion_of
from layouts.simulation.motion.trapezoid import Legs as MotionLegs
from layouts.simulation.motion.trapezoid import leg_times_at
from layouts.simulation.motion.turns import leg_turns
from layouts.simulation.traffic.traffic_map import TrafficMap
from layouts.simulation.traffic.ways import Ways
from spatial.floor.agents import AgentClass
from spatial.navigation.joined_routes import JoinedRoutes, Route
from spatial.navigation.nav_graph import NavGraph

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Act(NamedTuple):
    """One instruction at a halt, as on the engine's tape."""

    op: int
    a: int
    b: int = NOBODY
    x: float = 0.0


class Errand(NamedTuple):
    """Node routes `legs`, and what is done at the end of each: `counts[i]` acts at that of leg i, of which `acts` has
    the four numbers each, one act after the other.

    An errand ends where it began. `loaded[i]`: whether leg i is driven with a load; nowhere when empty.
    `height_m[i]`: how high the forks or the cab are at the end of leg i, at the floor everywhere when empty.
    """

    legs: Sequence[Route]
    counts: Sequence[int]
    acts: Sequence[float]
    loaded: Sequence[bool] = ()
    height_m: Sequence[float] = ()


@dataclass
class Errands:
    """Errands of one class in flat lists, as they grow: the legs of each errand; of each leg the number of its acts,
    whether it is driven with a load, and the height at its end; and four numbers of each act.
    """

    tours: list[Sequence[Route]] = field(default_factory=list)
    counts: list[int] = field(default_factory=list)
    loaded: list[bool] = field(default_factory=list)
    height_m: list[float] = field(default_factory=list)
    acts: list[float] = field(default_factory=list)

    def add(self, errand: Errand) -> None:
        """Add an errand behind the others."""
        self.tours.append(errand.legs)
        self.counts += errand.counts
        self.acts += errand.acts
        self.loaded += errand.loaded or (False,) * len(errand.legs)
        self.height_m += errand.height_m or (0.0,) * len(errand.legs)


class Compiled(NamedTuple):
    """Rows (I,) of all errands, where each begins (Q + 1,), and the polylines that their moves follow.

    Move k, counted from 0, follows the points `xy[at[k]:at[k + 1]]` on level `level[k]`.
    """

    rows: npt.NDArray[np.void]
    start: Ints
    at: Ints
    xy: Floats
    level: Ints


def compile_errands(traffic: TrafficMap, errands: Errands, *, graph: int, first_move: int = 0) -> Compiled:
    """The errands of the class of `traffic.graphs[graph]`; moves are numbered from `first_move` on.

    Resources of the traffic have the numbers that they have there. Raises ValueError for legs that do not join.
    """
    nav = traffic.graphs[graph]
    trips = JoinedRoutes.chained(errands.tours)
    ways = traffic.ways(errands.tours, graph=graph)
    speed_limits, near = _speeds(nav), traffic.pieces[graph]
    at, xy, even_s = cut_ways(
        nav.xy,
        near.near_start,
        near.near_node,
        near.near_edge,
        nav.length_m,
        nav.length_m / np.minimum(speed_limits, nav.agent.speed_m_s),
        trips.nodes,
        trips.at,
        ways.leg_start,
        ways.op,
        ways.from_m,
        ways.to_m,
    )
    is_move = ways.op == MOVE
    leg_of_move = np.repeat(np.arange(len(ways.leg_start) - 1), np.diff(ways.leg_start))[is_move]
    seconds = np.zeros(len(ways.op))
    seconds[is_move] = even_s if is_even(nav.agent) else _move_seconds(nav, trips, ways, is_move, errands)
    if any(errands.height_m):
        seconds[is_move] *= _lift_stretch(nav.agent, seconds[is_move], leg_of_move, errands)[leg_of_move]
    rows, start = _interleaved(ways, seconds, errands, first_move)
    return Compiled(rows, start, at, xy, _levels(nav, trips, leg_of_move, ways.from_m[is_move]))


def is_even(agent: AgentClass) -> bool:
    """Whether the agent moves at one speed, empty or loaded, and loses nothing at stops and corners."""
    fields = ("acceleration_m_s2", "deceleration_m_s2", "corner_speed_m_s", "turn_s", "loaded_speed_m_s")
    return all(getattr(agent, name) is None for name in fields)


def _speeds(nav: NavGraph) -> Floats:
    """The speed limit of every edge (E,); a lift or stair is as fast as its time says."""
    limit = nav.speed_limit_m_s.copy()
    on_link = nav.link >= 0
    limit[on_link] = nav.length_m[on_link] / nav.time_s[on_link]
    return limit


CLOSE_M = 1e-6
"""Places that differ by less are one."""


def _steps(nav: NavGraph, trips: JoinedRoutes) -> tuple[Ints, Ints]:
    """The edge of each step (S,) of all legs, and where the steps of each leg begin (L + 1,)."""
    goes_on = np.ones(len(trips.nodes), np.bool_)
    goes_on[trips.at[1:] - 1] = False
    tails = np.flatnonzero(goes_on)
    pairs = np.sort(np.stack([trips.nodes[tails], trips.nodes[tails + 1]], axis=1), axis=1)
    count = len(nav.xy)
    edge = np.searchsorted(nav.edges[:, 0] * count + nav.edges[:, 1], pairs[:, 0] * count + pairs[:, 1])
    return edge, trips.at - np.arange(len(trips.at))


def _levels(nav: NavGraph, trips: JoinedRoutes, leg_of_move: Ints, from_m: Floats) -> Ints:
    """The level of each move (M,): that of the last node which its leg has reached at its start.

    Links are resources or lie between areas, so that no move goes on from one level to the next.
    """
    if len(nav.levels) == 1:
        return np.zeros(len(from_m), np.int64)
    edge, offsets = _steps(nav, trips)
    leg = np.repeat(np.arange(len(trips)), np.diff(trips.at))
    gone_m = np.concatenate([[0.0], np.cumsum(nav.length_m[edge])])
    node_m = gone_m[np.arange(len(trips.nodes)) - leg] - gone_m[offsets[leg]]
    apart_m = 1.0 + float(node_m.max(initial=0.0))  # legs lie one behind the other
    reached = np.searchsorted(leg * apart_m + node_m, leg_of_move * apart_m + from_m + CLOSE_M, side="right")
    levels: Ints = nav.level[trips.nodes[reached - 1]]
    return levels


def _move_seconds(
    nav: NavGraph, trips: JoinedRoutes, ways: Ways, is_move: npt.NDArray[np.bool_], errands: Errands
) -> Floats:
    """Seconds of every move: from rest to rest over its leg, loaded or not."""
    legs = _motion_legs(nav, trips)
    moves = np.concatenate([[0], np.cumsum(is_move)])[ways.leg_start]
    places = np.stack([ways.from_m[is_move], ways.to_m[is_move]], axis=1)
    at = leg_times_at(legs, motion_of(nav.agent), 2 * moves, places.ravel()).reshape(-1, 2)
    if any(errands.loaded):
        loaded = np.array(errands.loaded, np.bool_)
        with_load = leg_times_at(legs, motion_of(nav.agent, loaded=True), 2 * moves, places.ravel())
        at = np.where(np.repeat(loaded, np.diff(moves))[:, None], with_load.reshape(-1, 2), at)
    seconds: Floats = at[:, 1] - at[:, 0]
    return seconds


def _motion_legs(nav: NavGraph, trips: JoinedRoutes) -> MotionLegs:
    edge, offsets = _steps(nav, trips)
    slows_at_corners = nav.agent.corner_speed_m_s is not None or nav.agent.turn_s is not None
    return MotionLegs(
        offsets=offsets,
        length_m=nav.length_m[edge],
        limit_m_s=_speeds(nav)[edge],
        turn_rad=leg_turns(offsets, nav.xy[trips.nodes]) if slows_at_corners else np.zeros(len(edge)),
    )


def _lift_stretch(agent: AgentClass, seconds: Floats, leg_of_move: Ints, errands: Errands) -> Floats:
    """By how much the lift makes each leg longer; a leg without a move cannot be stretched and has 1."""
    after = np.array(errands.height_m)
    before = np.concatenate([[0.0], after[:-1]])
    before[np.cumsum([0, *map(len, errands.tours[:-1])])] = 0.0
    travel = np.bincount(leg_of_move, seconds, minlength=len(after))
    with_lift = move_seconds(agent, travel, from_height_m=before, to_height_m=after)
    return np.where(travel > 0, with_lift / np.where(travel > 0, travel, 1.0), 1.0)


def _interleaved(
    ways: Ways, seconds: Floats, errands: Errands, first_move: int
) -> tuple[npt.NDArray[np.void], Ints]:
    """Each leg's way, then what is done at its end; and where each errand begins."""
    works = np.fromiter(errands.acts, np.float64, count=len(errands.acts)).reshape(-1, len(Act._fields))
    done = np.concatenate([[0], np.cumsum(np.array(errands.counts, np.int64))])
    rows = np.empty(len(ways.op) + len(works), ROW)
    _fill(rows.view(np.recarray), ways.leg_start, ways.op, ways.a, ways.b, seconds, done, works, first_move)
    return rows, (ways.leg_start + done)[ways.tour_start]


@njit(cache=True)
def _fill(
    rows: npt.NDArray[Any],
    leg_start: Ints,
    op: npt.NDArray[np.int8],
    a: npt.NDArray[np.int32],
    b: npt.NDArray[np.int32],
    seconds: Floats,
    done: Ints,
    works: Floats,
    move: int,
) -> None:
    """Fill `rows`, leg by leg; moves are numbered from `move` on."""
    at = 0
    for leg in range(len(leg_start) - 1):
        for way in range(leg_start[leg], leg_start[leg + 1]):
            row = rows[at]
            row.op, row.a, row.b, row.x = op[way], a[way], b[way], seconds[way]
            if op[way] == MOVE:
                row.a = move
                move += 1
            at += 1
        for work in range(done[leg], done[leg + 1]):
            row = rows[at]
            row.op, row.a = int(works[work, 0]), int(works[work, 1])
            row.b, row.x = int(works[work, 2]), works[work, 3]
            at += 1
