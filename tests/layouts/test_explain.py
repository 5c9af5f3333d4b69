"""A tour told edge by edge, on a floor that can be drawn."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from layouts.tours.explain import explain_tour, steps_text
from layouts.tours.tour import Pick, Stop, Tour
from spatial.floor.agents import PICKER
from spatial.navigation.nav_graph import NODE_KINDS, NavGraph

KINDS = ("station", "aisle_mouth", "access", "access")
GRAPH = NavGraph(
    facility="a lane",
    agent=PICKER,
    levels=("L0",),
    xy=np.array([(0.0, 0.0), (4.0, 0.0), (6.5, 0.0), (6.5, 0.0)]),
    level=np.zeros(4, np.int64),
    kind=np.array([NODE_KINDS.index(kind) for kind in KINDS]),
    edges=np.array([(0, 1), (1, 2), (2, 3)]),
    length_m=np.array([4.0, 2.5, 0.0]),
    clear_width_m=np.array([3.0, 1.2, 1.2]),
    sigma_m=np.zeros(3),
    access={"A-1": 2, "A-2": 3},
    pick_faces={"A-1": "A-1", "A-2": "A-2"},
    stations={"DEPOT": 0},
    aisles={"A": (1, 3)},
    aisle_of={"A-1": "A"},
    unreached={},
    aisle=np.array([-1, 0, 0]),
    aisle_ids=("A",),
)


def stop(node: int, face: str) -> Stop:
    pick = Pick(order="O1", sku=f"SKU-{face}", quantity=2, location=face)
    return Stop(node=node, face=face, picks=(pick,))


TOUR = Tour(
    id="T1",
    depot=0,
    stops=(stop(2, "A-1"), stop(2, "A-1b"), stop(3, "A-2")),
    legs=((0, 1, 2), (2,), (2, 3), (3, 2, 1, 0)),
    length_m=13.0,
)


def test_every_edge_is_told_with_what_is_picked_at_its_end() -> None:
    steps = explain_tour(GRAPH, TOUR)
    assert [(step.start, step.end) for step in steps] == [
        (0, 1),
        (1, 2),
        (2, 2),
        (2, 3),
        (3, 2),
        (2, 1),
        (1, 0),
    ]
    assert [step.length_m for step in steps] == [4.0, 2.5, 0.0, 0.0, 0.0, 2.5, 4.0]
    assert [step.end_kind for step in steps[:3]] == ["aisle_mouth", "access", "access"]
    assert [step.clear_width_m for step in steps[:3]] == [3.0, 1.2, None]
    assert [step.aisle for step in steps[:3]] == [None, "A", None]
    assert [pick.location for step in steps for pick in step.picks] == ["A-1", "A-1b", "A-2"]
    assert [step.worked for step in steps[1:4]] == ["A", None, None]
    assert steps[-1].cumulative_m == sum(step.length_m for step in steps) == TOUR.length_m


def test_the_text_ends_with_the_total() -> None:
    lines = steps_text(explain_tour(GRAPH, TOUR)).splitlines()
    assert lines[0].split()[:4] == ["step", "from", "to", "kind"]
    assert " ".join(lines[2].split()) == "2 1 2 access 2.500 6.500 1.20 A A 2 × SKU-A-1 from A-1"
    assert lines[-1] == "7 steps, 13.000 m"
    assert len(lines) == 2 + 7


def test_a_tour_that_stays_has_no_steps() -> None:
    idle = Tour(id="T0", depot=0, stops=(), legs=((0,),), length_m=0.0)
    assert explain_tour(GRAPH, idle) == ()
    assert steps_text(()).endswith("0 steps, 0.000 m")


def test_a_sum_that_is_not_the_total_is_an_error() -> None:
    with pytest.raises(ValueError, match=r"add up to 13\.0 m but it says 13\.000001 m"):
        explain_tour(GRAPH, replace(TOUR, length_m=13.000001))


def test_an_edge_that_is_not_there_is_an_error() -> None:
    jump = replace(TOUR, legs=((0, 2), *TOUR.legs[1:]))
    with pytest.raises(ValueError, match="from node 0 to 2, which no edge joins"):
        explain_tour(GRAPH, jump)


def test_a_leg_that_does_not_reach_its_stop_is_an_error() -> None:
    short = replace(TOUR, legs=((0, 1), *TOUR.legs[1:]))
    with pytest.raises(ValueError, match="a leg from node 0 to 1: expected 0 to 2"):
        explain_tour(GRAPH, short)


def test_node_numbers_may_be_larger_than_a_direction_is_wide() -> None:
    """A direction is a byte; a step of 200 node numbers is not."""
    far = replace(
        GRAPH,
        xy=np.zeros((301, 2)),
        kind=np.zeros(301, np.int64),
        edges=np.array([(0, 300)]),
        length_m=np.array([4.0]),
        clear_width_m=np.ones(1),
        direction=np.array([0], np.int8),
        aisle=np.array([-1]),
    )
    there = Tour(id="T2", depot=0, stops=(stop(300, "A-1"),), legs=((0, 300), (300, 0)), length_m=8.0)
    assert len(explain_tour(far, there)) == 2


def test_an_edge_walked_against_its_direction_is_an_error() -> None:
    one_way = replace(GRAPH, direction=np.array([0, 1, 0], np.int8))
    with pytest.raises(ValueError, match="from node 2 to 1, against a one-way edge"):
        explain_tour(one_way, TOUR)
