"""All rules over one facility."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TypeAlias

from layouts.rules.aisle_width import aisle_width
from layouts.rules.back_to_back import back_to_back
from layouts.rules.blocked_aisles import blocked_aisles
from layouts.rules.clear_height import clear_height
from layouts.rules.dead_ends import dead_ends
from layouts.rules.exits import exit_doors
from layouts.rules.finding import Finding
from layouts.rules.floor_loads import floor_loads
from layouts.rules.limits import DEFAULT_LIMITS, Limits
from layouts.rules.pick_reach import pick_reach
from layouts.rules.tier_loads import tier_loads
from layouts.rules.top_loads import top_loads
from layouts.rules.ways_out import ways_out
from spatial.facility import Facility
from spatial.floor.agents import AgentClass
from spatial.navigation.nav_graph import NavGraph

Rule: TypeAlias = Callable[[Facility, Sequence[AgentClass], Limits], Iterator[Finding]]

RULES: tuple[Rule, ...] = (
    aisle_width,
    blocked_aisles,
    clear_height,
    exit_doors,
    ways_out,
    dead_ends,
    pick_reach,
    tier_loads,
    floor_loads,
    top_loads,
    back_to_back,
)


def check_layout(
    facility: Facility,
    agents: Sequence[AgentClass],
    limits: Limits = DEFAULT_LIMITS,
    *,
    picker_graph: NavGraph | None = None,
) -> tuple[Finding, ...]:
    """Every rule's findings in the order of RULES, passes too; within a rule in the facility's order.

    `picker_graph` is what `build_graph(facility, PICKER)` gives, for callers who have it already; without it, it
    is built. Raises ValueError without agents, since for nobody everything would pass, and for another graph.
    """
    if not agents:
        raise ValueError("a layout is checked for those who work in it: give at least one agent class")
    return tuple(
        finding
        for rule in RULES
        for finding in (partial(rule, graph=picker_graph) if rule is dead_ends else rule)(
            facility, agents, limits
        )
    )
