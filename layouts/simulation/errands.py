"""Errands, what one agent does for one job, turned into instructions: ways with times, and work in between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, chain
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from layouts.simulation.engine.tape import MOVE, NOBODY, ROW
from layouts.simulation.motion.lifting import move_seconds
from layouts.simulation.motion.limits import motion_of
from layouts.simulation.motion.trapezoid import Legs as MotionLegs
from layouts.simulation.motion.trapezoid import leg_times_at
from layouts.simulation.motion.turns import leg_turns
from layouts.simulation.traffic.traffic_map import TrafficMap
from layouts.simulation.traffic.ways import Ways
from spatial.navigation.nav_graph import NavGraph
from spatial.navigation.shortest_paths import Route

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


class Act(NamedTuple):
    """One instruction at a halt, as on the engine's tape."""

    op: int
    a: int
    b: int = NOBODY
    x: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Errand:
    """Node routes `legs` and, at the end of each, its `acts`; as many of the one as of the other.

    An errand ends where it began. `loaded[i]`: whether leg i is driven with a load; nowhere when empty.
    `height_m[i]`: how high the forks or the cab are at the end of leg i, at the floor everywhere when empty.
    """

    legs: tuple[Route, ...]
    acts: tuple[tuple[Act, ...], ...]
    loaded: tuple[bool, ...] = ()
    height_m: tuple[float, ...] = ()


class Compiled(NamedTuple):
    """Rows (I,) of all errands, where each begins (Q + 1,), and the polylines that their moves follow.

    Move k, counted from 0, follows the points `xy[at[k]:at[k + 1]]` on level `level[k]`.
    """

    rows: npt.NDArray[np.void]
    start: Ints
    at: Ints
    xy: Floats
    level: Ints


def compile_errands(
    traffic: TrafficMap, errands: Sequence[Errand], *, graph: int, first_move: int = 0
) -> Compiled:
    """The errands of the class of `traffic.graphs[graph]`; moves are numbered from `first_move` on.

    Resources of the traffic have the numbers that they have there. Raises ValueError for legs that do not join.
    """
    nav = traffic.graphs[graph]
    ways = traffic.ways([errand.legs for errand in errands], graph=graph)
    course = _course(nav, [leg for errand in errands for leg in errand.legs])
    is_move = ways.op == MOVE
    leg_of_row = np.repeat(np.arange(len(ways.leg_start) - 1), np.diff(ways.leg_start))
    seconds = np.zeros(len(ways.op))
    seconds[is_move] = _move_seconds(nav, course, ways, is_move, errands)
    walking = np.empty(len(ways.op), ROW)
    walking["op"], walking["a"], walking["b"], walking["x"] = ways.op, ways.a, ways.b, seconds
    walking["a"][is_move] = first_move + np.arange(int(is_move.sum()))
    at, xy = _cut(course, leg_of_row[is_move], ways.from_m[is_move], ways.to_m[is_move])
    rows, start = _interleaved(walking, ways, errands)
    first_node = course.nodes[course.offsets[:-1] + np.arange(len(course.offsets) - 1)]
    return Compiled(rows, start, at, xy, nav.level[first_node][leg_of_row[is_move]])


class _Course(NamedTuple):
    """L legs of E edges: edge offsets (L + 1,), nodes and their places (E + L,), length and limit of edges (E,)."""

    offsets: Ints
    nodes: Ints
    xy: Floats
    length_m: Floats
    limit_m_s: Floats


def _course(nav: NavGraph, legs: Sequence[Route]) -> _Course:
    nodes = np.fromiter(chain.from_iterable(legs), np.int64)
    sizes = np.fromiter(map(len, legs), np.int64, count=len(legs))
    node_at = np.concatenate([[0], np.cumsum(sizes)])
    joined = np.ones(len(nodes), np.bool_)
    joined[node_at[1:] - 1] = False
    tails = np.flatnonzero(joined)
    pairs = np.sort(np.stack([nodes[tails], nodes[tails + 1]], axis=1), axis=1)
    count = len(nav.xy)
    edge = np.searchsorted(nav.edges[:, 0] * count + nav.edges[:, 1], pairs[:, 0] * count + pairs[:, 1])
    limit = nav.speed_limit_m_s[edge]
    on_link = nav.link[edge] >= 0
    limit[on_link] = nav.length_m[edge[on_link]] / nav.time_s[edge[on_link]]
    return _Course(
        offsets=node_at - np.arange(len(legs) + 1),
        nodes=nodes,
        xy=nav.xy[nodes],
        length_m=nav.length_m[edge],
        limit_m_s=limit,
    )


