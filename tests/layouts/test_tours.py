"""Tours on a block of aisles that can be drawn on squared paper: aisles 4 m apart, 10 m long."""

from __future__ import annotations

import itertools
import json
import math
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import networkx as nx
import numpy as np
import pytest

from layouts.demo_hall import demo_hall
from layouts.orders import Order, OrderLine
from layouts.plan_scenario import plan_scenario
from layouts.scenario import Scenario
from layouts.tours.batching.first_come import batch_first_come
from layouts.tours.due_times import Crew, due_s
from layouts.tours.explain import explain_tour
from layouts.tours.parallel_aisles import ParallelAisles, Picks
from layouts.tours.picking_floor import picking_floor
from layouts.tours.plan import TourSettings, plan_tours
from layouts.tours.policies.by_name import POLICIES, policy_named
from layouts.tours.policies.in_warehouse import tour_in_warehouse
from layouts.tours.routing import EXACT
from layouts.tours.tour import TourPlan, tours_dict
from spatial.errors import BadDataError
from spatial.floor.agents import PICKER
from spatial.navigation.nav_graph import NODE_KINDS, NavGraph

AISLES, CELLS, PITCH_M, CELL_M = 5, 9, 4.0, 1.0
LENGTH_M = (CELLS + 1) * CELL_M


def block(*, back: bool = True) -> NavGraph:
    """AISLES vertical aisles of CELLS cells between a front cross-aisle (y = 0) and a back one (y = 10)."""
    public = nx.Graph()
    at = {(a, c): a * (CELLS + 2) + c for a in range(AISLES) for c in range(CELLS + 2)}
    xy = np.array([(a * PITCH_M, c * CELL_M) for a, c in at], np.float64)
    for (a, c), node in at.items():
        if c <= CELLS:
            public.add_edge(node, at[a, c + 1], length_m=CELL_M)
        if c in ((0, CELLS + 1) if back else (0,)) and a + 1 < AISLES:
            public.add_edge(node, at[a + 1, c], length_m=PITCH_M)
    edges = np.array(sorted(tuple(sorted(edge)) for edge in public.edges), np.int64)
    places = {f"{a}-{c}": node for (a, c), node in at.items() if 1 <= c <= CELLS}
    return NavGraph(
        facility="block",
        agent=PICKER,
        levels=("L0",),
        xy=xy,
        level=np.zeros(len(xy), np.int64),
        kind=np.full(len(xy), NODE_KINDS.index("junction")),
        edges=edges,
        length_m=np.linalg.norm(xy[edges[:, 0]] - xy[edges[:, 1]], axis=1),
        clear_width_m=np.full(len(edges), 3.0),
        sigma_m=np.zeros(len(edges)),
        access=places,
        pick_faces={place: place for place in places},
        stations={"DEPOT": 0},
        aisles={f"A{a}": (at[a, 0], at[a, CELLS + 1]) for a in range(AISLES)},
        aisle_of={place: f"A{place[0]}" for place in places},
        unreached={},
    )


def plan(graph: NavGraph, places: list[str], policy: str, **settings: Any) -> TourPlan:
    orders = [Order(id="O1", lines=tuple(OrderLine(sku=place, quantity=1) for place in places))]
    slotting = {place: (place,) for place in graph.access}
    how = TourSettings(**{"policy": policy, "batch_lines": 50, **settings})
    return plan_tours(picking_floor(graph, slotting, orders, depot=0), orders, how)


def visited(plan: TourPlan) -> list[str]:
    return [pick.location for tour in plan.tours for stop in tour.stops for pick in stop.picks]


def optimum(graph: NavGraph, places: list[str]) -> float:
    public = nx.Graph()
    public.add_weighted_edges_from(
        (a, b, w) for (a, b), w in zip(graph.edges.tolist(), graph.length_m.tolist(), strict=True)
    )
    length = dict(nx.all_pairs_dijkstra_path_length(public))
    nodes = [graph.access[place] for place in places]
    return min(
        sum(length[a][b] for a, b in itertools.pairwise((0, *order, 0)))
        for order in itertools.permutations(nodes)
    )


