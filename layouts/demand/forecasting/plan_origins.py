"""From which days of the past forecasts are tried, and when the past is too short for it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from layouts.demand.forecasting.demand_table import DemandTable
from layouts.demand.forecasting.trials import Rules
from spatial.errors import UndecidedError

Ints = npt.NDArray[np.int64]

CHOSEN_BY, FEWEST_CHOSEN_BY = 6, 2
"""Origins by which a method is chosen, and how many there must be."""
TESTED, FEWEST_TESTED = 4, 2
"""Later origins of a backtest."""
LEAST_DAYS, LEAST_WEEKS = 56, 13
"""Buckets before the first origin, and of a SKU's own past before anything is tried on it."""
YEAR_WEEKS = 52


@dataclass(frozen=True, kw_only=True)
class ForecastSettings:
    """`horizon` buckets ahead, at least 1. Origins lie `horizon` apart, so that no bucket is forecast twice."""

    horizon: int = 14
    chosen_by: int = CHOSEN_BY
    tested: int = TESTED

    def __post_init__(self) -> None:
        if not 1 <= self.horizon <= 366:
            raise ValueError(f"horizon {self.horizon} must be from 1 to 366 buckets")
        if self.chosen_by < FEWEST_CHOSEN_BY or self.tested < FEWEST_TESTED:
            raise ValueError(
                f"chosen_by {self.chosen_by} and tested {self.tested} must be at least {FEWEST_CHOSEN_BY} "
                f"and {FEWEST_TESTED}"
            )


def rules_for(table: DemandTable, settings: ForecastSettings, *, trials: int) -> Rules:
    """Of days the season is a week; of weeks a year where the first of `trials` origins has two, else one week.

    A shorter past than two seasons has no errors of the season to learn from.
    """
    least = LEAST_DAYS if table.bucket == "day" else LEAST_WEEKS
    if table.bucket == "day":
        return Rules(horizon=settings.horizon, season=table.cycle, least=least)
    first = table.counts.shape[1] - trials * settings.horizon
    has_years = first >= 2 * YEAR_WEEKS + settings.horizon
    return Rules(horizon=settings.horizon, season=YEAR_WEEKS if has_years else 1, least=least)


def origins_of(table: DemandTable, settings: ForecastSettings, *, tested: bool) -> tuple[Ints, int]:
    """The origins in rising order, those by which methods are chosen first, and how many of them are tests.

    As many as there are room for; UndecidedError where that is fewer than the fewest.
    """
    buckets, horizon = table.counts.shape[1], settings.horizon
    least = LEAST_DAYS if table.bucket == "day" else LEAST_WEEKS
    room = max(0, (buckets - least) // horizon)
    fewest = FEWEST_CHOSEN_BY + (FEWEST_TESTED if tested else 0)
    if room < fewest:
        raise UndecidedError(
            f"cannot decide: {buckets} {table.bucket}s are too short a history, at least {least + fewest * horizon} "
            f"are needed for {horizon} ahead: give a longer one, or a shorter --horizon"
        )
    tests = min(settings.tested, room - FEWEST_CHOSEN_BY) if tested else 0
    count = min(settings.chosen_by + tests, room)
    origins: Ints = buckets - horizon * np.arange(count, 0, -1, dtype=np.int64)
    return origins, tests
