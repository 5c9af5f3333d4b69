"""What closed aisles and one-way lanes leave to reach: the greatest part with a way there and back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from spatial.navigation.nav_graph import EDGE_FIELDS, NavGraph

NAMED = 5
"""So many closed aisles are named in a reason."""


def reachable_part(graph: NavGraph, shut: Mapping[str, str]) -> NavGraph:
    """The graph without the edges of the aisles `shut` (each with the reason) and of all they cut off.

    What stays is the greatest total length of lanes that can be driven there and back. A place whose node
    is not among them is unreached.
    """
    closed = np.isin(graph.aisle, [graph.aisle_ids.index(aisle) for aisle in shut])
    open_graph = _edges_where(graph, np.logical_not(closed))
    both_ways = _main(open_graph, directed=True)
    walled_off = ~_main(open_graph, directed=False)
    why = dict(_reasons(graph, shut, both_ways, walled_off))
    return replace(
        _edges_where(open_graph, np.all(both_ways[open_graph.edges], axis=1)),
        access={place: node for place, node in graph.access.items() if place not in why},
        pick_faces={place: face for place, face in graph.pick_faces.items() if place not in why},
        stations={place: node for place, node in graph.stations.items() if place not in why},
        aisles={aisle: mouths for aisle, mouths in graph.aisles.items() if aisle not in why},
        aisle_of={
            place: aisle for place, aisle in graph.aisle_of.items() if place not in why and aisle not in shut
        },
        unreached={**graph.unreached, **why},
    )


def _edges_where(graph: NavGraph, keep: npt.NDArray[np.bool_]) -> NavGraph:
    kept: dict[str, Any] = {name: getattr(graph, name)[keep] for name in ("edges", *EDGE_FIELDS)}
    return replace(graph, **kept)


def _main(graph: NavGraph, *, directed: bool) -> npt.NDArray[np.bool_]:
    """Whether each node (N,) belongs to the connected part with the greatest total length of edges."""
    tail, head = graph.edges.T
    there, back = graph.direction >= 0, graph.direction <= 0
    arcs = np.concatenate([tail[there], head[back]]), np.concatenate([head[there], tail[back]])
    count = len(graph.xy)
    _, part = connected_components(
        coo_array((np.ones(len(arcs[0])), arcs), shape=(count, count)), directed=directed, connection="strong"
    )
    within = part[tail] == part[head]
    if not within.any():
        return np.zeros(count, np.bool_)
    length = np.bincount(part[tail][within], weights=graph.length_m[within], minlength=int(part.max()) + 1)
    return np.asarray(part == np.argmax(length))


def _reasons(
    graph: NavGraph,
    shut: Mapping[str, str],
    reached: npt.NDArray[np.bool_],
    walled_off: npt.NDArray[np.bool_],
) -> Iterator[tuple[str, str]]:
    """For every place that was reached and is not now, by id, one sentence."""

    def why(node: int, aisle: str | None) -> str:
        if aisle is not None and aisle in shut:
            return shut[aisle]
        if walled_off[node]:
            named = ", ".join(f"'{name}'" for name in sorted(shut)[:NAMED])
            return f"no way to it with {len(shut)} of the aisles shut: {named}"
        return "the one-way rules leave no way there and back"

    for place, node in graph.access.items():
        if not reached[node]:
            yield place, why(node, graph.aisle_of.get(place))
    for station, node in graph.stations.items():
        if not reached[node]:
            yield station, why(node, None)
    for aisle, mouths in graph.aisles.items():
        lost = [node for node in mouths if not reached[node]]
        if aisle in shut or lost:
            yield aisle, shut[aisle] if aisle in shut else why(lost[0], None)
