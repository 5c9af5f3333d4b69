"""Batches and what their tours cost, each routed once, and a descent that asks for more of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import numpy as np

from layouts.tours.batching.problem import BatchingProblem, Members

TourLength = Callable[[Members], float]
"""Metres of the tour for a batch. It must not fall when an order joins, as the length of a shortest tour does not."""

GAIN_M = 1e-9

KICKS = 3
"""Exchanges that a kick makes."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Routed:
    """The batches routed so far, at most `most` of them."""

    problem: BatchingProblem
    tour_length: TourLength
    most: int
    known: dict[Members, float] = field(default_factory=dict)

    def is_spent(self) -> bool:
        """Whether no more batches will be routed."""
        return len(self.known) >= self.most

    def length_m(self, batch: Members) -> float:
        """Metres of its tour; 0 for no orders."""
        if batch not in self.known:
            self.known[batch] = self.tour_length(batch) if batch else 0.0
        return self.known[batch]


def descend(routed: Routed, batches: list[Members]) -> list[Members]:
    """Let orders move to or change places with those of another batch while that shortens the two tours."""
    better = True
    while better and not routed.is_spent():
        better = False
        for one, other in _pairs(len(batches)):
            for left, right in _exchanges(routed.problem, batches[one], batches[other]):
                before_m = routed.length_m(batches[one]) + routed.length_m(batches[other])
                if routed.length_m(left) >= before_m - GAIN_M:
                    continue
                if routed.length_m(left) + routed.length_m(right) < before_m - GAIN_M:
                    batches[one], batches[other] = left, right
                    better = True
                    break
                if routed.is_spent():
                    break
    return sorted(batch for batch in batches if batch)


def kicked(problem: BatchingProblem, batches: list[Members], generator: np.random.Generator) -> list[Members]:
    """The batches after KICKS exchanges at random, as far as any fit."""
    batches = list(batches)
    for _ in range(KICKS if len(batches) > 1 else 0):
        one, other = generator.choice(len(batches), 2, replace=False).tolist()
        ways = list(_exchanges(problem, batches[one], batches[other]))
        if ways:
            batches[one], batches[other] = ways[int(generator.integers(len(ways)))]
    return [batch for batch in batches if batch]


def _pairs(count: int) -> Iterator[tuple[int, int]]:
    return ((one, other) for one in range(count) for other in range(count) if one != other)


def _exchanges(problem: BatchingProblem, one: Members, other: Members) -> Iterator[tuple[Members, Members]]:
    """The two after an order of `one` has gone to `other`, or has changed places with one of its orders."""
    if one and other and problem.group[one[0]] != problem.group[other[0]]:
        return
    room_one = problem.capacity - problem.size[list(one)].sum()
    room_other = problem.capacity - problem.size[list(other)].sum()
    for order in one:
        for back in (None, *other):
            moved = problem.size[order] - (0.0 if back is None else problem.size[back])
            if -room_one <= moved <= room_other:
                stay = [each for each in one if each != order] + ([] if back is None else [back])
                join = [each for each in other if each != back] + [order]
                yield tuple(sorted(stay)), tuple(sorted(join))
