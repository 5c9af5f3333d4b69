"""No aisle leads far into a dead end, where people can only go back the way they came."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import networkx as nx
import numpy as np
import numpy.typing as npt
import shapely

from layouts.rules.exits import THRESHOLD_M, Exit, exits_of, standing_on
from layouts.rules.finding import UNKNOWN, Finding, Known, exactly, judged
from layouts.rules.limits import Limits
from layouts.rules.measured import sigma_of
from spatial.errors import UndecidedError
from spatial.facility import Aisle, Facility
from spatial.floor.agents import PICKER, AgentClass
from spatial.floor.facility_rules import rules_on
from spatial.floor.free_space import free_space
from spatial.navigation.build_graph import build_graph
from spatial.navigation.nav_graph import NavGraph

OUTSIDE = ("outside", "round the building")
"""Two more nodes: who is out of one door can go round to another."""


def dead_ends(
    facility: Facility, agents: Sequence[AgentClass], limits: Limits, *, graph: NavGraph | None = None
) -> Iterator[Finding]:
    """For every aisle how far it is, in its deepest dead end, back to where there is a choice.

    The lanes of a person are a graph. Lanes on a way round, and those that lead to an exit, leave a choice; what
    is left are trees, and the depth of an aisle's lanes in them is the length; without any way round it is that to
    the exit. Lanes go on over stairs, but not by lift. 0: no dead end.

    `graph` is that of the facility for the agent class PICKER, by its own links only, where a caller has it
    already. ValueError for another one.
    """
    del agents  # whoever drives here, people walk out
    try:
        graph = build_graph(facility, PICKER) if graph is None else _checked(graph, facility)
    except UndecidedError as error:
        for aisle in facility.aisles:
            yield _finding(aisle, UNKNOWN, str(error), limits)
        return
    depth = _depths(facility, graph, _walked_edges(graph, limits), exits_of(facility, limits))
    for number, aisle in enumerate(facility.aisles):
        nodes = np.unique(graph.edges[graph.aisle == number])
        if len(nodes) == 0:
            why = graph.unreached.get(aisle.id, "no lane of a person leads through it")
            yield _finding(aisle, UNKNOWN, why, limits)
        elif not np.isfinite(depth[nodes]).all():
            yield _finding(aisle, UNKNOWN, "no way round and no exit is known", limits)
        else:
            known = exactly(_deepest(aisle, graph, nodes, depth), sigma_of(facility, 0.0, limits))
            yield _finding(aisle, known, f"dead end of aisle '{aisle.id}'", limits)


def _checked(graph: NavGraph, facility: Facility) -> NavGraph:
    levels = tuple(level.id for level in facility.levels)
    is_its = (graph.facility, graph.levels, graph.agent) == (facility.id, levels, PICKER)
    if not is_its or not graph.rules.shapes_like(rules_on(facility)):
        raise ValueError(
            f"a graph of '{graph.facility}' for a {graph.agent.name} is none of '{facility.id}' for a {PICKER.name} "
            "by its own links: pass build_graph(facility, PICKER)"
        )
    return graph


def _walked_edges(graph: NavGraph, limits: Limits) -> npt.NDArray[np.int64]:
    """The numbers of all edges but links that are no way out."""
    kinds = {link.id: link.kind for link in graph.rules.links}
    barred = [k for k, name in enumerate(graph.links) if kinds[name] not in limits.way_out_links]
    return np.flatnonzero(~np.isin(graph.link, barred))


def _deepest(
    aisle: Aisle, graph: NavGraph, nodes: npt.NDArray[np.int64], depth: npt.NDArray[np.float64]
) -> float:
    """The depth of the aisle's deepest node; a lane that ends there does so half a width before what closes it."""
    deepest = nodes[np.argmax(depth[nodes])]
    ends = depth[deepest] > 0 and np.count_nonzero(graph.edges == deepest) == 1
    return float(depth[deepest]) + (aisle.clear_width_m / 2 if ends else 0.0)


def _finding(aisle: Aisle, known: Known, context: str, limits: Limits) -> Finding:
    return judged(
        "dead_end",
        (aisle.id,),
        "dead_end_m",
        known,
        at_most=limits.dead_end_m,
        context=context,
        remedy="open a cross-aisle or an exit at the closed end"
        if known.value is not None
        else "clear or scan the aisle",
        source=limits.source("dead_end_m"),
    )


def _depths(
    facility: Facility, graph: NavGraph, walked: npt.NDArray[np.int64], exits: Sequence[Exit]
) -> npt.NDArray[np.float64]:
    """How far each node (N,) is from the nearest where there is a choice; infinite if there is none."""
    lanes = nx.Graph()
    lanes.add_nodes_from(range(len(graph.xy)))
    lanes.add_weighted_edges_from(
        (tail, head, length)
        for (tail, head), length in zip(
            graph.edges[walked].tolist(), graph.length_m[walked].tolist(), strict=True
        )
        if tail != head
    )
    with_outside = lanes.copy()
    doors = _doors(facility, graph, exits)
    for door in doors:
        # each door closes a ring through the outside, so that no lane to it is cut off
        nx.add_cycle(with_outside, (door, *OUTSIDE))
    choice = [node for node in nx.k_core(with_outside, 2) if node not in OUTSIDE]
    depth = np.full(len(graph.xy), np.inf)
    if choice:
        lengths = nx.multi_source_dijkstra_path_length(lanes, choice)
        depth[list(lengths)] = list(lengths.values())
    return depth


def _doors(facility: Facility, graph: NavGraph, exits: Sequence[Exit]) -> list[int]:
    """For each exit the nearest node that leads straight to it over free floor, where there is one."""
    found = []
    for number, level in enumerate(graph.levels):
        nodes = np.flatnonzero(graph.level == number)
        here = [each for each in exits if each.wall.level == level]
        if not here or len(nodes) == 0:
            continue
        space = free_space(facility, PICKER, level)
        floor = space.clear.buffer(THRESHOLD_M).difference(standing_on(facility, space))
        for each in here:
            lines = shapely.linestrings(
                np.stack([graph.xy[nodes], np.broadcast_to(each.at, (len(nodes), 2))], axis=1)
            )
            free = nodes[shapely.covers(floor, lines)]
            if len(free):
                away = np.linalg.norm(graph.xy[free] - each.at, axis=1)
                found.append(int(free[np.argmin(away)]))
    return found
