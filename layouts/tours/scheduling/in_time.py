"""The schedule of least time that is in time: linear relaxations, and best-first search with their prices.

1. The relaxation gives a bound. Where its number of batches is not whole, one with fewer and one with more do.
2. By its prices every batch lifts the bound by so much; the search adds these up until all orders are held.
3. Where the search does not end, branch and bound over the batches that still matter goes on, if these are few.
"""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from layouts.tours.scheduling.batch_times import Batch
from layouts.tours.scheduling.best_first import Partial, best_first
from layouts.tours.scheduling.columns import Columns, Indices
from layouts.tours.scheduling.list_schedule import Cost, cost_of
from layouts.tours.scheduling.picker_program import picker_program
from layouts.tours.scheduling.problem import SAME_S
from layouts.tours.scheduling.relaxation import Relaxation, relax
from layouts.tours.scheduling.rows import number_rows, picker_rows

MOST_COLUMNS = 3_000
"""For branch and bound, where the search does not end."""


@dataclass(frozen=True, kw_only=True)
class InTime:
    """A sequence of batches that is in time, None where none was found, and a time no such schedule is below.

    The bound is infinite where no schedule is in time.
    """

    sequence: list[Batch] | None
    bound_s: float


def least_time_in_time(
    columns: Columns, known: list[Batch] | None, *, rounds: int, extensions: int, nodes: int, deadline: float
) -> InTime:
    """At least as good as `known`, a sequence in time.

    Each of two searches may take `extensions`, and branch and bound `nodes` where they do not end.
    """
    problem = columns.times.problem
    rows = picker_rows(problem)
    fewest = math.ceil(problem.size.sum() / problem.capacity - 1e-9)
    root = relax(
        columns,
        [*rows, *number_rows(fewest, problem.orders)],
        is_in_time=True,
        rounds=rounds,
        deadline=deadline,
    )
    branches = [root]
    if abs(root.batches - round(root.batches)) > 1e-6:
        low = math.floor(root.batches)
        branches = [
            relax(columns, [*rows, *number_rows(*numbers)], is_in_time=True, rounds=rounds, deadline=deadline)
            for numbers in ((fewest, low), (low + 1, problem.orders))
        ]
    best, bound_s = known, np.inf
    for branch in branches:
        found = best_first(
            _ByDueTime(columns, branch, below_s=_time_s(columns, best)),
            orders=problem.orders,
            pickers=problem.pickers,
            floor=(0.0, branch.bound_s),
            known=(0.0, _time_s(columns, best)),
            extensions=extensions,
            deadline=deadline,
        )
        branch_s = max(branch.bound_s, found.bound[1])
        if found.sequence is not None:
            best = [int(columns.masks[column]) for _, column in sorted(found.sequence)]
        elif branch_s < _time_s(columns, best) - SAME_S and time.perf_counter() < deadline:
            left = _that_matter(columns, branch, _time_s(columns, best))
            if left is not None:
                better, least_s = picker_program(
                    columns, left, branch.rows, below_s=_time_s(columns, best), nodes=nodes, deadline=deadline
                )
                best, branch_s = best if better is None else better, max(branch_s, least_s)
        bound_s = min(bound_s, branch_s)
    return InTime(sequence=best, bound_s=max(root.bound_s, min(bound_s, _time_s(columns, best))))


def _that_matter(columns: Columns, branch: Relaxation, below_s: float) -> Indices | None:
    """The columns that can be in a schedule of the branch below `below_s`, all exact; None if there are too many."""
    while True:
        lift_s = branch.reduced_s(columns)
        left = np.flatnonzero(columns.is_early_enough & (branch.bound_s + lift_s < below_s))
        if len(left) > MOST_COLUMNS:
            return None
        if columns.is_exact[left].all():
            return left
        columns.find_out(left)


def _time_s(columns: Columns, sequence: list[Batch] | None) -> float:
    return np.inf if sequence is None else cost_of(columns.times, sequence)[1]


class _ByDueTime:
    """Batches by due time, each with any picker: the next holds the first due of the orders left.

    That is enough to find whatever is in time (Jackson 1955). The bound is that of the relaxation and of what each
    batch lifts it by; what is not below `below_s` is left out.
    """

    def __init__(self, columns: Columns, branch: Relaxation, *, below_s: float) -> None:
        problem = columns.times.problem
        self.columns = columns
        self.branch = branch
        self.below_s = below_s
        self.lift_s = branch.reduced_s(columns)
        self.by_due = np.argsort(problem.due_s, kind="stable").tolist()
        first = columns.holds[:, self.by_due].argmax(axis=1)
        self.led_by: list[Indices] = [np.flatnonzero(first == rank) for rank in range(problem.orders)]

    def longer(self, partial: Partial) -> Iterator[tuple[Cost, Partial]]:
        """The batches of the first order left, with each picker that is free at another time."""
        rank = next(rank for rank, order in enumerate(self.by_due) if not partial.orders >> order & 1)
        led = self.led_by[rank]
        led = led[(self.columns.masks[led] & partial.orders) == 0]
        for start_s in dict.fromkeys(partial.free_s):
            yield from self._with(partial, led, start_s)

    def exact(self, partial: Partial) -> Iterator[tuple[Cost, Partial]]:
        """The last batch with its tour."""
        start_s, column = partial.sequence[-1]
        which = np.array([column])
        self.columns.find_out(which)
        self.lift_s[which] = self.branch.reduced_s(self.columns, which)
        return iter(()) if partial.before is None else self._with(partial.before, which, start_s)

    def _with(self, partial: Partial, which: Indices, start_s: float) -> Iterator[tuple[Cost, Partial]]:
        columns = self.columns
        bound_s = self.branch.bound_s + self.lift_s[which]
        bound_s += sum(float(self.lift_s[column]) for _, column in partial.sequence)
        end_s = start_s + columns.time_s[which]
        everything = (1 << columns.times.problem.orders) - 1
        for at in np.flatnonzero((end_s <= columns.due_s[which] + SAME_S) & (bound_s < self.below_s)):
            longer = partial.with_batch(
                int(columns.masks[which[at]]),
                int(which[at]),
                start_s=start_s,
                end_s=float(end_s[at]),
                late_s=0.0,
                is_exact=bool(columns.is_exact[which[at]]),
            )
            is_whole = longer.orders == everything
            yield (0.0, sum(longer.free_s) if is_whole else float(bound_s[at])), longer
