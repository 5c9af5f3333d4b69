"""Reading a supply network: a folder of CSV tables, or a GraphML file."""

from __future__ import annotations

import io
import warnings
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import networkx as nx

from layouts.csv_table import read_rows
from layouts.network.cells import Cells
from layouts.network.model import Network
from layouts.network.records import network_of
from spatial.errors import BadDataError
from spatial.exchange.documents import check_xml, read_bytes

NODES, LANES, STOCK, DEMAND = "nodes.csv", "lanes.csv", "stock.csv", "demand.csv"


def read_network(path: Path) -> Network:
    """The network of a folder with nodes.csv, lanes.csv, demand.csv and, if it holds stock, stock.csv; or of a
    GraphML file, whose nodes and edges have the same columns as attributes.

    A GraphML node with `per_day` is one with demand, and with `stock`, `up_to` or `price` one with stock; it has one
    row of either, for the family of its `family`. BadDataError names file, row or element, and what was expected.
    """
    return _from_tables(path) if path.is_dir() else _from_graphml(path)


def _from_tables(folder: Path) -> Network:
    stock = folder / STOCK
    return network_of(
        _rows(folder / NODES, ("node", "kind")),
        _rows(folder / LANES, ("origin", "destination")),
        _rows(stock, ("node",)) if stock.exists() else (),
        _rows(folder / DEMAND, ("node", "per_day")),
        folder=folder,
    )


def _rows(path: Path, required: Sequence[str]) -> Iterator[Cells]:
    for row, values in read_rows(path, required=required):
        yield Cells(f"{path} row {row}", values)


def _from_graphml(path: Path) -> Network:
    data = read_bytes(path)
    declared = check_xml(data, str(path), element="node")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            graph = nx.read_graphml(io.BytesIO(data), node_type=str, force_multigraph=True)
    except (nx.NetworkXError, AttributeError, LookupError, SyntaxError, TypeError, ValueError) as error:
        raise BadDataError(f"{path}: {error}: expected GraphML with one graph") from error
    if not graph.is_directed():
        raise BadDataError(f"{path}: the graph is undirected: expected edgedefault='directed'")
    nodes = [
        Cells(f"{path} node '{name}'", {**_texts(told), "node": name})
        for name, told in graph.nodes(data=True)
        if name in declared
    ]
    lanes = [
        Cells(f"{path} edge '{tail}'-'{head}'", {**_texts(told), "origin": tail, "destination": head})
        for tail, head, told in graph.edges(data=True)
    ]
    with_stock = [each for each in nodes if any(map(each.text, ("stock", "up_to", "price")))]
    return network_of(nodes, lanes, with_stock, [n for n in nodes if n.text("per_day")], folder=path.parent)


def _texts(told: Mapping[str, Any]) -> dict[str, str]:
    return {str(name): str(value).strip() for name, value in told.items()}
