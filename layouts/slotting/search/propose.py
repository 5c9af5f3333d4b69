"""Which change is tried next: a unit, a location that may suit it, and what becomes of who is there.

1. The unit: one that has moved, to be taken back or moved again; the one of a random line, so that the often visited
   come up often; or any one.
2. The location: near another stop of one of its tours; about as far out as its velocity would put it; near where it
   is; or any one.
3. Who is there: nobody in the way; or they swap; or the other goes home or to a free location; or three go round.

All randomness comes in as `draw` (DRAWS,), so that compiled and plain Python agree.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from layouts.compiled import compiled
from layouts.slotting.search.case import Case
from layouts.slotting.search.ledger import enter, fits
from layouts.slotting.search.state import MOVED, State

Floats = npt.NDArray[np.float64]

DRAWS = 11
BACK, AGAIN, LINE, SELDOM_LINE = 0.25, 0.5, 0.6, 0.02
"""Draws of the unit below these take one back, move a moved one again, and take that of a line; above, any unit.

Where moves are not bounded nobody is taken back, and lines are drawn seldom: the often visited take long to price.
"""
MATE, RANK, NEAR, OF_MOVED = 0.35, 0.6, 0.85, 0.8
"""Draws of the location below these are near a mate, by rank, and near by; above, any location, or, where moves are
bounded, from the last on that of a moved unit.
"""
SWAP, CHAIN = 0.7, 0.85
"""Draws of the shape below these are swaps, and chains; above, rounds of three."""


@compiled
def propose(case: Case, state: State, draw: Floats, is_back: bool) -> int:
    """Fill in `state.unit` and `state.to`; how many units it moves, 0 for no change."""
    unit, mate, is_home = _unit(case, state, draw, is_back)
    if unit < 0 or case.fixed[unit] or state.at[unit] < 0:
        return 0
    was = state.at[unit]
    to = case.now[unit] if is_home else _location(case, state, unit, mate, draw, is_back)
    if to < 0 or to == was or not case.limits.may[unit, case.limits.kind[to]]:
        return 0
    is_walk_only = len(case.place_unit) == 0 and len(case.crowd_unit) == 0
    if not is_home and is_walk_only and case.place[to] == case.place[was]:
        return 0
    state.unit[0], state.to[0] = unit, to
    if _is_free(case, state, unit, to):
        return 1
    if state.inside[to] == 0:
        return 0
    other = _inside(state, to, draw[7])
    if case.fixed[other]:
        return 0
    state.unit[1], state.to[1] = other, was
    home = case.now[other]
    if is_home and home >= 0 and home != to and home != was and draw[8] < 0.5:
        state.to[1] = home
        return 2
    if draw[8] < SWAP:
        return 2
    then = _beyond(case, other, was, draw)
    if then in (to, was):
        return 2
    if draw[8] < CHAIN or state.inside[then] == 0:
        state.to[1] = then
        return 2
    third = _inside(state, then, draw[7])
    if case.fixed[third] or third == other or unit == third:
        return 0
    state.to[1], state.unit[2], state.to[2] = then, third, was
    return 3


@compiled
def _unit(case: Case, state: State, draw: Floats, is_back: bool) -> tuple[int, int, bool]:
    """A unit, another of one of its tours (itself where there is none), and whether it shall go home."""
    lines = len(case.line_unit)
    if is_back and draw[0] < AGAIN and state.number[MOVED] > 0:
        unit = state.moved[int(draw[1] * state.number[MOVED])]
        return unit, unit, draw[0] < BACK
    if draw[0] < (LINE if is_back else SELDOM_LINE) and lines > 0:
        line = int(draw[1] * lines)
        unit, tour = case.line_unit[line], case.line_tour[line]
    else:
        if len(case.busy) == 0:
            return -1, -1, False
        unit = case.busy[int(draw[1] * len(case.busy))]
        first, visits = case.unit_start[unit], case.unit_start[unit + 1] - case.unit_start[unit]
        if visits == 0:
            return unit, unit, False
        tour = case.unit_tour[first + int(draw[2] * visits)]
    first = case.tour_start[tour]
    mate = case.line_unit[first + int(draw[3] * (case.tour_start[tour + 1] - first))]
    return unit, mate, False


@compiled
def _location(case: Case, state: State, unit: int, mate: int, draw: Floats, is_back: bool) -> int:
    """A location that may suit the unit, −1 for none."""
    kind = draw[4]
    if is_back and kind >= OF_MOVED and state.number[MOVED] > 0:
        return int(state.at[state.moved[int(draw[5] * state.number[MOVED])]])
    if kind < MATE and mate != unit:
        return _near(case, case.place[state.at[mate]], draw[5], draw[6])
    if kind < RANK:
        aside = 2.0 * draw[5] - 1.0
        row = case.rank[unit] + int(aside * aside * aside * len(case.ranked))
        return int(case.ranked[min(max(row, 0), len(case.ranked) - 1)])
    if kind < NEAR:
        return _near(case, case.place[state.at[unit]], draw[5], draw[6])
    return int(draw[5] * len(case.place))


@compiled
def _near(case: Case, place: int, which: float, where: float) -> int:
    """A location of one of the places near `place`."""
    there = case.near[place, int(which * case.near.shape[1])]
    first, last = case.place_start[there], case.place_start[there + 1]
    return int(case.at_place[first + int(where * (last - first))])


@compiled
def _beyond(case: Case, other: int, was: int, draw: Floats) -> int:
    """Where a unit that is in the way may go: near where the first one was, or about as far out as it belongs."""
    if draw[9] < 0.5:
        return _near(case, case.place[was], 2.0 * draw[9], draw[6])
    aside = 4.0 * draw[9] - 3.0
    row = case.rank[other] + int(aside * aside * aside * len(case.ranked))
    return int(case.ranked[min(max(row, 0), len(case.ranked) - 1)])


@compiled
def _is_free(case: Case, state: State, unit: int, to: int) -> bool:
    was = state.at[unit]
    enter(case.limits, state.ledger, unit, was, -1)
    free = fits(case.limits, state.ledger, unit, to)
    enter(case.limits, state.ledger, unit, was, 1)
    return free


@compiled
def _inside(state: State, location: int, which: float) -> int:
    """One of the units in a location."""
    unit = state.first_in[location]
    for _ in range(int(which * state.inside[location])):
        unit = state.after[unit]
    return int(unit)
