"""Made-up orders: the same for the same seed, and what is changed changes nothing else."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest

from layouts.demand.assortment import made_up_assortment
from layouts.demand.make_orders import days_of_orders, demand_of, orders_of
from layouts.demand.spec import DemandSpec
from layouts.orders import Order
from layouts.simulation.operations.order_times import order_times

BASE: Mapping[str, Any] = {
    "seed": 7,
    "skus": 400,
    "days": 4,
    "orders_per_day": 120,
    "time_zone": "Europe/Berlin",
}
PEAK = {"first_day": "2026-01-06", "last_day": "2026-01-06", "factor": 12}


def orders(**fields: object) -> dict[str, Order]:
    made = orders_of(demand_of(DemandSpec.model_validate({**BASE, **fields})))
    by_id = {order.id: order for order in made}
    assert len(by_id) == len(made)
    return by_id


def test_a_seed_gives_the_same_orders_and_another_one_others() -> None:
    assert list(orders().items()) == list(orders().items())
    assert orders() != orders(seed=8)


def test_a_peak_adds_orders_and_changes_none() -> None:
    """Also none of a block that was drawn for a few orders and is now wanted whole."""
    usual, more = orders(), orders(peaks=[PEAK])
    assert len(more) > len(usual) + 1000
    assert {name: more[name] for name in usual} == usual
    assert all(name.startswith("SYN-260106") for name in more.keys() - usual.keys())


@pytest.mark.parametrize(
    ("change", "kept"),
    [
        ({"hours": {20: 1}}, ("lines",)),
        ({"cut_offs": [{"at": "18:00", "due": "19:00"}]}, ("lines", "released")),
        ({"pieces": {"mean": 3}}, ("released",)),
        ({"growth_per_year": 5}, ("lines", "released")),
        ({"items": {"correlation": 0}}, ("lines", "released", "due")),
        ({"days": 2}, ("lines", "released")),
        ({"abc": {"share_of_lines": 0.6}}, ("released",)),
    ],
)
def test_what_is_changed_changes_nothing_else(change: dict[str, object], kept: tuple[str, ...]) -> None:
    one, other = orders(), orders(**change)
    common = one.keys() & other.keys()
    assert len(common) == min(len(one), len(other)) > 200
    for name in common:
        assert [getattr(one[name], part) for part in kept] == [getattr(other[name], part) for part in kept]


def test_pieces_are_drawn_apart_from_skus() -> None:
    one, other = orders(), orders(pieces={"mean": 3})
    assert all(
        [line.sku for line in one[name].lines] == [line.sku for line in other[name].lines] for name in one
    )


def test_one_day_is_that_of_the_whole_calendar() -> None:
    demand = demand_of(DemandSpec.model_validate({**BASE, "peaks": [PEAK]}))
    everything = {day.ids[0][:10]: day for day in days_of_orders(demand)}
    (only,) = days_of_orders(demand, only=DemandSpec.model_validate(BASE).first_day)
    whole = everything["SYN-260105"]
    assert only.ids == whole.ids
    assert (only.sku == whole.sku).all()


def test_orders_come_in_as_the_simulation_reads_them() -> None:
    made = [*orders(cut_offs=[{"at": "12:00", "due": "13:00", "wave": "noon"}]).values()]
    starts_at = DemandSpec.model_validate(BASE).first_day
    times = order_times(made, dt.datetime.combine(starts_at, dt.time(), dt.UTC))
    assert (np.diff(times.released_s) >= 0).all()
    assert (times.due_s >= times.released_s).all()
    assert len({order.wave for order in made}) == 5


def test_skus_are_sold_in_their_days_only() -> None:
    spec = DemandSpec.model_validate({**BASE, "days": 12, "new": 0.3, "ending": 0.3})
    demand = demand_of(spec)
    sold = made_up_assortment(spec)
    assert (sold.first_day > 0).sum() == pytest.approx(120, abs=25)
    assert (sold.first_day <= sold.last_day).all()
    seen = 0
    for day in days_of_orders(demand):
        number = int(day.ids[0][8:10]) - 5
        assert (sold.first_day[day.sku] <= number).all()
        assert (sold.last_day[day.sku] >= number).all()
        seen += 1
    assert seen > 5


def test_every_order_says_that_it_is_made_up() -> None:
    assert {order.source for order in orders().values()} == {"made up by aisletwin (seed 7)"}
    assert all(order.is_made_up for order in orders().values())
