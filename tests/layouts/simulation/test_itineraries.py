"""Given work, checked by hand."""

from __future__ import annotations

import itertools
import math
from typing import Any

import networkx as nx
import numpy as np
import pytest

from layouts.simulation import run_itineraries
from spatial.floor.agents import AgentClass
from spatial.navigation.nav_graph import NavGraph


def line(nodes: int) -> nx.Graph:
    """Nodes 0, 1, … in a row, a metre apart."""
    graph = nx.path_graph(nodes)
    nx.set_edge_attributes(graph, 1.0, "length_m")
    return graph


def rows(run: Any, kind: str) -> list[tuple[Any, ...]]:
    """Events of a kind: agent, resource, start, end, blocked by."""
    events = run.events
    return [
        (agent, resource, float(start), float(end), by)
        for agent, each, resource, start, end, by in zip(*events.values(), strict=True)
        if each == kind
    ]


def test_whoever_comes_second_to_a_pick_face_waits_for_the_rest_of_the_pick() -> None:
    run = run_itineraries(
        line(3), {"ann": [0, (1, 5.0), 2], "bob": [0, (1, 3.0), 2]}, speed_m_s=1.0, starts_s={"bob": 2.0}
    )
    assert run.ending == "finished"
    assert run.waits == {"ann": (0.0, 0), "bob": (3.0, 1)}
    assert run.resource_waits == {0: (0.0, 0), 1: (3.0, 1), 2: (0.0, 0)}
    assert run.finish_s == {"ann": 7.0, "bob": 10.0}
    assert rows(run, "wait") == [("bob", 1, 3.0, 6.0, "ann")]
    assert rows(run, "service") == [("ann", 1, 1.0, 6.0, None), ("bob", 1, 6.0, 9.0, None)]
    assert rows(run, "move")[0] == ("ann", 1, 0.0, 1.0, None)
    assert run.time_split["bob"] == (2.0, 3.0, 3.0, 2.0)
    assert run.blocked_share == 3.0 / (2 * 10.0)


def test_a_face_with_two_seats_serves_two() -> None:
    work = [[(0, 5.0)]] * 3
    assert run_itineraries(line(1), work, capacity=2).wait_s == {0: 0.0, 1: 0.0, 2: 5.0}
    assert run_itineraries(line(1), work, capacity={0: 3}).wait_s == {0: 0.0, 1: 0.0, 2: 0.0}
    assert run_itineraries(line(1), work, capacity=math.inf).blocked_share == 0


def test_who_walks_by_asks_for_nothing() -> None:
    run = run_itineraries(line(3), [[(1, 50.0)], [0, 1, 2]], speed_m_s=1.0)
    assert run.finish_s == {0: 50.0, 1: 2.0}


def test_a_cell_is_free_when_its_agent_sets_out_or_when_it_arrives() -> None:
    work = [[1, 2, 3], [0, 1, 2]]
    at_start = run_itineraries(line(4), work, speed_m_s=1.0, passing=False, release="start")
    assert at_start.wait_s == {0: 0.0, 1: 0.0}
    on_arrival = run_itineraries(line(4), work, speed_m_s=1.0, passing=False)
    assert on_arrival.wait_s == {0: 0.0, 1: 1.0}
    assert rows(on_arrival, "wait") == [(1, 1, 0.0, 1.0, 0)]
    assert on_arrival.finish_s == {0: 2.0, 1: 3.0}


def test_an_agent_stands_in_its_first_cell_before_anyone_moves() -> None:
    run = run_itineraries(line(3), [[0, 1], [(1, 4.0), 2]], speed_m_s=1.0, passing=False)
    assert rows(run, "wait") == [(0, 1, 0.0, 5.0, 1)]


def test_agents_that_begin_in_one_cell_enter_one_after_the_other() -> None:
    run = run_itineraries(line(3), [[0, 1, 2]] * 2, speed_m_s=1.0, passing=False)
    assert rows(run, "wait") == [(1, 0, 0.0, 1.0, 0), (1, 1, 1.0, 2.0, 0)]
    assert run_itineraries(
        line(3), [[0, 1, 2]] * 2, speed_m_s=1.0, passing=False, capacity={0: 2}
    ).wait_s == {0: 0.0, 1: 2.0}


def test_agents_that_begin_later_find_the_cell_taken_only_then() -> None:
    run = run_itineraries(line(4), [[0, 1, 2, 3], [1, 2]], speed_m_s=1.0, passing=False, starts_s=[0.0, 30.0])
    assert run.blocked_share == 0


