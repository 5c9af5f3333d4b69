"""The navigation graph: what routes run on, as flat arrays and as networkx."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

import networkx as nx
import numpy as np
import numpy.typing as npt

from spatial.floor.agents import AgentClass
from spatial.floor.floor_rules import NO_RULES, FloorRules

NODE_KINDS = ("junction", "bend", "end", "access", "station", "aisle_mouth", "link_end")
"""Where lanes meet, turn and end; where an agent stands to work; where an aisle begins, or a lift or stair."""


def _unset() -> Any:
    return np.empty(0)


@dataclass(frozen=True, kw_only=True, eq=False)
class NavGraph:
    """Nodes and straight edges that one agent class can use; world frame, metres.

    Nodes: `xy` (N, 2), `level` (N,) an index in `levels`, `kind` (N,) an index in NODE_KINDS.
    Edges, each once with tail < head and in rising order: `edges` (E, 2) node indices, `length_m` (E,),
    `clear_width_m` (E,) from what stands on the left to what stands on the right, `sigma_m` (E,) of that
    width from both sides' faces. A length can be 0 where two places share a point.

    Each edge may also have (by default it has not): `direction` (E,) 0 for both ways, +1 from tail to head
    only, −1 from head to tail only; `speed_limit_m_s` (E,), infinite without one; `time_s` (E,) what the
    agent needs for it; and, as indices or −1 for none, `zone` in `zones`, `aisle` in `aisle_ids`, `link` in
    `links` (the way between two levels that it is), `agent_group` in `agent_groups` (the only agents allowed).

    `access` maps a location's id to the node where the agent stands for it, `pick_faces` to the column of
    locations over each other that share one picking place. `stations` maps a station's id to its node.
    `aisles` maps an aisle's id to the nodes at its two mouths, `aisle_of` a location's id to its aisle.
    `other_access` has the other sides of a location whose rack faces two aisles: node and aisle, or None.
    `unreached` gives the reason for every location, station, aisle or link that has no node.

    `rules` are those the graph obeys, `drawn` is the graph without their traffic rules where there are any:
    a node of `drawn` has the same number here. Nodes that no edge of the graph joins are out of use.
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
    direction: npt.NDArray[np.int8] = field(default_factory=_unset)
    time_s: npt.NDArray[np.float64] = field(default_factory=_unset)
    speed_limit_m_s: npt.NDArray[np.float64] = field(default_factory=_unset)
    zone: npt.NDArray[np.int64] = field(default_factory=_unset)
    zones: tuple[str, ...] = ()
    aisle: npt.NDArray[np.int64] = field(default_factory=_unset)
    aisle_ids: tuple[str, ...] = ()
    link: npt.NDArray[np.int64] = field(default_factory=_unset)
    links: tuple[str, ...] = ()
    agent_group: npt.NDArray[np.int64] = field(default_factory=_unset)
    agent_groups: tuple[tuple[str, ...], ...] = ()
    other_access: Mapping[str, tuple[tuple[int, str | None], ...]] = field(default_factory=dict)
    rules: FloorRules = NO_RULES
    drawn: NavGraph | None = None

    def __post_init__(self) -> None:
        """Fill the edge fields that were not given."""
        count = len(self.edges)
        defaults = {
            "direction": np.zeros(count, np.int8),
            "time_s": self.length_m / self.agent.speed_m_s,
            "speed_limit_m_s": np.full(count, np.inf),
            **{name: np.full(count, -1) for name in ("zone", "aisle", "link", "agent_group")},
        }
        for name, default in defaults.items():
            if len(getattr(self, name)) == 0:
                object.__setattr__(self, name, default)

    @property
    def can_turn(self) -> npt.NDArray[np.bool_]:
        """Whether each edge (E,) is wide enough for the agent to turn round."""
        return self.clear_width_m >= self.agent.turning_circle_m

    @property
    def is_one_way(self) -> bool:
        """Whether any edge is: distances are then not the same both ways."""
        return bool(self.direction.any())

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, NavGraph):
            return NotImplemented
        return all(_same(getattr(self, f.name), getattr(other, f.name)) for f in fields(self))

    __hash__ = None  # type: ignore[assignment]


EDGE_FIELDS = (
    "length_m",
    "clear_width_m",
    "sigma_m",
    "direction",
    "time_s",
    "speed_limit_m_s",
    "zone",
    "aisle",
    "link",
    "agent_group",
)
"""The fields of a NavGraph with one entry for each edge, beside `edges`."""


def edge_fields(
    graph: NavGraph,
    edges: npt.NDArray[np.int64],
    rows: npt.NDArray[np.int64],
    share: npt.NDArray[np.float64] | float = 1.0,
) -> dict[str, Any]:
    """`edges` (P, 2) in canonical order with the fields of the edges `rows` (P,) whose sense they follow, or of
    the `share` (P,) of them that they are.
    """
    turned = edges[:, 0] > edges[:, 1]
    ordered = np.sort(edges, axis=1)
    order = np.lexsort((ordered[:, 1], ordered[:, 0]))
    taken = {name: getattr(graph, name)[rows] for name in EDGE_FIELDS}
    taken["length_m"] = taken["length_m"] * share
    taken["time_s"] = taken["time_s"] * share
    taken["direction"] = np.where(turned, -taken["direction"], taken["direction"]).astype(np.int8)
    return {"edges": ordered[order], **{name: values[order] for name, values in taken.items()}}


