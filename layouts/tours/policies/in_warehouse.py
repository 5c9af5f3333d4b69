"""The policies in the literature's warehouse, down to every edge that is walked."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import numpy.typing as npt
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from layouts.tours.exact.aisles.block_tour import BlockTour
from layouts.tours.parallel_aisles import ParallelAisles, Picks
from layouts.tours.policies.by_name import policy_named
from layouts.tours.problem import Lane, RoutingProblem, Section

Edge = tuple[int, int, float]


def tour_in_warehouse(warehouse: ParallelAisles, picks: Picks, *, policy: str) -> BlockTour:
    """The tour of the policy of that name; its `order` is the one in which the policy picks.

    ValueError for a pick outside the warehouse or an unknown policy.
    """
    visits_of = policy_named(policy)
    picks.within(warehouse)
    problem, before = _problem(warehouse, picks)
    visits = (0, *visits_of(problem), 0)
    rows = [0]
    for start, end in pairwise(visits):
        rows += _way(before, start, end)
    leg_m = problem.length_m[rows[:-1], rows[1:]]
    junctions = len(problem.xy) - problem.stop_count - 1
    depot = junctions + problem.stop_count
    place_of = np.array([depot, *range(junctions, depot), *range(junctions)])
    return BlockTour(
        length_m=float(leg_m.sum()),
        order=np.array([row - 1 for row in visits if 1 <= row <= problem.stop_count], np.int64),
        walk=place_of[rows],
        leg_m=leg_m,
    )


def problem_in_warehouse(warehouse: ParallelAisles, picks: Picks) -> RoutingProblem:
    """The routing problem of these picks; after the picks its rows are the junctions, c · M + a."""
    picks.within(warehouse)
    return _problem(warehouse, picks)[0]


def _problem(warehouse: ParallelAisles, picks: Picks) -> tuple[RoutingProblem, npt.NDArray[np.int32]]:
    """The problem, and for each pair of places the one before the second on the shortest way."""
    blocks = _blocks(warehouse, picks)
    edges = [*_depot_edge(warehouse, picks), *_cross_edges(warehouse, picks), *_aisle_edges(warehouse, picks)]
    tail, head, length = zip(*edges, strict=True)
    count = _junction(warehouse, picks, warehouse.blocks + 1, 0)
    matrix = csr_array((length, (tail, head)), shape=(count, count))
    length_m, before = dijkstra(matrix, directed=False, return_predecessors=True)
    problem = RoutingProblem(
        stop_count=len(picks.aisle),
        xy=_xy(warehouse, picks),
        length_m=length_m,
        sections=(Section(blocks=blocks, across=(1.0, 0.0)),) if blocks else (),
    )
    return problem, before


def _junction(warehouse: ParallelAisles, picks: Picks, cross: int, aisle: int) -> int:
    return 1 + len(picks.aisle) + cross * warehouse.aisles + aisle


def _stops(picks: Picks, block: int, aisle: int) -> list[int]:
    """The places of the picks in one lane, from its front."""
    held = np.flatnonzero((picks.block == block) & (picks.aisle == aisle))
    order = np.argsort(picks.offset_m[held], kind="stable")
    return [int(pick) + 1 for pick in held[order]]


def _blocks(warehouse: ParallelAisles, picks: Picks) -> tuple[tuple[Lane, ...], ...]:
    blocks: dict[int, list[Lane]] = {}
    for block, aisle in sorted(set(zip(picks.block.tolist(), picks.aisle.tolist(), strict=True))):
        lane = Lane(
            low=_junction(warehouse, picks, block, aisle),
            high=_junction(warehouse, picks, block + 1, aisle),
            stops=tuple(_stops(picks, block, aisle)),
            aisle=aisle,
        )
        blocks.setdefault(block, []).append(lane)
    return tuple(tuple(lanes) for lanes in blocks.values())


def _depot_edge(warehouse: ParallelAisles, picks: Picks) -> list[Edge]:
    return [(0, _junction(warehouse, picks, *warehouse.depot), warehouse.depot_m)]


def _cross_edges(warehouse: ParallelAisles, picks: Picks) -> list[Edge]:
    return [
        (
            _junction(warehouse, picks, cross, aisle),
            _junction(warehouse, picks, cross, aisle + 1),
            float(length),
        )
        for (cross, aisle), length in np.ndenumerate(warehouse.cross_m)
    ]


def _aisle_edges(warehouse: ParallelAisles, picks: Picks) -> list[Edge]:
    edges: list[Edge] = []
    for (block, aisle), length in np.ndenumerate(warehouse.aisle_m):
        stops = _stops(picks, block, aisle)
        front, back = (_junction(warehouse, picks, cross, aisle) for cross in (block, block + 1))
        at = [0.0, *(float(picks.offset_m[stop - 1]) for stop in stops), float(length)]
        edges += [
            (a, b, high - low)
            for (a, b), (low, high) in zip(pairwise([front, *stops, back]), pairwise(at), strict=True)
        ]
    return edges


def _xy(warehouse: ParallelAisles, picks: Picks) -> npt.NDArray[np.float64]:
    """Where places lie on a drawing with the front cross-aisle along x."""
    x = np.append(0.0, np.cumsum(warehouse.cross_m[0]))
    y = np.vstack([np.zeros(warehouse.aisles), np.cumsum(warehouse.aisle_m, axis=0)])
    junctions = np.column_stack([np.broadcast_to(x, y.shape).ravel(), y.ravel()])
    cross, aisle = warehouse.depot
    depot = (x[aisle], y[cross, aisle])
    stops = np.column_stack([x[picks.aisle], y[picks.block, picks.aisle] + picks.offset_m])
    return np.vstack([depot, stops, junctions])


def _way(before: npt.NDArray[np.int32], start: int, end: int) -> list[int]:
    """The places after `start` on the shortest way to `end`."""
    way = []
    while end != start:
        way.append(end)
        end = int(before[start, end])
    return way[::-1]
