"""What each instruction does, and the rules of play, in worlds of a few rows."""

from __future__ import annotations

import numpy as np
import pytest

from layouts.simulation.engine.run_tape import run_tape
from layouts.simulation.engine.tape import MOVED, Rules


def test_moves_and_waits_follow_each_other(world, rows) -> None:
    played = world("move 3, wait 5, move 2").run()
    assert rows(played) == [("moved", 0, 0, 3), ("worked", 0, 3, 8), ("moved", 0, 8, 10)]
    assert played.ending == "finished"
    assert played.end_s == 10


def test_legs_activities_and_marks_are_told(world) -> None:
    made = world("move 3, wait 5, mark 7")
    tape = made.tape
    tape.rows["a"][:2] = 4, 9
    log = run_tape(tape, made.resources, made.work, made.agents).log
    assert log.a.tolist() == [4, 9, 7]
    assert log.start_s.tolist() == [0, 3, 8]
    assert log.by.tolist() == [-1, -1, -1]


def test_a_seat_is_waited_for_and_names_who_had_it(world, waited) -> None:
    played = world("take 0, wait 5, give 0", "move 1, take 0, wait 1, give 0").run()
    assert waited(played) == [(1, 0, 0, 1, 5)]
    assert played.end_s == 6


def test_of_two_seats_the_first_that_is_free_is_taken(world, waited) -> None:
    stay = "take 0, wait 5, give 0"
    played = world(stay, "take 0, wait 3, give 0", "move 1, " + stay, capacity={0: 2}).run()
    assert waited(played) == [(2, 0, 1, 1, 3)]


def test_a_crowd_slows_a_move_when_it_begins(world, rows) -> None:
    crowd = {9: (1.0, 1.0, 1.5, 2.0)}
    walk = "into 9, move 4 9, out 9"
    played = world(walk, "move 1, " + walk, "move 2, " + walk, "move 2, " + walk, crowd=crowd).run()
    assert [rows(played, agent)[-1][3] - rows(played, agent)[-1][2] for agent in range(4)] == [4, 6, 8, 8]


def test_paces_are_used_in_turn_and_begin_again(world, rows) -> None:
    played = world("wait 1 0, wait 2 0, wait 1", "wait 1 0", pace=[[[3.0], [4.0]]]).run()
    assert [end - start for _, _, start, end in rows(played, 0)] == [3, 6, 1]
    assert [end - start for _, _, start, end in rows(played, 1)] == [4]


def test_an_agent_that_had_to_stop_starts_again_at_a_cost(world, rows) -> None:
    crew = {"restart_s": [0.0, 0.5], "slow": [1.0, 2.0]}
    after = "move 1, take 0, move 1, move 1, give 0"
    played = world("take 0, wait 5, give 0", after, crew=crew).run()
    assert rows(played, 1) == [
        ("moved", 0, 0, 2),
        ("waited", 0, 2, 5),
        ("moved", 0, 5, 7.5),
        ("moved", 0, 7.5, 9.5),
    ]


def test_work_after_a_wait_means_that_setting_out_costs_nothing_more(world, rows) -> None:
    played = world(
        "take 0, wait 5, give 0", "take 0, wait 1, move 1, give 0", crew={"restart_s": [9.0, 9.0]}
    ).run()
    assert rows(played, 1)[-1] == ("moved", 0, 6, 7)


def test_rule_1_of_equals_the_lowest_number_goes_first(world, waited) -> None:
    ask = "take 0, wait 2, give 0"
    assert waited(world("move 1, " + ask, ask, ask).run()) == [(2, 0, 1, 0, 2), (0, 0, 2, 1, 4)]


def test_rule_2_a_place_in_the_queue_is_kept(world, waited) -> None:
    asks = [f"move {at}, take 0, wait 10, give 0" for at in (0, 3, 2, 1)]
    assert [agent for agent, *_ in waited(world(*asks).run())] == [3, 2, 1]


@pytest.mark.parametrize(("leave", "wait_s"), [("give 0, move 4", 5), ("move 4, give 0", 9)])
def test_rule_3_a_cell_is_given_back_at_the_start_or_on_arrival_as_the_tape_says(
    world, waited, leave: str, wait_s: float
) -> None:
    played = world("take 0, wait 5, take 1, " + leave + ", give 1", "take 0, give 0").run()
    assert waited(played) == [(1, 0, 0, 0, wait_s)]


def test_rule_4_totals_count_from_warm_up_to_horizon(world) -> None:
    played = world("take 0, wait 10, give 0, move 8, wait 4", "take 0, wait 1, give 0").run(
        warm_up_s=4, horizon_s=12
    )
    agents, seat = played.state.agents, played.state.seats[0]
    assert agents.waited_s.tolist() == [0, 6]
    assert agents.worked_s.tolist() == [6, 1]
    assert agents.moved_s.tolist() == [2, 0]
    assert agents.works.tolist() == [1, 1]
    assert (seat.waited_s, seat.waits) == (6, 1)


def test_rule_4_a_wait_before_warm_up_and_one_of_no_time_are_not_counted(world, waited) -> None:
    ask = "take 0, wait 2, give 0"
    played = world(ask, ask, "move 4, " + ask).run(warm_up_s=3)
    assert played.state.seats[0].waits == 0
    assert waited(played) == [(1, 0, 0, 0, 2)]


def test_rule_5_unfinished_waits_count_to_the_horizon_by_who_is_before(world, waited) -> None:
    ask = "take 0, wait 20, give 0"
    played = world(ask, "move 1, " + ask, "move 2, " + ask).run(horizon_s=10)
    assert played.ending == "horizon"
    assert played.end_s == 10
    assert waited(played) == [(1, 0, 0, 1, 10), (2, 0, 1, 2, 10)]
    assert played.state.seats[0].waited_s == 17


def test_nothing_begins_at_the_horizon(world, rows) -> None:
    played = world("move 10, wait 5").run(horizon_s=10)
    assert rows(played) == [("moved", 0, 0, 10)]
    assert played.state.agents.works.tolist() == [0]


def test_a_run_that_finishes_before_its_horizon_ends_when_it_does(world) -> None:
    told = []
    made = world("move 3, wait 5")
    arrays = made.tape, made.resources, made.work, made.agents
    played = run_tape(*arrays, Rules(horizon_s=100), progress=lambda _, share: told.append(share))
    assert (played.ending, played.end_s) == ("finished", 8)
    assert told[-1] == 1
    assert told == sorted(told)


def test_without_a_log_the_totals_are_the_same(world) -> None:
    made = world("take 0, wait 5, give 0", "move 1, take 0, wait 1, give 0")
    logged, bare = made.run(), made.run(logs=False)
    assert len(bare.log.kind) == 0
    assert logged.state.agents.tobytes() == bare.state.agents.tobytes()
    assert logged.state.seats.tobytes() == bare.state.seats.tobytes()


def test_the_log_has_the_types_that_it_promises(world) -> None:
    log = world("move 1").run().log
    assert [column.dtype for column in log] == [np.int8, *[np.int32] * 4, np.float64, np.float64]
    assert log.kind.tolist() == [MOVED]
