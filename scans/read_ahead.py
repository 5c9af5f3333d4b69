"""The next item is made while the last one is used."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from itertools import islice
from typing import TypeVar

T = TypeVar("T")


def read_ahead(items: Iterator[T]) -> Iterator[T]:
    """The same items in the same order, each made in a thread of its own while the one before it is in use.

    Worth it where both sides leave Python's lock, as decoders, numpy and kernels with `nogil` do. At most two items
    are alive. What `items` raises is raised in its place.
    """
    with threads(1) as thread:
        coming = thread.submit(_following, items)
        while following := coming.result():
            coming = thread.submit(_following, items)
            yield from following


@contextmanager
def threads(count: int) -> Iterator[ThreadPoolExecutor]:
    """Threads for a generator: nobody waits for them at its end.

    An abandoned generator ends wherever the garbage collector finds it, also inside a lock that a waiting thread
    needs in order to end: to wait there is to wait for ever.
    """
    pool = ThreadPoolExecutor(count, "read-ahead")
    try:
        yield pool
    finally:
        pool.shutdown(wait=False, cancel_futures=True)


def _following(items: Iterator[T]) -> tuple[T, ...]:
    """One item, or none at the end."""
    return tuple(islice(items, 1))
