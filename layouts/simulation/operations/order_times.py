"""When orders came in and when they are due, in seconds from the start of the shift."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from layouts.orders import Order
from layouts.timetable import Times
from layouts.tours.due_times import due_s
from spatial.errors import BadDataError


def order_times(orders: Sequence[Order], starts_at: datetime | None) -> dict[str, Times]:
    """The times of each order; one that does not say when it came in was there at the start.

    Both are read as `due_s` reads them. BadDataError for what is no time, and for an order due before it came in.
    """
    times = {}
    for order in orders:
        due, released = due_s(order, starts_at), _released_s(order, starts_at)
        if due < released:
            raise BadDataError(
                f"order '{order.id}' is due {due:g} s after the start of the shift, before it is released at "
                f"{released:g} s: correct one of them"
            )
        times[order.id] = Times(released_s=released, due_s=due if math.isfinite(due) else None)
    return times


def _released_s(order: Order, starts_at: datetime | None) -> float:
    released = getattr(order, "released", None)
    return 0.0 if released is None else due_s(replace(order, due=released), starts_at)
