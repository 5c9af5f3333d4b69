"""Every method tried at rolling origins: what it lost, and what its band held (Tashman 2000, "Out-of-sample tests").

SKUs are worked on in blocks of the same size whoever works, so that results do not depend on that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.demand.forecasting.demand_table import DemandTable
from layouts.demand.forecasting.methods import METHODS, NEW, predict
from layouts.demand.forecasting.quantiles import WIDTH, held, pinball
from layouts.demand.forecasting.regressors import NOTHING_TOLD, Told
from spatial.progress import Progress
from spatial.tasks.workers import Workers

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Result = TypeVar("Result")

BLOCK = 100
"""SKUs of a block."""
LONG_SILENT = 5.0
"""A SKU began with its first demand where it was silent before for so many of its later mean intervals."""


class Rules(NamedTuple):
    """Of all SKUs: buckets ahead, the seasonal-naive's season, the least past of a SKU that is tried."""

    horizon: int
    season: int
    least: int


class Trials(NamedTuple):
    """By SKU, origin and method (N, J, M), means over the buckets in which anybody works: the pinball loss, the share
    within the band, the same with edges by their share, what the band claimed; see `held`. `begin` (N, J) is the
    bucket in which the SKU began, as seen from the origin.
    """

    loss: Floats
    inside: Floats
    even: Floats
    claimed: Floats
    begin: Ints


@dataclass(frozen=True, kw_only=True, eq=False)
class Setting:
    """A table with what is told of its buckets and the next ones, `rules`, and the cycle of all SKUs at each origin:
    `pooled` (J, m) for `origins` (J,).
    """

    table: DemandTable
    rules: Rules
    origins: Ints
    pooled: Floats
    told: Told = NOTHING_TOLD

    @property
    def blocks(self) -> range:
        """Their numbers."""
        return range(-(-len(self.table.skus) // BLOCK))

    def rows(self, block: int) -> slice:
        """The SKUs of a block."""
        return slice(block * BLOCK, min((block + 1) * BLOCK, len(self.table.skus)))


def setting_of(table: DemandTable, rules: Rules, origins: Ints, told: Told = NOTHING_TOLD) -> Setting:
    """The setting whose pooled cycles are those of all SKUs before each origin."""
    total = table.counts.sum(axis=0, dtype=np.float64)
    pooled = np.array([pooled_cycle(total[:origin], table.phase, table.cycle) for origin in origins.tolist()])
    return Setting(table=table, rules=rules, origins=origins, pooled=pooled, told=told)


def pooled_cycle(total: Floats, phase: int, cycle: int) -> Floats:
    """The cycle (m,) of mean 1 of a total (T,) over its last year; 0 where nobody works, less than a hundredth."""
    first = max(0, len(total) - 52 * cycle)
    place = (phase + np.arange(first, len(total))) % cycle
    days = np.bincount(place, minlength=cycle)
    sums = np.bincount(place, total[first:], minlength=cycle) / np.maximum(days, 1)
    if sums.sum() <= 0:
        return np.ones(cycle)
    factors: Floats = np.where(sums < 0.01 * sums.mean(), 0.0, sums)
    normed: Floats = factors * (cycle / factors.sum())
    return normed


def try_methods(setting: Setting, workers: Workers, progress: Progress) -> Trials:
    """All METHODS at all origins of a setting."""
    parts = in_blocks(_Tried(setting), setting, workers, "methods tried", progress)
    return Trials(*(np.concatenate(each) for each in zip(*parts, strict=True)))


def in_blocks(
    task: Callable[[int], Result], setting: Setting, workers: Workers, what: str, progress: Progress
) -> list[Result]:
    """The results of a task for each block, told as so many SKUs."""
    done = 0

    def told(count: int) -> None:
        nonlocal done
        done += count
        skus = min(done * BLOCK, len(setting.table.skus))
        progress(f"{what}: {skus} SKUs", done / len(setting.blocks))

    return workers.play(task, setting.blocks, told)


@dataclass(frozen=True)
class _Tried:
    setting: Setting

    def __call__(self, block: int) -> tuple[Floats, Floats, Floats, Floats, Ints]:
        setting = self.setting
        rows = setting.rows(block)
        horizon = setting.rules.horizon
        result = np.zeros((rows.stop - rows.start, len(setting.origins), len(METHODS), 4))
        begin = np.zeros(result.shape[:2], np.int64)
        _try_block(
            setting.table.counts[rows].astype(np.float64),
            setting.table.phase,
            setting.origins,
            setting.pooled,
            setting.rules,
            setting.table.year_days(horizon),
            setting.told.of(rows),
            begin,
            result,
        )
        loss, inside, even, claimed = np.moveaxis(result, -1, 0)
        return loss, inside, even, claimed, begin


@njit(cache=True)
def begin_of(y: Floats) -> int:
    """The bucket in which a SKU begins: its first demand, after a silence that is LONG_SILENT or if it is the only
    one; else 0, so too without any demand.
    """
    first, last, demands = len(y), 0, 0
    for t in range(len(y)):
        if y[t] > 0:
            first = min(first, t)
            last = t
            demands += 1
    if demands < 2:
        return first if demands else 0
    return first if first > LONG_SILENT * (last - first) / (demands - 1) else 0


@njit(cache=True)
def _try_block(
    counts: Floats,
    phase: int,
    origins: Ints,
    pooled: Floats,
    rules: Rules,
    day: Floats,
    told: Floats,
    begin: Ints,
    result: Floats,
) -> None:
    rows = np.empty((rules.horizon, WIDTH))
    for sku in range(len(counts)):
        for place, origin in enumerate(origins):
            start = begin_of(counts[sku, :origin])
            begin[sku, place] = start
            if origin - start < rules.least:
                continue
            for method in range(result.shape[2]):
                predict_at(
                    counts[sku], start, origin, method, phase, pooled[place], rules, day, told[sku], rows
                )
                _judge(counts[sku], origin, phase, pooled[place], rows, result[sku, place, method])


@njit(cache=True)
def _judge(y: Floats, origin: int, phase: int, pooled: Floats, rows: Floats, told: Floats) -> None:
    """Add up what is told of the rows by what came; a bucket in which nobody works is judged if anything came."""
    judged = 0
    for h in range(len(rows)):
        value = y[origin + h]
        if pooled[(phase + origin + h) % len(pooled)] > 0 or value > 0:
            inside, even, claimed = held(value, rows[h])
            told[0] += pinball(value, rows[h])
            told[1] += inside
            told[2] += even
            told[3] += claimed
            judged += 1
    for place in range(len(told)):
        told[place] /= max(1, judged)


@njit(cache=True)
def predict_at(
    y: Floats,
    start: int,
    origin: int,
    method: int,
    phase: int,
    pooled: Floats,
    rules: Rules,
    day: Floats,
    told: Floats,
    rows: Floats,
) -> None:
    """`predict` for a SKU (T,) that began at `start`, seen from `origin`; too short a past takes the method NEW."""
    end = origin + rules.horizon
    seen = NEW if origin - start < rules.least else method
    predict(
        seen,
        y[start:origin],
        (phase + start) % len(pooled),
        pooled,
        rules.season,
        day[start:end],
        np.ascontiguousarray(told[start:end]),
        rows,
    )
