"""networkx's node-link JSON: our own graph.json, a network's, or anybody's with coordinates."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from spatial.exchange.attributes import (
    edge_attributes,
    graph_attributes,
    network_of_attributes,
    node_attributes,
)
from spatial.exchange.documents import parse_json, read_text
from spatial.exchange.draft import Draft
from spatial.exchange.network_of_graph import network_of_graph
from spatial.exchange.record import Record
from spatial.exchange.route_network import RouteNetwork
from spatial.exchange.source_frame import UNTOLD, SourceFrame
from spatial.navigation import graph_json
from spatial.whole_files import write_whole


def write_node_link(path: Path, network: RouteNetwork) -> None:
    """Write `network` whole or not at all; the same network gives the same bytes."""
    document = {
        "directed": True,
        "multigraph": True,
        "graph": graph_attributes(network),
        "nodes": [{"id": node, **told} for node, told in node_attributes(network).items()],
        "links": [
            {"source": edge.tail, "target": edge.head, "key": edge.id, **edge_attributes(edge)}
            for edge in network.edges
        ],
    }
    with write_whole(path) as aside:
        aside.write_text(json.dumps(document, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")


def read_node_link(path: Path, frame: SourceFrame = UNTOLD) -> RouteNetwork:
    """The network of a node-link file; BadDataError with file and JSON path for what is none."""
    document = parse_json(read_text(path), str(path))
    told = document.get("graph") if isinstance(document, dict) else None
    if isinstance(told, dict) and told.get("schema") == graph_json.SCHEMA:
        return network_of_graph(graph_json.read_graph(path), source=str(path))
    return _network(document, Draft(str(path)), frame)


def _network(document: Any, draft: Draft, frame: SourceFrame) -> RouteNetwork:
    root = Record.root(document, draft)
    links = "links" if "links" in root.value else "edges"
    if "nodes" not in root.value or links not in root.value:
        draft.fail("$", "has no nodes or no links: expected networkx's node-link JSON")
    whole = root.child("graph") if "graph" in root.value else Record({}, "$.graph", draft)
    return network_of_attributes(
        whole,
        root.records("nodes"),
        root.records(links),
        directed=root.flag("directed") is True,
        frame=frame,
    )
