"""Reading Open-RMF navigation graphs (`nav_graphs/*.yaml`): metres with y up, lanes one way each.

levels: {L1: {vertices: [[x, y, {name: …, is_charger: …, lift: …}]], lanes: [[0, 1, {speed_limit: …}]]}}
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from spatial.exchange.documents import parse_yaml, read_text
from spatial.exchange.draft import Draft
from spatial.exchange.record import Record, as_number
from spatial.exchange.rmf_lifts import Cabin, join_lift_nodes
from spatial.exchange.rmf_parts import add_place, lane_edges, lanes, parameters, position
from spatial.exchange.route_network import NetworkLevel, RouteNetwork


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
        add_place(f"{name}/{index}", name, xy, told.text("name", ""), told)
    for number, (i, j, told) in enumerate(lanes(level, below=len(entries))):
        edges = lane_edges(
            f"{name}/lane {number}",
            f"{name}/{i}",
            f"{name}/{j}",
            told,
            vehicle=fleet,
            two_way=told.flag("is_bidirectional") is True,
        )
        for edge in edges:
            level.draft.edge(edge, told.path)


def _cabin(name: str, lift: Record, draft: Draft) -> Cabin:
    """A lift by its name and, where told, its footprint; it serves the levels that have a node in it."""
    center, size, yaw = (0.0, 0.0), (0.0, 0.0), 0.0
    if lift.value:
        spot: Any = lift.value.get("position")
        center = position(spot, lift.at("position"), lift)
        size = position(lift.value.get("dims"), lift.at("dims"), lift)
        yaw = (as_number(spot[2]) or 0.0) if len(spot) > 2 else 0.0
    served = dict.fromkeys(node.level for node in draft.nodes if node.extra.get("lift") == name)
    return Cabin(name=name, path=lift.path, center=center, size_m=size, yaw_rad=yaw, levels=tuple(served))
