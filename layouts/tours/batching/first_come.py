"""Batching: which order lines are picked on one tour."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from layouts.orders import Order, OrderLine

Batch = list[tuple[Order, OrderLine]]


def batch_first_come(orders: Sequence[Order], *, capacity_lines: int) -> list[Batch]:
    """Fill batches of at most `capacity_lines` lines with whole orders, first come first served.

    An order with more lines than a batch holds is cut into full batches of its own; what is left of it opens
    the next. Raises ValueError for a capacity below 1.
    """
    if capacity_lines < 1:
        raise ValueError(f"batch_lines {capacity_lines} is below 1: a tour holds at least one line")
    batches: list[Batch] = []
    for order in orders:
        for part in _parts(order, capacity_lines):
            if not batches or len(batches[-1]) + len(part) > capacity_lines:
                batches.append([])
            batches[-1] += part
    return batches


def _parts(order: Order, capacity_lines: int) -> Iterator[Batch]:
    lines = [(order, line) for line in order.lines]
    for start in range(0, len(lines), capacity_lines):
        yield lines[start : start + capacity_lines]
