"""Edges cut where an area begins, so that every edge lies in it or not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import shapely
from shapely import Polygon

from spatial.navigation.nav_graph import NODE_KINDS, NavGraph, edge_fields
from spatial.navigation.network import split

_BEND = NODE_KINDS.index("bend")


def cut_at_borders(graph: NavGraph, areas: Sequence[tuple[Polygon, str | None]]) -> NavGraph:
    """The graph with a node wherever an edge crosses the border of an area on its level; None is all levels.

    Old nodes keep their numbers; the length, time and all else of an edge go to its pieces.
    """
    lines = shapely.linestrings(graph.xy[graph.edges])
    edge: list[npt.NDArray[np.int64]] = [np.empty(0, np.int64)]
    point: list[npt.NDArray[np.float64]] = [np.empty((0, 2))]
    for polygon, level in areas:
        on = np.flatnonzero(edges_on(graph, level))
        at, which = shapely.get_coordinates(
            shapely.intersection(lines[on], polygon.boundary), return_index=True
        )
        edge.append(on[which])
        point.append(at)
    cut = np.concatenate(edge)
    if not len(cut):
        return graph
    offset = np.linalg.norm(np.concatenate(point) - graph.xy[graph.edges[cut, 0]], axis=1)
    _, new_xy, pieces, old = split(graph.xy, graph.edges, cut, offset)
    kept = replace(
        graph,
        xy=np.concatenate([graph.xy, new_xy]),
        level=np.concatenate([graph.level, _levels_of(graph, pieces, old, len(new_xy))]),
        kind=np.concatenate([graph.kind, np.full(len(new_xy), _BEND)]),
    )
    share = np.ones(len(old))
    piece = np.bincount(old)[old] > 1
    ends = kept.xy[pieces[piece]]
    share[piece] = np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1) / graph.length_m[old[piece]]
    return replace(kept, **edge_fields(graph, pieces, old, share))


def edges_on(graph: NavGraph, level: str | None) -> npt.NDArray[np.bool_]:
    """Whether each edge (E,) lies on this level, on any one level if it is None; links lie on none."""
    tail, head = graph.level[graph.edges].T
    here = (tail == head) & (graph.link < 0)
    return np.asarray(here if level is None else here & (tail == graph.levels.index(level)))


def edges_in(graph: NavGraph, polygon: Polygon, level: str | None) -> npt.NDArray[np.bool_]:
    """Whether the middle of each edge (E,) is in an area."""
    x, y = graph.xy[graph.edges].mean(axis=1).T
    shapely.prepare(polygon)
    return np.asarray(edges_on(graph, level) & shapely.intersects_xy(polygon, x, y))


def _levels_of(
    graph: NavGraph, pieces: npt.NDArray[np.int64], old: npt.NDArray[np.int64], count: int
) -> npt.NDArray[np.int64]:
    """The level (count,) of every new node: that of the edge it cuts."""
    levels = np.zeros(count, np.int64)
    new = pieces[:, 1] >= len(graph.xy)
    levels[pieces[new, 1] - len(graph.xy)] = graph.level[graph.edges[old[new], 0]]
    return levels
