"""When orders came in and when they are due, in seconds from the start of the shift."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

import numpy as np

from layouts.orders import Order
from layouts.timetable import Timetable
from layouts.tours.due_times import due_s
from spatial.errors import BadDataError


def order_times(orders: Sequence[Order], starts_at: datetime | None) -> Timetable:
    """When each order came in and is due; one that does not say when it came in was there at the start.

    Both are read as `due_s` reads them. BadDataError for what is no time, and for an order due before it came in.
    """
    due = np.array([due_s(order, starts_at) for order in orders], np.float64)
    released = np.array([_released_s(order, starts_at) for order in orders], np.float64)
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


def _released_s(order: Order, starts_at: datetime | None) -> float:
    released = getattr(order, "released", None)
    return 0.0 if released is None else due_s(replace(order, due=released), starts_at)
