"""From a scenario to runs: planned and compiled once, then played as often as wanted with other random numbers."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from layouts.kpis import kpis
from layouts.last_used import LastUsed
from layouts.orders import Order
from layouts.plan_scenario import Demand, PlannedShift, TourFloor, demand_on, plan_on, tour_floor
from layouts.planned_tours import floor_key, planned_shift
from layouts.run import AisleFloor, Duty, Run
from layouts.scenario import PATHS, Scenario, read_scenario
from layouts.scenario_files import Digests, digests_of, sha256_of, site_file
from layouts.simulation.engine.run_tape import Played, run_tape
from layouts.simulation.figures_of_run import figures_of_run
from layouts.simulation.operations.ground import Ground
from layouts.simulation.run_of_log import run_of_log
from layouts.simulation.settling import PILOT, settled_s
from layouts.simulation.shift_program import ShiftProgram, shift_ground, shift_program, with_draws
from layouts.simulation.traffic.static_check import told
from layouts.simulation.work import Work
from layouts.tours.due_times import is_date
from spatial.facility import Facility
from spatial.facility_json import read_facility
from spatial.floor.agents import agent_named
from spatial.progress import Progress, silent


@dataclass(frozen=True, kw_only=True, eq=False)
class ReadyShift:
    """A scenario with its tours planned and compiled: `play_shift` plays it."""

    scenario: Scenario
    shift: PlannedShift
    program: ShiftProgram
    inputs: Mapping[str, Any]
    warm_up_s: float
    notes: tuple[str, ...]
    """How its tours could come to wait for each other for good, and when it settles where that was asked for."""


def run_scenario(scenario: Scenario | Path, *, progress: Progress = silent) -> Run:
    """Simulate a scenario, given as a value or as the path of its YAML file.

    Raises UndecidedError when the site has no racks, no locations, or none that can be reached, and
    BadDataError for a file that is not what it must be.
    """
    if isinstance(scenario, Path):
        scenario = read_scenario(scenario)
    return play_shift(ready_shift(scenario, progress=progress), progress=progress)


def run_on(facility: Facility, scenario: Scenario, *, facility_sha256: str | None = None) -> Run:
    """Simulate a scenario on a facility that is at hand instead of its site's."""
    return play_shift(ready_on(facility, scenario, facility_sha256=facility_sha256))


def ready_shift(scenario: Scenario, *, replication: int = 0, progress: Progress = silent) -> ReadyShift:
    """Plan and compile a scenario on the facility at its site; where orders are redrawn, for one replication."""
    facility, digest = _facility_of(scenario)
    return ready_on(facility, scenario, facility_sha256=digest, replication=replication, progress=progress)


def ready_on(
    facility: Facility,
    scenario: Scenario,
    *,
    facility_sha256: str | None = None,
    replication: int = 0,
    progress: Progress = silent,
) -> ReadyShift:
    """`ready_shift` on a facility that is at hand."""
    start = _start(facility, scenario, facility_sha256)
    return _ready(start, replication=replication, progress=progress)


@dataclass(frozen=True, kw_only=True, eq=False)
class _Start:
    """What all replications of a scenario begin with, whatever is ordered."""

    scenario: Scenario
    floor: TourFloor
    demand: Demand
    inputs: Mapping[str, Any]

    @cached_property
    def ground(self) -> Ground:
        floor, scenario = self.floor, self.scenario
        return shift_ground(
            floor.facility, floor.graph, floor.depot, scenario.operations, scenario.traffic.settings
        )


def _start(facility: Facility, scenario: Scenario, facility_sha256: str | None) -> _Start:
    floor = tour_floor(facility, scenario)
    return _Start(
        scenario=scenario,
        floor=floor,
        demand=demand_on(floor, scenario),
        inputs=_inputs(facility, scenario, facility_sha256),
    )


