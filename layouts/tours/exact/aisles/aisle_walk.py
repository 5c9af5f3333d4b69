"""From the states a shortest tour passes to the tour: how each stretch is used, leg by leg, as one walk."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.tours.exact.aisles.aisle_sweep import DEPOT, STAYED, aisle_ways, places_to_visit, sweep
from layouts.tours.exact.aisles.aisle_tables import AisleTables
from layouts.tours.exact.closed_walk import closed_walk
from layouts.tours.exact.frontier_state import NONE, WAYS
from layouts.tours.exact.stretch import add_legs, sort_by_stretch

Walk = tuple[float, npt.NDArray[np.int64], npt.NDArray[np.float64]]


@njit(cache=True)
def optimal_walk(
    aisle_m: npt.NDArray[np.float64],
    cross_m: npt.NDArray[np.float64],
    depot_cross: int,
    depot_aisle: int,
    pick_aisle: npt.NDArray[np.int64],
    pick_block: npt.NDArray[np.int64],
    pick_offset_m: npt.NDArray[np.float64],
    tables: AisleTables,
) -> Walk:
    """The least length (m), the places (K,) passed from the depot's junction back to it, and their legs (K − 1,).

    Arguments as `optimal_length` takes them. Places: junction cross · M + aisle, behind the junctions the picks.
    """
    blocks, aisles = aisle_m.shape
    stretch, offset_m, pick = places_to_visit(
        aisle_m, depot_cross, depot_aisle, pick_aisle, pick_block, pick_offset_m
    )
    order, start = sort_by_stretch(stretch, offset_m, blocks * aisles)
    offset_m = offset_m[order]
    came_from = np.empty(((2 * blocks + 1) * aisles, tables.degree.shape[1]), np.int32)
    ways = aisle_ways(aisle_m, offset_m, start)
    length_m, step, state = sweep(ways, cross_m, tables, came_from)
    way, times = ways_taken(came_from, step, state, blocks, aisles, tables)

    depot = depot_cross * aisles + depot_aisle
    junctions = (blocks + 1) * aisles
    place = junctions + pick[order]
    place[pick[order] == DEPOT] = depot
    most = 2 * (len(place) + blocks * aisles + times.size)
    tail, head, leg_m = np.empty(most, np.int64), np.empty(most, np.int64), np.empty(most)
    count = 0
    for one in range(blocks * aisles):
        if way[one] == NONE:
            continue
        aisle, block = one // blocks, one % blocks
        inside = slice(start[one], start[one + 1])
        front = block * aisles + aisle
        count = add_legs(
            way[one],
            1,
            (front, front + aisles),
            aisle_m[block, aisle],
            place[inside],
            offset_m[inside],
            (tail, head, leg_m),
            count,
        )
    for cross in range(blocks + 1):
        for aisle in range(aisles - 1):
            for _ in range(times[cross, aisle]):
                tail[count] = cross * aisles + aisle
                head[count] = tail[count] + 1
                leg_m[count] = cross_m[cross, aisle]
                count += 1

    walked = closed_walk(tail[:count], head[:count], junctions + len(pick_aisle), depot, False)
    places = np.empty(len(walked) + 1, np.int64)
    places[0] = depot
    for at in range(len(walked)):
        leg = walked[at]
        places[at + 1] = head[leg] if places[at] == tail[leg] else tail[leg]
    return length_m, places, leg_m[walked]


@njit(cache=True)
def ways_taken(
    came_from: npt.NDArray[np.int32], step: int, state: int, blocks: int, aisles: int, tables: AisleTables
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """The way of every stretch (M · B,) and how often every cross-aisle edge is walked (B + 1, M),
    the last column being none.
    """
    way = np.full(blocks * aisles, NONE, np.int64)
    times = np.zeros((blocks + 1, aisles), np.int64)
    step -= 1
    while step >= 0:
        aisle, part = step // (2 * blocks + 1), step % (2 * blocks + 1)
        before = came_from[step, state]
        if part < blocks:
            way[aisle * blocks + part] = before % WAYS
            state = before // WAYS
        elif before == STAYED:
            times[part - blocks, aisle] = tables.degree[part - blocks, state]
        else:
            state = before
        step -= 1
    return way, times
