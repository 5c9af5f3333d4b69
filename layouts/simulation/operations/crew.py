"""The agents of a shift: their classes and places, when they work, and the random numbers of their work."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from layouts.simulation.engine.tape import Crew
from layouts.simulation.operations.side_routines import SideRoutines
from layouts.simulation.operations.staffing import StaffGroup
from spatial.floor.agents import AgentClass

Floats = npt.NDArray[np.float64]


class Member(NamedTuple):
    """One agent: its name, its group, and its kind among the kinds of the shift."""

    name: str
    group: StaffGroup
    kind: int


def members(staff: Sequence[StaffGroup], kind_of: Callable[[StaffGroup], int]) -> tuple[Member, ...]:
    """All agents, group by group. ValueError for two groups of one name."""
    names = [group.name for group in staff if group.name is not None]
    if len(set(names)) < len(names):
        raise ValueError(f"two groups of staff have one name: {', '.join(names)}")
    found = []
    unnamed = 0
    for group in staff:
        for number in range(1, group.count + 1):
            unnamed += group.name is None
            name = f"P{unnamed:02d}" if group.name is None else f"{group.name} {number:02d}"
            found.append(Member(name, group, kind_of(group)))
    return tuple(found)


def crew_of(
    team: Sequence[Member],
    agents: Sequence[AgentClass],
    *,
    pools: Sequence[Sequence[int]],
    side: SideRoutines,
    pace: Floats,
    fail_s: Floats,
) -> Crew:
    """The agents as the engine wants them; `agents` and `pools` are the class of each and where it finds work."""
    duties = [_duties(member, side) for member in team]
    charges = [agent.is_vehicle and bool(side.charging) for agent in agents]
    return Crew(
        kind=np.array([member.kind for member in team], np.int64),
        slow=np.array([1 / member.group.performance for member in team]),
        restart_s=np.array([restart_s(agent) for agent in agents]),
        from_s=np.array([member.group.from_s for member in team], np.float64),
        until_s=np.array([_until_s(member.group) for member in team]),
        pool_start=_starts(pools),
        pool=np.array([pool for each in pools for pool in each], np.int64),
        duty_start=_starts(duties),
        duty_s=np.array([at_s for each in duties for at_s, _ in each], np.float64),
        duty_routine=np.array([routine for each in duties for _, routine in each], np.int64),
        charge_s=np.where(charges, side.charge_after_s, np.inf),
        charge_routine=np.array([side.charging.get(member.kind, 0) for member in team], np.int64),
        fail_s=fail_s,
        repair_routine=side.repair,
        pace=pace,
    )


def restart_s(agent: AgentClass) -> float:
    """What braking to a stop and speeding up again costs on the way: v/2a + v/2d; nothing for people on foot."""
    if not agent.is_vehicle:
        return 0.0
    rates = (agent.acceleration_m_s2, agent.deceleration_m_s2)
    return sum(agent.speed_m_s / (2 * rate) for rate in rates if rate is not None)


def _until_s(group: StaffGroup) -> float:
    return math.inf if group.until_s is None else group.until_s


def _duties(member: Member, side: SideRoutines) -> list[tuple[float, int]]:
    return [(each.at_s, side.breaks[member.kind, each.for_s]) for each in member.group.breaks]


def _starts(lists: Sequence[Sequence[object]]) -> npt.NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum([len(each) for each in lists])]).astype(np.int64)
