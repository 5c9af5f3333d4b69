"""Whatever does not fit is refused by name, before the engine, which checks no bounds, could see it."""

from __future__ import annotations

import numpy as np
import pytest

from layouts.simulation.engine.run_tape import run_tape
from layouts.simulation.engine.tape import MOVE, Rules, Tape, tape_of

TAPES = {
    "ahead 1, move 1, take 0": "not given back",
    "take 0": "not given back",
    "into 9": "not given back",
    "give 0": "does not have",
    "out 9": "does not have",
    "take 0, take 0, give 0": "already has",
    "into 9, into 9, out 9": "already has",
    "take 0, leave 0": "does not have",
    "enter 0 1, give 0": "does not have",
    "enter 0 2, leave 0": "direction",
    "take 20, give 20": "no such resource",
    "take -1, give -1": "no such resource",
    "move -1": "seconds",
    "wait nan": "seconds",
    "move inf": "seconds",
    "move 1 20": "no such area",
    "move 1 -2": "no such area",
    "wait 1 0": "no such stream",
    "wait 1 -2": "no such stream",
    "put 0 0": "at least 1 piece",
    "get 0 -1": "at least 1 piece",
    "put 0 2": "more pieces than",
    "get 0 2": "more pieces than",
    "ahead 0, move 1": "AHEAD must count",
    "ahead 2, move 1": "AHEAD must count",
    "ahead 2, move 1, ahead 1, move 1": "AHEAD must count",
    "ahead 1, mark 1": "can be foreseen",
    "ahead 1, move 1 9": "can be foreseen",
    "ahead 2, enter 0 1, leave 0": "can be foreseen",
    "ahead 1, put 0 1": "can be foreseen",
    "ahead 1, take 0, move 1, give 0": "must be given back in them",
    "ahead 1, take 0, ahead 1, give 0": "must be given back in them",
    "ahead 1, take 0": "must be given back in them",
    "take 0, ahead 1, give 0": "does not have",
    "take 0, through 0 3 1, give 3": "THROUGH is for foreseen rows",
    "ahead 3, take 0, through 1 3 1, give 4": "THROUGH is for foreseen rows",
    "ahead 3, take 0, through 0 0 1, give 0": "THROUGH is for foreseen rows",
    "ahead 5, take 0, take 2, through 0 3 1, give 3, give 2": "THROUGH is for foreseen rows",
    "ahead 3, take 18, through 18 2 1, give 20": "no such resource",
    "ahead 3, take 1, through 1 -2 1, give -1": "no such resource",
    "ahead 3, take 0, through 0 3 -1, give 3": "seconds",
    "ahead 3, take 0, through 0 3 1, give 0": "does not have",
    "ahead 2, take 0, through 0 3 1": "must be given back in them",
    ", ".join([*(f"take {k}" for k in range(17)), *(f"give {k}" for k in range(17))]): "more than 16 seats",
}


@pytest.mark.parametrize(("routine", "said"), TAPES.items())
def test_a_routine_that_makes_no_sense_is_refused(world, routine: str, said: str) -> None:
    with pytest.raises(ValueError, match=said) as refused:
        world("move 1", routine).run()
    assert "routine 1" in str(refused.value)


def test_what_another_routine_has_is_no_excuse(world) -> None:
    with pytest.raises(ValueError, match="row 3, in routine 1"):
        world("take 0, move 1, give 0", "give 0").run()


@pytest.mark.parametrize("op", [-1, 13])
def test_unknown_instructions_are_refused(world, op: int) -> None:
    made = world("move 1")
    with pytest.raises(ValueError, match="no such instruction"):
        run_tape(tape_of([op], [0], [-1], [1.0], [0, 1]), made.resources, made.work, made.agents)


@pytest.mark.parametrize(
    ("first", "second", "names"),
    [
        ("take 0, give 0", "enter 0 1, leave 0", "seat and section"),
        ("take 0, give 0", "put 0 1", "seat and buffer"),
        ("take 0, give 0", "into 0, out 0", "seat and area"),
        ("take 0, give 0", "move 1 0", "seat and area"),
        ("ahead 2, take 0, give 0", "take 0, give 0", "foreseen seat and seat"),
        ("ahead 3, take 1, through 1 -1 2, give 0", "take 0, give 0", "foreseen seat and seat"),
    ],
)
def test_a_resource_has_one_use(world, first: str, second: str, names: str) -> None:
    with pytest.raises(ValueError, match=f"resource 0 is used as {names}"):
        world(first, second).run()