def _ready(start: _Start, *, replication: int, progress: Progress = silent) -> ReadyShift:
    shift = plan_on(start.floor, start.demand, start.scenario, replication=replication, progress=progress)
    return _compiled(start.scenario, shift, inputs=start.inputs, ground=start.ground)


def _compiled(
    scenario: Scenario, shift: PlannedShift, *, inputs: Mapping[str, Any], ground: Ground
) -> ReadyShift:
    program = shift_program(
        shift,
        shift.facility,
        scenario.operations,
        orders=shift.orders,
        work=Work(
            pick_s=scenario.pick_s,
            piece_s=scenario.piece_s,
            drop_s=scenario.drop_s,
            pick_time=scenario.pick_time,
            pick_cv=scenario.pick_cv,
        ),
        pickers=scenario.pickers,
        starts_at=scenario.starts_at,
        traffic=scenario.traffic.settings,
        seed=scenario.seed,
        horizon_s=_horizon_s(scenario),
        ground=ground,
    )
    ready = ReadyShift(
        scenario=scenario,
        shift=shift,
        program=program,
        inputs=inputs,
        warm_up_s=0.0 if scenario.warm_up_s == "mser-5" else scenario.warm_up_s,
        notes=(*told(program.jams()), *_undated_note(scenario, shift.orders)),
    )
    return _settled(ready) if scenario.warm_up_s == "mser-5" else ready


def play_shift(ready: ReadyShift, *, replication: int = 0, progress: Progress = silent) -> Run:
    """The run of one replication: the same ready shift and number give the same run.

    Where orders are redrawn, `ready` is that of the same replication.
    """
    program = with_draws(ready.program, replication) if replication else ready.program
    played = run_tape(
        program.program.tape,
        program.program.seats,
        program.program.jobs,
        program.crew,
        ready.scenario.traffic.rules(horizon_s=_horizon_s(ready.scenario)),
        most_refills=program.most_refills,
        progress=progress,
    )
    static = len(program.program.meaning.job)
    return run_of_log(
        played.log,
        program.program,
        agents=program.agents,
        horizon_s=played.end_s,
        inputs={
            **ready.inputs,
            "replication": replication,
            "warm_up_s": ready.warm_up_s,
            "classes": dict(zip(program.agents, program.classes, strict=True)),
        },
        slotting=ready.shift.slotting,
        notes=(*ready.shift.notes, *program.notes, *ready.notes, *_ending_notes(played, program)),
        orders=program.orders,
        jobs_done_s=played.state.jobs["ended_s"][:static],
        duty=_duty(program, played.end_s),
        aisles={aisle.id: AisleFloor.of(aisle) for aisle in ready.shift.facility.aisles},
        ring=played.ring,
    )


def figures_of(scenario: Scenario, replication: int) -> dict[str, float]:
    """The main figures of one replication of a scenario, by name.

    What it shares with the last ones is worked out once in a process: the floor, tours, the program of given orders.
    """
    scenario = Scenario.model_validate_json(scenario.model_dump_json())  # copies are not validated
    files = digests_of(scenario)
    if scenario.redraw_orders:
        ready = _known_ready(scenario, files, replication)
    else:
        fields = scenario.model_dump_json(exclude=set(PATHS))
        ready = _readies.get(json.dumps([fields, files]), lambda: _known_ready(scenario, files, 0))
    run = play_shift(ready, replication=replication)
    return figures_of_run(run, kpis(run, warm_up_s=ready.warm_up_s))


def vehicles_of(run: Run) -> tuple[str, ...]:
    """The agents of a simulated run that are machines."""
    classes = run.inputs.get("classes", {})
    return tuple(agent for agent in run.agents if agent in classes and agent_named(classes[agent]).is_vehicle)


_readies: LastUsed[ReadyShift] = LastUsed(1)
_grounds: LastUsed[Ground] = LastUsed(1)


