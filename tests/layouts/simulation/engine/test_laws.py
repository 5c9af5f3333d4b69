"""Laws that hold in every world."""

from __future__ import annotations

import numpy as np
import pytest

from layouts.simulation.engine.check import check
from layouts.simulation.engine.play import PAUSED, play
from layouts.simulation.engine.script import empty_rows, new_script, new_state
from layouts.simulation.engine.tape import BACK_OFF, MARKED, MOVED, PASS, STOP, WAITED, WORKED, Rules

WORLDS = 100


@pytest.mark.parametrize("deadlock", [STOP, BACK_OFF, PASS])
def test_an_agent_does_one_thing_at_a_time_and_its_rows_fill_its_jobs(any_world, deadlock: int) -> None:
    for seed in range(WORLDS):
        made = any_world(seed, buffers=False)
        played = made.run(deadlock=deadlock)
        log, jobs = played.log, played.state.jobs
        for agent in range(len(made.agents.kind)):
            mine = np.flatnonzero((log.agent == agent) & (log.kind != MARKED))
            assert (log.start_s[mine][1:] >= log.end_s[mine][:-1] - 1e-9).all()
        for number in np.flatnonzero(np.isfinite(jobs.ended_s)):
            mine = (log.job == number) & (log.kind != MARKED)
            spent = (log.end_s[mine] - log.start_s[mine]).sum()
            assert spent == pytest.approx(jobs.ended_s[number] - jobs.started_s[number], rel=1e-9, abs=1e-9)


def test_totals_are_the_parts_of_the_log_between_warm_up_and_horizon(any_world) -> None:
    for seed in range(WORLDS):
        made, cut = any_world(seed), (5.0, 40.0)
        played = made.run(most_refills=200, deadlock=PASS, warm_up_s=cut[0], horizon_s=cut[1])
        log, agents, seats = played.log, played.state.agents, played.state.seats
        part = np.maximum(np.minimum(log.end_s, cut[1]) - np.maximum(log.start_s, cut[0]), 0)
        for kind, name in ((MOVED, "moved_s"), (WORKED, "worked_s"), (WAITED, "waited_s")):
            of = log.kind == kind
            total = np.bincount(log.agent[of], part[of], len(agents))
            np.testing.assert_allclose(agents[name], total, rtol=1e-9, atol=1e-9)
        of, resource = log.kind == WAITED, log.a % len(seats)
        np.testing.assert_allclose(
            seats.waited_s, np.bincount(resource[of], part[of], len(seats)), rtol=1e-9, atol=1e-9
        )
        assert (seats.waits == np.bincount(resource[of & (part > 0)], minlength=len(seats))).all()
        ended = (log.kind == WORKED) & (log.end_s > cut[0]) & (log.end_s <= cut[1])
        assert (agents.works == np.bincount(log.agent[ended], minlength=len(agents))).all()


def test_little_law_queue_length_is_arrivals_times_wait(any_world) -> None:
    """L T, the area under the counted queue of each resource, equals λ T W, the sum of the waits in the totals."""
    for seed in range(WORLDS):
        played = any_world(seed).run(most_refills=200, deadlock=PASS)
        log, seats = played.log, played.state.seats
        for resource in range(len(seats)):
            of = (log.kind == WAITED) & (log.a % len(seats) == resource)
            moments = np.concatenate([log.start_s[of], log.end_s[of]])
            change = np.repeat([1, -1], of.sum())
            order = np.argsort(moments, kind="stable")
            length = np.cumsum(change[order])[:-1]
            area = (length * np.diff(moments[order])).sum()
            assert (length >= 0).all()
            assert area == pytest.approx(seats.waited_s[resource], rel=1e-9, abs=1e-9)


def test_the_queue_that_a_pause_shows_is_that_of_the_log(any_world) -> None:
    for seed in range(WORLDS):
        made, rules = any_world(seed), Rules(deadlock=PASS, looks_ahead=False)
        arrays = made.tape, made.resources, made.work, made.agents
        whole = made.run(most_refills=200, deadlock=PASS, looks_ahead=False).log
        state = new_state(*arrays[1:], buffers=check(*arrays, rules), most_refills=200)
        for time in np.arange(0.5, 60, 7) + 0.123:
            if play(new_script(*arrays, rules), state, rules, empty_rows(10_000), time) == PAUSED:
                covers = (whole.kind == WAITED) & (whole.start_s < time) & (whole.end_s > time)
                waiting = state.agents.want >= 0
                assert sorted(whole.agent[covers]) == np.flatnonzero(waiting).tolist()


def test_three_agents_at_two_seats_take_turns(world) -> None:
    """The first gives its seat back before the second does, and so is never without; the others take turns.

    After ten rounds of 3 s the first is done, and the others, with five turns to go, no longer wait.
    """
    played = world(*["take 0, wait 3, give 0, " * 10] * 3, capacity={0: 2}).run()
    assert played.end_s == 45
    assert played.state.agents.waited_s.tolist() == [0, 15, 15]
    assert (played.state.seats.waits[0], played.state.seats.waited_s[0]) == (10, 30)


def test_the_same_world_gives_the_same_bytes(any_world) -> None:
    for seed in range(WORLDS):
        first, second = (any_world(seed).run(most_refills=200, deadlock=BACK_OFF) for _ in range(2))
        assert [column.tobytes() for column in first.log] == [column.tobytes() for column in second.log]
        assert [part.tobytes() for part in first.state] == [part.tobytes() for part in second.state]
