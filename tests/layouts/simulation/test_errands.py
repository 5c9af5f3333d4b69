"""Errands become rows: moves along the legs, in the seconds that motion says, with the acts between them."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from layouts.simulation.engine.tape import GIVE, MOVE, NOBODY, TAKE, WAIT
from layouts.simulation.errands import Act, Errand, Errands, compile_errands, is_even
from layouts.simulation.motion.limits import motion_of
from layouts.simulation.motion.trapezoid import times_along
from layouts.simulation.motion.turns import turn_angles
from layouts.simulation.traffic.build_traffic import traffic_map
from spatial.floor.agents import AGENT_CLASSES, ORDER_PICKER, PICKER, REACH_TRUCK
from spatial.navigation.build_graph import build_graph
from spatial.navigation.shortest_paths import path_length, shortest_distances, shortest_route

TAKEN = (Act(TAKE, 3), Act(WAIT, 7, 0, 5.5), Act(GIVE, 3))


def errand_of(*legs, acts=(), **more) -> Errand:  # type: ignore[no-untyped-def]
    done = [*acts] + [()] * (len(legs) - len(acts))
    return Errand(
        legs=legs,
        counts=[len(each) for each in done],
        acts=[n for each in done for act in each for n in act],
        **more,
    )


def compiled(graph, *errands):  # type: ignore[no-untyped-def]
    some = Errands()
    for errand in errands:
        some.add(errand)
    return compile_errands(traffic_map(graph), some, graph=0)


def rounds(graph, count: int, seed: int = 0) -> list[Errand]:  # type: ignore[no-untyped-def]
    """Errands from random node to random node and back to the first."""
    random = np.random.default_rng(seed)
    nodes = sorted({*graph.access.values(), *graph.stations.values()})
    table = shortest_distances(graph, nodes)
    found = []
    for _ in range(count):
        halts = random.choice(nodes, 4, replace=False).tolist()
        found.append(
            errand_of(
                *(shortest_route(table, a, b) for a, b in zip(halts, [*halts[1:], halts[0]], strict=True))
            )
        )
    return found


@pytest.mark.parametrize("agent", AGENT_CLASSES.values(), ids=AGENT_CLASSES)
def test_the_moves_of_a_leg_are_the_leg(hall, agent) -> None:
    graph = build_graph(hall(aisle_m=4.0, cross_m=4.0, rows=3), agent)
    errands = rounds(graph, 20)
    done = compiled(graph, *errands)
    assert len(done.start) == len(errands) + 1
    for number, errand in enumerate(errands):
        rows = done.rows[done.start[number] : done.start[number + 1]]
        moves = rows["a"][rows["op"] == MOVE]
        xy = [done.xy[done.at[move] : done.at[move + 1]] for move in moves.tolist()]
        # each goes on, to the last bit, where the one before ended
        for one, other in pairwise(xy):
            assert (one[-1] == other[0]).all()
        assert (xy[0][0] == graph.xy[errand.legs[0][0]]).all()
        assert (xy[-1][-1] == graph.xy[errand.legs[-1][-1]]).all()
        course = [graph.xy[list(leg)] for leg in errand.legs]
        assert sum(map(path_length, xy)) == pytest.approx(sum(map(path_length, course)))
        seconds = [
            times_along(
                np.hypot(*np.diff(path, axis=0).T),
                np.full(len(path) - 1, np.inf),
                turn_angles(path),
                motion_of(agent),
            )[-1]
            for path in course
        ]
        assert rows["x"].sum() == pytest.approx(sum(seconds))


def test_points_on_straight_ways_are_left_out(hall) -> None:
    graph = build_graph(hall(rows=3), PICKER)
    done = compiled(graph, *rounds(graph, 20))
    for move in range(len(done.at) - 1):
        turns = turn_angles(done.xy[done.at[move] : done.at[move + 1]])
        assert (turns > 1e-9).all()


def test_speed_limits_hold_for_people_too(hall) -> None:
    graph = build_graph(hall(), PICKER)
    slow = replace(graph, speed_limit_m_s=np.full(len(graph.edges), 0.4))
    errand = rounds(graph, 1)[0]
    usual, limited = (compiled(each, errand).rows["x"].sum() for each in (graph, slow))
    assert limited == pytest.approx(3 * usual)


def test_acts_come_at_the_end_of_their_leg(hall) -> None:
    graph = build_graph(hall(), PICKER)
    there, *_, back = rounds(graph, 1)[0].legs
    there, back = there, there[::-1]
    done = compiled(graph, errand_of(there, back, acts=[TAKEN, TAKEN[1:2]]), errand_of(there, back))
    first = done.rows[: done.start[1]]
    acts = [(row["op"], row["a"], row["b"], row["x"]) for row in first if row["op"] in (TAKE, WAIT, GIVE)]
    assert acts == [(TAKE, 3, NOBODY, 0), (WAIT, 7, 0, 5.5), (GIVE, 3, NOBODY, 0), (WAIT, 7, 0, 5.5)]
    assert first["op"][-1] == WAIT
    second = done.rows[done.start[1] :]
    is_move = second["op"] == MOVE
    assert first["x"][first["op"] == MOVE].tolist() == second["x"][is_move].tolist()
    assert done.rows["a"][done.rows["op"] == MOVE].tolist() == [*range(len(done.at) - 1)]


def test_an_errand_without_a_way_has_its_acts_alone(hall) -> None:
    graph = build_graph(hall(), PICKER)
    node = graph.stations["DEPOT"]
    done = compiled(graph, errand_of((node,), acts=[TAKEN]))
    assert done.rows["op"].tolist() == [TAKE, WAIT, GIVE]
    assert done.at.tolist() == [0]


def test_a_lift_makes_legs_longer_as_motion_says(hall) -> None:
    heights = [3.0, 0.0, 6.0, 0.0]
    for agent in (REACH_TRUCK, ORDER_PICKER):
        graph = build_graph(hall(aisle_m=4.0, cross_m=4.0), agent)
        errand = rounds(graph, 1)[0]
        flat = compiled(graph, errand)
        high = compiled(graph, errand._replace(height_m=heights))
        leg_s = [compiled(graph, errand_of(leg)).rows["x"].sum() for leg in errand.legs]
        if agent is REACH_TRUCK:
            expected = sum(leg_s) + (3 + 3 + 6 + 6) / agent.lift_speed_m_s
        else:
            lifts = [rise / agent.lift_speed_m_s for rise in (3, 3, 6, 6)]
            expected = sum(map(max, leg_s, lifts))
        assert flat.rows["x"].sum() == pytest.approx(sum(leg_s))
        assert high.rows["x"].sum() == pytest.approx(expected)


def test_loaded_legs_are_driven_at_the_loaded_speed(hall) -> None:
    graph = build_graph(hall(aisle_m=4.0, cross_m=4.0), REACH_TRUCK)
    errand = rounds(graph, 1)[0]
    loaded = compiled(graph, errand._replace(loaded=[False, True, False, True]))
    slower = build_graph(hall(aisle_m=4.0, cross_m=4.0), replace(REACH_TRUCK, speed_m_s=2.2))
    empty_s, slow_s = (
        [compiled(g, errand_of(leg)).rows["x"].sum() for leg in errand.legs] for g in (graph, slower)
    )
    assert loaded.rows["x"].sum() == pytest.approx(empty_s[0] + slow_s[1] + empty_s[2] + slow_s[3])


def test_only_people_without_a_cart_move_evenly() -> None:
    assert [name for name, agent in AGENT_CLASSES.items() if is_even(agent)] == ["picker"]


def test_legs_that_do_not_join_are_refused(hall) -> None:
    graph = build_graph(hall(), PICKER)
    one, other, *_ = rounds(graph, 1)[0].legs
    with pytest.raises(ValueError, match="the one before ends"):
        compiled(graph, errand_of(one, other[::-1]))
