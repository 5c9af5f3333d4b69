"""The table of lengths of parallel aisles, by Dijkstra's method on all junctions and picks."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from layouts.tours.parallel_aisles import ParallelAisles, Picks

NO_LENGTH_M = 1e-9
"""Stands for 0 in a sparse graph, which has no edges of no length."""


def aisle_lengths(warehouse: ParallelAisles, picks: Picks) -> npt.NDArray[np.float64]:
    """Lengths (1 + P, 1 + P) between the depot, row 0, and the picks."""
    aisles, junctions = warehouse.aisles, (warehouse.blocks + 1) * warehouse.aisles
    edges: list[tuple[int, int, float]] = []
    for (cross, aisle), metres in np.ndenumerate(warehouse.cross_m):
        edges.append((cross * aisles + aisle, cross * aisles + aisle + 1, metres))
    for (block, aisle), metres in np.ndenumerate(warehouse.aisle_m):
        here = np.flatnonzero((picks.block == block) & (picks.aisle == aisle))
        along = here[np.argsort(picks.offset_m[here], kind="stable")]
        nodes = [block * aisles + aisle, *(junctions + 1 + along), (block + 1) * aisles + aisle]
        steps = np.diff([0.0, *picks.offset_m[along], metres])
        edges += zip(nodes[:-1], nodes[1:], steps, strict=True)
    edges.append((junctions, warehouse.depot[0] * aisles + warehouse.depot[1], warehouse.depot_m))
    tail, head, length = (np.array(column) for column in zip(*edges, strict=True))
    count = junctions + 1 + len(picks.aisle)
    graph = csr_array((np.maximum(length, NO_LENGTH_M), (tail, head)), shape=(count, count))
    visited = np.arange(junctions, count)
    table = dijkstra(graph, directed=False, indices=visited)[:, visited]
    return np.round(table, 6)
