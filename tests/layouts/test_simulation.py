"""A simulated shift obeys conservation, repeats itself, and agrees with queueing theory."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter, defaultdict
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from layouts.kpis import kpis
from layouts.run import Run
from layouts.scenario import Scenario
from layouts.simulation.run_scenario import run_on
from layouts.simulation.simulate import play_tape
from layouts.simulation.tape import GIVE, PICKED, SERVE, TAKE, WAITED, WALK, Crew, Log, Tape

ROOT = Path(__file__).parents[2]


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


def test_an_agent_does_one_thing_at_a_time_without_jumps(hall) -> None:
    by_agent = defaultdict(list)
    for event in shift(hall).events:
        by_agent[event.agent].append(event)
    for events in by_agent.values():
        for before, after in pairwise(events):
            assert after.start_s == pytest.approx(before.end_s)
            assert np.allclose(before.path[-1], after.path[0])


def test_walks_keep_the_agents_speed(hall) -> None:
    for event in shift(hall, speed_m_s=1.5).events:
        if event.kind == "move":
            length = np.linalg.norm(np.diff(np.array(event.path), axis=0), axis=1).sum()
            assert length / (event.end_s - event.start_s) == pytest.approx(1.5)


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
        held = [e for e in run.events if e.resource == wait.resource and e.agent == wait.blocked_by]
        assert any(e.start_s <= wait.start_s <= e.end_s and e.kind in ("pick", "drop") for e in held)


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


def cycles(*, agents: int, rounds: int, walk_s: float, pick_s: float, pace: np.ndarray) -> Log:
    """Agents that walk `walk_s` and then pick at the one face there is, over and over."""
    ops = [(WALK, 0, walk_s), (TAKE, 0, 0.0), (SERVE, 0, pick_s), (GIVE, 0, 0.0)] * rounds
    op, argument, amount = zip(*ops, strict=True)
    tape = Tape(
        op=np.array(op, np.int8),
        argument=np.array(argument, np.int64),
        amount=np.array(amount, np.float64),
        start=np.arange(0, 4 * rounds + 1, 4),
        capacity=np.array([1]),
    )
    return play_tape(tape, Crew(speed_m_s=np.ones(agents), pace=pace))


def test_fixed_cycles_through_one_face_are_as_fast_as_the_face_or_the_walk() -> None:
    for agents, walk_s, pick_s in ((2, 30.0, 5.0), (4, 10.0, 5.0), (3, 10.0, 5.0)):
        log = cycles(agents=agents, rounds=600, walk_s=walk_s, pick_s=pick_s, pace=np.ones((agents, 1)))
        per_round = max(pick_s, (walk_s + pick_s) / agents)
        assert log.end_s.max() / 600 == pytest.approx(per_round, rel=0.03)


def test_exponential_picks_agree_with_the_machine_repair_queue() -> None:
    """M/M/1//N with exponential walks is Palm's machine repair; its throughput is insensitive to walks."""
    agents, rounds, walk_s, pick_s = 6, 60_000, 20.0, 5.0
    pace = np.random.default_rng(1).exponential(size=(agents, rounds))
    log = cycles(agents=agents, rounds=rounds, walk_s=walk_s, pick_s=pick_s, pace=pace)
    throughput = rounds / log.end_s.max()
    queue, expected = 0.0, 0.0
    for customers in range(1, agents + 1):  # exact mean value analysis (Reiser & Lavenberg 1980)
        response = pick_s * (1 + queue)
        expected = customers / (walk_s + response)
        queue = expected * response
    assert throughput == pytest.approx(expected, rel=0.01)
    waited = (log.end_s - log.start_s)[log.kind == WAITED].sum() / rounds
    assert waited == pytest.approx(response - pick_s, rel=0.04)


def test_littles_law_holds_at_the_face() -> None:
    agents, rounds = 5, 4000
    pace = np.random.default_rng(2).exponential(size=(agents, rounds))
    log = cycles(agents=agents, rounds=rounds, walk_s=9.0, pick_s=4.0, pace=pace)
    waits = log.kind == WAITED
    steps = np.concatenate([log.start_s[waits], log.end_s[waits]])
    change = np.repeat([1, -1], waits.sum())
    order = np.lexsort((-change, steps))
    queue = np.cumsum(change[order])[:-1] @ np.diff(steps[order])
    assert queue == pytest.approx((log.end_s - log.start_s)[waits].sum())
    assert np.cumsum(change[order]).max() <= agents - 1


def test_the_kernel_gives_the_same_without_numba() -> None:
    code = (
        "import sys; sys.path.insert(0, 'tests/layouts'); import numpy as np;"
        "from test_simulation import cycles;"
        "pace = np.random.default_rng(5).exponential(size=(4, 300));"
        "log = cycles(agents=4, rounds=300, walk_s=7.0, pick_s=3.0, pace=pace);"
        "import hashlib; print(hashlib.sha256(b''.join(c.tobytes() for c in log)).hexdigest())"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={**os.environ, "NUMBA_DISABLE_JIT": off, "PYTHONPATH": str(ROOT)},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for off in ("0", "1")
    ]
    assert said[0] == said[1]


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ({"op": np.empty(0, np.int8), "argument": np.empty(0, np.int64), "amount": np.empty(0)}, "empty"),
        ({"argument": np.array([0, 7, 0, 0])}, "resource 7"),
        ({"amount": np.array([np.nan, 0, 0, 0])}, "finite"),
        ({"start": np.array([0, 3])}, "start must rise"),
        ({"capacity": np.array([0])}, "capacity 0"),
    ],
)
def test_a_tape_that_would_read_out_of_bounds_is_refused(fault: dict[str, np.ndarray], message: str) -> None:
    tape = Tape(
        op=np.array([WALK, TAKE, SERVE, GIVE], np.int8),
        argument=np.zeros(4, np.int64),
        amount=np.ones(4),
        start=np.array([0, 4]),
        capacity=np.array([1]),
    )
    with pytest.raises(ValueError, match=message):
        play_tape(tape._replace(**fault), Crew(speed_m_s=np.ones(1), pace=np.ones((1, 1))))


def test_picks_are_logged_for_all_rounds() -> None:
    log = cycles(agents=3, rounds=10, walk_s=1.0, pick_s=1.0, pace=np.ones((3, 1)))
    assert (log.kind == PICKED).sum() == 10
