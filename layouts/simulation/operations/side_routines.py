"""What agents play between jobs and beside them: breaks, charging, repairs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from layouts.simulation.engine.tape import NOBODY, WAIT
from layouts.simulation.errands import Act
from layouts.simulation.operations.settings import Operations
from layouts.simulation.operations.shift_floor import Halt, ShiftFloor
from layouts.simulation.operations.staffing import StaffGroup
from layouts.simulation.operations.upkeep import add_charging, add_repair


class SideRoutines(NamedTuple):
    """Routines of a break by kind and length, of charging by the kinds of vehicles, and of a repair or NOBODY."""

    breaks: Mapping[tuple[int, float], int]
    charging: Mapping[int, int]
    charge_after_s: float
    repair: int


def side_routines(
    floor: ShiftFloor, operations: Operations, groups: Iterable[tuple[StaffGroup, int]]
) -> SideRoutines:
    """The routines that the `groups`, each with its kind, need."""
    breaks: dict[tuple[int, float], int] = {}
    for group, number in groups:
        kind = floor.kinds[number]
        for each in group.breaks:
            if (number, each.for_s) not in breaks:
                rest = floor.activity(kind, "break", kind.home)
                errand = floor.errand(kind, [Halt(kind.home, [Act(WAIT, rest, NOBODY, each.for_s)])])
                breaks[number, each.for_s] = floor.build.routine(errand, graph=kind.graph)
    charging = {}
    if operations.charging is not None:
        for number, kind in enumerate(floor.kinds):
            if floor.graph(kind).agent.is_vehicle:
                charging[number] = add_charging(floor, operations.charging, kind)
    return SideRoutines(
        breaks=breaks,
        charging=charging,
        charge_after_s=float("inf") if operations.charging is None else operations.charging.after_s,
        repair=NOBODY if operations.breakdowns is None else add_repair(floor, operations.breakdowns),
    )
