"""From a table of demand to the quantiles of each SKU and bucket to come, each by the method that did best so far."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.demand.forecasting.choose import Choice, choose, demand_buckets
from layouts.demand.forecasting.demand_class import CLASSES, demand_classes
from layouts.demand.forecasting.demand_class import NEW as NEW_CLASS
from layouts.demand.forecasting.demand_table import DemandTable
from layouts.demand.forecasting.methods import BASELINE, METHODS, NEW
from layouts.demand.forecasting.plan_origins import ForecastSettings, origins_of, rules_for
from layouts.demand.forecasting.quantiles import LEVELS, WIDTH
from layouts.demand.forecasting.regressors import NOTHING_TOLD, Told
from layouts.demand.forecasting.trials import (
    Rules,
    Setting,
    begin_of,
    in_blocks,
    pooled_cycle,
    predict_at,
    setting_of,
    try_methods,
)
from spatial.progress import Progress, silent
from spatial.tasks.workers import ThisProcess, Workers

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

SHARE_OF_TRIALS = 0.85
"""Of the whole work, for the progress that is told."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Forecast:
    """`quantiles` (N, H, Q) at LEVELS of the H buckets after the table's last, whole numbers (float32 is exact
    to 16 million).

    `kind` (N,) indexes CLASSES; `method` (N,) is METHODS' or NEW; `score` (N, M) as `Choice`; `origins` were tried.
    """

    table: DemandTable
    quantiles: npt.NDArray[np.float32]
    kind: Ints
    method: Ints
    score: Floats
    origins: Ints

    @property
    def horizon(self) -> int:
        """Buckets ahead."""
        return int(self.quantiles.shape[1])

    def why(self, sku: int) -> str:
        """Why a SKU's method was chosen, in a sentence."""
        kind = CLASSES[int(self.kind[sku])]
        if self.method[sku] == NEW:
            return (
                "too short a past to try methods on: the rate of its orders so far, which is not known well"
            )
        if kind == "no demand":
            return "nothing was ordered of it in the last year"
        if self.score[sku, BASELINE] == 0:
            return f"no loss at {len(self.origins)} origins"
        scores = self.score[sku] / self.score[sku, BASELINE]
        ranked = np.argsort(scores, kind="stable")
        best, second = int(ranked[0]), int(ranked[1])
        beside = f"{METHODS[second]} {scores[second]:.2f}"
        if best == BASELINE:
            return f"least loss at {len(self.origins)} origins; next {beside} of it"
        loss = f"{scores[best]:.2f} of seasonal-naive's loss at {len(self.origins)} origins"
        return f"{loss}, its own and its class's; next {beside}"


def forecast(
    table: DemandTable,
    settings: ForecastSettings | None = None,
    *,
    told: Told = NOTHING_TOLD,
    workers: Workers | None = None,
    progress: Progress = silent,
) -> Forecast:
    """Forecast `settings.horizon` buckets after the last of `table`.

    1. Every method is tried at rolling origins before the end.
    2. For each SKU the one with the least pinball loss is chosen, of its own and of its class; see `choose`.
    3. The chosen one forecasts from the whole past.

    `told` are regressors of the table's buckets and the next ones, checked by `refuse_leaks`. UndecidedError where
    the history is too short for two origins. The same bytes for any `workers`.
    """
    settings, players = settings or ForecastSettings(), workers or ThisProcess()
    origins, _ = origins_of(table, settings, tested=False)
    rules = rules_for(table, settings, trials=len(origins))
    setting = setting_of(table, rules, origins, told)
    trials = try_methods(setting, players, lambda what, share: progress(what, SHARE_OF_TRIALS * share))
    begin = np.array([begin_of(row.astype(np.float64)) for row in table.counts], np.int64)
    kind = classes_at(table, begin, rules)
    choice = chosen_at(table, trials.loss, origins, kind, rules)
    method = np.where(kind == NEW_CLASS, NEW, choice.method)
    now = setting_of(table, rules, np.array([table.counts.shape[1]]), told)
    rows: list[npt.NDArray[np.float32]] = in_blocks(
        _Predicted(now, method, begin),
        now,
        players,
        "forecast",
        lambda what, share: progress(what, SHARE_OF_TRIALS + (1 - SHARE_OF_TRIALS) * share),
    )
    return Forecast(
        table=table,
        quantiles=np.concatenate(rows),
        kind=kind,
        method=method,
        score=choice.score,
        origins=origins,
    )


def classes_at(table: DemandTable, begin: Ints, rules: Rules) -> Ints:
    """The class (N,) of each SKU at the table's end; buckets on which nobody works are not waited through."""
    total = table.counts.sum(axis=0, dtype=np.float64)
    cycle = pooled_cycle(total, table.phase, table.cycle)
    is_open = cycle[(table.phase + np.arange(table.counts.shape[1])) % table.cycle] > 0
    return demand_classes(table.counts, begin, is_open, least=rules.least)


def chosen_at(table: DemandTable, loss: Floats, origins: Ints, kind: Ints, rules: Rules) -> Choice:
    """The choice by losses (N, J, M) at these origins."""
    return choose(loss, demand_buckets(table.counts, origins, rules.horizon), kind)


@dataclass(frozen=True)
class _Predicted:
    setting: Setting
    method: Ints
    begin: Ints

    def __call__(self, block: int) -> npt.NDArray[np.float32]:
        table, rules = self.setting.table, self.setting.rules
        rows = self.setting.rows(block)
        result = np.empty((rows.stop - rows.start, rules.horizon, WIDTH))
        _predict_block(
            table.counts[rows].astype(np.float64),
            self.begin[rows],
            self.method[rows],
            table.phase,
            self.setting.pooled[0],
            rules,
            table.year_days(rules.horizon),
            self.setting.told.of(rows),
            result,
        )
        quantiles: npt.NDArray[np.float32] = result[..., : len(LEVELS)].astype(np.float32)
        return quantiles


@njit(cache=True)
def _predict_block(
    counts: Floats,
    begin: Ints,
    method: Ints,
    phase: int,
    pooled: Floats,
    rules: Rules,
    day: Floats,
    told: Floats,
    result: Floats,
) -> None:
    for sku in range(len(counts)):
        predict_at(
            counts[sku],
            begin[sku],
            counts.shape[1],
            method[sku],
            phase,
            pooled,
            rules,
            day,
            told[sku],
            result[sku],
        )
