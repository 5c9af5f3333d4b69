"""Routing policies on floors that are not the literature's: found blocks, dead ends, one-way aisles, two headings."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

import networkx as nx
import numpy as np
import pytest
from brute_force import shortest_by_permutation

from layouts.tours.aisle_problem import aisle_problem
from layouts.tours.parallel_aisles import ParallelAisles, Picks
from layouts.tours.picking_floor import PickingFloor
from layouts.tours.policies.by_name import ALONG_AISLES, POLICIES
from layouts.tours.policies.floor_sections import AisleEnds, floor_sections
from layouts.tours.policies.in_warehouse import problem_in_warehouse
from layouts.tours.policies.only_way import only_way
from layouts.tours.problem import RoutingProblem
from layouts.tours.tour import Pick, Stop
from spatial.floor.agents import PICKER
from spatial.navigation.nav_graph import NavGraph
from spatial.navigation.shortest_paths import shortest_distances

PITCH_M, LENGTH_M = 4.0, 10.0
Point = tuple[float, float]
Aisle = tuple[Point, Point, list[Point]]


def length(problem: RoutingProblem, policy: str) -> float:
    visits = [0, *POLICIES[policy](problem), 0]
    return float(problem.length_m[visits[:-1], visits[1:]].sum())


def stops_of(problem: RoutingProblem, policy: str) -> list[int]:
    return [row for row in POLICIES[policy](problem) if 1 <= row <= problem.stop_count]


def drawn_floor(
    aisles: Iterable[Aisle],
    cross: Iterable[tuple[Point, Point]],
    *,
    depot: Point = (0.0, 0.0),
    one_way: Iterable[int] = (),
    loose: Iterable[Point] = (),
) -> RoutingProblem:
    """Aisles (low mouth, high mouth, stops in between) joined by straight cross-aisles between mouths.

    The aisles numbered in `one_way` lead from their first mouth to their second only. `loose` stops lie beside the
    depot, on the first aisle's line, in no aisle.
    """
    aisles, loose = list(aisles), list(loose)
    floor = nx.DiGraph()
    for number, (low, high, stops) in enumerate(aisles):
        for one, other in pairwise([low, *stops, high]):
            join(floor, one, other, both=number not in set(one_way))
    for one, other in [*cross, *((depot, place) for place in loose)]:
        join(floor, one, other)
    places: list[Point] = [depot, *(stop for _, _, stops in aisles for stop in stops), *loose]
    stop_count = len(places) - 1
    places += [mouth for low, high, _ in aisles for mouth in (low, high)]
    shortest = dict(nx.all_pairs_dijkstra_path_length(floor, weight="length_m"))
    length_m = np.array([[shortest[a][b] for b in places] for a in places])
    xy, others = np.array(places), [0, *range(stop_count + 1, len(places))]
    ends = []
    for number, (_, _, stops) in enumerate(aisles):
        mouths = (stop_count + 1 + 2 * number, stop_count + 2 + 2 * number)
        rows = tuple(place for place in range(1, stop_count + 1) if places[place] in stops)
        only = only_way(mouths, others=others, length_m=length_m)
        ends.append(AisleEnds(id=str(number), mouths=mouths, stops=rows, only=only))
    return RoutingProblem(
        stop_count=stop_count, xy=xy, length_m=length_m, sections=floor_sections(ends, xy=xy)
    )


def join(floor: nx.DiGraph, one: Point, other: Point, *, both: bool = True) -> None:
    metres = float(np.hypot(other[0] - one[0], other[1] - one[1]))
    floor.add_edge(one, other, length_m=metres)
    if both:
        floor.add_edge(other, one, length_m=metres)


def column(number: int, *offsets: float) -> Aisle:
    """An aisle along y, a pitch right of the one before it."""
    x = number * PITCH_M
    return (x, 0.0), (x, LENGTH_M), [(x, y) for y in offsets]


def along(y: float, count: int) -> list[tuple[Point, Point]]:
    """The cross-aisle at y that joins `count` columns."""
    return list(pairwise((number * PITCH_M, y) for number in range(count)))


@pytest.mark.parametrize("policy", POLICIES)
def test_blocks_found_on_a_turned_floor_are_those_of_the_drawing(policy: str) -> None:
    random = np.random.default_rng(3)
    for _ in range(40):
        blocks, aisles = int(random.integers(1, 4)), int(random.integers(2, 6))
        warehouse = ParallelAisles(
            aisle_m=np.repeat(random.uniform(8, 12, (blocks, 1)), aisles, axis=1),
            cross_m=np.repeat(random.uniform(2, 6, (1, aisles - 1)), blocks + 1, axis=0),
            depot=(int(random.integers(blocks + 1)), 0),
        )
        aisle, block = random.integers(0, aisles, 7), random.integers(0, blocks, 7)
        offset_m = random.uniform(0, 8, 7)
        drawn = problem_in_warehouse(warehouse, Picks(aisle=aisle, block=block, offset_m=offset_m))
        turn = random.uniform(-np.pi, np.pi)
        rotated = drawn.xy @ np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
        lanes = [lane for section in drawn.sections for lane in section.lanes]
        ends = [
            AisleEnds(id=str(lane.low), mouths=(lane.high, lane.low), stops=lane.stops[::-1])
            for lane in random.permutation(np.array(lanes, object))
        ]
        found = replace(drawn, xy=rotated, sections=floor_sections(ends, xy=rotated))
        assert length(found, policy) == pytest.approx(length(drawn, policy))


@pytest.mark.parametrize("policy", ALONG_AISLES)
def test_dead_ends_are_returned_from(policy: str) -> None:
    columns = [column(0, 5), column(1, 8), column(2, 3), column(3, 1)]
    problem = drawn_floor(columns, along(0, 4))
    assert length(problem, policy) == pytest.approx(2 * (5 + 8 + 3 + 1) + 2 * 3 * PITCH_M)


@pytest.mark.parametrize("policy", ALONG_AISLES)
def test_a_dead_end_among_open_aisles_is_entered_where_it_is_open(policy: str) -> None:
    columns = [column(0, 5), column(1, 7), column(2, 3), column(3, 1)]
    problem = drawn_floor(
        columns, [*along(0, 4), ((0, LENGTH_M), (2 * PITCH_M, LENGTH_M)), *along(LENGTH_M, 4)[2:]]
    )
    lane = next(lane for lane in problem.sections[0].lanes if 2 in lane.stops)
    assert lane.only == (lane.low, lane.low)
    visits = POLICIES[policy](problem)
    assert lane.high not in visits
    assert sorted(stops_of(problem, policy)) == [1, 2, 3, 4]


@pytest.mark.parametrize("policy", ALONG_AISLES)
def test_a_one_way_aisle_is_never_walked_against(policy: str) -> None:
    columns = [column(0, 2, 5), column(1, 3, 7), column(2, 3, 6), column(3, 1, 9)]
    problem = drawn_floor(columns, [*along(0, 4), *along(LENGTH_M, 4)], one_way=[1, 2])
    assert sum(lane.only is not None for lane in problem.sections[0].lanes) == 2
    order = stops_of(problem, policy)
    assert sorted(order) == list(range(1, 9))
    assert order.index(3) < order.index(4)
    assert order.index(5) < order.index(6)
    # Against it would be all round the block, once for every stop.
    assert length(problem, policy) < 2 * (2 * LENGTH_M + 4 * PITCH_M) + 6 * LENGTH_M + 4 * 3 * PITCH_M


@pytest.mark.parametrize("policy", ALONG_AISLES)
def test_aisles_of_another_heading_are_a_section_of_their_own_and_the_nearer_one_is_first(
    policy: str,
) -> None:
    upright = [column(0, 5), column(1, 8)]
    x = PITCH_M + 5
    lying: list[Aisle] = [((x, y), (x + LENGTH_M, y), [(x + 2, y), (x + 7, y)]) for y in (0.0, 4.0)]
    cross = [*along(0, 2), *along(LENGTH_M, 2), ((PITCH_M, 0.0), (x, 0.0)), ((x, 0.0), (x, 4.0))]
    problem = drawn_floor([*upright, *lying], [*cross, ((x + LENGTH_M, 0.0), (x + LENGTH_M, 4.0))])
    assert len(problem.sections) == 2
    order = stops_of(problem, policy)
    assert sorted(order[:2]) == [1, 2]
    assert sorted(order[2:]) == [3, 4, 5, 6]


@pytest.mark.parametrize("policy", ALONG_AISLES)
def test_stops_in_no_aisle_come_last(policy: str) -> None:
    problem = drawn_floor(
        [column(0, 5), column(1, 8)], [*along(0, 2), *along(LENGTH_M, 2)], loose=[(-3.0, 0.0), (-1.0, 0.0)]
    )
    assert problem.loose == (3, 4)
    assert sorted(stops_of(problem, policy)[:2]) == [1, 2]
    assert stops_of(problem, policy)[2:] == [4, 3]


def test_aisles_over_each_other_are_not_side_by_side() -> None:
    problem = drawn_floor([column(0, 5), column(1, 8)], [*along(0, 2), *along(LENGTH_M, 2)])
    lanes = problem.sections[0].lanes
    ends = [
        AisleEnds(id=str(level), mouths=(lane.low, lane.high), stops=lane.stops, level=level)
        for level, lane in enumerate(lanes)
    ]
    assert len(floor_sections(ends, xy=problem.xy)) == 2


@pytest.mark.parametrize("policy", POLICIES)
def test_on_random_floors_with_closed_mouths_nothing_is_missed_or_below_the_shortest(policy: str) -> None:
    random = np.random.default_rng(8)
    for _ in range(30):
        count = int(random.integers(2, 5))
        columns = [
            column(number, *np.sort(random.choice(np.arange(1, 10), random.integers(1, 3), replace=False)))
            for number in range(count)
        ]
        kept = [edge for edge in along(LENGTH_M, count) if random.random() < 0.6]
        problem = drawn_floor(columns, [*along(0, count), *kept], one_way=[])
        rows = range(problem.stop_count + 1)
        assert sorted(stops_of(problem, policy)) == list(rows)[1:]
        assert length(problem, policy) >= shortest_by_permutation(problem.length_m[np.ix_(rows, rows)]) - 1e-9


def test_a_long_blocked_aisle_is_no_lane_though_the_way_round_is_not_much_longer() -> None:
    """Two aisles of 60 m, 3 m apart, one of them cut between its two places."""
    at = [(x, y) for x in (0.0, 3.0) for y in (0.0, 20.0, 40.0, 60.0)]
    edges = np.array([(0, 1), (0, 4), (2, 3), (3, 7), (4, 5), (5, 6), (6, 7)])
    xy = np.array(at)
    graph = NavGraph(
        facility="two aisles",
        agent=PICKER,
        levels=("L0",),
        xy=xy,
        level=np.zeros(8, np.int64),
        kind=np.zeros(8, np.int64),
        edges=edges,
        length_m=np.linalg.norm(xy[edges[:, 0]] - xy[edges[:, 1]], axis=1),
        clear_width_m=np.full(7, 2.0),
        sigma_m=np.zeros(7),
        access={"a": 1, "b": 2, "c": 5},
        pick_faces={"a": "a", "b": "b", "c": "c"},
        stations={"DEPOT": 0},
        aisles={"cut": (0, 3), "open": (4, 7)},
        aisle_of={"a": "cut", "b": "cut", "c": "open"},
        unreached={},
    )
    stops = [
        Stop(node=node, face=place, picks=(Pick(order="O", sku=place, quantity=1, location=place),))
        for place, node in graph.access.items()
    ]
    distances = shortest_distances(graph, range(8))
    problem, _ = aisle_problem(PickingFloor(graph=graph, distances=distances, slotting={}, depot=0), stops)
    assert problem.loose == (1, 2)
    assert [lane.stops for section in problem.sections for lane in section.lanes] == [(3,)]
