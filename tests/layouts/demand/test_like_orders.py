"""More of the same: a history described, made anew, and described again."""

from __future__ import annotations

import csv
import datetime as dt
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest
from published import shared_data

from layouts.demand.like_orders import demand_like
from layouts.demand.make_orders import demand_of, orders_of
from layouts.demand.order_shape import OrderShape, describe_orders
from layouts.demand.spec import DemandSpec
from layouts.orders import Order, OrderLine

SIGMAS = 4.0


def history() -> tuple[Order, ...]:
    return orders_of(
        demand_of(
            DemandSpec.model_validate(
                {
                    "skus": 150,
                    "days": 28,
                    "orders_per_day": 60,
                    "families": {"size": 5, "together": 0.5},
                    "lines": {"mean": 2.5, "single": 0.4, "most": 12},
                    "hours": {8: 1, 11: 3},
                    "weekdays": {"mon": 2},
                }
            )
        )
    )


def sku_lines(orders: Sequence[Order]) -> Counter[str]:
    return Counter(line.sku for order in orders for line in order.lines)


def require_alike(old: OrderShape, made: Sequence[Order], history_of: Sequence[Order]) -> OrderShape:
    """Every figure within what chance gives it, as many sigmas as that."""
    new = describe_orders(made)
    n, lines = new.orders, new.total_lines
    sizes = np.array([len({line.sku for line in order.lines}) for order in history_of])
    assert abs(new.lines.mean - old.lines.mean) < SIGMAS * sizes.std() / n**0.5
    single = old.lines.single
    assert abs(new.lines.single - single) < SIGMAS * (single * (1 - single) / n) ** 0.5
    ones = old.pieces.single
    assert abs(new.pieces.single - ones) < SIGMAS * (ones * (1 - ones) / lines) ** 0.5
    # the same SKUs, each with its share: the most wanted fifth, and how many are never drawn
    top = old.skus[: len(old.skus) // 5]
    share = old.sku_lines[: len(top)].sum() / old.total_lines
    drawn = sku_lines(made)
    spread = (share * (1 - share) * float((sizes**2).mean() / sizes.mean()) / lines) ** 0.5
    assert abs(sum(drawn[sku] for sku in top) / lines - share) < SIGMAS * spread
    unseen = np.exp(-old.sku_lines * lines / old.total_lines)
    assert abs(len(old.skus) - len(new.skus) - unseen.sum()) < SIGMAS * (unseen.sum() + 1) ** 0.5
    assert set(new.skus) <= set(old.skus)
    assert new.doubles == 0
    # the surest pairs come together as often as they did
    together = Counter(
        (pair.sku, pair.other)
        for order in made
        for pair in old.pairs[:20]
        if {pair.sku, pair.other} <= {line.sku for line in order.lines}
    )
    for pair in old.pairs[:20]:
        expected = pair.orders * n / old.orders
        assert abs(together[pair.sku, pair.other] - expected) < SIGMAS * expected**0.5 + 2
    assert new.made_up == n
    return new


def test_made_anew_a_history_has_the_same_shape() -> None:
    old = history()
    shape = describe_orders(old)
    made = orders_of(demand_like(DemandSpec(seed=5), old))
    new = require_alike(shape, made, old)
    assert new.arrivals is not None
    assert shape.arrivals is not None
    assert new.arrivals.first_day == shape.arrivals.first_day
    assert shape.arrivals.by_hour is not None
    assert new.arrivals.by_hour is not None
    assert set(np.flatnonzero(new.arrivals.by_hour)) == {8, 11}
    assert new.arrivals.by_hour[11] / new.orders == pytest.approx(0.75, abs=0.04)
    c = shape.arrivals.day_to_day or 0.0
    for was, now in zip(shape.arrivals.by_weekday(), new.arrivals.by_weekday(), strict=True):
        variance = was.sum() * (1 + c**2 * was.mean()) if was.any() else 0.0
        assert abs(int(now.sum()) - int(was.sum())) <= SIGMAS * variance**0.5


def test_baskets_are_new_but_for_what_belongs_together() -> None:
    """Three SKUs always together and a stranger: the stranger changes its company, the three do not."""
    old = [
        Order(
            id=str(number),
            lines=tuple(OrderLine(sku=sku, quantity=q) for sku, q in [*group, (f"s{number % 50}", 7)]),
        )
        for number in range(200)
        for group in [[("a", 1), ("b", 2), ("c", 3)] if number % 8 == 0 else [(f"t{number % 40}", 9)]]
    ]
    made = orders_of(demand_like(DemandSpec(seed=1, orders=400), old))
    assert len(made) == 400
    trios = [order for order in made if "a" in {line.sku for line in order.lines}]
    assert 20 < len(trios) < 90
    for order in trios:
        quantity = {line.sku: line.quantity for line in order.lines}
        assert (quantity["a"], quantity["b"], quantity["c"], len(quantity)) == (1, 2, 3, 4)
    known = {frozenset(line.sku for line in order.lines) for order in old}
    assert sum(frozenset(line.sku for line in order.lines) in known for order in made) < 0.1 * len(made)
    assert {line.quantity for order in made for line in order.lines if line.sku[0] == "s"} == {7}


def test_pieces_go_with_their_sku_when_doubles_are_exchanged() -> None:
    names = "abcdef"
    old = [
        Order(id=f"{one}{other}", lines=tuple(OrderLine(sku=sku, quantity=ord(sku)) for sku in (one, other)))
        for one in names
        for other in names
        if one < other
    ]
    made = orders_of(demand_like(DemandSpec(orders=1000), old))
    assert all(len({line.sku for line in order.lines}) == 2 for order in made)
    assert all(line.quantity == ord(line.sku) for order in made for line in order.lines)


def test_what_the_spec_sets_is_not_taken_from_the_history() -> None:
    spec = DemandSpec.model_validate(
        {"days": 7, "orders_per_day": 10, "hours": {20: 1}, "weekdays": {"sun": 1}}
    )
    found = demand_like(spec, history()).spec
    assert (found.days, found.orders_per_day, found.hours, found.weekdays.mon) == (7, 10, {20: 1.0}, 1)
    assert found.first_day == dt.date(2026, 1, 5)
    plain = [Order(id="1", lines=(OrderLine(sku="x", quantity=1),))] * 3
    assert demand_like(DemandSpec(), plain).spec.orders == 3


def test_the_mark_names_the_history(tmp_path: Path) -> None:
    path = tmp_path / "autumn, 2025.csv"
    path.write_text("order,sku,quantity\nA,x,1\nB,y,2\n", encoding="utf-8")
    demand = demand_of(DemandSpec(like=path, seed=4))
    assert demand.source == "made up by aisletwin like autumn, 2025.csv (seed 4)"
    assert {order.source for order in orders_of(demand)} == {demand.source}


def test_a_real_history_made_anew_has_the_same_shape() -> None:
    folder = shared_data()
    path = folder / "operations" / "order_lines" / "df_lines_given.csv" if folder else Path("none")
    if not path.exists():
        pytest.skip("skipped: no shared data")
    rows: dict[str, list[dict[str, str]]] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            rows.setdefault(row["OrderNumber"], []).append(row)
    real = [
        Order(
            id=name,
            lines=tuple(OrderLine(sku=row["SKU"], quantity=int(float(row["PCS"]))) for row in its),
            released=dt.datetime.strptime(its[0]["DATE"], "%m/%d/%Y").date().isoformat(),
        )
        for name, its in rows.items()
    ]
    shape = describe_orders(real)
    assert (shape.orders, shape.total_lines, len(shape.skus)) == (2326, 3210, 897)
    for seed in (0, 1):
        new = require_alike(shape, orders_of(demand_like(DemandSpec(seed=seed), real)), real)
        assert {pair.sku for pair in new.pairs[:5]} <= {
            sku for pair in shape.pairs for sku in (pair.sku, pair.other)
        }
