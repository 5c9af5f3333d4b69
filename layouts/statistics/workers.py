"""Who plays replications: this process, processes of this machine, or a Dask cluster.

    with open_workers(4) as workers:
        run_replications(replicate, wanted=..., workers=workers)

Whoever plays, the results are the same and stand in the same order: a task depends on its number alone.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, nullcontext
from functools import lru_cache
from pickle import dumps, loads
from typing import Any, Protocol, TypeVar

from threadpoolctl import threadpool_limits

T = TypeVar("T")
Told = Callable[[int], object]
"""Told how many tasks have just been done."""

CHUNKS_PER_WORKER = 4
"""Large enough chunks keep messages few, small enough ones keep all workers busy to the end."""


class Workers(Protocol):
    """Plays a task for each of some numbers; what a task raises comes out with a note of its number."""

    def play(self, task: Callable[[int], T], numbers: Sequence[int], told: Told) -> list[T]:
        """The results in the order of `numbers`."""
        ...


class ThisProcess:
    """Plays one number after the other, here.

    Linear algebra has one thread meanwhile, as it has in other processes: sums over threads round differently.
    """

    def play(self, task: Callable[[int], T], numbers: Sequence[int], told: Told) -> list[T]:
        """See Workers."""
        results = []
        with threadpool_limits(limits=1, user_api="blas"):
            for number in numbers:
                results.append(_play(task, number))
                told(1)
        return results


def open_workers(count: int = 1, *, cluster: str | None = None) -> AbstractContextManager[Workers]:
    """`count` processes of this machine (1 is this process), or the workers of a Dask `cluster` (`tcp://…`).

    Other processes start afresh and stay until the context ends, so one context serves many calls. A task that
    goes there can be pickled: a function at the top of a module, a `functools.partial` of one, or an instance.
    Raises ValueError with fewer than one, MissingToolError where Dask or its scheduler is missing.
    """
    if cluster is not None:
        from layouts.statistics.cluster import ClusterWorkers

        return ClusterWorkers(cluster)
    if count < 1:
        raise ValueError(f"workers {count} must be at least 1")
    if count == 1:
        return nullcontext(ThisProcess())
    from layouts.statistics.local_processes import LocalProcesses

    return LocalProcesses(count)


def packed(task: Callable[[int], object]) -> bytes:
    """The pickled task; raises TypeError for one that cannot travel."""
    try:
        return dumps(task)
    except Exception as error:  # pickle raises PicklingError, AttributeError or TypeError, by the cause
        raise TypeError(f"{task!r} cannot go to another process: use a function of a module") from error


def chunks(numbers: Sequence[int], workers: int) -> list[Sequence[int]]:
    """The numbers in turn, in at most `CHUNKS_PER_WORKER` parts a worker."""
    size = max(1, math.ceil(len(numbers) / (CHUNKS_PER_WORKER * workers)))
    return [numbers[start : start + size] for start in range(0, len(numbers), size)]


def play_chunk(pickled: bytes, numbers: Sequence[int]) -> list[Any]:
    """Runs where the work is done: the results of a packed task for its numbers."""
    task = _unpacked(pickled)
    return [_play(task, number) for number in numbers]


@lru_cache(maxsize=1)
def _unpacked(pickled: bytes) -> Callable[[int], Any]:
    task: Callable[[int], Any] = loads(pickled)
    return task


def _play(task: Callable[[int], T], number: int) -> T:
    try:
        return task(number)
    except Exception as error:
        error.add_note(f"in task {number}")
        raise
