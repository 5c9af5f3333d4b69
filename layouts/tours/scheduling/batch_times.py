"""How long batches take, each tour asked for once."""

from __future__ import annotations

import math

from layouts.tours.scheduling.problem import Members, SchedulingProblem, TourLength

Batch = int
"""The orders of a batch as bits: order 0 is the lowest."""

ROUNDING = 1e-9
"""Lengths this close are one, as a share and in metres."""


def members_of(batch: Batch) -> Members:
    """The orders of a batch, rising."""
    return tuple(order for order in range(batch.bit_length()) if batch >> order & 1)


class BatchTimes:
    """The tour and the time of every batch asked for, and the due times of its orders."""

    def __init__(self, problem: SchedulingProblem, tour_length_m: TourLength) -> None:
        self.problem = problem
        self._ask = tour_length_m
        self._length_m: dict[Batch, float] = {}
        self._time_s: dict[Batch, float] = {}
        self._dues_s: dict[Batch, list[float]] = {}

    def length_m(self, batch: Batch) -> float:
        """Metres of the tour; ValueError if what was given for it is none, or less than one order's alone."""
        if batch not in self._length_m:
            length = float(self._ask(members_of(batch)))
            if not (math.isfinite(length) and length >= 0):
                raise ValueError(f"the tour of {self.named(batch)} is {length} m long: expected 0 m or more")
            self._length_m[batch] = length
            for order in members_of(batch):
                self.check_no_shorter(batch, self.length_m(1 << order))
        return self._length_m[batch]

    def check_no_shorter(self, batch: Batch, part_m: float) -> None:
        """ValueError if the tour of a batch is shorter than that of a part of it."""
        length = self._length_m[batch]
        if length < part_m * (1 - ROUNDING) - ROUNDING:
            raise ValueError(
                f"the tour of {self.named(batch)} is {length:g} m long, that of a part of them {part_m:g} m: "
                "expected tours that do not get shorter by an order more"
            )

    def time_s(self, batch: Batch) -> float:
        """Seconds from the start of the batch to its end."""
        if batch not in self._time_s:
            problem = self.problem
            work = math.fsum(problem.work_s[order] for order in members_of(batch))
            self._time_s[batch] = problem.setup_s + work + problem.seconds_per_metre * self.length_m(batch)
        return self._time_s[batch]

    def tardiness_s(self, batch: Batch, end_s: float) -> float:
        """By how much the orders of a batch that ends at `end_s` are late, in all."""
        if batch not in self._dues_s:
            self._dues_s[batch] = sorted(float(self.problem.due_s[order]) for order in members_of(batch))
        late = 0.0
        for due in self._dues_s[batch]:
            if due >= end_s:
                break
            late += end_s - due
        return late

    @property
    def known(self) -> list[Batch]:
        """The batches whose tours were asked for, in that order."""
        return list(self._length_m)

    def named(self, batch: Batch) -> str:
        """The orders of a batch, as errors call them."""
        return ", ".join(self.problem.names[order] for order in members_of(batch))
