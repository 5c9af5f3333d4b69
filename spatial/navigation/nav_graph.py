"""The navigation graph: what routes run on, as flat arrays and as networkx."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

import networkx as nx
import numpy as np
import numpy.typing as npt

from spatial.floor.agents import AgentClass

NODE_KINDS = ("junction", "bend", "end", "access", "station", "aisle_mouth")
"""Where lanes meet, turn and end; where an agent stands to work; where an aisle begins."""


@dataclass(frozen=True, kw_only=True, eq=False)
class NavGraph:
    """Nodes and straight, two-way edges that one agent class can use; world frame, metres.

    Nodes: `xy` (N, 2), `level` (N,) an index in `levels`, `kind` (N,) an index in NODE_KINDS.
    Edges, each once with tail < head and in rising order: `edges` (E, 2) node indices, `length_m` (E,),
    `clear_width_m` (E,) twice the distance to the nearest obstacle, `sigma_m` (E,) of that width from both
    sides' faces. A length can be 0 where two places share a point.

    `access` maps a location's id to the node where the agent stands for it, `pick_faces` to the column of
    locations over each other that share one picking place. `stations` maps a station's id to its node.
    `aisles` maps an aisle's id to the nodes at its two mouths, `aisle_of` a location's id to its aisle.
    `unreached` gives the reason for every location, station or aisle that has no node.
    """

    facility: str
    agent: AgentClass
    levels: tuple[str, ...]
    xy: npt.NDArray[np.float64]
    level: npt.NDArray[np.int64]
    kind: npt.NDArray[np.int64]
    edges: npt.NDArray[np.int64]
    length_m: npt.NDArray[np.float64]
    clear_width_m: npt.NDArray[np.float64]
    sigma_m: npt.NDArray[np.float64]
    access: Mapping[str, int]
    pick_faces: Mapping[str, str]
    stations: Mapping[str, int]
    aisles: Mapping[str, tuple[int, int]]
    aisle_of: Mapping[str, str]
    unreached: Mapping[str, str]

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, NavGraph):
            return NotImplemented
        return all(_same(getattr(self, f.name), getattr(other, f.name)) for f in fields(self))

    __hash__ = None  # type: ignore[assignment]


def to_networkx(graph: NavGraph) -> nx.Graph:
    """The graph as `nx.Graph`: node attributes x_m, y_m, level, kind; edge attributes length_m,
    clear_width_m, sigma_m; the mappings and the agent as graph attributes.
    """
    public = nx.Graph(
        facility=graph.facility,
        agent=asdict(graph.agent),
        levels=list(graph.levels),
        **{name: dict(getattr(graph, name)) for name in _MAPPINGS},
    )
    places = zip(graph.xy.tolist(), graph.level.tolist(), graph.kind.tolist(), strict=True)
    for node, ((x, y), level, kind) in enumerate(places):
        public.add_node(node, x_m=x, y_m=y, level=graph.levels[level], kind=NODE_KINDS[kind])
    for row, (tail, head) in enumerate(graph.edges.tolist()):
        public.add_edge(tail, head, **{name: float(getattr(graph, name)[row]) for name in _EDGE_LENGTHS})
    return public


def from_networkx(public: nx.Graph) -> NavGraph:
    """The inverse of `to_networkx`. The nodes must be 0 … N − 1; KeyError names a missing attribute."""
    nodes = sorted(public.nodes)
    if nodes != list(range(len(nodes))):
        raise ValueError("the nodes of a navigation graph are numbered 0 … N − 1")
    levels = tuple(public.graph["levels"])
    at = [public.nodes[node] for node in nodes]
    edges = sorted((min(a, b), max(a, b)) for a, b in public.edges)
    lengths = {
        name: np.array([public.edges[edge][name] for edge in edges], np.float64) for name in _EDGE_LENGTHS
    }
    mappings: dict[str, Any] = {name: dict(public.graph[name]) for name in _MAPPINGS}
    mappings["aisles"] = {aisle: (a, b) for aisle, (a, b) in mappings["aisles"].items()}
    return NavGraph(
        facility=public.graph["facility"],
        agent=AgentClass(**public.graph["agent"]),
        levels=levels,
        xy=np.array([(a["x_m"], a["y_m"]) for a in at], np.float64).reshape(-1, 2),
        level=np.array([levels.index(a["level"]) for a in at], np.int64),
        kind=np.array([NODE_KINDS.index(a["kind"]) for a in at], np.int64),
        edges=np.array(edges, np.int64).reshape(-1, 2),
        length_m=lengths["length_m"],
        clear_width_m=lengths["clear_width_m"],
        sigma_m=lengths["sigma_m"],
        **mappings,
    )


_MAPPINGS = ("access", "pick_faces", "stations", "aisles", "aisle_of", "unreached")
_EDGE_LENGTHS = ("length_m", "clear_width_m", "sigma_m")


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, np.ndarray):
        return isinstance(other, np.ndarray) and np.array_equal(one, other)
    return bool(one == other)
