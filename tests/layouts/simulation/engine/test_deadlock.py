"""Deadlock: rings are found at once and named, and every policy but stopping lets all work be done."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layouts.simulation.engine.script import BACK_OFFS, PASSES
from layouts.simulation.engine.tape import BACK_OFF, PASS, STOP

POLICIES = (BACK_OFF, PASS)


def around(agents: int) -> list[str]:
    """Agent i has seat i and wants the next one's."""
    return [
        f"take {i}, move {5 + i}, take {(i + 1) % agents}, move 1, give {i}, give {(i + 1) % agents}"
        for i in range(agents)
    ]


@pytest.mark.parametrize("agents", [2, 3, 7])
def test_a_ring_is_named_when_it_closes(world, agents: int) -> None:
    played = world(*around(agents)).run()
    assert played.ending == "deadlock"
    assert played.end_s == 5 + agents - 1
    last = agents - 1
    assert played.ring == tuple(((last + k) % agents, (last + k + 1) % agents) for k in range(agents))


def test_waits_of_a_deadlock_count_to_its_moment(world, waited) -> None:
    assert waited(world(*around(3)).run()) == [(0, 1, 1, 5, 7), (1, 2, 2, 6, 7)]


def test_those_who_only_wait_for_the_ring_are_no_part_of_it(world) -> None:
    played = world(
        "take 0, move 5, take 1, give 1, give 0",
        "take 1, move 6, take 0, give 0, give 1",
        "move 1, take 0, give 0",
    ).run()
    assert played.ring == ((1, 0), (0, 1))


def test_a_seat_too_many_is_no_deadlock(world) -> None:
    assert world(*around(3), capacity={1: 2}).run().ending == "finished"


def test_a_ring_through_all_holders_of_several_seats_is_one(world) -> None:
    hold = "take 0, move 5, take 1, give 1, give 0"
    played = world(hold, hold, "take 1, move 6, take 0, give 0, give 1", capacity={0: 2}).run()
    assert played.ending == "deadlock"
    assert played.ring == ((2, 0), (0, 1))


def test_one_holder_who_can_go_on_opens_it(world) -> None:
    hold = "take 0, move 5, take 1, give 1, give 0"
    played = world(
        hold, "take 0, move 90, give 0", "take 1, move 6, take 0, give 0, give 1", capacity={0: 2}
    ).run()
    assert played.ending == "finished"
    assert played.end_s == 90


def test_a_ring_that_closes_when_another_leaves_the_section_is_found(world) -> None:
    """Agent 0 in the section wants 1, whose holder waits for the other direction; only then agent 2 leaves."""
    made = world(
        "enter 0 1, move 5, take 1, give 1, leave 0",
        "take 1, move 6, enter 0 -1, leave 0, give 1",
        "enter 0 1, move 20, leave 0",
        capacity={0: 9},
    )
    played = made.run()
    assert (played.ending, played.end_s, played.ring) == ("deadlock", 20, ((1, 0), (0, 1)))
    assert [made.run(deadlock=policy).ending for policy in POLICIES] == ["finished", "finished"]


def test_who_gives_way_in_the_middle_of_a_queue_leaves_it_whole(world, waited, rows) -> None:
    """The same ring, with one before and one behind in the queue of the section."""
    made = world(
        "enter 0 1, move 5, take 1, give 1, leave 0",
        "take 1, move 6, enter 0 -1, leave 0, give 1",
        "enter 0 1, move 20, leave 0",
        "move 1, enter 0 -1, move 4, leave 0",
        "move 7, enter 0 -1, move 4, leave 0",
        capacity={0: 9},
    )
    backed_off = made.run(deadlock=BACK_OFF, back_off_s=10)
    assert waited(backed_off) == [(1, 0, 0, 6, 20), (0, 1, 1, 5, 20), (3, 0, 0, 1, 20), (4, 0, 0, 7, 20)]
    assert rows(backed_off, 1)[-1] == ("backed off", 0, 20, 30)
    assert backed_off.end_s == 30
    passed = made.run(deadlock=PASS, pass_s=2)
    assert waited(passed) == [(1, 0, 0, 6, 20), (0, 1, 1, 5, 22), (3, 0, 0, 1, 22), (4, 0, 0, 7, 22)]
    assert passed.end_s == 26


