"""From a skeleton to lanes: spurs into corners pruned, runs straightened."""

from __future__ import annotations

from collections import defaultdict
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from shapely import MultiPolygon

from spatial.navigation.medial_axis import Skeleton

CORNER_SLOPE = 0.6
"""A branch whose clearance falls faster than this runs into a corner: sin(θ/2) for a corner of angle θ."""

STRAIGHTEN_M = (0.005, 0.0)
"""How far a straightened lane may lie from the skeleton; the next is tried where it leaves the floor."""

Chain = list[int]
Edges = npt.NDArray[np.int64]


def lanes_of(skeleton: Skeleton, walkable: MultiPolygon) -> tuple[npt.NDArray[np.float64], Edges]:
    """Lanes as nodes (N, 2) in metres and straight edges (E, 2), all inside `walkable`.

    1. Branches into corners and branches shorter than the clearance they leave are pruned.
    2. Every run between junctions is straightened as far as `walkable` allows.
    """
    return _straighten(skeleton.xy, chains(_prune(skeleton)), walkable)


def chains(edges: Edges) -> list[Chain]:
    """The runs through nodes with two neighbours, from junction or end to junction or end; rings close."""
    neighbours: dict[int, list[int]] = defaultdict(list)
    for a, b in edges.tolist():
        neighbours[a].append(b)
        neighbours[b].append(a)
    stops = [node for node, near in neighbours.items() if len(near) != 2]
    seen: set[tuple[int, int]] = set()
    found = [_follow(neighbours, seen, node, near) for node in stops for near in neighbours[node]]
    found += [_follow(neighbours, seen, node, near[0]) for node, near in neighbours.items() if len(near) == 2]
    return [chain for chain in found if chain]


def _follow(neighbours: dict[int, list[int]], seen: set[tuple[int, int]], start: int, step: int) -> Chain:
    """The run that leaves `start` towards `step`; empty if it was walked before."""
    if (start, step) in seen:
        return []
    chain = [start, step]
    while len(neighbours[chain[-1]]) == 2 and chain[-1] != start:
        one, other = neighbours[chain[-1]]
        chain.append(other if one == chain[-2] else one)
    seen.update(pairwise(chain))
    seen.update((b, a) for a, b in pairwise(chain))
    return chain


def _prune(skeleton: Skeleton) -> Edges:
    edges = skeleton.edges
    while True:
        degree = np.bincount(edges.ravel(), minlength=len(skeleton.xy))
        spurs = [chain for chain in chains(edges) if _is_spur(skeleton, degree, chain)]
        kept = _without(edges, spurs)
        if len(kept) == len(edges) or len(kept) == 0:
            return edges
        edges = kept


def _is_spur(skeleton: Skeleton, degree: npt.NDArray[np.int64], chain: Chain) -> bool:
    """A run from a junction to a dead end that leads into a corner or nowhere new."""
    if degree[chain[0]] == 1:
        chain = chain[::-1]
    if degree[chain[-1]] != 1 or degree[chain[0]] < 3:
        return False
    length = float(np.linalg.norm(np.diff(skeleton.xy[chain], axis=0), axis=1).sum())
    wide, narrow = skeleton.clearance_m[chain[0]], skeleton.clearance_m[chain[-1]]
    return bool(length < wide or wide - narrow > CORNER_SLOPE * length)


def _without(edges: Edges, spurs: list[Chain]) -> Edges:
    gone = {tuple(sorted(pair)) for chain in spurs for pair in pairwise(chain)}
    return np.array([pair for pair in edges.tolist() if tuple(pair) not in gone], np.int64).reshape(-1, 2)


def _straighten(
    xy: npt.NDArray[np.float64], runs: list[Chain], walkable: MultiPolygon
) -> tuple[npt.NDArray[np.float64], Edges]:
    """Each run as few straight edges inside `walkable`; an edge that no tolerance keeps inside is dropped."""
    if not runs:
        return np.empty((0, 2)), np.empty((0, 2), np.int64)
    raw = shapely.linestrings(
        xy[np.concatenate(runs)], indices=np.repeat(np.arange(len(runs)), [len(r) for r in runs])
    )
    lines = raw.copy()
    open_runs = np.arange(len(runs))
    for tolerance in STRAIGHTEN_M:
        lines[open_runs] = shapely.simplify(raw[open_runs], tolerance)
        open_runs = open_runs[~shapely.covers(walkable, lines[open_runs])]
    coordinates, run = shapely.get_coordinates(lines, return_index=True)
    nodes, index = np.unique(coordinates, axis=0, return_inverse=True)
    index = index.reshape(-1)
    edges = np.column_stack([index[:-1], index[1:]])[run[:-1] == run[1:]]
    edges = np.unique(np.sort(edges[edges[:, 0] != edges[:, 1]], axis=1), axis=0)
    return nodes, edges[shapely.covers(walkable, shapely.linestrings(nodes[edges]))]


def pieces_of(count: int, edges: Edges) -> npt.NDArray[np.int64]:
    """The number of the connected part that each of `count` nodes (N,) belongs to."""
    ones = np.ones(len(edges))
    _, piece = connected_components(coo_array((ones, edges.T), shape=(count, count)), directed=False)
    return np.asarray(piece, np.int64)


def only(
    xy: npt.NDArray[np.float64], edges: Edges, keep: npt.NDArray[np.bool_]
) -> tuple[npt.NDArray[np.float64], Edges]:
    """The edges that `keep` (E,) marks, with their nodes numbered anew in the same order."""
    used, kept = np.unique(edges[keep], return_inverse=True)
    return xy[used], kept.reshape(-1, 2)
