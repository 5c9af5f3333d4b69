"""The traffic of a floor: its lanes, cells, intersections, lifts and areas, and what tours contend for there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import Literal

import numpy as np
import numpy.typing as npt

from layouts.simulation.engine.tape import NOBODY
from layouts.simulation.meaning import Resource
from layouts.simulation.traffic.floor_pieces import FloorPieces, Ints
from layouts.simulation.traffic.lane_kinds import USUAL_MARGINS, AisleKind, LaneKind, Margins
from layouts.simulation.traffic.lanes import Lane
from layouts.simulation.traffic.static_check import Jam
from layouts.simulation.traffic.tickets import with_tickets
from layouts.simulation.traffic.walk import walk
from layouts.simulation.traffic.ways import Ways
from spatial.navigation.joined_routes import JoinedRoutes, Route
from spatial.navigation.nav_graph import NavGraph


@dataclass(frozen=True, kw_only=True)
class TrafficSettings:
    """What contends: margins between bodies, kinds of aisles that a scenario knows better, and which rules hold.

    `locks` False leaves narrow two-way lanes without the lock that keeps opposite traffic out. Intersections are
    seats for vehicles unless `intersections` is False. A cell is given back `on_arrival` in the next one, when it
    holds all of the body, or `at_start` of the way there. `tickets` let so few into a ring of lanes that it cannot
    fill.
    """

    margins: Margins = USUAL_MARGINS
    override: Mapping[str, LaneKind] | None = None
    locks: bool = True
    intersections: bool = True
    release: Literal["on_arrival", "at_start"] = "on_arrival"
    tickets: bool = True


USUAL_TRAFFIC = TrafficSettings()
"""Two-way narrow lanes are locked, vehicles take intersections, cells are given back on arrival."""


@dataclass(frozen=True, kw_only=True, eq=False)
class TrafficMap:
    """What agents of several classes contend for on one floor, all with the same resources.

    `kinds` tells every aisle's kind of lane with the reason, `lanes` are its narrow stretches. `capacity` (R,) is of
    each of `resources`: seats, or agents in a section at once. `area_m2` (R,) is the floor of an area, NaN
    for others. `section_of` (R,) is the section that a cell lies in, or NOBODY. `cell_of[g]` maps the nodes of
    `graphs[g]` in narrow lanes to their cells. `notes` are what a reader must know.

    `guards` are the jams whose tickets, the last of the resources, keep so many agents out that they cannot happen.

    For the walk: `pieces` of each graph's edges, and what each resource is to it, `role` (R,) and `lane` (R,).
    """

    graphs: tuple[NavGraph, ...]
    settings: TrafficSettings
    kinds: Mapping[str, AisleKind]
    lanes: tuple[Lane, ...]
    resources: tuple[Resource, ...]
    capacity: npt.NDArray[np.int64]
    area_m2: npt.NDArray[np.float64]
    section_of: npt.NDArray[np.int64]
    cell_of: tuple[Mapping[int, int], ...]
    notes: tuple[str, ...]
    pieces: tuple[FloorPieces, ...]
    role: npt.NDArray[np.int64]
    lane: npt.NDArray[np.int64]
    guards: tuple[Jam, ...] = ()

    def ways(self, tours: Sequence[Sequence[Route]], *, graph: int = 0) -> Ways:
        """What each of `tours`, the node routes of its legs in turn, contends for in `graphs[graph]`.

        A tour may stop anywhere, in a narrow lane too: it goes on with what it holds there. Vehicles count in areas
        but are not slowed down by their crowd: the law is one of people on foot. Raises ValueError for a leg that
        begins elsewhere than the one before ends, or that no edges join.
        """
        legs = JoinedRoutes.chained(tours)
        tour_at = np.fromiter(accumulate(map(len, tours), initial=0), np.int64, count=len(tours) + 1)
        _check(legs.nodes, legs.at, tour_at, len(self.graphs[graph].xy))
        rows, metres, leg_start, torn = walk(
            self.pieces[graph],
            self.role,
            self.lane,
            legs.nodes,
            legs.at,
            tour_at,
            self.settings.release == "at_start",
            not self.graphs[graph].agent.is_vehicle,
        )
        if torn != NOBODY:
            raise ValueError(f"leg {torn} has two nodes in turn that no edge joins: {legs[torn]}")
        found = Ways(
            op=rows[:, 0].astype(np.int8),
            a=rows[:, 1].astype(np.int32),
            b=rows[:, 2].astype(np.int32),
            from_m=metres[:, 0].copy(),
            to_m=metres[:, 1].copy(),
            leg_start=leg_start,
            tour_start=tour_at,
        )
        return with_tickets(found, self.guards, first=len(self.resources) - len(self.guards))

    def tour_ways(self, legs: Sequence[Route], *, graph: int = 0) -> Ways:
        """What one tour contends for, see `ways`."""
        return self.ways([legs], graph=graph)


def _check(nodes: Ints, leg_at: Ints, tour_at: Ints, count: int) -> None:
    if (np.diff(leg_at) < 1).any():
        raise ValueError(
            f"leg {int(np.argmin(np.diff(leg_at)))} has no node: give at least the one where it is"
        )
    if len(nodes) and not (nodes.min() >= 0 and nodes.max() < count):
        raise ValueError(f"nodes must be in 0 … {count - 1}, got {nodes.min()} … {nodes.max()}")
    goes_on = np.ones(len(leg_at) - 1, np.bool_)
    goes_on[tour_at[:-1][np.diff(tour_at) > 0]] = False
    legs = np.flatnonzero(goes_on)
    torn = legs[nodes[leg_at[legs] - 1] != nodes[leg_at[legs]]]
    if len(torn):
        leg = int(torn[0])
        raise ValueError(
            f"leg {leg} begins at node {nodes[leg_at[leg]]}, but the one before ends at node "
            f"{nodes[leg_at[leg] - 1]}: join them, or make them two tours"
        )
