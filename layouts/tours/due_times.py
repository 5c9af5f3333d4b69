"""Orders with due times on a floor: tours and their sequence so that as little as can be is late."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from layouts.orders import Order
from layouts.tours.batching.first_come import Batch
from layouts.tours.order_parts import OrderPart
from layouts.tours.scheduling.problem import Members, Schedule, scheduling_problem
from layouts.tours.scheduling.schedule_orders import SchedulingEffort, schedule_orders
from spatial.errors import BadDataError

MOST_MOVES, MOVES_AN_ORDER = 10_000, 300
"""Moves of the search, each a tour or two of some milliseconds."""


@dataclass(frozen=True, kw_only=True)
class Crew:
    """Who picks, and how long things take: seconds a metre, a line, a piece of it, and to hand a tour over.

    `starts_at` is when the shift starts, needed where due times are dates.
    """

    pickers: int
    seconds_per_metre: float
    pick_s: float
    piece_s: float
    drop_s: float
    starts_at: datetime | None = None


def in_time(
    parts: Sequence[OrderPart],
    tour_length: Callable[[Batch], float],
    crew: Crew,
    *,
    lines: int,
    seed: int = 0,
) -> tuple[list[Batch], Schedule]:
    """Batches of at most `lines` lines in the order they are to be started, least late and then shortest.

    Whoever is free takes the next. BadDataError names an order whose `due` is no time, ValueError one of more lines
    than a batch holds.
    """
    problem = scheduling_problem(
        [len(part.order.lines) for part in parts],
        [due_s(part.order, crew.starts_at) for part in parts],
        [sum(crew.pick_s + crew.piece_s * line.quantity for line in part.order.lines) for part in parts],
        capacity=lines,
        pickers=crew.pickers,
        seconds_per_metre=crew.seconds_per_metre,
        setup_s=crew.drop_s,
        names=[f"order '{part.order.id}'" for part in parts],
    )

    def batch(members: Members) -> Batch:
        return [(parts[member].order, line) for member in members for line in parts[member].order.lines]

    moves = max(min(MOST_MOVES // len(parts), MOVES_AN_ORDER), 1)
    effort = SchedulingEffort(moves=moves, batches=20_000)
    schedule = schedule_orders(problem, lambda members: tour_length(batch(members)), effort=effort, seed=seed)
    return [batch(each.orders) for each in schedule.batches], schedule


def due_s(order: Order, starts_at: datetime | None) -> float:
    """When an order is due, in seconds from the start of the shift; infinite where it says nothing.

    `due` is a number of seconds or an ISO 8601 date with its offset from UTC. BadDataError for anything else, and
    for a date where the start of the shift is not known.
    """
    return math.inf if order.due is None else _seconds(f"order '{order.id}' is due", order.due, starts_at)


def released_s(order: Order, starts_at: datetime | None) -> float:
    """When an order came in, read as `due_s` is; 0, the start of the shift, where it says nothing."""
    if order.released is None:
        return 0.0
    return _seconds(f"order '{order.id}' is released", order.released, starts_at)


def is_date(text: str | None) -> bool:
    """Whether a time is not told in seconds from the start of the shift."""
    try:
        float(text or "0")
    except ValueError:
        return True
    return False


def _seconds(said: str, text: str, starts_at: datetime | None) -> float:
    if is_date(text):
        return _seconds_until(said, text, starts_at)
    seconds = float(text)
    if not math.isfinite(seconds):
        raise BadDataError(f"{said} '{text}': expected seconds from the start of the shift")
    return seconds


def _seconds_until(said: str, text: str, starts_at: datetime | None) -> float:
    try:
        date = datetime.fromisoformat(text)
    except ValueError:
        raise BadDataError(
            f"{said} '{text}': expected seconds from the start of the shift, or a date as in 2026-11-27T14:30:00Z"
        ) from None
    if date.tzinfo is None:
        raise BadDataError(f"{said} '{text}' of an unknown time zone: add Z or +01:00")
    if starts_at is None:
        raise BadDataError(
            f"{said} '{text}', but the start of the shift is not known: set 'starts_at' in the scenario"
        )
    return (date - starts_at).total_seconds()


def lateness_note(schedule: Schedule) -> str:
    """How much is late, and how little could be, in a sentence."""
    late = sum(seconds > 0 for seconds in schedule.late_s)
    if late == 0:
        return "Every order is in time, as planned: waits are not counted."
    least = (
        "no plan is less late"
        if schedule.is_tardiness_proven
        else f"no plan is less than {schedule.tardiness_bound_s:,.0f} s late"
    )
    return (
        f"{late} of {len(schedule.late_s)} orders are late, by {schedule.tardiness_s:,.0f} s in all, before any "
        f"waits; {least}."
    )
