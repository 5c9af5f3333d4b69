"""Lifts of Open-RMF: the nodes inside a cabin, one a level, are joined from level to level."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import shapely

from spatial.exchange.draft import Draft
from spatial.exchange.route_network import NetworkEdge, NetworkNode, way_back
from spatial.facility import Point2
from spatial.floor.free_space import rectangle

GAP_M = 0.05
"""Between a cabin and its shaft, as Open-RMF builds them: a node in the gap is in the lift."""


@dataclass(frozen=True, kw_only=True)
class Cabin:
    """A lift: its footprint in metres, and the levels it serves."""

    name: str
    path: str
    center: Point2
    size_m: Point2
    yaw_rad: float
    levels: tuple[str, ...]


def join_lift_nodes(draft: Draft, cabins: list[Cabin]) -> None:
    """Add both ways between the nodes of each lift on neighbouring levels; their length is the height.

    A node is in a lift when it says so (`lift_cabin`, `lift`) or lies in its footprint. A level that a lift
    serves without a node in it is passed by, with a warning.
    """
    nodes, levels = draft.nodes, {level.id: level for level in draft.levels}
    for cabin in cabins:
        served = sorted(cabin.levels, key=lambda level: levels[level].elevation_m or 0.0)
        inside = {level: _node_inside(cabin, nodes, level) for level in served}
        for level, node in inside.items():
            if node is None:
                draft.warn(cabin.path, f"no lane ends in lift '{cabin.name}' on level '{level}'")
        for low, high in pairwise(node for node in inside.values() if node is not None):
            heights = levels[low.level].elevation_m, levels[high.level].elevation_m
            rise = None if None in heights else abs((heights[1] or 0.0) - (heights[0] or 0.0))
            edge = NetworkEdge(
                id=f"{cabin.name} {low.level}-{high.level}",
                tail=low.id,
                head=high.id,
                length_m=rise,
                link=cabin.name,
            )
            draft.edge(edge, cabin.path)
            draft.edge(way_back(edge), cabin.path)


def _node_inside(cabin: Cabin, nodes: list[NetworkNode], level: str) -> NetworkNode | None:
    shaft = rectangle(cabin.center, (cabin.size_m[0] + 2 * GAP_M, cabin.size_m[1] + 2 * GAP_M), cabin.yaw_rad)
    here = [node for node in nodes if node.level == level]
    named = [node for node in here if cabin.name in (node.extra.get("lift_cabin"), node.extra.get("lift"))]
    return next(iter(named or [node for node in here if shaft.covers(shapely.Point(node.xy))]), None)