def test_s_shape_of_an_even_number_of_aisles_walks_each_from_end_to_end() -> None:
    found = plan(block(), ["3-2", "0-5", "1-8", "0-1", "2-2"], "s-shape")
    assert visited(found) == ["0-1", "0-5", "1-8", "2-2", "3-2"]
    assert found.length_m == pytest.approx(4 * LENGTH_M + 2 * 3 * PITCH_M)


def test_s_shape_of_an_odd_number_of_aisles_turns_round_at_the_last_pick_of_the_last() -> None:
    found = plan(block(), ["4-3", "1-8", "0-5", "4-1"], "s-shape")
    assert visited(found) == ["0-5", "1-8", "4-1", "4-3"]
    assert found.length_m == pytest.approx(2 * LENGTH_M + 2 * 3.0 + 2 * 4 * PITCH_M)


def test_s_shape_of_one_aisle_returns() -> None:
    assert plan(block(), ["2-3", "2-7"], "s-shape").length_m == pytest.approx(2 * 7 + 2 * 2 * PITCH_M)


def test_s_shape_returns_from_aisles_that_are_dead_ends() -> None:
    found = plan(block(back=False), ["0-5", "1-8", "2-3", "3-1"], "s-shape")
    assert found.length_m == pytest.approx(2 * (5 + 8 + 3 + 1) + 2 * 3 * PITCH_M)


def test_nearest_neighbour_takes_the_nearest_each_time() -> None:
    found = plan(block(), ["0-9", "0-1", "1-1"], "nearest-neighbour")
    assert visited(found) == ["0-1", "1-1", "0-9"]
    assert found.length_m == pytest.approx(1 + 6 + 14 + 9)


def test_s_shape_agrees_with_the_known_mean_length_of_random_tours() -> None:
    path = Path(__file__).parents[2].parent / "shared" / "data" / "congestion" / "travel.json"
    if not path.exists():
        pytest.skip("skipped: ../shared/data is not here")
    known = json.loads(path.read_text())["s_shape"]
    row = next(row for row in known if row["lines"] == 10 and row["aisles"] == 10)
    random = np.random.default_rng(3)
    lengths = [s_shape_length(row, random) for _ in range(2000)]
    error = 4 * np.std(lengths) / np.sqrt(len(lengths))
    assert np.mean(lengths) == pytest.approx(row["mean_length"], abs=error)


def s_shape_length(row: dict[str, Any], random: np.random.Generator) -> float:
    """The length of one s-shape tour over random picks, the depot in front of the first aisle."""
    warehouse = ParallelAisles(
        aisle_m=np.full((1, row["aisles"]), row["aisle_len"] * row["pitch"]),
        cross_m=np.full((2, row["aisles"] - 1), row["aisle_pitch"]),
    )
    picks = Picks(
        aisle=random.integers(row["aisles"], size=row["lines"]),
        block=np.zeros(row["lines"], np.int64),
        offset_m=(row["first"] + random.integers(row["bays"], size=row["lines"])) * float(row["pitch"]),
    )
    return tour_in_warehouse(warehouse, picks, policy="s-shape").length_m


@pytest.mark.parametrize("policy", POLICIES)
def test_no_policy_is_below_the_brute_force_optimum_and_each_visits_all(policy: str) -> None:
    graph = block()
    random = np.random.default_rng(7)
    for _ in range(30):
        places = random.choice(list(graph.access), size=random.integers(1, 6), replace=False).tolist()
        found = plan(graph, places, policy)
        assert sorted(visited(found)) == sorted(places)
        assert found.length_m >= optimum(graph, places) - 1e-9


@pytest.mark.parametrize("policy", [*POLICIES, EXACT])
def test_a_tours_length_is_the_sum_of_its_edges(policy: str) -> None:
    graph = block()
    length = {tuple(edge): w for edge, w in zip(graph.edges.tolist(), graph.length_m.tolist(), strict=True)}
    tour = plan(graph, ["0-5", "1-8", "4-1", "2-2"], policy).tours[0]
    walked = sum(length[min(a, b), max(a, b)] for a, b in itertools.pairwise(tour.route))
    assert tour.length_m == pytest.approx(walked)
    assert tour.route[0] == tour.route[-1] == tour.depot
    assert len(tour.legs) == len(tour.stops) + 1


