"""The schedule of least time that is in time, by column generation and branch and bound (HiGHS).

1. The linear relaxation gives a bound and prices.
2. Branch and bound over the cheapest batches known by then gives a schedule, or improves the one known before.
3. A batch whose price lifts the bound to the time of that schedule is in none that is better. If few are left,
   branch and bound over these decides.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, kron

from layouts.tours.scheduling.batch_times import Batch
from layouts.tours.scheduling.columns import Columns, Indices
from layouts.tours.scheduling.list_schedule import cost_of
from layouts.tours.scheduling.problem import SAME_S
from layouts.tours.scheduling.relaxation import Relaxation, relax
from layouts.tours.scheduling.rows import Row, number_rows, picker_rows

FIRST_COLUMNS = 200
"""In the first tree."""
AT_ONCE = 100
"""Tours asked for before the bounds of the others are looked at again."""


@dataclass(frozen=True, kw_only=True)
class InTime:
    """A sequence of batches that is in time, None where none was found, and a time no such schedule is below.

    The bound is infinite where no schedule is in time.
    """

    sequence: list[Batch] | None
    bound_s: float


def least_time_in_time(
    columns: Columns, known: list[Batch] | None, *, rounds: int, most_columns: int, nodes: int
) -> InTime:
    """At least as good as `known`, a sequence in time; within `nodes` in each tree."""
    problem = columns.times.problem
    rows = picker_rows(problem, pickers=problem.pickers)
    fewest = math.ceil(problem.size.sum() / problem.capacity - 1e-9)
    root = relax(columns, [*rows, *number_rows(fewest, problem.orders)], is_in_time=True, rounds=rounds)
    best = _tree(
        columns, _first(columns, root), root.rows, below_s=_time_s(columns, known), nodes=nodes
    ).sequence
    best = known if best is None else best
    bound_s = np.inf
    for low, high in _numbers(root.batches, fewest, problem.orders):
        branch = relax(columns, [*rows, *number_rows(low, high)], is_in_time=True, rounds=rounds)
        found = _decided(columns, branch, _time_s(columns, best), most_columns=most_columns, nodes=nodes)
        best = best if found.sequence is None else found.sequence
        bound_s = min(bound_s, found.bound_s)
    return InTime(sequence=best, bound_s=max(root.bound_s, min(bound_s, _time_s(columns, best))))


def _numbers(batches: float, fewest: int, most: int) -> list[tuple[int, int]]:
    """The numbers of batches in two ranges about that of the relaxation, or in one if that is whole."""
    below = math.floor(batches + 1e-6)
    if abs(batches - below) < 1e-6 or not fewest <= below < most:
        return [(fewest, most)]
    return [(fewest, below), (below + 1, most)]


def _decided(
    columns: Columns, branch: Relaxation, below_s: float, *, most_columns: int, nodes: int
) -> InTime:
    """A sequence of this branch that takes less than `below_s`, None if none was found, and the branch's bound."""
    gap_s = below_s - branch.bound_s
    if gap_s <= SAME_S:
        return InTime(sequence=None, bound_s=branch.bound_s)
    left = _that_matter(columns, branch, gap_s, most_columns)
    if left is None:
        return InTime(sequence=None, bound_s=branch.bound_s)
    found = _tree(columns, left, branch.rows, below_s=below_s, nodes=nodes)
    return InTime(sequence=found.sequence, bound_s=max(branch.bound_s, found.bound_s))


def _time_s(columns: Columns, sequence: list[Batch] | None) -> float:
    return np.inf if sequence is None else cost_of(columns.times, sequence)[1]


def _first(columns: Columns, root: Relaxation) -> Indices:
    known = np.flatnonzero(columns.is_exact & columns.is_early_enough)
    order = np.argsort(root.reduced_s(columns)[known], kind="stable")
    return np.asarray(known[order[:FIRST_COLUMNS]])


def _that_matter(columns: Columns, root: Relaxation, gap_s: float, most: int) -> Indices | None:
    """Those that can be in a schedule better by up to `gap_s` than the bound; None where more than `most` are."""
    asked = 0
    while True:
        which = np.flatnonzero(columns.is_early_enough & (root.reduced_s(columns) <= gap_s + SAME_S))
        unknown = which[~columns.is_exact[which]]
        if len(unknown) == 0:
            return which if len(which) <= most else None
        if asked >= most:
            return None
        fewest = np.argsort(columns.holds[unknown].sum(axis=1), kind="stable")[:AT_ONCE]
        columns.find_out(unknown[fewest])
        asked += len(fewest)


def _tree(columns: Columns, which: Indices, rows: tuple[Row, ...], *, below_s: float, nodes: int) -> InTime:
    """The sequence of least time below `below_s` from these columns, all of exact time, that keeps to `rows`.

    A variable says that a picker takes a batch. What takes longer by an order more takes no less, so that to cover
    the orders would do; but then a cover would have to be thinned.
    """
    if len(which) == 0:
        return InTime(sequence=None, bound_s=np.inf)
    problem = columns.times.problem
    batches = columns.batches(which)
    everyone = np.ones((1, problem.pickers))
    conditions = [LinearConstraint(kron(everyone, batches.holds.T.astype(np.float64)), 1, 1)]
    for among, each in ((everyone, rows), (np.eye(problem.pickers), picker_rows(problem, pickers=1))):
        if each:
            taken = np.array([row.taken(batches) for row in each])
            limit = np.tile([row.limit for row in each], len(among))
            conditions.append(LinearConstraint(kron(among, csr_array(taken)), -np.inf, limit))
    cost = np.tile(batches.time_s, problem.pickers)
    if np.isfinite(below_s):
        conditions.append(LinearConstraint(cost[None, :], -np.inf, below_s - SAME_S))
    answer = milp(
        cost,
        constraints=conditions,
        integrality=np.ones(len(cost), np.int64),
        bounds=Bounds(0, _first_picker_first(columns, which)),
        options={"node_limit": nodes, "mip_rel_gap": 0.0},
    )
    if answer.status == 2:
        return InTime(sequence=None, bound_s=np.inf)
    bound = -np.inf if answer.mip_dual_bound is None else float(answer.mip_dual_bound)
    if answer.x is None:
        return InTime(sequence=None, bound_s=bound)
    sequence = _by_start(columns, which, answer.x.reshape(problem.pickers, -1) > 0.5)
    is_late = cost_of(columns.times, sequence)[0] > 0  # by more than the tolerance of the tree
    return InTime(sequence=None if is_late else sequence, bound_s=bound)


def _first_picker_first(columns: Columns, which: Indices) -> npt.NDArray[np.float64]:
    """1 for a picker and a batch (P · C,) that may go together: pickers are numbered by the first of their orders."""
    least = columns.holds[which].argmax(axis=1)
    return np.asarray((np.arange(columns.times.problem.pickers)[:, None] <= least).ravel(), np.float64)


def _by_start(columns: Columns, which: Indices, takes: npt.NDArray[np.bool_]) -> list[Batch]:
    """The batches that pickers take (P, C), each picker's by due time, in the order they start."""
    started = []
    for picker, chosen in enumerate(takes):
        batches = which[chosen]
        batches = batches[np.argsort(columns.due_s[batches], kind="stable")]
        start = np.cumsum(columns.time_s[batches]) - columns.time_s[batches]
        started += [(at, picker, int(columns.masks[batch])) for at, batch in zip(start, batches, strict=True)]
    return [batch for _, _, batch in sorted(started)]
