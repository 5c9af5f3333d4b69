"""Somebody reaches every tier: people standing, or an agent with a lift."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from layouts.rules.finding import UNKNOWN, Finding, exactly, judged
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
    level = {each.id: each for each in facility.levels}
    for rack in facility.racks:
        if rack.level in level:
            yield _finding(facility, rack, level[rack.level], reach, unknown, limits)


def _picks_by_hand(agent: AgentClass) -> bool:
    return not agent.is_vehicle and agent.lift_speed_m_s is None


def _finding(
    facility: Facility,
    rack: Rack,
    level: Level,
    reach: Sequence[tuple[float, str]],
    unknown: Sequence[str],
    limits: Limits,
) -> Finding:
    highest, field = max(reach, default=(None, "lift_height_m"))
    known = UNKNOWN
    if rack.tiers:
        top = rack.tiers[-1]
        known = exactly(base_above_floor(rack, level) + top.z_m, sigma_of(facility, top.sigma_m, limits))
    elif facility.kind == "planned":
        known = exactly(base_above_floor(rack, level))
    context = f"highest tier of rack '{rack.id}'"
    remedy = "lower the tier or bring a vehicle that lifts higher"
    limit = highest
    if unknown:
        above = judged("pick_reach", (), "", known, at_most=highest, context="", remedy="", source="")
        limit = highest if above.verdict == "pass" else None
        remedy = f"give lift_height_m of {', '.join(unknown)}"
    elif highest is None:
        remedy = "name an agent that picks: a person or a vehicle with a lift"
    return judged(
        "pick_reach",
        (rack.id,),
        "tier_height_m",
        known,
        at_most=limit,
        context=context,
        remedy=remedy if not (limit is not None and math.isinf(known.high)) else "measure the tiers",
        source=limits.source(field),
    )
