"""Diving: round the relaxation to a batching, one column after the other, pricing anew after each."""

from __future__ import annotations

import time

import numpy as np
import numpy.typing as npt

from layouts.tours.batching.column_generation import Relaxation, relax
from layouts.tours.batching.search import Search

WHOLE = 0.99
"""Columns of at least this value are fixed together."""


def dive(
    search: Search,
    root: Relaxation,
    *,
    batches: int,
    spread: float,
    rounds: int,
    nodes: int,
    deadline: float,
) -> npt.NDArray[np.int64]:
    """A batching (N,) rounded from the relaxation `root` over all orders, in so many `batches` if that can be.

    Each step fixes the column of the largest value, disturbed by up to `spread`, and re-solves with at most
    `rounds` of pricing, none once `time.perf_counter()` has passed `deadline`.
    """
    number = search.problem.orders
    in_play = np.ones(number, bool)
    batch_of = np.full(number, -1)
    fixed, now = 0, root
    while True:
        preference = now.x + spread * search.generator.random(len(now.x)) * (now.x > 1e-6)
        first = True
        for column in np.argsort(-preference, kind="stable"):
            members = search.pool.members[now.rows[column]]
            members = members[members < number]
            if in_play[members].all() and (first or now.x[column] > WHOLE):
                in_play[members] = False
                batch_of[members] = fixed
                fixed += 1
                first = False
            elif now.x[column] <= WHOLE and not first:
                break
        if not in_play.any():
            return batch_of
        open_rows = np.append(in_play, True)[search.pool.members[now.rows]].all(axis=1)
        now = relax(
            search,
            now.rows[open_rows],
            in_play,
            fewest=max(0, batches - fixed),
            most=max(0, batches - fixed),
            rounds=0 if time.perf_counter() > deadline else rounds,
            nodes=nodes,
            deadline=deadline,
        )
