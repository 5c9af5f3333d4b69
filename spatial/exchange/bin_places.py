"""Where bins are reached: an edge is split where a bin of it is, a bin of no edge is at the nearest node."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
from scipy.spatial import cKDTree

from spatial.exchange.draft import Draft
from spatial.exchange.route_network import NetworkEdge, NetworkNode, NetworkStation

AT_END = 1e-6
"""A bin this share of the edge from one of its ends is at that end."""


def split_at_bins(
    draft: Draft, edge: NetworkEdge, bins: Sequence[NetworkStation], *, at: str
) -> list[NetworkEdge]:
    """The pieces of `edge` between its bins, each bin added to `draft` with the node before it.

    A bin is where its coordinates are nearest to the edge; one without coordinates is reached from either
    end. Each piece has its share of the edge's length.
    """
    if not bins:
        return [edge]
    tail, head = (draft.known_node(end, f"edge '{edge.id}'", at) for end in (edge.tail, edge.head))
    a, b = np.array(tail.xy), np.array(head.xy)
    along = b - a
    square = float(along @ along)
    stops: dict[float, NetworkNode] = {0.0: tail, 1.0: head}
    for station in bins:
        if station.pose is None:
            draft.warn(at, f"bin '{station.id}' has no coordinates: reached from both ends of '{edge.id}'")
            draft.station(replace(station, nodes=(edge.tail, edge.head)), at)
            continue
        share = float((np.array(station.pose[:2]) - a) @ along) / square if square else 0.0
        share = min(max(share, 0.0), 1.0)
        share = 0.0 if share < AT_END else 1.0 if share > 1 - AT_END else share
        if share not in stops:
            x, y = a + share * along
            stop = NetworkNode(
                id=f"{edge.id}@{station.id}", xy=(float(x), float(y)), level=tail.level, kind="access"
            )
            draft.node(stop, at)
            stops[share] = stop
        draft.station(replace(station, nodes=(stops[share].id,)), at)
    return [*_pieces(edge, stops)]


def put_at_nearest_nodes(draft: Draft, bins: Sequence[tuple[NetworkStation, str]]) -> None:
    """Add the bins assigned to nothing, each with its place in the file, at the node nearest to it as EWM does.

    BadDataError for one without coordinates.
    """
    nodes, spots = draft.nodes, []
    for station, at in bins:
        if station.pose is None or not nodes:
            draft.fail(at, f"bin '{station.id}' has neither node, edge nor coordinates: assign it to one")
        spots.append(station.pose[:2])
    if spots:
        nearest = cKDTree([node.xy for node in nodes]).query(np.array(spots))[1]
        for (station, at), row in zip(bins, np.atleast_1d(nearest).tolist(), strict=True):
            draft.station(replace(station, nodes=(nodes[row].id,)), at)


def _pieces(edge: NetworkEdge, stops: dict[float, NetworkNode]) -> list[NetworkEdge]:
    shares = sorted(stops)
    if len(shares) == 2:
        return [edge]
    return [
        replace(
            edge,
            id=f"{edge.id}#{number}",
            tail=stops[start].id,
            head=stops[end].id,
            length_m=None if edge.length_m is None else edge.length_m * (end - start),
        )
        for number, (start, end) in enumerate(pairwise(shares))
    ]
