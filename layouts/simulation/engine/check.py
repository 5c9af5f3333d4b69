"""What the engine, which checks no bounds, must never see."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from layouts.simulation.engine.script import MOST_HELD
from layouts.simulation.engine.survey import AREA, FAULTS, FORESEEN, PIECES, SEATED, SECTION, survey
from layouts.simulation.engine.tape import (
    BACK_OFF,
    NOBODY,
    PASS,
    STOP,
    Crew,
    Ints,
    Jobs,
    Resources,
    Rules,
    Tape,
)

_TICKET = 32
_USES = {
    FORESEEN: "foreseen seat", SEATED: "seat", SECTION: "section", PIECES: "buffer", AREA: "area", _TICKET: "ticket",
}  # fmt: skip
_MOST = np.iinfo(np.int64).max
_LONGEST = 1e12
"""Seconds, and factors on seconds: far above any use, and low enough that products stay finite."""


def check(tape: Tape, resources: Resources, jobs: Jobs, crew: Crew, rules: Rules) -> npt.NDArray[np.bool_]:
    """ValueError names the first fault; returns which resources (R,) are buffers."""
    _check_resources(resources, refills=len(jobs.refill_pool))
    uses, peak = _check_tape(tape, resources, streams=len(crew.pace))
    routines = len(tape.start) - 1
    _check_jobs(jobs, crew, routines=routines, seats=len(resources.capacity))
    _check_crew(crew, routines=routines)
    uses[jobs.ticket] |= _TICKET
    _check_uses(uses, resources)
    if crew.repair_routine != NOBODY and peak[crew.repair_routine] + peak.max() > MOST_HELD:
        raise ValueError(
            f"an agent under repair would hold up to {peak[crew.repair_routine]} + {peak.max()} seats:"
            f" {MOST_HELD} are the most"
        )
    if not rules.horizon_s > rules.warm_up_s >= 0:
        raise ValueError(
            f"horizon_s {rules.horizon_s} must be above warm_up_s {rules.warm_up_s}, both from 0"
        )
    if not (0 < rules.back_off_s <= _LONGEST and 0 <= rules.pass_s <= _LONGEST):
        raise ValueError(f"back_off_s {rules.back_off_s} must be above 0, pass_s {rules.pass_s} at least 0")
    if rules.deadlock not in (STOP, BACK_OFF, PASS):
        raise ValueError(
            f"deadlock {rules.deadlock} is none of STOP {STOP}, BACK_OFF {BACK_OFF}, PASS {PASS}"
        )
    return (uses & PIECES) > 0


def _check_tape(tape: Tape, resources: Resources, *, streams: int) -> tuple[Ints, Ints]:
    """What each resource (R,) is used for, and how many seats each routine (Q,) has at most."""
    count = len(tape.rows)
    if count == 0 or len(tape.start) < 2:
        raise ValueError("the tape is empty: give at least one routine with an instruction")
    if tape.start[0] != 0 or tape.start[-1] != count or (np.diff(tape.start) < 0).any():
        raise ValueError(f"start must rise from 0 to {count}, got {tape.start[0]} to {tape.start[-1]}")
    seats, routines = len(resources.capacity), len(tape.start) - 1
    uses, has, passed = (np.zeros(seats + more, np.int64) for more in (0, 0, 1))
    peak = np.zeros(routines, np.int64)
    rows = tape.rows.view(np.recarray)
    fault, row = survey(rows, tape.start, streams, resources.capacity, uses, has, passed, peak)
    if fault:
        routine = int(np.searchsorted(tape.start, row, side="right")) - 1
        raise ValueError(f"row {row}, in routine {routine}: {FAULTS[fault]}")
    uses[np.cumsum(passed)[:-1] > 0] |= FORESEEN
    return uses, peak


def _check_uses(uses: Ints, resources: Resources) -> None:
    mixed = np.flatnonzero(uses & (uses - 1))
    if len(mixed):
        names = " and ".join(name for bit, name in _USES.items() if uses[mixed[0]] & bit)
        raise ValueError(f"resource {mixed[0]} is used as {names}: give each use a resource of its own")
    many = np.flatnonzero((uses == FORESEEN) & (resources.capacity != 1))
    if len(many):
        raise ValueError(
            f"resource {many[0]} has {resources.capacity[many[0]]} seats: only one can be foreseen"
        )


def _check_resources(resources: Resources, *, refills: int) -> None:
    seats = len(resources.capacity)
    for name in ("level", "low", "refill", "refill_pieces", "slow"):
        _check_length(name, getattr(resources, name), seats, "resources")
    if (resources.capacity < 1).any():
        raise ValueError(f"a resource has capacity {resources.capacity.min()}: at least one seat is needed")
    if (resources.level < 0).any() or (resources.level > resources.capacity)[resources.level > 0].any():
        raise ValueError("a buffer's level must lie between 0 and its capacity")
    _check_within("refill", resources.refill, NOBODY, refills - 1)
    if (resources.refill_pieces[resources.refill != NOBODY] < 1).any():
        raise ValueError("refill_pieces must be at least 1 where there is a refill")
    if resources.slow.ndim != 2 or resources.slow.shape[1] < 1 or not _are_factors(resources.slow):
        raise ValueError("slow needs a column for every number of agents, none below 0 or above 1e12")


def _check_jobs(jobs: Jobs, crew: Crew, *, routines: int, seats: int) -> None:
    count = len(jobs.release_s)
    kinds = int(crew.kind.max(initial=0)) + 1
    for name in ("routine", "refill_routine"):
        table = getattr(jobs, name)
        if table.ndim != 2 or table.shape[0] < kinds:
            raise ValueError(f"{name} has shape {table.shape}: it needs a row for each of {kinds} classes")
        _check_within(name, table, 0, routines - 1)
    if not (jobs.routine.shape[1] == len(jobs.pool) == len(jobs.needs) == count):
        raise ValueError("routine, pool, needs and release_s differ in their number of jobs")
    if jobs.refill_routine.shape[1] != len(jobs.refill_pool):
        raise ValueError("refill_routine and refill_pool differ in their number of refills")
    if np.isnan(jobs.release_s).any() or (jobs.release_s < 0).any():
        raise ValueError("release_s must not be negative")
    _check_within("pool", jobs.pool, 0, _MOST)
    _check_within("refill_pool", jobs.refill_pool, 0, _MOST)
    _check_lists("after", jobs.after_start, jobs.after, count, count - 1)
    _check_lists("ticket", jobs.ticket_start, jobs.ticket, count, seats - 1)
    if not np.array_equal(np.bincount(jobs.after, minlength=count), jobs.needs):
        raise ValueError("needs must say how many jobs name each job in after")
    if _have_cycle(jobs):
        raise ValueError("jobs come after each other in a ring: none of them could ever begin")
    owner = np.repeat(np.arange(count), np.diff(jobs.ticket_start))
    if len(np.unique(owner * seats + jobs.ticket)) < len(owner):
        raise ValueError("a job names a ticket twice: it has one place of each")


def _have_cycle(jobs: Jobs) -> bool:
    """Whether some job is left when those that need nothing more are done, again and again."""
    if not len(jobs.after):
        return False
    needs, at = jobs.needs.copy(), 0
    done = np.flatnonzero(needs == 0).tolist()
    while at < len(done):
        job = done[at]
        at += 1
        for later in jobs.after[jobs.after_start[job] : jobs.after_start[job + 1]].tolist():
            needs[later] -= 1
            if needs[later] == 0:
                done.append(later)
    return len(done) < len(needs)


def _check_crew(crew: Crew, *, routines: int) -> None:
    agents = len(crew.kind)
    if agents == 0:
        raise ValueError("there is no agent: somebody must play")
    for name in ("slow", "restart_s", "from_s", "until_s", "charge_s", "charge_routine", "fail_s"):
        _check_length(name, getattr(crew, name), agents, "agents")
    _check_within("kind", crew.kind, 0, _MOST)
    if not (crew.slow > 0).all() or not _are_factors(crew.slow) or not _are_factors(crew.restart_s):
        raise ValueError("slow must be above 0 and restart_s at least 0, both at most 1e12")
    if not (np.isfinite(crew.from_s) & (crew.from_s >= 0)).all() or np.isnan(crew.until_s).any():
        raise ValueError("from_s must be finite and at least 0, until_s a number or infinite")
    _check_lists("pool", crew.pool_start, crew.pool, agents, _MOST)
    _check_lists("duty", crew.duty_start, crew.duty_routine, agents, routines - 1)
    _check_length("duty_s", crew.duty_s, len(crew.duty_routine), "breaks")
    owner = np.repeat(np.arange(agents), np.diff(crew.duty_start))
    falls = (crew.duty_s[1:] < crew.duty_s[:-1]) & (owner[1:] == owner[:-1])
    if np.isnan(crew.duty_s).any() or falls.any():
        raise ValueError("duty_s must rise with each agent's breaks")
    if not (crew.charge_s > 0).all():
        raise ValueError("charge_s must be above 0; infinite for an agent that needs no charging")
    _check_within("charge_routine", crew.charge_routine[np.isfinite(crew.charge_s)], 0, routines - 1)
    _check_within("repair_routine", np.array([crew.repair_routine]), NOBODY, routines - 1)
    _check_failures(crew)
    shape = crew.pace.shape
    if len(shape) != 3 or (shape[0] and (shape[1] != agents or shape[2] == 0)):
        raise ValueError(f"pace of shape {shape} must be (streams, {agents} agents, numbers)")
    if not _are_factors(crew.pace):
        raise ValueError("pace, the factors on working times, must be from 0 to 1e12")


def _check_failures(crew: Crew) -> None:
    at_s = crew.fail_s
    if at_s.ndim != 2 or np.isnan(at_s).any() or (at_s[:, 1:] < at_s[:, :-1]).any():
        raise ValueError("fail_s must have a row for each agent, rising; infinite where it fails no more")
    if crew.repair_routine == NOBODY and np.isfinite(at_s).any():
        raise ValueError("agents fail, but there is no repair_routine for them to play")


def _are_factors(values: npt.NDArray[Any]) -> bool:
    return bool(((values >= 0) & (values <= _LONGEST)).all())


def _check_length(name: str, values: npt.NDArray[Any], count: int, what: str) -> None:
    if len(values) != count:
        raise ValueError(f"{name} has {len(values)} entries for {count} {what}")


def _check_lists(name: str, start: npt.NDArray[Any], of: npt.NDArray[Any], owners: int, last: int) -> None:
    if len(start) != owners + 1 or start[0] != 0 or start[-1] != len(of) or (np.diff(start) < 0).any():
        raise ValueError(f"{name}_start must rise from 0 to {len(of)} in {owners + 1} entries")
    _check_within(name, of, 0, last)


def _check_within(name: str, values: npt.NDArray[Any], low: int, high: int) -> None:
    if values.size and not (values.min() >= low and values.max() <= high):
        wrong = values.min() if values.min() < low else values.max()
        raise ValueError(f"{name} {wrong} is not in {low} … {high}")
