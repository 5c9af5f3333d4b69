"""Buffers: who puts and who gets in what order, and refills by an (s, Q) policy."""

from __future__ import annotations

import numpy as np
import pytest

from layouts.simulation.engine.script import REFILLS
from layouts.simulation.engine.tape import WAITED


def test_a_load_that_does_not_fit_and_a_wish_that_is_too_large_stall(world, waited) -> None:
    played = world("put 0 2, put 0 2, wait 1", "move 7, get 0 3", capacity={0: 3}).run()
    assert waited(played) == [(0, 0, -1, 0, 7)]
    assert played.ending == "stalled"


def test_one_who_gets_lets_one_who_puts_go_on(world, waited) -> None:
    played = world("put 0 2, put 0 2, wait 1", "move 7, get 0 1", capacity={0: 3}).run()
    assert waited(played) == [(0, 0, 1, 0, 7)]
    assert played.state.seats.level[0] == 3


def test_a_wait_for_pieces_is_told_from_one_for_room(world) -> None:
    lacking = world("move 5, put 0 1", "get 0 1", capacity={0: 9}).run()
    full = world("put 0 1", "move 1, put 0 1", "move 5, get 0 1", capacity={0: 1}).run()
    resources = len(lacking.state.seats)
    assert lacking.log.a[lacking.log.kind == WAITED].tolist() == [resources]
    assert full.log.a[full.log.kind == WAITED].tolist() == [0]


def test_one_who_puts_lets_those_who_wait_for_pieces_go_on_in_order(world, waited) -> None:
    played = world("move 5, put 0 3", "get 0 1", "get 0 2", "get 0 1", capacity={0: 9}).run()
    assert waited(played) == [(1, 0, 0, 0, 5), (2, 0, 0, 0, 5), (3, 0, -1, 0, 5)]
    assert played.ending == "stalled"


def test_a_small_wish_stays_behind_a_large_one(world, waited) -> None:
    played = world(
        "get 0 3", "move 1, get 0 1", "move 2, put 0 1, move 2, put 0 1", capacity={0: 9}, level={0: 2}
    ).run()
    assert waited(played) == [(0, 0, 2, 0, 2), (1, 0, 2, 1, 4)]


def test_a_small_load_stays_behind_a_large_one(world, waited) -> None:
    played = world("put 0 3", "move 1, put 0 1", "move 9, get 0 1", capacity={0: 4}, level={0: 2}).run()
    assert waited(played) == [(0, 0, 2, 0, 9), (1, 0, -1, 1, 9)]


def test_a_buffer_that_falls_to_its_low_mark_is_refilled_once(world, refill, rows) -> None:
    made = world(
        "wait 1, get 0 1, wait 1, get 0 1, wait 1, get 0 1, wait 1",
        "move 5, put 0 4",
        jobs=None,
        pools=[(0,), (5,)],
        capacity={0: 9},
        level={0: 4},
        refills=[refill(buffer=0, routine=1, pool=5, low=2, pieces=4)],
    )
    played = made.run(most_refills=3)
    assert rows(played, 1) == [("moved", 0, 2, 7)]
    jobs = played.state.jobs
    assert jobs.release_s[2] == 2
    assert np.isfinite(jobs.ended_s[2:]).tolist() == [True, False, False]
    assert played.state.seats.level[0] == 4 - 3 + 4


def test_what_is_waited_for_is_ordered_though_the_mark_is_not_reached(world, refill) -> None:
    made = world(
        "get 0 5",
        "move 5, put 0 4",
        pools=[(0,), (5,)],
        capacity={0: 9},
        level={0: 3},
        refills=[refill(buffer=0, routine=1, pool=5, low=0, pieces=4)],
    )
    played = made.run(most_refills=3)
    assert played.ending == "finished"
    assert played.state.seats.level[0] == 2


def test_several_refills_are_asked_for_where_one_is_too_small(world, refill) -> None:
    made = world(
        "get 0 9",
        "move 5, put 0 4",
        pools=[(0,), (5,)],
        capacity={0: 12},
        refills=[refill(buffer=0, routine=1, pool=5, low=0, pieces=4)],
    )
    played = made.run(most_refills=9)
    assert played.end_s == 15
    assert played.state.seats.level[0] == 3


def test_what_others_put_in_is_no_part_of_a_refill(world, refill) -> None:
    made = world(
        "get 0 3, wait 1, put 0 1, get 0 1, wait 30",
        "move 9, put 0 4",
        pools=[(0,), (5,)],
        capacity={0: 9},
        level={0: 5},
        refills=[refill(buffer=0, routine=1, pool=5, low=2, pieces=4)],
    )
    played = made.run(most_refills=9)
    assert played.state.n[REFILLS] == 1
    assert played.state.seats.level[0] == 6


def test_more_refills_than_there_is_room_for_are_refused(world, refill) -> None:
    made = world(
        "get 0 9",
        "wait 1",
        pools=[(0,), (5,)],
        capacity={0: 12},
        refills=[refill(buffer=0, routine=1, pool=5, low=0, pieces=1)],
    )
    with pytest.raises(RuntimeError, match="most_refills"):
        made.run(most_refills=4)
