"""Whatever the work of a shift: lines are conserved, runs repeat, and a replication changes draws alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from layouts.simulation.engine.tape import MOVE, WAIT, Rules
from layouts.simulation.operations.draws import Stream, paces
from layouts.simulation.operations.settings import Operations
from layouts.simulation.shift_program import with_draws
from layouts.simulation.work import Work

VARIED = Work(pick_time="lognormal", pick_cv=0.8)
STAFF = [
    {"count": 4, "does": ["pick"]},
    {"count": 1, "does": ["pick", "returns"], "performance": 0.8, "breaks": [{"at_s": 200, "for_s": 60}]},
    {"count": 1, "does": ["replenish", "putaway", "returns"]},
    {"count": 2, "does": ["pack"]},
    {"count": 1, "does": ["load"]},
]
EVERYTHING = {
    "staff": STAFF,
    "release": {"policy": "waveless", "aisle_cap": 3},
    "replenishment": {"capacity_pieces": 12, "low_pieces": 3, "bring_pieces": 8},
    "putaway": {"per_hour": 30, "until_s": 1200},
    "returns": {"per_hour": 30, "until_s": 1200},
    "packing": {"buffer_orders": 8, "seats": 2, "time": "exponential"},
    "shipping": {"trucks_s": [600, 1200, 1800], "staging_orders": 6},
}
POLICIES = [
    {},
    {"release": {"policy": "waves", "wave_every_s": 600}},
    {"staff": [{"count": 2, "agent": "cart"}, {"count": 2}]},
    {"staff": [{"count": 3, "agent": "order_picker"}], "charging": {"after_s": 300, "for_s": 100}},
    EVERYTHING,
]


def lines_of(busy) -> list[tuple[str, str, str]]:
    picks = [pick for tour in busy.plan.tours for stop in tour.stops for pick in stop.picks]
    return sorted((pick.order, pick.sku, pick.location) for pick in picks)


@pytest.mark.parametrize("operations", POLICIES)
def test_every_line_is_picked_exactly_once_and_every_order_ends(busy, play_shift, operations) -> None:
    shown = play_shift(busy, operations, pickers=4, work=VARIED, orders=busy.orders)
    assert shown.played.ending == "finished"
    activity = shown.program.program.meaning.activity
    picked = [activity[a] for a in shown.played.log.a[shown.played.log.kind == 1].tolist()]
    assert sorted((a.order, a.sku, a.location) for a in picked if a.kind == "pick") == lines_of(busy)
    closed = {order for job in shown.program.program.meaning.job for order in job.closes}
    assert closed == {order.id for order in busy.orders} == set(shown.program.orders)
    released = np.isfinite(shown.program.program.jobs.release_s)
    ended = shown.played.state.jobs["ended_s"][: len(released)]
    assert (np.isfinite(ended) == released).all()


def random_operations(random: np.random.Generator) -> dict[str, Any]:
    """Some of all kinds of work, by people and vehicles, with buffers that fill up."""
    classes = ["picker", "cart", "reach_truck", "order_picker", "mobile_robot"]

    def group(*does: str) -> dict[str, Any]:
        agent = str(random.choice(classes))
        return {
            "does": does,
            "count": int(random.integers(1, 4)),
            "agent": agent,
            "from_s": 50 * random.random(),
        }

    low, bring = random.integers(0, 5).item(), random.integers(1, 12).item()
    parts: dict[str, tuple[Any, list[str]]] = {
        "release": ({"aisle_cap": random.integers(1, 4).item()}, ["pick", "returns"]),
        "replenishment": (
            {"low_pieces": low, "bring_pieces": bring, "capacity_pieces": low + bring, "start_pieces": low},
            ["replenish"],
        ),
        "packing": ({"buffer_orders": random.integers(7, 12).item(), "time": "exponential"}, ["pack"]),
        "shipping": ({"trucks_s": [300, 900], "staging_orders": random.integers(1, 20).item()}, ["load"]),
        "putaway": ({"per_hour": 60, "until_s": 1000}, ["putaway"]),
        "returns": ({"per_hour": 60, "until_s": 1000, "spacing": "even"}, ["returns"]),
        "breakdowns": ({"mtbf_s": 400, "mttr_s": 60}, ["pick"]),
        "charging": ({"after_s": 300, "for_s": 60}, ["pick"]),
    }
    chosen = [name for name in parts if random.random() < 0.6]
    if "packing" not in chosen and "shipping" in chosen:
        chosen.remove("shipping")
    staff = [group("pick"), *(group(*parts[name][1]) for name in chosen)]
    return {"staff": staff, **{name: parts[name][0] for name in chosen}}


@pytest.mark.parametrize("seed", range(25))
def test_random_shifts_come_to_their_end_with_every_line_picked_once(busy, play_shift, seed) -> None:
    operations = random_operations(np.random.default_rng(seed))
    shown = play_shift(busy, operations, work=VARIED, orders=busy.orders, seed=seed)
    assert shown.played.ending == "finished"
    assert sorted((s.order, s.location) for s in shown.works("pick")) == [
        (order, location)
        for order, _, location in sorted(lines_of(busy), key=lambda line: (line[0], line[2]))
    ]
    released = np.isfinite(shown.program.program.jobs.release_s)
    ended = shown.played.state.jobs["ended_s"][: len(released)]
    assert (np.isfinite(ended) == released).all()


def test_work_is_done_by_those_who_do_it(busy, play_shift) -> None:
    shown = play_shift(busy, EVERYTHING, work=VARIED)
    does = dict(zip(shown.program.agents, (g for g in STAFF for _ in range(g["count"])), strict=True))
    for span in shown.works():
        task = {"T": "pick", "r": "returns", "p": "putaway", "l": "load"}.get(span.job[:1])
        task = (
            "pack" if span.job.startswith("pack ") else "replenish" if span.job.startswith("refill") else task
        )
        assert task is None or task in does[span.agent]["does"]


@pytest.mark.parametrize(
    ("buffer", "capacity", "put_by", "got_by"),
    [("pack buffer", 8, "pick", "pack"), ("staging", 6, "pack", "load")],
)
def test_buffers_stay_between_empty_and_full(busy, play_shift, buffer, capacity, put_by, got_by) -> None:
    shown = play_shift(busy, EVERYTHING, work=VARIED)
    jobs = shown.program.program.meaning.job
    parts = Counter(order for job in jobs if job.kind == put_by for order in job.orders)
    # put as the last thing of a job, all orders of it at once; got when the work of the next one begins
    puts = [(shown.job(job.id)[1], len(job.orders)) for job in jobs if job.kind == put_by]
    gets = [(s.start_s, -parts[s.order]) for s in shown.works(got_by) if s.job.startswith(f"{got_by} ")]
    assert sum(pieces for _, pieces in puts) == -sum(pieces for _, pieces in gets) >= len(busy.orders)
    # at one instant either may have been first
    gets_first = np.cumsum([pieces for _, pieces in sorted(puts + gets)])
    puts_first = np.cumsum(
        [pieces for _, pieces in sorted(puts + gets, key=lambda each: (each[0], -each[1]))]
    )
    assert puts_first.min() >= 0
    assert capacity - 1 <= gets_first.max() <= capacity
    number = [resource.name for resource in shown.program.program.meaning.resource].index(buffer)
    assert shown.played.state.seats[number].level == gets_first[-1] == 0


def test_an_agent_does_one_thing_at_a_time(busy, play_shift) -> None:
    log = play_shift(busy, EVERYTHING, work=VARIED).played.log
    for agent in np.unique(log.agent).tolist():
        rows = np.flatnonzero(log.agent == agent)
        order = np.lexsort((log.end_s[rows], log.start_s[rows]))
        for one, other in pairwise(rows[order].tolist()):
            assert log.end_s[one] <= log.start_s[other] + 1e-9


def test_the_same_settings_give_the_same_run(busy, play_shift) -> None:
    one, other = (play_shift(busy, EVERYTHING, work=VARIED, seed=4).played.log for _ in range(2))
    for name in one._fields:
        assert np.array_equal(getattr(one, name), getattr(other, name))


def test_a_replication_changes_draws_alone(busy, play_shift) -> None:
    trucks = {**EVERYTHING, "breakdowns": {"mtbf_s": 900, "mttr_s": 60}}
    trucks["staff"] = [{"agent": "reach_truck", "does": ["putaway"]}, *STAFF]
    first = play_shift(busy, trucks, work=VARIED, seed=4).program
    other = with_draws(first, 3)
    again = play_shift(busy, trucks, work=VARIED, seed=4, replication=3).program
    assert first.program.tape is other.program.tape
    assert first.program.seats is other.program.seats
    for field in ("pace", "fail_s"):
        assert np.array_equal(getattr(other.crew, field), getattr(again.crew, field))
        assert not np.array_equal(getattr(other.crew, field), getattr(first.crew, field))
    before, after = first.program.jobs, other.program.jobs
    changed = before.release_s != after.release_s
    kinds = {first.program.meaning.job[job].kind for job in np.flatnonzero(changed).tolist()}
    assert kinds == {"putaway", "returns"}
    assert np.array_equal(after.release_s, again.program.jobs.release_s)
    for name in set(before._fields) - {"release_s"}:
        assert getattr(before, name) is getattr(after, name)
    back = with_draws(other, 0)
    assert np.array_equal(back.crew.pace, first.crew.pace)
    assert np.array_equal(back.program.jobs.release_s, first.program.jobs.release_s)


def test_adding_a_kind_of_work_changes_no_others_draws(busy, play_shift) -> None:
    alone = play_shift(busy, pickers=4, work=VARIED, seed=2).program
    staff = [{"count": 4, "does": ["pick"]}, {"count": 2, "does": ["pack"]}]
    packed = play_shift(
        busy, {"staff": staff, "packing": {"time": "exponential"}}, work=VARIED, seed=2
    ).program
    length = min(alone.crew.pace.shape[2], packed.crew.pace.shape[2])
    assert length > 100
    assert np.array_equal(alone.crew.pace[0, :, :length], packed.crew.pace[0, :4, :length])


@pytest.mark.parametrize(("time", "cv"), [("exponential", 1.0), ("lognormal", 0.4)])
def test_paces_have_mean_1_and_the_spread_asked_for(time, cv) -> None:
    streams = (Stream("pick", time, cv, uses=20_000, doers=1),)
    drawn = paces(streams, np.ones(3), seed=7, replication=2)
    assert drawn.shape == (1, 3, 20_000)
    # five standard errors of the mean, and of the spread for distributions of kurtosis up to 9
    assert abs(drawn.mean() - 1) < 5 * cv / np.sqrt(60_000)
    assert abs(drawn.std() / cv - 1) < 5 * np.sqrt(2 / 60_000)
    assert not np.isclose(drawn[0, 0], drawn[0, 1]).any()


def test_paces_of_many_agents_stay_small() -> None:
    # a thousand agents, a million picks: 8 numbers for each that an agent makes, and no more
    many = Stream("pick", "exponential", uses=1_000_000, doers=1000)
    assert many.length == 8000
    assert Stream("pick", "exponential", uses=50_000, doers=1000).length == 1024
    assert Stream("pick", "exponential", uses=100, doers=1000).length == 100
    assert Stream("pick", "fixed", uses=1_000_000).length == 1


def test_one_picker_alone_takes_his_ways_and_his_works(busy, play_shift) -> None:
    shown = play_shift(busy, pickers=1, work=VARIED, seed=3)
    picks = [pick for tour in busy.plan.tours for stop in tour.stops for pick in stop.picks]
    paces_of_him = shown.program.crew.pace[0, 0, : len(picks)]
    seconds = sum(VARIED.line_s(pick.quantity) * pace for pick, pace in zip(picks, paces_of_him, strict=True))
    expected = busy.plan.length_m / 1.2 + seconds + VARIED.drop_s * len(busy.plan.tours)
    assert shown.played.end_s == pytest.approx(expected, rel=1e-12)


def test_moves_are_along_their_tours_at_the_agents_speed(busy, play_shift) -> None:
    program = play_shift(busy, pickers=1).program.program
    rows, legs = program.tape.rows, program.meaning.legs
    metres = [np.hypot(*np.diff(legs.xy[a:b], axis=0).T).sum() for a, b in pairwise(legs.start.tolist())]
    is_move = rows["op"] == MOVE
    assert np.allclose(np.array(metres)[rows["a"][is_move]], 1.2 * rows["x"][is_move], rtol=1e-9)
    assert sum(metres) == pytest.approx(busy.plan.length_m)


@pytest.mark.parametrize("operations", [{"staff": [{"count": 6}]}, EVERYTHING])
def test_runs_are_the_same_with_and_without_looking_ahead(busy, play_shift, operations) -> None:
    ahead = play_shift(busy, operations, work=VARIED)
    step_by_step = play_shift(busy, operations, work=VARIED, rules=Rules(looks_ahead=False))
    assert ahead.works() == step_by_step.works()
    assert ahead.waits() != []
    assert sorted(ahead.waits()) == sorted(step_by_step.waits())


def test_the_depot_keeps_its_seats(busy, play_shift) -> None:
    narrow = replace(busy, depot=replace(busy.depot, servers=1))
    shown = play_shift(narrow, pickers=6)
    drops = shown.works("drop")
    assert len(drops) == len(busy.plan.tours)
    for one, other in pairwise(drops):
        assert one.end_s <= other.start_s


def test_a_shift_without_settings_is_a_shift_of_pickers(busy, play_shift) -> None:
    program = play_shift(busy, Operations(), pickers=3).program
    assert program.agents == ("P01", "P02", "P03")
    assert {job.kind for job in program.program.meaning.job} == {"pick"}
    assert [job.id for job in program.program.meaning.job] == [tour.id for tour in busy.plan.tours]
    assert program.most_refills == 0
    assert not (program.program.tape.rows["op"][program.program.tape.start[:-1]] == WAIT).any()


def test_a_plan_without_tours_is_refused(busy, play_shift) -> None:
    empty = replace(busy, plan=replace(busy.plan, tours=()))
    with pytest.raises(ValueError, match="no tours"):
        play_shift(empty)


SHIFT = """
import sys
from pathlib import Path
from typing import Any
sys.path.insert(0, "tests")
from conftest import one_block_hall
from layouts.plan_scenario import plan_scenario
from layouts.scenario import Scenario
from layouts.simulation.engine.run_tape import run_tape
from layouts.simulation.operations.settings import Operations
from layouts.simulation.shift_program import shift_program
shift = plan_scenario(one_block_hall(rows=2), Scenario(site=Path("."), synthetic_orders=8, batch_lines=4))
staff = [{"count": 2}, {"agent": "reach_truck", "does": ["replenish", "pick"]}, {"does": ["replenish"]}]
refills = {"capacity_pieces": 9, "low_pieces": 2, "bring_pieces": 5}
operations = Operations.model_validate({"staff": staff, "replenishment": refills})
ready = shift_program(shift, shift.facility, operations)
program = ready.program
played = run_tape(program.tape, program.seats, program.jobs, ready.crew, most_refills=ready.most_refills)
for part in (program.tape.rows, program.tape.start, program.meaning.legs.xy, program.meaning.legs.start, *played.log):
    print(part.tobytes().hex())
"""


def test_plain_python_and_compiled_agree(compiled_and_plain) -> None:
    compiled, plain = compiled_and_plain(SHIFT)
    assert compiled == plain
    assert len(compiled.splitlines()) == 11
