"""The changes by which an order of places is improved, compiled.

Rules, for an order that keeps its first and last row:
1. A place that is dirty tries what brings it beside each of its near neighbours: reversals of the run between
   them, moves of a run of at most `longest_run` places that starts or ends with it, either way round, and,
   where loads are limited, exchanges with another place. It takes the change that shortens the tour most among
   those allowed.
2. The places at the seams of a change become dirty; the search rests when none is.
3. Then two neighbouring runs change places at random (Martin, Otto and Felten's double bridge, kept short, and
   halved until it is allowed), and
   the search goes on from there; what has become longer is taken back.
4. An order is allowed if no place stands before one that must precede it, and the load between two rows that
   unload stays within capacity.

The same source runs compiled and, with NUMBA_DISABLE_JIT=1, as plain Python, with equal results: random numbers
are drawn outside.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.tours.metric.fixed_ends import Lengths, Relation

Order = npt.NDArray[np.int64]
Change = tuple[float, int, int, int]
"""What a change saves, and its span: order[lo:hi] changes, with seams at lo, `seam` and hi; hi 0 for none."""

LONGEST_SHIFT = 30
"""Places in each of the two runs that a random change swaps, at most."""
UNLOAD = -1.0
"""The weight of a row at which the cart is emptied."""
WORTH = 1e-9
"""A change counts if it saves more than this share of the tour."""


class Ground(NamedTuple):
    """What the search walks on; `near` (m, k) are each row's nearest others, `capacity` is inf without loads."""

    length_m: Lengths
    near: Order
    before: Relation
    is_ordered: bool
    longest_run: int
    weight: Lengths
    capacity: float


class Desk(NamedTuple):
    """Working space: where each row stands, the way to each position and back, trials, and the dirty rows."""

    at: Order
    ahead: Lengths
    back: Lengths
    trial: Order
    better: Order
    queue: Order
    dirty: Relation


@njit(cache=True)
def settle(ground: Ground, current: Order, best: Order, draws: Lengths) -> None:
    """Descend from `current`; or, where there are draws (d, 3), change it and descend once a draw; keep the best.

    Both orders are allowed, at least 4 long, and changed in place.
    """
    m = len(current)
    desk = Desk(
        np.zeros(m, np.int64),
        np.zeros(m),
        np.zeros(m),
        current.copy(),
        current.copy(),
        np.zeros(m, np.int64),
        np.zeros(m, np.bool_),
    )
    if len(draws) == 0:
        for position in range(1, m - 1):
            desk.queue[position - 1] = current[position]
            desk.dirty[current[position]] = True
        _descend(ground, desk, current, m - 2)
        best[:] = current
        return
    tried = current.copy()
    least, now = _total(ground.length_m, best), _total(ground.length_m, current)
    for draw in draws:
        lo = 1 + int(draw[0] * (m - 3))
        room = m - 1 - lo
        first = 1 + int(draw[1] * min(LONGEST_SHIFT, room - 1))
        second = 1 + int(draw[2] * min(LONGEST_SHIFT, room - first))
        while first > 0 and second > 0:
            tried[:] = current
            _swap_runs(current, tried, lo, lo + first, lo + first + second)
            if _is_allowed(ground, tried, lo, lo + second, lo + first + second):
                break
            first, second = first // 2, second // 2
        if first == 0 or second == 0:
            continue
        count = _mark(desk, tried, lo, lo + second, lo + first + second, 0, 0)
        _descend(ground, desk, tried, count)
        length = _total(ground.length_m, tried)
        if length <= now + (WORTH + draw[3]) * least:
            now = length
            current[:] = tried
            if now < least - WORTH * least:
                least = now
                best[:] = current


@njit(cache=True)
def _descend(ground: Ground, desk: Desk, order: Order, count: int) -> None:
    """Improve `order` until none of the `count` rows in the queue, nor those that follow them, is dirty."""
    m = len(order)
    _measure(ground.length_m, desk, order)
    head = 0
    while count:
        place = desk.queue[head]
        head = (head + 1) % m
        count -= 1
        desk.dirty[place] = False
        change = (WORTH * desk.ahead[m - 1], 0, 0, 0)
        change = _reversals(ground, desk, order, place, change)
        change = _moves(ground, desk, order, place, change)
        if ground.capacity < np.inf:
            change = _exchanges(ground, desk, order, place, change)
        _, lo, seam, hi = change
        if hi:
            order[lo:hi] = desk.better[lo:hi]
            _measure(ground.length_m, desk, order)
            count = _mark(desk, order, lo, seam, hi, head, count)


@njit(cache=True)
def _reversals(ground: Ground, desk: Desk, order: Order, place: int, change: Change) -> Change:
    """Reverse order[a:b] so that `place` comes to stand beside a near neighbour."""
    length_m, m = ground.length_m, len(order)
    i = desk.at[place]
    for near in ground.near[place]:
        j = desk.at[near]
        for inner in range(2):
            a, b = (i + inner, j + inner) if j > i else (j + 1 - inner, i + 1 - inner)
            if a < 1 or b > m - 1 or b - a < 2:
                continue
            u, first, last, v = order[a - 1], order[a], order[b - 1], order[b]
            turned = (desk.ahead[b - 1] - desk.ahead[a]) - (desk.back[b - 1] - desk.back[a])
            saved = length_m[u, first] + length_m[last, v] - length_m[u, last] - length_m[first, v] + turned
            if saved > change[0]:
                desk.trial[:] = order
                _reverse(desk.trial, a, b)
                if _is_allowed(ground, desk.trial, a, a, b):
                    desk.better[:] = desk.trial
                    change = (saved, a, a, b)
    return change


