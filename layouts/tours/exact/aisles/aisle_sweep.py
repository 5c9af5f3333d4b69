"""The dynamic program over parallel aisles: aisle by aisle, every state of the cross-aisles at its least length.

Ratliff & Rosenthal (1983) for one block, Roodbergen & de Koster (2001) for two, Pansart, Catusse & Cambazard (2018)
for any number; the junction where the depot stands is one more place to visit.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.tours.exact.aisles.aisle_tables import AisleTables
from layouts.tours.exact.frontier_state import CLOSED, NONE, ODD, UNTOUCHED, WAYS
from layouts.tours.exact.stretch import sort_by_stretch, way_lengths

DEPOT = -1
"""The number of the depot among picks."""
STAYED = -1
"""Written where a state was not reached by leaving a junction behind."""


@njit(cache=True)
def optimal_length(
    aisle_m: npt.NDArray[np.float64],
    cross_m: npt.NDArray[np.float64],
    depot_cross: int,
    depot_aisle: int,
    pick_aisle: npt.NDArray[np.int64],
    pick_block: npt.NDArray[np.int64],
    pick_offset_m: npt.NDArray[np.float64],
    tables: AisleTables,
) -> float:
    """Metres of the shortest closed walk from the depot's junction through all picks; for other kernels.

    Arguments as in ParallelAisles and Picks, which must have been checked; `tables` for B + 1 cross-aisles.
    """
    blocks, aisles = aisle_m.shape
    stretch, offset_m, _ = places_to_visit(
        aisle_m, depot_cross, depot_aisle, pick_aisle, pick_block, pick_offset_m
    )
    order, start = sort_by_stretch(stretch, offset_m, blocks * aisles)
    ways = aisle_ways(aisle_m, offset_m[order], start)
    return sweep(ways, cross_m, tables, np.empty((0, 0), np.int32))[0]


@njit(cache=True)
def places_to_visit(
    aisle_m: npt.NDArray[np.float64],
    depot_cross: int,
    depot_aisle: int,
    pick_aisle: npt.NDArray[np.int64],
    pick_block: npt.NDArray[np.int64],
    pick_offset_m: npt.NDArray[np.float64],
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """The picks and the depot's junction: stretch aisle · B + block, offset, and pick or DEPOT, (P + 1,) each.

    The depot stands first at the front of its stretch and last at its back, before or behind picks at that junction.
    """
    blocks = aisle_m.shape[0]
    picks = len(pick_aisle)
    depot_block = min(depot_cross, blocks - 1)
    at_front = depot_block == depot_cross
    stretch = np.empty(picks + 1, np.int64)
    offset_m = np.empty(picks + 1, np.float64)
    pick = np.arange(picks + 1) - at_front
    for place in range(picks + 1):
        if 0 <= pick[place] < picks:
            stretch[place] = pick_aisle[pick[place]] * blocks + pick_block[pick[place]]
            offset_m[place] = pick_offset_m[pick[place]]
    depot = 0 if at_front else picks
    stretch[depot] = depot_aisle * blocks + depot_block
    offset_m[depot] = 0.0 if at_front else aisle_m[depot_block, depot_aisle]
    pick[depot] = DEPOT
    return stretch, offset_m, pick


@njit(cache=True)
def aisle_ways(
    aisle_m: npt.NDArray[np.float64], offset_m: npt.NDArray[np.float64], start: npt.NDArray[np.int64]
) -> npt.NDArray[np.float64]:
    """The lengths (M · B, WAYS) of the ways to use each stretch; stretch s holds the places
    offset_m[start[s] : start[s + 1]].
    """
    blocks, aisles = aisle_m.shape
    ways = np.empty((blocks * aisles, WAYS))
    for stretch in range(blocks * aisles):
        length_m = aisle_m[stretch % blocks, stretch // blocks]
        way_lengths(length_m, offset_m[start[stretch] : start[stretch + 1]], ways[stretch])
    return ways


@njit(cache=True)
def sweep(
    ways: npt.NDArray[np.float64],
    cross_m: npt.NDArray[np.float64],
    tables: AisleTables,
    came_from: npt.NDArray[np.int32],
) -> tuple[float, int, int]:
    """The least length, and the step and state in which the shortest tour closes.

    `ways` (M · B, WAYS) are what the ways to use each stretch take, less than 0 where places are worth a detour.
    An aisle takes B steps for its stretches, from the front, and B + 1 for leaving its junctions. Unless it is
    empty, `came_from` (steps, S) is filled: for a stretch with state · WAYS + way, for a junction with the state
    before or STAYED.
    """
    states = tables.degree.shape[1]
    blocks = cross_m.shape[0] - 1
    aisles = len(ways) // blocks
    required = worthwhile = 0
    for stretch in range(len(ways)):
        if ways[stretch, NONE] == np.inf:
            required = stretch
        if ways[stretch, NONE] == np.inf or np.min(ways[stretch]) < 0:
            worthwhile = stretch
    required_step = (2 * blocks + 1) * (required // blocks) + required % blocks

    length = np.full(states, np.inf)
    other = np.empty(states)
    length[0] = 0.0
    best, best_step, best_state = np.inf, -1, -1
    step = 0
    for aisle in range(aisles):
        for block in range(blocks):
            stretch = aisle * blocks + block
            other[:] = np.inf
            for way in range(NONE, WAYS):
                extra = ways[stretch, way]
                if extra == np.inf:
                    continue
                for state in range(states):
                    there = tables.after[block, state, way]
                    if there >= 0 and length[state] + extra < other[there]:
                        other[there] = length[state] + extra
                        if len(came_from) > 0:
                            came_from[step, there] = state * WAYS + way
            length, other = other, length
            step += 1
        for cross in range(blocks + 1):
            ahead = cross_m[cross, aisle] if aisle + 1 < aisles else np.inf
            if len(came_from) > 0:
                came_from[step] = STAYED
            for state in range(states):
                degree = tables.degree[cross, state]
                if degree == UNTOUCHED or length[state] == np.inf:
                    continue
                if degree == ODD:
                    length[state] += ahead
                    continue
                there = tables.left[cross, state]
                if there >= 0 and length[state] < length[there]:
                    length[there] = length[state]
                    if len(came_from) > 0:
                        came_from[step, there] = state
                elif there == CLOSED and step >= required_step and length[state] < best:
                    best, best_step, best_state = length[state], step, state
                length[state] += 2 * ahead
            step += 1
        if aisle >= worthwhile // blocks and np.min(length) >= best:
            break
    return best, best_step, best_state
