"""Both ways between two nodes of a network as one edge of a graph."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import shapely

from spatial.exchange.route_network import NetworkEdge, RouteNetwork, edge_lines
from spatial.facility import Facility
from spatial.floor.agents import AgentClass
from spatial.floor.free_space import FreeSpace, free_space
from spatial.navigation.edge_widths import clear_widths, width_sigmas


@dataclass
class EdgePair:
    """The edges between two nodes: the shortest of them, its path, and which ways there are.

    `ways` holds True for an edge from the node of lower index to the other, False for one back.
    """

    edge: NetworkEdge
    line: shapely.LineString
    level: str
    speed_limit_m_s: float = math.inf
    ways: set[bool] = field(default_factory=set)

    @property
    def length_m(self) -> float:
        """As told, else as drawn."""
        return float(self.line.length) if self.edge.length_m is None else self.edge.length_m

    @property
    def direction(self) -> int:
        """0 for both ways, +1 from the lower index to the higher only, −1 back only."""
        return sum(1 if way else -1 for way in self.ways)


def edge_pairs(
    network: RouteNetwork, index: Mapping[str, int], vehicle: str | None
) -> dict[tuple[int, int], EdgePair]:
    """The pairs of nodes joined by an edge `vehicle` may use, (tail, head) with tail < head, in rising order.

    Of several speed limits the lowest holds; an edge from a node to itself is dropped.
    """
    pairs: dict[tuple[int, int], EdgePair] = {}
    for edge, line in zip(network.edges, edge_lines(network), strict=True):
        tail, head = index[edge.tail], index[edge.head]
        if tail == head or not edge.allows(vehicle):
            continue
        key = min(tail, head), max(tail, head)
        drawn = EdgePair(edge, line, network.nodes[tail].level)
        pair = pairs.setdefault(key, drawn)
        if drawn.length_m < pair.length_m:
            pair.edge, pair.line = edge, line
        pair.ways.add(tail < head)
        limit = edge.speed_limit_for(vehicle)
        pair.speed_limit_m_s = min(pair.speed_limit_m_s, math.inf if limit is None else limit)
    return dict(sorted(pairs.items()))


def pair_widths(
    pairs: Sequence[EdgePair], agent: AgentClass, facility: Facility | None
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Clear width and sigma (E,) of each pair: as told, else as measured, else the agent's own."""
    told = [pair.edge.clear_width_m for pair in pairs]
    width = np.array([2 * agent.radius_m if each is None else each for each in told], np.float64)
    sigma = np.array([pair.edge.sigma_m or 0.0 for pair in pairs], np.float64)
    for level in () if facility is None else facility.levels:
        rows = [
            row
            for row, pair in enumerate(pairs)
            if told[row] is None and not pair.edge.link and pair.level == level.id
        ]
        if facility is not None and rows and len(level.outline) >= 3:
            lines = np.array([pairs[row].line for row in rows], dtype=object)
            width[rows], sigma[rows] = _narrowest(lines, free_space(facility, agent, level.id))
    return width, sigma


def _narrowest(
    lines: npt.NDArray[np.object_], space: FreeSpace
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Clear width and its sigma (L,) where each line is narrowest, straight piece by straight piece."""
    corners, owner = shapely.get_coordinates(lines, return_index=True)
    same = owner[:-1] == owner[1:]
    pieces = shapely.linestrings(np.stack([corners[:-1], corners[1:]], axis=1)[same])
    widths = clear_widths(pieces, space)
    order = np.lexsort((widths, owner[:-1][same]))
    narrowest = order[np.unique(owner[:-1][same][order], return_index=True)[1]]
    return widths[narrowest], width_sigmas(pieces[narrowest], space)
