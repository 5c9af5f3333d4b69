"""The shape of orders: small ones by hand, chance told from affinity."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts.demand.arrival_shape import Arrivals
from layouts.demand.make_orders import demand_of, orders_of
from layouts.demand.order_shape import describe_orders
from layouts.demand.pairs import chance_lift, pairs_together
from layouts.demand.shape_text import shape_dict, shape_text
from layouts.demand.spec import DemandSpec
from layouts.orders import Order, OrderLine
from layouts.statistics.intervals import share_interval


def order(name: str, *skus: str, released: str | None = None, quantity: int = 1) -> Order:
    lines = tuple(OrderLine(sku=sku, quantity=quantity) for sku in skus)
    return Order(id=name, lines=lines, released=released)


SMALL = [
    order("1", "x", "y", released="2026-01-05T23:30:00Z", quantity=2),
    order("2", "x", "x", "z", released="2026-01-06T08:00:00Z"),
    order("3", "x", released="2026-01-08T08:15:00+01:00"),
    order("4", "w"),
]


def test_a_few_orders_by_hand() -> None:
    shape = describe_orders(SMALL, time_zone="Europe/Berlin")
    assert (shape.orders, shape.total_lines, shape.doubles, shape.made_up) == (4, 6, 1, 0)
    assert shape.skus == ("x", "w", "y", "z")
    assert shape.sku_lines.tolist() == [3, 1, 1, 1]
    assert [(each.name, each.skus, each.lines) for each in shape.classes()] == [
        ("A", 3, 5),
        ("B", 1, 1),
        ("C", 0, 0),
    ]
    assert shape.share_of_lines(0.25) == pytest.approx(0.5)
    assert shape.share_of_lines(0.375) == pytest.approx(0.5 + 0.5 / 6)
    assert (shape.lines.mean, shape.lines.single) == (1.5, 0.5)
    assert shape.pieces.mean == pytest.approx((2 + 2 + 2 + 1 + 1 + 1) / 6)
    assert shape.chance_lift == pytest.approx(4 * 4 / 36)
    assert shape.pairs == ()
    arrivals = shape.arrivals
    assert arrivals is not None
    assert arrivals.first_day == dt.date(2026, 1, 6)
    assert arrivals.by_day.tolist() == [2, 0, 1]
    assert arrivals.by_hour is not None
    assert np.flatnonzero(arrivals.by_hour).tolist() == [0, 8, 9]
    with pytest.raises(ValueError, match="no orders"):
        describe_orders([])


@given(st.lists(st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=6), min_size=1, max_size=30))
def test_nothing_is_lost(baskets: list[list[str]]) -> None:
    shape = describe_orders([order(str(number), *skus) for number, skus in enumerate(baskets)])
    assert shape.total_lines + shape.doubles == sum(map(len, baskets))
    assert sum(each.lines for each in shape.classes()) == shape.total_lines
    assert (
        sum(each.skus for each in shape.classes())
        == len(shape.skus)
        == len({sku for each in baskets for sku in each})
    )
    assert (np.diff(shape.sku_lines) <= 0).all()
    before = [0, *np.cumsum([each.lines for each in shape.classes()])]
    assert before[1] >= 0.8 * shape.total_lines - 1e-9
    if shape.classes()[0].skus > 1:
        assert before[1] - shape.sku_lines[shape.classes()[0].skus - 1] < 0.8 * shape.total_lines


def test_a_pair_that_is_bought_together_is_found_with_its_lift() -> None:
    orders = [order(f"t{number}", "tea", "pot") for number in range(8)]
    orders += [order(f"o{number}", f"sku{number % 40}") for number in range(400)]
    orders += [order("x", "tea"), order("y", "pot", "sku1")]
    (pair,) = describe_orders(orders).pairs
    assert {pair.sku, pair.other} == {"tea", "pot"}
    assert pair.orders == 8
    assert pair.lift == pytest.approx(410 * 8 / (9 * 9))
    assert pair.expected == pytest.approx(9 * 9 * (9 * 2) / 419**2)


def test_chance_alone_shows_a_pair_in_at_most_one_of_twenty_histories() -> None:
    """Independent lines in orders of very different size, which by themselves give lift above 1."""
    random, wrong, trials = np.random.default_rng(11), 0, 150
    for _trial in range(trials):
        lines = random.choice([1, 2, 12], 400)
        named = np.repeat(np.arange(400), lines)
        sku = random.integers(0, 60, len(named))
        cells = np.unique(named * 60 + sku)
        wrong += bool(pairs_together(cells // 60, cells % 60, [str(number) for number in range(60)]))
    assert share_interval(wrong, trials, confidence=0.999).low <= 0.05


def test_orders_of_poisson_size_have_a_lift_of_1_by_chance() -> None:
    lines = np.random.default_rng(3).poisson(3.0, 200_000)
    assert chance_lift(lines) == pytest.approx(1, abs=0.01)
    assert chance_lift(np.array([2, 2, 2])) == pytest.approx(0.5)


def test_day_to_day_is_measured_as_it_is_made() -> None:
    by_day = np.random.default_rng(1).negative_binomial(1 / 0.2**2, 1 / (1 + 100 * 0.2**2), 1400)
    found = Arrivals(first_day=dt.date(2026, 1, 7), by_day=by_day, by_hour=None)
    assert found.day_to_day == pytest.approx(0.2, abs=0.015)
    even = Arrivals(first_day=dt.date(2026, 1, 7), by_day=np.full(70, 30), by_hour=None)
    assert even.day_to_day == 0
    assert Arrivals(first_day=dt.date(2026, 1, 7), by_day=np.full(7, 30), by_hour=None).day_to_day is None


def test_weekdays_are_those_of_the_dates() -> None:
    found = Arrivals(first_day=dt.date(2026, 1, 7), by_day=np.arange(9), by_hour=None).by_weekday()
    assert [each.tolist() for each in found] == [[5], [6], [0, 7], [1, 8], [2], [3], [4]]


def test_made_up_orders_are_measured_as_they_were_asked_for() -> None:
    spec = DemandSpec.model_validate(
        {
            "skus": 300,
            "orders": 6000,
            "days": 14,
            "lines": {"mean": 3, "single": 0.4, "most": 20},
            "pieces": {"mean": 2, "single": 0.5, "most": 9},
            "families": {"size": 5, "together": 0.4},
            "hours": {8: 1, 12: 3},
        }
    )
    shape = describe_orders(orders_of(demand_of(spec)))
    orders, lines = shape.orders, shape.total_lines
    assert orders == shape.made_up == 6000
    assert shape.lines.mean == pytest.approx(3, abs=4 * 2.7 / orders**0.5)
    assert shape.lines.single == pytest.approx(0.4, abs=4 * 0.5 / orders**0.5)
    assert shape.pieces.mean == pytest.approx(2, abs=4 * 1.5 / lines**0.5)
    assert shape.pieces.single == pytest.approx(0.5, abs=4 * 0.5 / lines**0.5)
    # the most wanted of those seen are a little above those that are meant
    assert 0.8 - 4 * 0.4 / lines**0.5 < shape.share_of_lines(0.2) < 0.8 + 8 * 0.4 / lines**0.5
    within = [pair for pair in shape.pairs if (int(pair.sku[4:]) - 1) // 5 == (int(pair.other[4:]) - 1) // 5]
    assert len(within) >= len(shape.pairs) - 1 > 50
    assert shape.arrivals is not None
    assert shape.arrivals.by_hour is not None
    assert shape.arrivals.by_hour[12] / orders == pytest.approx(0.75, abs=4 * 0.44 / orders**0.5)


def test_the_text_tells_what_an_analyst_asks_for() -> None:
    text = shape_text(describe_orders(SMALL, time_zone="Europe/Berlin"))
    assert text.startswith(
        "4 orders, 6 lines, 9 pieces, 4 SKUs\nRows that repeat a SKU of their order: 1, counted"
    )
    assert "A         3  75.0%      5  83.3%" in text
    assert "lines of an order  1.50  50.0%" in text
    assert "no pair is shown to come more often than by chance" in text
    assert "3 days from 2026-01-06: 1.0 orders a day, 0 to 2" in text
    assert "made up" not in text
    assert "No order tells at what date" in shape_text(describe_orders([order("1", "x")]))
    dated = describe_orders([order("1", "x", released="2026-01-06")])
    assert "nothing is said of hours" in shape_text(dated)


def test_the_record_holds_every_sku() -> None:
    record = shape_dict(describe_orders(SMALL, time_zone="Europe/Berlin"))
    assert record["sku_lines"] == {"x": 3, "w": 1, "y": 1, "z": 1}
    assert [each["class"] for each in record["classes"]] == ["A", "B", "C"]
    assert record["arrivals"]["by_day"] == [2, 0, 1]
