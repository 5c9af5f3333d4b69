"""No tour is shorter than a spanning tree: the bound of Held and Karp, and the legs it rules out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.tours.metric.fixed_ends import Lengths

ROUNDS, ROUNDS_PER_ROW = 100, 6
PATIENCE = 20
"""Rounds without a better bound after which steps are halved."""


def tree_bound(length_m: Lengths, *, length_of_tour_m: float) -> tuple[float, Lengths]:
    """The longest least spanning tree over prices of the rows, and the same with each leg in it.

    A tour from row 0 to row m − 1 is a spanning tree in which the ends have degree 1 and all others 2. A price
    on each row's degree changes the length of all tours by the same amount, but not which tree is least:
    subgradient steps, with the step of Held, Wolfe and Crowder (1974) towards `length_of_tour_m`, find prices
    under which the tree is nearly a tour. `length_m` (m, m) is symmetric, m ≥ 3. No tour is shorter than the first
    result, none with leg (i, j) shorter than [i, j] of the second, (m, m).
    """
    m = len(length_m)
    table = length_m.copy()
    table[0, -1] = table[-1, 0] = np.inf
    rounds = ROUNDS + ROUNDS_PER_ROW * m
    bound, price = _ascend(table, length_of_tour_m, rounds)
    return float(bound), bound + np.asarray(_beyond(table + price[:, None] + price[None, :]))


@njit(cache=True)
def _least_tree(
    table: Lengths, price: Lengths, parent: npt.NDArray[np.int64], degree: npt.NDArray[np.int64]
) -> float:
    """Prim's tree from row 0 in table + prices: fill `parent` and `degree`, return its length."""
    m = len(table)
    nearest = np.full(m, np.inf)
    inside = np.zeros(m, np.bool_)
    degree[:] = 0
    at, total = 0, 0.0
    for _ in range(m - 1):
        inside[at] = True
        closest, least = -1, np.inf
        for j in range(m):
            if inside[j]:
                continue
            length = table[at, j] + price[at] + price[j]
            if length < nearest[j]:
                nearest[j] = length
                parent[j] = at
            if closest == -1 or nearest[j] < least:
                closest, least = j, nearest[j]
        total += least
        degree[closest] += 1
        degree[parent[closest]] += 1
        at = closest
    return total


@njit(cache=True)
def _ascend(table: Lengths, goal: float, rounds: int) -> tuple[float, Lengths]:
    m = len(table)
    target = np.full(m, 2)
    target[0] = target[m - 1] = 1
    price, best_price = np.zeros(m), np.zeros(m)
    parent, degree = np.zeros(m, np.int64), np.zeros(m, np.int64)
    before = np.zeros(m)
    best, scale, since = -np.inf, 2.0, 0
    for _ in range(rounds):
        bound = _least_tree(table, price, parent, degree)
        for i in range(m):
            bound -= target[i] * price[i]
        if bound > best + 1e-12 * abs(goal):
            best, since = bound, 0
            best_price[:] = price
        else:
            since += 1
            if since == PATIENCE:
                scale, since = scale / 2, 0
        wrong = 0
        for i in range(m):
            wrong += (degree[i] - target[i]) ** 2
        if wrong == 0 or goal - best <= 1e-10 * goal:
            break
        step = scale * (goal - bound) / wrong
        for i in range(m):
            slope = degree[i] - target[i]
            price[i] += step * (0.7 * slope + 0.3 * before[i])
            before[i] = slope
    return best, best_price


@njit(cache=True)
def _beyond(priced: Lengths) -> Lengths:
    """For each leg its length minus that of the longest leg it would replace in the least tree."""
    m = len(priced)
    parent, degree = np.zeros(m, np.int64), np.zeros(m, np.int64)
    _least_tree(priced, np.zeros(m), parent, degree)
    beyond = np.zeros((m, m))
    neighbours = np.zeros((m, m), np.bool_)
    for j in range(1, m):
        neighbours[j, parent[j]] = neighbours[parent[j], j] = True
    stack = np.zeros(m, np.int64)
    longest = np.zeros(m)
    for root in range(m):
        seen = np.zeros(m, np.bool_)
        seen[root] = True
        stack[0], top = root, 1
        longest[root] = -np.inf
        while top:
            top -= 1
            at = stack[top]
            for j in range(m):
                if neighbours[at, j] and not seen[j]:
                    seen[j] = True
                    longest[j] = max(longest[at], priced[at, j])
                    beyond[root, j] = priced[root, j] - longest[j]
                    stack[top] = j
                    top += 1
    return beyond