def _move_seconds(
    nav: NavGraph, course: _Course, ways: Ways, is_move: npt.NDArray[np.bool_], errands: Sequence[Errand]
) -> Floats:
    """Seconds of every move: from rest to rest over its leg, loaded or not, with the lift going along."""
    moves = np.concatenate([[0], np.cumsum(is_move)])[ways.leg_start]
    places = np.stack([ways.from_m[is_move], ways.to_m[is_move]], axis=1)
    legs = MotionLegs(
        offsets=course.offsets,
        length_m=course.length_m,
        limit_m_s=course.limit_m_s,
        turn_rad=leg_turns(course.offsets, course.xy),
    )
    leg_of_move = np.repeat(np.arange(len(moves) - 1), np.diff(moves))
    at = [leg_times_at(legs, motion_of(nav.agent), 2 * moves, places.ravel()).reshape(-1, 2)]
    loaded = np.array([is_loaded for errand in errands for is_loaded in _loaded(errand)], np.bool_)
    if loaded.any():
        with_load = leg_times_at(legs, motion_of(nav.agent, loaded=True), 2 * moves, places.ravel())
        at[0] = np.where(loaded[leg_of_move, None], with_load.reshape(-1, 2), at[0])
    seconds = at[0][:, 1] - at[0][:, 0]
    if any(errand.height_m for errand in errands):
        seconds = seconds * _lift_stretch(nav, seconds, moves, errands)[leg_of_move]
    return seconds


def _loaded(errand: Errand) -> tuple[bool, ...]:
    return errand.loaded or (False,) * len(errand.legs)


def _lift_stretch(nav: NavGraph, seconds: Floats, moves: Ints, errands: Sequence[Errand]) -> Floats:
    """By how much the lift makes each leg longer; a leg without a move cannot be stretched and has 1."""
    travel = np.add.reduceat(np.append(seconds, 0.0), moves[:-1]) * (np.diff(moves) > 0)
    heights = [errand.height_m or (0.0,) * len(errand.legs) for errand in errands]
    after = np.array([*chain.from_iterable(heights)])
    before = np.array([*chain.from_iterable((0.0, *each[:-1]) for each in heights)])
    return np.array(
        [
            move_seconds(nav.agent, walk, from_height_m=low, to_height_m=high) / walk if walk > 0 else 1.0
            for walk, low, high in zip(travel.tolist(), before.tolist(), after.tolist(), strict=True)
        ]
    )


def _cut(course: _Course, leg: Ints, from_m: Floats, to_m: Floats) -> tuple[Ints, Floats]:
    """The parts of legs between two places each, as polylines in flat arrays: their offsets and points."""
    legs = len(course.offsets) - 1
    along = np.zeros(len(course.nodes))
    inner = np.ones(len(course.nodes), np.bool_)
    inner[course.offsets[:-1] + np.arange(legs)] = False
    along[inner] = course.length_m
    along = np.cumsum(along)
    base = along[course.offsets[:-1] + np.arange(legs)][leg]
    low, high = base + from_m, base + to_m
    begin = np.searchsorted(along, low, side="right")
    end = np.maximum(begin, np.searchsorted(along, high, side="left"))
    within = (course.offsets[:-1] + np.arange(legs))[leg], (course.offsets[1:] + np.arange(legs))[leg]
    begin, end = np.clip(begin, within[0] + 1, within[1]), np.clip(end, within[0] + 1, within[1])
    sizes = end - begin + 2
    at = np.concatenate([[0], np.cumsum(sizes)])
    place = np.arange(at[-1]) - np.repeat(at[:-1], sizes)
    xy = course.xy[np.clip(np.repeat(begin, sizes) + place - 1, 0, len(course.xy) - 1)]
    xy[at[:-1]] = _points(course.xy, along, begin, low)
    xy[at[1:] - 1] = _points(course.xy, along, end, high)
    return at, xy


def _points(xy: Floats, along: Floats, head: Ints, at: Floats) -> Floats:
    """The points at `at` on the edges that end at the vertices `head`."""
    length = along[head] - along[head - 1]
    share = np.clip((at - along[head - 1]) / np.where(length > 0, length, 1.0), 0.0, 1.0)[:, None]
    points: Floats = xy[head - 1] * (1 - share) + xy[head] * share
    return points


def _interleaved(
    walking: npt.NDArray[np.void], ways: Ways, errands: Sequence[Errand]
) -> tuple[npt.NDArray[np.void], Ints]:
    """Each leg's way, then what is done at its end; and where each errand begins."""
    acts = [each for errand in errands for each in errand.acts]
    work = np.array([*chain.from_iterable(acts)], np.float64).reshape(-1, len(Act._fields))
    done = np.fromiter(accumulate(map(len, acts), initial=0), np.int64, count=len(acts) + 1)
    walks, works = np.diff(ways.leg_start), np.diff(done)
    leg_row = ways.leg_start + done
    rows = np.empty(int(leg_row[-1]), ROW)
    rows[np.arange(len(walking)) + np.repeat(done[:-1], walks)] = walking
    at = np.arange(len(work)) + np.repeat(ways.leg_start[1:], works)
    for column, name in enumerate(Act._fields):
        rows[name][at] = work[:, column]
    return rows, leg_row[ways.tour_start]
