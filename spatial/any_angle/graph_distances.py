"""Walking lengths among nodes of a navigation graph over the open floor, free of its lanes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spatial.any_angle.compact_distances import CompactDistances
from spatial.any_angle.floor_paths import FloorPaths, floor_paths
from spatial.floor.free_space import FreeSpace
from spatial.navigation.nav_graph import NavGraph


@dataclass(frozen=True, kw_only=True, eq=False)
class FreeDistances:
    """Any-angle lengths among K chosen nodes of a graph, for whoever reads lengths off `Distances`.

    `nodes` (K,) are node indices in rising order and `xy` (K, 2) their places; `length_m` is indexed as the
    matrix (K, K) is. There are no routes over graph nodes: `polyline` is the way walked, over `paths`.
    """

    nodes: npt.NDArray[np.int64]
    xy: npt.NDArray[np.float64]
    length_m: CompactDistances
    paths: FloorPaths

    def rows(self, nodes: Sequence[int]) -> npt.NDArray[np.int64]:
        """The rows (n,) of these graph nodes; KeyError names one that was not among the chosen."""
        wanted = np.asarray(nodes, np.int64)
        found = np.searchsorted(self.nodes, wanted)
        unknown = np.append(self.nodes, -1)[found] != wanted
        if unknown.any():
            raise KeyError(int(wanted[unknown][0]))
        return found

    def polyline(self, start: int, end: int) -> npt.NDArray[np.float64]:
        """The shortest path (M, 2) between two chosen nodes; raises as `FloorPaths.path` and `rows` do."""
        one, other = self.xy[self.rows([start, end])]
        return self.paths.path(one, other)


def free_distances(graph: NavGraph, space: FreeSpace, nodes: Sequence[int]) -> FreeDistances:
    """Any-angle lengths between all pairs of `nodes`, which stand on the floor `space`.

    Never longer than over the graph's lanes, where those keep to the floor. A node named twice counts once.
    Raises ValueError for a node that the graph lacks or that is on another level.
    """
    chosen = np.unique(np.asarray(nodes, np.int64))
    if len(chosen) and not (chosen[0] >= 0 and chosen[-1] < len(graph.xy)):
        raise ValueError(f"nodes must be in 0 … {len(graph.xy) - 1}, got {chosen[0]} … {chosen[-1]}")
    for node in chosen.tolist():
        level = graph.levels[graph.level[node]]
        if level != space.level:
            raise ValueError(
                f"node {node} is on level '{level}', not on '{space.level}': give nodes of one floor"
            )
    paths = floor_paths(space.walkable)
    xy = graph.xy[chosen]
    return FreeDistances(nodes=chosen, xy=xy, length_m=paths.distances(xy), paths=paths)