@njit(cache=True)
def _moves(ground: Ground, desk: Desk, order: Order, place: int, change: Change) -> Change:
    """Move a short run order[a:b] with `place` at its start or end to beside a near neighbour."""
    length_m, m = ground.length_m, len(order)
    i = desk.at[place]
    for run in range(1, ground.longest_run + 1):
        for at_end in range(2 if run > 1 else 1):
            a = i + 1 - run if at_end else i
            b = a + run
            if a < 1 or b > m - 1:
                continue
            first, last = order[a], order[b - 1]
            taken = (
                length_m[order[a - 1], first] + length_m[last, order[b]] - length_m[order[a - 1], order[b]]
            )
            turned = (desk.ahead[b - 1] - desk.ahead[a]) - (desk.back[b - 1] - desk.back[a])
            for near in ground.near[place]:
                j = desk.at[near]
                if a <= j < b:
                    continue
                for flip in range(2):
                    # between order[k] and order[k + 1]: the neighbour follows `place` or `place` follows it
                    k = j if at_end == flip else j - 1
                    if k < 0 or k >= m - 1 or a - 1 <= k < b:
                        continue
                    here, there = order[k], order[k + 1]
                    saved = taken + length_m[here, there]
                    if flip:
                        saved += turned - length_m[here, last] - length_m[first, there]
                    else:
                        saved -= length_m[here, first] + length_m[last, there]
                    if saved <= change[0]:
                        continue
                    desk.trial[:] = order
                    if k >= b:
                        lo, seam, hi = a, k + 1 - run, k + 1
                        _swap_runs(order, desk.trial, a, b, hi)
                    else:
                        lo, seam, hi = k + 1, k + 1 + run, b
                        _swap_runs(order, desk.trial, lo, a, b)
                    if flip:
                        turned_at = seam if k >= b else lo
                        _reverse(desk.trial, turned_at, turned_at + run)
                        if not _is_allowed(ground, desk.trial, turned_at, turned_at, turned_at + run):
                            continue
                    if _is_allowed(ground, desk.trial, lo, seam, hi):
                        desk.better[:] = desk.trial
                        change = (saved, lo, seam, hi)
    return change


@njit(cache=True)
def _exchanges(ground: Ground, desk: Desk, order: Order, place: int, change: Change) -> Change:
    """Exchange `place` with the one before or after a near neighbour."""
    length_m, m = ground.length_m, len(order)
    i = desk.at[place]
    for near in ground.near[place]:
        for j in (desk.at[near] - 1, desk.at[near] + 1):
            a, b = min(i, j), max(i, j)
            if a < 1 or b >= m - 1 or b - a < 2:
                continue
            p, q = order[a], order[b]
            saved = (
                _through(length_m, order, a, p)
                + _through(length_m, order, b, q)
                - _through(length_m, order, a, q)
                - _through(length_m, order, b, p)
            )
            if saved > change[0]:
                desk.trial[:] = order
                desk.trial[a], desk.trial[b] = q, p
                if _is_allowed(ground, desk.trial, a, a, b + 1):
                    desk.better[:] = desk.trial
                    change = (saved, a, a + 1, b + 1)
    return change


@njit(cache=True)
def _through(length_m: Lengths, order: Order, position: int, place: int) -> float:
    """Length of the two legs at `position` with `place` there."""
    return float(length_m[order[position - 1], place] + length_m[place, order[position + 1]])


@njit(cache=True)
def _measure(length_m: Lengths, desk: Desk, order: Order) -> None:
    """Where each row stands, and the length from the first row to each position, there and back again."""
    desk.at[order[0]] = 0
    for p in range(1, len(order)):
        desk.at[order[p]] = p
        desk.ahead[p] = desk.ahead[p - 1] + length_m[order[p - 1], order[p]]
        desk.back[p] = desk.back[p - 1] + length_m[order[p], order[p - 1]]


@njit(cache=True)
def _total(length_m: Lengths, order: Order) -> float:
    total = 0.0
    for p in range(1, len(order)):
        total += length_m[order[p - 1], order[p]]
    return total


@njit(cache=True)
def _mark(desk: Desk, order: Order, lo: int, seam: int, hi: int, head: int, count: int) -> int:
    """Put the rows on both sides of the seams into the queue; its new count."""
    for p in (lo - 1, lo, seam - 1, seam, hi - 1, hi):
        if 0 < p < len(order) - 1 and not desk.dirty[order[p]]:
            desk.dirty[order[p]] = True
            desk.queue[(head + count) % len(order)] = order[p]
            count += 1
    return count


@njit(cache=True)
def _swap_runs(order: Order, trial: Order, a: int, b: int, c: int) -> None:
    """trial[a:c] = order[b:c] followed by order[a:b]."""
    for p in range(b, c):
        trial[a + p - b] = order[p]
    for p in range(a, b):
        trial[c - b + p] = order[p]


@njit(cache=True)
def _reverse(order: Order, a: int, b: int) -> None:
    """order[a:b] backwards, in place."""
    for p in range((b - a) // 2):
        order[a + p], order[b - 1 - p] = order[b - 1 - p], order[a + p]


@njit(cache=True)
def _is_allowed(ground: Ground, order: Order, lo: int, seam: int, hi: int) -> bool:
    """Rule 4 for an order that was allowed before order[lo:seam] and order[seam:hi] changed places.

    With `seam` = `lo` anything may have changed in order[lo:hi].
    """
    if ground.is_ordered:
        for p in range(seam, hi):
            for q in range(lo, p if seam == lo else seam):
                if ground.before[order[p], order[q]]:
                    return False
    if ground.capacity < np.inf:
        load = 0.0
        for place in order:
            load = 0.0 if ground.weight[place] < 0 else load + ground.weight[place]
            if load > ground.capacity:
                return False
    return True
