"""Nothing stands in an aisle so that an agent cannot pass from one end of it to the other."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import shapely
from shapely import LineString, MultiPolygon

from layouts.rules.aisle_strip import aisle_strip, end_lines
from layouts.rules.finding import UNKNOWN, Finding, Known, judged
from layouts.rules.limits import Limits
from layouts.rules.measured import sigma_of
from spatial.errors import UndecidedError
from spatial.facility import Aisle, Facility
from spatial.floor.agents import AgentClass
from spatial.floor.free_space import ARC_SEGMENTS, FreeSpace, free_space

HALVINGS = 14
"""The passage is found to the aisle's width / 2^14, a fifth of a millimetre in 3 m, rounded up."""

TOUCH_M = 1e-6
STANDING_M2 = 0.01
"""What takes at least this much of an aisle's floor is named as standing in it."""


def blocked_aisles(facility: Facility, agents: Sequence[AgentClass], limits: Limits) -> Iterator[Finding]:
    """For every aisle and agent the widest disc that passes through, against the agent's.

    Floor that was not seen may be free or not. An aisle that the facility itself calls blocked lets nobody pass.
    """
    for agent in agents:
        spaces: dict[str, tuple[FreeSpace, FreeSpace] | None] = {}
        for aisle in facility.aisles:
            if aisle.level not in spaces:
                spaces[aisle.level] = _spaces(facility, agent, aisle.level)
            yield _finding(facility, aisle, agent, spaces[aisle.level], limits)


def _spaces(facility: Facility, agent: AgentClass, level: str) -> tuple[FreeSpace, FreeSpace] | None:
    """The level's floor with what was not seen closed, and open; None where no floor was seen at all."""
    try:
        seen = free_space(facility, agent, level)
    except UndecidedError:
        return None
    return seen, free_space(facility, agent, level, unknown="open")


def _finding(
    facility: Facility,
    aisle: Aisle,
    agent: AgentClass,
    spaces: tuple[FreeSpace, FreeSpace] | None,
    limits: Limits,
) -> Finding:
    known, standing = UNKNOWN, aisle.blocked_by
    context = f"{agent.name} through aisle '{aisle.id}'"
    if spaces is not None:
        low, high = (passage_m(aisle, space.clear) for space in spaces)
        if aisle.blocked:
            low = high = 0.0
        standing = tuple(dict.fromkeys((*aisle.blocked_by, *_standing(aisle, spaces[1]))))
        sigma = sigma_of(facility, aisle.sigma_m, limits)
        if standing:
            sigma = math.hypot(sigma, sigma_of(facility, 0.0, limits))
        known = Known(value=low, low=low, high=max(low, high), sigma=0.0 if aisle.blocked else sigma)
        unseen = high > low
        context += f"; {', '.join(standing)} in it" * bool(standing)
        context += "; the facility calls it blocked" * aisle.blocked
        context += "; part of its floor was not seen" * unseen
    return judged(
        "blocked_aisle",
        (aisle.id, *standing),
        "passage_m",
        known,
        at_least=2 * agent.radius_m,
        context=context,
        remedy="clear the aisle" if known.value is not None else "scan the floor or draw its outline",
        source=f"width of agent '{agent.name}'",
    )


def passage_m(aisle: Aisle, clear: MultiPolygon) -> float:
    """The diameter of the widest disc that passes along the aisle over the `clear` floor, metres.

    No wider than the aisle's clear width; 0 where nothing passes. What lies beyond the two ends does not count:
    the floor is taken to go on there, so that a disc can stand at either end.
    """
    strip = aisle_strip(aisle)
    if strip.is_empty:
        return 0.0
    occupied = _without_hairs(shapely.difference(strip, clear))
    floor = shapely.difference(aisle_strip(aisle, beyond_m=aisle.clear_width_m), occupied)
    ends = end_lines(aisle)
    low, high = TOUCH_M, aisle.clear_width_m / 2
    if not _passes(floor, ends, low):
        return 0.0
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        low, high = (middle, high) if _passes(floor, ends, middle) else (low, middle)
    return 2 * high


def _without_hairs(occupied: shapely.Geometry) -> shapely.Geometry:
    """Walls along the strip's ends leave slivers of rounding, which would cut the floor in two."""
    return occupied.buffer(-TOUCH_M, join_style="mitre").buffer(TOUCH_M, join_style="mitre")


def _passes(floor: shapely.Geometry, ends: tuple[LineString, LineString], radius_m: float) -> bool:
    """Whether a disc's centre gets from one end line to the other."""
    parts = shapely.get_parts(floor.buffer(-radius_m, quad_segs=ARC_SEGMENTS))
    return any(all(shapely.distance(part, end) <= TOUCH_M for end in ends) for part in parts)


def _standing(aisle: Aisle, space: FreeSpace) -> Iterator[str]:
    strip = aisle_strip(aisle)
    for solid in space.solids:
        if solid.id not in aisle.racks and solid.footprint.intersection(strip).area > STANDING_M2:
            yield solid.id
