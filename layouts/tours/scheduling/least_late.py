"""The schedule least late, and then of least time, by best-first search over sequences of batches.

A partial schedule is worth its tardiness and time with bounds for what is left; the one worth the least is
extended by every batch that fits, on the picker who is free first (Hart, Nilsson & Raphael 1968). Of two that hold
the same orders, one that is no earlier with any picker and no less late is dropped.
"""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from layouts.tours.scheduling.batch_times import Batch
from layouts.tours.scheduling.bounds import least_tardiness_s
from layouts.tours.scheduling.columns import Columns, Seconds
from layouts.tours.scheduling.list_schedule import Cost
from layouts.tours.scheduling.problem import SAME_S

DIGITS = 6
"""Tardiness is compared to a microsecond, so that the time decides where it is the same."""


@dataclass(frozen=True, kw_only=True)
class _Partial:
    """Batches so far in the order they start: their orders, when pickers are free, rising, and the tardiness."""

    sequence: tuple[Batch, ...]
    orders: Batch
    free_s: tuple[float, ...]
    late_s: float

    def is_no_better(self, other: _Partial) -> bool:
        """Whether `other`, which holds the same orders, can be continued as well."""
        return other.late_s <= self.late_s and all(
            one <= two for one, two in zip(other.free_s, self.free_s, strict=True)
        )


@dataclass(frozen=True, kw_only=True)
class LeastLate:
    """The best sequence, None where none is better than the one known, and a bound of both costs."""

    sequence: list[Batch] | None
    bound: Cost


def least_late(columns: Columns, share_s: Seconds, known: Cost, *, extensions: int) -> LeastLate:
    """Better than a schedule of cost `known`, if there is one, within `extensions`; times must all be exact.

    `share_s` (N,): no batch takes less than its orders' shares.
    """
    problem = columns.times.problem
    alone_s = np.array([columns.times.time_s(1 << order) for order in range(problem.orders)])
    everything = (1 << problem.orders) - 1
    start = _Partial(sequence=(), orders=0, free_s=(0.0,) * problem.pickers, late_s=0.0)
    heap: list[tuple[float, float, int, _Partial]] = [(0.0, float(share_s.sum()), 0, start)]
    extended: dict[Batch, list[_Partial]] = {}
    counter = 0
    while heap:
        late, time, _, partial = heapq.heappop(heap)
        if partial.orders == everything:
            return LeastLate(sequence=list(partial.sequence), bound=(late, time))
        rivals = extended.setdefault(partial.orders, [])
        if any(partial.is_no_better(rival) for rival in rivals):
            continue
        if extensions == 0:
            return LeastLate(sequence=None, bound=(late, min([time, *(each for _, each, _, _ in heap)])))
        extensions -= 1
        rivals.append(partial)
        for bound, longer in _extended(columns, alone_s, share_s, partial, known):
            counter += 1
            heapq.heappush(heap, (*bound, counter, longer))
    return LeastLate(sequence=None, bound=known)


def _extended(
    columns: Columns, alone_s: Seconds, share_s: Seconds, partial: _Partial, known: Cost
) -> Iterator[tuple[Cost, _Partial]]:
    """Every way to go on that can become better than `known`, with what it costs at least."""
    due_s = columns.times.problem.due_s
    fits = np.flatnonzero((columns.masks & partial.orders) == 0)
    holds = columns.holds[fits]
    end_s = partial.free_s[0] + columns.time_s[fits]
    others = np.broadcast_to(partial.free_s[1:], (len(fits), len(partial.free_s) - 1))
    free_s = np.sort(np.column_stack((others, end_s)), axis=1)
    late_s = partial.late_s + np.where(holds, np.maximum(0.0, end_s[:, None] - due_s), 0.0).sum(axis=1)
    left = ~(holds | (partial.orders >> np.arange(len(due_s)) & 1).astype(np.bool_))
    least_s = np.round(late_s + least_tardiness_s(due_s, alone_s, share_s, free_s, left), DIGITS)
    time_s = free_s.sum(axis=1) + left @ share_s
    is_as_late = np.abs(least_s - known[0]) <= SAME_S
    is_better = np.where(is_as_late, time_s < known[1] - SAME_S, least_s < known[0])
    for at in np.flatnonzero(is_better):
        batch = int(columns.masks[fits[at]])
        yield (
            (float(least_s[at]), float(time_s[at])),
            _Partial(
                sequence=(*partial.sequence, batch),
                orders=partial.orders | batch,
                free_s=tuple(free_s[at].tolist()),
                late_s=float(late_s[at]),
            ),
        )
