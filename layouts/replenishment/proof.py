"""What policies come to on demand like that of the past: played day by day, many times over."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from layouts.demand.forecasting.demand_table import DemandTable
from layouts.replenishment.days import Days, Trace, play
from layouts.replenishment.draws import WEEK, order_draws, week_draws
from layouts.replenishment.policy import Policy
from layouts.replenishment.receipts import Receipt
from layouts.replenishment.tuning import Terms
from layouts.statistics.intervals import Estimate, mean_interval
from spatial.errors import BadDataError, UndecidedError
from spatial.progress import Progress, counted, silent
from spatial.tasks.workers import ThisProcess, Workers

Floats = npt.NDArray[np.float64]

FEWEST_WEEKS = 8


@dataclass(frozen=True, kw_only=True)
class Played:
    """How policies are played: `days` counted after `warm_up`, `times` over.

    `first_expired_first` or what came first; what is short is owed if customers wait (`waits`), else lost.
    """

    days: int = 364
    warm_up: int = 182
    times: int = 20
    seed: int = 0
    first_expired_first: bool = True
    waits: bool = True


class Totals(NamedTuple):
    """Of a SKU in each replication (R,): pieces `asked`, `met` at once, `spoilt`, on hand in the mean, orders, and
    what keeping, ordering and spoiling cost.
    """

    asked: Floats
    met: Floats
    spoilt: Floats
    on_hand: Floats
    orders: Floats
    cost: Floats


@dataclass(frozen=True, eq=False)
class Proof:
    """Totals of N SKUs in R replications, (N, R) each."""

    skus: tuple[str, ...]
    days: int
    totals: Totals

    @property
    def fill_rate(self) -> Estimate:
        """The share of all pieces met at once, over replications."""
        return mean_interval(_shares(self.totals.met.sum(0), self.totals.asked.sum(0)).tolist())

    @property
    def spoilt_share(self) -> Estimate:
        """Spoilt pieces beside those asked for."""
        return mean_interval((self.totals.spoilt.sum(0) / np.maximum(self.totals.asked.sum(0), 1)).tolist())

    @property
    def cost_per_day(self) -> Estimate:
        """Of all SKUs."""
        return mean_interval((self.totals.cost.sum(0) / self.days).tolist())

    def of_sku(self, number: int) -> Estimate:
        """The fill rate of one."""
        return mean_interval(_shares(self.totals.met[number], self.totals.asked[number]).tolist())


def prove(
    table: DemandTable,
    policies: Mapping[str, Policy],
    terms: Mapping[str, Terms],
    played: Played | None = None,
    *,
    workers: Workers | None = None,
    progress: Progress = silent,
) -> Proof:
    """Play each SKU's policy on weeks drawn from its past, with returns.

    All SKUs get the same weeks in a replication, so that what they have in common stays, and so do weekdays. Lead
    times and lives are drawn anew for each order. UndecidedError for fewer than FEWEST_WEEKS whole weeks. The same
    for any `workers`, and for a SKU whatever others there are.
    """
    played = played or Played()
    playing = _playing(table, policies, terms, played)
    skus = playing.skus
    told = counted(progress, "SKUs", len(skus))
    done = (workers or ThisProcess()).play(playing, range(len(skus)), told)
    return Proof(skus, played.days, Totals(*(np.array(column) for column in zip(*done, strict=True))))


def receipts(
    table: DemandTable,
    policies: Mapping[str, Policy],
    terms: Mapping[str, Terms],
    played: Played | None = None,
) -> list[Receipt]:
    """What comes on the days that count of the first replication, in the order of days and SKUs."""
    played = played or Played()
    playing = _playing(table, policies, terms, played)
    came = []
    for number, sku in enumerate(playing.skus):
        pieces = playing.days(number, 0)[1].came[played.warm_up :]
        came += [Receipt(day, sku, float(pieces[day])) for day in np.flatnonzero(pieces).tolist()]
    return sorted(came)


def _playing(
    table: DemandTable, policies: Mapping[str, Policy], terms: Mapping[str, Terms], played: Played
) -> _Playing:
    weeks = table.counts.shape[1] // WEEK
    if weeks < FEWEST_WEEKS:
        raise UndecidedError(
            f"cannot decide: {weeks} whole weeks of orders are too few to draw from, give {FEWEST_WEEKS} at least"
        )
    rows = [row for row, sku in enumerate(table.skus) if sku in policies]
    skus = tuple(table.skus[row] for row in rows)
    if not skus:
        raise BadDataError(
            f"none of the {len(table.skus)} SKUs with orders has a policy: check the two tables"
        )
    strange = [sku for sku in skus if sku not in terms]
    if strange:
        raise BadDataError(f"SKU '{strange[0]}' has a policy and no lead time: add a row of sku,lead_days")
    return _Playing(
        table.counts[rows, table.counts.shape[1] - weeks * WEEK :].reshape(len(skus), weeks, WEEK),
        skus,
        tuple(policies[sku] for sku in skus),
        tuple(terms[sku] for sku in skus),
        played,
    )


@dataclass(frozen=True, eq=False)
class _Playing:
    """The work on each SKU; `weeks` (N, W, 7)."""

    weeks: npt.NDArray[np.integer]
    skus: tuple[str, ...]
    policies: tuple[Policy, ...]
    terms: tuple[Terms, ...]
    played: Played

    def __call__(self, number: int) -> Totals:
        return Totals(*np.array([self._once(number, again) for again in range(self.played.times)]).T)

    def _once(self, number: int, replication: int) -> tuple[float, ...]:
        asked, done = self.days(number, replication)
        return _totals(asked, done, self.terms[number], self.played.warm_up)

    def days(self, number: int, replication: int) -> tuple[Floats, Days]:
        """What is asked for on each day, and what becomes of it."""
        played, terms = self.played, self.terms[number]
        days = played.warm_up + played.days
        drawn = week_draws(self.weeks.shape[1], days, seed=played.seed, replication=replication)
        asked = self.weeks[number, drawn].reshape(-1)[:days].astype(np.float64)
        done = play(
            self.policies[number],
            Trace(
                asked,
                *order_draws(terms, days, seed=played.seed, replication=replication, sku=self.skus[number]),
            ),
            pack=terms.pack,
            first_expired_first=played.first_expired_first,
            waits=played.waits,
        )
        return asked, done


def _totals(asked: Floats, done: Days, terms: Terms, warm_up: int) -> tuple[float, ...]:
    counted = slice(warm_up, None)
    on_hand, orders = done.on_hand[counted].sum(), float(np.count_nonzero(done.ordered[counted]))
    spoilt = done.spoilt[counted].sum()
    cost = on_hand * terms.holding_per_day + orders * terms.order_cost + spoilt * terms.unit_cost
    return (
        asked[counted].sum(),
        done.met[counted].sum(),
        spoilt,
        on_hand / len(asked[counted]),
        orders,
        cost,
    )


def _shares(met: Floats, asked: Floats) -> Floats:
    """1 where nothing was asked for."""
    return np.where(asked > 0, met / np.maximum(asked, 1e-300), 1.0)
