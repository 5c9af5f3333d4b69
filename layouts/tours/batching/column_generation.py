"""Column generation: the linear relaxation of batching over all batches, of which only those that matter are made.

A linear programme over a part of the batches prices the orders (Gilmore & Gomory 1961); pricing answers with
batches that are worth more than they cost, until there are none: first quickly, at prices drawn towards those of
the rounds before (Wentges 1997), then exactly. Value + Σ lowest reduced costs by first order is a bound even
where pricing broke off: these shifts make the duals feasible.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy.optimize import linprog
from scipy.sparse import csc_array, hstack

from layouts.tours.batching.pool import keep
from layouts.tours.batching.pricing import price
from layouts.tours.batching.quick_pricing import price_quickly
from layouts.tours.batching.search import Search
from layouts.tours.batching.set_partitioning import cover_of

TOLERANCE_M = 1e-6

PRICED_IN, OF_ONE_ORDER = 400, 5
"""Columns that one exact pricing may add, in all and by first order."""

KEPT = 6
"""Columns an order that the linear programme keeps from round to round."""

STEADY = 0.6
"""The share of former prices in those for quick pricing."""

BASICS_EVERY = 4
"""Rounds after which quick pricing starts from the columns in use too, not from single orders alone."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Relaxation:
    """Over the orders in play: the programme's `value_m`, a `bound_m` on their batchings, `dual_m` (N,) of the
    orders, `batch_dual_m` of the number of batches, and the pool `rows` (C,) of the columns with values `x` (C,).
    """

    value_m: float
    bound_m: float
    dual_m: npt.NDArray[np.float64]
    batch_dual_m: float
    rows: npt.NDArray[np.int64]
    x: npt.NDArray[np.float64]


def relax(
    search: Search,
    rows: npt.NDArray[np.int64],
    in_play: npt.NDArray[np.bool_],
    *,
    fewest: int,
    most: int,
    rounds: int,
    nodes: int,
    deadline: float,
) -> Relaxation:
    """The relaxation over the orders `in_play` (N,) in `fewest` to `most` batches, from the pool `rows`.

    At most `rounds` of pricing, the exact one of at most `nodes`, and the last for the bound when
    `time.perf_counter()` has passed `deadline`. Single-order batches in play always take part.
    """
    singles = single_rows(search)[in_play]
    rows = np.union1d(rows, singles)
    bound_m = 0.0
    steady: npt.NDArray[np.float64] | None = None
    for at in range(rounds + 1):
        now = _linear_programme(search, rows, in_play, fewest, most)
        late = time.perf_counter() > deadline
        if at == rounds or (late and bound_m > 0):
            break
        steady = now.dual_m if steady is None else STEADY * steady + (1 - STEADY) * now.dual_m
        seeds = np.concatenate([singles, rows[now.x > TOLERANCE_M]]) if at % BASICS_EVERY == 0 else singles
        new = rows[:0] if late else _quickly(search, seeds, in_play, steady, now)
        if len(new) == 0 and not late:
            steady = now.dual_m
            new = _quickly(search, seeds, in_play, steady, now)
        if len(new) == 0:
            new, lowest_m = _exactly(search, in_play, now, nodes)
            bound_m = max(bound_m, now.value_m + lowest_m)
        if len(new) == 0:
            break
        if len(rows) > KEPT * search.problem.orders:
            worth = reduced_m(search, rows, now)
            rows = rows[np.argsort(worth, kind="stable")[: KEPT * search.problem.orders]]
        rows = np.union1d(np.union1d(rows, singles), new)
    return Relaxation(
        value_m=now.value_m,
        bound_m=bound_m,
        dual_m=now.dual_m,
        batch_dual_m=now.batch_dual_m,
        rows=now.rows,
        x=now.x,
    )


def part_relaxation(
    search: Search,
    start: npt.NDArray[np.int64],
    rows: npt.NDArray[np.int64],
    *,
    fewest: int,
    most: int,
    rounds: int = 60,
) -> Relaxation:
    """The relaxation over the pool `rows` (C,) alone, from `start`, which hold a batching."""
    in_play = np.ones(search.problem.orders, bool)
    part = np.unique(start)
    for _ in range(rounds):
        now = _linear_programme(search, part, in_play, fewest, most)
        cost_m = reduced_m(search, rows, now)
        if cost_m.min() > -TOLERANCE_M:
            break
        part = np.union1d(part, rows[np.argsort(cost_m, kind="stable")[:PRICED_IN]])
    return now


