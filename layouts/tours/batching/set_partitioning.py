"""The best combination of given batches, by branch and bound (HiGHS)."""

from __future__ import annotations

import math
import time

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csc_array


def best_partition(
    members: npt.NDArray[np.int16],
    length_m: npt.NDArray[np.float64],
    *,
    orders: int,
    fewest: int,
    most: int,
    nodes: int,
    deadline: float = math.inf,
) -> tuple[npt.NDArray[np.int64] | None, float]:
    """Rows of the shortest `fewest` to `most` of the batches (C, K), padded with N, that hold each order once.

    Also a length that no such choice is below, infinite where there is none; within at most `nodes` of the tree, and
    until `time.perf_counter()` passes `deadline`.
    """
    answer = milp(
        length_m,
        constraints=[
            LinearConstraint(cover_of(members, orders), 1, 1),
            LinearConstraint(np.ones((1, len(members))), fewest, most),
        ],
        integrality=np.ones(len(members), np.int64),
        bounds=Bounds(0, 1),
        options={
            "presolve": False,  # takes longer than it saves, and mends its solutions with a printed line
            "node_limit": nodes,
            "mip_rel_gap": 0.0,
            "time_limit": max(0.01, deadline - time.perf_counter()),
        },
    )
    if answer.status == 2:
        return None, np.inf
    bound = -np.inf if answer.mip_dual_bound is None else float(answer.mip_dual_bound)
    return None if answer.x is None else np.flatnonzero(answer.x > 0.5), bound


def cover_of(members: npt.NDArray[np.int16], orders: int) -> csc_array:
    """(N, C): 1 where a batch holds an order."""
    column, place = np.nonzero(members < orders)
    rows = members[column, place].astype(np.int64)
    return csc_array((np.ones(len(rows)), (rows, column)), shape=(orders, len(members)))
