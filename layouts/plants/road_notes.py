"""What is to be said of roads: parts that hang together by nothing, lengths that the drawing does not have."""

from __future__ import annotations

import math
from collections.abc import Iterator

import networkx as nx

from spatial.exchange.route_network import RouteNetwork, edge_lines

LENGTH_TOLERANCE = 0.02
"""A length as told may differ from the drawn one by this share of it,"""

LENGTH_TOLERANCE_M = 0.05
"""and by this much at least."""

NAMED = 3


def road_notes(roads: RouteNetwork, *, remedy: str = "those told are taken") -> Iterator[str]:
    """One note for each that holds.

    No edge, several parts, edges nobody may use, curves that miss their nodes, lengths that disagree; `remedy` says
    which lengths count.
    """
    if roads.nodes and not roads.edges:
        yield "no edge: the points are there, no road joins them"
    yield from _parts(roads)
    yield from _unused(roads)
    yield from _loose_curves(roads)
    yield from _lengths(roads, remedy)


def _parts(roads: RouteNetwork) -> Iterator[str]:
    graph = nx.Graph()
    graph.add_nodes_from(node.id for node in roads.nodes)
    graph.add_edges_from((edge.tail, edge.head) for edge in roads.edges)
    parts = sorted(nx.connected_components(graph), key=len, reverse=True)
    if len(parts) > 1 and roads.edges:
        order = {node.id: row for row, node in enumerate(roads.nodes)}
        firsts = [f"'{min(part, key=order.__getitem__)}'" for part in parts[1 : NAMED + 1]]
        more = ", …" if len(parts) > NAMED + 1 else ""
        yield (
            f"the roads fall into {len(parts)} parts that no road joins: {len(parts[0])} nodes in the largest; "
            f"others are at {', '.join(firsts)}{more}"
        )


def _unused(roads: RouteNetwork) -> Iterator[str]:
    unused = [edge.id for edge in roads.edges if not edge.uses]
    if unused:
        yield f"{len(unused)} edges that no vehicle may use, the first is '{unused[0]}'"


def _loose_curves(roads: RouteNetwork) -> Iterator[str]:
    node_of = roads.node_of()
    loose = [
        edge.id
        for edge in roads.edges
        for curve in (use.trajectory for use in edge.uses if use.trajectory is not None)
        for point, node in ((curve.points[0], edge.tail), (curve.points[-1], edge.head))
        if math.dist((point.x, point.y), node_of[node].xy) > LENGTH_TOLERANCE_M
    ]
    if loose:
        yield (
            f"{len(set(loose))} edges have a curve that does not begin and end at their nodes, the first is "
            f"'{loose[0]}'"
        )


def _lengths(roads: RouteNetwork, remedy: str) -> Iterator[str]:
    told = [
        (abs(edge.length_m - line.length), edge, line.length)
        for edge, line in zip(roads.edges, edge_lines(roads), strict=True)
        if edge.length_m is not None and not edge.link
    ]
    wrong = [each for each in told if each[0] > max(LENGTH_TOLERANCE * each[2], LENGTH_TOLERANCE_M)]
    if wrong:
        _, edge, drawn = max(wrong, key=lambda each: each[0])
        yield (
            f"{len(wrong)} of {len(told)} lengths told differ from those drawn by more than "
            f"{LENGTH_TOLERANCE:.0%}; most of all '{edge.id}': told {edge.length_m:.3f} m, drawn {drawn:.3f} m; "
            f"{remedy}"
        )
