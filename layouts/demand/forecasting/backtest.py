"""What forecasts would have been worth: tested after methods were chosen, beside seasonal-naive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from layouts.demand.forecasting.demand_class import CLASSES, NONE
from layouts.demand.forecasting.demand_table import DemandTable
from layouts.demand.forecasting.forecast import chosen_at, classes_at
from layouts.demand.forecasting.methods import BASELINE, METHODS
from layouts.demand.forecasting.plan_origins import ForecastSettings, origins_of, rules_for
from layouts.demand.forecasting.regressors import NOTHING_TOLD, Told
from layouts.demand.forecasting.trials import Rules, setting_of, try_methods
from layouts.statistics.intervals import Estimate, mean_interval, share_interval
from spatial.errors import UndecidedError
from spatial.progress import Progress, silent
from spatial.tasks.workers import ThisProcess, Workers

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

ALL = "all"
Answer = Literal["better", "worse", "cannot decide"]


@dataclass(frozen=True, kw_only=True)
class Score:
    """Of the SKUs of a class, or of all: pinball losses in pieces a bucket, ours and the seasonal-naive's.

    `beats` is the share of SKUs on which ours is less; `ratio` the mean over SKUs of ours over the mean of theirs,
    each SKU in units of its mean demand. `inside` is the share of buckets in the 90 % band, SKU by SKU, `even` the
    same with edges by their share, `claimed` what the bands of whole numbers hold by themselves; see `quantiles`.
    `answer` tells whether ours is shown to be less on more than half of the SKUs.
    """

    skus: int
    ties: int
    beats: Estimate
    ratio: float
    inside: Estimate
    even: Estimate
    claimed: float
    baseline_inside: float
    methods: Mapping[str, int]

    @property
    def answer(self) -> Answer:
        """Ours against seasonal-naive, SKU by SKU."""
        if self.beats.low > 0.5:
            return "better"
        return "worse" if self.beats.high < 0.5 else "cannot decide"


@dataclass(frozen=True, kw_only=True, eq=False)
class Backtest:
    """Scores by class and of ALL; a class without SKUs is left out. By SKU (N,): `kind` at the first test, losses
    `ours` and `baseline`, the band's shares as in Score, `method` of the last test, and whether it is scored;
    `left_out` counts SKUs that are not because they are new or without demand.
    """

    table: DemandTable
    horizon: int
    season: int
    chosen_by: int
    tests: int
    scores: Mapping[str, Score]
    left_out: Mapping[str, int]
    kind: Ints
    ours: Floats
    baseline: Floats
    inside: Floats
    even: Floats
    claimed: Floats
    method: Ints
    is_scored: Flags


def backtest(
    table: DemandTable,
    settings: ForecastSettings | None = None,
    *,
    told: Told = NOTHING_TOLD,
    workers: Workers | None = None,
    progress: Progress = silent,
) -> Backtest:
    """Test forecasts of `table` at its last origins.

    At each test origin every SKU is forecast by the method that had lost least at all origins before it, and nothing
    later is known: neither classes nor cycles nor choices. UndecidedError where there is no room for two tests after
    two origins to choose by, or no SKU has a past to try methods on. The same bytes for any `workers`.
    """
    settings, players = settings or ForecastSettings(), workers or ThisProcess()
    origins, tests = origins_of(table, settings, tested=True)
    rules = rules_for(table, settings, trials=len(origins))
    trials = try_methods(setting_of(table, rules, origins, told), players, progress)
    first = len(origins) - tests
    kinds = [_kinds(table, trials.begin[:, at], origins[at], rules) for at in range(first, len(origins))]
    methods = [
        chosen_at(table, trials.loss[:, :at], origins[:at], kind, rules).method
        for at, kind in zip(range(first, len(origins)), kinds, strict=True)
    ]
    chosen = np.stack(methods, axis=1)[..., None]

    def of_chosen(values: Floats) -> Floats:
        means: Floats = np.take_along_axis(values[:, first:], chosen, axis=2)[..., 0].mean(axis=1)
        return means

    ours, inside, even, claimed = (of_chosen(each) for each in trials[:4])
    is_tried = (origins[first:] - trials.begin[:, first:] >= rules.least).all(axis=1)
    has_demand = kinds[0] != NONE
    is_scored = is_tried & has_demand
    if not is_scored.any():
        raise UndecidedError(
            f"cannot decide: none of {len(table.skus)} SKUs has {rules.least} {table.bucket}s of its own before "
            f"{table.date(int(origins[first]))}: give a longer history"
        )
    done = Backtest(
        table=table,
        horizon=rules.horizon,
        season=rules.season,
        chosen_by=first,
        tests=tests,
        scores={},
        left_out={"new": int((~is_tried & has_demand).sum()), "no demand": int((~has_demand).sum())},
        kind=kinds[0],
        ours=ours,
        baseline=trials.loss[:, first:, BASELINE].mean(axis=1),
        inside=inside,
        even=even,
        claimed=claimed,
        method=methods[-1],
        is_scored=is_scored,
    )
    usual = table.counts[:, : origins[first]].mean(axis=1)
    baseline_inside = trials.inside[:, first:, BASELINE].mean(axis=1)
    groups = {ALL: is_scored} | {
        name: is_scored & (kinds[0] == number) for number, name in enumerate(CLASSES[:4])
    }
    scores = {
        name: _score(done, members, usual, baseline_inside)
        for name, members in groups.items()
        if members.any()
    }
    return replace(done, scores=scores)


def _kinds(table: DemandTable, begin: Ints, origin: int, rules: Rules) -> Ints:
    return classes_at(table.until(int(origin)), begin, rules)


def _score(done: Backtest, members: Flags, usual: Floats, baseline_inside: Floats) -> Score:
    ours, baseline = done.ours[members], done.baseline[members]
    names, counts = np.unique(done.method[members], return_counts=True)
    unit = np.maximum(usual[members], 1e-12)
    theirs = float((baseline / unit).sum())
    return Score(
        skus=len(ours),
        ties=int((ours == baseline).sum()),
        beats=share_interval(int((ours < baseline).sum()), len(ours)),
        ratio=float((ours / unit).sum()) / theirs if theirs > 0 else 1.0,
        inside=mean_interval(done.inside[members].tolist()),
        even=mean_interval(done.even[members].tolist()),
        claimed=float(done.claimed[members].mean()),
        baseline_inside=float(baseline_inside[members].mean()),
        methods={METHODS[name]: count for name, count in zip(names.tolist(), counts.tolist(), strict=True)},
    )
