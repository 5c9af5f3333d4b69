"""A hall of 120 × 200 m with 20,064 locations: all reached, the same every time, closed in a moment."""

from __future__ import annotations

import time

import numpy as np
import pytest
from large_hall import large_hall

from spatial.facility import Facility
from spatial.floor.agents import PICKER
from spatial.floor.floor_rules import FloorRules, OneWay
from spatial.navigation.build_graph import build_graph
from spatial.navigation.nav_graph import NavGraph
from spatial.navigation.shortest_paths import shortest_distances
from spatial.navigation.traffic import with_aisle_closed, with_aisle_open


@pytest.fixture(scope="module")
def scanned() -> Facility:
    return large_hall(jitter_m=0.01, yaw_jitter_deg=0.1)


@pytest.fixture(scope="module")
def graph(scanned: Facility) -> NavGraph:
    return build_graph(scanned, PICKER, one_way(scanned))


def one_way(facility: Facility) -> FloorRules:
    headings = (90.0, -90.0)
    return FloorRules(
        one_way=tuple(OneWay(aisle=a.id, heading_deg=headings[k % 2]) for k, a in enumerate(facility.aisles))
    )


def test_every_location_is_reached_there_and_back(scanned: Facility, graph: NavGraph) -> None:
    assert not graph.unreached
    assert len(graph.xy) < 10_000
    assert graph.access.keys() == {place.id for place in scanned.locations}
    assert len(graph.access) == 20_064
    assert set(graph.aisle_of.values()) == {aisle.id for aisle in scanned.aisles}
    some = sorted(set(graph.access.values()))[::97]
    assert np.isfinite(shortest_distances(graph, some).length_m).all()


def test_closing_an_aisle_takes_a_moment_and_equals_a_rebuild(scanned: Facility, graph: NavGraph) -> None:
    seconds = []
    for _ in range(5):
        start = time.perf_counter()
        closed = with_aisle_closed(graph, "A205")
        seconds.append(time.perf_counter() - start)
    assert min(seconds) < 0.1
    assert closed == build_graph(scanned, PICKER, one_way(scanned).with_closed("A205"))
    assert with_aisle_open(closed, "A205") == graph
