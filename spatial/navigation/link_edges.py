"""The ways between levels: an edge for every lift, stair and ramp."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from spatial.facility import Facility
from spatial.floor.floor_rules import Link
from spatial.navigation.nav_graph import EDGE_FIELDS, NavGraph, edge_fields


def with_links(
    graph: NavGraph, facility: Facility, links: Sequence[Link], node: Mapping[tuple[int, int], int]
) -> NavGraph:
    """The graph with an edge for every link whose two ends have a node; the others are `unreached`.

    `node` maps an end (index of the link, 0 its start or 1 its end) to a node of the graph.
    """
    elevation = {level.id: level.elevation_m for level in facility.levels}
    edges: dict[tuple[int, int], int] = {}
    why: dict[str, str] = {}
    for row, link in enumerate(links):
        missing = [end for end in (0, 1) if (row, end) not in node]
        if missing:
            place = (link.start, link.end)[missing[0]]
            why[link.id] = (
                f"no lane of the main floor for a {graph.agent.name} is in sight of its end at "
                f"({place.x_m:g}, {place.y_m:g}) on level '{place.level}'"
            )
            continue
        tail, head = node[row, 0], node[row, 1]
        same = edges.get((tail, head), edges.get((head, tail)))
        if same is None:
            edges[tail, head] = row
        else:
            why[link.id] = f"it joins the same two places as link '{links[same].id}'"
    used = [links[row] for row in edges.values()]
    length = np.array([_length(link, elevation) for link in used])
    groups = tuple(dict.fromkeys(link.agents for link in used if link.agents))
    agent = graph.agent
    added: dict[str, Any] = {
        "length_m": length,
        "clear_width_m": np.array([link.width_m or 2 * agent.radius_m for link in used]),
        "sigma_m": np.zeros(len(used)),
        "direction": np.array([link.one_way for link in used], np.int8),
        "time_s": np.array(
            [link.time_s or m / agent.speed_m_s for link, m in zip(used, length, strict=True)]
        ),
        "speed_limit_m_s": np.full(len(used), np.inf),
        "zone": np.full(len(used), -1),
        "aisle": np.full(len(used), -1),
        "link": np.array([*edges.values()], np.int64),
        "agent_group": np.array(
            [groups.index(link.agents) if link.agents else -1 for link in used], np.int64
        ),
    }
    columns: dict[str, Any] = {
        name: np.concatenate([getattr(graph, name), added[name]]) for name in EDGE_FIELDS
    }
    joined = replace(
        graph,
        **columns,
        edges=np.concatenate([graph.edges, np.array([*edges], np.int64).reshape(-1, 2)]),
        links=tuple(link.id for link in links),
        agent_groups=groups,
        unreached=why,
    )
    return replace(joined, **edge_fields(joined, joined.edges, np.arange(len(joined.edges))))


def _length(link: Link, elevation: Mapping[str, float]) -> float:
    if link.length_m is not None:
        return link.length_m
    rise = elevation[link.end.level] - elevation[link.start.level]
    return math.hypot(link.end.x_m - link.start.x_m, link.end.y_m - link.start.y_m, rise)
