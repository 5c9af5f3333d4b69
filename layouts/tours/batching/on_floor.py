"""Batches of orders on a floor, first come, first served or so that their tours are short together."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from layouts.tours.batching.batch_table import TableEffort, batch_over_table
from layouts.tours.batching.first_come import Batch, batch_first_come
from layouts.tours.batching.problem import Batching, Members, batching_problem
from layouts.tours.order_parts import OrderPart
from layouts.tours.picking_floor import PickingFloor

EFFORT = TableEffort(rounds=3, moves=20_000, rankings=4, ranked=60, kicks=30, routed=1_500)
"""A thousand tours of a dozen stops take seconds."""


def first_come(parts: Sequence[OrderPart], *, lines: int) -> list[Batch]:
    """Batches of at most `lines` lines, of one group after the other."""
    groups: dict[int, list[OrderPart]] = {}
    for part in parts:
        groups.setdefault(part.group, []).append(part)
    return [
        batch
        for group in sorted(groups)
        for batch in batch_first_come([part.order for part in groups[group]], capacity_lines=lines)
    ]


def short_together(
    floor: PickingFloor,
    parts: Sequence[OrderPart],
    tour_length: Callable[[Batch], float],
    *,
    lines: int,
    seed: int = 0,
) -> tuple[list[Batch], Batching]:
    """Batches of at most `lines` lines whose tours, by `tour_length`, are short in all; and how short they could be.

    No part may have more lines than that: ValueError names the order. One group's batches follow another's.
    """
    problem = batching_problem(
        [len(part.order.lines) for part in parts],
        capacity=lines,
        names=[f"order '{part.order.id}'" for part in parts],
        groups=[part.group for part in parts],
    )
    stands = [
        sorted({floor.graph.access[floor.locations(line.sku)[0]] for line in part.order.lines})
        for part in parts
    ]
    nodes = sorted({node for stand in stands for node in stand})
    row_of = {node: row for row, node in enumerate(nodes, start=2)}
    table_m = floor.table([floor.depot, floor.depot, *nodes])

    def length_m(members: Members) -> float:
        return tour_length(_batch(parts, members))

    found = batch_over_table(
        problem,
        (table_m + table_m.T) / 2,  # quick tours know no one-way lanes; `tour_length` does
        [np.array([row_of[node] for node in stand]) for stand in stands],
        length_m,
        seed=seed,
        effort=EFFORT,
    )
    ordered = sorted(found.batches, key=lambda members: (parts[members[0]].group, members[0]))
    return [_batch(parts, members) for members in ordered], found


def _batch(parts: Sequence[OrderPart], members: Members) -> Batch:
    return [(parts[member].order, line) for member in members for line in parts[member].order.lines]
