"""Files of networks by the name of their format: how each is recognised, read and written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from spatial.errors import BadDataError
from spatial.exchange.bin_tables import read_bin_tables, write_bin_tables
from spatial.exchange.documents import parse_json, read_text
from spatial.exchange.graphml import read_graphml, write_graphml
from spatial.exchange.lif_reader import read_lif
from spatial.exchange.lif_writer import write_lif
from spatial.exchange.network_of_graph import network_of_graph
from spatial.exchange.node_link import read_node_link, write_node_link
from spatial.exchange.rmf_building import read_building
from spatial.exchange.rmf_nav_graph import read_rmf_nav_graph
from spatial.exchange.route_network import RouteNetwork
from spatial.exchange.source_frame import UNTOLD, SourceFrame
from spatial.facility import Facility
from spatial.navigation.graph_json import write_graph
from spatial.navigation.nav_graph import NavGraph


@dataclass(frozen=True, kw_only=True)
class Format:
    """How a format is read, with what the user tells about unit and axes, and written; None if it is not."""

    title: str
    read: Callable[[Path, SourceFrame], RouteNetwork]
    write: Callable[[Path, RouteNetwork], None] | None


FORMATS: Mapping[str, Format] = {
    "node-link": Format(title="networkx node-link JSON", read=read_node_link, write=write_node_link),
    "graphml": Format(title="GraphML", read=read_graphml, write=write_graphml),
    "lif": Format(
        title="VDMA Layout Interchange Format 1.0", read=lambda path, _: read_lif(path), write=write_lif
    ),
    "csv": Format(
        title="folder with nodes.csv, edges.csv and bins.csv",
        read=lambda path, _: read_bin_tables(path),
        write=write_bin_tables,
    ),
    "rmf-building": Format(title="Open-RMF building map", read=read_building, write=None),
    "rmf-nav-graph": Format(
        title="Open-RMF navigation graph", read=lambda path, _: read_rmf_nav_graph(path), write=None
    ),
}


def read_network(path: Path, *, frame: SourceFrame = UNTOLD, form: str | None = None) -> RouteNetwork:
    """The network of a file or folder, of the format `form` or the one `format_of` finds.

    ValueError for a format there is not; BadDataError for a file that is none of its format.
    """
    return _format(form or format_of(path)).read(path, frame)


def write_network(
    path: Path, graph: NavGraph | RouteNetwork, form: str, *, facility: Facility | None = None
) -> None:
    """Write a graph or network in the format `form`, whole or not at all.

    A navigation graph as node-link JSON is our own graph.json; in other formats `facility` adds where its
    locations and stations are. ValueError for a format that is not there or is only read.
    """
    chosen = _format(form)
    if chosen.write is None:
        raise ValueError(f"format '{form}' is only read: write one of {', '.join(_written())}")
    if isinstance(graph, NavGraph) and form == "node-link":
        write_graph(path, graph)
        return
    chosen.write(path, network_of_graph(graph, facility=facility) if isinstance(graph, NavGraph) else graph)


def format_of(path: Path) -> str:
    """The name of the format of a file or folder, by its ending and, where that leaves it open, its content.

    BadDataError lists the formats where it is none.
    """
    name = path.name.lower()
    if path.is_dir():
        return "csv"
    if name.endswith((".graphml", ".xml")):
        return "graphml"
    if name.endswith(".building.yaml"):
        return "rmf-building"
    if name.endswith((".yaml", ".yml")):
        return "rmf-building" if _top_keys(path) & _BUILDING_KEYS else "rmf-nav-graph"
    if name.endswith((".json", ".lif")):
        return _json_format(parse_json(read_text(path), str(path)))
    titles = ", ".join(f"{key} ({form.title})" for key, form in FORMATS.items())
    raise BadDataError(f"{path}: the ending tells no format of a network: name one of {titles}")


def _json_format(document: Any) -> str:
    return "lif" if isinstance(document, dict) and "layouts" in document else "node-link"


_BUILDING_KEYS = {"coordinate_system", "crowd_sim", "graphs", "reference_level_name"}


def _top_keys(path: Path) -> set[str]:
    """The keys at the left margin of a YAML file."""
    return {line.split(":")[0] for line in read_text(path).splitlines() if line[:1].isalpha()}


def _written() -> list[str]:
    return [name for name, form in FORMATS.items() if form.write is not None]


def _format(form: str) -> Format:
    if form not in FORMATS:
        raise ValueError(f"there is no format '{form}': choose one of {', '.join(FORMATS)}")
    return FORMATS[form]
