"""Traffic rules on the lanes: zones, speed, one-way lanes, closed aisles, and what they leave to reach."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt
from shapely import Polygon

from spatial.errors import BadDataError
from spatial.floor.floor_rules import FloorRules, OneWay, Rule
from spatial.floor.rules_file import check_names
from spatial.navigation.area_borders import cut_at_borders, edges_in
from spatial.navigation.nav_graph import NavGraph
from spatial.navigation.reachable_part import reachable_part

HEADED = 0.5
"""An edge within 60° of a one-way rule's heading, or against it, is one-way: the cosine of that angle."""


def with_aisle_closed(graph: NavGraph, aisle: str) -> NavGraph:
    """The graph after closing an aisle: equal to a rebuild with `closed_aisles` one longer.

    Raises ValueError for an aisle that the facility has not.
    """
    return with_rules(graph, graph.rules.with_closed(_known(graph, aisle)))


def with_aisle_open(graph: NavGraph, aisle: str) -> NavGraph:
    """The graph after opening a closed aisle again; the same graph if it was open."""
    return with_rules(graph, graph.rules.with_opened(_known(graph, aisle)))


def with_rules(graph: NavGraph, rules: FloorRules) -> NavGraph:
    """The graph under other traffic rules: equal to a rebuild with them, in milliseconds.

    1. Edges are cut where an area begins; each gets its zone, its speed and who may use it.
    2. One-way lanes get their direction.
    3. Closed aisles lose their edges, and so does what one can no longer go to and come back from; the
       places there lose their node and say why.

    Raises ValueError when `rules` shape another floor (forbidden zones and links need a rebuild), BadDataError
    when they name an aisle or level that is not there, contradict each other or run across their lanes.
    """
    check_names(rules, graph.facility, set(graph.aisle_ids), set(graph.levels))
    drawn = graph.drawn or graph
    if not rules.shapes_like(drawn.rules):
        raise ValueError(
            "forbidden_zones and links shape the floor itself: build the graph anew with these rules"
        )
    drawn = replace(drawn, rules=rules.shaping())
    if rules == drawn.rules and not drawn.is_one_way:
        return drawn
    cut = cut_at_borders(drawn, _areas(drawn, rules))
    driven = _directed(_zoned(cut, rules), rules)
    return reachable_part(replace(driven, rules=rules, drawn=drawn), closures(drawn, rules))


def closures(graph: NavGraph, rules: FloorRules) -> dict[str, str]:
    """The aisles that the agent may not enter, each with the reason."""
    others = {
        rule.aisle: f"aisle '{rule.aisle}' is only for {', '.join(rule.agents)} by rule aisle_agents"
        for rule in rules.aisle_agents
        if not rule.concerns(graph.agent.name)
    }
    return others | {name: f"aisle '{name}' is closed by rule closed_aisles" for name in rules.closed_aisles}


def _known(graph: NavGraph, aisle: str) -> str:
    if aisle not in graph.aisle_ids:
        raise ValueError(f"there is no aisle '{aisle}': choose one of {', '.join(graph.aisle_ids)}")
    return aisle


def _areas(graph: NavGraph, rules: FloorRules) -> list[tuple[Polygon, str | None]]:
    """The areas of all rules that concern the agent."""
    areas = [(zone.polygon, zone.level) for zone in (*rules.zones, *rules.speed_zones) if _for(graph, zone)]
    return areas + [(Polygon(way.area), way.level) for way in rules.one_way if way.area and _for(graph, way)]


def _for(graph: NavGraph, rule: Rule) -> bool:
    return rule.concerns(graph.agent.name)


def _zoned(graph: NavGraph, rules: FloorRules) -> NavGraph:
    """The first zone, the lowest limit and the only agents allowed, on every edge; each keeps what no rule says."""
    zones = [zone for zone in rules.zones if _for(graph, zone)]
    zone_of = graph.zone.copy()
    for number, zone in reversed([*enumerate(zones, start=len(graph.zones))]):
        zone_of[edges_in(graph, zone.polygon, zone.level)] = number
    limit = graph.speed_limit_m_s.copy()
    for slow in rules.speed_zones:
        if _for(graph, slow):
            inside = edges_in(graph, slow.polygon, slow.level)
            limit[inside] = np.minimum(limit[inside], slow.limit_m_s)
    groups = tuple(dict.fromkeys([*graph.agent_groups, *(rule.agents for rule in rules.aisle_agents)]))
    group_of = graph.agent_group.copy()
    for rule in rules.aisle_agents:
        group_of[graph.aisle == graph.aisle_ids.index(rule.aisle)] = groups.index(rule.agents)
    return replace(
        graph,
        zone=zone_of,
        zones=(*graph.zones, *(zone.name for zone in zones)),
        speed_limit_m_s=limit,
        time_s=np.maximum(graph.time_s, graph.length_m / limit),
        agent_group=group_of,
        agent_groups=groups,
    )


def _directed(graph: NavGraph, rules: FloorRules) -> NavGraph:
    """The direction of every edge that a one-way rule covers and that runs along its heading."""
    direction = graph.direction.copy()
    step = graph.xy[graph.edges[:, 1]] - graph.xy[graph.edges[:, 0]]
    length = np.linalg.norm(step, axis=1)
    for number, way in enumerate(rules.one_way):
        if not _for(graph, way):
            continue
        heading = np.radians(way.heading_deg)
        ahead = step @ np.array([np.cos(heading), np.sin(heading)])
        inside = _covered(graph, way)
        along = inside & (np.abs(ahead) >= HEADED * length) & (length > 0)
        sign = np.sign(ahead).astype(np.int8)
        if (inside & (length > 0)).any() and not along.any():
            raise BadDataError(
                f"one_way.{number}.heading_deg: {way.heading_deg:g} runs across every lane it covers: "
                "give the direction of travel along them"
            )
        if (direction[along] == -sign[along]).any():
            raise BadDataError(f"one_way.{number}: contradicts an earlier one-way rule: remove one of them")
        direction[along] = sign[along]
    return replace(graph, direction=direction)


def _covered(graph: NavGraph, way: OneWay) -> npt.NDArray[np.bool_]:
    if way.aisle is not None:
        return np.asarray(graph.aisle == graph.aisle_ids.index(way.aisle))
    return edges_in(graph, Polygon(way.area), way.level)
