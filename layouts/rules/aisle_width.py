"""Aisles are wide enough to drive through, to turn round in and to pass each other in."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from layouts.rules.finding import Finding, exactly, judged
from layouts.rules.limits import Limits, Where
from layouts.rules.measured import sigma_of
from spatial.facility import Aisle, Facility
from spatial.floor.agents import AgentClass


def aisle_width(facility: Facility, agents: Sequence[AgentClass], limits: Limits) -> Iterator[Finding]:
    """For every aisle by its clear width:

    1. every agent fits through with its margins;
    2. one that has a turning circle turns round, in the aisles of `turn_in`;
    3. two of the widest agents pass each other, in the aisles of `pass_in`.
    """
    widest = max(agents, key=lambda agent: agent.radius_m)
    for aisle in facility.aisles:
        for agent in agents:
            yield _width(facility, aisle, agent, limits)
            if agent.turning_radius_m is not None and _counts(aisle, limits.turn_in):
                yield _turning(facility, aisle, agent, limits)
        if _counts(aisle, limits.pass_in):
            yield _passing(facility, aisle, widest, limits)


def _width(facility: Facility, aisle: Aisle, agent: AgentClass, limits: Limits) -> Finding:
    margin = 2 * limits.side_margin_m if agent.is_vehicle else 0.0
    needed = 2 * agent.radius_m + margin
    source = limits.source("side_margin_m")
    if not agent.is_vehicle:
        source = f"width of agent '{agent.name}'"
        if needed < limits.aisle_on_foot_m:
            needed, source = limits.aisle_on_foot_m, limits.source("aisle_on_foot_m")
    return _judged("aisle_width", facility, aisle, needed, f"{agent.name} with its margins", source, limits)


def _turning(facility: Facility, aisle: Aisle, agent: AgentClass, limits: Limits) -> Finding:
    source = f"turning circle of agent '{agent.name}'"
    doing = f"{agent.name} turns round"
    return _judged("aisle_turning", facility, aisle, agent.turning_circle_m, doing, source, limits)


def _passing(facility: Facility, aisle: Aisle, widest: AgentClass, limits: Limits) -> Finding:
    if widest.is_vehicle:
        needed, source = 4 * widest.radius_m + limits.meeting_margin_m, limits.source("meeting_margin_m")
    else:
        needed, source = max(4 * widest.radius_m, limits.route_on_foot_m), limits.source("route_on_foot_m")
    doing = f"{widest.name} passes {widest.name}"
    return _judged("aisle_passing", facility, aisle, needed, doing, source, limits)


def _judged(
    rule: str, facility: Facility, aisle: Aisle, needed_m: float, doing: str, source: str, limits: Limits
) -> Finding:
    otherwise = {
        "aisle_width": "",
        "aisle_turning": ", or set turn_in where vehicles drive through",
        "aisle_passing": ", or set pass_in where traffic is one-way",
    }[rule]
    return judged(
        rule,
        (aisle.id, *aisle.racks),
        "aisle_width_m",
        exactly(aisle.clear_width_m, sigma_of(facility, aisle.sigma_m, limits)),
        at_least=needed_m,
        context=f"{doing} in aisle '{aisle.id}'",
        remedy=f"widen the aisle or change the vehicle{otherwise}",
        source=source,
        at=((aisle.p0[0] + aisle.p1[0]) / 2, (aisle.p0[1] + aisle.p1[1]) / 2),
    )


def _counts(aisle: Aisle, where: Where) -> bool:
    return where == "every_aisle" or (where == "cross_aisles" and aisle.cross)
