"""The orders of a scenario fed to the re-slot trigger day by day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from layouts.orders import Order
from layouts.plan_scenario import plan_on
from layouts.slotting.from_scenario import SlottingStart, tour_units
from layouts.slotting.problem import SlottingProblem
from layouts.slotting.trigger.reslot_trigger import ReslotTrigger, TriggerDay
from layouts.slotting.trigger.state import TriggerState
from layouts.tours.due_times import is_date
from spatial.errors import BadDataError
from spatial.progress import Progress, silent

SCHEMA = "aisletwin.reslot-watch/1"


@dataclass(frozen=True, kw_only=True)
class Watch:
    """What is known after the day `until` (ISO date)."""

    until: str
    state: TriggerState

    def record(self) -> dict[str, Any]:
        """As JSON holds it; `Watch.of_record` reads it."""
        return {"schema": SCHEMA, "until": self.until, "state": self.state.record()}

    @staticmethod
    def of_record(record: Mapping[str, Any]) -> Watch:
        """What `record` wrote; BadDataError for anything else."""
        if record.get("schema") != SCHEMA or not isinstance(record.get("until"), str):
            raise BadDataError(f"the state is none of {SCHEMA}: delete the file to begin a new one")
        return Watch(until=record["until"], state=TriggerState.of_record(record["state"]))


def watch(
    start: SlottingStart,
    trigger: ReslotTrigger,
    known: Watch | None = None,
    *,
    problem: SlottingProblem | None = None,
    progress: Progress = silent,
) -> tuple[Watch, tuple[tuple[str, TriggerDay], ...]]:
    """Feed the days after `known`, or all but the first, which a new watch begins with; the days and what each told.

    `problem` has the rules, by default only one SKU a location. Raises BadDataError unless all orders tell the date
    of their release, and where no day is new.
    """
    problem = problem or start.problem
    days = orders_by_day(start.shift.orders)
    unit = {
        (sku, problem.location[at]): row
        for row, (sku, at) in enumerate(zip(problem.sku, problem.now.tolist(), strict=True))
        if at >= 0
    }
    new = [day for day in sorted(days) if known is None or day > known.until]
    if not new:
        last = max(days)
        raise BadDataError(
            f"no order is newer than the state, the last is of {last}: add the orders of later days"
        )
    state = None if known is None else known.state
    told = []
    for number, day in enumerate(new):
        progress(f"day {day}", number / len(new))
        demand = replace(start.demand, orders=tuple(days[day]))
        once = start.scenario.model_copy(update={"redraw_orders": False})
        tours = tour_units([plan_on(start.floor, demand, once).plan], unit)
        if state is None:
            state = trigger.begin(replace(problem, tours=tours), days=1)
            continue
        found = trigger.after_day(state, problem, problem.now, tours)
        state = found.state
        told.append((day, found))
    assert state is not None
    progress("done", 1.0)
    return Watch(until=new[-1], state=state), tuple(told)


def orders_by_day(orders: tuple[Order, ...]) -> dict[str, list[Order]]:
    """Orders by the ISO date of their release."""
    days: dict[str, list[Order]] = {}
    for order in orders:
        if order.released is None or not is_date(order.released):
            raise BadDataError(
                f"order '{order.id}' does not tell the date of its release: add a column 'released' with dates"
            )
        days.setdefault(order.released[:10], []).append(order)
    return days
