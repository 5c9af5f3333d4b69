"""A short batching, found by annealing: rounds that start where the best so far stands, and remember all they see."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from layouts.tours.batching.anneal import DRAWS, State, anneal, load_state
from layouts.tours.batching.orders import Memo, Orders, new_memo
from layouts.tours.batching.pool import Pool, keep, new_pool
from layouts.tours.batching.problem import BatchingProblem
from layouts.tours.batching.tour_lengths import CompiledTours, tour_length

HOT, COLD = 0.012, 0.006
"""Temperatures of a round as shares of a batch's mean length: hotter, it forgets; colder, it stands still."""

CHUNK = 10_000
"""Moves whose random numbers are drawn at once."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Search:
    """What annealing works on: the orders as it sees them, their tours, and the pool of batches seen."""

    problem: BatchingProblem
    orders: Orders
    tours: CompiledTours
    memo: Memo
    pool: Pool
    generator: np.random.Generator

    def length_m(self, members: npt.NDArray[np.int64]) -> float:
        """Metres of the tour of these orders."""
        return float(tour_length(self.tours, np.bitwise_or.reduce(self.orders.bits[members], axis=0)))


def new_search(
    problem: BatchingProblem,
    tours: CompiledTours,
    bits: npt.NDArray[np.int64],
    *,
    seed: int,
    pool_size: int = 1 << 19,
) -> Search:
    """A search with an empty pool of at most `pool_size` batches."""
    generator = np.random.default_rng(seed)
    rising = np.cumsum(np.sort(problem.size))
    width = max(1, int(np.searchsorted(rising, problem.capacity, side="right")))
    key = generator.integers(1, 1 << 62, problem.orders)
    return Search(
        problem=problem,
        orders=Orders(problem.size, problem.group, bits, key, problem.capacity),
        tours=tours,
        memo=new_memo(),
        pool=new_pool(pool_size, width=width, key=key),
        generator=generator,
    )


def anneal_from(
    search: Search,
    batch_of: npt.NDArray[np.int64],
    *,
    moves: int,
    hot: float = HOT,
    cold: float = COLD,
    deadline: float = math.inf,
) -> npt.NDArray[np.int64]:
    """The best batching (N,) met in one round of `moves` from `batch_of`; all accepted batches join the pool.

    The round breaks off when `time.perf_counter()` passes `deadline`.
    """
    state = _state(search, batch_of)
    best, best_m = batch_of.copy(), float(state.length_m.sum())
    mean_m = max(best_m / int((state.held > 0).sum()), 1e-9)
    steps = np.geomspace(hot * mean_m, cold * mean_m, -(-moves // CHUNK) + 1)
    for at, (before, after) in enumerate(pairwise(steps)):
        if time.perf_counter() > deadline:
            break
        draws = search.generator.random((min(CHUNK, moves - at * CHUNK), DRAWS))
        best_m = anneal(
            search.orders, search.tours, search.memo, state, search.pool, draws, before, after, best, best_m
        )
    return best


def batch_lengths(search: Search, batch_of: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
    """The length of every batch by its number; 0 for numbers without orders. All of them join the pool."""
    state = _state(search, batch_of)
    for batch in range(len(state.held)):
        keep(search.pool, state.members[batch], state.held[batch], state.length_m[batch])
    return state.length_m


def _state(search: Search, batch_of: npt.NDArray[np.int64]) -> State:
    number, slots = search.problem.orders, search.problem.most_batches
    state = State(
        batch_of=np.zeros(number, np.int64),
        members=np.zeros((slots, number), np.int64),
        held=np.zeros(slots, np.int64),
        load=np.zeros(slots),
        mark=np.zeros(slots, np.int64),
        length_m=np.zeros(slots),
    )
    load_state(search.orders, search.tours, batch_of, state)
    return state
