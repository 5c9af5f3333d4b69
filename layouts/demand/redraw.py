"""Another day's orders, drawn from those of one day."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from layouts.orders import Order


def redrawn_orders(orders: Sequence[Order], *, seed: int, replication: int) -> tuple[Order, ...]:
    """As many orders, drawn from `orders` with replacement (bootstrap, Efron 1979), in their order.

    Lines, times and waves go along. An order that is drawn again is told apart by `#2`, `#3` … after its id. The
    same seed and replication draw the same.
    """
    drawn = np.random.default_rng([seed, 3, replication]).integers(len(orders), size=len(orders))
    drawn.sort()
    taken: Counter[int] = Counter()
    again = []
    for row in drawn.tolist():
        taken[row] += 1
        order = orders[row]
        again.append(order if taken[row] == 1 else replace(order, id=f"{order.id}#{taken[row]}"))
    return tuple(again)
