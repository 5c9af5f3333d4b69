"""Linear conditions that all schedules in time meet, beyond that each order is in a batch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from itertools import combinations

import numpy as np

from layouts.tours.scheduling.columns import Batches, Seconds
from layouts.tours.scheduling.problem import SchedulingProblem

STEPS = (0, 1, 2, 3, 4)
"""The k of the functions of a share; 0 stands for the share itself."""
ROUNDING = 1e-6
"""A share this little above a step of its function counts as on it, and what is on a step counts as below."""
TRIPLES_AT_ONCE = 20
"""The most violated ones."""


@dataclass(frozen=True, kw_only=True)
class Row:
    """The sum of `taken` over the batches of a schedule is at most `limit`; it does not fall with a batch's time."""

    taken: Callable[[Batches], Seconds]
    limit: float


def picker_rows(problem: SchedulingProblem) -> list[Row]:
    """What fits into the time of the pickers by each due time.

    Batches share it as boxes share bins. So for every dual feasible function f the sum of f(time / due) is at most
    the number of bins: for the share itself, and for ⌊(k + 1) share⌋ / k, which tells how few long batches fit
    (Fekete & Schepers 2001).
    """
    due_s = problem.due_s
    dues = np.unique(due_s[np.isfinite(due_s) & (due_s > 0)])
    return [
        Row(taken=partial(_share, due_s=due, step=step), limit=float(problem.pickers))
        for due in dues.tolist()
        for step in STEPS
    ]


def _share(batches: Batches, *, due_s: float, step: int) -> Seconds:
    share = batches.time_s / due_s
    if step > 0:
        share = np.maximum(np.ceil((step + 1) * share - ROUNDING) - 1, 0.0) / step
    return np.where(batches.due_s <= due_s, share, 0.0)


def number_rows(fewest: int, most: int) -> list[Row]:
    """From `fewest` to `most` batches."""
    return [
        Row(taken=lambda batches: np.full(len(batches.time_s), -1.0), limit=-float(fewest)),
        Row(taken=lambda batches: np.ones(len(batches.time_s)), limit=float(most)),
    ]


def violated_triples(
    batches: Batches, x: Seconds, met: set[tuple[int, ...]]
) -> list[tuple[tuple[int, ...], Row]]:
    """At most one batch holds two of three orders (Jepsen et al. 2008): what shares x (C,) break, if not `met`."""
    used = batches.holds[x > 1e-9].astype(np.int64)
    triples = np.array(list(combinations(range(used.shape[1]), 3)), np.int64).reshape(-1, 3)
    over = x[x > 1e-9] @ (used[:, triples].sum(axis=2) >= 2) - 1
    worst = np.argsort(-over, kind="stable")[:TRIPLES_AT_ONCE]
    chosen = [tuple(triples[at].tolist()) for at in worst if over[at] > 1e-3]
    return [
        (triple, Row(taken=partial(_two_of, orders=triple), limit=1.0))
        for triple in chosen
        if triple not in met
    ]


def _two_of(batches: Batches, *, orders: tuple[int, ...]) -> Seconds:
    held = batches.masks & sum(1 << order for order in orders)
    return np.asarray((held & (held - 1)) != 0, np.float64)
