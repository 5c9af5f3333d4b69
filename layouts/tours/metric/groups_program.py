"""One place of each group as a linear program: a place that is chosen has one leg in and one out."""

from __future__ import annotations

import numpy as np
from scipy.sparse import coo_array, csr_array

from layouts.tours.metric.branch_and_cut import Columns, Cut, Relaxation
from layouts.tours.metric.fixed_ends import Lengths
from layouts.tours.metric.flow_cuts import flow_cut
from layouts.tours.metric.group_search import Indices

VIOLATED = 1e-4
"""A cut is added if its sum falls short by more than this."""


class GroupsProgram:
    """The columns are all legs between rows of different groups, then for each place whether it is chosen.

    Rows as in `group_search`: the start, the groups' places, the end. The cuts say that from the start every
    group is reached (after Fischetti, Salazar González and Toth, 1997). Legs chosen whole that keep them are a tour.
    """

    def __init__(self, ground: Lengths, first: Indices) -> None:
        self._m, self._first = len(ground), first
        group = np.concatenate([[-1], np.repeat(np.arange(len(first) - 1), np.diff(first)), [-2]])
        exists = group[:, None] != group[None, :]
        exists[-1, :] = exists[:, 0] = exists[0, -1] = False
        self.tail, self.head = np.nonzero(exists)
        self._group = group
        self._length_m = np.concatenate([ground[self.tail, self.head], np.zeros(self._m - 2)])

    def relaxation(self) -> Relaxation:
        """The program without cuts: legs out of each row but the end, into each but the start; one a group."""
        m, legs = self._m, len(self.tail)
        groups = len(self._first) - 1
        places = np.arange(1, m - 1)
        chosen = legs + places - 1
        row = [self.tail, m - 2 + self.head, places, m - 2 + places, 2 * m - 2 + self._group[places]]
        column = [np.arange(legs), np.arange(legs), chosen, chosen, chosen]
        value = [np.ones(2 * legs), np.full(2 * len(places), -1.0), np.ones(len(places))]
        degree = np.zeros(2 * m - 2 + groups)
        degree[0] = degree[2 * m - 3] = 1.0
        degree[2 * m - 2 :] = 1.0
        shape = (len(degree), len(self._length_m))
        entries = (np.concatenate(value), (np.concatenate(row), np.concatenate(column)))
        return Relaxation(
            length_m=self._length_m,
            equal=csr_array(coo_array(entries, shape=shape)),
            degree=degree,
            separate=self._separate,
        )

    def order(self, chosen: Columns) -> Indices:
        """The places of the chosen legs in their order."""
        legs = chosen[chosen < len(self.tail)]
        after = dict(zip(self.tail[legs].tolist(), self.head[legs].tolist(), strict=True))
        order = [after[0]]
        while after[order[-1]] != self._m - 1:
            order.append(after[order[-1]])
        return np.array(order, np.int64)

    def _separate(self, x: Lengths) -> list[Cut]:
        """The least cuts before each group that less than one leg crosses."""
        m = self._m
        used = np.zeros((m + 1, m + 1))
        used[self.tail, self.head] = x[: len(self.tail)]
        anywhere = np.zeros(m + 1, np.bool_)
        cuts: dict[bytes, Cut] = {}
        for low, high in zip(self._first[:-1], self._first[1:], strict=True):
            used[low:high, m] = 1.0
            flow, near = flow_cut(used, 0, m, anywhere, 1.0)
            _, far = flow_cut(used.T.copy(), m, 0, anywhere, 1.0)
            used[low:high, m] = 0.0
            if flow > 1.0 - VIOLATED:
                continue
            for beyond in (~np.asarray(near), np.asarray(far)):
                crossing = np.flatnonzero(~beyond[self.tail] & beyond[self.head])
                cuts[crossing.tobytes()] = (crossing, 1.0)
        return list(cuts.values())
