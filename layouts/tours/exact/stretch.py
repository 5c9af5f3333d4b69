"""A stretch of lane between two junctions, with the places in it: the lengths of the ways to serve them."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.tours.exact.frontier_state import AGAINST, BACK, BOTH, FRONT, NONE, ONCE, TWICE


@njit(cache=True)
def way_lengths(length_m: float, offset_m: npt.NDArray[np.float64], lengths: npt.NDArray[np.float64]) -> None:
    """Fill `lengths` (WAYS,) for a stretch of `length_m` with places at `offset_m` (K,), rising, from its front.

    Ways that would leave a place out, or that the empty stretch has no use for, are infinite.
    """
    lengths[NONE] = np.inf
    lengths[ONCE] = length_m
    lengths[TWICE] = 2 * length_m
    lengths[FRONT] = lengths[BACK] = lengths[BOTH] = np.inf
    if len(offset_m) == 0:
        lengths[NONE] = 0.0
        return
    lengths[FRONT] = 2 * offset_m[-1]
    lengths[BACK] = 2 * (length_m - offset_m[0])
    gap = largest_gap(offset_m)
    if gap > 0:
        lengths[BOTH] = 2 * (length_m - (offset_m[gap] - offset_m[gap - 1]))


@njit(cache=True)
def largest_gap(offset_m: npt.NDArray[np.float64]) -> int:
    """The place behind the first of the longest gaps between neighbouring places; 0 where there is one place."""
    gap = 0
    for place in range(1, len(offset_m)):
        if gap == 0 or offset_m[place] - offset_m[place - 1] > offset_m[gap] - offset_m[gap - 1]:
            gap = place
    return gap


@njit(cache=True)
def sort_by_stretch(
    stretch: npt.NDArray[np.int64], offset_m: npt.NDArray[np.float64], stretches: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Places grouped by their stretch and rising in offset, ties in the order given.

    Returns `order` (P,) and `start` (stretches + 1,): stretch s holds places order[start[s] : start[s + 1]].
    """
    start = np.zeros(stretches + 1, np.int64)
    for one in stretch:
        start[one + 1] += 1
    for one in range(stretches):
        start[one + 1] += start[one]
    filled = start[:-1].copy()
    order = np.empty(len(stretch), np.int64)
    for place in range(len(stretch)):
        one = stretch[place]
        at = filled[one]
        filled[one] += 1
        while at > start[one] and offset_m[order[at - 1]] > offset_m[place]:
            order[at] = order[at - 1]
            at -= 1
        order[at] = place
    return order, start


@njit(cache=True)
def add_legs(
    way: int,
    times: int,
    ends: tuple[int, int],
    length_m: float,
    place: npt.NDArray[np.int64],
    offset_m: npt.NDArray[np.float64],
    legs: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float64]],
    count: int,
) -> int:
    """Write the legs of a stretch used in a `way` behind the first `count` of `legs`; the new count.

    `ends` are the places at its front and back, `place` (K,) those in between. `legs` are tail, head and length;
    what is walked to and fro is a leg either way. Only ONCE and AGAINST may be done several `times`.
    """
    tail, head, leg_m = legs
    inside = len(place)
    gap = -1
    if way == FRONT:
        gap = inside
    elif way == BACK:
        gap = 0
    elif way == BOTH:
        gap = largest_gap(offset_m)
    for leg in range(inside + 1):
        if leg == gap:
            continue
        one = ends[0] if leg == 0 else place[leg - 1]
        other = ends[1] if leg == inside else place[leg]
        if one == other:
            continue
        near_m = 0.0 if leg == 0 else offset_m[leg - 1]
        far_m = length_m if leg == inside else offset_m[leg]
        for _ in range(0 if way == AGAINST else times):
            tail[count], head[count], leg_m[count] = one, other, far_m - near_m
            count += 1
        for _ in range(0 if way == ONCE else times):
            tail[count], head[count], leg_m[count] = other, one, far_m - near_m
            count += 1
    return count
