"""A change: up to three units go to other locations at once. It is priced, and made or undone.

The units of a change go round: each to where the next one was, the last to where the first was or to a location that
was nobody's. So of every tour at most one stop is lost and one gained, whichever of the units it visits.
"""

from __future__ import annotations

import numpy as np

from layouts.compiled import compiled
from layouts.slotting.search.case import Case
from layouts.slotting.search.ledger import enter, fits
from layouts.slotting.search.routes import bridged_m, change_route, cheapest, row_of
from layouts.slotting.search.state import JOURNAL, MOVED, NOW, State, link, note_move, unlink


@compiled
def try_change(case: Case, state: State, count: int, most_moves: int, price_s: float, worse_s: float) -> bool:
    """Make the change of the first `count` of `state.unit` if the rules allow it, no more than `most_moves` are moved
    then, and it costs at most `worse_s` seconds; a move is priced at `price_s` there.
    """
    moves = 0
    for each in range(count):
        unit = state.unit[each]
        moves += int(state.to[each] != case.now[unit]) - int(state.at[unit] != case.now[unit])
    if moves > 0 and state.number[MOVED] + moves > most_moves:
        return False
    if not _enter_all(case, state, count):
        return False
    others = _others_s(case, state, count)
    touched = _touched(case, state, count)
    if (
        _travel_s(case, state, touched, worse_s - others - price_s * moves)
        > worse_s - others - price_s * moves
    ):
        _leave_all(case, state, count, count)
        return False
    for row in range(touched):
        tour = state.tour[row]
        state.total_s[NOW] += case.tour_s[tour] * change_route(
            case, state.routes, tour, state.lost[row], state.gained[row]
        )
    state.total_s[NOW] += others
    for each in range(count):
        _settle(case, state, state.unit[each], state.to[each])
    return True


@compiled
def _enter_all(case: Case, state: State, count: int) -> bool:
    """Let the units change places in the ledger, if the rules allow it; else leave it as it was."""
    for each in range(count):
        enter(case.limits, state.ledger, state.unit[each], state.at[state.unit[each]], -1)
    for each in range(count):
        if not fits(case.limits, state.ledger, state.unit[each], state.to[each]):
            for entered in range(each):
                enter(case.limits, state.ledger, state.unit[entered], state.to[entered], -1)
            for left in range(count):
                enter(case.limits, state.ledger, state.unit[left], state.at[state.unit[left]], 1)
            return False
        enter(case.limits, state.ledger, state.unit[each], state.to[each], 1)
    return True


@compiled
def _leave_all(case: Case, state: State, count: int, entered: int) -> None:
    for each in range(entered):
        enter(case.limits, state.ledger, state.unit[each], state.to[each], -1)
    for each in range(count):
        enter(case.limits, state.ledger, state.unit[each], state.at[state.unit[each]], 1)
        _crowd(case, state, state.unit[each], state.to[each], -1)
        _crowd(case, state, state.unit[each], state.at[state.unit[each]], 1)


@compiled
def _others_s(case: Case, state: State, count: int) -> float:
    """Seconds of place and crowd costs that the change adds; the loads of crowds change already."""
    seconds = 0.0
    for each in range(count):
        unit = state.unit[each]
        for row in range(len(case.place_unit)):
            seconds += case.place_unit[row, unit] * (
                case.place_location[row, state.to[each]] - case.place_location[row, state.at[unit]]
            )
        seconds += _crowd(case, state, unit, state.at[unit], -1)
        seconds += _crowd(case, state, unit, state.to[each], 1)
    return seconds


@compiled
def _crowd(case: Case, state: State, unit: int, location: int, sign: int) -> float:
    seconds = 0.0
    for row in range(len(case.crowd_unit)):
        group = case.crowd_group[row, location]
        if group >= 0:
            was = state.crowd_load[row, group]
            load = was + sign * case.crowd_unit[row, unit]
            state.crowd_load[row, group] = load
            seconds += case.crowd_price[row, group] * (load * load - was * was)
    return seconds


@compiled
def _touched(case: Case, state: State, count: int) -> int:
    """Fill in the tours whose places change, with what they lose and gain; how many they are."""
    touched = 0
    is_round = state.to[count - 1] == state.at[state.unit[0]]
    one, one_end = case.unit_start[state.unit[0]], case.unit_start[state.unit[0] + 1]
    two = two_end = three = three_end = 0
    if count > 1:
        two, two_end = case.unit_start[state.unit[1]], case.unit_start[state.unit[1] + 1]
    if count > 2:
        three, three_end = case.unit_start[state.unit[2]], case.unit_start[state.unit[2] + 1]
    none = len(case.tour_s)
    while True:
        first = case.unit_tour[one] if one < one_end else none
        second = case.unit_tour[two] if two < two_end else none
        third = case.unit_tour[three] if three < three_end else none
        tour = min(first, second, third)
        if tour == none:
            return touched
        lost, gained = -1, -1
        has = (first == tour, second == tour, third == tour)
        for each in range(count):
            if not has[each]:
                continue
            ahead = each - 1 if each > 0 else count - 1
            if not (has[ahead] and (each > 0 or is_round)):
                lost = case.place[state.at[state.unit[each]]]
            behind = each + 1 if each < count - 1 else 0
            if not (has[behind] and (each < count - 1 or is_round)):
                gained = case.place[state.to[each]]
        if lost != gained:
            state.tour[touched], state.lost[touched], state.gained[touched] = tour, lost, gained
            touched += 1
        one, two, three = one + int(has[0]), two + int(has[1]), three + int(has[2])


@compiled
def _travel_s(case: Case, state: State, touched: int, most_s: float) -> float:
    """Seconds of walking that the change adds at most; infinite as soon as it is sure to be above `most_s`."""
    routes, seconds = state.routes, 0.0
    for row in range(touched):
        tour = state.tour[row]
        gone = row_of(case, routes, tour, state.lost[row])
        state.gone[row] = -1
        if routes.held[case.tour_start[tour] + gone] == 1:
            state.gone[row] = gone
            legs = case.tour_start[tour] + tour + gone
            state.bridge_m[row] = bridged_m(case, routes, tour, gone)
            seconds += case.tour_s[tour] * (state.bridge_m[row] - routes.leg_m[legs] - routes.leg_m[legs + 1])
    for row in range(touched):
        if seconds > most_s:
            return np.inf
        tour, gained = state.tour[row], state.gained[row]
        if row_of(case, routes, tour, gained) < 0:
            added = cheapest(case, routes, tour, state.gone[row], state.bridge_m[row], gained)[0]
            seconds += case.tour_s[tour] * added
    return seconds


@compiled
def _settle(case: Case, state: State, unit: int, location: int) -> None:
    was = state.at[unit]
    unlink(state, unit, was)
    link(state, unit, location)
    state.at[unit] = location
    note_move(case, state, unit)
    row = state.number[JOURNAL]
    if row < len(state.journal):
        state.journal[row, 0], state.journal[row, 1] = unit, was
    state.number[JOURNAL] += 1
