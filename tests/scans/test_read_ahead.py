"""Reading ahead changes when items are made, never which, nor their order, nor where an error shows."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from scans.read_ahead import read_ahead


def test_items_come_once_each_and_in_order() -> None:
    assert list(read_ahead(iter(range(50)))) == list(range(50))
    assert list(read_ahead(iter(()))) == []
    assert list(read_ahead(iter([None, (), 0]))) == [None, (), 0]


def test_the_next_item_is_made_while_the_last_is_in_use() -> None:
    is_made = threading.Event()

    def items() -> Iterator[int]:
        yield 1
        is_made.set()
        yield 2

    ahead = read_ahead(items())
    assert next(ahead) == 1
    assert is_made.wait(10)  # without asking for it
    assert next(ahead) == 2


def test_no_more_than_one_item_is_made_ahead() -> None:
    made = 0

    def items() -> Iterator[int]:
        nonlocal made
        for item in range(20):
            made = item + 1
            yield item

    for used in read_ahead(items()):
        assert made <= used + 2


def test_an_error_shows_after_the_items_before_it() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise RuntimeError("broken at 2")

    ahead = read_ahead(items())
    assert next(ahead) == 1
    with pytest.raises(RuntimeError, match="broken at 2"):
        next(ahead)


def test_who_stops_early_leaves_no_thread_behind() -> None:
    before = set(threading.enumerate())
    ahead = read_ahead(iter(range(1000)))
    next(ahead)
    (thread,) = set(threading.enumerate()) - before
    ahead.close()  # type: ignore[attr-defined]
    thread.join(10)
    assert not thread.is_alive()


def test_who_stops_early_waits_for_nobody() -> None:
    """The garbage collector closes it inside locks that the thread may need."""
    may_go_on = threading.Event()

    def items() -> Iterator[int]:
        yield 1
        may_go_on.wait(30)
        yield 2

    ahead = read_ahead(items())
    next(ahead)
    closing = threading.Thread(target=ahead.close)  # type: ignore[attr-defined]
    closing.start()
    closing.join(10)
    waits = closing.is_alive()
    may_go_on.set()
    assert not waits
