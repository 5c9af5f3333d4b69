"""Orders with due times: batches, pickers and sequence together, with bounds on tardiness and time.

1. Annealing over sequences of batches gives a schedule; whichever batch starts next is the first free picker's.
2. Bounds from the tours of single orders may already prove it.
3. The batches met on the way are combined anew to a schedule in time.
4. Where the batches that fit can be listed, the schedule of least time among those in time is found and proven.
5. If none is in time, or none was found, a best-first search looks for the least tardiness.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

import numpy as np

from layouts.tours.scheduling.batch_times import Batch, BatchTimes
from layouts.tours.scheduling.bounds import least_tardiness_s, least_time_s, shares_s
from layouts.tours.scheduling.columns import MOST_ORDERS, Columns, batches_that_fit
from layouts.tours.scheduling.in_time import least_time_in_time
from layouts.tours.scheduling.least_late import least_late
from layouts.tours.scheduling.list_schedule import Cost, cost_of, is_less, schedule_of
from layouts.tours.scheduling.local_search import anneal
from layouts.tours.scheduling.problem import SAME_S, Schedule, SchedulingProblem, TourLength
from layouts.tours.scheduling.relaxation import relax
from spatial.errors import UndecidedError

MET_ROUNDS, MET_EXTENSIONS, MET_NODES = 50, 2_000, 50
"""To combine the batches met takes no more of these."""


@dataclass(frozen=True, kw_only=True)
class SchedulingEffort:
    """Counts that bound the work: `moves` of annealing an order, `batches` that are listed, `rounds` of a relaxation,
    `extensions` of a search, `nodes` of branch and bound; and `late_batches` that the search for the least tardiness
    copes with.
    """

    moves: int = 300
    batches: int = 200_000
    rounds: int = 500
    extensions: int = 20_000
    nodes: int = 1_000
    late_batches: int = 5_000


def schedule_orders(
    problem: SchedulingProblem,
    tour_length_m: TourLength,
    *,
    due_is_hard: bool = False,
    effort: SchedulingEffort = SchedulingEffort(),
    seed: int = 0,
    budget_s: float | None = None,
) -> Schedule:
    """The schedule of least tardiness found, and of least time among these, with bounds of both.

    The same arguments give the same schedule; `budget_s` may end its steps earlier, and what is found then
    depends on the machine. With `due_is_hard`, ValueError if no schedule is in time and UndecidedError if none was
    found; both name the orders that are late.
    """
    deadline = math.inf if budget_s is None else time.perf_counter() + budget_s
    times = BatchTimes(problem, tour_length_m)
    best = anneal(times, moves=effort.moves * problem.orders, seed=seed, deadline=deadline)
    best, bound = _improved(times, best, effort, deadline)
    schedule = schedule_of(times, best, bound)
    if due_is_hard and schedule.tardiness_s > 0:
        _tell_late(problem, schedule)
    return schedule


def _improved(
    times: BatchTimes, best: list[Batch], effort: SchedulingEffort, deadline: float
) -> tuple[list[Batch], Cost]:
    """A sequence at least as good, and a bound of its costs."""
    bound = _quick_bound(times)
    if not is_less(bound, cost_of(times, best)) or time.perf_counter() > deadline:
        return best, bound
    if bound[0] == 0:
        best = _of_batches_met(times, best, effort, deadline)
    masks = batches_that_fit(times.problem, at_most=effort.batches)
    if masks is None:
        return best, bound
    columns = Columns(times, masks)
    if bound[0] == 0:
        found = least_time_in_time(
            columns,
            _if_in_time(times, best),
            rounds=effort.rounds,
            extensions=effort.extensions,
            nodes=effort.nodes,
            deadline=deadline,
        )
        if found.sequence is not None:
            return found.sequence, (0.0, max(bound[1], found.bound_s))
        if found.bound_s == np.inf:
            bound = SAME_S, bound[1]
    return _least_late(columns, best, bound, effort, deadline)


def _of_batches_met(
    times: BatchTimes, best: list[Batch], effort: SchedulingEffort, deadline: float
) -> list[Batch]:
    """The best in time that is made of batches whose tours were asked for; it says nothing about the others."""
    if times.problem.orders > MOST_ORDERS:
        return best
    met = Columns(times, np.sort(np.array(times.known, np.int64)))
    found = least_time_in_time(
        met,
        _if_in_time(times, best),
        rounds=min(effort.rounds, MET_ROUNDS),
        extensions=min(effort.extensions, MET_EXTENSIONS),
        nodes=min(effort.nodes, MET_NODES),
        deadline=deadline,
    )
    return best if found.sequence is None else found.sequence


def _if_in_time(times: BatchTimes, sequence: list[Batch]) -> list[Batch] | None:
    return sequence if cost_of(times, sequence)[0] == 0 else None


def _quick_bound(times: BatchTimes) -> Cost:
    """From the tours of single orders."""
    problem = times.problem
    each = [1 << order for order in range(problem.orders)]
    alone_m = np.array([times.length_m(order) for order in each])
    late = least_tardiness_s(
        problem.due_s,
        np.array([times.time_s(order) for order in each]),
        shares_s(problem, alone_m),
        np.zeros((1, problem.pickers)),
        np.ones((1, problem.orders), np.bool_),
    )
    return (0.0 if late[0] <= SAME_S else float(late[0])), least_time_s(problem, alone_m)


def _least_late(
    columns: Columns, best: list[Batch], bound: Cost, effort: SchedulingEffort, deadline: float
) -> tuple[list[Batch], Cost]:
    """At least as good as `best`, where the batches that fit are few enough to search among them."""
    if len(columns.masks) > effort.late_batches:
        return best, bound
    root = relax(columns, [], is_in_time=False, rounds=effort.rounds, deadline=deadline)
    known = cost_of(columns.times, best)
    found = least_late(
        columns, root.shares_s(columns), known, extensions=effort.extensions, deadline=deadline
    )
    higher = max(bound[0], found.bound[0]), max(bound[1], root.bound_s, found.bound[1])
    if found.sequence is not None:
        best = [int(columns.masks[column]) for _, column in found.sequence]
    return best, higher


def _tell_late(problem: SchedulingProblem, schedule: Schedule) -> None:
    late = ", ".join(
        f"{name} by {seconds:.1f} s"
        for name, seconds in zip(problem.names, schedule.late_s, strict=True)
        if seconds > 0
    )
    if schedule.tardiness_bound_s > 0:
        raise ValueError(
            f"no schedule with {problem.pickers} pickers is in time; the best found is late with {late}: give "
            "later due times or more pickers"
        )
    raise UndecidedError(
        f"no schedule in time was found, but there may be one; the best found is late with {late}: allow more "
        "effort, later due times or more pickers"
    )
