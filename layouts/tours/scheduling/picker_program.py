"""Which picker takes which batch, in time and in the least time: branch and bound over given batches (HiGHS)."""

from __future__ import annotations

import math
import time

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csr_array, kron

from layouts.tours.scheduling.batch_times import Batch
from layouts.tours.scheduling.columns import Columns, Indices
from layouts.tours.scheduling.list_schedule import cost_of
from layouts.tours.scheduling.problem import SAME_S
from layouts.tours.scheduling.rows import Row, picker_rows

MOST_SECONDS = 1e9
"""No limit of time, as HiGHS has it."""


def picker_program(
    columns: Columns, which: Indices, rows: tuple[Row, ...], *, below_s: float, nodes: int, deadline: float
) -> tuple[list[Batch] | None, float]:
    """The sequence of least time below `below_s` from these columns, all of exact time, that keeps to `rows`.

    None where there is none or none was found; with a time that no such sequence is below, infinite where there is
    none. A variable says that a picker takes a batch; each picker is in time if the batches due by any due time
    take no longer (Jackson 1955).
    """
    if len(which) == 0:
        return None, np.inf
    problem = columns.times.problem
    batches = columns.batches(which)
    everyone = np.ones((1, problem.pickers))
    limit = np.array([row.limit for row in rows])
    taken = csr_array(np.array([row.taken(batches) for row in rows]))
    conditions = [
        LinearConstraint(kron(everyone, batches.holds.T.astype(np.float64)), 1, 1),
        LinearConstraint(kron(everyone, taken), -np.inf, limit),
    ]
    if by_due := picker_rows(problem):
        each = csr_array(np.array([row.taken(batches) for row in by_due]))
        conditions.append(LinearConstraint(kron(np.eye(problem.pickers), each), -np.inf, 1))
    scale = float(batches.time_s.max())
    cost = np.tile(batches.time_s, problem.pickers) / scale
    if np.isfinite(below_s):
        conditions.append(LinearConstraint(cost[None, :], -np.inf, (below_s - SAME_S) / scale))
    answer = milp(
        cost,
        constraints=conditions,
        integrality=np.ones(len(cost), np.int64),
        bounds=Bounds(0, _first_picker_first(columns, which)),
        options={
            "node_limit": nodes,
            "mip_rel_gap": 0.0,
            "time_limit": min(MOST_SECONDS, max(0.1, deadline - time.perf_counter())),
        },
    )
    if answer.status == 2:
        return None, np.inf
    bound = -math.inf if answer.mip_dual_bound is None else float(answer.mip_dual_bound) * scale
    if answer.x is None:
        return None, bound
    sequence = _by_start(columns, which, answer.x.reshape(problem.pickers, -1) > 0.5)
    late_s, time_s = cost_of(columns.times, sequence)
    return (sequence if late_s == 0 and time_s < below_s else None), bound


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
