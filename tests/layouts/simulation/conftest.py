"""Shifts small enough to work out by hand: agents so fast that only work takes time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from layouts.depot import Depot, with_depot
from layouts.orders import Order, OrderLine
from layouts.plan_scenario import PlannedShift, plan_scenario
from layouts.scenario import Scenario
from layouts.simulation.engine.run_tape import Played, run_tape
from layouts.simulation.engine.tape import WAITED, WORKED, Rules
from layouts.simulation.operations.settings import Operations
from layouts.simulation.shift_program import ShiftProgram, shift_program, with_draws
from layouts.simulation.work import Work
from layouts.tours.tour import Pick, Stop, Tour, TourPlan
from spatial.facility import Facility
from spatial.floor.agents import PICKER
from spatial.floor.floor_rules import NO_RULES, FloorRules
from spatial.navigation.build_graph import build_graph
from spatial.navigation.shortest_paths import path_length, path_polyline, shortest_distances, shortest_route

FAST = replace(PICKER, speed_m_s=1e9)
WORK = Work(pick_s=10, piece_s=0, drop_s=5)
"""A line takes 10 s, handing over 5 s."""

Line = tuple[str, str, int]
"""Order, location, pieces."""


def planned(
    facility: Facility,
    tours: Sequence[Sequence[Line]],
    *,
    rules: FloorRules = NO_RULES,
    agent: Any = FAST,
    servers: int = 100,
    slotting: dict[str, tuple[str, ...]] | None = None,
) -> PlannedShift:
    """A shift of tours T1, T2, … over these lines, in this order; every location has a SKU of its own."""
    equipped, station, notes = with_depot(facility, agent, at=None, servers=servers)
    graph = build_graph(equipped, agent, rules)
    depot = Depot(name=station, node=graph.stations[station], servers=servers)

    @cache
    def route(start: int, end: int) -> tuple[int, ...]:
        return (start,) if start == end else shortest_route(shortest_distances(graph, [start]), start, end)

    made = []
    for number, lines in enumerate(tours, start=1):
        stops = tuple(
            Stop(
                node=graph.access[location],
                face=graph.pick_faces[location],
                picks=(Pick(order=order, sku=f"S {location}", quantity=pieces, location=location),),
            )
            for order, location, pieces in lines
        )
        nodes = [depot.node, *(stop.node for stop in stops), depot.node]
        legs = tuple(route(a, b) for a, b in pairwise(nodes))
        length_m = sum(path_length(path_polyline(graph, leg)) for leg in legs)
        made.append(Tour(id=f"T{number}", depot=depot.node, stops=stops, legs=legs, length_m=length_m))
    plan = TourPlan(policy="by hand", tours=tuple(made))
    return PlannedShift(
        facility=equipped,
        graph=graph,
        depot=depot,
        orders=(),
        slotting=slotting or {},
        plan=plan,
        notes=notes,
    )


@dataclass(frozen=True, kw_only=True)
class Span:
    """One row of the log: who, for which job, what and where, and when."""

    agent: str
    job: str
    what: str
    place: str | None
    order: str | None
    location: str | None
    start_s: float
    end_s: float


@dataclass(frozen=True, kw_only=True, eq=False)
class Shown:
    """A shift that has been played."""

    program: ShiftProgram
    played: Played

    @property
    def job_names(self) -> list[str]:
        """Of all jobs, refills too."""
        named = [job.id for job in self.program.program.meaning.job]
        return named + [f"refill-{k + 1}" for k in range(len(self.played.state.jobs) - len(named))]

    def works(self, *kinds: str) -> list[Span]:
        """Work of these kinds, or all, in order of its start."""
        log, program = self.played.log, self.program.program
        names = self.job_names
        spans = []
        for row in np.flatnonzero(log.kind == WORKED).tolist():
            done = program.meaning.activity[log.a[row]]
            if not kinds or done.kind in kinds:
                spans.append(
                    Span(
                        agent=self.program.agents[log.agent[row]],
                        job=names[log.job[row]] if log.job[row] >= 0 else "",
                        what=done.kind,
                        place=done.resource,
                        order=done.order,
                        location=done.location,
                        start_s=float(log.start_s[row]),
                        end_s=float(log.end_s[row]),
                    )
                )
        return sorted(spans, key=lambda span: (span.start_s, span.end_s))

    def waits(self) -> list[tuple[str, str, float, float]]:
        """Agent, resource, start and end of every wait, to the millisecond."""
        log, seats = self.played.log, len(self.program.program.meaning.resource)
        return [
            (
                self.program.agents[log.agent[row]],
                self.program.program.meaning.resource[log.a[row] % seats].name,
                round(float(log.start_s[row]), 3),
                round(float(log.end_s[row]), 3),
            )
            for row in np.flatnonzero(log.kind == WAITED).tolist()
        ]

    def job(self, name: str) -> tuple[float, float]:
        """When a job was started and done."""
        record = self.played.state.jobs[self.job_names.index(name)]
        return float(record.started_s), float(record.ended_s)

    def done_s(self, *names: str) -> list[float]:
        """When jobs were done."""
        return [round(self.job(name)[1], 3) for name in names]


def played(
    shift: PlannedShift,
    operations: Operations | dict[str, Any] | None = None,
    *,
    work: Work = WORK,
    rules: Rules | None = None,
    replication: int = 0,
    **settings: Any,
) -> Shown:
    """Compile and play."""
    if not isinstance(operations, Operations):
        operations = Operations.model_validate(operations or {})
    program = shift_program(shift, shift.facility, operations, work=work, **settings)
    if replication:
        program = with_draws(program, replication)
    run = run_tape(
        program.program.tape,
        program.program.seats,
        program.program.jobs,
        program.crew,
        rules or Rules(),
        most_refills=program.most_refills,
    )
    return Shown(program=program, played=run)


@dataclass(frozen=True, kw_only=True)
class TimedOrder(Order):
    """An order that says when it came in."""

    released: str | None = None


def ordered(*ids: str, released: Mapping[str, str] = {}, **columns: Mapping[str, str]) -> list[Order]:
    """Orders of these ids, with other columns by order; their lines do not matter here."""
    line = (OrderLine(sku="S", quantity=1),)
    return [
        TimedOrder(
            id=order,
            lines=line,
            released=released.get(order),
            **{name: column.get(order) for name, column in columns.items()},
        )
        for order in ids
    ]


Play = Callable[..., Shown]
Plan = Callable[..., PlannedShift]
Orders = Callable[..., list[Order]]


@pytest.fixture
def shift_of() -> Plan:
    return planned


@pytest.fixture
def play_shift() -> Play:
    return played


@pytest.fixture
def orders_named() -> Orders:
    return ordered


@lru_cache(maxsize=1)
def _busy(hall: Callable[..., Facility]) -> PlannedShift:
    scenario = Scenario(site=Path("."), synthetic_orders=60, pickers=5, batch_lines=6)
    return plan_scenario(hall(rows=4, bays=4, tiers=2), scenario)


@pytest.fixture
def busy(hall: Callable[..., Facility]) -> PlannedShift:
    """Sixty orders in a hall of four aisles."""
    return _busy(hall)
