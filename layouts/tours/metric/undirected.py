"""Tours on a symmetric table as a linear program: two legs at every place, two across every cut."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array

from layouts.tours.metric.branch_and_cut import Cut, Relaxation
from layouts.tours.metric.fixed_ends import FixedEnds, Lengths, Relation
from layouts.tours.metric.flow_cuts import flow_cut
from layouts.tours.metric.search_kernel import Order

VIOLATED = 1e-4
"""A cut is added if its sum falls short by more than this."""


class Undirected:
    """The columns of a symmetric problem: every leg that `useful` (m, m) leaves, once.

    A closed tour has its last row in the first: two legs there. An open one has a leg from last to first that
    is always taken.
    """

    def __init__(self, problem: FixedEnds, useful: Relation) -> None:
        self._is_closed = problem.is_closed
        self._m = len(problem.length_m) - self._is_closed
        wanted = useful.copy()
        wanted[0] |= useful[-1] & self._is_closed
        self.tail, self.head = np.nonzero(np.triu(wanted[: self._m, : self._m], k=1))
        if not self._is_closed:
            inner = (self.tail != 0) | (self.head != self._m - 1)
            self.tail, self.head = self.tail[inner], self.head[inner]
        self._length_m = problem.length_m[self.tail, self.head]

    def relaxation(self) -> Relaxation:
        """The program without cuts."""
        count = len(self.tail)
        ends = np.concatenate([self.tail, self.head])
        columns = np.tile(np.arange(count), 2)
        degree = np.full(self._m, 2.0)
        if not self._is_closed:
            degree[0] = degree[-1] = 1.0
        return Relaxation(
            length_m=self._length_m,
            equal=csr_array((np.ones(2 * count), (ends, columns)), shape=(self._m, count)),
            degree=degree,
            separate=self._separate,
        )

    def order(self, chosen: npt.NDArray[np.int64]) -> Order:
        """The rows in the order of the chosen legs, first row first."""
        beside: list[list[int]] = [[] for _ in range(self._m)]
        for i, j in zip(self.tail[chosen].tolist(), self.head[chosen].tolist(), strict=True):
            beside[i].append(j)
            beside[j].append(i)
        order = [0, min(beside[0])]
        while len(order) < self._m:
            order.append(next(j for j in beside[order[-1]] if j != order[-2]))
        return np.array([*order, self._m] if self._is_closed else order, np.int64)

    def _separate(self, x: Lengths) -> list[Cut]:
        """The least cuts between the first row and each other, nearest to either, where fewer than two legs cross."""
        capacity = np.zeros((self._m, self._m))
        capacity[self.tail, self.head] = x
        capacity[self.head, self.tail] = x
        if not self._is_closed:
            capacity[0, -1] = capacity[-1, 0] = 1.0
        anywhere = np.zeros(self._m, np.bool_)
        cuts: dict[bytes, Cut] = {}
        for row in range(1, self._m):
            for source, sink in ((0, row), (row, 0)):
                flow, side = flow_cut(capacity, source, sink, anywhere, 2.0)
                if flow > 2.0 - VIOLATED:
                    break
                crossing = np.flatnonzero(side[self.tail] != side[self.head])
                always = float(not self._is_closed and side[0] != side[-1])
                cuts[crossing.tobytes()] = (crossing, 2.0 - always)
        return list(cuts.values())
