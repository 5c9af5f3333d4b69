"""Above the highest loads is air up to the roof or deck, and below the sprinklers, so that they can spray."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from layouts.rules.ceilings import Ceiling, ceiling_over
from layouts.rules.finding import Finding, Known, exactly, judged
from layouts.rules.limits import Limits
from layouts.rules.measured import base_above_floor, sigma_of
from spatial.facility import Facility, Level, Location, Rack
from spatial.floor.agents import AgentClass
from spatial.floor.decks import decks_over
from spatial.floor.free_space import rack_footprint
from spatial.locations import tier_span


def top_loads(facility: Facility, agents: Sequence[AgentClass], limits: Limits) -> Iterator[Finding]:
    """For every rack what is free above the top of its highest load: to the roof or the deck over it, and to the
    sprinklers.

    A load is as high as its location: on the top tier as the facility says, without locations as the opening
    below allows. As built, a top location that was not seen may hold a load of any height or none. Sprinklers of
    unknown height hang no higher than the roof; those of the roof do not spray under a deck, which has its own.
    """
    del agents  # the height of the loads does not depend on who brought them
    level = {each.id: each for each in facility.levels}
    top: dict[str, list[Location]] = {rack.id: [] for rack in facility.racks}
    last = {rack.id: len(rack.tiers) for rack in facility.racks}
    for place in facility.locations:
        if place.rack in top and place.tier == last[place.rack]:
            top[place.rack].append(place)
    decks = {name: decks_over(facility, each) for name, each in level.items()}
    for rack in facility.racks:
        if rack.level in level:
            on, over = level[rack.level], decks[rack.level]
            ceiling = ceiling_over(facility, on, over, rack_footprint(rack), limits)
            yield from _findings(facility, rack, on, ceiling, top[rack.id], limits)


def _findings(
    facility: Facility,
    rack: Rack,
    level: Level,
    ceiling: Ceiling,
    places: Sequence[Location],
    limits: Limits,
) -> Iterator[Finding]:
    height = _top_m(rack, level, places)
    sigma = sigma_of(facility, rack.tiers[-1].sigma_m if rack.tiers else rack.sigma_m, limits)
    hidden = facility.kind == "as_built" and (
        not rack.tiers or not places or any(place.state == "unseen" for place in places)
    )
    bare = base_above_floor(rack, level) + (rack.tiers[-1].z_m if rack.tiers else 0.0)
    gap = _above(ceiling.height, height, bare, sigma, hidden)
    yield _finding(rack, ceiling, "roof", gap, hidden, limits)
    if not limits.has_sprinklers:
        return
    deflectors = _deflectors(facility, level, ceiling, limits)
    spray = _above(deflectors, height, bare, sigma, hidden)
    yield _finding(rack, ceiling, "sprinklers", spray, hidden, limits)


def _deflectors(facility: Facility, level: Level, ceiling: Ceiling, limits: Limits) -> Known:
    """The sprinklers above the level's floor; of unknown height, they hang no higher than what they hang from."""
    if ceiling.deck is not None and limits.sprinklers_under_deck_m is not None:
        down, height = limits.sprinklers_under_deck_m, ceiling.height
        value = None if height.value is None else height.value - down
        return Known(value=value, low=height.low - down, high=height.high - down, sigma=height.sigma)
    if ceiling.deck is None and limits.sprinkler_height_m is not None:
        lowest = min(each.elevation_m for each in facility.levels)
        return exactly(limits.sprinkler_height_m - (level.elevation_m - lowest))
    return Known(value=None, low=-math.inf, high=ceiling.height.high, sigma=ceiling.height.sigma)


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


def _finding(rack: Rack, ceiling: Ceiling, up_to: str, gap: Known, hidden: bool, limits: Limits) -> Finding:
    is_roof = ceiling.deck is None
    field = "sprinkler_gap_m" if up_to == "sprinklers" else "roof_gap_m" if is_roof else "deck_gap_m"
    remedy = "store lower on the top tier or lower the tier"
    if gap.value is None and gap.high >= getattr(limits, field):
        hanging = "sprinkler_height_m" if is_roof else "sprinklers_under_deck_m"
        remedy = "give roof_m" if up_to == "roof" else f"give {hanging}, or has_sprinklers: false"
    elif not ceiling.is_thickness_known and gap.high >= getattr(limits, field):
        remedy = f"give deck_m of level '{ceiling.deck}'"
    elif hidden:
        remedy += "; scan the top tier"
    return judged(
        f"top_load_to_{up_to if is_roof or up_to == 'sprinklers' else 'deck'}",
        (rack.id,) if is_roof else (rack.id, ceiling.deck or ""),
        field,
        gap,
        at_least=getattr(limits, field),
        context=f"above the top load of rack '{rack.id}'"
        + f", under {ceiling.name}" * (not is_roof)
        + "; part of it was not seen" * hidden,
        remedy=remedy,
        source=limits.source(field),
    )