def test_a_ticket_is_no_seat(world, job) -> None:
    with pytest.raises(ValueError, match="seat and ticket"):
        world("take 0, give 0", jobs=[job(routine=0, tickets=(0,))]).run()


def test_several_seats_cannot_be_foreseen(world) -> None:
    with pytest.raises(ValueError, match="has 2 seats"):
        world("ahead 2, take 0, give 0", capacity={0: 2}).run()


EMPTY = Tape(tape_of([], [], [], [], [0]).rows, np.zeros(1, np.int64))


@pytest.mark.parametrize(
    ("tape", "said"),
    [
        (EMPTY, "tape is empty"),
        (tape_of([MOVE], [0], [-1], [1.0], [0, 2]), "start must rise from 0 to 1"),
        (tape_of([MOVE], [0], [-1], [1.0], [1, 1]), "start must rise from 0 to 1"),
        (tape_of([MOVE] * 2, [0] * 2, [-1] * 2, [1.0] * 2, [0, 2, 1, 2]), "start must rise"),
        (Tape(np.zeros(1), np.array([0, 1])), "use tape_of"),
    ],
)
def test_a_tape_without_sense_is_refused(world, tape: Tape, said: str) -> None:
    made = world("move 1")
    with pytest.raises(ValueError, match=said):
        run_tape(tape, made.resources, made.work, made.agents)


WRONG = [
    ("resources", "capacity", np.zeros(20, np.int64), "capacity 0"),
    ("resources", "level", np.full(20, 2), "level must lie"),
    ("resources", "level", np.full(20, -1), "level must lie"),
    ("resources", "low", np.zeros(3, np.int64), "low has 3 entries for 20"),
    ("resources", "refill", np.zeros(20, np.int64), "refill 0 is not in"),
    ("resources", "slow", np.full((20, 1), -1.0), "slow needs"),
    ("resources", "slow", np.full((20, 1), np.nan), "slow needs"),
    ("resources", "slow", np.ones((20, 0)), "slow needs"),
    ("jobs", "routine", np.zeros((0, 2), np.int64), "routine has shape"),
    ("jobs", "routine", np.full((1, 2), 2), "routine 2 is not in"),
    ("jobs", "routine", np.zeros((1, 3), np.int64), "number of jobs"),
    ("jobs", "refill_routine", np.zeros((1, 1), np.int64), "number of refills"),
    ("jobs", "release_s", np.array([0.0, -1.0]), "release_s"),
    ("jobs", "release_s", np.array([0.0, np.nan]), "release_s"),
    ("jobs", "pool", np.array([0, -1]), "pool -1"),
    ("jobs", "needs", np.array([0, 1]), "needs must say"),
    ("jobs", "after", np.array([1]), "after_start must rise from 0 to 1"),
    ("jobs", "after_start", np.array([0, 1, 0]), "after_start must rise"),
    ("jobs", "ticket", np.array([1]), "ticket_start must rise"),
    ("crew", "slow", np.array([1.0, 0.0]), "slow must be above 0"),
    ("crew", "slow", np.array([1.0, np.inf]), "slow must be above 0"),
    ("crew", "slow", np.ones(3), "slow has 3 entries for 2 agents"),
    ("crew", "restart_s", np.array([0.0, -1.0]), "restart_s at least 0"),
    ("crew", "from_s", np.array([0.0, -1.0]), "from_s must be"),
    ("crew", "from_s", np.array([0.0, np.inf]), "from_s must be"),
    ("crew", "until_s", np.array([0.0, np.nan]), "until_s"),
    ("crew", "kind", np.array([0, -1]), "kind -1"),
    ("crew", "kind", np.array([0, 1]), "each of 2 classes"),
    ("crew", "pool", np.array([0, -1]), "pool -1"),
    ("crew", "pool_start", np.array([0, 1]), "pool_start must rise"),
    ("crew", "duty_s", np.array([1.0]), "duty_s has 1 entries for 0"),
    ("crew", "charge_s", np.array([1.0, 0.0]), "charge_s must be above 0"),
    ("crew", "charge_s", np.array([1.0, np.nan]), "charge_s must be above 0"),
    ("crew", "charge_s", np.array([1.0, np.inf]), "charge_routine -1"),
    ("crew", "fail_s", np.array([[2.0, 1.0]] * 2), "fail_s must have"),
    ("crew", "fail_s", np.array([[np.nan]] * 2), "fail_s must have"),
    ("crew", "fail_s", np.array([[1.0]] * 2), "no repair_routine"),
    ("crew", "repair_routine", 2, "repair_routine 2"),
    ("crew", "pace", np.ones((1, 3, 1)), "2 agents"),
    ("crew", "pace", np.ones((1, 2, 0)), "2 agents"),
    ("crew", "pace", np.full((1, 2, 1), np.nan), "pace, the factors"),
    ("crew", "pace", np.full((1, 2, 1), -1.0), "pace, the factors"),
    ("crew", "kind", np.array([0.5, 0.0]), "kind holds float64"),
    ("rules", "horizon_s", 0.0, "horizon_s 0.0 must be above"),
    ("rules", "horizon_s", np.nan, "horizon_s nan"),
    ("rules", "warm_up_s", -1.0, "warm_up_s -1.0"),
    ("rules", "back_off_s", 0.0, "back_off_s 0.0"),
    ("rules", "pass_s", -1.0, "pass_s -1.0"),
    ("rules", "deadlock", 3, "deadlock 3"),
]


