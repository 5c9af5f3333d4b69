"""More of the same: baskets of a history of orders, mixed anew, at the times that it has."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from layouts.demand.baskets import BLOCK, Baskets, Draw, block_stream, exchange_doubles, firsts
from layouts.demand.demand_source import Demand
from layouts.demand.order_shape import OrderShape, describe_orders
from layouts.demand.spec import WEEKDAYS, DemandSpec, Weekdays
from layouts.orders import Order

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


def demand_like(spec: DemandSpec, history: Sequence[Order]) -> Demand:
    """Demand like the orders of a history, at least one; what `spec` does not set of the times is theirs too."""
    shape = describe_orders(history, time_zone=spec.time_zone)
    templates = _Templates(history, shape)
    timed = with_arrivals_of(spec, shape)

    def draw_on(day: int, _: Floats) -> Draw:
        return lambda number: templates.block(spec.seed, day, number)

    return Demand(
        spec=timed,
        skus=shape.skus,
        family=np.zeros(len(shape.skus), np.int64),
        family_shares=np.ones(1),
        draw_on=draw_on,
    )


def with_arrivals_of(spec: DemandSpec, shape: OrderShape) -> DemandSpec:
    """The spec with the history's days, weekdays, hours, orders a day and their spread, where it sets none.

    Without dates there are as many orders as in the history.
    """
    arrivals, given = shape.arrivals, spec.model_fields_set
    measured: dict[str, Any] = {}
    if arrivals is None:
        measured["orders"] = shape.orders
    else:
        means = [float(days.mean()) if len(days) else 0.0 for days in arrivals.by_weekday()]
        usual = float(np.mean([mean for mean in means if mean > 0]))
        measured["first_day"], measured["days"] = arrivals.first_day, len(arrivals.by_day)
        measured["orders_per_day"] = usual
        factors = {name: mean / usual for name, mean in zip(WEEKDAYS, means, strict=True)}
        measured["weekdays"] = Weekdays.model_validate(factors)
        measured["day_to_day"] = arrivals.day_to_day or 0.0
        if arrivals.by_hour is not None:
            counts = enumerate((arrivals.by_hour / arrivals.by_hour.max()).tolist())
            measured["hours"] = {hour: share for hour, share in counts if share > 0}
    if given & {"orders", "orders_per_day"}:
        measured = {
            name: value for name, value in measured.items() if name not in ("orders", "orders_per_day")
        }
    return spec.model_copy(update={name: value for name, value in measured.items() if name not in given})


class _Templates:
    """The orders of a history, one line for each SKU of an order, ready to be drawn."""

    def __init__(self, history: Sequence[Order], shape: OrderShape) -> None:
        number = {sku: place for place, sku in enumerate(shape.skus)}
        mates: dict[int, set[int]] = {}
        for pair in shape.pairs:
            one, other = number[pair.sku], number[pair.other]
            mates.setdefault(one, set()).add(other)
            mates.setdefault(other, set()).add(one)
        sku: list[int] = []
        pieces: list[int] = []
        is_bound: list[bool] = []
        lines: list[int] = []
        for order in history:
            wanted: dict[int, int] = {}
            for line in order.lines:
                wanted[number[line.sku]] = wanted.get(number[line.sku], 0) + line.quantity
            lines.append(len(wanted))
            sku += wanted
            pieces += wanted.values()
            is_bound += [not mates.get(each, set()).isdisjoint(wanted) for each in wanted]
        self._lines, self._first = np.array(lines), firsts(np.array(lines))
        self._sku, self._pieces, self._is_bound = np.array(sku), np.array(pieces), np.array(is_bound)
        self._is_sold = np.ones(len(shape.skus), bool)

    def block(self, seed: int, day: int, number: int) -> Baskets:
        """The baskets of BLOCK orders.

        1. Each is an order of the history, drawn at random.
        2. SKUs that are bought together by more than chance stay together. All other lines, with their pieces, are
           mixed among the orders of the block, so that they do not come in the same company again and again.
        3. Doubles are exchanged, so every SKU keeps its lines.
        """
        drawn = block_stream(seed, day, number, "orders").integers(0, len(self._lines), BLOCK)
        lines = self._lines[drawn]
        first = firsts(lines)
        take = np.arange(first[-1]) + np.repeat(self._first[drawn] - first[:-1], lines)
        is_free = ~self._is_bound[take]
        random = block_stream(seed, day, number, "mixing")
        take[is_free] = random.permutation(take[is_free])
        sku, pieces = self._sku[take], self._pieces[take]
        strays = exchange_doubles(sku, pieces, lines, is_free, self._is_sold, random)
        return Baskets(lines, sku, pieces, strays)
