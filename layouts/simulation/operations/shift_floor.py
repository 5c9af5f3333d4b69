"""What all kinds of work share: who can do them, where things are, and errands from an agent's place and back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

from layouts.simulation.engine.tape import AHEAD, GIVE, NOBODY, TAKE, WAIT
from layouts.simulation.errands import Act, Errand
from layouts.simulation.meaning import Activity, ActivityKind, Resource
from layouts.simulation.motion.lifting import lift_seconds
from layouts.simulation.operations.routes import Routes
from layouts.simulation.operations.staffing import Task
from layouts.simulation.program_builder import ProgramBuilder
from spatial.errors import UndecidedError
from spatial.navigation.joined_routes import Route
from spatial.navigation.nav_graph import NavGraph
from spatial.navigation.shortest_paths import path_length, path_polyline

Place: TypeAlias = tuple[str, tuple[float, float]]
"""A level and where on it, metres."""


class Kind(NamedTuple):
    """Agents of one class, that of `graph`, who wait at the node `home` and do at most `does`."""

    graph: int
    home: int
    does: frozenset[Task]


class Halt(NamedTuple):
    """A place to go to, and what is done there.

    `leg` is the way, if it is planned, and `loaded` how it is gone. `height_m` is that of the work there, or that of
    its beginning where it ends at `leaves_m`.
    """

    node: int
    acts: Sequence[Act] = ()
    leg: Route | None = None
    loaded: bool = False
    height_m: float = 0.0
    leaves_m: float | None = None


@dataclass(frozen=True, kw_only=True)
class ShiftFloor:
    """The floor of a shift, as its program grows.

    `routes` and the `places` of nodes are by graph. `tiers` and `heights` are of locations, see `working_heights`.
    `streams` numbers the streams of paces by purpose. With `foresees`, work at pick faces is foreseen. `depot` is a
    station.
    """

    build: ProgramBuilder
    kinds: tuple[Kind, ...]
    routes: tuple[Routes, ...]
    places: tuple[Sequence[Place], ...]
    tiers: Mapping[str, int]
    heights: Mapping[str, float]
    streams: Mapping[str, int]
    foresees: bool
    depot: str

    def graph(self, kind: Kind) -> NavGraph:
        """The graph of the kind's class."""
        return self.build.traffic.graphs[kind.graph]

    def station(self, kind: Kind, name: str | None) -> int:
        """The node of a station, the depot unless named; UndecidedError where the class cannot reach it."""
        return station_node(self.graph(kind), name or self.depot)

    def location(self, kind: Kind, name: str) -> int:
        """The node of a location; UndecidedError where the class cannot reach it."""
        graph = self.graph(kind)
        if name not in graph.access:
            reason = graph.unreached.get(name, "the facility has no such location")
            raise UndecidedError(f"a {graph.agent.name} cannot reach location '{name}': {reason}")
        return graph.access[name]

    def place(self, kind: Kind, node: int) -> Place:
        """Where a node is."""
        return self.places[kind.graph][node]

    def does_lift(self, kind: Kind) -> bool:
        """Whether the class has forks or a cab that go up."""
        return self.graph(kind).agent.lift_speed_m_s is not None

    def activity(
        self,
        kind: Kind,
        what: ActivityKind,
        node: int,
        *,
        resource: str | None = None,
        location: str | None = None,
        order: str | None = None,
        quantity: int | None = None,
    ) -> int:
        """The number of a new activity at a node."""
        level, xy = self.place(kind, node)
        return self.build.activity(Activity(what, level, xy, resource, location, order, None, quantity))

    def work(self, activity: int, seconds: float, purpose: str = "steady") -> Act:
        """Work of `seconds`, varied by the agent's paces for that purpose where it has some."""
        return Act(WAIT, activity, self.streams.get(purpose, NOBODY), seconds)

    def face(self, kind: Kind, location: str) -> int:
        """The pick face of a location as a resource."""
        graph = self.graph(kind)
        name = graph.pick_faces[location]
        found = self.build.find(name)
        if found is not None:
            return found
        level, xy = self.place(kind, self.location(kind, location))
        return self.build.resource(Resource(name, "pick_face", level, xy, graph.aisle_of.get(location)))

    def seats(self, name: str, station: str | None, seats: int) -> int:
        """Seats, under that name, at a station."""
        graph = self.build.traffic.graphs[0]
        level, xy = place_of(graph, station_node(graph, station or self.depot))
        return self.build.resource(Resource(name, "station", level, xy), capacity=seats)

    def alone(self, face: int, works: Sequence[Act]) -> list[Act]:
        """Work at a pick face while nobody else does."""
        foreseen = [Act(AHEAD, 0, len(works) + 2)] if self.foresees else []
        return [*foreseen, Act(TAKE, face), *works, Act(GIVE, face)]

    def routines(self, task: Task, errand_of: Callable[[Kind], Errand]) -> list[int]:
        """The routines of a job for all kinds, of those who can do it by `errand_of`."""
        return [
            self.build.routine(errand_of(kind), graph=kind.graph) if task in kind.does else 0
            for kind in self.kinds
        ]

    def errand(self, kind: Kind, halts: Sequence[Halt]) -> Errand:
        """From the kind's home over `halts` and back home."""
        legs: list[Route] = []
        counts: list[int] = []
        acts: list[float] = []
        loaded: list[bool] = []
        heights: list[float] = []
        at, height_m = kind.home, 0.0
        for halt in (*halts, Halt(kind.home)):
            if halt.node == at == kind.home and not halt.acts and halt.leg is None and legs:
                continue
            leg = halt.leg or self.routes[kind.graph].route(at, halt.node)
            done = (*self._lift_on_the_spot(kind, leg, halt.height_m - height_m), *halt.acts)
            legs.append(leg)
            counts.append(len(done))
            for act in done:
                acts += act
            loaded.append(halt.loaded)
            heights.append(halt.height_m)
            at, height_m = halt.node, halt.height_m
            if halt.leaves_m is not None and halt.leaves_m != height_m:
                legs.append((halt.node,))
                counts.append(0)
                loaded.append(halt.loaded)
                heights.append(halt.leaves_m)
                height_m = halt.leaves_m
        return Errand(
            legs=tuple(legs),
            counts=counts,
            acts=acts,
            loaded=loaded if any(loaded) and self.graph(kind).agent.loaded_speed_m_s else (),
            height_m=heights if any(heights) else (),
        )

    def lift(self, kind: Kind, node: int, rise_m: float) -> Act:
        """Lift or lower by `rise_m` on the spot."""
        seconds = float(lift_seconds(self.graph(kind).agent, rise_m))
        return Act(WAIT, self.activity(kind, "lift", node), NOBODY, seconds)

    def _lift_on_the_spot(self, kind: Kind, leg: Route, rise_m: float) -> tuple[Act, ...]:
        """The lift at the end of a leg that leads nowhere, along which nothing can be lifted."""
        if rise_m == 0 or path_length(path_polyline(self.graph(kind), leg)) > 0:
            return ()
        return (self.lift(kind, leg[-1], rise_m),)


def station_node(graph: NavGraph, name: str) -> int:
    """The node of a station; UndecidedError with the reason where there is none."""
    if name not in graph.stations:
        reason = graph.unreached.get(name, f"choose one of {', '.join(graph.stations)}")
        raise UndecidedError(f"a {graph.agent.name} cannot reach station '{name}': {reason}")
    return graph.stations[name]


def places_of(graph: NavGraph) -> list[Place]:
    """Where all nodes are."""
    levels = [graph.levels[level] for level in graph.level.tolist()]
    return [(level, (x, y)) for level, (x, y) in zip(levels, graph.xy.tolist(), strict=True)]


def place_of(graph: NavGraph, node: int) -> Place:
    """Where a node is."""
    x, y = graph.xy[node].tolist()
    return graph.levels[int(graph.level[node])], (x, y)