def _known_ready(scenario: Scenario, files: Digests, replication: int) -> ReadyShift:
    """`ready_shift`, of the tours and on the ground that are known."""
    shift = planned_shift(scenario, files, replication=replication)
    rules = scenario.model_dump_json(include={"operations", "traffic"})
    ground = _grounds.get(
        json.dumps([rules, floor_key(scenario, files)]),
        lambda: shift_ground(
            shift.facility, shift.graph, shift.depot, scenario.operations, scenario.traffic.settings
        ),
    )
    inputs = _inputs(shift.facility, scenario, files["site"])
    return _compiled(scenario, shift, inputs=inputs, ground=ground)


def _facility_of(scenario: Scenario) -> tuple[Facility, str]:
    """The facility at the scenario's site, and the SHA-256 of its file."""
    site = site_file(scenario)
    return read_facility(site), sha256_of(site)


def _undated_note(scenario: Scenario, orders: Sequence[Order]) -> tuple[str, ...]:
    dated = sum(is_date(order.due) for order in orders)
    if scenario.starts_at is not None or not dated:
        return ()
    return (
        f"{dated} orders are due at dates, which are left out of the figures: set 'starts_at' in the scenario.",
    )


def _settled(ready: ReadyShift) -> ReadyShift:
    """The same, with the warm-up that its first replications show."""
    pilot = (play_shift(ready, replication=number) for number in range(PILOT))
    warm_up_s = settled_s(pilot, horizon_s=_horizon_s(ready.scenario))
    note = f"Warm-up by MSER-5 over the mean of {PILOT} replications: {warm_up_s:.0f} s."
    return replace(ready, warm_up_s=warm_up_s, notes=(*ready.notes, note))


def _horizon_s(scenario: Scenario) -> float:
    return math.inf if scenario.horizon_s is None else scenario.horizon_s


def _ending_notes(played: Played, program: ShiftProgram) -> tuple[str, ...]:
    """What a reader must know of a shift that did not come to its end."""
    if played.ending == "deadlock":
        names = program.program.meaning.resource
        ring = ", ".join(
            f"{program.agents[agent]} for {names[resource].name}" for agent, resource in played.ring
        )
        return (
            f"The shift stopped at {played.end_s:.0f} s in a deadlock, each waits for what the next holds: {ring}; "
            "set 'traffic: {deadlock: back-off}', lock the lane or make it one-way.",
        )
    if played.ending == "stalled":
        seats = len(program.program.meaning.resource)
        stuck = [
            f"{program.agents[agent]} for {program.program.meaning.resource[int(queue) % seats].name}"
            for agent, queue in enumerate(played.state.agents["want"].tolist())
            if queue >= 0
        ]
        return (
            f"The shift stalled at {played.end_s:.0f} s: nobody brings what is waited for, {', '.join(stuck)}.",
        )
    return ()


def _duty(program: ShiftProgram, end_s: float) -> dict[str, Duty]:
    spans = zip(program.agents, program.crew.from_s.tolist(), program.crew.until_s.tolist(), strict=True)
    return {agent: Duty(min(start, end_s), min(until, end_s)) for agent, start, until in spans}


def _inputs(facility: Facility, scenario: Scenario, facility_sha256: str | None) -> dict[str, Any]:
    """What the run came from: names and hashes, no path of this machine."""
    settings = scenario.model_dump(mode="json", exclude=set(PATHS))
    return {
        "facility": {
            "id": facility.id,
            "name": facility.name,
            "kind": facility.kind,
            "sha256": facility_sha256,
        },
        "orders": _source(scenario.orders),
        "slotting": _source(scenario.slotting),
        **{
            name: _source(path)
            for name in ("items", "rules")
            if (path := getattr(scenario, name)) is not None
        },
        "scenario": settings,
    }


def _source(path: Path | None) -> dict[str, str]:
    return {"name": "synthetic"} if path is None else {"name": path.name, "sha256": sha256_of(path)}
