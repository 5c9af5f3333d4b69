"""The methods by name, and one that is asked by its number."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.demand.forecasting.empirical_methods import ALIKE, ALIKE_LONG, same_weekday, seasonal_naive
from layouts.demand.forecasting.intermittent_methods import croston_sba, imapa, markov, new_rows, tsb
from layouts.demand.forecasting.level_methods import ets, theta
from layouts.demand.forecasting.quantiles import nothing_row
from layouts.demand.forecasting.rates import own_factors
from layouts.demand.forecasting.regression import regression

Floats = npt.NDArray[np.float64]

METHODS = (
    "seasonal-naive",
    "same-weekday",
    "same-weekday-year",
    "ets",
    "theta",
    "regression",
    "croston-sba",
    "tsb",
    "imapa",
    "markov",
)
"""All that are tried; the first is what the others are to beat."""
BASELINE, REGRESSION = 0, 5
NEW, NEW_METHOD = len(METHODS), "rate"
"""What forecasts a SKU whose past is too short to try anything."""


@njit(cache=True)
def predict(
    method: int,
    y: Floats,
    phase: int,
    pooled: Floats,
    season: int,
    day: Floats,
    told: Floats,
    rows: Floats,
) -> None:
    """Write `rows` (H, WIDTH), see `quantiles`: the H buckets after the series `y` (n,) by METHODS[method].

    `pooled` (m,) is the cycle of all SKUs, of mean 1, `season` the seasonal-naive's; `day` (n + H,) and `told`
    (n + H, R) see `regression`. A series without demand is 0 to all but the NEW.
    """
    factors = pooled if method == NEW else own_factors(y, phase, pooled)
    if method == NEW:
        new_rows(y, phase, factors, rows)
    elif y.sum() == 0:
        for h in range(len(rows)):
            nothing_row(rows[h])
    elif method == 0:
        seasonal_naive(y, season, rows)
    elif method == 1:
        same_weekday(y, phase, factors, ALIKE, rows)
    elif method == 2:
        same_weekday(y, phase, factors, ALIKE_LONG, rows)
    elif method == 3:
        ets(y, phase, factors, rows)
    elif method == 4:
        theta(y, phase, factors, rows)
    elif method == 5:
        regression(y, phase, factors, day, told, rows)
    elif method == 6:
        croston_sba(y, phase, factors, rows)
    elif method == 7:
        tsb(y, phase, factors, rows)
    elif method == 8:
        imapa(y, phase, factors, rows)
    else:
        markov(y, phase, factors, rows)
