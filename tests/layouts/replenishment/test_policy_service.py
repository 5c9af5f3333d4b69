"""What theory says of a policy is what its days come to."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from layouts.replenishment.days import KEEPS, Trace, play
from layouts.replenishment.demand_ahead import independent_days
from layouts.replenishment.laws import law_of
from layouts.replenishment.policy import Policy, positions
from layouts.replenishment.service import LeadTime, long_run

YEARS = 400 * 365
WARM_UP = 200


def played(policy: Policy, asked: np.ndarray, lead: int) -> tuple[float, float, float]:
    """Fill rate, stock at the end of a day, and orders a day of one long trace."""
    days = len(asked)
    trace = Trace(asked, np.full(days, lead), np.full(days, KEEPS))
    done = play(policy, trace, pack=1e-3)
    met, of = done.met[WARM_UP:].sum(), asked[WARM_UP:].sum()
    return (
        met / of,
        done.on_hand[WARM_UP:].mean(),
        np.count_nonzero(done.ordered[WARM_UP:]) / (days - WARM_UP),
    )


@pytest.mark.parametrize(
    ("kind", "quantity", "review", "lead"),
    [
        ("base-stock", 0.0, 1, 3),
        ("base-stock", 0.0, 7, 2),
        ("base-stock", 0.0, 1, 0),
        ("reorder-point", 700.0, 1, 5),
        ("reorder-point", 250.0, 5, 3),
        ("min-max", 600.0, 1, 4),
        ("min-max", 1500.0, 7, 3),
    ],
)
def test_normal_demand_is_met_as_often_as_the_loss_function_says(
    kind: str, quantity: float, review: int, lead: int
) -> None:
    per_day, sd = 100.0, 24.0
    asked = np.random.default_rng(1).normal(per_day, sd, YEARS).clip(0)
    safety = -0.3 * sd * (lead + review) ** 0.5
    policy = Policy(kind, per_day * (lead + review) + safety, quantity, review)  # type: ignore[arg-type]
    theory = long_run(policy, independent_days(per_day, sd), LeadTime((lead,)))
    fill_rate, on_hand, orders = played(policy, asked, lead)
    assert 0.5 < theory.fill_rate < 0.999  # a figure in the middle can be wrong both ways
    assert fill_rate == pytest.approx(theory.fill_rate, abs=0.005)
    assert on_hand == pytest.approx(theory.on_hand, rel=0.02, abs=1.0)
    assert orders == pytest.approx(theory.orders_per_day, rel=0.01)


@pytest.mark.parametrize(
    ("kind", "order_at", "quantity", "review", "lead"),
    [
        ("base-stock", 6.0, 0.0, 1, 5),
        ("reorder-point", 3.0, 12.0, 1, 5),
        ("reorder-point", 8.0, 5.0, 7, 3),
        ("min-max", 4.0, 9.0, 1, 4),
        ("min-max", 2.0, 25.0, 3, 2),
    ],
)
@pytest.mark.parametrize("lumpy", [False, True])
def test_so_is_slow_and_lumpy_demand(
    kind: str, order_at: float, quantity: float, review: int, lead: int, lumpy: bool
) -> None:
    rng = np.random.default_rng(2)
    per_day, sd = 0.8, 0.8**0.5
    asked = rng.poisson(per_day, YEARS)
    if lumpy:
        sd = 1.6
        p = per_day / sd**2
        asked = rng.negative_binomial(per_day * p / (1 - p), p, YEARS)
    policy = Policy(kind, order_at, quantity, review)  # type: ignore[arg-type]
    theory = long_run(policy, independent_days(per_day, sd), LeadTime((lead,)))
    fill_rate, on_hand, orders = played(policy, asked.astype(np.float64), lead)
    assert fill_rate == pytest.approx(theory.fill_rate, abs=0.005)
    assert on_hand == pytest.approx(theory.on_hand, rel=0.02)
    assert orders == pytest.approx(theory.orders_per_day, rel=0.015)


@pytest.mark.parametrize(("mean", "sd"), [(3.0, 3.0**0.5), (2.0, 3.0), (400.0, 60.0), (0.0, 0.0)])
def test_what_is_short_is_the_sum_over_the_law(mean: float, sd: float) -> None:
    law = law_of(mean, sd)
    masses = law.masses(round(2000 / law.step))
    at = np.arange(len(masses)) * law.step
    for level in (0.0, 1.0, 2.5, 7.0, 390.0, 470.0):
        brute = float(np.maximum(at - level, 0) @ masses)
        assert float(law.short(level)) == pytest.approx(brute, rel=2e-3, abs=1e-6)


def test_below_no_stock_all_is_short() -> None:
    for law in (law_of(2.0, 3.0), law_of(400.0, 60.0), law_of(0.0, 0.0)):
        assert float(law.short(-5.0)) == pytest.approx(law.mean + 5.0)


def test_positions_after_reviews_add_up_to_one_and_stay_in_reach() -> None:
    for kind, law in itertools.product(("reorder-point", "min-max"), (law_of(3.0, 2.5), law_of(500.0, 80.0))):
        policy = Policy(kind, 10.0, 40.0)  # type: ignore[arg-type]
        at = positions(policy, law)
        assert at.shares.sum() == pytest.approx(1.0)
        assert (at.above > 0).all()
        assert (at.above <= policy.quantity).all()
        assert 0 < at.orders <= 1


def test_a_lead_time_that_varies_is_the_mean_of_both() -> None:
    policy, demand = Policy("base-stock", 40.0), independent_days(8.0, 2.0)
    short, long = (long_run(policy, demand, LeadTime((days,))).fill_rate for days in (2, 6))
    both = long_run(policy, demand, LeadTime((2, 6), (0.25, 0.75))).fill_rate
    assert both == pytest.approx(0.25 * short + 0.75 * long)