def test_agents_head_on_are_named_and_end_the_run_at_once() -> None:
    work = {"east": [0, 1, 2, 3, 4], "west": [4, 3, 2, 1, 0]}
    run = run_itineraries(line(5), work, speed_m_s=1.0, passing=False, horizon_s=1e9)
    assert (run.ending, run.end_s) == ("deadlock", 2.0)
    assert {*run.deadlock} == {("east", 3, "west"), ("west", 2, "east")}
    assert run.finish_s == {"east": math.inf, "west": math.inf}
    passed = run_itineraries(line(5), work, speed_m_s=1.0, passing=False, deadlock="pass", pass_s=7.0)
    assert (passed.ending, passed.passes, passed.deadlock) == ("finished", 1, ())
    away = run_itineraries(line(5), work, speed_m_s=1.0, passing=False, deadlock="back-off")
    assert (away.ending, away.back_offs) == ("finished", 1)


def test_a_section_is_shared_in_one_direction_and_closed_to_the_other() -> None:
    work = {"a": [0, 1, 2, 3, 4], "b": [0, 1, 2, 3, 4], "c": [4, 3, 2, 1, 0]}
    starts = {"b": 1.5, "c": 0.5}
    run = run_itineraries(line(5), work, speed_m_s=1.0, starts_s=starts, sections={"lane": [1, 2, 3]})
    # a is inside from 1 to 3; c asks at 1.5, so b, who asks at 2.5, waits behind it until c is out at 5
    assert rows(run, "wait") == [("c", "lane", 1.5, 3.0, "a"), ("b", "lane", 2.5, 5.0, "c")]
    alike = run_itineraries(
        line(5), [work["a"], work["b"]], speed_m_s=1.0, sections={"lane": [(1, 2), (2, 3)]}
    )
    assert alike.blocked_share == 0


def test_who_turns_round_in_a_section_has_it_alone() -> None:
    run = run_itineraries(
        line(4), [[0, 1, (2, 3.0), 1, 0], [0, 1, 2, 3]], speed_m_s=1.0, sections={"lane": [1, 2, 3]}
    )
    assert rows(run, "wait") == [(1, "lane", 1.0, 6.0, 0)]


def test_who_begins_or_ends_inside_a_section_has_it_then() -> None:
    begins = run_itineraries(
        line(4), [[(2, 5.0), 3], [3, 2, 1, 0]], speed_m_s=1.0, sections={"lane": [1, 2, 3]}
    )
    assert rows(begins, "wait") == [(1, "lane", 0.0, 6.0, 0)]
    ends = run_itineraries(
        line(4), [[1, (2, 5.0), (2, 1.0)], [3, 2, 1, 0]], speed_m_s=1.0, sections={"lane": [1, 2, 3]}
    )
    assert rows(ends, "wait") == [(1, "lane", 0.0, 7.0, 0)]


def test_who_works_at_the_end_of_a_section_is_out_of_it() -> None:
    run = run_itineraries(
        line(2), [[0, (1, 9.0), 0], [1, 0]], speed_m_s=1.0, starts_s=[0.0, 3.0], sections={"lane": [0, 1]}
    )
    assert run.blocked_share == 0


def test_an_edge_with_a_capacity_makes_those_who_come_later_wait() -> None:
    work = [[0, 1], [0, 1], [1, 0]]
    one = run_itineraries(line(2), work, speed_m_s=0.5, edge_capacity=1)
    assert one.wait_s == {0: 0.0, 1: 2.0, 2: 4.0}
    assert one.resource_waits[0, 1] == (6.0, 2)
    two = run_itineraries(line(2), work, speed_m_s=0.5, edge_capacity={(1, 0): 2})
    assert two.wait_s == {0: 0.0, 1: 0.0, 2: 2.0}


def test_a_named_resource_is_taken_for_the_service_alone() -> None:
    work = [[(0, 5.0, "lift")], [1, (2, 5.0, "lift")]]
    run = run_itineraries(line(3), work, speed_m_s=1.0)
    assert run.resource_waits["lift"] == (4.0, 1)
    cells = run_itineraries(line(3), work, speed_m_s=1.0, passing=False)
    assert cells.wait_s == run.wait_s
    assert run_itineraries(line(3), work, speed_m_s=1.0, capacity={"lift": 2}).blocked_share == 0
    assert run_itineraries(line(3), [[(0, 5.0, 1)], [(1, 5.0)]], speed_m_s=1.0).wait_s == {0: 0.0, 1: 5.0}


