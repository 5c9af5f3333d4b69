"""From navigation graphs to the traffic map: which resources there are, and where each is held."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from layouts.simulation.engine.tape import NOBODY
from layouts.simulation.meaning import Resource
from layouts.simulation.traffic.aisle_axes import along, edges_of_aisle
from layouts.simulation.traffic.areas import areas_alike, walking_areas
from layouts.simulation.traffic.crossings import Crossings, crossings
from layouts.simulation.traffic.floor_pieces import Ints, LaneEdges, floor_pieces, lane_edges
from layouts.simulation.traffic.lane_kinds import WIDE, AisleKind, edge_room, lane_kinds
from layouts.simulation.traffic.lanes import Lane, narrow_lanes
from layouts.simulation.traffic.steps import CROSSING, SEAT, SECTION
from layouts.simulation.traffic.traffic_map import USUAL_TRAFFIC, TrafficMap, TrafficSettings
from spatial.navigation.nav_graph import NavGraph

FREE_LINKS = ("stairs", "ramp", "mezzanine")
"""Ways between levels that several may use at once; every other link is a lift with one cage."""

TOLD_M = 1.0
"""Narrow floor outside the aisles is worth a note from this length on."""


def traffic_map(
    graphs: NavGraph | Sequence[NavGraph], settings: TrafficSettings = USUAL_TRAFFIC
) -> TrafficMap:
    """The traffic of the agent classes of `graphs`, one graph for each class, all of one facility.

    1. Every aisle gets its kind of lane, and narrow stretches are cut into cells.
    2. Junctions on the open floor are intersections for vehicles.
    3. Links that are lifts have one seat.
    4. Floor beside the aisles where work is done is shared in areas, where there are people.

    Raises ValueError for graphs of several facilities, for none, or for two of one class.
    """
    graphs = (graphs,) if isinstance(graphs, NavGraph) else tuple(graphs)
    _check(graphs)
    fleet, margins = [graph.agent for graph in graphs], settings.margins
    said = settings.override or {}
    kinds = lane_kinds(graphs, fleet, margins=margins, override=said)
    lanes, resources, capacity = narrow_lanes(kinds, graphs, margins=margins, said=said, locks=settings.locks)
    on_lanes = [lane_edges(graph, lanes, half_m=graph.agent.radius_m + margins.gap_m / 2) for graph in graphs]
    met = _intersections(graphs, on_lanes, settings, first=len(resources))
    resources += met.resources
    lifts, lift_of = _lifts(graphs, first=len(resources))
    resources += lifts
    areas, area_m2, area_of = _areas(graphs, on_lanes, first=len(resources))
    first_area = len(resources)
    resources += areas
    role = np.full(len(resources), SEAT)
    role[[resource.kind == "section" for resource in resources]] = SECTION
    role[[resource.kind == "intersection" for resource in resources]] = CROSSING
    lane_of, section_of = _lanes_of_cells(lanes, len(resources))
    return TrafficMap(
        graphs=graphs,
        settings=settings,
        kinds=kinds,
        lanes=tuple(lanes),
        resources=tuple(resources),
        capacity=np.array(capacity + [1] * (len(resources) - len(capacity)), np.int64),
        area_m2=np.concatenate([np.full(first_area, np.nan), area_m2]),
        section_of=section_of,
        cell_of=tuple(_cells_of_nodes(graph, lanes) for graph in graphs),
        notes=(*_width_notes(kinds), *_station_notes(graphs, on_lanes), *_floor_notes(graphs, settings)),
        pieces=tuple(
            floor_pieces(graph, on, here, first_crossing=number, lift=lift, area=area)
            for graph, on, here, number, lift, area in zip(
                graphs, on_lanes, met.of_graph, met.number, lift_of, area_of, strict=True
            )
        ),
        role=role,
        lane=lane_of,
    )


def _check(graphs: Sequence[NavGraph]) -> None:
    names = [graph.agent.name for graph in graphs]
    facilities = sorted({graph.facility for graph in graphs})
    if not graphs or len(set(names)) < len(names):
        raise ValueError(
            f"traffic needs one graph for each agent class, got {len(names)}: {', '.join(names)}"
        )
    if len(facilities) > 1:
        raise ValueError(f"traffic is of one facility, got graphs of {', '.join(facilities)}")


class _Met(NamedTuple):
    """The intersections of all graphs: their resources; for each graph its own, and the resource of each of them."""

    resources: list[Resource]
    of_graph: list[Crossings]
    number: list[list[int]]


def _intersections(
    graphs: Sequence[NavGraph], on_lanes: Sequence[LaneEdges], settings: TrafficSettings, *, first: int
) -> _Met:
    """Vehicles of several classes meet at one intersection where junctions of their graphs are within its reach."""
    vehicles = [graph.agent for graph in graphs if graph.agent.is_vehicle]
    reach_m = max((agent.radius_m for agent in vehicles), default=0.0) + settings.margins.gap_m / 2
    met = _Met([], [], [])
    places: list[tuple[str, npt.NDArray[np.float64]]] = []
    for graph, on in zip(graphs, on_lanes, strict=True):
        is_met = np.full(len(graph.xy), graph.agent.is_vehicle and settings.intersections)
        is_met[list(on.of_node)] = False
        found = crossings(graph, is_met, reach_m=reach_m)
        known = list(enumerate(places))
        numbers = []
        for nodes in found.nodes:
            level, xy = graph.levels[int(graph.level[nodes[0]])], graph.xy[list(nodes)]
            near = [k for k, (on_level, there) in known if on_level == level and _least(xy, there) < reach_m]
            if not near:
                near = [len(places)]
                places.append((level, xy))
                x, y = xy.mean(axis=0).tolist()
                met.resources.append(Resource(f"INTERSECTION-{len(places)}", "intersection", level, (x, y)))
            numbers.append(first + near[0])
        met.of_graph.append(found)
        met.number.append(numbers)
    return met


def _least(one: npt.NDArray[np.float64], other: npt.NDArray[np.float64]) -> float:
    return float(np.linalg.norm(one[:, None] - other[None], axis=2).min())


def _lifts(graphs: Sequence[NavGraph], *, first: int) -> tuple[list[Resource], list[Ints]]:
    """The lifts of all graphs as resources, and that of each edge (E,) of each graph or NOBODY."""
    found: dict[str, int] = {}
    resources: list[Resource] = []
    of_edge: list[Ints] = []
    for graph in graphs:
        free = {link.id for link in graph.rules.links if link.kind in FREE_LINKS}
        lift = np.full(len(graph.edges), NOBODY)
        for edge in np.flatnonzero(graph.link >= 0).tolist():
            name = graph.links[int(graph.link[edge])]
            if name in free:
                continue
            if name not in found:
                tail = int(graph.edges[edge, 0])
                x, y = graph.xy[tail].tolist()
                found[name] = first + len(resources)
                resources.append(Resource(name, "lift", graph.levels[int(graph.level[tail])], (x, y)))
            lift[edge] = found[name]
        of_edge.append(lift)
    return resources, of_edge


def _areas(
    graphs: Sequence[NavGraph], on_lanes: Sequence[LaneEdges], *, first: int
) -> tuple[list[Resource], npt.NDArray[np.float64], list[Ints]]:
    """The areas, after the first graph of people on foot, their m², and that of each edge (E,) of each graph."""
    on_foot = [number for number, graph in enumerate(graphs) if not graph.agent.is_vehicle]
    if not on_foot:
        return [], np.empty(0), [np.full(len(graph.edges), NOBODY) for graph in graphs]
    opens = [_open_floor(graph, on) for graph, on in zip(graphs, on_lanes, strict=True)]
    model = on_foot[0]
    areas, of_model = walking_areas(graphs[model], opens[model])
    resources = [
        Resource(f"AREA-{number}", "area", graphs[model].levels[area.level], area.xy)
        for number, area in enumerate(areas, start=1)
    ]
    of_edge = [
        of_model if number == model else areas_alike(graph, opens[number], graphs[model], of_model)
        for number, graph in enumerate(graphs)
    ]
    sizes = np.array([area.area_m2 for area in areas], np.float64)
    return resources, sizes, [np.where(area >= 0, first + area, NOBODY) for area in of_edge]


def _open_floor(graph: NavGraph, on: LaneEdges) -> npt.NDArray[np.bool_]:
    """The edges (E,) of cross-aisles and open floor: in no aisle where work is done, on no link, in no lane."""
    working = {*graph.aisle_of.values()}
    working |= {aisle for sides in graph.other_access.values() for _, aisle in sides if aisle is not None}
    is_working = np.array([aisle in working for aisle in graph.aisle_ids] + [False])
    in_lane = np.array([bool(lanes) for lanes in on.of_edge], np.bool_)
    found: npt.NDArray[np.bool_] = ~is_working[graph.aisle] & (graph.link < 0) & ~in_lane
    return found


def _lanes_of_cells(lanes: Sequence[Lane], count: int) -> tuple[Ints, Ints]:
    """The lane and the section (R,) of each resource that is a cell; NOBODY for others."""
    lane_of, section_of = np.full(count, NOBODY), np.full(count, NOBODY)
    for number, lane in enumerate(lanes):
        cells = slice(lane.first_cell, lane.first_cell + lane.cells)
        lane_of[cells] = number
        section_of[cells] = NOBODY if lane.section is None else lane.section
    return lane_of, section_of


def _cells_of_nodes(graph: NavGraph, lanes: Sequence[Lane]) -> Mapping[int, int]:
    found: dict[int, int] = {}
    for lane in lanes:
        for node in np.unique(graph.edges[edges_of_aisle(graph, lane.aisle)]).tolist():
            cell = lane.cell_at(float(along(lane.axis, graph.xy[node])))
            if cell is not None:
                found[node] = cell
    return found


def _width_notes(kinds: Mapping[str, AisleKind]) -> list[str]:
    return [
        f"aisle '{kind.aisle}': {kind.reason}" for kind in kinds.values() if kind.passing == "cannot_decide"
    ]


def _station_notes(graphs: Sequence[NavGraph], on_lanes: Sequence[LaneEdges]) -> list[str]:
    told = {
        station: on.lanes[on.of_node[node][0]].name
        for graph, on in zip(graphs, on_lanes, strict=True)
        for station, node in graph.stations.items()
        if node in on.of_node
    }
    return [
        f"station '{station}' stands in the narrow lane '{lane}': agents are beside the lane between their tours, "
        "and take their place in it at the start of each"
        for station, lane in told.items()
    ]


def _floor_notes(graphs: Sequence[NavGraph], settings: TrafficSettings) -> list[str]:
    """Narrow floor is told that is neither in an aisle nor the way out of its mouth."""
    notes = []
    fleet = [graph.agent for graph in graphs]
    for graph in graphs:
        room = edge_room(graph, fleet, settings.margins).room
        in_aisles = np.isin(graph.edges, graph.edges[graph.aisle >= 0]).any(axis=1)
        narrow = float(graph.length_m[~in_aisles & (graph.link < 0) & (room != WIDE)].sum())
        if narrow >= TOLD_M:
            notes.append(
                f"{narrow:.0f} m of floor that '{graph.agent.name}' uses outside the aisles are too narrow for two "
                "to pass; agents pass each other there all the same"
            )
    return notes
