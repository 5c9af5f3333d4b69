"""All batches that fit, where they are few enough to list."""

from __future__ import annotations

from collections.abc import Iterator

from layouts.tours.batching.problem import BatchingProblem, Members


def feasible_batches(problem: BatchingProblem, *, at_most: int) -> list[Members] | None:
    """Every batch that fits, depth first by members; None where there are more than `at_most`."""
    batches: list[Members] = []
    for batch in _extended(problem, (), problem.capacity):
        batches.append(batch)
        if len(batches) > at_most:
            return None
    return batches


def _extended(problem: BatchingProblem, batch: Members, room: float) -> Iterator[Members]:
    for order in range(batch[-1] + 1 if batch else 0, problem.orders):
        fits = problem.size[order] <= room
        if fits and (not batch or problem.group[order] == problem.group[batch[0]]):
            longer = (*batch, order)
            yield longer
            yield from _extended(problem, longer, room - problem.size[order])
