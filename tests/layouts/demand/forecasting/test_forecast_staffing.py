"""Staffing against shifts whose needs are known, and order streams against the history they are like."""

from __future__ import annotations

import datetime as dt
import math
from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import pytest

from layouts.demand.forecasting.forecast import Forecast, forecast
from layouts.demand.forecasting.order_stream import (
    mix_to_come,
    order_days,
    orders_a_day,
    orders_on,
    recent_orders,
)
from layouts.demand.forecasting.plan_origins import ForecastSettings
from layouts.demand.forecasting.quantiles import LEVELS
from layouts.demand.forecasting.staffing import Goal, least_pickers, parse_goal, pickers_for, staff_for
from layouts.orders import Order, OrderLine
from spatial.errors import UndecidedError

WITHIN = Goal(figure="makespan_s", is_least=False, bound=28_800.0)
ORDER_S = 240.0
MONDAY = dt.date(2026, 1, 5)


def shift(noise: float = 0.0):  # type: ignore[no-untyped-def]
    """Work that is shared evenly: n orders take p pickers n × 240 s / p, with some noise among replications."""

    def play(orders: int, pickers: int) -> Mapping[str, Sequence[float]]:
        chance = np.random.default_rng(orders).normal(0, noise, 20)
        return {"makespan_s": (orders * ORDER_S / pickers * (1 + chance)).tolist()}

    return play


def demand(mean: float, days: int = 200, ahead: int = 7) -> Forecast:
    """The forecast of Poisson orders, none on weekends."""
    random = np.random.default_rng(3)
    counts = [random.poisson(mean) if day % 7 < 5 else 0 for day in range(days)]
    times = [
        dt.datetime.combine(MONDAY, dt.time(9)) + dt.timedelta(days=day)
        for day, n in enumerate(counts)
        for _ in range(n)
    ]
    return forecast(orders_a_day(times, "here"), ForecastSettings(horizon=ahead))


@pytest.mark.parametrize("orders", [1, 119, 120, 121, 1000])
@pytest.mark.parametrize("first", [1, 3, 40])
def test_the_least_number_of_pickers_is_that_of_the_work(orders: int, first: int) -> None:
    need = least_pickers(orders, shift(), WITHIN, first=first, most=100)
    assert need.pickers == need.low == math.ceil(orders * ORDER_S / WITHIN.bound)


def test_noise_leaves_a_span_that_holds_the_least_number() -> None:
    for orders in range(900, 1000, 10):
        need = least_pickers(orders, shift(0.05), WITHIN, first=1, most=100)
        assert need.low <= math.ceil(orders * ORDER_S / WITHIN.bound) <= need.pickers <= need.low + 3
        assert need.reached.high <= WITHIN.bound


def test_too_few_at_most_is_undecided() -> None:
    with pytest.raises(UndecidedError, match="7 pickers are not shown to reach makespan_s<=28800 with 1000"):
        least_pickers(1000, shift(), WITHIN, first=1, most=7)


def test_the_band_of_pickers_is_that_of_the_orders() -> None:
    forecast_of_orders = demand(1200)
    done = staff_for(forecast_of_orders, shift(), WITHIN, service=0.9, most=100)
    for day in done.days:
        exact = [math.ceil(orders * ORDER_S / WITHIN.bound) for orders in day.orders]
        assert all(0 <= found - least <= 1 for found, least in zip(day.pickers, exact, strict=True))
        assert day.planned == day.pickers[LEVELS.tolist().index(0.9)]
        assert (day.planned == 0) == (day.date.weekday() >= 5)
    assert {day.date.weekday() for day in done.days} == set(range(7))


def test_a_plan_for_ninety_per_cent_of_days_suffices_on_about_ninety_per_cent() -> None:
    """The whole way: orders that are Poisson by truth, the forecast's quantile, the pickers it gives."""
    done = staff_for(demand(1200), shift(), WITHIN, service=0.9, most=100)
    planned = [day.planned for day in done.days if day.planned]
    enough = [pickers * WITHIN.bound / ORDER_S for pickers in planned]
    share = np.mean([np.random.default_rng(9).poisson(1200, 4000) <= orders for orders in enough])
    assert 0.85 <= share <= 1.0


