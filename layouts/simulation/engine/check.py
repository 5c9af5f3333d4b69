"""What the engine, which checks no bounds, must never see."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from layouts.simulation.engine.survey import FAULTS, FORESEEN, OTHERWISE, PIECES, survey
from layouts.simulation.engine.tape import NOBODY, Crew, Ints, Jobs, Resources, Rules, Tape


def check(tape: Tape, resources: Resources, jobs: Jobs, crew: Crew, rules: Rules) -> npt.NDArray[np.bool_]:
    """ValueError names the first fault; returns which resources (R,) are buffers."""
    uses = _check_tape(tape, resources, streams=len(crew.pace))
    _check_resources(resources, refills=len(jobs.refill_pool))
    routines = len(tape.start) - 1
    _check_jobs(jobs, crew, routines=routines, seats=len(resources.capacity))
    _check_crew(crew, routines=routines)
    if not rules.horizon_s > rules.warm_up_s >= 0:
        raise ValueError(
            f"horizon_s {rules.horizon_s} must be above warm_up_s {rules.warm_up_s}, both from 0"
        )
    if rules.back_off_s <= 0 or rules.pass_s < 0:
        raise ValueError(f"back_off_s {rules.back_off_s} must be above 0, pass_s {rules.pass_s} at least 0")
    return (uses & PIECES) > 0


def _check_tape(tape: Tape, resources: Resources, *, streams: int) -> Ints:
    rows = len(tape.rows)
    if rows == 0 or len(tape.start) < 2:
        raise ValueError("the tape is empty: give at least one routine with an instruction")
    if tape.start[0] != 0 or tape.start[-1] != rows or (np.diff(tape.start) < 0).any():
        raise ValueError(f"start must rise from 0 to {rows}, got {tape.start[0]} to {tape.start[-1]}")
    uses = np.zeros(len(resources.capacity), np.int64)
    held = np.zeros(len(resources.capacity) + 1, np.int64)
    fault, row = survey(tape.rows.view(np.recarray), tape.start, streams, uses, held)
    if fault:
        routine = int(np.searchsorted(tape.start, row, side="right")) - 1
        raise ValueError(f"row {row}, in routine {routine}: {FAULTS[fault]}")
    mixed = np.flatnonzero((uses & FORESEEN) & (uses & OTHERWISE) // OTHERWISE)
    if len(mixed):
        raise ValueError(f"resource {mixed[0]} is used in foreseen rows and in others: foresee all or none")
    many = np.flatnonzero(((uses & FORESEEN) > 0) & (resources.capacity != 1))
    if len(many):
        raise ValueError(
            f"resource {many[0]} has {resources.capacity[many[0]]} seats: only one can be foreseen"
        )
    return uses


def _check_resources(resources: Resources, *, refills: int) -> None:
    seats = len(resources.capacity)
    for name in ("level", "low", "refill", "refill_pieces", "slow"):
        if len(getattr(resources, name)) != seats:
            raise ValueError(f"{name} has {len(getattr(resources, name))} entries for {seats} resources")
    if (resources.capacity < 1).any():
        raise ValueError(f"a resource has capacity {resources.capacity.min()}: at least one seat is needed")
    if (resources.level < 0).any() or (resources.level > resources.capacity)[resources.level > 0].any():
        raise ValueError("a buffer's level must lie between 0 and its capacity")
    _within("refill", resources.refill, NOBODY, refills - 1)
    if (resources.refill_pieces[resources.refill != NOBODY] < 1).any():
        raise ValueError("a refill brings at least 1 piece")
    if resources.slow.ndim != 2 or resources.slow.shape[1] < 1 or not (resources.slow >= 0).all():
        raise ValueError("slow needs a column for every number of agents, none below 0")


def _check_jobs(jobs: Jobs, crew: Crew, *, routines: int, seats: int) -> None:
    count = len(jobs.release_s)
    kinds = int(crew.kind.max(initial=0)) + 1
    for name in ("routine", "refill_routine"):
        table = getattr(jobs, name)
        if table.ndim != 2 or table.shape[0] < kinds:
            raise ValueError(f"{name} has shape {table.shape}: it needs a row for each of {kinds} classes")
        _within(name, table, 0, routines - 1)
    if not (jobs.routine.shape[1] == len(jobs.pool) == len(jobs.needs) == count):
        raise ValueError("routine, pool, needs and release_s differ in their number of jobs")
    if np.isnan(jobs.release_s).any() or (jobs.release_s < 0).any():
        raise ValueError("release_s must not be negative")
    _within("pool", jobs.pool, 0, np.iinfo(np.int64).max)
    _check_lists("after", jobs.after_start, jobs.after, count, count - 1)
    _check_lists("ticket", jobs.ticket_start, jobs.ticket, count, seats - 1)
    if not np.array_equal(np.bincount(jobs.after, minlength=count), jobs.needs):
        raise ValueError("needs must say how many jobs name each job in after")


def _check_crew(crew: Crew, *, routines: int) -> None:
    agents = len(crew.kind)
    if agents == 0:
        raise ValueError("there is no agent: somebody must play")
    for name in ("slow", "restart_s", "from_s", "until_s", "charge_s", "charge_routine", "fail_s"):
        if len(getattr(crew, name)) != agents:
            raise ValueError(f"{name} has {len(getattr(crew, name))} entries for {agents} agents")
    _within("kind", crew.kind, 0, agents + len(crew.kind))
    if not (np.isfinite(crew.slow) & (crew.slow > 0)).all() or not (crew.restart_s >= 0).all():
        raise ValueError("slow must be above 0 and restart_s at least 0")
    _check_lists("pool", crew.pool_start, crew.pool, agents, np.iinfo(np.int64).max)
    _check_lists("duty", crew.duty_start, crew.duty_routine, agents, routines - 1)
    _within("charge_routine", crew.charge_routine[np.isfinite(crew.charge_s)], 0, routines - 1)
    _within("repair_routine", np.array([crew.repair_routine]), NOBODY, routines - 1)
    shape = crew.pace.shape
    if len(shape) != 3 or (shape[0] and (shape[1] != agents or shape[2] == 0)):
        raise ValueError(f"pace of shape {shape} must be (streams, {agents} agents, numbers)")
    if not (np.isfinite(crew.pace) & (crew.pace >= 0)).all():
        raise ValueError("factors on working times must be finite and not negative")


def _check_lists(name: str, start: npt.NDArray[Any], of: npt.NDArray[Any], owners: int, last: int) -> None:
    if len(start) != owners + 1 or start[0] != 0 or start[-1] != len(of) or (np.diff(start) < 0).any():
        raise ValueError(f"{name}_start must rise from 0 to {len(of)} in {owners + 1} entries")
    _within(name, of, 0, last)


def _within(name: str, values: npt.NDArray[Any], low: int, high: int) -> None:
    if values.size and not (values.min() >= low and values.max() <= high):
        wrong = values.min() if values.min() < low else values.max()
        raise ValueError(f"{name} {wrong} is not in {low} … {high}")