def test_an_agent_that_stays_keeps_its_seat() -> None:
    run = run_itineraries(line(2), [[(0, 2.0), (0, 2.0), 1], [(0, 1.0)]], speed_m_s=1.0)
    assert run.wait_s == {0: 0.0, 1: 4.0}
    apart = run_itineraries(line(2), [[(0, 2.0), 1, (0, 2.0)], [(0, 5.0)]], speed_m_s=1.0)
    assert apart.wait_s == {0: 3.0, 1: 2.0}


def test_routes_are_the_fastest_ways_by_the_direction_of_edges() -> None:
    graph = nx.DiGraph()
    graph.add_edge("a", "b", time_s=1.0)
    graph.add_edge("b", "c", time_s=0.0)
    graph.add_edge("a", "c", time_s=5.0)
    graph.add_edge("c", "a", time_s=2.0)
    run = run_itineraries(graph, [["a", ("c", 1.0), "b"], ["c", "c"]], route=True)
    assert [row[:4] for row in rows(run, "move") if row[0] == 0] == [
        (0, "b", 0.0, 1.0), (0, "c", 1.0, 1.0), (0, "a", 2.0, 4.0), (0, "b", 4.0, 5.0),
    ]  # fmt: skip
    with pytest.raises(ValueError, match="no edge leads from 'b' to 'a'"):
        run_itineraries(graph, [["b", "a"]])
    graph.add_node("island")
    with pytest.raises(ValueError, match="no way from node 'a' to 'island'"):
        run_itineraries(graph, [["a", "island"]], route=True)


def test_a_navigation_graph_and_its_networkx_form_are_the_same_floor() -> None:
    agent = AgentClass(name="walker", radius_m=0.3, height_m=1.8, speed_m_s=0.5)
    edges = np.array([[0, 1], [1, 2]])
    graph = NavGraph(
        facility="F", agent=agent, levels=("L0",), xy=np.array([[0.0, 0.0], [3.0, 0.0], [6.0, 0.0]]),
        level=np.zeros(3, int), kind=np.zeros(3, int), edges=edges, length_m=np.full(2, 3.0),
        clear_width_m=np.full(2, 2.0), sigma_m=np.zeros(2), access={"01-02-0": 2}, pick_faces={},
        stations={"DEPOT": 0}, aisles={},
        aisle_of={}, unreached={}, direction=np.array([1, 0], np.int8),
    )  # fmt: skip
    assert run_itineraries(graph, [[0, 1, 2, 1]]).finish_s == {0: 18.0}
    assert run_itineraries(graph, [[0, 1, 2, 1]], speed_m_s=3.0).finish_s == {0: 3.0}
    with pytest.raises(ValueError, match="no edge leads from 1 to 0"):
        run_itineraries(graph, [[1, 0]])
    by_id = run_itineraries(graph, [["DEPOT", ("01-02-0", 2.0)]] * 3, route=True, capacity={"01-02-0": 2})
    assert by_id.finish_s == {0: 14.0, 1: 14.0, 2: 16.0}
    assert by_id.resource_waits[2] == (2.0, 1)


def test_lengths_are_found_by_any_usual_name() -> None:
    for name in ("length_m", "length", "weight"):
        graph = nx.Graph()
        graph.add_edge((0, 0), (0, 1), **{name: 6.0})
        assert run_itineraries(graph, [[(0, 0), ((0, 1), 1.0)]], speed_m_s=2.0).finish_s == {0: 4.0}
    many = nx.MultiGraph()
    many.add_edge(0, 1, time_s=5.0)
    many.add_edge(0, 1, time_s=2.0)
    assert run_itineraries(many, [[0, 1]]).finish_s == {0: 2.0}


def test_arrays_say_the_same_as_pairs() -> None:
    nodes, service_s = np.array([0, 1, 2, 1]), np.array([0.0, 2.0, 1.0, 0.5])
    pairs = [*zip(nodes.tolist(), service_s.tolist(), strict=True)]
    by_arrays = run_itineraries(line(3), [(nodes, service_s)] * 2, speed_m_s=1.0)
    by_pairs = run_itineraries(line(3), [pairs] * 2, speed_m_s=1.0)
    assert by_arrays.finish_s == by_pairs.finish_s
    assert rows(by_arrays, "wait") == rows(by_pairs, "wait")
    assert run_itineraries(line(3), [nodes], speed_m_s=1.0).finish_s == {0: 3.0}
    letters = nx.relabel_nodes(line(3), {0: "a", 1: "b", 2: "c"})
    named = (np.array(["a", "b", "c", "b"]), service_s)
    assert run_itineraries(letters, [named] * 2, speed_m_s=1.0).finish_s == by_pairs.finish_s


