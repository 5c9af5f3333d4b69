"""A stretch whose places need not be visited, but are worth something: the best way of each kind to use it."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.tours.exact.frontier_state import BACK, BOTH, FRONT, NONE, ONCE, TWICE, WAYS


@njit(cache=True)
def valued_ways(
    aisle_m: npt.NDArray[np.float64],
    offset_m: npt.NDArray[np.float64],
    value_m: npt.NDArray[np.float64],
    start: npt.NDArray[np.int64],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """For each stretch and way (M · B, WAYS): the length less the value of the places passed, and the first place
    and the one behind the last that are left out (M · B, WAYS, 2), counted in all places.

    Stretch s holds the places offset_m[start[s] : start[s + 1]], rising, worth value_m each; one of infinite value
    is never left out.
    """
    blocks, aisles = aisle_m.shape
    ways = np.empty((blocks * aisles, WAYS))
    gap = np.zeros((blocks * aisles, WAYS, 2), np.int64)
    for stretch in range(blocks * aisles):
        length_m = aisle_m[stretch % blocks, stretch // blocks]
        inside = slice(start[stretch], start[stretch + 1])
        _one_stretch(length_m, offset_m[inside], value_m[inside], ways[stretch], gap[stretch])
        gap[stretch] += start[stretch]
    return ways, gap


@njit(cache=True)
def _one_stretch(
    length_m: float,
    offset_m: npt.NDArray[np.float64],
    value_m: npt.NDArray[np.float64],
    ways: npt.NDArray[np.float64],
    gap: npt.NDArray[np.int64],
) -> None:
    """Every gap is a front part, up to its first place, and a back part, from the one behind its last: for each back
    part the best front part is known. A place that must be visited ends the choice of fronts before it.
    """
    places = len(offset_m)
    behind = 0.0
    required = False
    for value in value_m:
        if value == np.inf:
            required = True
        else:
            behind += value
    ways[:] = np.inf
    ways[NONE], gap[NONE, 1] = np.inf if required else 0.0, places
    ways[ONCE], ways[TWICE] = length_m - behind, 2 * length_m - behind
    front, front_m, before = 0, np.inf, 0.0
    required = False
    for back in range(places + 1):
        if back > 0:
            if value_m[back - 1] == np.inf:
                front_m, required = np.inf, True
            else:
                before += value_m[back - 1]
                behind -= value_m[back - 1]
            if 2 * offset_m[back - 1] - before < front_m:
                front, front_m = back, 2 * offset_m[back - 1] - before
        if back == places:
            ways[FRONT], gap[FRONT, 0], gap[FRONT, 1] = front_m, front, back
            break
        back_m = 2 * (length_m - offset_m[back]) - behind
        if not required and back_m < ways[BACK]:
            ways[BACK], gap[BACK, 1] = back_m, back
        if front_m + back_m < ways[BOTH]:
            ways[BOTH], gap[BOTH, 0], gap[BOTH, 1] = front_m + back_m, front, back
