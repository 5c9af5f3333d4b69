"""Who does tasks, and what all who do have in common."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
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
