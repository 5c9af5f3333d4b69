"""What tours contend for: exact rows on drawn floors."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from layouts.simulation.engine.tape import ENTER, GIVE, INTO, LEAVE, MOVE, OUT, TAKE
from layouts.simulation.traffic.build_traffic import traffic_map
from layouts.simulation.traffic.traffic_map import TrafficMap, TrafficSettings
from layouts.simulation.traffic.ways import Enter, Give, Leave, Move, Take
from spatial.floor.agents import CART, PICKER, REACH_TRUCK

ON_FOOT = replace(PICKER, is_vehicle=True, radius_m=0.35)
"""A small vehicle: no areas, a body of 0.7 m, cells of 1 m."""

NO_MEETING = TrafficSettings(intersections=False)


def named(traffic: TrafficMap, legs, **more) -> list[list[tuple]]:
    """The items of each leg with names for numbers."""
    ways = traffic.tour_ways(legs, **more)
    names = [resource.name for resource in traffic.resources]
    return [
        [
            (round(item.from_m, 6), round(item.to_m, 6))
            if isinstance(item, Move)
            else (type(item).__name__, names[item[0]], *item[1:])
            for item in ways.items(leg)
        ]
        for leg in range(len(legs))
    ]


def at(graph, way: str) -> tuple[int, ...]:
    """Nodes of `aisle` by their letters."""
    return tuple("smabcnt".index(place) for place in way)


def test_a_locked_lane_is_entered_walked_in_cells_and_left(aisle) -> None:
    graph = aisle(agent=ON_FOOT)
    traffic = traffic_map(graph, NO_MEETING)
    assert traffic.lanes[0].bounds == pytest.approx((0.0, 1.5, 2.5, 3.5, 4.5, 6.0))
    assert named(traffic, [at(graph, "smabcnt")]) == [
        [
            (0.0, 2.0),
            ("Enter", "A", 1),
            ("Take", "A#1"),
            (2.0, 3.0),
            ("Take", "A#2"),
            (3.0, 4.0),
            ("Give", "A#1"),
            ("Take", "A#3"),
            (4.0, 5.0),
            ("Give", "A#2"),
            ("Take", "A#4"),
            (5.0, 6.0),
            ("Give", "A#3"),
            ("Take", "A#5"),
            (6.0, 7.0),
            ("Give", "A#4"),
            (7.0, 8.0),
            ("Give", "A#5"),
            ("Leave", "A"),
            (8.0, 10.0),
        ]
    ]


def test_a_stop_in_a_lane_keeps_its_cell_and_its_section(aisle) -> None:
    graph = aisle(agent=ON_FOOT)
    legs = [at(graph, "tnc"), at(graph, "cb"), at(graph, "b"), at(graph, "bams")]
    assert named(traffic_map(graph, NO_MEETING), legs) == [
        [
            (0.0, 2.0),
            ("Enter", "A", -1),
            ("Take", "A#5"),
            (2.0, 3.0),
            ("Take", "A#4"),
            (3.0, 4.0),
            ("Give", "A#5"),
        ],
        [("Take", "A#3"), (0.0, 1.0), ("Give", "A#4")],
        [],
        [
            ("Take", "A#2"),
            (0.0, 1.0),
            ("Give", "A#3"),
            ("Take", "A#1"),
            (1.0, 2.0),
            ("Give", "A#2"),
            (2.0, 3.0),
            ("Give", "A#1"),
            ("Leave", "A"),
            (3.0, 5.0),
        ],
    ]


def test_released_at_the_start_the_cell_behind_goes_when_the_next_is_granted(aisle) -> None:
    graph = aisle(agent=ON_FOOT)
    traffic = traffic_map(graph, replace(NO_MEETING, release="at_start"))
    assert named(traffic, [at(graph, "smab"), at(graph, "bams")]) == [
        [
            (0.0, 2.0),
            ("Enter", "A", 0),
            ("Take", "A#1"),
            (2.0, 3.0),
            ("Take", "A#2"),
            ("Give", "A#1"),
            (3.0, 4.0),
            ("Take", "A#3"),
            ("Give", "A#2"),
            (4.0, 5.0),
        ],
        [
            ("Take", "A#2"),
            ("Give", "A#3"),
            (0.0, 1.0),
            ("Take", "A#1"),
            ("Give", "A#2"),
            (1.0, 3.0),
            ("Give", "A#1"),
            ("Leave", "A"),
            (3.0, 5.0),
        ],
    ]


@pytest.mark.parametrize(
    ("legs", "direction"),
    [
        (["smab", "bams"], 0),
        (["smab", "bcnt"], 1),
        (["smabc", "cb", "bcnt"], 0),
        (["tnc", "cb", "ba", "ams"], -1),
    ],
)
def test_who_turns_in_a_lane_enters_it_alone(aisle, legs, direction) -> None:
    graph = aisle(agent=ON_FOOT)
    ways = traffic_map(graph).tour_ways([at(graph, leg) for leg in legs])
    assert ways.b[ways.op == ENTER].tolist() == [direction]


def test_one_way_lanes_have_cells_and_no_lock(aisle) -> None:
    graph = aisle(agent=ON_FOOT, one_way=True)
    traffic = traffic_map(graph)
    assert {resource.kind for resource in traffic.resources} == {"aisle_cell"}
    assert traffic.section_of.tolist() == [-1] * 5


def test_a_very_narrow_lane_is_one_seat(aisle) -> None:
    graph = aisle(agent=REACH_TRUCK, width_m={"A": 2.0})
    assert named(traffic_map(graph, NO_MEETING), [at(graph, "smabcnt")]) == [
        [(0.0, 2.0), ("Take", "A"), (2.0, 8.0), ("Give", "A"), (8.0, 10.0)]
    ]


def test_a_wide_aisle_is_walked_without_ado(aisle) -> None:
    graph = aisle(agent=ON_FOOT, width_m={"A": 3.0})
    assert named(traffic_map(graph, NO_MEETING), [at(graph, "smabcnt")]) == [[(0.0, 10.0)]]


def test_who_crosses_a_lane_in_its_middle_has_it_alone_for_that_moment(drawn) -> None:
    graph = drawn(
        {"m": (0, 0), "x": (3, 0), "n": (6, 0), "u": (3, 2), "d": (3, -2)},
        [("A", "m", "x", "n"), ("", "u", "x", "d")],
        agent=ON_FOOT,
    )
    (items,) = named(traffic_map(graph), [(3, 1, 4)])
    assert items == [
        (0.0, 2.0),
        ("Enter", "A", 0),
        ("Take", "A#3"),
        ("Take", "A#4"),
        ("Give", "A#4"),
        ("Give", "A#3"),
        ("Leave", "A"),
        (2.0, 4.0),
    ]


@pytest.mark.parametrize(("way", "cells"), [((1, 0), ["A#3", "A#2"]), ((1, 2), ["A#2", "A#3"])])
def test_who_starts_between_two_cells_takes_the_one_behind_first(drawn, way, cells) -> None:
    """It then waits for who moves on ahead of it; the other way round both would wait."""
    graph = drawn({"m": (0, 0), "x": (2.2, 0), "n": (6, 0)}, [("A", "m", "x", "n")], agent=ON_FOOT)
    (items,) = named(traffic_map(graph), [way])
    assert [name for what, name, *_ in items[1:3]] == cells


def test_a_detour_round_something_in_a_lane_does_not_leave_it(drawn) -> None:
    graph = drawn(
        {"m": (0, 0), "x": (3, 0), "y": (3.1, 0.4), "n": (6, 0.4)},
        [("A", "m", "x"), ("", "x", "y"), ("A", "y", "n")],
        agent=ON_FOOT,
        mouths={"A": ("m", "n")},
    )
    ways = traffic_map(graph).tour_ways([(0, 1, 2, 3)])
    assert np.count_nonzero(ways.op == ENTER) == 1
    assert ways.b[ways.op == ENTER].tolist() == [1]


def test_between_lanes_without_room_the_next_is_taken_before_the_last_is_given_back(drawn) -> None:
    graph = drawn(
        {"s": (-2, 0), "m": (0, 0), "x": (1, 0), "n": (1, 1), "t": (1, 3)},
        [("", "s", "m"), ("A", "m", "x"), ("B", "x", "n"), ("", "n", "t")],
        agent=ON_FOOT,
    )
    (items,) = named(traffic_map(graph, NO_MEETING), [(0, 1, 2, 3, 4)])
    assert items == [
        (0.0, 2.0),
        ("Enter", "A", 1),
        ("Take", "A#1"),
        (2.0, 3.0),
        ("Enter", "B", 1),
        ("Take", "B#1"),
        ("Give", "A#1"),
        ("Leave", "A"),
        (3.0, 4.0),
        ("Give", "B#1"),
        ("Leave", "B"),
        (4.0, 6.0),
    ]


def test_before_an_intersection_all_that_is_needed_behind_it_is_taken(drawn) -> None:
    graph = drawn(
        {"w": (-3, 0), "x": (0, 0), "e": (3, 0), "m": (0, 0.3), "n": (0, 4)},
        [("", "w", "x", "e"), ("", "x", "m"), ("A", "m", "n")],
        agent=ON_FOOT,
    )
    items = named(traffic_map(graph), [(0, 1, 3, 4)])[0]
    assert items[:5] == [
        (0.0, 2.5),
        ("Enter", "A", 1),
        ("Take", "A#1"),
        ("Take", "INTERSECTION-1"),
        (2.5, 3.5),
    ]
    assert items[5] == ("Give", "INTERSECTION-1")
    assert named(traffic_map(graph), [(0, 1, 2)]) == [
        [(0.0, 2.5), ("Take", "INTERSECTION-1"), (2.5, 3.5), ("Give", "INTERSECTION-1"), (3.5, 6.0)]
    ]


def test_junctions_without_room_between_them_are_one_intersection(drawn) -> None:
    for gap_m, count in ((0.9, 1), (1.1, 2)):
        graph = drawn(
            {"w": (-3, 0), "x": (0, 0), "y": (gap_m, 0), "e": (4, 0), "u": (0, 3), "d": (gap_m, -3)},
            [("", "w", "x", "y", "e"), ("", "u", "x"), ("", "y", "d")],
            agent=ON_FOOT,
        )
        assert len(traffic_map(graph).resources) == count


def test_a_short_way_to_a_place_makes_no_intersection(drawn) -> None:
    for away_m, count in ((0.9, 0), (1.1, 1)):
        graph = drawn(
            {"w": (-3, 0), "x": (0, 0), "e": (3, 0), "u": (0, away_m)},
            [("", "w", "x", "e"), ("", "x", "u")],
            agent=ON_FOOT,
        )
        assert len(traffic_map(graph).resources) == count


def test_a_stop_is_made_beside_the_intersection(drawn) -> None:
    graph = drawn(
        {"w": (-3, 0), "x": (0, 0), "e": (3, 0), "u": (0, 3)},
        [("", "w", "x", "e"), ("", "x", "u")],
        agent=ON_FOOT,
    )
    seat = "INTERSECTION-1"
    assert named(traffic_map(graph), [(0, 1), (1,), (1, 2)]) == [
        [(0.0, 2.5), ("Take", seat), (2.5, 3.0), ("Give", seat)],
        [],
        [("Take", seat), (0.0, 0.5), ("Give", seat), (0.5, 3.0)],
    ]


def test_a_lift_has_one_seat_and_stairs_have_none(drawn) -> None:
    graph = drawn(
        {"s": (0, 0), "l": (1, 0), "u": (1, 5), "t": (0, 5)},
        [("", "s", "l", "u", "t")],
        agent=ON_FOOT,
        links={("l", "u"): "LIFT-1"},
    )
    assert named(traffic_map(graph), [(0, 1, 2, 3)]) == [
        [(0.0, 1.0), ("Take", "LIFT-1"), (1.0, 6.0), ("Give", "LIFT-1"), (6.0, 7.0)]
    ]


def test_people_count_in_areas_and_are_slowed_there_vehicles_only_count(drawn) -> None:
    walk = drawn({"s": (0, 0), "t": (10, 0)}, [("", "s", "t")])
    drive = replace(walk, agent=replace(CART, is_vehicle=True))
    traffic = traffic_map([walk, drive])
    assert traffic.area_m2.tolist() == [60.0]
    assert [tuple(item) for item in traffic.tour_ways([(0, 1)]).items(0)] == [(0,), (0.0, 10.0, 0), (0,)]
    ways = traffic.tour_ways([(0, 1)], graph=1)
    assert ways.op.tolist() == [INTO, MOVE, OUT]
    assert ways.b.tolist() == [-1, -1, -1]
    assert not traffic_map(drive).resources


def test_small_areas_join_a_neighbour_and_none_of_the_floor_is_lost(drawn) -> None:
    graph = drawn(
        {"a": (0, 0), "b": (10, 0), "c": (10.5, 0), "d": (20, 0), "e": (10, 9), "f": (10.5, 9)},
        [("", "a", "b", "c", "d"), ("", "b", "e"), ("", "c", "f")],
    )
    traffic = traffic_map(graph)
    assert sorted(traffic.area_m2.tolist()) == pytest.approx([54.0, 57.0, 57.0, 60.0])
    assert traffic.area_m2.sum() == pytest.approx((graph.length_m * graph.clear_width_m).sum())


def test_a_depot_in_a_narrow_lane_is_told_and_its_cell_is_taken_and_given_back(aisle) -> None:
    graph = replace(aisle(agent=ON_FOOT), stations={"DEPOT": 3})
    traffic = traffic_map(graph, NO_MEETING)
    assert any("'DEPOT' stands in the narrow lane 'A'" in note for note in traffic.notes)
    legs = named(traffic, [at(graph, "ba"), at(graph, "ab")])
    assert legs[0][:2] == [("Enter", "A", 0), ("Take", "A#3")]
    assert legs[1][-2:] == [("Give", "A#3"), ("Leave", "A")]


def test_narrow_floor_outside_the_aisles_is_told(drawn) -> None:
    places = {"o": (-5, 0), "s": (-2, 0), "m": (0, 0), "n": (6, 0)}
    lanes = [("", "o", "s", "m"), ("A", "m", "n")]
    assert traffic_map(drawn(places, lanes)).notes == ()
    (note,) = traffic_map(drawn(places, lanes, width_m={"": 1.0})).notes
    assert note.startswith(
        "3 m of floor that 'picker' uses outside the aisles are too narrow for two to pass"
    )


def test_tours_that_do_not_hold_together_are_refused(aisle) -> None:
    graph = aisle()
    traffic = traffic_map(graph)
    with pytest.raises(ValueError, match="leg 1 begins at node 3, but the one before ends at node 2"):
        traffic.tour_ways([at(graph, "sma"), at(graph, "bcnt")])
    with pytest.raises(ValueError, match="leg 0 has two nodes in turn that no edge joins"):
        traffic.tour_ways([at(graph, "sa")])
    with pytest.raises(ValueError, match="nodes must be in 0 … 6, got 0 … 7"):
        traffic.tour_ways([(0, 7)])
    with pytest.raises(ValueError, match="leg 0 has no node"):
        traffic.tour_ways([()])
    with pytest.raises(ValueError, match="one graph for each agent class, got 2: picker, picker"):
        traffic_map([graph, graph])
    with pytest.raises(ValueError, match="of one facility, got graphs of DRAWN, OTHER"):
        traffic_map([graph, replace(graph, facility="OTHER", agent=CART)])


def test_no_tours_are_no_rows(aisle) -> None:
    ways = traffic_map(aisle()).ways([])
    assert (len(ways.op), ways.leg_start.tolist(), ways.tour_start.tolist()) == (0, [0], [0])
    assert traffic_map(aisle()).tour_ways([(3,)]).items(0) != ()


def test_items_are_the_rows_read_aloud(aisle) -> None:
    graph = aisle(agent=ON_FOOT)
    ways = traffic_map(graph, NO_MEETING).tour_ways([at(graph, "smabcnt")])
    kinds = {MOVE: Move, TAKE: Take, GIVE: Give, ENTER: Enter, LEAVE: Leave}
    assert [type(item) for item in ways.items(0)] == [kinds[op] for op in ways.op.tolist()]
