"""Methods for SKUs that are wanted now and then: Croston's, TSB, IMAPA, a Markov chain with past sizes."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.demand.forecasting.quantiles import count_row, nothing_row, sample_row
from layouts.demand.forecasting.rates import RECENT, spread

Floats = npt.NDArray[np.float64]

CROSTON_ALPHA = 0.1
TSB_SIZE, TSB_PROBABILITY = 0.1, 0.05
AGGREGATES = np.array([1, 2, 4, 8, 16, 32])
"""Days that IMAPA adds up."""
AGGREGATE_ALPHA = 0.1


@njit(cache=True)
def _ratio_rows(y: Floats, phase: int, factors: Floats, level: float, path: Floats, rows: Floats) -> None:
    """Negative binomials about `level`, whose variance has the ratio to the mean that past days had."""
    ratio, _, _ = spread(y, path)
    for h in range(len(rows)):
        mean = level * factors[(phase + len(y) + h) % len(factors)]
        count_row(mean, ratio * mean, rows[h])


@njit(cache=True)
def croston_path(y: Floats, phase: int, factors: Floats, path: Floats) -> float:
    """Croston's level as corrected by Syntetos and Boylan (2005, eq. 5); `path` (n,) as expected the day before.

    Time between demands is counted in the factors, so that days on which nobody works do not count.
    """
    size = between = since = 0.0
    is_begun = False
    for t in range(len(y)):
        factor = factors[(phase + t) % len(factors)]
        since += factor
        path[t] = (1 - CROSTON_ALPHA / 2) * size / between * factor if is_begun and between > 0 else 0.0
        if y[t] > 0:
            size = size + CROSTON_ALPHA * (y[t] - size) if is_begun else y[t]
            between = between + CROSTON_ALPHA * (since - between) if is_begun else since
            is_begun, since = True, 0.0
    return (1 - CROSTON_ALPHA / 2) * size / between if is_begun and between > 0 else 0.0


@njit(cache=True)
def croston_sba(y: Floats, phase: int, factors: Floats, rows: Floats) -> None:
    """Croston's method as corrected by Syntetos and Boylan, negative binomial."""
    path = np.empty(len(y))
    level = croston_path(y, phase, factors, path)
    _ratio_rows(y, phase, factors, level, path, rows)


@njit(cache=True)
def tsb_path(y: Floats, phase: int, factors: Floats, path: Floats) -> float:
    """The level of Teunter, Syntetos and Babai (2011, eq. 1): it falls while nothing is wanted; `path` as above."""
    size = probability = 0.0
    is_begun = False
    for t in range(len(y)):
        factor = factors[(phase + t) % len(factors)]
        path[t] = size * probability * factor
        if not is_begun:
            if y[t] > 0:
                is_begun, size, probability = True, y[t], 1.0 / (t + 1)
        elif y[t] > 0:
            probability += TSB_PROBABILITY * (1 - probability * factor)
            size += TSB_SIZE * (y[t] - size)
        else:
            probability -= TSB_PROBABILITY * probability * factor
    return size * max(0.0, probability)


@njit(cache=True)
def tsb(y: Floats, phase: int, factors: Floats, rows: Floats) -> None:
    """The method of Teunter, Syntetos and Babai, negative binomial."""
    path = np.empty(len(y))
    level = tsb_path(y, phase, factors, path)
    _ratio_rows(y, phase, factors, level, path, rows)


@njit(cache=True)
def imapa_level(y: Floats, phase: int, factors: Floats) -> float:
    """The mean of levels that are smoothed over ever more days added up (Petropoulos and Kourentzes 2015).

    Sums of k days end with the last day; those before the first whole one are left out (ADIDA, Nikolopoulos et al.
    2011).
    """
    total, used = 0.0, 0
    for days in AGGREGATES:
        blocks = len(y) // days
        if blocks < 4:
            break
        level, weight = 0.0, 0.0
        for block in range(blocks):
            start = len(y) - (blocks - block) * days
            wanted = worked = 0.0
            for t in range(start, start + days):
                wanted += y[t]
                worked += factors[(phase + t) % len(factors)]
            # a weighted mean whose weights fall by 1 - alpha a block: smoothing without a start value to guess
            level = (1 - AGGREGATE_ALPHA) * level + wanted
            weight = (1 - AGGREGATE_ALPHA) * weight + worked
        total += level / weight if weight > 0 else 0.0
        used += 1
    return total / used if used else 0.0


@njit(cache=True)
def imapa(y: Floats, phase: int, factors: Floats, rows: Floats) -> None:
    """Multiple temporal aggregation, negative binomial."""
    level = imapa_level(y, phase, factors)
    path = np.empty(len(y))
    for t in range(len(y)):
        path[t] = level * factors[(phase + t) % len(factors)]
    _ratio_rows(y, phase, factors, level, path, rows)


@njit(cache=True)
def markov(y: Floats, phase: int, factors: Floats, rows: Floats) -> None:
    """Whether there is demand follows a chain of two states, how much is one of the past sizes.

    The bootstrap of Willemain, Smart and Schwarz (2004) without its jitter, worked out instead of drawn; days on
    which nobody works are no steps of the chain. Each row's counts of the chain begin with half a step (Jeffreys).
    """
    cycle = len(factors)
    first = max(0, len(y) - RECENT)
    steps = np.full((2, 2), 0.5)
    sizes = np.empty(len(y) - first)
    used, state = 0, -1
    for t in range(first, len(y)):
        if factors[(phase + t) % cycle] <= 0 and y[t] == 0:
            continue
        now = 1 if y[t] > 0 else 0
        if state >= 0:
            steps[state, now] += 1
        state = now
        if now:
            sizes[used] = y[t]
            used += 1
    if used == 0:
        for h in range(len(rows)):
            nothing_row(rows[h])
        return
    ordered = np.sort(sizes[:used])
    after = steps[:, 1] / (steps[:, 0] + steps[:, 1])
    chance = float(max(0, state))
    for h in range(len(rows)):
        if factors[(phase + len(y) + h) % cycle] <= 0:
            nothing_row(rows[h])
            continue
        chance = chance * after[1] + (1 - chance) * after[0]
        sample_row(ordered, 1 - chance, rows[h])


@njit(cache=True)
def new_rows(y: Floats, phase: int, factors: Floats, rows: Floats) -> None:
    """For a SKU with hardly a past: orders come by chance at a rate that is not known well.

    Orders of size s = Σy²/Σy in n days have a Gamma rate after Jeffreys' prior, so those of a day to come are
    negative binomial (Gelman et al. 2013, Bayesian Data Analysis, 2.6); mean and variance in pieces.
    """
    total = squares = worked = 0.0
    for t in range(len(y)):
        total += y[t]
        squares += y[t] * y[t]
        worked += factors[(phase + t) % len(factors)]
    size = squares / total if total > 0 else 1.0
    shape = total / size + 0.5
    for h in range(len(rows)):
        ahead = factors[(phase + len(y) + h) % len(factors)] / max(worked, 1.0)
        mean = size * shape * ahead
        count_row(mean, size * mean * (1 + ahead) if not math.isnan(mean) else 0.0, rows[h])
