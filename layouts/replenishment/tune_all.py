"""A policy for each SKU of a table of demand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from layouts.demand.forecasting.demand_table import DemandTable
from layouts.replenishment.demand_ahead import DemandAhead, demand_ahead
from layouts.replenishment.policy import KINDS, Kind
from layouts.replenishment.spoiling import raised_for_spoiling
from layouts.replenishment.tuning import Terms, Tuned, cheapest
from spatial.errors import BadDataError, UndecidedError
from spatial.progress import Progress, counted, silent
from spatial.tasks.workers import ThisProcess, Workers

FEWEST_DAYS = 28


class TunedSku(NamedTuple):
    """A SKU, the demand to come that its policy was made for, and the policy.

    `safety`: pieces at which is ordered above the mean demand until the goods of the next review are there.
    """

    sku: str
    demand: DemandAhead
    tuned: Tuned
    safety: float


@dataclass(frozen=True, eq=False)
class _Tuning:
    """The work on each SKU of a table."""

    skus: tuple[str, ...]
    daily: npt.NDArray[np.integer]
    terms: tuple[Terms, ...]
    service: float
    review_days: int
    kinds: tuple[Kind, ...]

    def __call__(self, number: int) -> tuple[DemandAhead, Tuned, float]:
        terms = self.terms[number]
        demand = demand_ahead(
            self.daily[number].astype(np.float64), span=max(terms.lead.days) + self.review_days
        )
        tuned = cheapest(demand, terms, service=self.service, review_days=self.review_days, kinds=self.kinds)
        tuned = raised_for_spoiling(
            tuned, self.daily[number], terms, sku=self.skus[number], service=self.service
        )
        waited_for = demand.per_day * (terms.lead.mean + self.review_days)
        return demand, tuned, tuned.policy.order_at - waited_for


def tune_all(
    table: DemandTable,
    terms: Mapping[str, Terms],
    *,
    service: float,
    review_days: int = 1,
    kinds: Sequence[Kind] = KINDS,
    workers: Workers | None = None,
    progress: Progress = silent,
) -> list[TunedSku]:
    """The cheapest policy of each SKU with demand in `table`, by days, that reaches the fill rate `service`.

    What spoils is ordered earlier, as far as that helps: see `raised_for_spoiling`.

    SKUs of `terms` that nobody asked for get none. BadDataError for a SKU with demand and without terms;
    UndecidedError for fewer than FEWEST_DAYS days. The same for any `workers`.
    """
    days = table.counts.shape[1]
    if days < FEWEST_DAYS:
        raise UndecidedError(f"cannot decide: {days} days of orders are too few, give {FEWEST_DAYS} at least")
    missing = [sku for sku in table.skus if sku not in terms]
    if missing:
        raise BadDataError(
            f"{len(missing)} of {len(table.skus)} SKUs with orders have no lead time, the first is '{missing[0]}': "
            "add rows of sku,lead_days"
        )
    tuning = _Tuning(
        table.skus, table.counts, tuple(terms[sku] for sku in table.skus), service, review_days, tuple(kinds)
    )
    told = counted(progress, "SKUs", len(table.skus))
    done = (workers or ThisProcess()).play(tuning, range(len(table.skus)), told)
    return [TunedSku(sku, *each) for sku, each in zip(table.skus, done, strict=True)]
