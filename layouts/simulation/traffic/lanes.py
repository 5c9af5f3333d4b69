"""The narrow lanes of a floor as resources: sections that one direction has at a time, and cells for one agent."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from layouts.simulation.meaning import Resource
from layouts.simulation.traffic.aisle_axes import AisleAxis, along, edges_of_aisle
from layouts.simulation.traffic.cells import ROUNDING_M, cell_bounds
from layouts.simulation.traffic.lane_kinds import AisleKind, LaneKind, Margins, edge_room
from layouts.simulation.traffic.stretches import Stretch, narrow_stretches
from spatial.navigation.nav_graph import NavGraph


class Held(NamedTuple):
    """A part of a lane, from `start_m` to `end_m` on its axis, and the cells that an agent there holds."""

    start_m: float
    end_m: float
    cells: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Lane:
    """A narrow stretch of an aisle: cell k, from `bounds[k]` to `bounds[k + 1]` metres along `axis`, is resource
    `first_cell + k`; `section` is the resource whose direction one must have, or None where there is no lock.
    """

    name: str
    aisle: str
    axis: AisleAxis
    kind: LaneKind
    bounds: tuple[float, ...]
    first_cell: int
    section: int | None

    @property
    def cells(self) -> int:
        """Their number."""
        return len(self.bounds) - 1

    def cell_at(self, at_m: float) -> int | None:
        """The resource of the cell at a place on the axis; the higher one on a border, None outside."""
        if not self.bounds[0] + ROUNDING_M < at_m < self.bounds[-1] - ROUNDING_M:
            return None
        return self.first_cell + bisect_right(self.bounds, at_m) - 1

    def held(self, half_m: float) -> list[Held]:
        """The lane in parts, in order: an agent holds every cell that is within `half_m` of its middle.

        Between two borders it holds one cell, across a border both; a cell of twice `half_m` has one point for the
        former.
        """
        found: list[Held] = []
        here = self.bounds[0]
        for k in range(self.cells):
            reach = min(half_m, (self.bounds[k + 1] - self.bounds[k]) / 2)
            cell = self.first_cell + k
            if k:
                upper = max(self.bounds[k] + reach, here)
                found.append(Held(here, upper, (cell - 1, cell)))
                here = upper
            until = self.bounds[k + 1] - (reach if k + 1 < self.cells else 0.0)
            found.append(Held(here, max(here, until), (cell,)))
            here = found[-1].end_m
        return found


def held_at(parts: Sequence[Held], at_m: float) -> tuple[int, ...]:
    """The cells that an agent at a place holds; none outside the lane and at its ends."""
    if not parts[0].start_m + ROUNDING_M < at_m < parts[-1].end_m - ROUNDING_M:
        return ()
    first = bisect_left([part.end_m for part in parts], at_m - ROUNDING_M)
    there = [part.cells for part in parts[first : first + 3] if part.start_m <= at_m + ROUNDING_M]
    return min(there, key=len)


def narrow_lanes(
    kinds: Mapping[str, AisleKind],
    graphs: Sequence[NavGraph],
    *,
    margins: Margins,
    said: Mapping[str, LaneKind],
    locks: bool,
) -> tuple[list[Lane], list[Resource], list[int]]:
    """The lanes of all aisles; their resources, sections before cells; and the capacity of each resource.

    A narrow two-way lane is a section with cells unless `locks` is False, a one-way lane has cells only, and a very
    narrow one is a single cell. All cells are for the largest body that there is in `graphs`.
    """
    fleet = [graph.agent for graph in graphs]
    rooms = [edge_room(graph, fleet, margins) for graph in graphs]
    cell_m = 2 * max(agent.radius_m for agent in fleet) + margins.gap_m
    drawn = [
        (kind, number, stretch, _bounds(kind, stretch, graphs, cell_m))
        for kind in kinds.values()
        for number, stretch in enumerate(
            narrow_stretches(kind, graphs, rooms, bay_m=2 * cell_m, said=kind.aisle in said), start=1
        )
    ]
    locked = [each for each in drawn if locks and each[2].kind == "narrow_two_way"]
    section = {(kind.aisle, number): row for row, (kind, number, _, _) in enumerate(locked)}
    resources = [
        _resource(kind, _name(kind, number), "section", (bounds[0] + bounds[-1]) / 2)
        for kind, number, _, bounds in locked
    ]
    capacity = [len(bounds) - 1 for *_, bounds in locked]
    lanes: list[Lane] = []
    for kind, number, stretch, bounds in drawn:
        lane = Lane(
            name=_name(kind, number),
            aisle=kind.aisle,
            axis=kind.axis,
            kind=stretch.kind,
            bounds=bounds,
            first_cell=len(resources),
            section=section.get((kind.aisle, number)),
        )
        middles = [(low + high) / 2 for low, high in pairwise(bounds)]
        resources += [
            _resource(kind, lane.name, "aisle", middles[0])
            if stretch.kind == "very_narrow"
            else _resource(kind, f"{lane.name}#{cell}", "aisle_cell", middle)
            for cell, middle in enumerate(middles, start=1)
        ]
        lanes.append(lane)
    return lanes, resources, capacity + [1] * (len(resources) - len(capacity))


def _bounds(
    kind: AisleKind, stretch: Stretch, graphs: Sequence[NavGraph], cell_m: float
) -> tuple[float, ...]:
    if stretch.kind == "very_narrow":
        return (stretch.start_m, stretch.end_m)
    spots: list[float] = []
    for graph in graphs:
        nodes = np.unique(graph.edges[edges_of_aisle(graph, kind.aisle)])
        nodes = np.intersect1d(nodes, _working_places(graph))
        spots += np.round(along(kind.axis, graph.xy[nodes]), 6).tolist()
    return cell_bounds(stretch.start_m, stretch.end_m, spots, cell_m=cell_m)


def _working_places(graph: NavGraph) -> list[int]:
    others = [node for each in graph.other_access.values() for node, _ in each]
    return sorted({*graph.access.values(), *graph.stations.values(), *others})


def _name(kind: AisleKind, number: int) -> str:
    return kind.aisle if number == 1 else f"{kind.aisle}/{number}"


def _resource(kind: AisleKind, name: str, what: str, at_m: float) -> Resource:
    axis = kind.axis
    xy = (axis.origin[0] + at_m * axis.ahead[0], axis.origin[1] + at_m * axis.ahead[1])
    return Resource(name=name, kind=what, level=axis.level, xy=xy, aisle=kind.aisle)  # type: ignore[arg-type]
