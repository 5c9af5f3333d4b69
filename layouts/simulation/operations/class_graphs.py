"""A navigation graph for every class of agents in a shift."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from layouts.depot import Depot
from layouts.simulation.operations.shift_floor import place_of
from spatial.facility import Facility, Station
from spatial.floor.agents import agent_named
from spatial.navigation.build_graph import build_graph
from spatial.navigation.nav_graph import NavGraph


def class_graphs(
    facility: Facility, planned: NavGraph, depot: Depot, classes: Sequence[str]
) -> tuple[NavGraph, ...]:
    """`planned`, on which tours run, and a graph for every other of `classes`, by the same floor rules."""
    others = [name for name in dict.fromkeys(classes) if name != planned.agent.name]
    if not others:
        return (planned,)
    equipped = _equipped(facility, planned, depot)
    return (planned, *(build_graph(equipped, agent_named(name), planned.rules) for name in others))


def _equipped(facility: Facility, planned: NavGraph, depot: Depot) -> Facility:
    """The facility with the depot as a station, which it may not have drawn."""
    if any(station.id == depot.name for station in facility.stations):
        return facility
    level, (x, y) = place_of(planned, depot.node)
    station = Station(id=depot.name, level=level, kind="depot", pose=(x, y, 0.0), servers=depot.servers)
    return replace(facility, stations=(*facility.stations, station))
