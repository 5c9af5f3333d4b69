"""Shortest tours among parallel aisles, proven."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from layouts.tours.exact.aisles.aisle_tables import MOST_CROSS_AISLES, aisle_tables
from layouts.tours.exact.aisles.aisle_walk import optimal_walk
from layouts.tours.parallel_aisles import ParallelAisles, Picks
from spatial.errors import UndecidedError


@dataclass(frozen=True, kw_only=True, eq=False)
class BlockTour:
    """A closed walk from the depot through all picks.

    `order` (P,): the picks in the order they are first reached. `walk` (K,): the places passed, edge by edge:
    junction (c, a) is c · M + a, pick p is (B + 1) · M + p, the depot is the last number, (B + 1) · M + P.
    `leg_m` (K − 1,): metres from place to place; their sum is `length_m`. Without picks nobody leaves the depot.
    """

    length_m: float
    order: npt.NDArray[np.int64]
    walk: npt.NDArray[np.int64]
    leg_m: npt.NDArray[np.float64]


def optimal_tour(warehouse: ParallelAisles, picks: Picks) -> BlockTour:
    """The shortest tour there is.

    Raises ValueError for picks outside the warehouse, UndecidedError for more than MOST_CROSS_AISLES cross-aisles.
    """
    picks.within(warehouse)
    if warehouse.blocks >= MOST_CROSS_AISLES:
        raise UndecidedError(
            f"{warehouse.blocks} blocks: a shortest tour is proven for at most {MOST_CROSS_AISLES - 1}; "
            "plan it on the table of distances instead"
        )
    if len(picks.aisle) == 0:
        return as_block_tour(warehouse, picks, np.empty(0, np.int64), np.empty(0))
    cross, aisle = warehouse.depot
    _, walk, leg_m = optimal_walk(
        np.ascontiguousarray(warehouse.aisle_m),
        np.ascontiguousarray(warehouse.cross_m),
        cross,
        aisle,
        np.ascontiguousarray(picks.aisle),
        np.ascontiguousarray(picks.block),
        np.ascontiguousarray(picks.offset_m),
        aisle_tables(warehouse.blocks + 1),
    )
    return as_block_tour(warehouse, picks, walk, leg_m)


def as_block_tour(
    warehouse: ParallelAisles,
    picks: Picks,
    walk: npt.NDArray[np.int64],
    leg_m: npt.NDArray[np.float64],
) -> BlockTour:
    """The tour that leaves the depot for the closed `walk` (K,), from its junction, with legs `leg_m` (K − 1,)."""
    junctions = (warehouse.blocks + 1) * warehouse.aisles
    depot = junctions + len(picks.aisle)
    if len(walk):
        walk = np.concatenate(([depot], walk))
        leg_m = np.concatenate(([warehouse.depot_m], leg_m, [warehouse.depot_m]))
    passed = walk[(walk >= junctions) & (walk < depot)]
    _, first = np.unique(passed, return_index=True)
    return BlockTour(
        length_m=float(leg_m.sum()),
        order=passed[np.sort(first)] - junctions,
        walk=np.append(walk, depot),
        leg_m=leg_m,
    )
