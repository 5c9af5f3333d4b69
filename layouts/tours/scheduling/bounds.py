"""Bounds on tardiness and time that need no list of batches."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from layouts.tours.scheduling.columns import Seconds
from layouts.tours.scheduling.problem import SchedulingProblem


def shares_s(problem: SchedulingProblem, alone_m: Seconds) -> Seconds:
    """Seconds an order (N,), so that no batch takes less than its orders' shares; `alone_m` (N,): their tours alone.

    A tour is as long as the longest of its orders alone, so at least as their mean weighted by size, and the sizes
    come to the capacity at most.
    """
    filled = problem.size / problem.capacity
    return np.asarray(problem.work_s + filled * (problem.setup_s + problem.seconds_per_metre * alone_m))


def least_time_s(problem: SchedulingProblem, alone_m: Seconds) -> float:
    """A time that no schedule is below.

    All orders whose tour alone has at least l metres need as many batches as carts hold them; each of these has a
    tour of at least l.
    """
    longest = np.argsort(-alone_m, kind="stable")
    carts = np.ceil(np.cumsum(problem.size[longest]) / problem.capacity - 1e-9)
    opened = np.diff(carts, prepend=0.0)
    metres = float(opened @ alone_m[longest])
    return float(problem.work_s.sum() + carts[-1] * problem.setup_s + problem.seconds_per_metre * metres)


def least_tardiness_s(
    due_s: Seconds, alone_s: Seconds, share_s: Seconds, free_s: Seconds, left: npt.NDArray[np.bool_]
) -> Seconds:
    """Tardiness (B,) that orders `left` (B, N) cannot be below, with pickers free from `free_s` (B, P), rising.

    The k-th of them to be brought is brought no earlier than the k smallest shares can be done by all pickers, nor
    than the k-th shortest time alone after the first picker is free; and the least tardiness of such ends is that of
    orders by due time.
    """
    work = np.cumsum(_smallest_first(left, share_s), axis=1)
    before = np.cumsum(free_s, axis=1)
    among = np.arange(1, free_s.shape[1] + 1)
    level = ((work[:, :, None] + before[:, None, :]) / among).min(axis=2)
    ends = np.maximum(level, free_s[:, :1] + _smallest_first(left, alone_s))
    due = np.sort(np.where(left, due_s, np.inf), axis=1)
    paired = np.maximum(0.0, ends - due).sum(axis=1)
    each = np.maximum(0.0, free_s[:, :1] + alone_s - due_s)
    return np.asarray(np.maximum(paired, np.where(left, each, 0.0).sum(axis=1)))


def _smallest_first(left: npt.NDArray[np.bool_], value_s: Seconds) -> Seconds:
    """Of each row the values of the orders left, rising, and 0 for the others at the end."""
    rising = np.sort(np.where(left, value_s, np.inf), axis=1)
    return np.where(np.isinf(rising), 0.0, rising)
