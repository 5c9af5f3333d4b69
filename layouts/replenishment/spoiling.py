"""Policies of what spoils: theory takes all stock to keep, so days are played instead."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from layouts.replenishment.days import Trace, play
from layouts.replenishment.draws import WEEK, order_draws, week_draws
from layouts.replenishment.policy import Policy
from layouts.replenishment.service import LongRun
from layouts.replenishment.tuning import Terms, Tuned

NEAR = 0.001
DAYS, WARM_UP = 520 * WEEK, 26 * WEEK
SEED = 1
"""Of the days that policies are tuned on: others than those that prove them."""


def raised_for_spoiling(
    tuned: Tuned, daily: npt.NDArray[np.integer], terms: Terms, *, sku: str, service: float
) -> Tuned:
    """The policy with the lowest level, from the one that theory says on, that reaches `service` on days drawn from
    `daily` (D,), where what is over is thrown away.

    More stock than is asked for within a life only spoils. Where that much does not reach the service, the lowest
    level that does nearly as well is returned, and its expected fill rate says so. What keeps, and fewer than two
    weeks of `daily`, leave `tuned` as it is.
    """
    if terms.life_days is None or len(daily) < 2 * WEEK:
        return tuned
    trace = _long_trace(daily, terms, sku)

    def at(steps: int) -> tuple[Policy, LongRun]:
        policy = replace(tuned.policy, order_at=tuned.policy.order_at + steps * terms.pack)
        return policy, _came_to(policy, trace, terms)

    waits = terms.life_days + max(terms.lead.days) + tuned.policy.review_days
    most = max(1, math.ceil((trace.asked.mean() * waits - tuned.policy.order_at) / terms.pack))
    goal = min(service, at(most)[1].fill_rate - NEAR)
    low, high = -1, most
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if at(middle)[1].fill_rate >= goal else (middle, high)
    policy, expected = at(high)
    return Tuned(policy, expected, terms.cost_per_day(expected))


def _long_trace(daily: npt.NDArray[np.integer], terms: Terms, sku: str) -> Trace:
    weeks = daily[len(daily) % WEEK :].reshape(-1, WEEK)
    drawn = weeks[week_draws(len(weeks), WARM_UP + DAYS, seed=SEED, replication=0)].reshape(-1)
    orders = order_draws(terms, len(drawn), seed=SEED, replication=0, sku=sku)
    return Trace(drawn.astype(np.float64), *orders)


def _came_to(policy: Policy, trace: Trace, terms: Terms) -> LongRun:
    done = play(policy, trace, pack=terms.pack)
    asked = trace.asked[WARM_UP:].sum()
    return LongRun(
        float(done.met[WARM_UP:].sum() / asked) if asked else 1.0,
        float(done.on_hand[WARM_UP:].mean()),
        np.count_nonzero(done.ordered[WARM_UP:]) / DAYS,
        float(done.spoilt[WARM_UP:].mean()),
    )
