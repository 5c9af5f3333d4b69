"""What all shifts on one floor share, whatever is ordered: its traffic, and where and how high things are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from layouts.depot import Depot
from layouts.simulation.operations.class_graphs import class_graphs
from layouts.simulation.operations.heights import working_heights
from layouts.simulation.operations.shift_floor import Place, places_of
from layouts.simulation.traffic.build_traffic import traffic_map
from layouts.simulation.traffic.traffic_map import TrafficMap, TrafficSettings
from spatial.facility import Facility
from spatial.navigation.nav_graph import NavGraph


@dataclass(frozen=True, kw_only=True, eq=False)
class Ground:
    """The `traffic` of all classes, without tickets; the `places` of nodes by graph; `tiers` and `heights` of
    locations, see `working_heights`.
    """

    traffic: TrafficMap
    places: tuple[Sequence[Place], ...]
    tiers: Mapping[str, int]
    heights: Mapping[str, float]


def ground_of(
    facility: Facility, planned: NavGraph, depot: Depot, classes: Sequence[str], settings: TrafficSettings
) -> Ground:
    """The ground for `planned`, the graph that tours run on, and other agent classes."""
    traffic = traffic_map(class_graphs(facility, planned, depot, classes), settings)
    return Ground(
        traffic=traffic,
        places=tuple(map(places_of, traffic.graphs)),
        tiers={place.id: place.tier for place in facility.locations},
        heights=working_heights(facility),
    )
