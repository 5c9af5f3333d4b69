"""A simulated shift obeys conservation, repeats itself, and loses nothing whatever becomes of it."""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from layouts.kpis import kpis
from layouts.run import Run
from layouts.scenario import Scenario
from layouts.simulation.run_scenario import figures_of, play_shift, ready_on, run_on
from layouts.simulation.traffic_rules import TrafficRules
from spatial.errors import UndecidedError
from spatial.facility_json import write_facility


def shift(hall, **settings) -> Run:  # type: ignore[no-untyped-def]
    given = {"synthetic_orders": 60, "pickers": 5, "batch_lines": 6, "pick_time": "lognormal", "seed": 3}
    return run_on(hall(rows=4, bays=4), Scenario(site=Path("."), **{**given, **settings}))


def test_every_line_is_picked_exactly_once(hall) -> None:
    run = shift(hall)
    picked = Counter((e.order, e.sku) for e in run.events if e.kind == "pick")
    assert set(picked.values()) == {1}
    assert kpis(run).lines == len(picked) > 100
    assert len({order for order, _ in picked}) == 60


def test_every_agents_time_adds_up_to_the_horizon(hall) -> None:
    for horizon in (None, 600.0):
        run = shift(hall, horizon_s=horizon)
        for split in kpis(run).by_agent.values():
            parts = (split.walk_s, split.pick_s, split.blocked_s, split.drop_s, split.idle_s)
            assert sum(parts) == pytest.approx(run.duration_s)
            assert min(parts) >= 0


@pytest.mark.parametrize("agent", ["picker", "reach_truck", "mobile_robot"])
def test_an_agent_does_one_thing_at_a_time_without_jumps(hall, agent: str) -> None:
    by_agent = defaultdict(list)
    for event in shift(hall, agent=agent, traffic=TrafficRules(lanes={"A1": "narrow-two-way"})).events:
        by_agent[event.agent].append(event)
    for events in by_agent.values():
        for before, after in pairwise(events):
            assert after.start_s == pytest.approx(before.end_s)
            assert np.allclose(before.path[-1], after.path[0])


def test_walks_keep_the_agents_speed_and_others_slow_them_down(hall) -> None:
    alone = shift(hall, speed_m_s=1.5, pickers=1).events
    crowd = shift(hall, speed_m_s=1.5, pickers=12).events
    moves = [events.take(events.kind.are("move")) for events in (alone, crowd)]
    speed = [each.length_m / each.seconds for each in moves]
    assert speed[0] == pytest.approx(1.5)
    assert speed[1].max() <= 1.5 * (1 + 1e-9)
    assert speed[1].min() < 1.49


def test_no_two_pick_at_one_face_at_once(hall) -> None:
    at_face = defaultdict(list)
    for event in shift(hall, pickers=12).events:
        if event.kind == "pick":
            at_face[event.resource].append((event.start_s, event.end_s))
    for spans in at_face.values():
        for (_, end), (start, _) in pairwise(sorted(spans)):
            assert start >= end - 1e-9


def test_every_wait_names_who_was_in_the_way_and_he_was(hall) -> None:
    run = shift(hall, pickers=12)
    waits = [event for event in run.events if event.kind == "wait"]
    assert len(waits) > 10
    for wait in waits:
        assert wait.cause == ("station_busy" if wait.resource == "DEPOT" else "pick_face_occupied")
        left = [
            event
            for event in run.events
            if event.resource == wait.resource
            and event.agent == wait.blocked_by
            and event.kind in ("pick", "drop")
        ]
        assert any(event.end_s == wait.end_s for event in left)


def test_a_horizon_cuts_what_is_under_way(hall) -> None:
    whole, cut = shift(hall), shift(hall, horizon_s=500.0)
    assert cut.duration_s == 500.0
    assert max(event.end_s for event in cut.events) == 500.0
    assert [e for e in cut.events if e.end_s < 500.0] == [e for e in whole.events if e.end_s < 500.0]
    assert kpis(cut).lines == sum(e.kind == "pick" and e.end_s <= 500.0 for e in whole.events)
    assert sum(e.quantity == 0 for e in cut.events) > 0


def test_the_same_seed_gives_the_same_run_and_another_seed_another(hall) -> None:
    assert shift(hall) == shift(hall)
    assert shift(hall).events != shift(hall, seed=4).events


def test_more_pickers_are_faster_but_each_is_blocked_more(hall) -> None:
    few, many = kpis(shift(hall, pickers=2)), kpis(shift(hall, pickers=12))
    assert many.makespan_s < few.makespan_s
    assert many.total.blocked_s > few.total.blocked_s


def test_a_replication_changes_the_luck_and_nothing_else(hall) -> None:
    scenario = Scenario(
        site=Path("."), synthetic_orders=40, pickers=4, batch_lines=6, pick_time="lognormal", seed=3
    )
    ready = ready_on(hall(rows=4, bays=4), scenario)
    one, two = play_shift(ready, replication=1), play_shift(ready, replication=2)
    assert one == play_shift(ready, replication=1)
    assert one.events != two.events
    lines = [
        Counter((e.order, e.sku, e.location) for e in run.events if e.kind == "pick") for run in (one, two)
    ]
    assert lines[0] == lines[1]


def test_figures_of_a_replication_are_those_of_its_run(hall, tmp_path: Path) -> None:
    write_facility(tmp_path / "facility.json", hall(rows=4, bays=4))
    scenario = Scenario(site=tmp_path, synthetic_orders=40, pickers=4, pick_time="exponential")
    run = play_shift(ready_on(hall(rows=4, bays=4), scenario), replication=3)
    figures = figures_of(scenario, 3)
    assert figures["lines_per_hour"] == kpis(run).lines_per_hour
    assert figures["deadlocks"] == 0.0


def test_the_warm_up_found_lies_behind_the_start_and_is_told(hall) -> None:
    settings = {"synthetic_orders": 2600, "pickers": 12, "pick_time": "exponential", "horizon_s": 9000.0}
    run = shift(hall, **settings, warm_up_s="mser-5")
    found = run.inputs["warm_up_s"]
    assert 0 < found < 4500
    assert any("MSER-5" in note for note in run.notes)
    assert kpis(run, warm_up_s=found).lines < kpis(run).lines


def test_a_shift_that_runs_out_of_work_has_not_settled(hall) -> None:
    with pytest.raises(UndecidedError, match="all work was done after"):
        shift(hall, horizon_s=4000.0, warm_up_s="mser-5")


def test_a_shift_without_a_horizon_never_settles() -> None:
    with pytest.raises(ValueError, match="needs horizon_s"):
        Scenario(site=Path("."), warm_up_s="mser-5")
