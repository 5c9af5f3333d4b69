"""What agents play between jobs and beside them: breaks, charging, the end of duty, repairs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from layouts.simulation.engine.tape import MARK, NOBODY, WAIT
from layouts.simulation.errands import Act
from layouts.simulation.operations.settings import Operations
from layouts.simulation.operations.shift_floor import Halt, Kind, ShiftFloor
from layouts.simulation.operations.staffing import StaffGroup
from layouts.simulation.operations.upkeep import add_charging, add_repair


class SideRoutines(NamedTuple):
    """Routines of a break by kind and length, of charging by the kinds of vehicles, of the end of duty by kind, and
    of a repair or NOBODY.
    """

    breaks: Mapping[tuple[int, float], int]
    off_duty: Mapping[int, int]
    charging: Mapping[int, int]
    charge_after_s: float
    repair: int


def side_routines(
    floor: ShiftFloor, operations: Operations, groups: Iterable[tuple[StaffGroup, int]]
) -> SideRoutines:
    """The routines that the `groups`, each with its kind, need."""
    breaks: dict[tuple[int, float], int] = {}
    off_duty: dict[int, int] = {}
    for group, number in groups:
        kind = floor.kinds[number]
        for each in group.breaks:
            if (number, each.for_s) not in breaks:
                rest = floor.activity(kind, "break", kind.home)
                breaks[number, each.for_s] = _at_home(floor, kind, Act(WAIT, rest, NOBODY, each.for_s))
        if group.until_s is not None and number not in off_duty:
            off_duty[number] = _at_home(floor, kind, Act(MARK, 0))
    charging = {}
    if operations.charging is not None:
        for number, kind in enumerate(floor.kinds):
            if floor.graph(kind).agent.is_vehicle:
                charging[number] = add_charging(floor, operations.charging, kind)
    return SideRoutines(
        breaks=breaks,
        off_duty=off_duty,
        charging=charging,
        charge_after_s=float("inf") if operations.charging is None else operations.charging.after_s,
        repair=NOBODY if operations.breakdowns is None else add_repair(floor, operations.breakdowns),
    )


def _at_home(floor: ShiftFloor, kind: Kind, act: Act) -> int:
    return floor.build.routine(floor.errand(kind, [Halt(kind.home, [act])]), graph=kind.graph)
