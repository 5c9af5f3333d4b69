"""All distances among many places: one search a place over the corners, then the few corners each one sees."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from spatial.any_angle.corners import Lines
from spatial.any_angle.sight import NONE, Edges, crossed
from spatial.any_angle.spread import NO_CORNER, spread


@njit(cache=True, nogil=True)
def fill_rows(
    length_m: npt.NDArray[np.floating],
    places: npt.NDArray[np.float64],
    seen: Lines,
    lines: Lines,
    edges: Edges,
    first: int,
    step: int,
) -> None:
    """Fill the rows `first`, `first` + `step` … of the upper triangle `length_m` (n (n − 1) / 2,).

    `places` (n, 2) see the corners `seen`; the corners see each other along `lines`. The way from a place to
    a later one is straight, or to the best of the corners that the later one sees and on from there.
    """
    count = len(places)
    distance = np.zeros(len(lines.start) - 1)
    before = np.full(len(distance), NO_CORNER)
    for one in range(first, count - 1, step):
        distance[:] = np.inf
        for at in range(seen.start[one], seen.start[one + 1]):
            distance[seen.to[at]] = seen.length_m[at]
        spread(lines, distance, before)
        row = one * count - one * (one + 1) // 2 - one - 1
        hidden_by = NONE
        for other in range(one + 1, count):
            shortest = np.inf
            for at in range(seen.start[other], seen.start[other + 1]):
                shortest = min(shortest, distance[seen.to[at]] + seen.length_m[at])
            dx, dy = places[other, 0] - places[one, 0], places[other, 1] - places[one, 1]
            straight = np.sqrt(dx * dx + dy * dy)
            if straight < shortest:
                hidden_by = crossed(edges, places[one], places[other], hidden_by)
                if hidden_by == NONE:
                    shortest = straight
            length_m[row + other] = shortest
