"""All batches that fit, with a length that none of their tours is below, which is the tour's own once asked for."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from layouts.tours.scheduling.batch_times import BatchTimes
from layouts.tours.scheduling.problem import SAME_S, SchedulingProblem

MOST_ORDERS = 62
"""A batch of more has no room in the bits of a signed 64-bit number."""
FIRST_TOURS = 2_000
"""At most so many are asked for at once, of the batches of fewest orders: they bound the others."""

Indices = npt.NDArray[np.int64]
Seconds = npt.NDArray[np.float64]


class Batches(NamedTuple):
    """C batches: their orders as bits (C,) and `holds` (C, N), `time_s` (C,), the first due time `due_s` (C,)."""

    masks: Indices
    holds: npt.NDArray[np.bool_]
    time_s: Seconds
    due_s: Seconds


class Columns:
    """C batches: `masks` (C,) as bits, `holds` (C, N), `due_s` (C,) the first due time of each.

    `time_s` (C,) is exact where `is_exact` (C,), else no more than the time: a tour is at least as long as that of
    any part of its batch.
    """

    def __init__(self, times: BatchTimes, masks: Indices) -> None:
        problem = times.problem
        self.times = times
        self.masks = masks
        self.holds = (masks[:, None] >> np.arange(problem.orders) & 1).astype(np.bool_)
        self.due_s = np.where(self.holds, problem.due_s, np.inf).min(axis=1)
        self.is_exact = np.zeros(len(masks), np.bool_)
        self.time_s = np.zeros(len(masks))
        self._fixed_s = problem.setup_s + self.holds @ problem.work_s
        self._length_m = np.zeros(len(masks))
        orders = self.holds.sum(axis=1)
        as_few = np.cumsum(np.bincount(orders))
        self.find_out(
            np.flatnonzero(orders <= max(1, np.searchsorted(as_few, FIRST_TOURS, side="right") - 1))
        )
        known = np.isin(masks, [batch for batch in times.known if batch < 1 << MOST_ORDERS])
        self.find_out(np.flatnonzero(known & ~self.is_exact))

    @property
    def is_early_enough(self) -> npt.NDArray[np.bool_]:
        """Which (C,) can be in time if a picker starts with them."""
        return np.asarray(self.time_s <= self.due_s + SAME_S)

    def batches(self, which: Indices | None = None) -> Batches:
        """Some of them, or all."""
        if which is None:
            return Batches(self.masks, self.holds, self.time_s, self.due_s)
        return Batches(self.masks[which], self.holds[which], self.time_s[which], self.due_s[which])

    def find_out(self, which: Iterable[int] | Indices) -> None:
        """Ask for the tours of these batches."""
        for column in which:
            self._find_out(int(column))

    def _find_out(self, column: int) -> None:
        if self.is_exact[column]:
            return
        mask = self.masks[column]
        length = self.times.length_m(int(mask))
        self.times.check_no_shorter(int(mask), float(self._length_m[column]))
        wider = np.flatnonzero(((self.masks & mask) == mask) & ~self.is_exact)
        longer = np.maximum(self._length_m[wider], length)
        self._length_m[wider] = longer
        self.time_s[wider] = self._fixed_s[wider] + self.times.problem.seconds_per_metre * longer
        self.is_exact[column] = True
        self.time_s[column] = self.times.time_s(int(mask))


def batches_that_fit(problem: SchedulingProblem, *, at_most: int) -> Indices | None:
    """Every batch within the capacity as bits, rising; None for more than `at_most`, or for too many orders."""
    if problem.orders > MOST_ORDERS:
        return None
    masks, loads = np.zeros(1, np.int64), np.zeros(1)
    for order in range(problem.orders):
        fuller = loads + problem.size[order]
        fits = fuller <= problem.capacity * (1 + 1e-12)
        masks = np.concatenate((masks, masks[fits] | 1 << order))
        loads = np.concatenate((loads, fuller[fits]))
        if len(masks) > at_most + 1:
            return None
    return np.sort(masks[1:])
