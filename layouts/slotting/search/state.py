"""Where the search stands: who is where, the routes, what groups hold, who has moved, and what it costs."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.compiled import compiled
from layouts.slotting.search.case import Case
from layouts.slotting.search.ledger import Ledger, enter_all, new_ledger
from layouts.slotting.search.routes import Routes, new_routes, tour_m

Ints = npt.NDArray[np.int64]
Small = npt.NDArray[np.int32]
Floats = npt.NDArray[np.float64]

MOST_AT_ONCE = 3
"""Units that change places at once."""
MOVED, JOURNAL = 0, 1
"""What `number` counts: moved units, and rows of the journal since the best."""
NOW, BEST = 0, 1
"""What `total_s` is of."""


class State(NamedTuple):
    """Unit u is at location `at[u]` (U,); the units of location l are `first_in[l]` (L,) and on along `after` (U,).

    `inside` (L,) counts them; `moved` lists the units away from where they are today, unit u at row `moved_row[u]`.
    `unit` and `to` (3,) are the change that is tried, `to` where each goes; `journal` (J, 2) who left which location
    since the best. `tour`, `lost`, `gained`, `gone` and `bridge_m` (T,) are the tours a change touches.
    """

    at: Ints
    first_in: Small
    after: Small
    before: Small
    inside: Small
    moved: Small
    moved_row: Small
    number: Ints
    total_s: Floats
    routes: Routes
    ledger: Ledger
    crowd_load: Floats
    unit: Ints
    to: Ints
    journal: Small
    tour: Small
    lost: Small
    gained: Small
    gone: Small
    bridge_m: Floats


def new_state(case: Case, assignment: Ints, *, journal: int = 1 << 16) -> State:
    """The state of an assignment (U,), which is its own best."""
    units, locations, tours = len(case.now), len(case.place), len(case.tour_s)
    ledger = new_ledger(case.limits)
    enter_all(case.limits, ledger, assignment)
    state = State(
        at=assignment.astype(np.int64),
        first_in=np.full(locations, -1, np.int32),
        after=np.full(units, -1, np.int32),
        before=np.full(units, -1, np.int32),
        inside=np.zeros(locations, np.int32),
        moved=np.zeros(units, np.int32),
        moved_row=np.full(units, -1, np.int32),
        number=np.zeros(2, np.int64),
        total_s=np.zeros(2),
        routes=new_routes(case, assignment),
        ledger=ledger,
        crowd_load=np.zeros(case.crowd_price.shape),
        unit=np.zeros(MOST_AT_ONCE, np.int64),
        to=np.zeros(MOST_AT_ONCE, np.int64),
        journal=np.zeros((journal, 2), np.int32),
        tour=np.zeros(tours, np.int32),
        lost=np.zeros(tours, np.int32),
        gained=np.zeros(tours, np.int32),
        gone=np.zeros(tours, np.int32),
        bridge_m=np.zeros(tours),
    )
    _place(case, state)
    state.total_s[:] = travel_s(case, state) + others_s(case, state)
    return state


@njit(cache=True)
def _place(case: Case, state: State) -> None:
    for unit in range(len(state.at)):
        location = state.at[unit]
        if location >= 0:
            link(state, unit, location)
            for row in range(len(case.crowd_unit)):
                group = case.crowd_group[row, location]
                if group >= 0:
                    state.crowd_load[row, group] += case.crowd_unit[row, unit]
        note_move(case, state, unit)


@njit(cache=True)
def travel_s(case: Case, state: State) -> float:
    """Seconds of walking along the routes."""
    seconds = 0.0
    for tour in range(len(case.tour_s)):
        seconds += case.tour_s[tour] * tour_m(case, state.routes, tour)
    return seconds


@njit(cache=True)
def others_s(case: Case, state: State) -> float:
    """Seconds of all place costs and crowd costs."""
    seconds = 0.0
    for row in range(len(case.place_unit)):
        for unit in range(len(state.at)):
            if state.at[unit] >= 0:
                seconds += case.place_unit[row, unit] * case.place_location[row, state.at[unit]]
    for row in range(len(case.crowd_unit)):
        for group in range(case.crowd_price.shape[1]):
            seconds += case.crowd_price[row, group] * state.crowd_load[row, group] ** 2
    return seconds


@compiled
def link(state: State, unit: int, location: int) -> None:
    """Add a unit to those of a location."""
    head = state.first_in[location]
    state.after[unit], state.before[unit] = head, -1
    if head >= 0:
        state.before[head] = unit
    state.first_in[location] = unit
    state.inside[location] += 1


@compiled
def unlink(state: State, unit: int, location: int) -> None:
    """Take a unit from those of its location."""
    before, after = state.before[unit], state.after[unit]
    if before >= 0:
        state.after[before] = after
    else:
        state.first_in[location] = after
    if after >= 0:
        state.before[after] = before
    state.inside[location] -= 1


@compiled
def note_move(case: Case, state: State, unit: int) -> None:
    """Keep the list of moved units true for this one."""
    row, is_moved = state.moved_row[unit], state.at[unit] != case.now[unit]
    if is_moved and row < 0:
        state.moved_row[unit] = state.number[MOVED]
        state.moved[state.number[MOVED]] = unit
        state.number[MOVED] += 1
    elif not is_moved and row >= 0:
        state.number[MOVED] -= 1
        last = state.moved[state.number[MOVED]]
        state.moved[row], state.moved_row[last] = last, row
        state.moved_row[unit] = -1
