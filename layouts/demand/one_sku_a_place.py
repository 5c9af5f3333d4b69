"""The made-up demand of a scenario that names no orders: a SKU for every location, and simple orders for them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np

from layouts.demand.mark import source_text
from layouts.orders import Order, OrderLine
from layouts.slotting_table import Slotting

MOST_PIECES = 4


def synthetic_slotting(locations: Iterable[str], *, seed: int) -> Slotting:
    """One SKU for every location, at random; SKU-00001 is the one that `synthetic_orders` asks for most.

    What the scan saw in a location does not matter: an empty one today holds its SKU tomorrow.
    """
    places = sorted(locations)
    return made_up_slotting([f"SKU-{rank + 1:05d}" for rank in range(len(places))], places, seed=seed)


def made_up_slotting(skus: Sequence[str], locations: Iterable[str], *, seed: int) -> Slotting:
    """A location for every SKU, at random: none twice before all have one. ValueError without locations."""
    places = sorted(locations)
    if skus and not places:
        raise ValueError("there are no locations for the SKUs")
    order = np.random.default_rng([seed, 1]).permutation(len(places)).tolist()
    return {sku: (places[order[rank % len(places)]],) for rank, sku in enumerate(skus)}


def synthetic_orders(
    slotting: Slotting,
    *,
    count: int,
    seed: int,
    replication: int = 0,
    mean_lines: float = 4.0,
    zipf_exponent: float = 0.8,
) -> tuple[Order, ...]:
    """`count` orders over the SKUs of `slotting`, taken to be in order of falling velocity.

    The SKU of rank r is asked for in proportion to r^−zipf_exponent; an order has 1 + Poisson lines, no SKU
    twice, each of 1 … 4 pieces. Every replication has others. Empty for a slotting without SKUs. Raises ValueError
    for mean_lines below 1.
    """
    if mean_lines < 1:
        raise ValueError(f"mean_lines {mean_lines} is below 1: an order has at least one line")
    skus = [*slotting]
    if not skus:
        return ()
    random = np.random.default_rng([seed, 2, *([replication] if replication else [])])
    velocity = np.arange(1, len(skus) + 1, dtype=np.float64) ** -zipf_exponent
    cumulated = np.cumsum(velocity) / velocity.sum()
    orders = []
    for number in range(count):
        wanted = 1 + random.poisson(mean_lines - 1)
        ranks = np.unique(np.searchsorted(cumulated, random.random(wanted), side="right"))
        pieces = random.integers(1, MOST_PIECES + 1, len(ranks))
        lines = tuple(
            OrderLine(sku=skus[min(rank, len(skus) - 1)], quantity=quantity)
            for rank, quantity in zip(ranks.tolist(), pieces.tolist(), strict=True)
        )
        orders.append(Order(id=f"SYN-{number + 1:05d}", lines=lines, source=source_text(seed)))
    return tuple(orders)
