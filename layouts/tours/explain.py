"""A tour told edge by edge, so that anyone can add up its length."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from layouts.tours.tour import Pick, Tour
from spatial.navigation.joined_routes import Route
from spatial.navigation.nav_graph import NODE_KINDS, NavGraph


@dataclass(frozen=True, kw_only=True)
class Step:
    """One edge of a tour, walked from node `start` to node `end`, and what is picked on arrival.

    `cumulative_m` counts from the depot to `end`. `clear_width_m` and `aisle` are the edge's, `worked` is the
    aisle that the picks lie in. A stop where the picker already stands is a step of no length, width or aisle.
    """

    start: int
    end: int
    end_kind: str
    length_m: float
    cumulative_m: float
    clear_width_m: float | None = None
    aisle: str | None = None
    worked: str | None = None
    picks: tuple[Pick, ...] = ()


def explain_tour(graph: NavGraph, tour: Tour) -> tuple[Step, ...]:
    """Every edge of `tour` in turn; the last step's sum is the tour's length.

    Raises ValueError where a leg does not lead from one halt to the next, where the tour uses an edge that `graph`
    has not or goes against its direction, and when the edges do not add up to the tour's length to 1e-9 m, or
    1e-12 of it.
    """
    steps = tuple(_steps(graph, f"tour {tour.id}", _moves(tour)))
    walked = steps[-1].cumulative_m if steps else 0.0
    if not math.isclose(walked, tour.length_m, rel_tol=1e-12, abs_tol=1e-9):
        raise ValueError(
            f"the edges of tour {tour.id} add up to {walked} m but it says {tour.length_m} m: {_REMEDY}"
        )
    return steps


def explain_route(graph: NavGraph, route: Route) -> tuple[Step, ...]:
    """Every edge of a node sequence in turn; raises ValueError as `explain_tour` does of an edge."""
    return tuple(_steps(graph, "the route", ((start, end, ()) for start, end in pairwise(route))))


_REMEDY = "explain it on the graph it was planned on"

Move = tuple[int, int, tuple[Pick, ...]]


def _steps(graph: NavGraph, name: str, moves: Iterable[Move]) -> Iterator[Step]:
    row_of = {(tail, head): row for row, (tail, head) in enumerate(graph.edges.tolist())}
    walked = 0.0
    for start, end, picks in moves:
        edge = _edge(graph, row_of, name, start, end) if start != end else _Edge()
        walked += edge.length_m
        yield Step(
            start=start,
            end=end,
            end_kind=NODE_KINDS[graph.kind[end]],
            length_m=edge.length_m,
            cumulative_m=walked,
            clear_width_m=edge.clear_width_m,
            aisle=edge.aisle,
            worked=graph.aisle_of.get(picks[0].location) if picks else None,
            picks=picks,
        )


@dataclass(frozen=True)
class _Edge:
    length_m: float = 0.0
    clear_width_m: float | None = None
    aisle: str | None = None


def _edge(graph: NavGraph, row_of: Mapping[tuple[int, int], int], name: str, start: int, end: int) -> _Edge:
    row = row_of.get((min(start, end), max(start, end)))
    if row is None:
        raise ValueError(f"{name} goes from node {start} to {end}, which no edge joins: {_REMEDY}")
    if int(graph.direction[row]) * (end - start) < 0:
        raise ValueError(f"{name} goes from node {start} to {end}, against a one-way edge: {_REMEDY}")
    aisle = int(graph.aisle[row])
    return _Edge(
        length_m=float(graph.length_m[row]),
        clear_width_m=float(graph.clear_width_m[row]),
        aisle=graph.aisle_ids[aisle] if aisle >= 0 else None,
    )


def _moves(tour: Tour) -> Iterator[Move]:
    """Every move from node to node with the picks at its end; a stop without a move to it is a move to itself."""
    at = tour.depot
    halts = [*((stop.node, stop.picks) for stop in tour.stops), (tour.depot, ())]
    for leg, (node, picks) in zip(tour.legs, halts, strict=True):
        if (leg[0], leg[-1]) != (at, node):
            raise ValueError(
                f"tour {tour.id} has a leg from node {leg[0]} to {leg[-1]}: expected {at} to {node}"
            )
        at = node
        edges = list(pairwise(leg))
        if not edges and picks:
            edges = [(leg[0], leg[0])]
        for number, (start, end) in enumerate(edges, start=1):
            yield start, end, picks if number == len(edges) else ()


_HEADER = ("step", "from", "to", "kind", "length m", "sum m", "width m", "along", "worked", "picked")


def steps_text(steps: Sequence[Step]) -> str:
    """The steps as a table in plain text, the total on its last line."""
    table = [_HEADER, *(_cells(number, step) for number, step in enumerate(steps, start=1))]
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    lines = [
        "  ".join(
            cell.rjust(width) if column in _NUMBERS else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in table
    ]
    total = steps[-1].cumulative_m if steps else 0.0
    return "\n".join([*lines, f"{len(steps)} steps, {total:.3f} m"])


_NUMBERS = (0, 1, 2, 4, 5, 6)


def _cells(number: int, step: Step) -> tuple[str, ...]:
    return (
        str(number),
        str(step.start),
        str(step.end),
        step.end_kind,
        f"{step.length_m:.3f}",
        f"{step.cumulative_m:.3f}",
        "" if step.clear_width_m is None else f"{step.clear_width_m:.2f}",
        step.aisle or "",
        step.worked or "",
        ", ".join(f"{pick.quantity} × {pick.sku} from {pick.location}" for pick in step.picks),
    )
