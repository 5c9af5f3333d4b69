"""What closed aisles and one-way lanes leave to reach: the greatest part with a way there and back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from spatial.navigation.nav_graph import EDGE_FIELDS, NavGraph

Value = TypeVar("Value")

NAMED = 5
"""So many closed aisles are named in a reason."""


def reachable_part(graph: NavGraph, shut: Mapping[str, str]) -> NavGraph:
    """The graph without the edges of the aisles `shut` (each with the reason) and of all they cut off.

    What stays is the greatest total length of lanes that can be driven there and back. A place whose node
    is not among them is worked from its other side if it has one there, else it is unreached.
    """
    closed = np.isin(graph.aisle, [graph.aisle_ids.index(aisle) for aisle in shut])
    open_graph = _edges_where(graph, np.logical_not(closed))
    both_ways = _main(open_graph, directed=True)
    walled_off = ~_main(open_graph, directed=False)
    moved, lost = _moved_and_lost(graph, both_ways)
    in_shut = [place for place, aisle in graph.aisle_of.items() if aisle in shut]
    why = dict(_reasons(graph, shut, lost, both_ways, walled_off))
    return replace(
        _edges_where(open_graph, np.all(both_ways[open_graph.edges], axis=1)),
        access=_without(lost, {**graph.access, **{place: node for place, (node, _) in moved.items()}}),
        pick_faces=_without(lost, graph.pick_faces),
        stations=_without(why, graph.stations),
        aisles=_without(why, graph.aisles),
        aisle_of={
            **_without([*lost, *moved, *in_shut], graph.aisle_of),
            **{place: aisle for place, (_, aisle) in moved.items() if aisle is not None},
        },
        unreached={**graph.unreached, **why},
    )


def _moved_and_lost(
    graph: NavGraph, reached: npt.NDArray[np.bool_]
) -> tuple[dict[str, tuple[int, str | None]], list[str]]:
    """Of the locations whose node is not reached those with another side (its node and aisle), and the rest."""
    places = [*graph.access]
    nodes = np.fromiter(graph.access.values(), np.int64, len(places))
    moved: dict[str, tuple[int, str | None]] = {}
    lost = []
    for row in np.flatnonzero(~reached[nodes]).tolist():
        place = places[row]
        sides = [side for side in graph.other_access.get(place, ()) if reached[side[0]]]
        if sides:
            moved[place] = sides[0]
        else:
            lost.append(place)
    return moved, lost


def _without(gone: Iterable[str], mapping: Mapping[str, Value]) -> dict[str, Value]:
    """The mapping without some of its keys: copied first, for few of many are gone."""
    kept = dict(mapping)
    for key in gone:
        kept.pop(key, None)
    return kept


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
    lost: Sequence[str],
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

    for place in lost:
        yield place, why(graph.access[place], graph.aisle_of.get(place))
    for station, node in graph.stations.items():
        if not reached[node]:
            yield station, why(node, None)
    for aisle, mouths in graph.aisles.items():
        gone = [node for node in mouths if not reached[node]]
        if aisle in shut or gone:
            yield aisle, shut[aisle] if aisle in shut else why(gone[0], None)