@pytest.mark.parametrize(("part", "name", "value", "said"), WRONG)
def test_arrays_that_do_not_fit_are_refused(world, part: str, name: str, value, said: str) -> None:
    made = world("move 1", "move 2")
    given = {
        "tape": made.tape,
        "resources": made.resources,
        "jobs": made.work,
        "crew": made.agents,
        "rules": Rules(),
    }
    given[part] = given[part]._replace(**{name: value})
    with pytest.raises(ValueError, match=said):
        run_tape(*given.values())


def test_nobody_to_play_is_refused(world) -> None:
    with pytest.raises(ValueError, match="no agent"):
        world("move 1", jobs=[], pools=[()], crew={"kind": np.zeros(0, np.int64)}).run()


def test_breaks_must_rise_with_each_agent_but_not_from_one_to_the_next(world) -> None:
    with pytest.raises(ValueError, match="duty_s must rise"):
        world("move 1", "move 1", breaks={1: [(5.0, 0), (4.0, 0)]}).run()
    assert world("move 1", "move 1", breaks={0: [(5.0, 0)], 1: [(4.0, 0)]}).run().ending == "finished"


def test_jobs_that_come_after_each_other_are_refused(world, job) -> None:
    jobs = [job(routine=0, before=(1,)), job(routine=0, before=(2,)), job(routine=0, before=(1,))]
    with pytest.raises(ValueError, match="in a ring"):
        world("move 1", jobs=jobs).run()


def test_a_ticket_named_twice_is_refused(world, job) -> None:
    with pytest.raises(ValueError, match="names a ticket twice"):
        world("move 1", jobs=[job(routine=0, tickets=(4, 4))]).run()


def test_a_repair_must_leave_room_for_what_is_held(world) -> None:
    many = ", ".join([*(f"take {k}" for k in range(9)), *(f"give {k}" for k in range(9))])
    with pytest.raises(ValueError, match=r"9 \+ 9 seats"):
        world(many, many, fails={0: [1.0]}, repair=1).run()


def test_other_types_and_layouts_play_the_same(world) -> None:
    made = world("move 1, take 0, wait 3, give 0", "take 0, wait 2, give 0")
    rows = np.repeat(made.tape.rows, 2)[::2]
    jobs = made.work._replace(routine=made.work.routine.astype(np.int32), release_s=np.zeros(2, np.int64))
    played = run_tape(
        Tape(rows, made.tape.start.astype(np.int16)), made.resources, jobs, made.agents, Rules(horizon_s=9)
    )
    assert played.end_s == 5
