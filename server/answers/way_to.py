"""The way from where somebody stands to a location, or to the nearest place of a SKU, along the navigation graph."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from spatial.errors import UndecidedError
from spatial.facility import Point2, Point3
from spatial.navigation.nav_graph import NavGraph
from spatial.navigation.shortest_paths import lengths_to, shortest_distances, shortest_route

FARTHEST_FROM_A_LANE_M = 10.0


class Way(NamedTuple):
    """A walk to `location`: its path (M, 3) from the place it starts at, metres, and its length."""

    location: str
    path: tuple[Point3, ...]
    length_m: float


def way_to(
    graph: NavGraph,
    start: Point2,
    level: str,
    locations: Sequence[str],
    *,
    elevation_m: dict[str, float],
) -> Way:
    """The shortest way from `start` [m] on `level` to one of `locations`.

    1. Onto the nearest lane, straight. 2. Along it to that end from which it is shorter. 3. By the graph's rules on.
    Raises UndecidedError where no lane is within 10 m, where none of the locations can be reached, and says why.
    """
    targets = {one: graph.access[one] for one in locations if one in graph.access}
    if not targets:
        why = next(
            (graph.unreached[one] for one in locations if one in graph.unreached), "no lane leads there"
        )
        raise UndecidedError(f"{locations[0] if locations else 'nothing'} cannot be reached: {why}")
    foot, edge, along_m, off_m = _nearest_lane(graph, start, level)
    tail, head = graph.edges[edge].tolist()
    onward = [
        (node, share)
        for node, share, sense in ((tail, along_m, -1), (head, float(graph.length_m[edge]) - along_m, 1))
        if graph.direction[edge] in (0, sense)
    ]
    names = list(targets)
    rest = lengths_to(graph, [targets[one] for one in names])
    cost = np.array([[share + rest[row, node] for node, share in onward] for row in range(len(names))])
    row, which = np.unravel_index(int(cost.argmin()), cost.shape)
    if not np.isfinite(cost[row, which]):
        raise UndecidedError(
            f"no way leads from here to {names[0]}: it lies on another floor or behind what is closed"
        )
    node, target = onward[int(which)][0], targets[names[int(row)]]
    nodes = shortest_route(shortest_distances(graph, [node]), node, target) if node != target else (node,)
    spots = [(*start, level), (*foot, level)]
    spots += [(*graph.xy[one].tolist(), graph.levels[graph.level[one]]) for one in nodes]
    path = tuple((x, y, elevation_m[name]) for x, y, name in spots)
    return Way(names[int(row)], _without_repeats(path), off_m + float(cost[row, which]))


def _nearest_lane(graph: NavGraph, start: Point2, level: str) -> tuple[Point2, int, float, float]:
    """The nearest point of a lane, the lane, how far along it that is, and how far away [m]."""
    if level not in graph.levels:
        raise UndecidedError(f"there is no level '{level}' with lanes: levels are {', '.join(graph.levels)}")
    on_level = graph.level == graph.levels.index(level)
    rows = np.flatnonzero(on_level[graph.edges].all(axis=1))
    if len(rows) == 0:
        raise UndecidedError(f"no lanes are on level '{level}'")
    tails, heads = graph.xy[graph.edges[rows, 0]], graph.xy[graph.edges[rows, 1]]
    share, feet = _feet(np.asarray(start), tails, heads)
    away = np.linalg.norm(feet - start, axis=1)
    best = int(away.argmin())
    if away[best] > FARTHEST_FROM_A_LANE_M:
        raise UndecidedError(
            f"the nearest lane is {away[best]:.1f} m away, more than {FARTHEST_FROM_A_LANE_M:g} m: "
            "go nearer, or check the alignment"
        )
    edge = int(rows[best])
    x, y = feet[best].tolist()
    return (x, y), edge, float(share[best] * graph.length_m[edge]), float(away[best])


def _feet(
    place: npt.NDArray[np.float64], tails: npt.NDArray[np.float64], heads: npt.NDArray[np.float64]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """The nearest point (E, 2) of each segment, and the share (E,) of it that lies before."""
    ways = heads - tails
    squares = np.maximum((ways**2).sum(axis=1), 1e-12)
    share = np.clip(((place - tails) * ways).sum(axis=1) / squares, 0.0, 1.0)
    return share, tails + share[:, None] * ways


def _without_repeats(path: tuple[Point3, ...]) -> tuple[Point3, ...]:
    return path[:1] + tuple(one for before, one in pairwise(path) if one != before)
