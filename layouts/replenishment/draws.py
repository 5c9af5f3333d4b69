"""What is drawn for days that are played: weeks of the past, lead times, lives."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from layouts.replenishment.days import KEEPS
from layouts.replenishment.tuning import Terms
from layouts.statistics.common_numbers import stream

Ints = npt.NDArray[np.int64]

WEEK = 7


def week_draws(weeks: int, days: int, *, seed: int, replication: int) -> Ints:
    """As many of `weeks` weeks, with returns, as `days` days take: the same for all SKUs."""
    rng = stream(seed, replication=replication, agent=0, purpose="weeks")
    return rng.integers(weeks, size=-(-days // WEEK))


def order_draws(terms: Terms, days: int, *, seed: int, replication: int, sku: str) -> tuple[Ints, Ints]:
    """The lead time of an order of each day (D,), and how long its goods keep, at least a day."""
    lead, life = np.full(days, terms.lead.days[0], np.int64), np.full(days, KEEPS)
    if len(terms.lead.days) > 1:
        rng = stream(seed, replication=replication, agent=0, purpose=f"lead {sku}")
        lead = rng.choice(np.array(terms.lead.days), size=days, p=np.array(terms.lead.shares))
    if terms.life_days is not None:
        rng = stream(seed, replication=replication, agent=0, purpose=f"life {sku}")
        life = np.maximum(1, np.rint(rng.normal(terms.life_days, terms.life_sd_days, days))).astype(np.int64)
    return lead, life