def test_exact_tours_are_as_short_as_brute_force_says_and_proven() -> None:
    graph = block()
    random = np.random.default_rng(11)
    for _ in range(30):
        places = random.choice(list(graph.access), size=random.integers(1, 6), replace=False).tolist()
        found = plan(graph, places, EXACT)
        assert sorted(visited(found)) == sorted(places)
        assert found.length_m == pytest.approx(optimum(graph, places), abs=1e-9)
        assert found.lower_bound_m == found.length_m


def test_any_policy_says_how_short_it_could_be_when_asked() -> None:
    graph, places = block(), ["0-5", "1-8", "2-3", "4-1"]
    assert plan(graph, places, "s-shape").lower_bound_m is None
    found = plan(graph, places, "s-shape", is_bounded=True)
    assert found.lower_bound_m == pytest.approx(optimum(graph, places), abs=1e-9)
    assert found.length_m > (found.lower_bound_m or 0)


def test_one_way_aisles_are_planned_on_the_table_and_still_proven() -> None:
    graph = block()
    up = np.array([graph.xy[a][0] == graph.xy[b][0] == PITCH_M for a, b in graph.edges.tolist()])
    one_way = replace(graph, direction=np.where(up, -1, 0).astype(np.int8))
    both = plan(graph, ["1-2", "1-8", "2-5"], EXACT)
    found = plan(one_way, ["1-2", "1-8", "2-5"], EXACT)
    assert visited(found) == ["2-5", "1-8", "1-2"]
    assert found.length_m == found.lower_bound_m == pytest.approx(2 * LENGTH_M + 4 * PITCH_M)
    assert found.length_m >= both.length_m
    explain_tour(one_way, found.tours[0])  # every edge as directed, the sum as told


def test_heavy_items_come_first_and_only_exact_tours_know_it() -> None:
    graph = block()
    items = {"0-2": 1.0, "0-8": 20.0, "4-3": 5.0}
    found = plan(graph, [*items], EXACT, items=items, heavy_kg=(15.0, 4.0))
    assert visited(found) == ["0-8", "4-3", "0-2"]
    assert found.length_m == found.lower_bound_m
    assert found.length_m > plan(graph, [*items], EXACT).length_m
    with pytest.raises(ValueError, match="routing 's-shape' keeps no order of masses: choose 'exact'"):
        plan(graph, [*items], "s-shape", items=items, heavy_kg=(15.0,))
    with pytest.raises(BadDataError, match="SKU '4-3' has no mass"):
        plan(graph, [*items], EXACT, items={"0-2": 1.0, "0-8": 2.0}, heavy_kg=(15.0,))


def test_a_sku_in_several_locations_is_taken_from_the_one_on_the_way() -> None:
    graph = block()
    orders = [Order(id="O", lines=(OrderLine(sku="a", quantity=1), OrderLine(sku="b", quantity=2)))]
    slotting = {"a": ("0-9", "3-1", "9-9"), "b": ("3-4",)}
    floor = picking_floor(graph, slotting, orders, depot=0)
    found = plan_tours(floor, orders, TourSettings(policy=EXACT))
    assert sorted(visited(found)) == ["3-1", "3-4"]
    assert found.length_m == pytest.approx(2 * (3 * PITCH_M + 4))


def test_every_shortest_tour_of_a_hall_adds_up_edge_by_edge_and_no_policy_is_shorter() -> None:
    hall, wish = demo_hall(), Scenario(site=Path("."), synthetic_orders=20)
    plans = {
        policy: plan_scenario(hall, wish.model_copy(update={"routing": policy}))
        for policy in (EXACT, *POLICIES)
    }
    for shift in plans.values():
        for tour in shift.plan.tours:
            assert explain_tour(shift.graph, tour)[-1].cumulative_m == pytest.approx(tour.length_m, abs=1e-9)
        for tour, shortest in zip(shift.plan.tours, plans[EXACT].plan.tours, strict=True):
            assert tour.length_m >= shortest.length_m - 1e-9


def lines_of(plan: TourPlan) -> list[list[tuple[str, str]]]:
    """Order and SKU of every pick, tour by tour, in the order of their names."""
    return [sorted((p.order, p.sku) for stop in tour.stops for p in stop.picks) for tour in plan.tours]


