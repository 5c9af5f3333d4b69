"""Foreseen rows come out as they would one by one.

Exactly equal, bit for bit, are each agent's log rows in their order, its totals and those of each resource, and when
jobs start and end, if
1. every foreseen block begins at its first seat, or passes seats in the same order as all others that use them;
2. after a block's last seat some time passes, so that agents of equal time are not told apart by who was called;
3. nobody fails, and the run does not end in a deadlock.
"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

FACES, CELLS = range(4), range(5, 10)


def face_block(rng: np.random.Generator, seconds) -> str:
    face = rng.integers(len(FACES))
    return f"ahead 4, take {face}, wait {seconds()} 0, give {face}, move {seconds() + 1}"


def passage(rng: np.random.Generator, seconds, *, on_arrival: bool) -> str:
    """Through a one-way lane, with a pick in one of its cells."""
    picked = rng.choice(CELLS)
    rows = []
    for cell in CELLS:
        free = f"give {cell - 1}" if cell > CELLS[0] else ""
        move = f"move {seconds() + 1}"
        rows += [f"take {cell}", *([move, free] if on_arrival else [free, move])]
        rows += [f"wait {seconds()} 0"] * int(cell == picked)
    rows = [row for row in [*rows, "move 1", f"give {CELLS[-1]}", "move 1"] if row]
    return ", ".join([f"ahead {len(rows)}", *rows])


def quick_passage(rng: np.random.Generator, seconds) -> str:
    """Through the lane without a word of each cell, with a stop on the way."""
    stop = int(rng.integers(1, len(CELLS) - 1))
    rows = [
        f"take {CELLS[0]}, move 1",
        f"through {CELLS[0]} {stop} {seconds() + 1}, wait {seconds()}",
        f"through {CELLS[stop]} {len(CELLS) - 1 - stop} {seconds()}, move 1, give {CELLS[-1]}, move 1",
    ]
    return f"ahead 8, {', '.join(rows)}"


def traffic(seed: int, world, job):
    rng = np.random.default_rng(seed)
    agents, whole, on_arrival = int(rng.integers(2, 8)), bool(rng.integers(2)), bool(rng.integers(2))

    def seconds() -> float:
        return float(rng.integers(0, 4)) if whole else float(rng.exponential(2))

    def piece() -> str:
        kind = rng.integers(5)
        if kind == 0:
            return f"move {seconds()}, enter 12 {rng.choice([-1, 0, 1])}, wait {seconds() + 1} 0, leave 12"
        if kind == 1:
            return f"take 11, wait {seconds()}, give 11, mark 3, move {seconds()}"
        if kind == 2:
            return passage(rng, seconds, on_arrival=on_arrival)
        return quick_passage(rng, seconds) if kind == 3 else face_block(rng, seconds)

    routines = [", ".join([piece() for _ in range(rng.integers(1, 6))] + ["wait 1"]) for _ in range(12)]
    return world(
        *routines,
        jobs=[job(routine=int(rng.integers(12)), release_s=float(rng.integers(0, 20))) for _ in range(20)],
        pools=[(0,)] * agents,
        capacity={11: 2, 12: 2},
        pace=rng.integers(1, 3, (1, agents, 7)).astype(float).tolist(),
        breaks={0: [(10.0, 0)]},
        crew={
            "restart_s": rng.integers(0, 2, agents).astype(float),
            "slow": rng.integers(1, 3, agents).astype(float),
        },
    )


def by_agent(played) -> bytes:
    order = np.argsort(played.log.agent, kind="stable")
    return b"".join(column[order].tobytes() for column in played.log)


def totals(played) -> list[bytes]:
    agents, seats, jobs = played.state.agents, played.state.seats, played.state.jobs
    return [
        *(agents[name].tobytes() for name in ("waited_s", "moved_s", "worked_s", "works")),
        *(seats[name].tobytes() for name in ("waited_s", "waits")),
        *(jobs[name].tobytes() for name in ("started_s", "doer")),
    ]


@settings(max_examples=150)
@given(seed=st.integers(0, 10**6))
def test_foreseen_and_one_by_one_are_equal(world, job, seed: int) -> None:
    made = traffic(seed, world, job)
    ahead, general = made.run(), made.run(looks_ahead=False)
    assert ahead.ending == general.ending == "finished"
    assert ahead.end_s == general.end_s
    assert by_agent(ahead) == by_agent(general)
    assert totals(ahead) == totals(general)
    assert ahead.state.jobs.ended_s.tobytes() == general.state.jobs.ended_s.tobytes()


@settings(max_examples=150)
@given(seed=st.integers(0, 10**6), horizon_s=st.integers(15, 60), warm_up_s=st.integers(0, 14))
def test_they_are_equal_where_warm_up_and_horizon_cut(
    world, job, seed: int, horizon_s: int, warm_up_s: int
) -> None:
    made = traffic(seed, world, job)
    ahead, general = (
        made.run(looks_ahead=each, horizon_s=horizon_s, warm_up_s=warm_up_s) for each in (True, False)
    )
    assert ahead.ending == general.ending
    assert by_agent(ahead) == by_agent(general)
    assert totals(ahead) == totals(general)


@pytest.mark.parametrize(("there", "cells"), [("5 3 2, give 8", (6, 7, 8)), ("5 -2 2, give 3", (4, 3))])
@pytest.mark.parametrize("looks_ahead", [True, False])
def test_through_takes_moves_and_gives_cell_by_cell(
    world, rows, looks_ahead: bool, there: str, cells
) -> None:
    played = world(f"ahead 4, take 5, move 1, through {there}").run(looks_ahead=looks_ahead)
    steps = [("moved", cell, 1 + 2 * k, 3 + 2 * k) for k, cell in enumerate(cells)]
    assert rows(played) == [("moved", 0, 0, 1), *steps]


@pytest.mark.parametrize("looks_ahead", [True, False])
def test_who_follows_through_waits_where_the_cell_ahead_is_held(world, waited, looks_ahead: bool) -> None:
    """The second enters each cell when the first, which stops in the second of them, has arrived in the next."""
    first = "ahead 7, take 5, move 1, through 5 1 1, wait 9, through 6 2 1, move 1, give 8"
    second = "move 1, ahead 6, take 5, move 1, through 5 3 1, move 1, give 8, move 1"
    played = world(first, second).run(looks_ahead=looks_ahead)
    assert waited(played) == [(1, 5, 0, 1, 2), (1, 6, 0, 3, 12)]
    assert played.end_s == 17


def test_the_foreseen_are_fewer_events(world) -> None:
    made = world(*["ahead 4, take 0, wait 5, give 0, move 2"] * 3)
    assert made.run().state.n[1] < made.run(looks_ahead=False).state.n[1]


def test_a_foreseen_wait_names_who_had_the_place_before(world, waited) -> None:
    made = world(*["ahead 4, take 0, wait 5, give 0, move 2"] * 3)
    assert waited(made.run()) == [(1, 0, 0, 0, 5), (2, 0, 1, 0, 10)]


@pytest.mark.parametrize("looks_ahead", [True, False])
def test_a_foreseen_wait_is_cut_at_the_horizon(world, waited, looks_ahead: bool) -> None:
    made = world(*["ahead 4, take 0, wait 5, give 0, move 2"] * 3)
    played = made.run(horizon_s=7, looks_ahead=looks_ahead)
    assert waited(played) == [(1, 0, 0, 0, 5), (2, 0, 1, 0, 7)]
    assert played.state.agents.waited_s.tolist() == [0, 5, 7]
