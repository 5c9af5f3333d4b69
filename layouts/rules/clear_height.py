"""Nothing hangs so low that an agent strikes it: roof, gates, bridging racks and what is above aisles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import shapely
from shapely import LineString, Polygon

from layouts.rules.aisle_strip import aisle_strip
from layouts.rules.finding import UNKNOWN, Finding, Known, exactly, judged
from layouts.rules.limits import Limits
from layouts.rules.measured import base_above_floor, roof_height, sigma_of, size_sigma
from spatial.facility import Aisle, Facility, Level, Obstacle, Opening, Rack, Wall
from spatial.floor.agents import AgentClass
from spatial.floor.free_space import STEP_M, rack_footprint

GATE_KINDS = ("dock_door", "gate")
"""Openings that vehicles drive through."""

OVERHANG_M2 = 0.01
"""An obstacle above this much of an aisle's floor hangs over it."""

BRIDGE_M = 0.1
"""A rack over this much of an aisle's centre line bridges it."""


def clear_height(facility: Facility, agents: Sequence[AgentClass], limits: Limits) -> Iterator[Finding]:
    """For every level's roof, every gate, and every obstacle or rack over an aisle, each against every agent.

    An obstacle that no aisle leads under counts where the agent fits below it, and so would drive there.
    """
    vehicles = [agent for agent in agents if agent.is_vehicle]
    for level in facility.levels:
        aisles = [aisle_strip(aisle) for aisle in facility.aisles if aisle.level == level.id]
        for agent in agents:
            yield _finding(level.id, roof_height(facility, level, limits), agent, "the roof", limits)
            for obstacle in facility.obstacles:
                if obstacle.level == level.id and _hangs_over_way(obstacle, agent, aisles):
                    under = exactly(obstacle.z0_m, sigma_of(facility, 0.0, limits))
                    yield _finding(obstacle.id, under, agent, obstacle.kind, limits)
            for rack in facility.racks:
                if rack.level == level.id and _bridges(rack, facility.aisles):
                    under = _below_beams(facility, rack, level, limits)
                    yield _finding(rack.id, under, agent, "beams over an aisle", limits)
        for wall, gate in _gates(facility, level.id):
            for agent in vehicles:
                high = exactly(gate.z1_m - gate.z0_m, size_sigma(facility, wall, limits))
                yield _finding(gate.id, high, agent, f"{gate.kind} in wall '{wall.id}'", limits)


def _finding(element: str, known: Known, agent: AgentClass, what: str, limits: Limits) -> Finding:
    unknown = known.value is None
    return judged(
        "clear_height",
        (element,),
        "clear_height_m",
        known,
        at_least=agent.height_m + limits.headroom_m,
        context=f"{agent.name} under {what}",
        remedy="measure it or give its height" if unknown else "raise it or choose a lower vehicle",
        source=f"height of agent '{agent.name}' and headroom_m: {limits.source('headroom_m')}",
    )


def _hangs_over_way(obstacle: Obstacle, agent: AgentClass, aisles: Sequence[Polygon]) -> bool:
    if obstacle.z0_m <= STEP_M or len(obstacle.footprint) < 3:
        return False
    return obstacle.z0_m >= agent.height_m or _overlaps(Polygon(obstacle.footprint).convex_hull, aisles)


def _overlaps(footprint: Polygon, aisles: Sequence[Polygon]) -> bool:
    return any(shapely.area(shapely.intersection(footprint, aisle)) > OVERHANG_M2 for aisle in aisles)


def _bridges(rack: Rack, aisles: Sequence[Aisle]) -> bool:
    footprint = rack_footprint(rack)
    return any(
        aisle.level == rack.level
        and footprint.intersection(LineString([aisle.p0, aisle.p1])).length > BRIDGE_M
        for aisle in aisles
    )


def _below_beams(facility: Facility, rack: Rack, level: Level, limits: Limits) -> Known:
    """The lower edge of the lowest beam above the floor; unknown for a rack without tiers."""
    if not rack.tiers:
        return UNKNOWN
    lowest = rack.tiers[0]
    height = base_above_floor(rack, level) + lowest.z_m - lowest.beam_height_m
    return exactly(height, sigma_of(facility, lowest.sigma_m, limits))


def _gates(facility: Facility, level: str) -> Iterator[tuple[Wall, Opening]]:
    for wall in facility.walls:
        if wall.level == level:
            for opening in wall.openings:
                if opening.kind in GATE_KINDS:
                    yield wall, opening
