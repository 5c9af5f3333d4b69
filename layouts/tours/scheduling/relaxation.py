"""The linear relaxation of scheduling: shares of batches that cover all orders and keep to further rows.

    minimise    Σ_b t_b x_b
    subject to  Σ_{b holds o} x_b ≥ 1           for every order o
                Σ_b taken_r(b) x_b ≤ limit_r    for every row r

Columns come as prices ask for them (Gilmore & Gomory 1961), and a tour is only asked for where its bound
does not rule it out. Rows of three orders come as shares break them.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import csr_array, hstack, identity

from layouts.tours.scheduling.columns import Columns, Indices, Seconds
from layouts.tours.scheduling.rows import Row, violated_triples
from spatial.errors import UndecidedError

AT_ONCE = 100
"""Columns that join in a round of pricing."""
KEPT = 400
"""Columns that stay from one round to the next, the cheapest."""
CLOSE = 1e-7
"""Share of the bound within which a relaxation is solved."""
NOTHING = 1e-9
"""A smaller price is none."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Relaxation:
    """`bound_s`, below which no schedule's time is, and the prices it comes from: of orders (N,) and of `rows` (R,).

    `batches` is how many there are in all shares together.
    """

    bound_s: float
    order_s: Seconds
    row_s: Seconds
    rows: tuple[Row, ...]
    batches: float

    def reduced_s(self, columns: Columns, which: Indices | None = None) -> Seconds:
        """By how much each column (C,), of `which` or of all, at least lifts the bound if it is taken."""
        batches = columns.batches(which)
        reduced = batches.time_s - batches.holds @ self.order_s
        for row in np.flatnonzero(self.row_s):
            reduced += self.row_s[row] * self.rows[row].taken(batches)
        return np.asarray(reduced)

    def shares_s(self, columns: Columns) -> Seconds:
        """Seconds an order (N,), so that no column (C,) takes less than its orders' shares."""
        together = columns.holds @ self.order_s
        scale = (columns.time_s / np.maximum(together, 1e-9)).min()
        return np.asarray(self.order_s * min(1.0, float(scale)))


def relax(columns: Columns, rows: list[Row], *, is_in_time: bool, rounds: int, deadline: float) -> Relaxation:
    """The relaxation after at most `rounds`, over the columns that can be in time if `is_in_time`, else over all.

    Its bound holds however many rounds there were; `deadline` of time.perf_counter() may end them after the first.
    """
    known = list(rows)
    met: set[tuple[int, ...]] = set()
    inside = np.flatnonzero(columns.is_exact)
    best = None
    for _ in range(rounds):
        useful = columns.is_early_enough | (not is_in_time)
        inside = inside[useful[inside]]
        found, x = _solved(columns, inside, known)
        reduced = np.where(useful, found.reduced_s(columns), np.inf)
        bound_s = found.bound_s + columns.times.problem.orders * min(0.0, float(reduced.min(initial=0.0)))
        if best is None or bound_s > best.bound_s:
            best = replace(found, bound_s=bound_s)
        if time.perf_counter() > deadline:
            break
        if found.bound_s - bound_s <= CLOSE * abs(found.bound_s):
            broken = violated_triples(columns.batches(inside), x, met)
            if not broken:
                break
            met |= {triple for triple, _ in broken}
            known += [row for _, row in broken]
        else:
            asked = np.flatnonzero(reduced < 0)
            asked = asked[np.argsort(reduced[asked], kind="stable")[:AT_ONCE]]
            columns.find_out(asked)
            kept = inside[np.argsort(reduced[inside], kind="stable")[:KEPT]]
            inside = np.union1d(kept, asked)
    if best is None:
        raise ValueError(f"rounds {rounds} is below 1: the relaxation takes at least one")
    return best


def _solved(columns: Columns, inside: Indices, rows: list[Row]) -> tuple[Relaxation, Seconds]:
    """Over the columns `inside`, with their shares; what is amiss of a row stands in for itself at a high price."""
    orders = columns.times.problem.orders
    batches = columns.batches(inside)
    taken = np.vstack((-batches.holds.T.astype(np.float64), *(row.taken(batches) for row in rows)))
    limit = np.concatenate((np.full(orders, -1.0), [row.limit for row in rows]))
    amiss_s = 10 * columns.time_s[columns.is_exact].sum()
    answer = linprog(
        np.concatenate((batches.time_s, np.full(len(limit), amiss_s))),
        A_ub=hstack((csr_array(taken), -identity(len(limit))), format="csr"),
        b_ub=limit,
        method="highs-ds",
    )
    if answer.x is None:
        raise UndecidedError(f"the relaxation was not solved: {answer.message}")
    price = np.where(answer.ineqlin.marginals < -NOTHING, -answer.ineqlin.marginals, 0.0)
    x = answer.x[: len(inside)]
    found = Relaxation(
        bound_s=float(-limit @ price),
        order_s=price[:orders],
        row_s=price[orders:],
        rows=tuple(rows),
        batches=float(x.sum()),
    )
    return found, x
