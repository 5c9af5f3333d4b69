"""The line of each aisle, on which every agent class tells its places alike, and which way traffic goes along it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from spatial.navigation.nav_graph import NavGraph

SHORT_M = 1e-6
"""Steps along an aisle below this lead nowhere: rounding."""


class AisleAxis(NamedTuple):
    """A straight line on a level: metres along the unit vector `ahead` from `origin`, the aisle's first mouth."""

    level: str
    origin: tuple[float, float]
    ahead: tuple[float, float]


def aisle_axes(graphs: Sequence[NavGraph]) -> dict[str, AisleAxis]:
    """The axis of every aisle that has lanes in any graph, by the first graph that knows both of its mouths.

    Where none does, or they are one place, it leads between the two nodes that are furthest apart in X and Y.
    """
    axes: dict[str, AisleAxis] = {}
    for graph in graphs:
        for number in np.unique(graph.aisle[graph.aisle >= 0]).tolist():
            aisle = graph.aisle_ids[number]
            if aisle not in axes and aisle in graph.aisles:
                first, last = graph.aisles[aisle]
                axis = _axis(graph, first, last)
                if axis is not None:
                    axes[aisle] = axis
    for graph in graphs:
        for number in np.unique(graph.aisle[graph.aisle >= 0]).tolist():
            nodes = np.unique(graph.edges[graph.aisle == number])
            by_sum = graph.xy[nodes].sum(axis=1)
            axis = _axis(graph, int(nodes[np.argmin(by_sum)]), int(nodes[np.argmax(by_sum)]))
            if axis is not None:
                axes.setdefault(graph.aisle_ids[number], axis)
    return dict(sorted(axes.items()))


def along(axis: AisleAxis, xy: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Metres along the axis of places (..., 2)."""
    found: npt.NDArray[np.float64] = (xy - np.array(axis.origin)) @ np.array(axis.ahead)
    return found


def edges_of_aisle(graph: NavGraph, aisle: str) -> npt.NDArray[np.int64]:
    """The edges (e,) of an aisle; none where the graph does not know it."""
    if aisle not in graph.aisle_ids:
        return np.empty(0, np.int64)
    return np.flatnonzero(graph.aisle == graph.aisle_ids.index(aisle))


def edges_along(graph: NavGraph, aisle: str, axis: AisleAxis) -> npt.NDArray[np.int64]:
    """The edges (e,) of an aisle that lead on along its axis, not just across it."""
    edges = edges_of_aisle(graph, aisle)
    step = np.diff(along(axis, graph.xy[graph.edges[edges]]), axis=1)[:, 0]
    return edges[np.abs(step) > SHORT_M]


def one_way_sense(graphs: Sequence[NavGraph], aisle: str, axis: AisleAxis) -> int:
    """+1 or −1 where every lane through the aisle leads that way along its axis in every graph that has it, else 0.

    Ways to a rack that end there count for neither.
    """
    senses: set[int] = set()
    for graph in graphs:
        degree = np.bincount(graph.edges.ravel(), minlength=len(graph.xy))
        edges = edges_along(graph, aisle, axis)
        edges = edges[(degree[graph.edges[edges]] > 1).all(axis=1)]
        step = np.diff(along(axis, graph.xy[graph.edges[edges]]), axis=1)[:, 0]
        senses |= set((np.sign(step) * graph.direction[edges]).astype(int).tolist())
    return senses.pop() if len(senses) == 1 else 0


def _axis(graph: NavGraph, first: int, last: int) -> AisleAxis | None:
    step = graph.xy[last] - graph.xy[first]
    length = float(np.hypot(*step))
    if length <= SHORT_M:
        return None
    origin, ahead = graph.xy[first].tolist(), (step / length).tolist()
    return AisleAxis(graph.levels[int(graph.level[first])], (origin[0], origin[1]), (ahead[0], ahead[1]))
