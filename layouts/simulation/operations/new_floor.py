"""The floor of a shift before any work is put on it: kinds of agents, ways between their places, heights."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from layouts.simulation.operations.ground import Ground
from layouts.simulation.operations.routes import Routes, routes_about
from layouts.simulation.operations.settings import Operations
from layouts.simulation.operations.shift_floor import Kind, ShiftFloor, station_node
from layouts.simulation.operations.staffing import StaffGroup, Task
from layouts.simulation.program_builder import ProgramBuilder
from layouts.simulation.traffic.traffic_map import TrafficMap
from layouts.tours.tour import Tour
from spatial.floor.agents import GOODS_TO_PERSON
from spatial.navigation.nav_graph import NavGraph


def new_floor(
    ground: Ground,
    traffic: TrafficMap,
    operations: Operations,
    *,
    staff: Sequence[StaffGroup],
    depot: str,
    tours: Sequence[Tour],
    streams: Sequence[str],
) -> ShiftFloor:
    """The floor; `traffic` is the ground's with tickets; groups of `staff` without a class have that of the first
    graph. See `ShiftFloor` for `streams`.

    Work at pick faces is foreseen where nothing comes between: no breakdown, and no rack that is carried away.
    """
    graphs = traffic.graphs
    kinds = _kinds(graphs, staff, operations, depot)
    carries = any(graphs[kind.graph].agent.name == GOODS_TO_PERSON.name for kind in kinds)
    return ShiftFloor(
        build=ProgramBuilder(traffic, kinds=len(kinds)),
        kinds=kinds,
        routes=tuple(
            _routes(graph, [kind for kind in kinds if kind.graph == number], operations, depot, tours)
            for number, graph in enumerate(graphs)
        ),
        places=ground.places,
        tiers=ground.tiers,
        heights=ground.heights,
        streams={purpose: number for number, purpose in enumerate(streams)},
        foresees=operations.breakdowns is None and not carries,
        depot=depot,
    )


def kind_of(floor: ShiftFloor, operations: Operations, group: StaffGroup) -> int:
    """The place among the floor's kinds of the one that a group is of."""
    graph, home = _class_and_home(floor.build.traffic.graphs, group, operations, floor.depot)
    return [(kind.graph, kind.home) for kind in floor.kinds].index((graph, home))


def _kinds(
    graphs: Sequence[NavGraph], staff: Iterable[StaffGroup], operations: Operations, depot: str
) -> tuple[Kind, ...]:
    """One for each class and home, with all that any of its groups does."""
    does: dict[tuple[int, int], set[Task]] = {}
    for group in staff:
        does.setdefault(_class_and_home(graphs, group, operations, depot), set()).update(group.does)
    return tuple(Kind(graph, home, frozenset(tasks)) for (graph, home), tasks in does.items())


def _class_and_home(
    graphs: Sequence[NavGraph], group: StaffGroup, operations: Operations, depot: str
) -> tuple[int, int]:
    """The graph of a group's class, and where it waits: by default at the depot, or where all its work is."""
    names = [graph.agent.name for graph in graphs]
    graph = 0 if group.agent is None else names.index(group.agent)
    desks = {"pack": operations.packing, "load": operations.shipping}
    desk = desks.get(group.does[0]) if len(group.does) == 1 else None
    return graph, station_node(graphs[graph], group.at or (desk and desk.station) or depot)


def _routes(
    graph: NavGraph, kinds: Sequence[Kind], operations: Operations, depot: str, tours: Sequence[Tour]
) -> Routes:
    """Ways about everybody's home and all stations in use; about all stops for those who do not go as planned."""
    used = (
        operations.goods_to_person,
        *(operations.replenishment, operations.putaway, operations.returns),
        *(operations.packing, operations.shipping, operations.charging),
    )
    names = {depot, *(each.station for each in used if each is not None and each.station is not None)}
    hubs = {kind.home for kind in kinds} | {graph.stations[name] for name in names & graph.stations.keys()}
    brings_racks = graph.agent.name == GOODS_TO_PERSON.name
    picks = any("pick" in kind.does for kind in kinds)
    if picks and (brings_racks or kinds[0].graph != 0):
        places = {stop.picks[0].location for tour in tours for stop in tour.stops}
        hubs |= {graph.access[place] for place in places & graph.access.keys()}
    return routes_about(graph, hubs)
