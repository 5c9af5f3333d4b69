"""How many agents were in each aisle, whatever they are and do there."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.events import NONE, Floats, Ints
from layouts.figures.pieces import straight_pieces
from layouts.figures.spans import at_once, cut, joined, used
from layouts.run import AisleFloor, Run

EDGE_M = 1e-6
"""Whoever goes along an aisle's very edge, as in a cross-aisle past its mouth, is not in it."""


class Present(NamedTuple):
    """Agents that were there at once, on average over time and at most."""

    mean: float
    peak: int


class Traffic(NamedTuple):
    """Agents in an aisle at once, on average over time and at most, and both per metre of its length."""

    mean: float
    peak: int
    mean_per_m: float
    peak_per_m: float


NOBODY = Present(0.0, 0)
"""Where no agent was."""


class Stays(NamedTuple):
    """Stays of agents (S,), each in an aisle, a place in the run's, or in ANY of them; no two of one agent touch."""

    aisle: Ints
    start_s: Floats
    end_s: Floats


ANY = NONE
"""In place of an aisle: all together. Who is where two of them cross is there once."""


def stays(run: Run) -> Stays:
    """All stays in each aisle, and in any.

    An agent is in an aisle while its path is between the aisle's mouths and within its width, to the second; whoever
    goes through and does, or waits for, something there counts alike. Agents that are idle or off duty do not count.
    """
    if not run.aisles:
        return Stays(np.empty(0, np.int64), *np.empty((2, 0)))
    pieces = straight_pieces(run.events)
    level = run.events.level.code[pieces.event]
    piece, aisle, start_s, end_s = _clipped(run, pieces.start_s, pieces.end_s, pieces.p0, pieces.p1, level)
    agent = run.events.agent.code[pieces.event[piece]]
    agents, aisles = len(run.events.agent.names), len(run.aisles)
    each = joined(start_s, end_s, agent * aisles + aisle, owners=agents * aisles)
    total = joined(each.start_s, each.end_s, each.owner // aisles, owners=agents)
    return Stays(
        np.append(each.owner % aisles, np.full(len(total.owner), ANY)),
        np.append(each.start_s, total.start_s),
        np.append(each.end_s, total.end_s),
    )


def present(run: Run, seen: Stays, edges_s: Floats) -> list[tuple[dict[str, Present], Present | None]]:
    """Agents in each of the K intervals between `edges_s` (K + 1,), by aisle that had any and in all together.

    Without aisles there is none to tell of.
    """
    names = tuple(run.aisles)
    parts = cut(edges_s, seen.start_s, seen.end_s)
    pairs = used(parts.interval, seen.aisle[parts.of] - ANY, groups=len(names) + 1)
    count = at_once(parts.start_s, parts.end_s, pairs.place, groups=len(pairs.group))
    mean = count.seconds / np.diff(edges_s)[pairs.interval]
    by_aisle: list[dict[str, Present]] = [{} for _ in edges_s[1:]]
    total = [NOBODY if names else None for _ in edges_s[1:]]
    for k, group, *here in zip(*(each.tolist() for each in (*pairs[:2], mean, count.peak)), strict=True):
        if group == 0:
            total[k] = Present(*here)
        else:
            by_aisle[k][names[group + ANY]] = Present(*here)
    return list(zip(by_aisle, total, strict=True))


def traffic(run: Run, present: Mapping[str, Present]) -> dict[str, Traffic]:
    """The traffic in each of the run's aisles, also where nobody was."""
    return {
        name: _per_m(present.get(name, NOBODY), math.dist(aisle.p0, aisle.p1))
        for name, aisle in run.aisles.items()
    }


def total_traffic(run: Run, present: Present | None) -> Traffic | None:
    """The traffic in all of the run's aisles, per metre of all of them."""
    if present is None:
        return None
    return _per_m(present, sum(math.dist(aisle.p0, aisle.p1) for aisle in run.aisles.values()))


def _per_m(present: Present, length_m: float) -> Traffic:
    return Traffic(*present, present.mean / length_m, present.peak / length_m)


class _Floors(NamedTuple):
    """The aisles' floors (A,): mouth, direction, length, half the width, and the box about it."""

    x: Floats
    y: Floats
    dx: Floats
    dy: Floats
    length: Floats
    half: Floats
    low_x: Floats
    low_y: Floats
    high_x: Floats
    high_y: Floats
    level: Ints


def aisles_at(run: Run, level: Ints, xy: Floats) -> Ints:
    """The aisle, as a place in `run.aisles`, in which each point (N, 2) lies, NONE outside of all.

    `level` (N,) are places in the levels of the run's events.
    """
    found = np.full(len(xy), NONE, np.int64)
    point, aisle, *_ = _clipped(run, np.zeros(len(xy)), np.ones(len(xy)), xy, xy, level)
    found[point] = aisle
    return found


def _clipped(
    run: Run, start_s: Floats, end_s: Floats, p0: Floats, p1: Floats, level: npt.NDArray[Any]
) -> tuple[Ints, Ints, Floats, Floats]:
    """Stays in aisles (S,) on straight pieces: on which, in which of `run.aisles`, and from when to when."""
    floors = _floors(list(run.aisles.values()), run.events.level.names)
    found, room = 2 * len(level) + 1, 0
    while found > room:  # few pieces cross two aisles, but they may
        room = found
        piece, aisle = np.empty((2, room), np.int64)
        inside_from, inside_until = np.empty((2, room))
        found = _clip(
            start_s, end_s, p0, p1, level.astype(np.int64), floors, piece, aisle, inside_from, inside_until
        )
    return piece[:found], aisle[:found], inside_from[:found], inside_until[:found]


def _floors(aisles: Sequence[AisleFloor], levels: Sequence[str]) -> _Floors:
    p0, p1 = (
        np.array([(aisle.p0, aisle.p1) for aisle in aisles], np.float64).reshape(-1, 2, 2).transpose(1, 0, 2)
    )
    length, half = np.hypot(*(p1 - p0).T), np.array([aisle.clear_width_m / 2 for aisle in aisles])
    bad = np.flatnonzero(~((length > 0) & (half > 0)))
    if len(bad):
        raise ValueError(f"{aisles[bad[0]]} has no floor: give two mouths and a width above 0")
    (low_x, low_y), (high_x, high_y) = (np.minimum(p0, p1).T - half, np.maximum(p0, p1).T + half)
    place = {level: i for i, level in enumerate(levels)}
    level = np.array([place.get(aisle.level, NONE) for aisle in aisles], np.int64)
    (x, y), (dx, dy) = p0.T.copy(), ((p1 - p0) / length[:, None]).T.copy()
    return _Floors(x, y, dx, dy, length, half, low_x, low_y, high_x, high_y, level)


@njit(cache=True)
def _clip(
    start: Floats,
    end: Floats,
    p0: Floats,
    p1: Floats,
    level: Ints,
    floors: _Floors,
    piece: Ints,
    aisle: Ints,
    inside_from: Floats,
    inside_until: Floats,
) -> int:
    """Cut each piece with each floor, after Liang and Barsky (1984); fill the last four as far as they reach.

    Returns how many stays there are.
    """
    found = 0
    for i in range(len(start)):
        low_x, high_x = min(p0[i, 0], p1[i, 0]), max(p0[i, 0], p1[i, 0])
        low_y, high_y = min(p0[i, 1], p1[i, 1]), max(p0[i, 1], p1[i, 1])
        for a in range(len(floors.x)):
            if (
                low_x > floors.high_x[a]
                or high_x < floors.low_x[a]
                or low_y > floors.high_y[a]
                or high_y < floors.low_y[a]
                or level[i] != floors.level[a]
            ):
                continue
            x0, y0 = p0[i, 0] - floors.x[a], p0[i, 1] - floors.y[a]
            x1, y1 = p1[i, 0] - floors.x[a], p1[i, 1] - floors.y[a]
            dx, dy = floors.dx[a], floors.dy[a]
            first, last = _inside(x0 * dx + y0 * dy, x1 * dx + y1 * dy, 0.0, floors.length[a], 0.0, 1.0)
            first, last = _inside(
                y0 * dx - x0 * dy, y1 * dx - x1 * dy, -floors.half[a], floors.half[a], first, last
            )
            if last <= first or end[i] <= start[i]:
                continue
            if found < len(aisle):
                seconds = end[i] - start[i]
                piece[found], aisle[found] = i, a
                inside_from[found] = start[i] + first * seconds
                inside_until[found] = start[i] + last * seconds if last < 1.0 else end[i]
            found += 1
    return found


@njit(cache=True)
def _inside(
    begin: float, stop: float, low: float, high: float, first: float, last: float
) -> tuple[float, float]:
    """Of the shares `first` … `last` of the way from `begin` to `stop`, those within `low` … `high`."""
    step = stop - begin
    if abs(step) < EDGE_M:
        return (first, last) if low + EDGE_M < begin < high - EDGE_M else (1.0, 0.0)
    enters, leaves = (low - begin) / step, (high - begin) / step
    return max(first, min(enters, leaves)), min(last, max(enters, leaves))
