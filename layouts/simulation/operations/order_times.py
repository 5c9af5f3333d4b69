"""When orders came in and when they are due, in seconds from the start of the shift."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np

from layouts.orders import Order
from layouts.timetable import Timetable
from layouts.tours.due_times import due_s, is_date, released_s
from spatial.errors import BadDataError


def order_times(orders: Sequence[Order], starts_at: datetime | None) -> Timetable:
    """When each order came in and is due; one that does not say when it came in was there at the start.

    BadDataError for what is no time, and for an order due before it came in.
    """
    due = np.array([due_s(order, starts_at) for order in orders], np.float64)
    released = np.array([released_s(order, starts_at) for order in orders], np.float64)
    early = np.flatnonzero(due < released)
    if len(early):
        order = early[0]
        raise BadDataError(
            f"order '{orders[order].id}' is due {due[order]:g} s after the start of the shift, before it is released "
            f"at {released[order]:g} s: correct one of them"
        )
    due[np.isinf(due)] = np.nan
    return Timetable(
        names=tuple(order.id for order in orders),
        released_s=released,
        due_s=due,
        done_s=np.full(len(orders), np.nan),
    )


def undated(orders: Sequence[Order]) -> tuple[Order, ...]:
    """The orders without the times that are dates, which say nothing where the start of the shift is not known."""
    return tuple(
        _undated(order) if is_date(order.due) or is_date(order.released) else order for order in orders
    )


def _undated(order: Order) -> Order:
    due, released = (None if is_date(told) else told for told in (order.due, order.released))
    return replace(order, due=due, released=released)
