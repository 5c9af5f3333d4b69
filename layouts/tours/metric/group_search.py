"""Which place of each group, and in which order: exactly for a few groups, by taking out and putting back for many.

Rows of a table: 0 is the start, the last the end, and group g holds the rows first[g] … first[g + 1] − 1.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.tours.metric.fixed_ends import Lengths

Indices = npt.NDArray[np.int64]

SHORT = 4
"""The power of a random share of the groups that are taken out at once, twice: mostly few, sometimes nearly all."""
HEAT = 15.0
"""Mean growth of the tour that is accepted in the first exchange, in legs of mean length; it falls to none."""


def exchange_groups(ground: Lengths, first: Indices, *, iterations: int, seed: int) -> Indices:
    """The rows chosen, in the order of the tour, after that many exchanges from the nearest row of all on.

    Ruin and recreate (Schrimpf and others, 2000) with runs of neighbours (Christiaens and Vanden Berghe, 2020).
    """
    groups = len(first) - 1
    draws = np.random.default_rng(seed).random((iterations, 5 + groups))
    left = 1.0 - np.arange(iterations) / max(iterations, 1)
    draws[:, 4] = -np.log1p(-draws[:, 4]) * left * HEAT / (groups + 1)
    group_of = np.repeat(np.arange(groups), np.diff(first))
    return np.asarray(_exchange(ground, first, group_of, draws))


@njit(cache=True)
def _exchange(ground: Lengths, first: Indices, group_of: Indices, draws: Lengths) -> Indices:
    groups = len(first) - 1
    now = _nearest_first(ground, first, group_of)
    length = _choose_again(ground, first, group_of, now)
    best, least = now.copy(), length
    tried, out = now.copy(), np.zeros(groups, np.int64)
    taken = np.zeros(groups, np.bool_)
    for draw in draws:
        taken[:] = False
        for run in range(2):
            start = int(draw[2 * run] * groups)
            stop = min(groups, start + 1 + int(draw[2 * run + 1] ** SHORT * groups))
            taken[start:stop] = True
        count, removed = 0, 0
        for position in range(groups):
            if taken[position]:
                out[removed] = group_of[now[position] - 1]
                removed += 1
            else:
                tried[count] = now[position]
                count += 1
        for k in range(removed):
            other = k + int(draw[5 + k] * (removed - k))
            out[k], out[other] = out[other], out[k]
            _put_back(ground, first, tried, count, out[k])
            count += 1
        longer = _choose_again(ground, first, group_of, tried)
        if longer <= length + (1e-9 + draw[4]) * least:
            length = longer
            now[:] = tried
            if length < least * (1 - 1e-9):
                least = length
                best[:] = now
    return best


@njit(cache=True)
def _nearest_first(ground: Lengths, first: Indices, group_of: Indices) -> Indices:
    """From the start always on to the nearest row of a group not yet visited; ties to the lower row."""
    groups, end = len(first) - 1, len(ground) - 1
    visited = np.zeros(groups, np.bool_)
    order = np.zeros(groups, np.int64)
    here = 0
    for position in range(groups):
        nearest = -1
        for row in range(1, end):
            if not visited[group_of[row - 1]] and (
                nearest == -1 or ground[here, row] < ground[here, nearest]
            ):
                nearest = row
        visited[group_of[nearest - 1]] = True
        order[position] = nearest
        here = nearest
    return order


@njit(cache=True)
def _put_back(ground: Lengths, first: Indices, order: Indices, count: int, group: int) -> None:
    """Insert the row of `group` into order[:count] that lengthens the tour least, where it does."""
    end = len(ground) - 1
    least, best_row, best_position = np.inf, -1, -1
    for position in range(count + 1):
        before = 0 if position == 0 else order[position - 1]
        after = end if position == count else order[position]
        for row in range(first[group], first[group + 1]):
            longer = ground[before, row] + ground[row, after] - ground[before, after]
            if longer < least:
                least, best_row, best_position = longer, row, position
    for position in range(count, best_position, -1):
        order[position] = order[position - 1]
    order[best_position] = best_row


@njit(cache=True)
def _choose_again(ground: Lengths, first: Indices, group_of: Indices, order: Indices) -> float:
    """Choose the best row of every group for this order of the groups; the tour's length."""
    end = len(ground) - 1
    least, came = np.full(end + 1, np.inf), np.zeros(end + 1, np.int64)
    least[0] = 0.0
    low, high = 0, 1
    for position in range(len(order) + 1):
        if position == len(order):
            start, stop = end, end + 1
        else:
            group = group_of[order[position] - 1]
            start, stop = first[group], first[group + 1]
        for row in range(start, stop):
            for earlier in range(low, high):
                length = least[earlier] + ground[earlier, row]
                if length < least[row]:
                    least[row] = length
                    came[row] = earlier
        low, high = start, stop
    row = end
    for position in range(len(order) - 1, -1, -1):
        row = came[row]
        order[position] = row
    return float(least[end])


def shortest_choice(ground: Lengths, first: Indices) -> Indices:
    """The rows of the shortest tour of all, by dynamic programming over subsets of groups and the last row."""
    group_of = np.repeat(np.arange(len(first) - 1), np.diff(first))
    return np.asarray(_shortest(ground, first, group_of))


@njit(cache=True)
def _shortest(ground: Lengths, first: Indices, group_of: Indices) -> Indices:
    groups, end = len(first) - 1, len(ground) - 1
    least = np.full((1 << groups, end), np.inf)
    came = np.zeros((1 << groups, end), np.int64)
    for row in range(1, end):
        least[1 << group_of[row - 1], row] = ground[0, row]
    for subset in range(1, 1 << groups):
        for last in range(1, end):
            here = least[subset, last]
            if here == np.inf:
                continue
            for group in range(groups):
                if subset >> group & 1:
                    continue
                longer = subset | 1 << group
                for row in range(first[group], first[group + 1]):
                    if here + ground[last, row] < least[longer, row]:
                        least[longer, row] = here + ground[last, row]
                        came[longer, row] = last
    subset = (1 << groups) - 1
    row = 1
    for other in range(2, end):
        if least[subset, other] + ground[other, end] < least[subset, row] + ground[row, end]:
            row = other
    order = np.zeros(groups, np.int64)
    for position in range(groups - 1, -1, -1):
        order[position] = row
        earlier = came[subset, row]
        subset ^= 1 << group_of[row - 1]
        row = earlier
    return order
