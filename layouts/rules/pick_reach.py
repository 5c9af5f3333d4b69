"""Somebody reaches every tier: people standing, or an agent with a lift."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from layouts.rules.finding import UNKNOWN, Finding, Known, exactly, judged
from layouts.rules.limits import Limits
from layouts.rules.measured import base_above_floor, sigma_of
from spatial.facility import Facility, Level, Rack
from spatial.floor.agents import AgentClass


def pick_reach(facility: Facility, agents: Sequence[AgentClass], limits: Limits) -> Iterator[Finding]:
    """For every rack its highest tier above the floor against the highest that one of the agents serves.

    People reach `hand_reach_m`; an agent with a lift serves its `lift_height_m`, and while that is unknown nothing
    above the others' reach is decided; a vehicle without a lift only carries.
    """
    reach = [(limits.hand_reach_m, "hand_reach_m") for agent in agents if _picks_by_hand(agent)]
    lifts = [agent.name for agent in agents if agent.lift_speed_m_s is not None]
    reach += [(limits.lift_height_m[name], "lift_height_m") for name in lifts if name in limits.lift_height_m]
    unknown = [name for name in lifts if name not in limits.lift_height_m]
    levels = {level.id: level for level in facility.levels}
    for rack in facility.racks:
        if rack.level in levels:
            top = _top_tier(facility, rack, levels[rack.level], limits)
            yield _finding(rack, top, reach, unknown, limits)


def _picks_by_hand(agent: AgentClass) -> bool:
    return not agent.is_vehicle and agent.lift_speed_m_s is None


def _top_tier(facility: Facility, rack: Rack, level: Level, limits: Limits) -> Known:
    """Above the floor; unknown for a measured rack without tiers, as its beams may not have been seen."""
    base = base_above_floor(rack, level)
    if rack.tiers:
        top = rack.tiers[-1]
        return exactly(base + top.z_m, sigma_of(facility, top.sigma_m, limits))
    return exactly(base) if facility.kind == "planned" else UNKNOWN


def _finding(
    rack: Rack, top: Known, reach: Sequence[tuple[float, str]], unknown: Sequence[str], limits: Limits
) -> Finding:
    highest, field = max(reach, default=(None, "lift_height_m"))

    def against(limit: float | None, remedy: str) -> Finding:
        return judged(
            "pick_reach",
            (rack.id,),
            "tier_height_m",
            top,
            at_most=limit,
            context=f"highest tier of rack '{rack.id}'",
            remedy=remedy,
            source=limits.source(field),
        )

    if top.value is None:
        return against(highest, "measure the tiers")
    if highest is None and not unknown:
        return against(None, "name an agent that picks: a person or a vehicle with a lift")
    known = against(highest, "lower the tier or bring a vehicle that lifts higher")
    if known.verdict == "pass" or not unknown:
        return known
    return against(None, f"give lift_height_m of {', '.join(unknown)}")
