"""A program grows: numbers stay those that were given out, and jobs know who comes after them."""

from __future__ import annotations

import pytest

from layouts.simulation.engine.tape import WAIT
from layouts.simulation.errands import Errand
from layouts.simulation.meaning import Activity, JobName, Resource
from layouts.simulation.program_builder import ProgramBuilder
from layouts.simulation.traffic.build_traffic import traffic_map
from spatial.floor.agents import CART, PICKER
from spatial.navigation.build_graph import build_graph


@pytest.fixture
def build(hall) -> ProgramBuilder:
    facility = hall()
    return ProgramBuilder(traffic_map([build_graph(facility, PICKER), build_graph(facility, CART)]), kinds=3)


def waiting(build: ProgramBuilder, seconds: float, graph: int = 0) -> int:
    node = build.traffic.graphs[graph].stations["DEPOT"]
    activity = build.activity(Activity("drop", "L0", (0.0, 0.0)))
    return build.routine(Errand(legs=((node,),), counts=[1], acts=[WAIT, activity, -1, seconds]), graph=graph)


def test_a_resource_of_one_name_is_added_once(build) -> None:
    first = len(build.traffic.resources)
    seat = Resource("seat", "station", "L0", (0.0, 0.0))
    assert build.find("seat") is None
    assert [build.resource(seat, capacity=4), build.resource(seat, capacity=9)] == [first, first]
    assert build.find("seat") == first
    waiting(build, 1.0)
    program = build.build(most_agents=5)
    assert program.seats.capacity[first] == 4
    assert program.meaning.resource[first] == seat
    assert program.meaning.resource[:first] == build.traffic.resources


def test_routines_of_several_classes_keep_their_numbers(build) -> None:
    seconds, graphs = [3.0, 1.0, 4.0, 1.5, 9.0], [1, 0, 0, 1, 0]
    numbers = [waiting(build, each, graph) for each, graph in zip(seconds, graphs, strict=True)]
    assert numbers == [0, 1, 2, 3, 4]
    tape = build.build(most_agents=1).tape
    assert tape.start.tolist() == [0, 1, 2, 3, 4, 5]
    assert tape.rows["x"].tolist() == seconds


def test_jobs_know_who_comes_after_them(build) -> None:
    one = waiting(build, 1.0)
    for number, after in enumerate([(), (), (0, 1), (0,), (2, 0)]):
        build.job(JobName(f"J{number}", "pick"), [one, one, one], pool="pick", after=after, tickets=after[:1])
    jobs = build.build(most_agents=1).jobs
    assert jobs.needs.tolist() == [0, 0, 2, 1, 2]
    followers = [jobs.after[jobs.after_start[j] : jobs.after_start[j + 1]].tolist() for j in range(5)]
    assert followers == [[2, 3, 4], [2], [4], [], []]
    tickets = [jobs.ticket[jobs.ticket_start[j] : jobs.ticket_start[j + 1]].tolist() for j in range(5)]
    assert tickets == [[], [], [0], [0], [2]]


def test_every_kind_of_agents_has_its_routine_for_a_job(build) -> None:
    walk, push = waiting(build, 1.0), waiting(build, 2.0, graph=1)
    build.job(JobName("J", "pick"), [walk, push, walk], pool="pick")
    build.refill([push, push, walk], pool="replenish")
    program = build.build(most_agents=1)
    assert program.jobs.routine.tolist() == [[walk], [push], [walk]]
    assert program.jobs.refill_routine.tolist() == [[push], [push], [walk]]
    assert [build.pool("pick"), build.pool("replenish"), build.pool("pack")] == [0, 1, 2]
    assert program.jobs.refill_pool.tolist() == [1]


def test_areas_slow_people_down_and_other_resources_do_not(build) -> None:
    waiting(build, 1.0)
    slow = build.build(most_agents=200).seats.slow
    assert slow.shape[1] == 65
    for number, resource in enumerate(build.traffic.resources):
        assert (slow[number, :2] == 1).all()
        assert (slow[number].max() > 1) == (resource.kind == "area")
