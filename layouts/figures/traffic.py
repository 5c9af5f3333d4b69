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
from layouts.figures.spans import at_once
from layouts.figures.window import Window
from layouts.run import AisleFloor, Run

EDGE_M = 1e-6
"""Whoever goes along an aisle's very edge, as in a cross-aisle past its mouth, is not in it."""


class Traffic(NamedTuple):
    """Agents in an aisle at once, on average over time and at most, and both per metre of its length."""

    mean: float
    peak: int
    mean_per_m: float
    peak_per_m: float


def traffic(run: Run, window: Window) -> Mapping[str, Traffic]:
    """The traffic within `window` in each aisle of `run.aisles`.

    An agent is in an aisle while its path is between the aisle's mouths and within its width, to the second; whoever
    goes through and does, or waits for, something there counts alike. Agents that are idle or off duty do not count.
    """
    if not run.aisles:
        return {}
    pieces = straight_pieces(run.events)
    level = run.events.level.code[pieces.event]
    aisle, start_s, end_s = _stays(run, pieces.start_s, pieces.end_s, pieces.p0, pieces.p1, level)
    count = at_once((window.start_s, window.end_s), start_s, end_s, aisle, groups=len(run.aisles))
    lengths = [math.dist(each.p0, each.p1) for each in run.aisles.values()]
    return {
        name: Traffic(mean, peak, mean / length, peak / length)
        for name, mean, peak, length in zip(
            run.aisles, count.mean.tolist(), count.peak.tolist(), lengths, strict=True
        )
    }


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
    if run.aisles:
        number = np.arange(len(xy), dtype=np.float64)
        aisle, of, _ = _stays(run, number, number + 1.0, xy, xy, level)
        found[of.astype(np.int64)] = aisle
    return found


def _stays(
    run: Run, start_s: Floats, end_s: Floats, p0: Floats, p1: Floats, level: npt.NDArray[Any]
) -> tuple[Ints, Floats, Floats]:
    """Stays in aisles (S,) on straight pieces: which, in order of `run.aisles`, and from when to when."""
    floors = _floors(list(run.aisles.values()), run.events.level.names)
    stays, room = 2 * len(level) + 1, 0
    while stays > room:  # few pieces cross two aisles, but they may
        room = stays
        aisle, inside_from, inside_until = np.empty(room, np.int64), np.empty(room), np.empty(room)
        stays = _clip(
            start_s, end_s, p0, p1, level.astype(np.int64), floors, aisle, inside_from, inside_until
        )
    return aisle[:stays], inside_from[:stays], inside_until[:stays]


def _floors(aisles: Sequence[AisleFloor], levels: Sequence[str]) -> _Floors:
    p0, p1 = np.array([(aisle.p0, aisle.p1) for aisle in aisles], np.float64).transpose(1, 0, 2)
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
    aisle: Ints,
    inside_from: Floats,
    inside_until: Floats,
) -> int:
    """Cut each piece with each floor, after Liang and Barsky (1984); fill the last three as far as they reach.

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
                aisle[found] = a
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