def test_who_closes_the_ring_backs_off_and_returns(world, rows) -> None:
    played = world(*around(2)).run(deadlock=BACK_OFF, back_off_s=30)
    assert rows(played, 1) == [("moved", 0, 0, 6), ("backed off", 0, 6, 36), ("moved", 0, 36, 37)]
    assert rows(played, 0) == [("moved", 0, 0, 5), ("waited", 1, 5, 6), ("moved", 0, 6, 7)]
    assert played.state.n[BACK_OFFS] == 1
    assert played.ring == ()


def test_what_was_given_up_is_taken_again_in_order_and_waited_for(world, rows) -> None:
    made = world(
        "take 0, move 5, take 1, move 40, give 1, give 0",
        "take 1, take 2, move 6, take 0, move 1, give 0, give 2, give 1",
    )
    played = made.run(deadlock=BACK_OFF, back_off_s=10)
    assert rows(played, 1)[1:] == [("backed off", 0, 6, 16), ("waited", 1, 16, 46), ("moved", 0, 46, 47)]


def test_who_closes_the_ring_passes_at_a_cost(world, rows) -> None:
    played = world(*around(2)).run(deadlock=PASS, pass_s=3)
    assert rows(played, 1) == [("moved", 0, 0, 6), ("passed", 0, 6, 9), ("moved", 0, 9, 10)]
    assert rows(played, 0) == [("moved", 0, 0, 5), ("waited", 1, 5, 10), ("moved", 0, 10, 11)]
    assert played.state.n[PASSES] == 1


def test_a_wish_for_its_own_seat_is_a_ring_of_one(world) -> None:
    made = world(
        "take 0, move 1, move 1, give 0", "take 0, wait 2, give 0", pools=[(0,)], fails={0: [1.0]}, repair=1
    )
    assert made.run().ring == ((0, 0),)
    assert [made.run(deadlock=policy).ending for policy in POLICIES] == ["finished", "finished"]


def test_a_wait_for_pieces_is_no_ring_but_stalls(world) -> None:
    played = world("take 0, get 1 1, give 0", "take 0, put 1 1, give 0").run()
    assert played.ending == "stalled"
    assert played.ring == ()


def test_who_backs_off_again_and_again_passes_in_the_end(world, job) -> None:
    """Eight agents crowd a narrow lane from both ends, and come back before anybody could get out of it."""
    up = "take 3, move 1, take 4, move 1, give 3, take 5, move 1, give 4, give 5"
    down = "take 5, move 1, take 4, move 1, give 5, take 3, move 1, give 4, give 3"
    made = world(up, down, jobs=[job(routine=k % 2) for k in range(160)], pools=[(0,)] * 16)
    played = made.run(deadlock=BACK_OFF, back_off_s=0.01)
    assert played.ending == "finished"
    assert played.state.n[PASSES] > 0


@pytest.mark.parametrize("policy", POLICIES)
@settings(max_examples=60)
@given(seed=st.integers(0, 10**6))
def test_all_work_is_done_and_all_seats_are_free_at_the_end(any_world, policy: int, seed: int) -> None:
    made = any_world(seed, buffers=False)
    played = made.run(deadlock=policy)
    assert played.ending == "finished"
    assert np.isfinite(played.state.jobs.ended_s).all()
    assert not played.state.seats.used.any()
    assert not played.state.agents.holds.any()


@settings(max_examples=60)
@given(seed=st.integers(0, 10**6))
def test_a_run_stops_only_where_nobody_in_the_ring_can_go_on(any_world, seed: int) -> None:
    made = any_world(seed, buffers=False)
    played = made.run(deadlock=STOP)
    assert played.ending in ("finished", "deadlock")
    agents = played.state.agents
    for (agent, resource), (other, _) in zip(played.ring, (*played.ring[1:], *played.ring[:1]), strict=True):
        assert agents.want[agent] == resource
        assert resource in agents.held[other, : agents.holds[other]]
    for agent in reached(agents, [agent for agent, _ in played.ring]):
        assert agents.want[agent] >= 0


def reached(agents, first: list[int]) -> Iterator[int]:
    """All whom these wait for, and those whom they wait for."""
    todo, seen = list(first), set(first)
    while todo:
        agent = todo.pop()
        yield agent
        for other in range(len(agents)):
            if agents.want[agent] in agents.held[other, : agents.holds[other]] and other not in seen:
                seen.add(other)
                todo.append(other)
