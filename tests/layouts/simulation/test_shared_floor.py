"""What replications share of a floor changes nothing of any of them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from layouts import plan_scenario
from layouts.scenario import Scenario
from layouts.simulation.run_scenario import ReadyShift, _ready, _start, ready_on

SETTINGS = {
    "walked": {"routing": "largest-gap"},
    "narrow": {"agent": "reach_truck", "traffic": {"lanes": {"A1": "narrow-two-way", "A2": "very-narrow"}}},
    "classes": {"operations": {"staff": [{"count": 2}, {"agent": "order_picker"}]}},
}


def alike(one: ReadyShift, other: ReadyShift) -> bool:
    arrays = [
        [*each.program.program.tape, *each.program.program.seats, *each.program.program.jobs]
        for each in (one, other)
    ]
    return one.shift.plan == other.shift.plan and all(map(np.array_equal, *arrays))


@pytest.mark.parametrize("settings", SETTINGS.values(), ids=SETTINGS)
@pytest.mark.parametrize("most", [0, 4_000])
def test_a_replication_on_a_floor_in_use_is_that_on_a_new_one(hall, settings, most, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    facility = hall(rows=4, bays=4)
    scenario = Scenario(site=Path("."), synthetic_orders=30, redraw_orders=True, seed=3, **settings)
    monkeypatch.setattr(plan_scenario, "MOST_MEASURED", most)
    start = _start(facility, scenario, None)
    shared = [_ready(start, replication=number) for number in range(3)]
    monkeypatch.setattr(plan_scenario, "MOST_MEASURED", 0)
    for number, ready in enumerate(shared):
        assert alike(ready, ready_on(facility, scenario, replication=number))
    assert not alike(shared[0], shared[1])


def test_only_places_of_the_orders_tell_which_aisles_are_open(hall) -> None:  # type: ignore[no-untyped-def]
    facility = hall(rows=4, bays=4)
    scenario = Scenario(site=Path("."), synthetic_orders=1)
    floor = plan_scenario.tour_floor(facility, scenario)
    demand = plan_scenario.demand_on(floor, scenario)
    (order,) = plan_scenario.plan_on(floor, demand, scenario).orders
    graph, depot = floor.graph, floor.depot.node
    few, all_ = (
        plan_scenario.picking_floor(graph, demand.slotting, [order], depot=depot, distances=distances)
        for distances in (None, floor.distances)
    )
    assert len(few.distances.nodes) < len(all_.distances.nodes)
    assert few.open_aisles == all_.open_aisles
    assert few.open_aisles.keys() < graph.aisles.keys()
