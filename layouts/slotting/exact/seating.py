"""Which unit takes which seat at the least cost, with what it would cost to insist on another.

The Hungarian method of successive shortest paths (Kuhn 1955, Munkres 1957), with the prices that prove it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@njit(cache=True)
def seated(cost: Floats, seats: Ints) -> tuple[float, Ints, Floats, Floats]:
    """Least sum of `cost` (U, L) with each unit on a seat of its own, `seats` (S,) being the location of each.

    Gives the sum, the location of each unit, and prices of units (U,) and locations (L,): cost − both is at least 0
    everywhere, and the sum rises by at least that where a unit is put there. Infinite costs are forbidden; the sum
    is infinite if there is no way.
    """
    units, locations = cost.shape
    of_unit, of_seat = np.zeros(units + 1), np.zeros(len(seats) + 1)
    holder = np.full(len(seats) + 1, -1)
    way = np.zeros(len(seats) + 1, np.int64)
    nowhere = np.full(units, -1)
    spare = len(seats)
    for unit in range(units):
        holder[spare] = unit
        seat = spare
        least = np.full(len(seats), np.inf)
        done = np.zeros(len(seats) + 1, np.bool_)
        while holder[seat] >= 0:
            done[seat] = True
            here = holder[seat]
            step, then = np.inf, -1
            for other in range(len(seats)):
                if done[other]:
                    continue
                rest = cost[here, seats[other]] - of_unit[here] - of_seat[other]
                if rest < least[other]:
                    least[other] = rest
                    way[other] = seat
                if least[other] < step:
                    step, then = least[other], other
            if then < 0:
                return np.inf, nowhere, of_unit[:units], np.zeros(locations)
            for other in range(len(seats) + 1):
                if done[other]:
                    of_unit[holder[other]] += step
                    of_seat[other] -= step
                elif other < spare:
                    least[other] -= step
            seat = then
        while seat != spare:
            holder[seat] = holder[way[seat]]
            seat = way[seat]
        holder[spare] = -1
    taken = nowhere
    total = 0.0
    for seat in range(spare):
        if holder[seat] >= 0:
            taken[holder[seat]] = seats[seat]
            total += cost[holder[seat], seats[seat]]
    of_location = np.full(locations, -np.inf)
    for seat in range(spare):
        of_location[seats[seat]] = max(of_location[seats[seat]], of_seat[seat])
    return total, taken, of_unit[:units], of_location
