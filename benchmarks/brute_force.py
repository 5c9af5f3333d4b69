"""The truth for small tours: every order of the stops is tried."""

from __future__ import annotations

from functools import cache
from itertools import permutations

import numpy as np
import numpy.typing as npt


def all_pairs(nodes: int, edges: list[tuple[int, int, float]]) -> npt.NDArray[np.float64]:
    """Shortest lengths (N, N) over undirected `edges` (tail, head, metres), by Floyd & Warshall."""
    length_m = np.full((nodes, nodes), np.inf)
    np.fill_diagonal(length_m, 0.0)
    for tail, head, metres in edges:
        length_m[tail, head] = length_m[head, tail] = min(metres, length_m[tail, head])
    for via in range(nodes):
        length_m = np.minimum(length_m, length_m[:, via, None] + length_m[via])
    return length_m


def shortest_by_permutation(length_m: npt.NDArray[np.float64], *, end: int = 0) -> float:
    """The shortest way from row 0 over all other rows to row `end`, of a table of lengths (N, N) with N ≤ 10."""
    stops = [row for row in range(1, len(length_m)) if row != end]
    if not stops:
        return float(length_m[0, end])
    orders = np.array(stops, np.int64)[_orders(len(stops))]
    inner = length_m[orders[:, :-1], orders[:, 1:]].sum(axis=1)
    return float((length_m[0, orders[:, 0]] + inner + length_m[orders[:, -1], end]).min())


@cache
def _orders(count: int) -> npt.NDArray[np.int64]:
    return np.array(list(permutations(range(count))), np.int64)
