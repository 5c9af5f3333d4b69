"""Batches in the order they start: each goes to the picker who is free first.

No schedule is better than the best of these. Take the batches of any schedule in the order they start and give
each to the picker then free first: none starts later than before, and the time of all is the same (Graham 1966).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from layouts.tours.scheduling.batch_times import Batch, BatchTimes, members_of
from layouts.tours.scheduling.problem import SAME_S, Schedule, ScheduledBatch

Cost = tuple[float, float]
"""Tardiness and time, both in seconds; less of the first counts before the second."""


def cost_of(times: BatchTimes, sequence: Sequence[Batch]) -> Cost:
    """What the schedule of these batches costs."""
    late = sum(times.tardiness_s(batch, end) for batch, _, _, end in _played(times, sequence))
    return (0.0 if late <= SAME_S else late), sum(times.time_s(batch) for batch in sequence)


def is_less(one: Cost, other: Cost) -> bool:
    """Whether `one` is less late, or as late and takes less time."""
    if abs(one[0] - other[0]) > SAME_S:
        return one[0] < other[0]
    return one[1] < other[1] - SAME_S


def schedule_of(times: BatchTimes, sequence: Sequence[Batch], bound: Cost) -> Schedule:
    """The schedule of these batches, with the bounds of both costs."""
    late = [0.0] * times.problem.orders
    batches = []
    for batch, picker, start, end in _played(times, sequence):
        orders = members_of(batch)
        for order in orders:
            over = end - float(times.problem.due_s[order])
            late[order] = over if over > SAME_S else 0.0
        batches.append(
            ScheduledBatch(
                picker=picker, orders=orders, length_m=times.length_m(batch), start_s=start, end_s=end
            )
        )
    schedule = Schedule(
        batches=tuple(sorted(batches, key=lambda batch: (batch.start_s, batch.picker))),
        late_s=tuple(late),
        tardiness_bound_s=bound[0],
        time_bound_s=bound[1],
    )
    return replace(
        schedule,
        tardiness_bound_s=min(bound[0], schedule.tardiness_s),
        time_bound_s=min(bound[1], schedule.time_s),
    )


def _played(times: BatchTimes, sequence: Sequence[Batch]) -> Iterator[tuple[Batch, int, float, float]]:
    """Each batch with its picker, start and end; the lower number where several are free."""
    free = [0.0] * times.problem.pickers
    for batch in sequence:
        start = min(free)
        picker = free.index(start)
        free[picker] = start + times.time_s(batch)
        yield batch, picker, start, free[picker]
