"""Trips of a cart as a linear program: one leg into every stop, one out, and enough carts into every set of stops."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit
from scipy.sparse import csr_array, vstack

from layouts.tours.metric.branch_and_cut import Cut, Relaxation
from layouts.tours.metric.fixed_ends import Lengths, Relation
from layouts.tours.metric.flow_cuts import flow_cut
from layouts.tours.metric.search_kernel import Order

VIOLATED = 1e-3
"""A cut is added if its sum falls short by more than this."""
SPARE = 1e-9
"""A load may exceed the capacity by this share, as sums of decimals do."""


def carts_for(load: float, capacity: float) -> float:
    """How many carts a load fills."""
    return float(np.ceil(load / capacity - SPARE))


class TripsProgram:
    """The columns are all legs between the depot, row 0, and the stops; loads (m,) with none at the depot.

    The cuts are the rounded capacity inequalities: into a set of stops lead at least as many legs as its load
    fills carts (Laporte, Mercure and Nobert, 1986). Legs chosen whole that keep them are trips that fit.
    """

    def __init__(self, length_m: Lengths, loads: Lengths, capacity: float) -> None:
        self._m = len(length_m)
        self._loads, self._capacity = loads, capacity
        self.tail, self.head = np.nonzero(~np.eye(self._m, dtype=bool))
        self._length_m = length_m[self.tail, self.head]

    def relaxation(self) -> Relaxation:
        """The program without cuts."""
        count = len(self.tail)
        columns = np.arange(count)
        out = csr_array((np.ones(count), (self.tail, columns)), shape=(self._m, count))
        into = csr_array((np.ones(count), (self.head, columns)), shape=(self._m, count))
        return Relaxation(
            length_m=self._length_m,
            equal=csr_array(vstack([out[1:], into[1:]])),
            degree=np.ones(2 * self._m - 2),
            separate=self._separate,
        )

    def trips(self, chosen: npt.NDArray[np.int64]) -> list[Order]:
        """The stops of each trip in the order of the chosen legs."""
        firsts = [self.head[column] for column in chosen if self.tail[column] == 0]
        after = {self.tail[column]: self.head[column] for column in chosen if self.tail[column] != 0}
        trips = []
        for stop in firsts:
            trip = [stop]
            while after[trip[-1]] != 0:
                trip.append(after[trip[-1]])
            trips.append(np.array(trip, np.int64))
        return trips

    def _separate(self, x: Lengths) -> list[Cut]:
        """Cuts that x violates: least cuts to each stop and to the loads of all, and sets grown from each stop."""
        m = self._m
        used = np.zeros((m + 1, m + 1))
        used[self.tail, self.head] = x
        used[:m, m] = self._loads / self._capacity
        anywhere = np.zeros(m + 1, np.bool_)
        sets = [~np.asarray(flow_cut(used, 0, m, anywhere, float(m))[1])]
        for stop in range(1, m):
            flow, side = flow_cut(used[:m, :m], 0, stop, anywhere[:m], 1.0)
            if flow < 1.0 - VIOLATED:
                sets.append(~np.asarray(side))
        sets += list(_grown(used[:m, :m], self._loads, self._capacity))
        cuts: dict[bytes, Cut] = {}
        for each in sets:
            inside = each[:m]
            into = np.flatnonzero(~inside[self.tail] & inside[self.head])
            least = max(1.0, carts_for(float(self._loads[inside].sum()), self._capacity))
            if inside.any() and x[into].sum() < least - VIOLATED:
                cuts[inside.tobytes()] = (into, least)
        return list(cuts.values())


@njit(cache=True)
def _grown(used: Lengths, loads: Lengths, capacity: float) -> Relation:
    """For each stop the most violated of the sets that grow from it by the stop most used with them."""
    m = len(used)
    grown = np.zeros((m, m), np.bool_)
    for seed in range(1, m):
        inside = np.zeros(m, np.bool_)
        linked = np.zeros(m)
        at, load, inner, most = seed, 0.0, 0.0, 0.0
        for size in range(1, m):
            inside[at] = True
            load += loads[at]
            inner += linked[at]
            # every stop of the set is entered once, by so many legs from within
            short = np.ceil(load / capacity - SPARE) - (size - inner)
            if short > most + SPARE:
                most = short
                grown[seed] = inside
            closest = 0
            for j in range(1, m):
                linked[j] += used[at, j] + used[j, at]
                if not inside[j] and (closest == 0 or linked[j] > linked[closest]):
                    closest = j
            at = closest
    return grown
