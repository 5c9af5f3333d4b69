"""Reading Open-RMF navigation graphs (`nav_graphs/*.yaml`): metres with y up, lanes one way each.

levels: {L1: {vertices: [[x, y, {name: …, is_charger: …, lift: …}]], lanes: [[0, 1, {speed_limit: …}]]}}
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from spatial.exchange.documents import parse_yaml, read_text
from spatial.exchange.draft import Draft
from spatial.exchange.record import Record
from spatial.exchange.rmf_lifts import Cabin, join_lift_nodes
from spatial.exchange.rmf_parts import (
    index_pair,
    kept_parameters,
    lane_edges,
    parameters,
    position,
    station_kind,
)
from spatial.exchange.route_network import NetworkLevel, NetworkNode, NetworkStation, RouteNetwork


def read_rmf_nav_graph(path: Path) -> RouteNetwork:
    """The network of a navigation graph; its vehicle type is the file's name, as fleets use one graph each.

    Raises BadDataError with file and place for what is no such graph or has lanes to vertices that are not
    there.
    """
    return rmf_nav_graph_network(parse_yaml(read_text(path), str(path)), source=str(path))


def rmf_nav_graph_network(document: Any, *, source: str) -> RouteNetwork:
    """The network of a parsed navigation graph; `source` names it in errors."""
    draft = Draft(source)
    root = Record.root(document, draft)
    fleet = f"graph {Path(source).stem}"
    for name, level in root.children("levels"):
        draft.level(NetworkLevel(id=name, elevation_m=level.optional_number("elevation")))
        _read_level(name, level, fleet)
    cabins = [_cabin(name, lift, draft) for name, lift in root.children("lifts")]
    told = dict.fromkeys(str(node.extra["lift"]) for node in draft.nodes if node.extra.get("lift"))
    known = {cabin.name for cabin in cabins}
    cabins += [_cabin(name, Record({}, "$.levels", draft), draft) for name in told if name not in known]
    join_lift_nodes(draft, cabins)
    return draft.finish(root.text("building_name", "") or Path(source).stem)


def _read_level(name: str, level: Record, fleet: str) -> None:
    entries = level.items("vertices", needed=True)
    for index, (item, path) in enumerate(entries):
        xy = position(item, path, level)
        told = parameters(item[2] if len(item) > 2 else None, level, f"{path}[2]")
        label, node = told.text("name", ""), f"{name}/{index}"
        kept = kept_parameters(told.value)
        kind = "link_end" if told.value.get("lift") else ""
        level.draft.node(NetworkNode(id=node, xy=xy, level=name, name=label, kind=kind, extra=kept), path)
        if label:
            station = NetworkStation(id=label, nodes=(node,), kind=station_kind(told.value))
            level.draft.station(station, path)
    for number, (item, path) in enumerate(level.items("lanes", needed=True)):
        i, j = index_pair(item, path, level, below=len(entries))
        told = parameters(item[2] if len(item) > 2 else None, level, f"{path}[2]")
        edges = lane_edges(
            f"{name}/lane {number}",
            f"{name}/{i}",
            f"{name}/{j}",
            told,
            vehicle=fleet,
            two_way=told.flag("is_bidirectional") is True,
        )
        for edge in edges:
            level.draft.edge(edge, path)


def _cabin(name: str, lift: Record, draft: Draft) -> Cabin:
    """A lift by its name and, where told, its footprint; it serves the levels that have a node in it."""
    center, size, yaw = (0.0, 0.0), (0.0, 0.0), 0.0
    if lift.value:
        spot, dims = lift.value.get("position"), lift.value.get("dims")
        center = position(spot, lift.at("position"), lift)
        size = position(dims, lift.at("dims"), lift)
        yaw = float(spot[2]) if isinstance(spot, list) and len(spot) > 2 else 0.0
    served = dict.fromkeys(node.level for node in draft.nodes if node.extra.get("lift") == name)
    return Cabin(name=name, path=lift.path, center=center, size_m=size, yaw_rad=yaw, levels=tuple(served))