def reduced_m(search: Search, rows: npt.NDArray[np.int64], now: Relaxation) -> npt.NDArray[np.float64]:
    """The reduced costs (C,) of pool rows: length less duals."""
    dual_m = np.append(now.dual_m, 0.0)[search.pool.members[rows]].sum(axis=1)
    cost: npt.NDArray[np.float64] = search.pool.length_m[rows] - dual_m - now.batch_dual_m
    return cost


def columns_below(
    search: Search, now: Relaxation, limit_m: float, *, most: int, nodes: int
) -> npt.NDArray[np.int64] | None:
    """Pool rows of all batches of reduced cost below the limit; None where they or the search are too many, for
    the pool too.
    """
    in_play = np.ones(search.problem.orders, bool)
    found = np.zeros(most, np.int64)
    count, visited, _ = _priced(search, in_play, now, limit_m, 0.0, most, nodes, found)
    is_full = search.pool.used[0] == len(search.pool.length_m)
    return None if count >= most or visited >= nodes or is_full else np.unique(found[:count])


def single_rows(search: Search) -> npt.NDArray[np.int64]:
    """The pool rows (N,) of the batches of one order."""
    return np.array([batch_row(search, [order]) for order in range(search.problem.orders)])


def batch_row(search: Search, members: list[int]) -> int:
    """The pool row of a batch, added where it is new."""
    listed = np.asarray(members, np.int64)
    return int(keep(search.pool, listed, len(listed), search.length_m(listed)))


def _quickly(
    search: Search,
    seeds: npt.NDArray[np.int64],
    in_play: npt.NDArray[np.bool_],
    prices_m: npt.NDArray[np.float64],
    now: Relaxation,
) -> npt.NDArray[np.int64]:
    """New pool rows found at `prices_m`, none where none is worth it at the true duals."""
    found = np.zeros(len(seeds), np.int64)
    count = price_quickly(
        search.orders,
        search.tours,
        search.memo,
        search.pool,
        in_play,
        prices_m,
        now.batch_dual_m,
        -TOLERANCE_M,
        search.pool.members[seeds],
        found,
    )
    new = np.setdiff1d(found[:count], now.rows)
    return new if (reduced_m(search, new, now) < -TOLERANCE_M).any() else new[:0]


def _exactly(
    search: Search, in_play: npt.NDArray[np.bool_], now: Relaxation, nodes: int
) -> tuple[npt.NDArray[np.int64], float]:
    """New pool rows of reduced cost below 0, and how far the programme's value may be above the bound."""
    found = np.zeros(PRICED_IN, np.int64)
    count, _, lowest_m = _priced(search, in_play, now, -TOLERANCE_M, 0.5, OF_ONE_ORDER, nodes, found)
    return np.setdiff1d(found[:count], now.rows), lowest_m


def _priced(
    search: Search,
    in_play: npt.NDArray[np.bool_],
    now: Relaxation,
    limit_m: float,
    share: float,
    each: int,
    nodes: int,
    found: npt.NDArray[np.int64],
) -> tuple[int, int, float]:
    lowest_m = np.zeros(int(in_play.sum()))
    worth = np.where(in_play, now.dual_m / search.problem.size, -np.inf)
    ranked = np.argsort(-worth, kind="stable")[: len(lowest_m)]
    prices = ranked, now.dual_m, now.batch_dual_m, limit_m, share
    count, visited = price(search.orders, search.tours, search.pool, *prices, each, nodes, found, lowest_m)
    return count, visited, float(lowest_m.sum())


def _linear_programme(
    search: Search, rows: npt.NDArray[np.int64], in_play: npt.NDArray[np.bool_], fewest: int, most: int
) -> Relaxation:
    """The programme over the pool `rows`; a batch too many or too few costs a fortune, so that it has an answer."""
    length_m = search.pool.length_m[rows]
    cover = cover_of(search.pool.members[rows], search.problem.orders)[np.flatnonzero(in_play)]
    fortune_m = 10.0 * float(length_m.max()) + 1.0
    count = np.append(np.ones(len(rows)), -1.0)
    programme: Any = linprog  # its types know no sparse matrices
    answer = programme(
        np.append(length_m, fortune_m),
        A_eq=hstack([cover, csc_array((cover.shape[0], 1))]),
        b_eq=np.ones(cover.shape[0]),
        A_ub=np.stack([count, np.append(-count[:-1], -1.0)]),
        b_ub=[most, -fewest],
        method="highs",
    )
    dual_m = np.zeros(len(in_play))
    dual_m[in_play] = answer.eqlin.marginals
    at_most_m, at_least_m = answer.ineqlin.marginals
    return Relaxation(
        value_m=float(answer.fun),
        bound_m=0.0,
        dual_m=dual_m,
        batch_dual_m=float(at_most_m - at_least_m),
        rows=rows,
        x=answer.x[:-1],
    )
