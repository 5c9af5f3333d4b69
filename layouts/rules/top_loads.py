"""Above the highest loads is air up to the roof and below the sprinklers, so that they can spray."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from layouts.rules.finding import Finding, Known, exactly, judged
from layouts.rules.limits import Limits
from layouts.rules.measured import base_above_floor, roof_height, sigma_of
from spatial.facility import Facility, Level, Location, Rack
from spatial.floor.agents import AgentClass
from spatial.locations import tier_span


def top_loads(facility: Facility, agents: Sequence[AgentClass], limits: Limits) -> Iterator[Finding]:
    """For every rack what is free above the top of its highest load: to the roof and to the sprinklers.

    A load is as high as its location: on the top tier as the facility says, without locations as the opening
    below allows. As built, a top location that was not seen may hold a load of any height or none. Sprinklers of
    unknown height hang no higher than the roof.
    """
    del agents  # the height of the loads does not depend on who brought them
    level = {each.id: each for each in facility.levels}
    top: dict[str, list[Location]] = {rack.id: [] for rack in facility.racks}
    last = {rack.id: len(rack.tiers) for rack in facility.racks}
    for place in facility.locations:
        if place.rack in top and place.tier == last[place.rack]:
            top[place.rack].append(place)
    for rack in facility.racks:
        if rack.level in level:
            yield from _findings(facility, rack, level[rack.level], top[rack.id], limits)


def _findings(
    facility: Facility, rack: Rack, level: Level, places: Sequence[Location], limits: Limits
) -> Iterator[Finding]:
    height = _top_m(rack, level, places)
    sigma = sigma_of(facility, rack.tiers[-1].sigma_m if rack.tiers else rack.sigma_m, limits)
    hidden = facility.kind == "as_built" and (
        not rack.tiers or not places or any(place.state == "unseen" for place in places)
    )
    bare = base_above_floor(rack, level) + (rack.tiers[-1].z_m if rack.tiers else 0.0)
    roof = _above(roof_height(facility, level, limits), height, bare, sigma, hidden)
    yield _finding(rack, "top_load_to_roof", "roof_gap_m", roof, hidden, limits)
    if not limits.has_sprinklers:
        return
    if limits.sprinkler_height_m is not None:
        spray = _above(exactly(limits.sprinkler_height_m), height, bare, sigma, hidden)
    else:
        spray = Known(value=None, low=-math.inf, high=roof.high, sigma=roof.sigma)
    yield _finding(rack, "top_load_to_sprinklers", "sprinkler_gap_m", spray, hidden, limits)


def _top_m(rack: Rack, level: Level, places: Sequence[Location]) -> float:
    """The top of the highest load above the floor."""
    if places:
        return max(place.center[2] + place.size_m[2] / 2 for place in places) - level.elevation_m
    return base_above_floor(rack, level) + tier_span(rack, len(rack.tiers))[1]


def _above(what: Known, height_m: float, bare_m: float, sigma_m: float, hidden: bool) -> Known:
    """What is free between a load's top and `what` hangs above; hidden, between the bare tier and nothing at all."""
    return Known(
        value=None if what.value is None else what.value - height_m,
        low=-math.inf if hidden else what.low - height_m,
        high=what.high - (bare_m if hidden else height_m),
        sigma=math.hypot(what.sigma, sigma_m),
    )


def _finding(rack: Rack, rule: str, field: str, gap: Known, hidden: bool, limits: Limits) -> Finding:
    remedy = "store lower on the top tier or lower the tier"
    if gap.value is None and gap.high >= getattr(limits, field):
        remedy = (
            "give roof_m"
            if rule == "top_load_to_roof"
            else "give sprinkler_height_m, or has_sprinklers: false"
        )
    elif hidden:
        remedy += "; scan the top tier"
    return judged(
        rule,
        (rack.id,),
        field,
        gap,
        at_least=getattr(limits, field),
        context=f"above the top load of rack '{rack.id}'" + "; part of it was not seen" * hidden,
        remedy=remedy,
        source=limits.source(field),
    )