def to_networkx(graph: NavGraph) -> nx.Graph:
    """The graph as `nx.Graph`, or as `nx.DiGraph` where any edge is one-way, so that networkx's own algorithms
    go by the rules.

    Node attributes x_m, y_m, level, kind; edge attributes length_m, clear_width_m, sigma_m, time_s, can_turn
    and, where the edge has them, speed_limit_m_s, zone, aisle, link, agents; the mappings, the agent, the
    rules and the graph without them (`drawn`) as graph attributes.
    """
    public = (nx.DiGraph if graph.is_one_way else nx.Graph)(
        facility=graph.facility,
        agent=asdict(graph.agent),
        levels=list(graph.levels),
        **{name: list(getattr(graph, name)) for name in ("zones", "aisle_ids", "links", "agent_groups")},
        **{name: dict(getattr(graph, name)) for name in (*_MAPPINGS, "other_access")},
        rules=graph.rules.to_record(),
        drawn=None if graph.drawn is None else to_networkx(graph.drawn),
    )
    places = zip(graph.xy.tolist(), graph.level.tolist(), graph.kind.tolist(), strict=True)
    for node, ((x, y), level, kind) in enumerate(places):
        public.add_node(node, x_m=x, y_m=y, level=graph.levels[level], kind=NODE_KINDS[kind])
    for (tail, head), way, said in zip(
        graph.edges.tolist(), graph.direction.tolist(), _attributes(graph), strict=True
    ):
        if way >= 0:
            public.add_edge(tail, head, **said)
        if way < 0 or (way == 0 and graph.is_one_way):
            public.add_edge(head, tail, **said)
    return public


def from_networkx(public: nx.Graph) -> NavGraph:
    """The inverse of `to_networkx`. The nodes must be 0 … N − 1; KeyError names a missing attribute."""
    nodes = sorted(public.nodes)
    if nodes != list(range(len(nodes))):
        raise ValueError("the nodes of a navigation graph are numbered 0 … N − 1")
    said = public.graph
    agent, levels = AgentClass(**said["agent"]), tuple(said["levels"])
    at = [public.nodes[node] for node in nodes]
    edges = sorted({(min(a, b), max(a, b)) for a, b in public.edges})
    ahead = [public.has_edge(*edge) for edge in edges]
    back = [public.has_edge(*edge[::-1]) for edge in edges]
    of = [public.edges[edge if way else edge[::-1]] for edge, way in zip(edges, ahead, strict=True)]
    columns: dict[str, Any] = {name: np.array([e[name] for e in of], np.float64) for name in _LENGTHS}
    columns["time_s"] = np.array([e.get("time_s", e["length_m"] / agent.speed_m_s) for e in of], np.float64)
    columns["speed_limit_m_s"] = np.array([e.get("speed_limit_m_s", np.inf) for e in of], np.float64)
    columns["direction"] = np.array(ahead, np.int8) - np.array(back, np.int8)
    for row, names, key in _NAMED:
        columns[names] = tuple(_name(each) for each in said.get(names, ()))
        number = {name: k for k, name in enumerate(columns[names])}
        columns[row] = np.array([number[_name(e[key])] if key in e else -1 for e in of], np.int64)
    mappings: dict[str, Any] = {name: dict(said[name]) for name in _MAPPINGS}
    mappings["aisles"] = {aisle: (a, b) for aisle, (a, b) in mappings["aisles"].items()}
    sides = said.get("other_access", {})
    return NavGraph(
        facility=said["facility"],
        agent=agent,
        levels=levels,
        xy=np.array([(a["x_m"], a["y_m"]) for a in at], np.float64).reshape(-1, 2),
        level=np.array([levels.index(a["level"]) for a in at], np.int64),
        kind=np.array([NODE_KINDS.index(a["kind"]) for a in at], np.int64),
        edges=np.array(edges, np.int64).reshape(-1, 2),
        **columns,
        **mappings,
        other_access={place: tuple((node, aisle) for node, aisle in sides[place]) for place in sides},
        rules=FloorRules.model_validate(said.get("rules", {})),
        drawn=from_networkx(said["drawn"]) if said.get("drawn") is not None else None,
    )


def _name(public: str | Sequence[str]) -> str | tuple[str, ...]:
    return public if isinstance(public, str) else tuple(public)


def _attributes(graph: NavGraph) -> Iterator[dict[str, Any]]:
    columns = {name: getattr(graph, name).tolist() for name in (*_LENGTHS, "time_s", "can_turn")}
    limits = graph.speed_limit_m_s.tolist()
    named = [(getattr(graph, row).tolist(), getattr(graph, names), key) for row, names, key in _NAMED]
    for edge in range(len(graph.edges)):
        said = {name: values[edge] for name, values in columns.items()}
        if limits[edge] < np.inf:
            said["speed_limit_m_s"] = limits[edge]
        for rows, names, key in named:
            if rows[edge] >= 0:
                name = names[rows[edge]]
                said[key] = name if isinstance(name, str) else list(name)
        yield said


_MAPPINGS = ("access", "pick_faces", "stations", "aisles", "aisle_of", "unreached")
_LENGTHS = ("length_m", "clear_width_m", "sigma_m")
_NAMED = (
    ("zone", "zones", "zone"),
    ("aisle", "aisle_ids", "aisle"),
    ("link", "links", "link"),
    ("agent_group", "agent_groups", "agents"),
)
"""An index of each edge, the names that it counts, and the attribute in networkx."""


def _same(one: Any, other: Any) -> bool:
    if isinstance(one, np.ndarray):
        return isinstance(other, np.ndarray) and np.array_equal(one, other)
    return bool(one == other)
