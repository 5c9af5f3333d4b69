"""Tuned policies reach the service that was asked for, on as little stock as that takes."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import numpy as np
import pytest

from layouts.demand.forecasting.demand_table import DemandTable
from layouts.replenishment.demand_ahead import demand_ahead, independent_days
from layouts.replenishment.policy import KINDS, Kind, Policy
from layouts.replenishment.proof import Played, prove, receipts
from layouts.replenishment.receipts import Receipt, putaway
from layouts.replenishment.service import LeadTime, long_run
from layouts.replenishment.terms_table import lead_time
from layouts.replenishment.tune_all import tune_all
from layouts.replenishment.tuning import Terms, best_of_kind, cheapest
from spatial.errors import BadDataError, UndecidedError
from spatial.tasks.local_processes import LocalProcesses

WEEKS = 104
TERMS = Terms(lead=LeadTime((5,)), unit_cost=4.0, order_cost=20.0)


def table_of(counts: np.ndarray) -> DemandTable:
    names = tuple(f"S{number:03d}" for number in range(len(counts)))
    return DemandTable(skus=names, first_day=dt.date(2024, 1, 1), counts=counts.astype(np.int64))


def drawn(skus: int, *, seed: int = 0) -> DemandTable:
    """Fast and slow ones, some lumpy, more on weekdays."""
    rng = np.random.default_rng(seed)
    rate = rng.lognormal(0.5, 1.3, (skus, 1)) * np.tile([1.4, 1.2, 1.2, 1.2, 1.4, 0.6, 0.0], WEEKS)
    lumps = np.where(rng.random((skus, 1)) < 0.3, rng.geometric(0.4, (skus, WEEKS * 7)), 1)
    return table_of(rng.poisson(rate) * lumps)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("per_day", "sd"), [(120.0, 25.0), (0.4, 0.9), (3.0, 2.0)])
def test_one_step_less_would_not_do(kind: Kind, per_day: float, sd: float) -> None:
    demand = independent_days(per_day, sd)
    tuned = best_of_kind(kind, demand, TERMS, service=0.98)
    assert tuned.expected.fill_rate >= 0.98
    less = replace(tuned.policy, order_at=tuned.policy.order_at - 1)
    assert long_run(less, demand, TERMS.lead).fill_rate < 0.98


def test_the_cheapest_is_no_dearer_than_each() -> None:
    demand = independent_days(3.0, 2.0)
    costs = [best_of_kind(kind, demand, TERMS, service=0.95).cost_per_day for kind in KINDS]
    assert cheapest(demand, TERMS, service=0.95).cost_per_day == min(costs)


def test_what_was_tuned_for_98_percent_is_met_so_often_and_what_was_for_90_is_not() -> None:
    table, terms = drawn(60), {f"S{number:03d}": TERMS for number in range(60)}
    for goal in (0.9, 0.98):
        tuned = tune_all(table, terms, service=goal)
        proof = prove(
            table, {each.sku: each.tuned.policy for each in tuned}, terms, Played(days=182, times=6)
        )
        assert goal - 0.005 <= proof.fill_rate.value <= goal + 0.018


def test_safety_stock_knows_of_days_that_hang_together() -> None:
    rng = np.random.default_rng(3)
    alone = rng.poisson(20, 700).astype(np.float64)
    slow = np.repeat(rng.gamma(4, 5, 50), 14)
    together = rng.poisson(slow).astype(np.float64)
    even, drifting = (demand_ahead(daily, span=7).over(7).sd for daily in (alone, together))
    assert even == pytest.approx(np.sqrt(7 * 20), rel=0.25)
    assert drifting > 2 * together.std() * np.sqrt(7) / 1.6
    assert drifting > together[-56:].std(ddof=1) * np.sqrt(7)


def test_the_same_for_any_number_of_processes() -> None:
    table, terms = drawn(12), {f"S{number:03d}": TERMS for number in range(12)}
    policies = {sku: Policy("min-max", 20, 30) for sku in table.skus}
    played = Played(days=50, warm_up=20, times=3)
    with LocalProcesses(2) as two:
        assert tune_all(table, terms, service=0.95, workers=two) == tune_all(table, terms, service=0.95)
        apart, here = (
            prove(table, policies, terms, played, workers=two),
            prove(table, policies, terms, played),
        )
    assert all((one == other).all() for one, other in zip(apart.totals, here.totals, strict=True))


def test_a_sku_fares_alike_whatever_others_there_are() -> None:
    table = drawn(5)
    terms = {sku: replace(TERMS, lead=lead_time(4, 1.5), life_days=20, life_sd_days=4) for sku in table.skus}
    policies = {sku: Policy("reorder-point", 20, 30) for sku in table.skus}
    played = Played(days=60, warm_up=20, times=2)
    all_of_them = prove(table, policies, terms, played)
    one = prove(table, {"S003": policies["S003"]}, terms, played)
    assert (one.totals.met[0] == all_of_them.totals.met[3]).all()
    assert (one.totals.spoilt[0] == all_of_them.totals.spoilt[3]).all()


def test_first_expired_first_spoils_less_over_a_year() -> None:
    table = drawn(30, seed=1)
    terms = {sku: replace(TERMS, life_days=21, life_sd_days=7) for sku in table.skus}
    policies = {each.sku: each.tuned.policy for each in tune_all(table, terms, service=0.97)}
    fefo, fifo = (
        prove(table, policies, terms, Played(days=182, times=4, first_expired_first=first)).totals.spoilt
        for first in (True, False)
    )
    assert (fefo.sum(axis=0) < 0.95 * fifo.sum(axis=0)).all()


def test_little_history_and_missing_lead_times_are_said() -> None:
    table = drawn(3)
    with pytest.raises(UndecidedError, match="20 days of orders are too few, give 28"):
        tune_all(table.until(20), {}, service=0.9)
    with pytest.raises(BadDataError, match="2 of 3 SKUs with orders have no lead time, the first is 'S001'"):
        tune_all(table, {"S000": TERMS}, service=0.9)
    with pytest.raises(UndecidedError, match="5 whole weeks"):
        prove(table.until(40), {}, {})
    with pytest.raises(ValueError, match=r"a service of 100\.0% cannot be tuned for"):
        best_of_kind("base-stock", independent_days(1, 1), TERMS, service=1.0)


def test_goods_of_a_day_become_loads_to_put_away() -> None:
    table, terms = drawn(10), {f"S{number:03d}": TERMS for number in range(10)}
    policies = {sku: Policy("reorder-point", 20, 30) for sku in table.skus}
    came = receipts(table, policies, terms, Played(days=60, warm_up=20, times=1))
    assert came == sorted(came)
    assert sum(each.pieces for each in came if each.sku == "S000") > 0
    day = [Receipt(3, "A", 50.0), Receipt(3, "B", 10.0)]
    made = putaway(day, {"A": ("L1", "L2"), "B": ("L3",)}, per_load={"A": 20.0}, from_s=3600, until_s=7200)
    assert made["putaway"]["loads"] == [
        {"at_s": 3600.0, "location": "L1"},
        {"at_s": 4500.0, "location": "L1"},
        {"at_s": 5400.0, "location": "L1"},
        {"at_s": 6300.0, "location": "L3"},
    ]
    with pytest.raises(ValueError, match="SKU 'B' has no location"):
        putaway(day, {"A": ("L1",)}, per_load={}, from_s=0, until_s=1)


def test_what_spoils_is_ordered_earlier_until_it_is_there_as_often() -> None:
    table = drawn(40, seed=4)
    keeps = dict.fromkeys(table.skus, TERMS)
    spoils = {sku: replace(TERMS, life_days=25, life_sd_days=4) for sku in table.skus}
    goal, played = 0.96, Played(days=364, times=4)
    blind, aware = (tune_all(table, terms, service=goal) for terms in (keeps, spoils))
    rates = [
        prove(table, {each.sku: each.tuned.policy for each in tuned}, spoils, played).fill_rate.value
        for tuned in (blind, aware)
    ]
    expected = np.array([each.tuned.expected.fill_rate for each in aware])
    weights = np.array([each.demand.per_day for each in aware])
    assert rates[1] >= min(goal, float(expected @ weights / weights.sum())) - 0.01
    assert rates[1] > rates[0] - 0.005
    assert all(
        each.tuned.expected.spoilt_per_day > 0 for each in aware if each.tuned.expected.fill_rate < goal
    )
