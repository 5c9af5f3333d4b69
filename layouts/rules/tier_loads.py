"""No tier of a bay carries more than it may, as far as the masses on it are known."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence

from layouts.rules.finding import Finding, Known, judged
from layouts.rules.limits import Limits
from layouts.rules.masses import load_kg, told_kg
from spatial.facility import Facility, Location, Rack
from spatial.floor.agents import AgentClass


def tier_loads(facility: Facility, agents: Sequence[AgentClass], limits: Limits) -> Iterator[Finding]:
    """For every rack the bay and tier that is loaded worst against its limit; the floor tier has none.

    A location's mass is its field `load_kg`, 0 when empty, else `load_unit_kg` of the limits when occupied. A tier's
    limit is its field `load_limit_kg`, else `tier_load_kg` of the limits. What is known of a tier is a lower bound
    while the mass of any location on it is unknown. Raises BadDataError for a field that is no mass.
    """
    del agents  # a beam carries whatever brought it
    on: dict[str, dict[tuple[int, int], list[Location]]] = defaultdict(lambda: defaultdict(list))
    for place in facility.locations:
        if place.tier > 0:
            on[place.rack][place.bay, place.tier].append(place)
    for rack in facility.racks:
        findings = [_finding(rack, bay, tier, places, limits) for (bay, tier), places in on[rack.id].items()]
        if findings:
            yield max(findings, key=_severity)
        elif rack.tiers:
            yield _finding(rack, None, None, (), limits)


def _finding(
    rack: Rack, bay: int | None, tier: int | None, places: Sequence[Location], limits: Limits
) -> Finding:
    limit = limits.tier_load_kg
    if tier is not None and tier <= len(rack.tiers):
        own = told_kg(rack.tiers[tier - 1].extra, "load_limit_kg", f"tier {tier} of rack '{rack.id}'")
        limit = limit if own is None else own
    masses = [load_kg(place, limits) for place in places]
    carried = sum(mass for mass in masses if mass is not None)
    all_known = bool(masses) and None not in masses
    remedy = "move loads to lower tiers or fit stronger beams"
    if limit is None:
        remedy = "give tier_load_kg from the load plate"
    elif not all_known and carried <= limit:
        remedy = "give load_kg of the locations, or load_unit_kg"
    return judged(
        "tier_load",
        (rack.id, *(place.id for place in places)),
        "tier_load_kg",
        Known(
            value=carried if masses and any(mass is not None for mass in masses) else None,
            low=carried,
            high=carried if all_known else math.inf,
        ),
        at_most=limit,
        context=f"rack '{rack.id}'" if bay is None else f"bay {bay}, tier {tier} of rack '{rack.id}'",
        remedy=remedy,
        source=limits.source("tier_load_kg"),
    )


def _severity(finding: Finding) -> tuple[int, float]:
    """Fails before what is undecided before what passes; then the least that is spare."""
    order = {"fail": 2, "cannot_decide": 1, "pass": 0}[finding.verdict]
    return order, (finding.value or 0.0) - (finding.limit or 0.0)
