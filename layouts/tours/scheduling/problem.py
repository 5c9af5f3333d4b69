"""Orders with due times that pickers are to bring, and the answer: who picks which batch when, and how good it is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Members = tuple[int, ...]
"""The orders of one batch by number, rising."""

TourLength = Callable[[Members], float]
"""Metres of the tour for a batch, asked once a batch. It must not fall when an order is added, as the length of a
shortest tour does not."""

Numbers = Sequence[float] | npt.NDArray[np.floating[Any] | np.integer[Any]]

SAME_S = 1e-6
"""Times this close are one: a due time is kept to a microsecond."""


@dataclass(frozen=True, kw_only=True, eq=False)
class SchedulingProblem:
    """N whole orders, `pickers` people, carts of `capacity`; made and checked by `scheduling_problem`.

    A batch takes `setup_s` + `seconds_per_metre` · its tour + the `work_s` (N,) of its orders; all of it is brought
    at its end. `size` (N,) counts what `capacity` counts; `due_s` (N,) is inf for an order that is never late.
    Pickers start at 0. `names` speak in errors.
    """

    size: npt.NDArray[np.float64]
    due_s: npt.NDArray[np.float64]
    work_s: npt.NDArray[np.float64]
    names: tuple[str, ...]
    capacity: float
    pickers: int
    seconds_per_metre: float
    setup_s: float

    @property
    def orders(self) -> int:
        """How many orders there are."""
        return len(self.size)


def scheduling_problem(
    size: Numbers,
    due_s: Numbers,
    work_s: Numbers,
    *,
    capacity: float,
    pickers: int = 1,
    seconds_per_metre: float,
    setup_s: float = 0.0,
    names: Sequence[str] | None = None,
) -> SchedulingProblem:
    """The problem of these orders; ValueError for what cannot be: the order, the value and what is expected."""
    sizes, dues, works = (np.array(each, np.float64) for each in (size, due_s, work_s))
    called = tuple(f"order {order}" for order in range(len(sizes))) if names is None else tuple(names)
    if len(sizes) == 0:
        raise ValueError("there are no orders to schedule: give at least one")
    if not len(sizes) == len(dues) == len(works) == len(called):
        raise ValueError(
            f"size, due_s, work_s and names tell of {len(sizes)}, {len(dues)}, {len(works)} and {len(called)} "
            "orders: expected as many of each"
        )
    if not (np.isfinite(capacity) and capacity > 0):
        raise ValueError(f"capacity {capacity:g}: expected a finite capacity above 0")
    for name, each, due, work in zip(called, sizes, dues, works, strict=True):
        _check_order(name, each, due, work, capacity)
    if pickers < 1:
        raise ValueError(f"pickers {pickers} is below 1: someone must pick")
    for what, value in (("seconds_per_metre", seconds_per_metre), ("setup_s", setup_s)):
        if not (np.isfinite(value) and value >= 0):
            raise ValueError(f"{what} {value:g}: expected 0 or more")
    return SchedulingProblem(
        size=sizes,
        due_s=dues,
        work_s=works,
        names=called,
        capacity=float(capacity),
        pickers=pickers,
        seconds_per_metre=float(seconds_per_metre),
        setup_s=float(setup_s),
    )


def _check_order(name: str, size: float, due_s: float, work_s: float, capacity: float) -> None:
    if not (np.isfinite(size) and size > 0):
        raise ValueError(f"{name} has size {size:g}: expected a finite size above 0")
    if size > capacity:
        raise ValueError(
            f"{name} has size {size:g}, above the capacity {capacity:g} of a cart: split the order or take a "
            "larger cart"
        )
    if np.isnan(due_s):
        raise ValueError(f"{name} has no due_s: give seconds from the start, inf if it is never late")
    if not (np.isfinite(work_s) and work_s >= 0):
        raise ValueError(f"{name} has work_s {work_s:g}: expected 0 s or more")


@dataclass(frozen=True, kw_only=True)
class ScheduledBatch:
    """Orders that `picker` (0, 1, …) picks on one tour of `length_m` from `start_s` to `end_s`."""

    picker: int
    orders: Members
    length_m: float
    start_s: float
    end_s: float


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """Batches by start and picker, and how good they are.

    `late_s` (N,): by how much each order is late. No schedule has less `tardiness_s` than `tardiness_bound_s`, and
    none with as little takes less `time_s` than `time_bound_s`.
    """

    batches: tuple[ScheduledBatch, ...]
    late_s: tuple[float, ...]
    tardiness_bound_s: float
    time_bound_s: float

    @property
    def tardiness_s(self) -> float:
        """Seconds that orders are late, in all."""
        return sum(self.late_s)

    @property
    def time_s(self) -> float:
        """Seconds that pickers work, in all."""
        return sum(batch.end_s - batch.start_s for batch in self.batches)

    @property
    def gap(self) -> float:
        """The most by which the time exceeds the least for so little tardiness, as a share of itself."""
        return max(0.0, self.time_s - self.time_bound_s) / self.time_s if self.time_s > 0 else 0.0

    @property
    def is_tardiness_proven(self) -> bool:
        """Whether no schedule has less tardiness."""
        return self.tardiness_s - self.tardiness_bound_s <= SAME_S

    @property
    def is_proven(self) -> bool:
        """Whether no schedule is less late, nor as little late in less time."""
        return self.is_tardiness_proven and self.time_s - self.time_bound_s <= max(SAME_S, 1e-9 * self.time_s)
