"""Nothing hangs so low that an agent strikes it: roof, decks, gates, bridging racks and what is above aisles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import shapely
from shapely import LineString, Polygon

from layouts.rules.aisle_strip import aisle_strip
from layouts.rules.ceilings import OVERHANG_M2, Ceiling, deck_ceiling, roof_height
from layouts.rules.finding import UNKNOWN, Finding, Known, exactly, judged
from layouts.rules.limits import Limits
from layouts.rules.measured import base_above_floor, sigma_of, size_sigma
from spatial.facility import Aisle, Facility, Level, Obstacle, Opening, Rack, Wall
from spatial.floor.agents import AgentClass
from spatial.floor.decks import Deck, decks_over, ground_area
from spatial.floor.free_space import STEP_M, rack_footprint

GATE_KINDS = ("dock_door", "gate")
"""Openings that vehicles drive through."""

BRIDGE_M = 0.1
"""A rack over this much of an aisle's centre line bridges it."""


def clear_height(facility: Facility, agents: Sequence[AgentClass], limits: Limits) -> Iterator[Finding]:
    """For every level's roof, every deck and obstacle and rack over an aisle, and every gate, against every agent.

    A deck or obstacle that no aisle leads under counts where the agent fits below it, and so would drive there. A
    level all of which lies under decks has no roof.
    """
    vehicles = [agent for agent in agents if agent.is_vehicle]
    for level in facility.levels:
        aisles = [aisle_strip(aisle) for aisle in facility.aisles if aisle.level == level.id]
        decks = decks_over(facility, level)
        for agent in agents:
            if not decks or _is_open_above(level, decks):
                roof = Ceiling(height=roof_height(facility, level, limits))
                yield _under_ceiling((level.id,), roof, agent, limits)
            for deck in decks:
                if deck.is_over(agent.height_m) or _overlaps(deck.area, aisles):
                    ceiling = deck_ceiling(facility, deck, limits)
                    yield _under_ceiling((level.id, deck.level.id), ceiling, agent, limits)
            for obstacle in facility.obstacles:
                if obstacle.level == level.id and _hangs_over_way(obstacle, agent, aisles):
                    under = exactly(obstacle.z0_m, sigma_of(facility, 0.0, limits))
                    yield _finding((obstacle.id,), under, agent, obstacle.kind, limits)
            for rack in facility.racks:
                if rack.level == level.id and _bridges(rack, facility.aisles):
                    under = _below_beams(facility, rack, level, limits)
                    yield _finding((rack.id,), under, agent, "beams over an aisle", limits)
        for wall, gate in _gates(facility, level.id):
            for agent in vehicles:
                high = exactly(gate.z1_m - gate.z0_m, size_sigma(facility, wall, limits))
                yield _finding((gate.id,), high, agent, f"{gate.kind} in wall '{wall.id}'", limits)


def _under_ceiling(elements: tuple[str, ...], ceiling: Ceiling, agent: AgentClass, limits: Limits) -> Finding:
    remedy = None if ceiling.is_thickness_known else f"give deck_m of level '{ceiling.deck}'"
    return _finding(elements, ceiling.height, agent, ceiling.name, limits, remedy)


def _finding(
    elements: tuple[str, ...],
    known: Known,
    agent: AgentClass,
    what: str,
    limits: Limits,
    missing: str | None = None,
) -> Finding:
    """The finding; `missing` is what to do while it is open for want of something that can be told."""
    needed = agent.height_m + limits.headroom_m
    remedy = "raise it or choose a lower vehicle"
    if known.value is None:
        remedy = "measure it or give its height"
    elif missing is not None and known.low < needed <= known.high:
        remedy = missing
    return judged(
        "clear_height",
        elements,
        "clear_height_m",
        known,
        at_least=needed,
        context=f"{agent.name} under {what}",
        remedy=remedy,
        source=f"height of agent '{agent.name}' and headroom_m: {limits.source('headroom_m')}",
    )


def _is_open_above(level: Level, decks: Sequence[Deck]) -> bool:
    """Whether part of the floor has the roof over it."""
    covered = sum(shapely.area(deck.area) for deck in decks)
    return bool(ground_area(level).area - covered > OVERHANG_M2)


def _hangs_over_way(obstacle: Obstacle, agent: AgentClass, aisles: Sequence[Polygon]) -> bool:
    if obstacle.z0_m <= STEP_M or len(obstacle.footprint) < 3:
        return False
    return obstacle.z0_m >= agent.height_m or _overlaps(Polygon(obstacle.footprint).convex_hull, aisles)


def _overlaps(footprint: shapely.Geometry, aisles: Sequence[Polygon]) -> bool:
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