def test_waves_and_zones_are_never_mixed_and_nothing_is_lost() -> None:
    graph = block()
    left = np.array([max(graph.xy[edge][:, 0]) <= PITCH_M for edge in graph.edges])
    zoned = replace(graph, zone=np.where(left, 0, -1), zones=("left",))
    lines = tuple(OrderLine(sku=sku, quantity=1) for sku in ("0-2", "4-3"))
    orders = [Order(id=name, lines=lines, wave=wave) for name, wave in (("A", "1"), ("B", "2"), ("C", "1"))]
    slotting = {place: (place,) for place in graph.access}
    floor = picking_floor(zoned, slotting, orders, depot=0)

    def planned(**settings: Any) -> list[list[tuple[str, str]]]:
        return lines_of(plan_tours(floor, orders, TourSettings(**settings)))

    a, b, c = ([(order.id, line.sku) for line in lines] for order in orders)
    assert planned() == [a + c, b]
    assert planned(is_zoned=True) == [[a[0], c[0]], [a[1], c[1]], [b[0]], [b[1]]]
    assert planned(is_zoned=True, batch_lines=1) == [[a[0]], [c[0]], [a[1]], [c[1]], [b[0]], [b[1]]]


def test_an_order_that_no_cart_holds_is_cut_into_parts_that_lie_together() -> None:
    graph = block()
    places = ["0-2", "4-2", "0-4", "4-4", "0-6", "4-6"]
    found = plan(graph, places, EXACT, batch_lines=3)
    assert [{sku for _, sku in tour} for tour in lines_of(found)] == [
        {"0-2", "0-4", "0-6"},
        {"4-2", "4-4", "4-6"},
    ]


def test_orders_that_lie_together_share_a_tour_where_tours_are_to_be_short() -> None:
    graph = block()
    places = ["0-9", "4-9", "0-8", "4-8", "0-7", "4-7"]
    orders = [Order(id=place, lines=(OrderLine(sku=place, quantity=1),)) for place in places]
    floor = picking_floor(graph, {place: (place,) for place in places}, orders, depot=0)
    for policy in (EXACT, "s-shape"):
        how = TourSettings(policy=policy, batch_lines=3)
        apart = plan_tours(floor, orders, how)
        found = plan_tours(floor, orders, replace(how, batching="short-tours"))
        assert sorted(len(tour) for tour in lines_of(found)) == [3, 3]
        assert {sku[0] for _, sku in lines_of(found)[0]} == {"0"}
        assert found.length_m < apart.length_m
        assert found.batching_bound_m == (pytest.approx(found.length_m) if policy == EXACT else None)
        assert found == plan_tours(floor, orders, replace(how, batching="short-tours"))
    with pytest.raises(
        ValueError, match="no batching 'at-random': choose first-come, short-tours or in-time"
    ):
        plan_tours(floor, orders, TourSettings(batching="at-random"))


def test_picks_at_one_face_are_one_stop() -> None:
    graph = block()
    orders = [Order(id="O", lines=(OrderLine(sku="a", quantity=1), OrderLine(sku="b", quantity=2)))]
    slotting = {"a": ("0-1",), "b": ("0-1",)}
    found = plan_tours(picking_floor(graph, slotting, orders, depot=0), orders)
    assert [len(stop.picks) for stop in found.tours[0].stops] == [2]
    assert tours_dict(found)["lines"] == 2


def test_stops_outside_aisles_are_visited_and_said_so() -> None:
    graph = block()
    loose = replace(graph, aisle_of={p: a for p, a in graph.aisle_of.items() if a != "A4"})
    found = plan(loose, ["0-5", "4-1", "1-2"], "s-shape")
    assert visited(found) == ["0-5", "1-2", "4-1"]
    assert "1 stops lie in no open aisle" in found.notes[0]


