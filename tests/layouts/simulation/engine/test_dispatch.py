"""Jobs: when they are ready, who takes them, in what order, and under which tickets."""

from __future__ import annotations

import numpy as np

from layouts.simulation.engine.run_tape import run_tape


def doers(played) -> list[int]:
    return played.state.jobs.doer.tolist()


def starts(played) -> list[float]:
    return played.state.jobs.started_s.tolist()


def test_jobs_are_taken_by_release_then_by_number(world, job) -> None:
    release_s = (5.0, 0.0, 5.0, 1.0)
    made = world("wait 10", jobs=[job(routine=0, release_s=each) for each in release_s], pools=[(0,)])
    assert starts(made.run()) == [20, 0, 30, 10]


def test_an_idle_agent_begins_at_the_release(world, job) -> None:
    made = world("wait 10", jobs=[job(routine=0, release_s=7.0)], pools=[(0,)])
    assert starts(made.run()) == [7]


def test_a_release_goes_before_agents_at_the_same_moment(world, job) -> None:
    jobs = [job(routine=0), job(routine=0, release_s=10.0, pool=1), job(routine=0, pool=2, release_s=3.0)]
    made = world("wait 10", jobs=jobs, pools=[(0, 1, 2)])
    assert starts(made.run()) == [0, 10, 20]


def test_a_job_begins_when_all_before_it_are_done(world, job) -> None:
    jobs = [job(routine=0, before=(2,)), job(routine=1, before=(2,)), job(routine=0), job(routine=0)]
    made = world("wait 4", "wait 9", jobs=jobs, pools=[(0,), (0,)])
    assert starts(made.run()) == [0, 0, 9, 4]


def test_a_job_waits_for_its_release_though_all_before_it_are_done(world, job) -> None:
    jobs = [job(routine=0, before=(1,)), job(routine=0, release_s=30.0)]
    assert starts(world("wait 4", jobs=jobs, pools=[(0,)]).run()) == [0, 30]


def test_pools_are_looked_through_in_order_of_preference(world, job) -> None:
    jobs = [job(routine=0, pool=pool) for pool in (0, 1, 0, 1)]
    played = world("wait 4", jobs=jobs, pools=[(1, 0), (0,)]).run()
    assert doers(played) == [1, 0, 1, 0]


def test_an_agent_leaves_pools_that_are_not_its_own_alone(world, job) -> None:
    played = world("wait 4", jobs=[job(routine=0, pool=1)], pools=[(0,)]).run()
    assert doers(played) == [-1]
    assert played.ending == "finished"
    assert np.isinf(played.state.jobs.ended_s).all()


def test_classes_do_a_job_each_in_its_own_way(world, job) -> None:
    made = world("wait 4", "wait 6", jobs=[job(routine=0)] * 2, pools=[(0,), (0,)], crew={"kind": [0, 1]})
    work = made.work
    work.routine[1] = 1
    played = run_tape(made.tape, made.resources, work, made.agents)
    assert played.state.jobs.ended_s.tolist() == [4, 6]


def test_who_has_been_idle_longest_is_called(world, job) -> None:
    jobs = [
        job(routine=1),
        job(routine=0),
        job(routine=2),
        *(job(routine=0, release_s=20.0) for _ in range(3)),
    ]
    played = world("wait 4", "wait 9", "wait 6", jobs=jobs, pools=[(0,), (0,), (0,)]).run()
    assert doers(played) == [0, 1, 2, 1, 2, 0]


def test_an_idle_agent_that_goes_off_duty_leaves_the_job_to_the_next(world, job) -> None:
    made = world(
        "wait 4", jobs=[job(routine=0, release_s=10.0)], pools=[(0,), (0,)], crew={"until_s": [10.0, np.inf]}
    )
    played = made.run()
    assert doers(played) == [1]
    assert starts(played) == [10]


def test_an_idle_agent_whose_break_is_due_leaves_the_job_to_the_next(world, job) -> None:
    made = world(
        "wait 4", "wait 5", jobs=[job(routine=0, release_s=10.0)], pools=[(0,), (0,)], breaks={0: [(10.0, 1)]}
    )
    played = made.run()
    assert doers(played) == [1]
    assert played.end_s == 15


def test_tickets_cap_how_many_jobs_run_at_once(world, job) -> None:
    jobs = [job(routine=0, tickets=(3,)) for _ in range(4)]
    played = world("wait 10", jobs=jobs, pools=[(0,)] * 3, capacity={3: 2}).run()
    assert starts(played) == [0, 0, 10, 10]
    assert played.state.seats.used[3] == 0


def test_a_job_whose_tickets_are_out_is_passed_over(world, job) -> None:
    jobs = [job(routine=0, tickets=(3,)), job(routine=0, tickets=(3, 4)), job(routine=0, tickets=(4,))]
    assert starts(world("wait 10", jobs=jobs, pools=[(0,)] * 2).run()) == [0, 10, 0]


def test_tickets_that_come_back_call_the_longest_idle_first(world, job) -> None:
    jobs = [
        job(routine=1, tickets=(3,), pool=1),
        job(routine=0),
        job(routine=2),
        *(job(routine=0, tickets=(3,)) for _ in range(2)),
    ]
    played = world("wait 9", "wait 30", "wait 4", jobs=jobs, pools=[(0,), (0,), (1,)]).run()
    assert starts(played)[3:] == [30, 39]
    assert doers(played) == [2, 0, 1, 1, 0]


def test_a_job_that_waits_for_a_ticket_goes_before_one_that_only_now_is_ready(world, job) -> None:
    jobs = [job(routine=0, tickets=(3,), before=(2,)), *(job(routine=0, tickets=(3,)) for _ in range(2))]
    assert starts(world("wait 10", jobs=jobs, pools=[(0,)] * 2).run()) == [0, 10, 20]
