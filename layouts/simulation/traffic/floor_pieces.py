"""A graph's edges cut into pieces on which an agent holds the same resources, as flat arrays for the walk."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from layouts.simulation.engine.tape import NOBODY
from layouts.simulation.traffic.aisle_axes import SHORT_M, along, edges_of_aisle
from layouts.simulation.traffic.cells import ROUNDING_M
from layouts.simulation.traffic.crossings import Crossings
from layouts.simulation.traffic.lanes import Held, Lane, held_at
from spatial.navigation.nav_graph import NavGraph

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

AS_BEFORE = -1
"""The state of a node at which nothing changes but what its edges change."""


class FloorPieces(NamedTuple):
    """The floor of one graph with N nodes and E edges in P pieces and S states.

    From node n, `near_node[near_start[n]:near_start[n + 1]]` is reached by the edge beside it in `near_edge`, from
    its tail where `near_ahead`. Edge e is the pieces `piece_start[e]` … `piece_start[e + 1]` − 1, each up to
    `piece_to` metres from the tail, in state `piece_state`, inside the section `piece_section` or NOBODY, whose axis
    the edge follows (+1), opposes (−1) or crosses (0): `edge_sense` (E,). An agent in state s holds the resources
    `held[held_start[s]:held_start[s + 1]]`, in rising order, and is in area `area[s]`. `node_state` (N,) is that of
    an agent at a node, which is in the area it was in.
    """

    near_start: Ints
    near_node: Ints
    near_edge: Ints
    near_ahead: npt.NDArray[np.bool_]
    length_m: Floats
    piece_start: Ints
    piece_to: Floats
    piece_state: Ints
    piece_section: Ints
    edge_sense: Ints
    node_state: Ints
    held_start: Ints
    held: Ints
    area: Ints


@dataclass
class _States:
    """States by what is held and the area, numbered as they come."""

    number: dict[tuple[tuple[int, ...], int], int] = field(default_factory=dict)

    def of(self, held: Sequence[int], area: int) -> int:
        key = (tuple(sorted(held)), area)
        return self.number.setdefault(key, len(self.number))


@dataclass(frozen=True, kw_only=True, eq=False)
class LaneEdges:
    """Which of the `lanes` an edge may run through, `of_edge[e]`, with its two places on their axis, `ends_m` (E, 2);
    and, for every node in one, the cells an agent there holds.
    """

    parts: tuple[list[Held], ...]
    lanes: tuple[Lane, ...]
    of_edge: tuple[tuple[int, ...], ...]
    ends_m: Floats
    of_node: dict[int, tuple[int, tuple[int, ...]]]


def lane_edges(graph: NavGraph, lanes: Sequence[Lane], *, half_m: float) -> LaneEdges:
    """The edges of a graph in the narrow lanes, for agents that hold every cell within `half_m` of their middle.

    An edge in no aisle between two nodes inside one lane is in it too: it leads round something that stands there.
    """
    of_edge: list[tuple[int, ...]] = [()] * len(graph.edges)
    ends_m = np.zeros((len(graph.edges), 2))
    of_node: dict[int, tuple[int, tuple[int, ...]]] = {}
    parts = tuple(lane.held(half_m) for lane in lanes)
    pairs = graph.edges.tolist()
    in_no_aisle = [
        (edge, pairs[edge]) for edge in np.flatnonzero((graph.aisle < 0) & (graph.link < 0)).tolist()
    ]
    by_aisle: dict[str, list[int]] = {}
    for number, lane in enumerate(lanes):
        by_aisle.setdefault(lane.aisle, []).append(number)
    for aisle, numbers in by_aisle.items():
        rows = edges_of_aisle(graph, aisle)
        axis = lanes[numbers[0]].axis
        inside: dict[int, int] = {}
        for node in np.unique(graph.edges[rows]).tolist():
            at_m = float(along(axis, graph.xy[node]))
            for number in numbers:
                held = held_at(parts[number], at_m)
                if held:
                    of_node[node] = (number, held)
                    inside[node] = number
        round_it = [
            edge for edge, (tail, head) in in_no_aisle if tail in inside and inside[tail] == inside.get(head)
        ]
        for edge in [*rows.tolist(), *round_it]:
            of_edge[edge] = tuple(numbers)
            ends_m[edge] = along(axis, graph.xy[graph.edges[edge]])
    return LaneEdges(parts=parts, lanes=tuple(lanes), of_edge=tuple(of_edge), ends_m=ends_m, of_node=of_node)


class _Piece(NamedTuple):
    to_m: float
    cells: tuple[int, ...]
    section: int


def floor_pieces(
    graph: NavGraph,
    lanes: LaneEdges,
    met: Crossings,
    *,
    first_crossing: Sequence[int],
    lift: Ints,
    area: Ints,
) -> FloorPieces:
    """The pieces of all edges; intersection c of `met` is resource `first_crossing[c]`, `lift` (E,) and `area` (E,)
    are each edge's resources or NOBODY.
    """
    states = _States()
    start, to_m, state, section = [0], [], [], []
    opens = np.zeros(len(graph.xy), np.bool_)
    on_link = (graph.link >= 0).tolist()
    for edge, (tail, head) in enumerate(graph.edges.tolist()):
        length = float(graph.length_m[edge])
        pieces = _lane_pieces(lanes, edge, length)
        opens[tail] |= not pieces[0].cells
        opens[head] |= not pieces[-1].cells
        apart = [(piece, -1) for piece in pieces]
        for piece, crossing in apart if on_link[edge] else _met_pieces(pieces, met, tail, head, length):
            held = [*piece.cells, *_sections(piece)]
            held += [first_crossing[crossing]] if crossing >= 0 else []
            held += [int(lift[edge])] if lift[edge] != NOBODY else []
            to_m.append(piece.to_m)
            state.append(states.of(held, NOBODY if piece.cells else int(area[edge])))
            section.append(piece.section)
        start.append(len(to_m))
    node_state = [
        _node_state(states, lanes, node, int(met.of_node[node]), first_crossing, bool(opens[node]))
        for node in range(len(graph.xy))
    ]
    near = _neighbours(graph)
    held_of = list(states.number)
    return FloorPieces(
        *near,
        length_m=graph.length_m,
        piece_start=np.array(start),
        piece_to=np.array(to_m, np.float64),
        piece_state=np.array(state, np.int64),
        piece_section=np.array(section, np.int64),
        edge_sense=_senses(lanes),
        node_state=np.array(node_state, np.int64),
        held_start=np.cumsum([0, *(len(held) for held, _ in held_of)]),
        held=np.array([resource for held, _ in held_of for resource in held], np.int64),
        area=np.array([area for _, area in held_of], np.int64),
    )


def _sections(piece: _Piece) -> list[int]:
    return [piece.section] if piece.section != NOBODY else []


def _lane_pieces(lanes: LaneEdges, edge: int, length_m: float) -> list[_Piece]:
    """The edge from tail to head, cut where the cells held change."""
    tail_m, head_m = lanes.ends_m[edge].tolist()
    low, high = min(tail_m, head_m), max(tail_m, head_m)
    found: list[tuple[float, float, tuple[int, ...], int]] = []
    for number in lanes.of_edge[edge]:
        parts, lock = lanes.parts[number], lanes.lanes[number].section
        section = NOBODY if lock is None else lock
        if high - low <= SHORT_M:
            held = held_at(parts, (low + high) / 2)
            if held:
                return [_Piece(length_m, held, section)]
        elif parts[0].start_m < high - ROUNDING_M and parts[-1].end_m > low + ROUNDING_M:
            found += [
                (max(low, part.start_m), min(high, part.end_m), part.cells, section)
                for part in parts
                if _is_there(part, low, high)
            ]
    whole: list[tuple[float, float, tuple[int, ...], int]] = []
    here = low
    for start, end, cells, section in found:
        if start > here + ROUNDING_M:
            whole.append((here, start, (), NOBODY))
        whole.append((start, end, cells, section))
        here = end
    if high > here + ROUNDING_M or not whole:
        whole.append((here, high, (), NOBODY))
    if tail_m <= head_m:
        ends = [(end - low, cells, section) for _, end, cells, section in whole]
    else:
        ends = [(high - start, cells, section) for start, _, cells, section in reversed(whole)]
    scale = length_m / (high - low) if high > low else 0.0
    pieces = [_Piece(to_m * scale, cells, section) for to_m, cells, section in ends]
    return [*pieces[:-1], pieces[-1]._replace(to_m=length_m)]


def _is_there(part: Held, low: float, high: float) -> bool:
    """Parts that an edge only touches at its end are those of the node; a part without length counts within it."""
    if part.end_m - part.start_m <= ROUNDING_M:
        return low + ROUNDING_M < part.start_m < high - ROUNDING_M
    return part.start_m < high - ROUNDING_M and part.end_m > low + ROUNDING_M


def _met_pieces(
    pieces: list[_Piece], met: Crossings, tail: int, head: int, length_m: float
) -> list[tuple[_Piece, int]]:
    """The pieces cut again where intersections begin and end, each with its intersection or −1."""
    at_tail, at_head = int(met.of_node[tail]), int(met.of_node[head])
    if at_tail < 0 and at_head < 0:
        return [(piece, -1) for piece in pieces]
    leaves = met.reach_m - float(met.away_m[tail]) if at_tail >= 0 else 0.0
    comes = length_m - (met.reach_m - float(met.away_m[head])) if at_head >= 0 else length_m
    if at_tail == at_head and leaves >= comes:
        return [(piece, at_tail) for piece in pieces]
    found: list[tuple[_Piece, int]] = []
    here = 0.0
    for piece in pieces:
        for border in (leaves, comes):
            if here + ROUNDING_M < border < piece.to_m - ROUNDING_M:
                found.append(
                    (piece._replace(to_m=border), _crossing(here, border, leaves, comes, at_tail, at_head))
                )
                here = border
        found.append((piece, _crossing(here, piece.to_m, leaves, comes, at_tail, at_head)))
        here = piece.to_m
    return found


def _crossing(from_m: float, to_m: float, leaves: float, comes: float, at_tail: int, at_head: int) -> int:
    middle = (from_m + to_m) / 2
    return at_tail if middle < leaves else at_head if middle > comes else -1


def _node_state(
    states: _States, lanes: LaneEdges, node: int, crossing: int, first_crossing: Sequence[int], is_open: bool
) -> int:
    """What an agent at a node holds; where only narrow lanes meet there is no room to stand without any of them."""
    number, cells = lanes.of_node.get(node, (-1, ()))
    section = lanes.lanes[number].section if number >= 0 else None
    held = [*cells, *([] if section is None else [section])]
    held += [first_crossing[crossing]] if crossing >= 0 else []
    return AS_BEFORE if not held and not is_open else states.of(held, NOBODY)


def _senses(lanes: LaneEdges) -> Ints:
    step = np.diff(lanes.ends_m, axis=1)[:, 0]
    sense: Ints = np.where(np.abs(step) > SHORT_M, np.sign(step), 0).astype(np.int64)
    return sense


def _neighbours(graph: NavGraph) -> tuple[Ints, Ints, Ints, npt.NDArray[np.bool_]]:
    count, edges = len(graph.xy), len(graph.edges)
    node = graph.edges.T.ravel()
    order = np.argsort(node, kind="stable")
    start = np.concatenate([[0], np.cumsum(np.bincount(node, minlength=count))])
    return start, graph.edges.T[::-1].ravel()[order], order % max(edges, 1), order < edges
