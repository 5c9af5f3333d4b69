"""In which order to sweep a network so that its frontier stays small."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

STRETCH, LEAVE, VISIT = range(3)
"""Steps of a sweep: decide a stretch; let a junction leave the frontier; require a junction."""

MOST_STARTS = 64


class Program(NamedTuple):
    """T steps: `kind` (T,), `slot` (T,) and, for a stretch, `far_slot` (T,) of its back and `stretch` (T,).

    `width` is how many slots there are.
    """

    kind: npt.NDArray[np.int64]
    slot: npt.NDArray[np.int64]
    far_slot: npt.NDArray[np.int64]
    stretch: npt.NDArray[np.int64]
    width: int


@njit(cache=True)
def narrow_order(
    front: npt.NDArray[np.int64], back: npt.NDArray[np.int64], junctions: int
) -> npt.NDArray[np.int64]:
    """The junctions (V,) in an order of small frontier; stretch k joins the junctions front[k] and back[k].

    From each of MOST_STARTS junctions on, the next one is always that which leaves the smallest frontier behind,
    among them the one that helps the oldest junction of the frontier. The best of these orders is returned: least
    sum of 4^frontier, for so grow the states.
    """
    start, joined = _neighbours(front, back, junctions)
    best = np.arange(junctions)
    least = np.inf
    step = max(1, junctions // MOST_STARTS)
    for origin in range(0, junctions, step):
        order, effort = _order_from(origin, start, joined, least)
        if effort < least:
            best, least = order, effort
    return best


@njit(cache=True)
def _order_from(
    origin: int, start: npt.NDArray[np.int64], joined: npt.NDArray[np.int64], least: float
) -> tuple[npt.NDArray[np.int64], float]:
    junctions = len(start) - 1
    order = np.empty(junctions, np.int64)
    rank = np.full(junctions, junctions, np.int64)
    waiting = start[1:] - start[:-1]
    width, effort = 0, 0.0
    following = origin
    for count in range(junctions):
        order[count], rank[following] = following, count
        for half in range(start[following], start[following + 1]):
            there = joined[half]
            waiting[there] -= 1
            if waiting[there] == 0 and rank[there] < count:
                width -= 1
        if waiting[following] > 0:
            width += 1
        effort += 4.0 ** (width + 1)
        if effort >= least:
            return order, np.inf
        following = -1
        lowest, oldest = np.inf, junctions
        for junction in range(junctions):
            if rank[junction] < junctions:
                continue
            freed, ahead, seen_by = 0, 0, junctions
            for half in range(start[junction], start[junction + 1]):
                there = joined[half]
                if rank[there] == junctions:
                    ahead += 1
                else:
                    seen_by = min(seen_by, rank[there])
                    if waiting[there] == 1:
                        freed += 1
            if seen_by == junctions:
                continue
            after = float(min(ahead, 1) - freed)
            if after < lowest or (after == lowest and seen_by < oldest):
                following, lowest, oldest = junction, after, seen_by
    return order, effort


@njit(cache=True)
def _neighbours(
    front: npt.NDArray[np.int64], back: npt.NDArray[np.int64], junctions: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Each junction's neighbours, once each: joined[start[j] : start[j + 1]]."""
    adjacent = np.zeros((junctions, junctions), np.bool_)
    for stretch in range(len(front)):
        adjacent[front[stretch], back[stretch]] = adjacent[back[stretch], front[stretch]] = True
    start = np.zeros(junctions + 1, np.int64)
    joined = np.empty(2 * len(front), np.int64)
    count = 0
    for one in range(junctions):
        for other in range(junctions):
            if adjacent[one, other]:
                joined[count] = other
                count += 1
        start[one + 1] = count
    return start, joined[:count]


@njit(cache=True)
def sweep_program(
    front: npt.NDArray[np.int64],
    back: npt.NDArray[np.int64],
    required: npt.NDArray[np.bool_],
    order: npt.NDArray[np.int64],
) -> Program:
    """The steps that take in the junctions in `order` (V,): each with its stretches to those before it, first to
    the oldest; a junction whose last stretch is decided leaves at once.
    """
    junctions, stretches = len(order), len(front)
    rank = np.empty(junctions, np.int64)
    rank[order] = np.arange(junctions)
    later, earlier = np.maximum(rank[front], rank[back]), np.minimum(rank[front], rank[back])
    by_time = np.argsort(later * junctions + earlier, kind="mergesort")
    undecided = np.bincount(np.concatenate((front, back)), minlength=junctions)
    slot_of = np.zeros(junctions, np.int64)
    occupied = np.zeros(junctions + 1, np.bool_)
    most = 2 * junctions + stretches
    kind, slot = np.empty(most, np.int64), np.empty(most, np.int64)
    far_slot, decided = np.zeros(most, np.int64), np.zeros(most, np.int64)
    count = width = at = 0
    for place in range(junctions):
        junction = order[place]
        free = 0
        while occupied[free]:
            free += 1
        occupied[free], slot_of[junction] = True, free
        width = max(width, free + 1)
        if required[junction]:
            kind[count], slot[count] = VISIT, free
            count += 1
        while at < stretches and later[by_time[at]] == place:
            stretch = by_time[at]
            at += 1
            kind[count], decided[count] = STRETCH, stretch
            slot[count], far_slot[count] = slot_of[front[stretch]], slot_of[back[stretch]]
            count += 1
            for end in (order[earlier[stretch]], junction):
                undecided[end] -= 1
                if undecided[end] == 0:
                    kind[count], slot[count] = LEAVE, slot_of[end]
                    occupied[slot_of[end]] = False
                    count += 1
    return Program(kind[:count], slot[:count], far_slot[:count], decided[:count], width)
