"""Made-up orders, day by day: who wants what, and when."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from layouts.demand.arrivals import next_cut_offs, seconds_at, utc_texts
from layouts.demand.assortment import Assortment, made_up_assortment
from layouts.demand.baskets import BLOCK, Baskets, DayOfDemand
from layouts.demand.calendar import Calendar, order_counts
from layouts.demand.counts import Spread, geometric_spread
from layouts.demand.mark import source_text
from layouts.demand.spec import DemandSpec
from layouts.orders import Order, OrderLine
from layouts.statistics.common_numbers import stream
from spatial.errors import BadDataError

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Demand:
    """What orders are drawn from: `spec` says when, the rest what; `lines` are of an order, `pieces` of a line."""

    spec: DemandSpec
    assortment: Assortment
    lines: Spread
    pieces: Spread

    @property
    def source(self) -> str:
        """The mark that every order carries."""
        return source_text(self.spec.seed, like=self.spec.like)


@dataclass(frozen=True, kw_only=True, eq=False)
class DayOrders:
    """The n orders of a day as they come in; lines first[o] … first[o + 1] are of order o.

    `sku` are indices in the assortment; `due` and `wave` are empty texts where there is none.
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
    """What `spec` asks for, where it is like no other orders."""
    return Demand(
        spec=spec,
        assortment=made_up_assortment(spec),
        lines=geometric_spread(spec.lines.mean, spec.lines.single, spec.lines.most),
        pieces=geometric_spread(spec.pieces.mean, spec.pieces.single, spec.pieces.most),
    )


def days_of_orders(demand: Demand) -> Iterator[DayOrders]:
    """The orders of each day that has any.

    Order j of a day is the same, and comes in at the same time, however many there are: of two demands that differ in
    peaks, seasons of all families, growth or orders a day, the smaller one's orders are among the larger one's.
    BadDataError where the SKUs of a day are too few for its orders.
    """
    spec, assortment = demand.spec, demand.assortment
    calendar = Calendar.of(spec, len(assortment.together))
    for day, count in enumerate(order_counts(spec, calendar.means(assortment)).tolist()):
        if count:
            wanted = DayOfDemand(assortment, calendar.family_factors(day), day)
            _check_room(wanted, demand, calendar.date(day).isoformat())
            yield _day_orders(demand, wanted, calendar, day, count)


def orders_of(demand: Demand) -> tuple[Order, ...]:
    """All orders as values."""
    skus = demand.assortment.skus
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


def _day_orders(demand: Demand, wanted: DayOfDemand, calendar: Calendar, day: int, count: int) -> DayOrders:
    spec, date = demand.spec, calendar.date(day)
    blocks = [
        wanted.block(demand.lines, demand.pieces, seed=spec.seed, day=day, number=number)
        for number in range(-(-count // BLOCK))
    ]
    lines, sku, pieces, strays = _joined(blocks, count)
    seconds = seconds_at(
        spec.hours, stream(spec.seed, agent=day, purpose="demand time of the day").random(count)
    )
    turn = np.argsort(seconds, kind="stable")
    own = np.cumsum(lines) - lines
    first = np.concatenate([[0], np.cumsum(lines[turn])])
    take = np.arange(first[-1]) + np.repeat(own[turn] - first[:-1], lines[turn])
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


def _check_room(wanted: DayOfDemand, demand: Demand, date: str) -> None:
    """An order has no SKU twice, so there must be enough, and none can be in more than every order."""
    if wanted.sold < demand.lines.most:
        raise BadDataError(
            f"on {date} {wanted.sold} SKUs are sold, but an order has up to {demand.lines.most} lines, each of "
            "another: lower lines.most, new or ending, or raise skus"
        )
    if wanted.largest_share * demand.lines.mean > 1:
        raise BadDataError(
            f"on {date} one SKU makes {wanted.largest_share:.1%} of the lines, of which an order has "
            f"{demand.lines.mean:.2f}, so it would be in more than every order: raise skus, or lower "
            "abc.share_of_lines or lines.mean"
        )
