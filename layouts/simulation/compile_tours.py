"""From planned tours to a tape: walk, take the pick face, work, give it back, …, hand over at the depot."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from layouts.depot import Depot
from layouts.simulation.tape import DROP, GIVE, SERVE, TAKE, WALK, Tape
from layouts.simulation.work import Work
from layouts.tours.tour import Pick, Stop, TourPlan
from spatial.navigation.nav_graph import NavGraph
from spatial.navigation.shortest_paths import Route, path_length, path_polyline


@dataclass(frozen=True, kw_only=True)
class Resource:
    """Something with seats: its name, the node where one waits for it, and the cause such a wait has."""

    name: str
    node: int
    cause: str
    capacity: int


@dataclass(frozen=True, kw_only=True)
class Program:
    """A tape and what its arguments mean: `legs` and `picks` by index, a pick with the node it is made at."""

    tape: Tape
    resources: tuple[Resource, ...]
    legs: tuple[Route, ...]
    picks: tuple[tuple[Pick, int], ...]


@dataclass
class _Builder:
    """The lists a program grows in."""

    graph: NavGraph
    work: Work
    rows: list[tuple[int, int, float]] = field(default_factory=list)
    start: list[int] = field(default_factory=lambda: [0])
    legs: list[Route] = field(default_factory=list)
    picks: list[tuple[Pick, int]] = field(default_factory=list)
    resources: list[Resource] = field(default_factory=list)
    seat_of: dict[str, int] = field(default_factory=dict)

    def walk(self, leg: Route) -> None:
        """A leg that leads nowhere, to the next face at the same place, is no walk."""
        length = path_length(path_polyline(self.graph, leg))
        if length > 0:
            self.rows.append((WALK, len(self.legs), length))
            self.legs.append(leg)

    def work_at(self, stop: Stop) -> None:
        face = self.seat(Resource(name=stop.face, node=stop.node, cause="pick_face_occupied", capacity=1))
        self.rows.append((TAKE, face, 0.0))
        for pick in stop.picks:
            self.rows.append((SERVE, len(self.picks), self.work.line_s(pick.quantity)))
            self.picks.append((pick, stop.node))
        self.rows.append((GIVE, face, 0.0))

    def hand_over(self, seat: int) -> None:
        self.rows += [(TAKE, seat, 0.0), (DROP, seat, self.work.drop_s), (GIVE, seat, 0.0)]

    def seat(self, resource: Resource) -> int:
        if resource.name not in self.seat_of:
            self.seat_of[resource.name] = len(self.resources)
            self.resources.append(resource)
        return self.seat_of[resource.name]


def compile_tours(graph: NavGraph, plan: TourPlan, work: Work, depot: Depot) -> Program:
    """The program of all tours of `plan`, in their order."""
    build = _Builder(graph, work)
    gate = build.seat(
        Resource(name=depot.name, node=depot.node, cause="station_busy", capacity=depot.servers)
    )
    for tour in plan.tours:
        for leg, stop in zip(tour.legs, tour.stops, strict=False):
            build.walk(leg)
            build.work_at(stop)
        build.walk(tour.legs[-1])
        build.hand_over(gate)
        build.start.append(len(build.rows))
    op, argument, amount = zip(*build.rows, strict=True) if build.rows else ((), (), ())
    tape = Tape(
        op=np.array(op, np.int8),
        argument=np.array(argument, np.int64),
        amount=np.array(amount, np.float64),
        start=np.array(build.start, np.int64),
        capacity=np.array([resource.capacity for resource in build.resources], np.int64),
    )
    return Program(
        tape=tape, resources=tuple(build.resources), legs=tuple(build.legs), picks=tuple(build.picks)
    )
