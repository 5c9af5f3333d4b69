"""The shortest tour through some spots, and how long it is with one more stop, for each spot there is.

The sweep over the aisles (layouts.tours.exact.aisles.aisle_sweep) is made from both ends. A stop changes what the
ways through its own stretch take and nothing else, so the least over the states before and behind that stretch, by
way, serves all of its spots.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.compiled import compiled
from layouts.slotting.aisles.floor import AisleFloor
from layouts.tours.exact.frontier_state import (
    BACK,
    BOTH,
    CLOSED,
    FRONT,
    NONE,
    ODD,
    ONCE,
    TWICE,
    UNTOUCHED,
    WAYS,
)

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Held = npt.NDArray[np.int16]


class Sweep(NamedTuple):
    """Room to work in: `ways` (K, WAYS) through each stretch, the least metres `before` (K, states) it and `behind`.

    `least` (WAYS,), `low_gap` and `high_gap` (S,) serve one stretch after the other.
    """

    ways: Floats
    before: Floats
    behind: Floats
    least: Floats
    low_gap: Floats
    high_gap: Floats


def new_sweep(floor: AisleFloor) -> Sweep:
    """Room for the tours of a floor."""
    stretches, states = len(floor.stretch_m), floor.tables.degree.shape[1]
    return Sweep(
        ways=np.zeros((stretches, WAYS)),
        before=np.zeros((stretches, states)),
        behind=np.zeros((stretches, states)),
        least=np.zeros(WAYS),
        low_gap=np.zeros(floor.spots),
        high_gap=np.zeros(floor.spots),
    )


@njit(cache=True)
def one_more(floor: AisleFloor, held: Held, sweep: Sweep, with_stop_m: npt.NDArray[np.float32]) -> float:
    """Metres of the shortest tour through the spots with `held` (S,) above 0; `with_stop_m` (S,) is filled with the
    metres of the tour that stops at one spot more. The depot's spot must be held.
    """
    _measure(floor, held, sweep.ways)
    last = _last_stretch(floor, held)
    _forward(floor, sweep)
    length_m = _backward(floor, sweep, last)
    if not _stops(held):
        length_m = 0.0
    for stretch in range(len(floor.stretch_m)):
        _least(floor, sweep, stretch)
        _stop_in(floor, held, sweep, stretch, length_m, with_stop_m)
    return length_m


@compiled
def _last_stretch(floor: AisleFloor, held: Held) -> int:
    """The last stretch with the depot or a stop in it."""
    spot = len(held) - 1
    while held[spot] == 0:
        spot -= 1
    return int(np.searchsorted(floor.start, spot, side="right")) - 1


@compiled
def _stops(held: Held) -> bool:
    """Whether there is any stop but the depot."""
    stops = 0
    for spot in range(len(held)):
        stops += held[spot]
    return stops > 1


@compiled
def _measure(floor: AisleFloor, held: Held, ways: Floats) -> None:
    for stretch in range(len(ways)):
        length_m = floor.stretch_m[stretch]
        first, last, gap_m = -1, -1, 0.0
        for spot in range(floor.start[stretch], floor.start[stretch + 1]):
            if held[spot] > 0:
                if first < 0:
                    first = spot
                else:
                    gap_m = max(gap_m, floor.offset_m[spot] - floor.offset_m[last])
                last = spot
        ways[stretch] = np.inf
        ways[stretch, ONCE], ways[stretch, TWICE] = length_m, 2 * length_m
        if first < 0:
            ways[stretch, NONE] = 0.0
            continue
        ways[stretch, FRONT] = 2 * floor.offset_m[last]
        ways[stretch, BACK] = 2 * (length_m - floor.offset_m[first])
        if last > first:
            ways[stretch, BOTH] = 2 * (length_m - gap_m)


@njit(cache=True)
def _forward(floor: AisleFloor, sweep: Sweep) -> None:
    tables = floor.tables
    states = tables.degree.shape[1]
    blocks = len(floor.cross_m) - 1
    here, there = np.full(states, np.inf), np.empty(states)
    here[0] = 0.0
    for stretch in range(len(sweep.ways)):
        block, aisle = stretch % blocks, stretch // blocks
        sweep.before[stretch] = here
        _along(tables.after[block], sweep.ways[stretch], here, there)
        here, there = there, here
        if block < blocks - 1:
            continue
        for cross in range(blocks + 1):
            for state in range(states):
                degree = tables.degree[cross, state]
                if degree == UNTOUCHED or here[state] == np.inf:
                    continue
                if degree == ODD:
                    here[state] += floor.cross_m[cross, aisle]
                    continue
                then = tables.left[cross, state]
                if then >= 0:
                    here[then] = min(here[then], here[state])
                here[state] += 2 * floor.cross_m[cross, aisle]


@compiled
def _along(after: npt.NDArray[np.int32], ways: Floats, here: Floats, there: Floats) -> None:
    """The least metres behind a stretch, by state, from those before it."""
    there[:] = np.inf
    for state in range(len(after)):
        here_m = here[state]
        if here_m == np.inf:
            continue
        for way in range(WAYS):
            then = after[state, way]
            if then >= 0 and here_m + ways[way] < there[then]:
                there[then] = here_m + ways[way]


@compiled
def _back_along(after: npt.NDArray[np.int32], ways: Floats, here: Floats, there: Floats) -> None:
    """The least metres still to go before a stretch, by state, from those behind it."""
    for state in range(len(after)):
        least = np.inf
        for way in range(WAYS):
            then = after[state, way]
            if then >= 0 and here[then] + ways[way] < least:
                least = here[then] + ways[way]
        there[state] = least


@njit(cache=True)
def _backward(floor: AisleFloor, sweep: Sweep, last: int) -> float:
    """Fill `sweep.behind`; the metres of the whole tour, which ends in the aisle of the stretch `last` or later."""
    tables = floor.tables
    states = tables.degree.shape[1]
    blocks = len(floor.cross_m) - 1
    here, there = np.full(states, np.inf), np.empty(states)
    for stretch in range(len(sweep.ways) - 1, -1, -1):
        block, aisle = stretch % blocks, stretch // blocks
        if block == blocks - 1:
            for cross in range(blocks, -1, -1):
                ahead_m = floor.cross_m[cross, aisle]
                for state in range(states):
                    degree = tables.degree[cross, state]
                    if degree == UNTOUCHED:
                        there[state] = here[state]
                    elif degree == ODD:
                        there[state] = here[state] + ahead_m
                    else:
                        then = tables.left[cross, state]
                        there[state] = here[state] + 2 * ahead_m
                        if then >= 0:
                            there[state] = min(there[state], here[then])
                        elif then == CLOSED and aisle >= last // blocks:
                            there[state] = min(there[state], 0.0)
                here, there = there, here
        sweep.behind[stretch] = here
        _back_along(tables.after[block], sweep.ways[stretch], here, there)
        here, there = there, here
    return float(here[0]) + 2 * floor.depot_m


@compiled
def _least(floor: AisleFloor, sweep: Sweep, stretch: int) -> None:
    """The least metres of all but a stretch, by the way it is used."""
    after = floor.tables.after[stretch % (len(floor.cross_m) - 1)]
    sweep.least[:] = np.inf
    for state in range(len(after)):
        before_m = sweep.before[stretch, state]
        if before_m == np.inf:
            continue
        for way in range(WAYS):
            then = after[state, way]
            if then >= 0:
                sweep.least[way] = min(sweep.least[way], before_m + sweep.behind[stretch, then])


@compiled
def _stop_in(
    floor: AisleFloor,
    held: Held,
    sweep: Sweep,
    stretch: int,
    length_m: float,
    with_stop_m: npt.NDArray[np.float32],
) -> None:
    """Fill in the metres with a stop more at the spots of a stretch."""
    first, end = floor.start[stretch], floor.start[stretch + 1]
    least, low_gap, high_gap = sweep.least, sweep.low_gap, sweep.high_gap
    whole_m = floor.stretch_m[stretch]
    through_m = min(least[ONCE] + whole_m, least[TWICE] + 2 * whole_m)
    near, gap_m = -1.0, 0.0
    for spot in range(first, end):
        low_gap[spot] = gap_m
        if near >= 0:
            low_gap[spot] = max(gap_m, floor.offset_m[spot] - near)
        if held[spot] > 0:
            near, gap_m = floor.offset_m[spot], low_gap[spot]
    low = near
    near, gap_m = -1.0, 0.0
    for spot in range(end - 1, first - 1, -1):
        high_gap[spot] = gap_m
        if near >= 0:
            high_gap[spot] = max(gap_m, near - floor.offset_m[spot])
        if held[spot] > 0:
            near, gap_m = floor.offset_m[spot], high_gap[spot]
    high, low = low, near
    is_empty = near < 0
    for spot in range(first, end):
        if held[spot] > 0 and (spot != floor.depot or length_m > 0):
            with_stop_m[spot] = length_m
            continue
        at_m = floor.offset_m[spot]
        best = min(
            through_m,
            least[FRONT] + 2 * (at_m if is_empty else max(high, at_m)),
            least[BACK] + 2 * (whole_m - (at_m if is_empty else min(low, at_m))),
        )
        if not is_empty:
            best = min(best, least[BOTH] + 2 * (whole_m - max(low_gap[spot], high_gap[spot])))
        with_stop_m[spot] = best + 2 * floor.depot_m


@njit(cache=True)
def tours_m(floor: AisleFloor, start: Ints, spots: Ints, sweep: Sweep) -> Floats:
    """Metres (T,) of the shortest tours through `spots[start[t]:start[t + 1]]`; 0 for none."""
    lengths = np.zeros(len(start) - 1)
    held = np.zeros(floor.offset_m.size, np.int16)
    for tour in range(len(lengths)):
        held[:] = 0
        held[floor.depot] = 1
        for row in range(start[tour], start[tour + 1]):
            held[spots[row]] += 1
        _measure(floor, held, sweep.ways)
        if start[tour + 1] > start[tour]:
            lengths[tour] = _backward(floor, sweep, _last_stretch(floor, held))
    return lengths


def exact_lengths(floor: AisleFloor, start: Ints, places: Ints) -> Floats:
    """Metres (T,) of the shortest tours there are, tour t through `places[start[t]:start[t + 1]]`."""
    return tours_m(floor, start, floor.spot[places], new_sweep(floor))


def alone_m(floor: AisleFloor) -> Floats:
    """Metres (S,) of a tour that stops at one spot only."""
    return tours_m(floor, np.arange(floor.spots + 1), np.arange(floor.spots), new_sweep(floor))
