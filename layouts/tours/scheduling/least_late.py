"""The schedule least late, and then of least time, by best-first search."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from layouts.tours.scheduling.best_first import Found, Partial, best_first
from layouts.tours.scheduling.bounds import least_tardiness_s
from layouts.tours.scheduling.columns import Columns, Indices, Seconds
from layouts.tours.scheduling.list_schedule import Cost

DIGITS = 6
"""Tardiness is compared to a microsecond, so that the time decides where it is the same."""


def least_late(columns: Columns, share_s: Seconds, known: Cost, *, extensions: int, deadline: float) -> Found:
    """Better than a schedule of cost `known`, if there is one, within `extensions`.

    `share_s` (N,): no batch takes less than its orders' shares.
    """
    problem = columns.times.problem
    return best_first(
        _FirstFree(columns, share_s),
        orders=problem.orders,
        pickers=problem.pickers,
        floor=(0.0, float(share_s.sum())),
        known=known,
        extensions=extensions,
        deadline=deadline,
    )


class _FirstFree:
    """Any batch of orders left, for the picker who is free first; no schedule is better than all of these."""

    def __init__(self, columns: Columns, share_s: Seconds) -> None:
        self.columns = columns
        self.share_s = share_s
        self.alone_s = np.array(
            [columns.times.time_s(1 << order) for order in range(columns.times.problem.orders)]
        )

    def longer(self, partial: Partial) -> Iterator[tuple[Cost, Partial]]:
        """Every batch of orders left."""
        return self._with(partial, np.flatnonzero((self.columns.masks & partial.orders) == 0))

    def exact(self, partial: Partial) -> Iterator[tuple[Cost, Partial]]:
        """The last batch with its tour."""
        which = np.array([partial.sequence[-1][1]])
        self.columns.find_out(which)
        return iter(()) if partial.before is None else self._with(partial.before, which)

    def _with(self, partial: Partial, which: Indices) -> Iterator[tuple[Cost, Partial]]:
        columns = self.columns
        due_s = columns.times.problem.due_s
        holds = columns.holds[which]
        start_s = partial.free_s[0]
        end_s = start_s + columns.time_s[which]
        others = np.broadcast_to(partial.free_s[1:], (len(which), len(partial.free_s) - 1))
        free_s = np.sort(np.column_stack((others, end_s)), axis=1)
        late_s = partial.late_s + np.where(holds, np.maximum(0.0, end_s[:, None] - due_s), 0.0).sum(axis=1)
        left = ~(holds | (partial.orders >> np.arange(len(due_s)) & 1).astype(np.bool_))
        to_come_s = least_tardiness_s(due_s, self.alone_s, self.share_s, free_s, left)
        least_s = np.round(late_s + to_come_s, DIGITS)
        time_s = free_s.sum(axis=1) + left @ self.share_s
        for at, column in enumerate(which.tolist()):
            longer = partial.with_batch(
                int(columns.masks[column]),
                column,
                start_s=start_s,
                end_s=float(end_s[at]),
                late_s=float(late_s[at]),
                is_exact=bool(columns.is_exact[column]),
            )
            yield (float(least_s[at]), float(time_s[at])), longer
