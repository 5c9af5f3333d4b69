"""What befalls agents beside work: duty, breaks, charging, failures."""

from __future__ import annotations

import numpy as np


def test_agents_begin_on_time_and_take_nothing_new_after(world, job) -> None:
    made = world(
        "wait 10", jobs=[job(routine=0)] * 4, pools=[(0,)], crew={"from_s": [5.0], "until_s": [25.0]}
    )
    played = made.run()
    assert played.state.jobs.started_s.tolist() == [5, 15, np.inf, np.inf]


def test_a_break_begins_at_the_first_end_of_work(world, job, rows) -> None:
    made = world(
        "wait 10", "wait 3", jobs=[job(routine=0)] * 2, pools=[(0,)], breaks={0: [(4.0, 1), (12.0, 1)]}
    )
    spans = [(start, end) for _, _, start, end in rows(made.run())]
    assert spans == [(0, 10), (10, 13), (13, 16), (16, 26)]


def test_an_idle_agent_takes_its_break_on_time(world, job, rows) -> None:
    made = world(
        "wait 10", "wait 3", jobs=[job(routine=0, release_s=21.0)], pools=[(0,)], breaks={0: [(20.0, 1)]}
    )
    assert [(start, end) for _, _, start, end in rows(made.run())] == [(20, 23), (23, 33)]


def test_a_break_goes_before_charging_and_charging_before_work(world, job, rows) -> None:
    made = world(
        "wait 10", "wait 3", "take 0, wait 5, give 0",
        jobs=[job(routine=0)] * 2, pools=[(0,)], breaks={0: [(4.0, 1)]}, charging={0: (10.0, 2)},
    )  # fmt: skip
    assert [end - start for _, _, start, end in rows(made.run())] == [10, 3, 5, 10, 5]


def test_charging_is_no_work_that_asks_for_charging(world, job, rows) -> None:
    made = world("wait 3", "wait 50", jobs=[job(routine=0)] * 4, pools=[(0,)], charging={0: (6.0, 1)})
    assert [end - start for _, _, start, end in rows(made.run())] == [3, 3, 50, 3, 3, 50]


def test_one_charger_is_waited_for(world, job, waited) -> None:
    made = world(
        "wait 3", "take 0, wait 9, give 0",
        jobs=[job(routine=0)] * 2, pools=[(0,), (0,)], charging={0: (3.0, 1), 1: (3.0, 1)},
    )  # fmt: skip
    assert waited(made.run()) == [(1, 0, 0, 3, 12)]


def test_a_failure_is_repaired_on_the_spot(world, rows) -> None:
    made = world("move 4, take 0, wait 5, give 0, move 1", "wait 7", pools=[(0,)], fails={0: [6.0]}, repair=1)
    played = made.run()
    assert [end - start for _, _, start, end in rows(played)] == [4, 5, 7, 1]
    assert played.end_s == 17


def test_repair_is_no_work_that_leads_to_the_next_failure(world, rows) -> None:
    made = world("move 4, wait 5, move 1, move 1", "wait 70", pools=[(0,)], fails={0: [4.0, 10.0]}, repair=1)
    assert [end - start for _, _, start, end in rows(made.run())] == [4, 70, 5, 1, 70, 1]


def test_who_fails_blocks_others_and_waits_for_the_only_crew(world, waited) -> None:
    made = world(
        "take 0, wait 1, wait 1, give 0", "take 1, wait 1, wait 1, give 1", "move 1, take 1, give 1",
        "take 9, wait 10, give 9",
        pools=[(0,), (1,), (2,)], fails={0: [1.0], 1: [1.0]}, repair=3,
    )  # fmt: skip
    assert waited(made.run()) == [(1, 9, 0, 1, 11), (2, 1, 1, 1, 22)]
