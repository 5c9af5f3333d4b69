"""Simulated annealing over assignments: one change after the other, taken by Metropolis' rule, colder all the time.

Kirkpatrick, Gelatt and Vecchi (1983). Where the moves are bounded each has a price, which falls until as many are
made as may be, so that the bound is spent on those that pay best; near the end they are free.
"""

from __future__ import annotations

import math
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.compiled import compiled
from layouts.slotting.search.case import Case
from layouts.slotting.search.change import try_change
from layouts.slotting.search.propose import DRAWS, propose
from layouts.slotting.search.state import BEST, JOURNAL, MOVED, NOW, State

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

CHUNK = 2_000
"""Steps whose random numbers are drawn at once, and between which the price of a move is set anew."""
SAVED_S = 1e-9
"""What a new best saves at least, as a share."""


class Cooling(NamedTuple):
    """`steps` changes tried from `hot_s` to `cold_s`; at most `most_moves`, at `price_s` each to begin with."""

    steps: int
    hot_s: float
    cold_s: float
    most_moves: int
    price_s: float


def cool(case: Case, state: State, cooling: Cooling, generator: np.random.Generator) -> tuple[Ints, float]:
    """The best assignment (U,) met, and the price of a move at the end before they were free."""
    chunks = max(1, math.ceil(cooling.steps / CHUNK))
    heats = np.geomspace(cooling.hot_s, cooling.cold_s, chunks + 1)
    price_s, left = cooling.price_s, cooling.steps
    free_from = 0.8 * chunks
    is_bounded = cooling.most_moves < int((~case.fixed).sum())
    for at, (hot, cold) in enumerate(pairwise(heats)):
        steps = min(CHUNK, left)
        left -= steps
        draws = generator.random((steps, DRAWS))
        charged = price_s if at < free_from else 0.0
        anneal(case, state, draws, hot, cold, cooling.most_moves, charged, is_bounded)
        if is_bounded and at < free_from:
            price_s *= 0.8 if state.number[MOVED] < 0.95 * cooling.most_moves else 1.15
    return best_assignment(state), price_s


@compiled
def anneal(
    case: Case,
    state: State,
    draws: Floats,
    hot_s: float,
    cold_s: float,
    most: int,
    price_s: float,
    is_back: bool,
) -> None:
    """A change a row of `draws` (M, DRAWS), from temperature `hot_s` to `cold_s`."""
    cooling = (cold_s / hot_s) ** (1.0 / len(draws))
    heat = hot_s
    for step in range(len(draws)):
        heat *= cooling
        count = propose(case, state, draws[step], is_back)
        if count == 0:
            continue
        worse_s = -heat * math.log(1.0 - draws[step, DRAWS - 1])
        if try_change(case, state, count, most, price_s, worse_s):
            now, best = state.total_s[NOW], state.total_s[BEST]
            if now < best - SAVED_S * abs(best) or state.number[JOURNAL] > len(state.journal):
                state.total_s[BEST] = now
                state.number[JOURNAL] = 0


@njit(cache=True)
def best_assignment(state: State) -> Ints:
    """The assignment (U,) of the best: what was done since is undone."""
    best = state.at.copy()
    for row in range(state.number[JOURNAL] - 1, -1, -1):
        best[state.journal[row, 0]] = state.journal[row, 1]
    return best
