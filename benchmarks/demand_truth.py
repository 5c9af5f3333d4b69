"""Demand that is known because it was drawn: weekdays, seasons, trend, promotions, drifting levels, intermittence."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

import numpy as np

from layouts.demand.forecasting.demand_table import DemandTable

WEEKDAYS = np.array([1.2, 1.1, 1.0, 1.1, 1.0, 0.25, 0.0])
FIRST_DAY = dt.date(2024, 1, 1)  # a Monday
PROMOTION, PROMOTIONS, PROMOTION_DAYS = 2.5, 6, 5


@dataclass(frozen=True, kw_only=True)
class DrawnDemand:
    """The table, the days on which each SKU was promoted (N, T + ahead), and the mean of each day's orders (N, T)."""

    table: DemandTable
    promoted: np.ndarray
    mean: np.ndarray


def drawn_demand(
    skus: int, days: int = 730, *, seed: int = 1, ahead: int = 28, rate: float = 0.6
) -> DrawnDemand:
    """Orders a day are Poisson or negative binomial, each of one piece or of several; `rate` is the median SKU's."""
    random = np.random.default_rng(seed)
    day = np.arange(days)
    weekdays = WEEKDAYS * np.exp(random.normal(0, 0.15, (skus, 7)))
    weekdays *= 7 / weekdays.sum(axis=1, keepdims=True)
    season = np.where(random.random(skus) < 0.5, random.uniform(0.2, 0.7, skus), 0.0)[:, None]
    phase = 2 * np.pi * random.random(skus)[:, None]
    trend = random.normal(0, 0.25, skus)[:, None]
    log_level = np.cumsum(random.normal(0, 0.01, (skus, days)), axis=1)
    log_level += season * np.sin(2 * np.pi * day / 365.25 + phase) + trend * day / 365.25
    mean = rate * np.exp(random.normal(0, 1.6, skus))[:, None] * weekdays[:, day % 7] * np.exp(log_level)
    promoted = np.zeros((skus, days + ahead), bool)
    for sku in np.flatnonzero(random.random(skus) < 0.3):
        for start in random.integers(0, days + ahead, PROMOTIONS):
            promoted[sku, start : start + PROMOTION_DAYS] = True
    mean *= np.where(promoted[:, :days], PROMOTION, 1.0)
    over = random.choice([0.0, 0.1, 0.5], skus)[:, None]
    shape = 1 / np.maximum(over, 1e-9)
    orders = random.poisson(np.where(over > 0, mean * random.gamma(shape, 1 / shape, mean.shape), mean))
    single = np.where(random.random(skus) < 0.5, 1.0, random.uniform(0.25, 0.9, skus))[:, None]
    more = random.negative_binomial(np.maximum(orders, 1), np.broadcast_to(single, orders.shape))
    counts = np.where(orders > 0, orders + more, 0)
    names = tuple(f"S{number:06d}" for number in range(skus))
    kept = counts.astype(np.min_scalar_type(int(counts.max())))
    return DrawnDemand(
        table=DemandTable(skus=names, first_day=FIRST_DAY, counts=kept), promoted=promoted, mean=mean
    )
