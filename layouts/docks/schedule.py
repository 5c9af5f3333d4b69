"""Which truck gets which door, and when, so that the weighted waiting is least.

Trucks are taken to come when they are due and to take their mean time. Each door serves one truck at a time; a truck
may use some doors only. In Graham's notation that is P | r, M | Σ wC: machines, release dates, eligible machines.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from ortools.sat.python import cp_model

from layouts.docks.spec import Appointments, DockSpec, allowed_doors

Ints = npt.NDArray[np.int64]
HUNDREDTHS = 100
"""Weights count in hundredths, times in whole seconds."""


@dataclass(frozen=True, kw_only=True)
class DockPlan:
    """Door number and start (N,) of each truck, seconds after the first is due; `waiting_s` the weighted sum.

    No plan waits less than `bound_s`, and this one is the best where `is_proven`.
    """

    door: Ints
    start_s: Ints
    takes_s: Ints
    waiting_s: float
    bound_s: float

    @property
    def is_proven(self) -> bool:
        """Whether no plan is better, to the hundredth of a second."""
        return self.waiting_s - self.bound_s < 1 / HUNDREDTHS


def schedule_docks(docks: DockSpec, appointments: Appointments, *, effort: float = 20.0) -> DockPlan:
    """The plan of least weighted waiting, searched from the rule's for `effort` of CP-SAT's deterministic seconds."""
    trucks = appointments.trucks
    due = np.array([round(truck.due_s) for truck in trucks], np.int64)
    takes = np.array([max(1, round(truck.takes.mean_s)) for truck in trucks], np.int64)
    weight = np.array([round(HUNDREDTHS * truck.weight) for truck in trucks], np.int64)
    return least_waiting(due, takes, weight, allowed_doors(docks, appointments), effort=effort)


def least_waiting(
    due_s: Ints, takes_s: Ints, weight: Ints, allowed: npt.NDArray[np.bool_], *, effort: float = 20.0
) -> DockPlan:
    """The same of whole seconds (N,), weights in hundredths (N,) and allowed doors (N, D)."""
    door, start = by_rule(due_s, takes_s, weight, allowed)
    latest = int(due_s.max() + takes_s.sum())
    model = cp_model.CpModel()
    starts = [model.new_int_var(int(due), latest, "") for due in due_s]
    here = {(n, d): model.new_bool_var("") for n, d in np.argwhere(allowed).tolist()}
    for d in range(allowed.shape[1]):
        model.add_no_overlap(
            [
                model.new_optional_fixed_size_interval_var(starts[n], int(takes_s[n]), here[n, d], "")
                for n in np.flatnonzero(allowed[:, d]).tolist()
            ]
        )
    for n in range(len(due_s)):
        model.add_exactly_one(here[n, d] for d in np.flatnonzero(allowed[n]).tolist())
        model.add_hint(starts[n], int(start[n]))
    for (n, d), is_here in here.items():
        model.add_hint(is_here, bool(door[n] == d))
    model.minimize(sum(int(w) * (s - int(due)) for w, s, due in zip(weight, starts, due_s, strict=True)))
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    solver.parameters.random_seed = 0
    solver.parameters.max_deterministic_time = effort
    if solver.solve(model) in (cp_model.OPTIMAL, cp_model.FEASIBLE):
        found = np.array([solver.value(each) for each in starts], np.int64)
        if weight @ found <= weight @ start:
            start = found
            door = np.array(
                [
                    next(d for d in np.flatnonzero(allowed[n]).tolist() if solver.value(here[n, d]))
                    for n in range(len(due_s))
                ],
                np.int64,
            )
    return DockPlan(
        door=door,
        start_s=start,
        takes_s=takes_s,
        waiting_s=float(weight @ (start - due_s)) / HUNDREDTHS,
        bound_s=max(0.0, solver.best_objective_bound) / HUNDREDTHS,
    )


def by_rule(due_s: Ints, takes_s: Ints, weight: Ints, allowed: npt.NDArray[np.bool_]) -> tuple[Ints, Ints]:
    """Door and start (N,): whenever a door is free, of those that are there the truck with most weight a second
    (Smith 1956), at the door that is free first.
    """
    free = np.zeros(allowed.shape[1], np.int64)
    door, start = np.full(len(due_s), -1, np.int64), np.zeros(len(due_s), np.int64)
    left = list(range(len(due_s)))
    while left:
        could = {n: int(max(due_s[n], free[allowed[n]].min())) for n in left}
        now = min(could.values())
        n = max((n for n in left if could[n] == now), key=lambda n: (weight[n] / takes_s[n], -n))
        open_ = np.flatnonzero(allowed[n] & (free <= now))
        door[n], start[n] = open_[0], now
        free[open_[0]] = now + takes_s[n]
        left.remove(n)
    return door, start
