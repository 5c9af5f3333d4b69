"""From the stops of a tour to the problem that routing policies read: which of them lie in which aisle."""

from __future__ import annotations

from collections.abc import Sequence

from layouts.tours.picking_floor import PickingFloor
from layouts.tours.policies.floor_sections import AisleEnds, floor_sections
from layouts.tours.problem import RoutingProblem
from layouts.tours.tour import Stop


def aisle_problem(floor: PickingFloor, stops: Sequence[Stop]) -> tuple[RoutingProblem, list[int]]:
    """The routing problem of one tour, and the graph node of each of its rows."""
    nodes = [floor.depot, *(stop.node for stop in stops)]
    open_aisles = floor.open_aisles
    stops_in: dict[str, list[int]] = {}
    for row, stop in enumerate(stops, start=1):
        aisle = open_aisle_of(floor, stop)
        if aisle is not None:
            stops_in.setdefault(aisle, []).append(row)
    aisles = []
    for aisle in sorted(stops_in):
        lies, mouths = open_aisles[aisle], (len(nodes), len(nodes) + 1)
        aisles.append(AisleEnds(aisle, mouths, tuple(stops_in[aisle]), lies.level, lies.only))
        nodes += lies.mouths
    xy, length_m = floor.graph.xy[nodes], floor.table(nodes)
    sections = floor_sections(aisles, xy=xy)
    return RoutingProblem(stop_count=len(stops), xy=xy, length_m=length_m, sections=sections), nodes


def open_aisle_of(floor: PickingFloor, stop: Stop) -> str | None:
    """The aisle that a stop lies in; None where it lies in none or something blocks it."""
    aisle = floor.graph.aisle_of.get(stop.picks[0].location)
    return aisle if aisle in floor.open_aisles else None
