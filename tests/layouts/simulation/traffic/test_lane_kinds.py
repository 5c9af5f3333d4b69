"""Kinds of lanes: by hand on drawn aisles, by the normal law where widths are measured, and on whole halls."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

from layouts.demo_hall import demo_hall
from layouts.simulation.traffic.aisle_axes import along
from layouts.simulation.traffic.build_traffic import traffic_map
from layouts.simulation.traffic.lane_kinds import Margins, lane_kinds
from layouts.simulation.traffic.traffic_map import TrafficSettings
from spatial.floor.agents import CART, MOBILE_ROBOT, PICKER, REACH_TRUCK
from spatial.floor.floor_rules import AisleAgents, FloorRules, OneWay
from spatial.navigation.build_graph import build_graph


def kind_of(graph, *fleet, aisle="A", **more):
    return lane_kinds([graph], fleet or [graph.agent], **more)[aisle]


@pytest.mark.parametrize(
    ("width_m", "kind"), [(1.3, "wide"), (1.28, "narrow_two_way"), (0.7, "narrow_two_way")]
)
def test_two_people_pass_where_their_bodies_and_the_margin_fit(aisle, width_m, kind) -> None:
    assert kind_of(aisle(width_m={"A": width_m})).kind == kind


@pytest.mark.parametrize(
    ("width_m", "kind"),
    [(4.0, "wide"), (3.9, "narrow_two_way"), (2.2, "narrow_two_way"), (2.1, "very_narrow")],
)
def test_a_truck_needs_more_to_pass_and_room_to_steer(aisle, width_m, kind) -> None:
    assert kind_of(aisle(agent=REACH_TRUCK, width_m={"A": width_m})).kind == kind


def test_people_never_make_an_aisle_very_narrow(aisle) -> None:
    assert kind_of(aisle(width_m={"A": 0.62})).kind == "narrow_two_way"


def test_the_widest_two_who_fit_decide(aisle) -> None:
    graph = aisle(width_m={"A": 1.6})
    assert kind_of(graph).needed_m == pytest.approx(1.3)
    assert kind_of(graph, PICKER, CART).needed_m == pytest.approx(1.9)
    assert kind_of(graph, PICKER, CART).kind == "narrow_two_way"
    assert kind_of(graph, PICKER, REACH_TRUCK).needed_m == pytest.approx(1.3)
    assert kind_of(aisle(width_m={"A": 3.0}), PICKER, REACH_TRUCK).needed_m == pytest.approx(4.0)
    assert kind_of(graph, PICKER, MOBILE_ROBOT).needed_m == pytest.approx(2.2)


def test_who_may_not_use_an_aisle_does_not_count_there(hall) -> None:
    rules = FloorRules(aisle_agents=(AisleAgents(aisle="A0", agents=("picker",)),))
    kinds = lane_kinds([build_graph(hall(aisle_m=3.0), PICKER, rules)], [PICKER, REACH_TRUCK])
    assert kinds["A0"].kind == "wide"
    assert kinds["A1"].kind == "narrow_two_way"


def test_a_measured_width_passes_with_the_probability_of_the_normal_law(aisle) -> None:
    for width_m in (1.2, 1.29, 1.35, 1.45):
        found = kind_of(aisle(width_m={"A": width_m}, sigma_m=0.05))
        assert found.pass_probability == pytest.approx(norm.cdf((width_m - 1.3) / 0.05))


def test_an_undecided_aisle_counts_as_narrow_and_is_named(aisle) -> None:
    graph = aisle(width_m={"A": 1.36}, sigma_m=0.05)
    found = kind_of(graph)
    assert (found.kind, found.passing) == ("narrow_two_way", "cannot_decide")
    assert any("aisle 'A'" in note and "cannot be decided" in note for note in traffic_map(graph).notes)
    assert kind_of(aisle(width_m={"A": 1.41}, sigma_m=0.05)).passing == "can_pass"
    assert kind_of(aisle(width_m={"A": 1.19}, sigma_m=0.05)).passing == "cannot_pass"


def test_one_way_needs_every_lane_of_every_class_to_lead_that_way(aisle) -> None:
    ahead = aisle(one_way=True)
    assert (kind_of(ahead).kind, kind_of(ahead).sense) == ("narrow_one_way", 1)
    backed = replace(ahead, direction=-ahead.direction)
    assert kind_of(backed).sense == -1
    part = replace(ahead, direction=np.where(np.arange(len(ahead.edges)) == 2, 0, ahead.direction))
    assert kind_of(part).kind == "narrow_two_way"
    other = replace(aisle(), agent=CART)
    assert lane_kinds([ahead, other], [PICKER, CART])["A"].kind == "narrow_two_way"


def test_the_scenario_knows_better(aisle) -> None:
    graph = aisle(width_m={"A": 1.0})
    for kind in ("wide", "very_narrow", "narrow_two_way"):
        found = kind_of(graph, override={"A": kind})
        assert (found.kind, found.reason) == (kind, "the scenario says so")
    assert traffic_map(graph, TrafficSettings(override={"A": "wide"})).lanes == ()
    lane = traffic_map(aisle(width_m={"A": 5.0}), TrafficSettings(override={"A": "narrow_two_way"})).lanes[0]
    assert lane.bounds[0] == 0.0
    assert lane.bounds[-1] == 6.0


def test_overrides_that_cannot_be_are_refused(aisle) -> None:
    with pytest.raises(ValueError, match=r"no aisle 'B'.*choose one of A"):
        kind_of(aisle(), override={"B": "wide"})
    with pytest.raises(ValueError, match="must be one of wide"):
        kind_of(aisle(), override={"A": "broad"})
    with pytest.raises(ValueError, match="lead both ways; add a one_way rule"):
        kind_of(aisle(), override={"A": "narrow_one_way"})
    with pytest.raises(ValueError, match="gap_m -1"):
        Margins(gap_m=-1.0)


def test_a_wide_place_too_short_to_pass_in_is_part_of_the_lane(drawn) -> None:
    for bay_m, lanes in ((1.7, 1), (1.9, 2)):
        x = dict(zip("smabnt", np.cumsum([0.0, 2.0, 3.0, bay_m, 3.0, 2.0]), strict=True))
        graph = drawn(
            {name: (at, 0.0) for name, at in x.items()},
            [("", "s", "m"), ("A", "m", "a", "b", "n"), ("", "n", "t")],
        )
        wide = (graph.edges == (2, 3)).all(axis=1)
        graph = replace(graph, clear_width_m=np.where(wide, 3.0, graph.clear_width_m))
        found = traffic_map(graph).lanes
        assert len(found) == lanes
        assert found[-1].name == ("A" if lanes == 1 else "A/2")
        assert found[-1].bounds[-1] - found[0].bounds[0] == pytest.approx(6.0 + bay_m)


@pytest.mark.parametrize(
    ("agent", "kind"),
    [(PICKER, "wide"), (CART, "wide"), (MOBILE_ROBOT, "wide"), (REACH_TRUCK, "narrow_two_way")],
)
def test_in_the_demo_hall_all_but_trucks_pass_each_other(agent, kind) -> None:
    kinds = lane_kinds([build_graph(demo_hall(), agent)], [agent])
    assert {kinds[f"A{number}"].kind for number in range(1, 5)} == {kind}


def test_one_way_rules_make_narrow_aisles_one_way(hall) -> None:
    rules = FloorRules(one_way=(OneWay(aisle="A0", heading_deg=0), OneWay(aisle="A1", heading_deg=180)))
    graph = build_graph(hall(aisle_m=1.2), PICKER, rules)
    kinds = lane_kinds([graph], [PICKER])
    assert [kinds[f"A{n}"].kind for n in range(3)] == ["narrow_one_way", "narrow_one_way", "narrow_two_way"]
    assert [kinds[f"A{n}"].sense for n in range(3)] == [1, -1, 0]


def test_every_class_tells_places_on_the_same_axis(hall) -> None:
    facility = hall(aisle_m=3.0, yaw_rad=0.3)
    graphs = [build_graph(facility, agent) for agent in (PICKER, REACH_TRUCK)]
    axis = lane_kinds(graphs, [PICKER, REACH_TRUCK])["A1"].axis
    for graph in graphs:
        first, last = graph.aisles["A1"]
        assert along(axis, graph.xy[[first, last]]).tolist() == pytest.approx([0.0, 3 * 2.8], abs=0.02)
