"""GraphML: opens in yEd, Gephi and networkx. Attributes are scalars of one type each, records JSON texts."""

from __future__ import annotations

import io
import json
import re
import warnings
from pathlib import Path
from typing import Any

import networkx as nx

from spatial.exchange.attributes import (
    edge_attributes,
    graph_attributes,
    network_of_attributes,
    node_attributes,
)
from spatial.exchange.documents import check_xml, read_bytes
from spatial.exchange.draft import Draft
from spatial.exchange.record import Record
from spatial.exchange.route_network import RouteNetwork
from spatial.exchange.source_frame import UNTOLD, SourceFrame
from spatial.whole_files import write_whole


def write_graphml(path: Path, network: RouteNetwork) -> None:
    """Write `network` whole or not at all, every way as an edge of its own; the same gives the same bytes.

    ValueError for a text with a character that XML does not have.
    """
    graph = nx.MultiDiGraph(**_scalars(graph_attributes(network), "the graph"))
    for node, told in node_attributes(network).items():
        graph.add_node(_text(node, "a node"), **_scalars(told, f"node '{node}'"))
    for edge in network.edges:
        told = _scalars(edge_attributes(edge), f"edge '{edge.id}'")
        graph.add_edge(edge.tail, edge.head, key=edge.id, **told)
    with write_whole(path) as aside:
        nx.write_graphml_xml(graph, aside, named_key_ids=True, edge_id_from_attribute="id")


def read_graphml(path: Path, frame: SourceFrame = UNTOLD) -> RouteNetwork:
    """The network of a GraphML file, ours or any whose nodes have x and y.

    Raises BadDataError with file and place for what is no GraphML, has a document type (see `check_xml`), or
    tells neither unit nor axes while `frame` does not either.
    """
    data, draft = read_bytes(path), Draft(str(path))
    declared = check_xml(data, str(path), element="node")
    graph = _parsed(data, draft)
    nodes = [
        Record({"id": node} | told, f"node '{node}'", draft)
        for node, told in graph.nodes(data=True)
        if node in declared
    ]
    edges = [
        Record(told | {"source": tail, "target": head, "key": key}, f"edge '{tail}'-'{head}'", draft)
        for tail, head, key, told in graph.edges(keys=True, data=True)
    ]
    for edge in edges:
        for end in ("source", "target"):
            if edge.value[end] not in declared:  # networkx makes the missing node up
                draft.fail(edge.path, f"names node '{edge.value[end]}', which is not in the file")
    whole = Record(graph.graph, "graph", draft)
    return network_of_attributes(whole, nodes, edges, directed=graph.is_directed(), frame=frame)


def _parsed(data: bytes, draft: Draft) -> nx.MultiGraph:
    """The graph as networkx reads it; what it warns of is a warning of the file."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            graph = nx.read_graphml(io.BytesIO(data), node_type=str, force_multigraph=True)
        except (nx.NetworkXError, AttributeError, LookupError, SyntaxError, TypeError, ValueError) as error:
            draft.fail("graphml", f"{error}: expected GraphML with one graph")
    for each in said:
        draft.warn("graphml", str(each.message))
    return graph


def _scalars(told: dict[str, Any], owner: str) -> dict[str, Any]:
    texts = {
        name: json.dumps(value) if isinstance(value, (list, dict)) else value for name, value in told.items()
    }
    return {name: _text(value, owner) if isinstance(value, str) else value for name, value in texts.items()}


def _text(text: str, owner: str) -> str:
    if _NOT_XML.search(text):
        raise ValueError(f"{text!r} of {owner} holds a character that XML does not have: rename it")
    return text


_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""XML 1.0, production 2: the characters a document may hold."""
