"""The static check against all orders in which agents can go: no jam told means that none can be reached."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layouts.demo_hall import demo_hall
from layouts.simulation.engine.tape import ENTER, GIVE, LEAVE, TAKE
from layouts.simulation.meaning import Resource
from layouts.simulation.traffic.build_traffic import traffic_map
from layouts.simulation.traffic.check_traffic import jams_of, ways_between_mouths
from layouts.simulation.traffic.static_check import possible_jams, told
from layouts.simulation.traffic.tickets import tickets_for, with_tickets
from layouts.simulation.traffic.traffic_map import TrafficSettings
from spatial.floor.agents import PICKER, REACH_TRUCK
from spatial.navigation.build_graph import build_graph

CARRIER = replace(PICKER, is_vehicle=True, radius_m=0.35)
"""A small vehicle: a body of 0.7 m, cells of 1 m, intersections that reach 0.5 m."""

Rows = list[tuple[int, int, int]]


def can_jam(routines: list[Rows], capacity: list[int]) -> bool:
    """Whether agents, one for each routine, can come to a state in which some are not done and none can go on."""
    seen, open_states = set(), [(0,) * len(routines)]
    while open_states:
        state = open_states.pop()
        if state in seen:
            continue
        seen.add(state)
        held = [_held(rows[:row]) for rows, row in zip(routines, state, strict=True)]
        able = [
            agent
            for agent, (rows, row) in enumerate(zip(routines, state, strict=True))
            if row < len(rows) and _may(rows[row], held[:agent] + held[agent + 1 :], capacity)
        ]
        if not able and any(row < len(rows) for rows, row in zip(routines, state, strict=True)):
            return True
        open_states += [tuple(row + (k == agent) for k, row in enumerate(state)) for agent in able]
    return False


def _held(rows: Rows) -> dict[int, int]:
    held: dict[int, int] = {}
    for op, a, b in rows:
        if op in (TAKE, ENTER):
            held[a] = b if op == ENTER else 0
        else:
            del held[a]
    return held


def _may(row: tuple[int, int, int], others: list[dict[int, int]], capacity: list[int]) -> bool:
    op, a, b = row
    inside = [held[a] for held in others if a in held]
    if op == TAKE:
        return len(inside) < capacity[a]
    return op != ENTER or not inside or (b != 0 and set(inside) == {b})


def contended(ways) -> list[Rows]:
    """The rows of each tour that wait for or give back something."""
    rows = list(zip(ways.op.tolist(), ways.a.tolist(), ways.b.tolist(), strict=True))
    bounds = ways.tour_rows.tolist()
    kept = (TAKE, GIVE, ENTER, LEAVE)
    return [[row for row in rows[low:high] if row[0] in kept] for low, high in pairwise(bounds)]


def test_a_two_way_lane_without_a_lock_is_a_head_on_trap(aisle) -> None:
    graph = aisle(agent=CARRIER)
    tours = [[(0, 1, 2, 3, 4, 5, 6)], [(6, 5, 4, 3, 2, 1, 0)]]
    traffic = traffic_map(graph, TrafficSettings(locks=False))
    ways = traffic.ways(tours)
    (jam,) = jams_of(traffic, ways)
    assert (jam.kind, jam.fewest) == ("head_on", 2)
    assert {traffic.resources[number].aisle for number in jam.members} == {"A"}
    assert "make aisle 'A' one-way, or lock it" in told([jam])[0]
    assert can_jam(contended(ways), traffic.capacity.tolist())


def test_a_lock_lets_nobody_meet(aisle) -> None:
    graph = aisle(agent=CARRIER)
    tours = [[(0, 1, 2, 3, 4, 5, 6)], [(6, 5, 4, 3, 2, 1, 0)], [(0, 1, 2, 3), (3, 2, 1, 0)]]
    traffic = traffic_map(graph)
    ways = traffic.ways(tours)
    assert jams_of(traffic, ways) == ()
    assert not can_jam(contended(ways), traffic.capacity.tolist())


def test_a_one_way_lane_cannot_jam(aisle) -> None:
    traffic = traffic_map(aisle(agent=CARRIER, one_way=True))
    ways = traffic.ways([[(0, 1, 2, 3, 4, 5, 6)]] * 3)
    assert jams_of(traffic, ways) == ()
    assert not can_jam(contended(ways), traffic.capacity.tolist())


def block(drawn, **more):
    """Four one-way lanes of one cell round a block, with a way in and out at each corner."""
    corners = [(0, 0), (1.5, 0), (1.5, 1.5), (0, 1.5)]
    outside = [(-2, -2), (3.5, -2), (3.5, 3.5), (-2, 3.5)]
    places = {f"o{k}": at for k, at in enumerate(outside)} | {f"c{k}": at for k, at in enumerate(corners)}
    return drawn(
        places,
        [
            *(("", f"o{k}", f"c{k}") for k in range(4)),
            *(("ABCD"[k], f"c{k}", f"c{(k + 1) % 4}") for k in range(4)),
        ],
        agent=CARRIER,
        **more,
    )


ROUND = [[(k, 4 + k, 4 + (k + 1) % 4, 4 + (k + 2) % 4, (k + 2) % 4)] for k in range(4)]
"""In at each corner, along two sides of the block, and out."""


def test_a_block_of_one_way_lanes_can_fill_up(drawn) -> None:
    traffic = traffic_map(block(drawn, one_way=True))
    ways = traffic.ways(ROUND)
    (jam,) = jams_of(traffic, ways)
    assert (jam.kind, jam.fewest) == ("ring", 4)
    assert sorted(jam.names) == ["A#1", "B#1", "C#1", "D#1"]
    assert "at most 3 agents" in jam.remedy
    assert can_jam(contended(ways), traffic.capacity.tolist())


def test_with_tickets_the_block_never_fills_up(drawn) -> None:
    traffic = traffic_map(block(drawn, one_way=True))
    ways = traffic.ways(ROUND)
    jams = jams_of(traffic, ways)
    added, admits = tickets_for(jams, traffic.resources)
    assert [(ticket.name, count) for ticket, count in zip(added, admits, strict=True)] == [("TICKET-1", 3)]
    kept = with_tickets(ways, jams, first=len(traffic.resources))
    rows = contended(kept)
    assert not can_jam(rows, [*traffic.capacity.tolist(), *admits])
    assert can_jam(rows, [*traffic.capacity.tolist(), 4])
    ticket = len(traffic.resources)
    for tour in rows:
        ops = [op for op, a, _ in tour if a == ticket]
        assert ops == [TAKE, GIVE]
    assert len(kept.op) == len(ways.op) + 2 * len(ROUND)
    for leg in range(len(ROUND)):
        rest = [item for item in kept.items(leg) if item != (ticket,)]
        assert rest == list(ways.items(leg))


def test_a_ticket_given_back_at_the_end_of_a_leg_belongs_to_it(drawn) -> None:
    graph = drawn(
        {"s": (-2, 0), "m": (0, 0), "x": (1.5, 0), "n": (1.5, 1.5), "t": (1.5, 4)},
        [("", "s", "m"), ("A", "m", "x"), ("B", "x", "n"), ("", "n", "t")],
        agent=CARRIER,
    )
    traffic = traffic_map(graph)
    ways = traffic.ways([[(0, 1, 2, 3), (3, 2, 1, 0)], [(3, 4)]])
    ticket = len(traffic.resources)
    kept = with_tickets(ways, jams_of(traffic, ways), first=ticket)
    for leg in (0, 1):
        seats = [type(item).__name__ for item in kept.items(leg) if item == (ticket,)]
        assert seats == ["Take", "Give"]
    assert kept.items(2) == ways.items(2)


def test_fewer_tours_than_the_ring_has_sides_are_no_ring(drawn) -> None:
    traffic = traffic_map(block(drawn, one_way=True))
    assert jams_of(traffic, traffic.ways(ROUND[:3])) == ()


def test_locked_lanes_that_open_into_each_other_are_told(drawn) -> None:
    graph = drawn(
        {"s": (-2, 0), "m": (0, 0), "x": (1.5, 0), "n": (1.5, 1.5), "t": (1.5, 4)},
        [("", "s", "m"), ("A", "m", "x"), ("B", "x", "n"), ("", "n", "t")],
        agent=CARRIER,
    )
    traffic = traffic_map(graph)
    ways = traffic.ways([[(0, 1, 2, 3, 4)], [(4, 3, 2, 1, 0)]])
    (jam,) = jams_of(traffic, ways)
    assert jam.kind == "sections"
    assert "make one of the aisles 'A' and 'B' one-way" in jam.remedy or "'B' and 'A'" in jam.remedy
    assert can_jam(contended(ways), traffic.capacity.tolist())
    _, admits = tickets_for([jam], traffic.resources)
    assert admits == (1,)
    kept = with_tickets(ways, [jam], first=len(traffic.resources))
    assert not can_jam(contended(kept), [*traffic.capacity.tolist(), 1])


@pytest.mark.parametrize("release", ["on_arrival", "at_start"])
def test_the_demo_hall_with_trucks_is_free_of_deadlock_with_locks_and_told_by_aisle_without(release) -> None:
    graph = build_graph(demo_hall(), REACH_TRUCK)
    tours = ways_between_mouths(graph)
    locked = traffic_map(graph, TrafficSettings(release=release))
    assert jams_of(locked, locked.ways(tours)) == ()
    free = traffic_map(graph, TrafficSettings(release=release, locks=False))
    jams = jams_of(free, free.ways(tours))
    assert [(jam.kind, free.resources[jam.ring[0]].aisle) for jam in jams] == [
        ("head_on", f"A{number}") for number in range(1, 5)
    ]


def test_nothing_waited_for_is_no_jam(aisle) -> None:
    traffic = traffic_map(aisle(width_m={"A": 3.0}))
    assert jams_of(traffic) == ()
    assert jams_of(traffic, traffic.ways([[(0, 1, 2)]])) == ()


SECTION, CELLS, SEATS = 0, (1, 2), (3, 4)
NAMES = [
    Resource("S", "section", "L0", (0.0, 0.0), "S"),
    *(Resource(f"S#{n}", "aisle_cell", "L0", (0.0, 0.0), "S") for n in CELLS),
    *(Resource(f"X{n}", "intersection", "L0", (0.0, 0.0)) for n in SEATS),
]
SECTION_OF = np.array([-1, 0, 0, -1, -1])


@st.composite
def routines(draw) -> Rows:
    """Any order of taking and giving back, cells inside their section only, and all given back at the end."""
    rows: Rows = []
    held: dict[int, int] = {}
    for _ in range(draw(st.integers(1, 6))):
        free = [seat for seat in SEATS if seat not in held]
        if SECTION in held:
            free += [cell for cell in CELLS if cell not in held]
        else:
            free.append(SECTION)
        gives = [a for a in held if a != SECTION or not any(cell in held for cell in CELLS)]
        a = draw(st.sampled_from(free + gives))
        if a in held:
            rows.append((LEAVE if a == SECTION else GIVE, a, -1))
            del held[a]
        elif a == SECTION:
            rows.append((ENTER, a, draw(st.sampled_from([-1, 0, 1]))))
            held[a] = 1
        else:
            rows.append((TAKE, a, -1))
            held[a] = 1
    return rows + [(LEAVE if a == SECTION else GIVE, a, -1) for a in sorted(held, reverse=True)]


def jams_in(some: list[Rows]):
    flat = [row for rows in some for row in rows]
    op, a, b = (np.array(column) for column in zip(*flat, strict=True))
    start = np.cumsum([0, *map(len, some)])
    return possible_jams(op, a, b, start, resources=NAMES, section_of=SECTION_OF)


@settings(max_examples=400, deadline=None)
@given(st.lists(routines(), min_size=2, max_size=3))
def test_whatever_can_jam_is_told(some) -> None:
    if can_jam(some, [9, 1, 1, 1, 1]):
        assert jams_in(some)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.permutations((*SEATS, 5, 6)), min_size=2, max_size=3))
def test_seats_all_taken_in_one_order_are_free_of_deadlock_and_in_two_orders_are_told(orders) -> None:
    some = [[(TAKE, a, -1) for a in order] + [(GIVE, a, -1) for a in order] for order in orders]
    names = [*NAMES, *(Resource(f"X{n}", "intersection", "L0", (0.0, 0.0)) for n in (5, 6))]
    op, a, b = (np.array(column) for column in zip(*(row for rows in some for row in rows), strict=True))
    jams = possible_jams(
        op, a, b, np.cumsum([0, *map(len, some)]), resources=names, section_of=np.append(SECTION_OF, [-1, -1])
    )
    assert bool(jams) >= can_jam(some, [9, 1, 1, 1, 1, 1, 1])
    assert bool(jams) == (len({tuple(order) for order in orders}) > 1)


def test_more_than_can_be_held_is_refused() -> None:
    rows = [(TAKE, 3, -1)] * 65
    with pytest.raises(ValueError, match="more than 64 resources at once"):
        jams_in([rows])
