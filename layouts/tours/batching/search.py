"""A short batching, found by annealing: rounds that start where the best so far stands, and remember all they see."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from layouts.tours.batching.anneal import DRAWS, Orders, Pool, State, anneal, keep, load_state
from layouts.tours.batching.problem import BatchingProblem
from layouts.tours.batching.tour_lengths import CompiledTours, tour_length

HOT, COLD = 0.05, 0.0005
"""Temperatures of a round as shares of a batch's mean length."""

CHUNK = 100_000
"""Moves whose random numbers are drawn at once."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Search:
    """What annealing works on: the orders as it sees them, their tours, and the pool of batches seen."""

    problem: BatchingProblem
    orders: Orders
    tours: CompiledTours
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
    number = problem.orders
    generator = np.random.default_rng(seed)
    rising = np.cumsum(np.sort(problem.size))
    width = int(np.searchsorted(rising, problem.capacity, side="right"))
    pool = Pool(
        members=np.full((pool_size, max(width, 1)), number, np.int16),
        length_m=np.zeros(pool_size),
        mark=np.zeros(pool_size, np.int64),
        used=np.zeros(1, np.int64),
        slot=np.full(4 * pool_size, -1, np.int64),
        key=generator.integers(1, 1 << 62, number),
    )
    orders = Orders(size=problem.size, group=problem.group, bits=bits, capacity=problem.capacity)
    return Search(problem=problem, orders=orders, tours=tours, pool=pool, generator=generator)


def anneal_from(
    search: Search, batch_of: npt.NDArray[np.int64], *, moves: int, hot: float = HOT, cold: float = COLD
) -> npt.NDArray[np.int64]:
    """The best batching (N,) met in one round of `moves` from `batch_of`; all accepted batches join the pool."""
    state = _state(search, batch_of)
    mean_m = float(state.length_m.sum()) / int((state.held > 0).sum())
    chunks = max(1, moves // CHUNK)
    steps = np.geomspace(hot, cold, chunks + 1) * max(mean_m, 1e-9)
    best, best_m = batch_of.copy(), float(state.length_m.sum())
    for at in range(chunks):
        draws = search.generator.random((min(moves, CHUNK), DRAWS))
        found = anneal(search.orders, search.tours, state, search.pool, draws, steps[at], steps[at + 1])
        found_m = float(_state(search, found).length_m.sum())
        if found_m < best_m - 1e-9:
            best, best_m = found, found_m
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
        length_m=np.zeros(slots),
    )
    load_state(search.orders, search.tours, batch_of, state)
    return state