def test_a_name_may_be_a_number_that_no_node_has() -> None:
    graph = nx.relabel_nodes(line(2), {0: "a", 1: "b"})
    work = [[("a", 5.0, 1)], [("b", 5.0, 1)]]
    assert run_itineraries(graph, work, speed_m_s=1.0).resource_waits == {
        "a": (0, 0),
        "b": (0, 0),
        1: (5.0, 1),
    }
    assert run_itineraries(graph, work, speed_m_s=1.0, capacity={1: 2}).blocked_share == 0


def test_waits_count_between_warm_up_and_horizon_and_unfinished_ones_to_it() -> None:
    work = [[(0, 10.0)]] * 4
    run = run_itineraries(line(1), work, warm_up_s=5.0, horizon_s=25.0)
    assert run.ending == "horizon"
    assert run.wait_s == {0: 0.0, 1: 5.0, 2: 15.0, 3: 20.0}
    assert run.waits == {0: (0.0, 0), 1: (5.0, 1), 2: (15.0, 1), 3: (20.0, 1)}
    assert run.resource_waits == {0: (40.0, 3)}
    assert run.blocked_share == 40.0 / (4 * 20.0)
    assert run.time_split[0] == (0.0, 5.0, 0.0, 15.0)
    assert run.finish_s == {0: 10.0, 1: 20.0, 2: math.inf, 3: math.inf}
    brief = run_itineraries(line(1), work, warm_up_s=5.0, horizon_s=25.0, keep_events=False)
    assert brief.wait_s == run.wait_s
    for ask in ("events", "waits"):
        with pytest.raises(ValueError, match="keep_events"):
            getattr(brief, ask)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"itineraries": [[0, 7]]}, "agent 0: the graph has no node 7"),
        ({"itineraries": [(np.array([0, 9]), np.zeros(2))]}, "no node 9"),
        ({"itineraries": {"ann": [0, 2]}}, "agent 'ann': no edge leads from 0 to 2: .*route=True"),
        ({"itineraries": [[(0, -1.0)]]}, "service_s -1.0 must be finite and at least 0"),
        ({"itineraries": [(np.array([0, 1]), np.zeros(3))]}, "must be of one length"),
        ({"itineraries": [[(0, 1.0, "lift", 3)]]}, "no node"),
        ({"itineraries": [[]]}, "it is empty"),
        ({"itineraries": []}, "no itinerary"),
        ({"speed_m_s": None}, "pass speed_m_s"),
        ({"speed_m_s": 0.0}, "speed_m_s 0.0 must be above 0"),
        ({"graph": nx.path_graph(3)}, "give it length_m in metres or time_s"),
        ({"capacity": 0}, "capacity 0.0 must be a whole number of at least 1"),
        ({"capacity": {8: 2}}, "capacity names 8"),
        ({"starts_s": [1.0, 2.0]}, "starts_s has"),
        ({"starts_s": {"bob": 2.0}}, "starts_s names 'bob'"),
        ({"starts_s": -1.0}, "starts_s -1.0"),
        ({"release": "now"}, "'arrival' or 'start'"),
        ({"deadlock": "ignore"}, "must be one of stop, back-off, pass"),
        ({"sections": {"S": [(0, 2)]}}, r"section 'S': the graph has no edge \(0, 2\)"),
        ({"sections": {"S": []}}, "section 'S' has no edges"),
        ({"sections": {"S": [0, 1], "T": [(1, 0)]}}, "section 'T' shares an edge"),
        ({"sections": {0: [0, 1]}}, "rename it"),
        ({"edge_capacity": {(0, 2): 1}}, "no edge of the graph"),
        ({"edge_capacity": {(0, 1): 1, (1, 0): 1}}, "named twice"),
        ({"passing": False, "itineraries": [[(0, 1.0, 1)]]}, "node 1 is a cell"),
        ({"horizon_s": 1.0, "warm_up_s": 2.0}, "horizon_s 1.0 must be above warm_up_s 2.0"),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_told_with_its_value(change: dict[str, Any], message: str) -> None:
    usual: dict[str, Any] = {"graph": line(3), "itineraries": [[0, (1, 2.0)]], "speed_m_s": 1.0}
    with pytest.raises(ValueError, match=message):
        run_itineraries(**{**usual, **change})


def test_every_way_of_naming_agents_gives_the_same_run() -> None:
    visits = [0, (1, 2.0), 2]
    runs = [
        run_itineraries(line(3), work, speed_m_s=1.0)
        for work in ([visits, visits], (visits, visits), {0: visits, 1: visits})
    ]
    for one, other in itertools.pairwise(runs):
        assert one.wait_s == other.wait_s
        assert one.events.keys() == other.events.keys()
