"""In which order to sweep a network so that its frontier stays small."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.tours.exact.frontier_state import SLOTS

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


def narrow_order(
    front: npt.NDArray[np.int64], back: npt.NDArray[np.int64], junctions: int
) -> npt.NDArray[np.int64] | None:
    """The junctions (V,) in an order of small frontier; stretch k joins the junctions front[k] and back[k], which
    all hang together. None where no such order was found with a frontier of SLOTS junctions or less.

    From each of MOST_STARTS junctions on, the next one is always that which leaves the smallest frontier behind,
    among them the one that helps the oldest junction of the frontier. The best of these orders is returned: least
    sum of 4^frontier, for so grow the states.
    """
    pairs = np.unique(np.minimum(front, back) * junctions + np.maximum(front, back))
    low, high = np.divmod(pairs, junctions)
    ends = np.concatenate((low, high))
    start = np.concatenate(([0], np.cumsum(np.bincount(ends, minlength=junctions))))
    joined = np.concatenate((high, low))[np.argsort(ends, kind="stable")]
    best, least = None, np.inf
    for origin in range(0, junctions, max(1, junctions // MOST_STARTS)):
        order, effort = _order_from(origin, start, joined, least)
        if effort < least:
            best, least = order, effort
    return best


@njit(cache=True)
def _order_from(
    origin: int, start: npt.NDArray[np.int64], joined: npt.NDArray[np.int64], least: float
) -> tuple[npt.NDArray[np.int64], float]:
    """The order that begins with `origin`, and its effort: infinite once it is too wide or not below `least`.

    The neighbours of junction j are joined[start[j] : start[j + 1]].
    """
    junctions = len(start) - 1
    order = np.empty(junctions, np.int64)
    rank = np.full(junctions, junctions, np.int64)
    waiting = start[1:] - start[:-1]
    frontier = np.empty(SLOTS, np.int64)
    width, effort = 0, 0.0
    following = origin
    for count in range(junctions):
        effort += 4.0 ** (width + 1)
        if effort >= least or width == SLOTS:
            return order, np.inf
        order[count], rank[following] = following, count
        frontier[width] = following
        for half in range(start[following], start[following + 1]):
            waiting[joined[half]] -= 1
        kept = 0
        for at in range(width + 1):
            if waiting[frontier[at]] > 0:
                frontier[kept] = frontier[at]
                kept += 1
        width = kept
        following, growth = -1, np.inf
        for at in range(width):
            for half in range(start[frontier[at]], start[frontier[at] + 1]):
                junction = joined[half]
                if rank[junction] == junctions and _growth(junction, start, joined, rank, waiting) < growth:
                    following, growth = junction, _growth(junction, start, joined, rank, waiting)
    return order, effort


@njit(cache=True)
def _growth(
    junction: int,
    start: npt.NDArray[np.int64],
    joined: npt.NDArray[np.int64],
    rank: npt.NDArray[np.int64],
    waiting: npt.NDArray[np.int64],
) -> float:
    """By how much the frontier grows when this junction is next: by itself, if more wait for it, less those that
    only waited for it.
    """
    freed, ahead = 0, 0
    for half in range(start[junction], start[junction + 1]):
        there = joined[half]
        if rank[there] == len(rank):
            ahead = 1
        elif waiting[there] == 1:
            freed += 1
    return float(ahead - freed)


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
