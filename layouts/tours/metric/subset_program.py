"""The shortest order of a few places, exactly: dynamic programming over subsets."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.tours.metric.fixed_ends import FixedEnds, Lengths, Relation

MOST_BETWEEN = 11
"""Places between start and end up to which the program's 2ᵏ·k² steps are quicker than a search."""


def shortest_order(problem: FixedEnds) -> npt.NDArray[np.int64]:
    """The rows of `problem` in an order of least length; ties go to the lower row.

    After M. Held and R. M. Karp, "A dynamic programming approach to sequencing problems" (1962). Where every
    order breaks `before` or needs a blocked leg the answer is as long as that.
    """
    if len(problem.length_m) <= 3:
        return np.arange(len(problem.length_m))
    return np.asarray(_shortest(problem.length_m, problem.before))


@njit(cache=True)
def _shortest(length_m: Lengths, before: Relation) -> npt.NDArray[np.int64]:
    """Rows 0 … m − 1 in the best order; state (subset, last) holds the shortest way from row 0."""
    k = len(length_m) - 2
    needs = np.zeros(k, np.int64)
    for j in range(k):
        for i in range(k):
            if before[i + 1, j + 1]:
                needs[j] |= 1 << i
    least = np.full((1 << k, k), np.inf)
    came = np.full((1 << k, k), -1)
    for j in range(k):
        if needs[j] == 0:
            least[1 << j, j] = length_m[0, j + 1]
    for subset in range(1, 1 << k):
        for last in range(k):
            here = least[subset, last]
            if here == np.inf:
                continue
            for j in range(k):
                if subset >> j & 1 or needs[j] & ~subset:
                    continue
                longer = subset | 1 << j
                length = here + length_m[last + 1, j + 1]
                if length < least[longer, j]:
                    least[longer, j] = length
                    came[longer, j] = last
    subset = (1 << k) - 1
    last = 0
    for j in range(1, k):
        if least[subset, j] + length_m[j + 1, k + 1] < least[subset, last] + length_m[last + 1, k + 1]:
            last = j
    order = np.zeros(k + 2, np.int64)
    order[k + 1] = k + 1
    for position in range(k, 0, -1):
        order[position] = last + 1
        earlier = came[subset, last]
        subset ^= 1 << last
        last = earlier
    return order
