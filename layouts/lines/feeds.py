"""When jobs come to a line, where orders or a run tell it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import numpy as np

from layouts.lines.spec import Feed
from layouts.lines.tables import Floats
from layouts.orders import Order, read_orders
from layouts.run_files import read_run
from layouts.tours.due_times import is_date, released_s
from spatial.errors import BadDataError


def known_times_s(feed: Feed) -> Floats | None:
    """Seconds (N,), in order, at which the jobs come; None where the feed draws them.

    Orders count from the first that was released where dates are told, runs from their epoch. Raises BadDataError
    for a file that is wrong, and for one from which no job comes.
    """
    if feed.orders is not None:
        return _came(_released(read_orders(feed.orders), feed.orders), feed.orders, "order was released")
    if feed.run is not None:
        done = read_run(feed.run).orders.done_s
        return _came(done[~np.isnan(done)], feed.run, "order was picked: simulate it with its orders' times")
    return None


def _released(orders: Sequence[Order], path: Path) -> Floats:
    dates = [order.released for order in orders if order.released and is_date(order.released)]
    try:
        first = min(map(datetime.fromisoformat, dates), default=None)
    except (ValueError, TypeError) as error:
        raise BadDataError(
            f"{path}: released is no time ({error}): give seconds, or ISO 8601 with its offset from UTC"
        ) from error
    return np.array([released_s(order, first) for order in orders], np.float64)


def _came(times_s: Floats, path: Path, what: str) -> Floats:
    if len(times_s) == 0:
        raise BadDataError(f"{path}: no {what}")
    if times_s.min() < 0:
        raise BadDataError(
            f"{path}: a job comes at {times_s.min():g} s, before the start: give times of at least 0"
        )
    return np.sort(times_s)