def test_between_what_was_simulated_lie_straight_lines() -> None:
    needs = [least_pickers(orders, shift(), WITHIN, first=1, most=100) for orders in (120, 1200)]
    assert [pickers_for(orders, needs) for orders in (0, 1, 120, 121, 660, 1200)] == [0, 1, 1, 2, 6, 10]


def test_goals_are_read_strictly() -> None:
    figures = ("on_time_share", "makespan_s")
    assert parse_goal("on_time_share >= 0.95", figures) == Goal(
        figure="on_time_share", is_least=True, bound=0.95
    )
    for wrong in ("on_time_share=0.95", "speed>=1", "makespan_s<=x"):
        with pytest.raises(ValueError, match=r"goal|figure"):
            parse_goal(wrong, figures)


def history(days: int = 70) -> list[Order]:
    """Baskets A+B and C, forty a day at nine and at two, due two and five hours later."""
    orders = []
    for day in range(days):
        for number in range(40):
            hour, lead = (9, 2) if number % 4 else (14, 5)
            came = dt.datetime.combine(MONDAY, dt.time(hour, number), dt.UTC) + dt.timedelta(days=day)
            skus = "AB" if number % 2 else "C"
            orders.append(
                Order(
                    id=f"{day}-{number}",
                    lines=tuple(OrderLine(sku, 1) for sku in skus),
                    released=came.isoformat(),
                    due=(came + dt.timedelta(hours=lead)).isoformat(),
                    wave=f"{came.date()} am" if hour == 9 else "pm" if number % 8 else f"rush {day}",
                )
            )
    return orders


def drawn(count: int, wanted: Mapping[str, float], *, is_timed: bool = True) -> tuple[Order, ...]:
    past = history()
    recent = recent_orders(past, order_days(past, "UTC"), wanted=wanted, seed=1)
    day = MONDAY + dt.timedelta(days=71)
    return orders_on(day, count, recent, seed=1, time_zone="UTC", is_timed=is_timed)


def test_a_day_to_come_has_the_baskets_hours_and_lead_times_of_the_history() -> None:
    orders = drawn(2000, {})
    assert len(orders) == 2000
    baskets = Counter("".join(sorted(line.sku for line in order.lines)) for order in orders)
    assert set(baskets) <= {"AB", "C"}
    assert baskets["AB"] / 2000 == pytest.approx(0.5, abs=0.06)
    came = [dt.datetime.fromisoformat(order.released or "") for order in orders]
    assert {at.date() for at in came} == {MONDAY + dt.timedelta(days=71)}
    hours = Counter(at.hour for at in came)
    assert set(hours) == {9, 14}
    assert hours[9] / 2000 == pytest.approx(0.75, abs=0.06)
    leads = {
        at.hour: (dt.datetime.fromisoformat(order.due or "") - at).total_seconds() / 3600
        for at, order in zip(came, orders, strict=True)
    }
    assert leads[14] == 5
    assert {order.wave for at, order in zip(came, orders, strict=True) if at.hour == 14} == {"pm", None}
    assert Counter(order.wave for order in orders)[f"{came[0].date()} am"] / hours[9] == pytest.approx(
        1, abs=0.1
    )
    assert all(order.is_made_up for order in orders)


def test_a_sku_that_is_forecast_to_be_wanted_more_is_in_more_orders() -> None:
    orders = drawn(3000, {"C": 3.0})
    share = np.mean([order.lines[0].sku == "C" for order in orders])
    assert share == pytest.approx(0.75, abs=0.05)


def test_orders_without_times_are_all_there_at_the_start() -> None:
    assert all(order.released is None and order.due is None for order in drawn(10, {}, is_timed=False))


def test_the_mix_to_come_is_the_forecast_over_the_recent_mean() -> None:
    random = np.random.default_rng(0)
    days = 300
    counts = np.stack([random.poisson(20, days), random.poisson(np.where(np.arange(days) < 270, 20, 2))])
    times = [MONDAY + dt.timedelta(days=day) for day in range(days)]
    from layouts.demand.forecasting.demand_table import DemandTable

    table = DemandTable(skus=("A", "B"), first_day=times[0], counts=counts.astype(np.uint8))
    mix = mix_to_come(forecast(table, ForecastSettings(horizon=7)))
    assert mix["A"] == pytest.approx(1, abs=0.1)
    assert 0.25 <= mix["B"] < 0.5
