"""Tours on a one-way table or with an order to keep, as a linear program: one leg into every place, one out."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array, vstack

from layouts.tours.metric.branch_and_cut import Cut, Relaxation
from layouts.tours.metric.fixed_ends import FixedEnds, Lengths, Relation
from layouts.tours.metric.flow_cuts import flow_cut
from layouts.tours.metric.search_kernel import Order

VIOLATED = 1e-4
"""A cut is added if its sum falls short by more than this."""


class Directed:
    """The columns of any problem: every leg that `useful` (m, m) leaves and that the order allows.

    The cuts say that from the start each place is reached, and from each place the end, and what must follow
    it, without passing what may not come between (after Balas, Fischetti and Pulleyblank, 1995). A tour of
    whole legs that keeps these cuts visits all and keeps the order: the only way from the start to i passes no
    j that comes after it.
    """

    def __init__(self, problem: FixedEnds, useful: Relation) -> None:
        self._before = problem.before
        self._m = m = len(problem.length_m)
        wanted = useful & ~np.eye(m, dtype=bool)
        wanted[-1, :] = wanted[:, 0] = False
        wanted[0, -1] = False
        wanted &= ~self._before.T
        before = self._before.astype(np.int64)
        wanted &= ~((before @ before) > 0)
        wanted[0] &= ~self._before.any(axis=0)
        wanted[:, -1] &= ~self._before.any(axis=1)
        self.tail, self.head = np.nonzero(wanted)
        self._length_m = problem.length_m[self.tail, self.head]

    def relaxation(self) -> Relaxation:
        """The program without cuts."""
        count = len(self.tail)
        columns = np.arange(count)
        out = csr_array((np.ones(count), (self.tail, columns)), shape=(self._m, count))
        into = csr_array((np.ones(count), (self.head, columns)), shape=(self._m, count))
        return Relaxation(
            length_m=self._length_m,
            equal=csr_array(vstack([out[:-1], into[1:]])),
            degree=np.ones(2 * self._m - 2),
            separate=self._separate,
        )

    def order(self, chosen: npt.NDArray[np.int64]) -> Order:
        """The rows in the order of the chosen legs."""
        after = dict(zip(self.tail[chosen].tolist(), self.head[chosen].tolist(), strict=True))
        order = [0]
        while len(order) < self._m:
            order.append(after[order[-1]])
        return np.array(order, np.int64)

    def _separate(self, x: Lengths) -> list[Cut]:
        """The least cuts, nearest to either end, that less than one leg crosses, without the rows a way avoids."""
        capacity = np.zeros((self._m, self._m))
        capacity[self.tail, self.head] = x
        cuts: dict[bytes, Cut] = {}
        for source, sink, avoid in self._ways():
            flow, near = flow_cut(capacity, source, sink, avoid, 1.0)
            if flow > 1.0 - VIOLATED:
                continue
            _, far = flow_cut(capacity.T.copy(), sink, source, avoid, 1.0)
            for side, beyond in ((near, ~(near | avoid)), (~(far | avoid), far)):
                crossing = np.flatnonzero(side[self.tail] & beyond[self.head])
                cuts[crossing.tobytes()] = (crossing, 1.0)
        return list(cuts.values())

    def _ways(self) -> Iterator[tuple[int, int, Relation]]:
        """From where to where a tour must lead, and past which rows it must not."""
        last = self._m - 1
        ends = np.zeros(self._m, np.bool_)
        ends[0] = ends[last] = True
        for row in range(1, last):
            follow, precede = self._before[row].copy(), self._before[:, row].copy()
            follow[last] = precede[0] = True
            yield 0, row, follow
            if self._before[:, row].any():
                yield row, last, precede
        for i, j in np.argwhere(self._before).tolist():
            yield i, j, self._before[:, i] | self._before[j] | ends
