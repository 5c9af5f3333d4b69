"""The shape of orders: how skewed, how large, bought together with what, when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from layouts.demand.arrival_shape import Arrivals, arrivals_of
from layouts.demand.counts import Spread
from layouts.demand.pairs import Pair, chance_lift, pairs_together
from layouts.orders import Order

Ints = npt.NDArray[np.int64]

CLASSES: Mapping[str, float] = {"A": 0.8, "B": 0.95, "C": 1.0}
"""Up to which share of all lines a class goes, the most wanted SKUs first."""


class AbcClass(NamedTuple):
    """So many SKUs, the next in order of falling lines, and the lines they make."""

    name: str
    skus: int
    lines: int


@dataclass(frozen=True, kw_only=True, eq=False)
class OrderShape:
    """What `orders` orders are like. An order's rows of one SKU count as one line, with their pieces together.

    `skus` come in order of falling `sku_lines` (N,), the lines of each. `pairs` are bought together more often than
    chance does, the surest first; `chance_lift` is the lift that chance alone gives. `arrivals` is None where no
    order says at what date it came in. `doubles` counts rows that repeat a SKU of their order, `made_up` orders that
    are marked so.
    """

    orders: int
    skus: tuple[str, ...]
    sku_lines: Ints
    lines: Spread
    pieces: Spread
    pairs: tuple[Pair, ...]
    chance_lift: float
    arrivals: Arrivals | None
    doubles: int
    made_up: int

    @property
    def total_lines(self) -> int:
        """Of all orders."""
        return int(self.sku_lines.sum())

    def share_of_lines(self, share_of_skus: float) -> float:
        """The share of the lines that so many of the SKUs make, the most wanted; a part of a SKU makes its part."""
        ends = np.concatenate([[0], np.cumsum(self.sku_lines)])
        return float(np.interp(share_of_skus * len(self.skus), np.arange(len(ends)), ends) / ends[-1])

    def classes(self) -> tuple[AbcClass, ...]:
        """A, B and C: a SKU is in the first class that the lines of all before it do not fill; see CLASSES."""
        before = np.cumsum(self.sku_lines) - self.sku_lines
        ends = np.searchsorted(before, [share * self.total_lines for share in CLASSES.values()], side="left")
        bounds = [0, *ends.tolist()]
        return tuple(
            AbcClass(name, bounds[n + 1] - bounds[n], int(self.sku_lines[bounds[n] : bounds[n + 1]].sum()))
            for n, name in enumerate(CLASSES)
        )


def describe_orders(orders: Sequence[Order], *, time_zone: str = "UTC") -> OrderShape:
    """The shape of at least one order; dates are those of the time zone. ValueError without orders."""
    if not orders:
        raise ValueError("there are no orders to describe")
    named = dict.fromkeys(line.sku for order in orders for line in order.lines)
    number = {sku: place for place, sku in enumerate(named)}
    order_of = np.repeat(np.arange(len(orders)), [len(order.lines) for order in orders])
    sku = np.array([number[line.sku] for order in orders for line in order.lines], np.int64)
    quantity = np.array([line.quantity for order in orders for line in order.lines], np.int64)
    cells, cell_of = np.unique(order_of * len(named) + sku, return_inverse=True)
    line_order, line_sku = np.divmod(cells, len(named))
    counts = np.bincount(line_sku, minlength=len(named))
    ids = np.array([*named])
    falling = np.lexsort((ids, -counts))
    rank = np.empty(len(named), np.int64)
    rank[falling] = np.arange(len(named))
    names = tuple(ids[falling].tolist())
    lines = np.bincount(line_order, minlength=len(orders))
    return OrderShape(
        orders=len(orders),
        skus=names,
        sku_lines=counts[falling],
        lines=Spread.of(lines),
        pieces=Spread.of(np.bincount(cell_of, quantity).astype(np.int64)),
        pairs=pairs_together(line_order, rank[line_sku], names),
        chance_lift=chance_lift(lines),
        arrivals=arrivals_of(_dates(orders, ZoneInfo(time_zone))),
        doubles=len(sku) - len(cells),
        made_up=sum(order.is_made_up for order in orders),
    )


def _dates(orders: Sequence[Order], zone: ZoneInfo) -> list[dt.datetime]:
    """The local times at which orders came in, of those that tell a date; one without a zone is local already."""
    dates = []
    for order in orders:
        try:
            date = dt.datetime.fromisoformat(order.released or "")
        except ValueError:
            continue
        dates.append(date if date.tzinfo is None else date.astimezone(zone).replace(tzinfo=None))
    return dates
