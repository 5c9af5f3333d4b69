"""Orders of a day to come: as many as are forecast, in the baskets and at the hours of the history."""

from __future__ import annotations

import csv
import datetime as dt
import io
from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from layouts.demand.forecasting.demand_table import DemandTable, table_of
from layouts.demand.forecasting.forecast import Forecast
from layouts.demand.like_orders import demand_like
from layouts.demand.make_orders import orders_of
from layouts.demand.spec import WEEKDAYS, DemandSpec, Weekdays
from layouts.orders import Order
from layouts.statistics.common_numbers import stream
from spatial.errors import BadDataError

Floats = npt.NDArray[np.float64]

RECENT_DAYS = 56
"""Baskets are those of so many last days."""
MOST_CHANGE = 4.0
"""A SKU's share of the orders is changed to four times or a quarter at most."""
ORDERS = "orders"


def order_days(history: Sequence[Order], time_zone: str) -> list[dt.datetime | None]:
    """When each order came in by the site's clock; None for one that tells no date."""
    zone = ZoneInfo(time_zone)
    return [_local(order.released, zone) for order in history]


def orders_a_day(times: Sequence[dt.datetime | None], source: str) -> DemandTable:
    """How many orders came in each day, as the table of one SKU."""
    days = np.array([at.toordinal() for at in times if at is not None], np.int64)
    one = np.ones(len(days), np.int64)
    return table_of(np.zeros(len(days), np.int64), days, one, skus=[ORDERS], source=source)


def recent_orders(
    history: Sequence[Order], times: Sequence[dt.datetime | None], *, wanted: Mapping[str, float], seed: int
) -> tuple[Order, ...]:
    """As many orders as came in on the last RECENT_DAYS, drawn from these so that SKUs have the mix to come.

    An order's chance is the mean over its lines of `wanted`, by how much more than recently a SKU is forecast (1
    where it is not in there); see `mix_to_come`. BadDataError without dated orders.
    """
    dated = [(at, order) for at, order in zip(times, history, strict=True) if at is not None]
    if not dated:
        raise BadDataError("no order tells the date it came in: give orders with a column 'released'")
    begin = max(at for at, _ in dated) - dt.timedelta(days=RECENT_DAYS)
    recent = [order for at, order in dated if at > begin]
    chance = np.array([np.mean([wanted.get(line.sku, 1.0) for line in order.lines]) for order in recent])
    random = stream(seed, agent=0, purpose="forecast mix of orders")
    drawn = np.sort(random.choice(len(recent), len(recent), p=chance / chance.sum()))
    return tuple(replace(recent[place], id=f"{number}") for number, place in enumerate(drawn.tolist()))


def mix_to_come(done: Forecast) -> dict[str, float]:
    """By how much more than in the last RECENT_DAYS each SKU is forecast, in the mean of its quantiles."""
    recent = done.table.counts[:, -RECENT_DAYS // done.table.days_each :].mean(axis=1, dtype=np.float64)
    ahead = done.quantiles.mean(axis=(1, 2), dtype=np.float64)
    change = np.where(recent > 0, ahead / np.where(recent > 0, recent, 1.0), 1.0)
    limited = np.clip(change, 1 / MOST_CHANGE, MOST_CHANGE)
    return dict(zip(done.table.skus, limited.tolist(), strict=True))


def orders_on(
    day: dt.date, count: int, recent: Sequence[Order], *, seed: int, time_zone: str, is_timed: bool
) -> tuple[Order, ...]:
    """`count` orders of a day, at least one, like the `recent` ones: their baskets, mixed, and their hours.

    Timed ones have the wave of the recent order nearest in the day, and are due as long after they come in.
    Untimed ones are all there when the shift starts, and have neither.
    """
    every_day = Weekdays.model_validate(dict.fromkeys(WEEKDAYS, 1.0))
    spec = DemandSpec(
        seed=seed,
        first_day=day,
        days=1,
        orders=count,
        day_to_day=0.0,
        weekdays=every_day,
        time_zone=time_zone,
    )
    made = orders_of(demand_like(spec, recent))
    if not is_timed:
        return tuple(replace(order, released=None) for order in made)
    zone = ZoneInfo(time_zone)
    known = _promises(recent, zone, day)
    return tuple(_promised(order, known, zone) for order in made)


Promise = tuple[float, dt.timedelta | None, str | None]
"""When in the day an order came in [s], how long after it was due, and its wave."""


def _promises(recent: Sequence[Order], zone: ZoneInfo, day: dt.date) -> list[Promise]:
    """Those of the recent orders, in order of the day.

    A wave's name may hold the date, which becomes `day`. One that comes on a single day has a name of its own each
    day: nothing tells which orders to come would share it, so it is left out.
    """
    known: list[Promise] = []
    days: dict[str, set[dt.date]] = {}
    for order in recent:
        came, due = _local(order.released, zone), _local(order.due, zone)
        if came is not None:
            wave = (
                None if order.wave is None else order.wave.replace(came.date().isoformat(), day.isoformat())
            )
            days.setdefault(wave or "", set()).add(came.date())
            known.append((_clock_s(came), None if due is None else due - came, wave))
    shared = [(clock, lead, wave if len(days[wave or ""]) > 1 else None) for clock, lead, wave in known]
    return sorted(shared, key=lambda each: each[0])


def _promised(order: Order, known: Sequence[Promise], zone: ZoneInfo) -> Order:
    came = dt.datetime.fromisoformat(order.released or "")
    clock = _clock_s(came.astimezone(zone))
    place = bisect_left(known, clock, key=lambda each: each[0])
    _, lead, wave = min(known[max(place - 1, 0) : place + 1], key=lambda each: abs(each[0] - clock))
    return replace(order, wave=wave, due=None if lead is None else (came + lead).isoformat())


def _clock_s(at: dt.datetime) -> float:
    """Seconds since the day began, by the clock."""
    return 3600 * at.hour + 60 * at.minute + at.second + at.microsecond / 1e6


def _local(text: str | None, zone: ZoneInfo) -> dt.datetime | None:
    """A time by the site's clock, without its zone; None for a text that tells no date."""
    try:
        at = dt.datetime.fromisoformat(text or "")
    except ValueError:
        return None
    return at if at.tzinfo is None else at.astimezone(zone).replace(tzinfo=None)


def orders_csv(orders: Sequence[Order]) -> str:
    """The table of orders that a scenario reads; made-up ones say so."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(("order", "sku", "quantity", "due", "wave", "released", "source"))
    for order in orders:
        rest = (order.due or "", order.wave or "", order.released or "", order.source or "")
        table.writerows((order.id, line.sku, line.quantity, *rest) for line in order.lines)
    return text.getvalue()
