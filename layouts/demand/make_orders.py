"""Made-up orders, day by day: who wants what, and when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from layouts.demand.arrivals import next_cut_offs, seconds_at, utc_texts
from layouts.demand.baskets import BLOCK, Baskets, Draw, firsts
from layouts.demand.calendar import Calendar, order_counts
from layouts.demand.demand_source import Demand
from layouts.demand.like_orders import demand_like
from layouts.demand.made_up_baskets import made_up_demand
from layouts.demand.spec import DemandSpec
from layouts.orders import Order, OrderLine, read_orders
from layouts.statistics.common_numbers import stream

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class DayOrders:
    """The n orders of a day as they come in; lines first[o] … first[o + 1] are of order o.

    `sku` are indices of the demand's; `due` and `wave` are empty texts where there is none.
    """

    ids: list[str]
    released: list[str]
    due: list[str]
    wave: list[str]
    first: Ints
    sku: Ints
    pieces: Ints
    strays: int


def demand_of(spec: DemandSpec) -> Demand:
    """What `spec` asks for, or is like; BadDataError where the orders that it is like cannot be read."""
    return made_up_demand(spec) if spec.like is None else demand_like(spec, read_orders(spec.like))


def days_of_orders(demand: Demand, *, only: dt.date | None = None) -> Iterator[DayOrders]:
    """The orders of each day that has any, or of `only` one day, the same as among all.

    Order j of a day is the same, and comes in at the same time, however many there are: of two demands that differ in
    peaks, seasons of all families, growth or orders a day, the smaller one's orders are among the larger one's.
    BadDataError where the SKUs of a day are too few for its orders.
    """
    calendar = Calendar.of(demand.spec, len(demand.family_shares))
    for day, count in enumerate(order_counts(demand.spec, calendar.means(demand.family_shares)).tolist()):
        if count and only in (None, calendar.date(day)):
            draw = demand.draw_on(day, calendar.family_factors(day))
            yield _day_orders(demand.spec, draw, calendar.date(day), day, count)


def orders_of(demand: Demand) -> tuple[Order, ...]:
    """All orders as values."""
    skus = demand.skus
    return tuple(
        Order(
            id=name,
            lines=tuple(
                OrderLine(sku=skus[day.sku[line]], quantity=int(day.pieces[line]))
                for line in range(start, end)
            ),
            due=due or None,
            wave=wave or None,
            released=released,
            source=demand.source,
        )
        for day in days_of_orders(demand)
        for name, released, due, wave, (start, end) in zip(
            day.ids, day.released, day.due, day.wave, pairwise(day.first.tolist()), strict=True
        )
    )


def _day_orders(spec: DemandSpec, draw: Draw, date: dt.date, day: int, count: int) -> DayOrders:
    lines, sku, pieces, strays = _joined([draw(number) for number in range(-(-count // BLOCK))], count)
    seconds = seconds_at(
        spec.hours, stream(spec.seed, agent=day, purpose="demand time of the day").random(count)
    )
    turn = np.argsort(seconds, kind="stable")
    first = firsts(lines[turn])
    take = np.arange(first[-1]) + np.repeat(firsts(lines)[turn] - first[:-1], lines[turn])
    due, wave = next_cut_offs(spec, date, seconds[turn])
    return DayOrders(
        ids=[f"SYN-{date:%y%m%d}-{number + 1:05d}" for number in turn.tolist()],
        released=utc_texts(spec, date, seconds[turn]),
        due=due,
        wave=wave,
        first=first,
        sku=sku[take],
        pieces=pieces[take],
        strays=int(strays.sum()),
    )


def _joined(blocks: list[Baskets], count: int) -> Baskets:
    """The first `count` orders of the blocks."""
    lines, sku, pieces, strays = (np.concatenate(parts) for parts in zip(*blocks, strict=True))
    total = lines[:count].sum()
    return Baskets(lines[:count], sku[:total], pieces[:total], strays[:count])