def test_a_blocked_aisle_is_not_walked_through_in_vain() -> None:
    graph = block()
    middle = {graph.access["1-4"], graph.access["1-5"]}
    kept = np.array([set(edge) != middle for edge in graph.edges.tolist()])
    cut = replace(graph, edges=graph.edges[kept], length_m=graph.length_m[kept])
    found = plan(cut, ["0-5", "1-1", "2-2", "3-3"], "s-shape")
    assert visited(found) == ["0-5", "2-2", "3-3", "1-1"]
    assert "1 stops lie in no open aisle" in found.notes[0]
    assert found.length_m == pytest.approx(10 + 8 + 10 + 4 + 2 * 3 + 8 + 1 + 1 + 4)


def test_a_sku_without_a_way_to_it_names_the_reason() -> None:
    graph = block()
    orders = [Order(id="O", lines=(OrderLine(sku="a", quantity=1),))]
    with pytest.raises(BadDataError, match="'a' is ordered but has no location"):
        picking_floor(graph, {}, orders, depot=0)
    with pytest.raises(BadDataError, match="no such location"):
        picking_floor(graph, {"a": ("9-9",)}, orders, depot=0)


def test_batches_hold_whole_orders_first_come_and_cut_only_what_is_too_large() -> None:
    line = OrderLine(sku="a", quantity=1)
    orders = [Order(id=str(n), lines=(line,) * n) for n in (2, 3, 1, 11)]
    batches = batch_first_come(orders, capacity_lines=5)
    assert [[order.id for order, _ in batch] for batch in batches] == [
        ["2"] * 2 + ["3"] * 3,
        ["1"],
        ["11"] * 5,
        ["11"] * 5,
        ["11"],
    ]
    with pytest.raises(ValueError, match="below 1"):
        batch_first_come(orders, capacity_lines=0)


def test_an_unknown_policy_lists_the_known() -> None:
    with pytest.raises(ValueError, match="s-shape, return"):
        policy_named("teleport")


def test_what_is_due_first_is_picked_first_and_what_is_late_is_said() -> None:
    graph = block()
    places = ["0-9", "4-9", "2-5"]
    dues = {"0-9": "500", "4-9": "60", "2-5": None}
    orders = [Order(id=p, lines=(OrderLine(sku=p, quantity=1),), due=dues[p]) for p in places]
    floor = picking_floor(graph, {place: (place,) for place in places}, orders, depot=0)
    crew = Crew(pickers=1, seconds_per_metre=1.0, pick_s=5.0, piece_s=0.0, drop_s=0.0)
    how = TourSettings(policy=EXACT, batching="in-time", batch_lines=1, crew=crew)
    found = plan_tours(floor, orders, how)
    assert visited(found)[0] == "4-9"
    assert sorted(visited(found)) == sorted(places)
    assert found.notes == ("Every order is in time, as planned: waits are not counted.",)

    hurried = [replace(order, due="10") for order in orders]
    (note,) = plan_tours(floor, hurried, how).notes
    assert note.startswith("3 of 3 orders are late, by ")
    assert note.endswith("no plan is less late.")
    with pytest.raises(ValueError, match="batching 'in-time' needs a crew, 'exact' routing"):
        plan_tours(floor, orders, replace(how, policy="s-shape"))
    in_waves = [replace(order, wave=order.id) for order in orders]
    with pytest.raises(BadDataError, match="knows neither waves nor SKUs in several locations: choose"):
        plan_tours(floor, in_waves, how)


def test_due_times_are_seconds_or_dates_and_nothing_is_guessed() -> None:
    start = datetime(2026, 11, 27, 6, 0, tzinfo=UTC)
    order = Order(id="A", lines=())
    assert due_s(order, None) == math.inf
    assert due_s(replace(order, due="90.5"), None) == 90.5
    assert due_s(replace(order, due="2026-11-27T08:00:00+01:00"), start) == 3600
    for due, said in (
        ("noon", "expected seconds from the start of the shift, or a date as in"),
        ("nan", "expected seconds"),
        ("2026-11-27T08:00:00", "of an unknown time zone: add Z"),
    ):
        with pytest.raises(BadDataError, match=f"order 'A' is due '{due}'.*{said}"):
            due_s(replace(order, due=due), start)
    with pytest.raises(BadDataError, match="start of the shift is not known: set 'starts_at'"):
        due_s(replace(order, due="2026-11-27T08:00:00Z"), None)
