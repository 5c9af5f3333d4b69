"""Two agents between two ends of a lane: taking turns when it is locked, meeting head-on when it is not."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from layouts.simulation.engine.run_tape import run_tape
from layouts.simulation.engine.tape import ENTER, LEAVE, MOVE, NOBODY, ROW, WAIT, Rules, Tape
from layouts.simulation.itineraries.alone import each_its_own, seats


@pytest.mark.parametrize(("lam", "mu"), [(1.0, 1.0), (0.5, 2.0), (2.0, 0.5), (0.1, 1.0), (3.0, 1.0)])
def test_a_locked_lane_makes_agents_wait_as_long_as_theory_says(theory: Any, lam: float, mu: float) -> None:
    """Agents think at an end, and go to the other: many at once in one direction, none against them."""
    exact = np.array(locked_lane(lam, mu))
    copies, trips = 10, 6000
    rng = np.random.default_rng([31, int(10 * lam), int(10 * mu)])
    rounds, span_s = (2 * copies, trips), 0.85 * trips / exact[1]
    lane = np.repeat(np.arange(copies), 2)[:, None]
    played = theory.play_loops(
        [
            theory.act(WAIT, 0, rng.exponential(1 / lam, rounds)),
            theory.act(ENTER, lane, 0.0, np.where(np.arange(trips) % 2 == 0, 1, -1)[None]),
            theory.act(MOVE, 0, rng.exponential(1 / mu, rounds)),
            theory.act(LEAVE, lane),
        ],
        rounds,
        np.full(copies, 2),
        warm_up_s=0.05 * span_s,
        horizon_s=1.05 * span_s,
    )
    # a trip is a time of thinking, so both have one rate
    who = played.state.agents
    found = np.stack([who[name].reshape(copies, 2).mean(axis=1) / span_s for name in ("waited_s", "works")])
    assert theory.all_agree(found, exact)
    assert (theory.means(found).error < [0.05, 0.01] * exact).all()


def head_on_s(lam: float, mu: float, seed: list[int]) -> float:
    """When two agents, who think at the same end first, stand face to face in a lane of two halves.

    Either half is shared in one direction. An agent is in its first half for an exponential time, then it wants the
    other half, which one that comes towards it holds: both then wait for each other.
    """
    trips = 64
    while True:
        rng = np.random.default_rng(seed)
        rows = np.zeros((2, trips, 6), ROW)
        rows["op"] = [WAIT, ENTER, MOVE, ENTER, LEAVE, LEAVE]
        rows["b"] = NOBODY
        ahead = np.arange(trips) % 2 == 0
        rows["a"][:, :, 1] = rows["a"][:, :, 4] = np.where(ahead, 0, 1)
        rows["a"][:, :, 3] = rows["a"][:, :, 5] = np.where(ahead, 1, 0)
        rows["b"][:, :, 1] = rows["b"][:, :, 3] = np.where(ahead, 1, -1)
        draws = rng.exponential(1.0, (trips, 2, 2))
        rows["x"][:, :, 0], rows["x"][:, :, 2] = draws[:, :, 0].T / lam, draws[:, :, 1].T / mu
        tape = Tape(rows.reshape(-1), 6 * trips * np.arange(3))
        played = run_tape(tape, seats(np.full(2, 2)), *each_its_own(np.zeros(2)), Rules(logs=False))
        if played.ending == "deadlock":
            assert sorted(agent for agent, _ in played.ring) == [0, 1]
            return played.end_s
        trips *= 4


def test_agents_in_a_lane_that_nobody_locks_meet_when_theory_says(theory: Any, congestion: Any) -> None:
    """The published time ends when both are inside; they stand face to face after the longer of two passages."""
    rows = congestion("queues.json")["head_on"]
    found = np.array(
        [
            [head_on_s(row["lam"], row["mu"], [32, number, copy]) for copy in range(400)]
            for number, row in enumerate(rows)
        ]
    )
    exact = np.array([row["mean_time_to_deadlock_unchecked"] + 1.5 / row["mu"] for row in rows])
    assert theory.all_agree(found, exact)
    assert (theory.means(found).error < 0.1 * exact).all()


def locked_lane(lam: float, mu: float) -> tuple[float, float]:
    """Waiting share and trips per agent and second, by the stationary chain of two agents.

    Of an agent: thinks at end 0 or 1, goes from there, or waits there.
    """
    states: list[tuple[str, str]] = [("t0", "t0")]
    rates: dict[tuple[int, int], float] = {}
    at = 0
    while at < len(states):
        for who in (0, 1):
            mine, other = states[at][who], states[at][1 - who]
            end = int(mine[1])
            then = other
            if mine[0] == "t":
                now, rate = ("w" if other == f"g{1 - end}" else "g") + mine[1], lam
            elif mine[0] == "g":
                now, rate = f"t{1 - end}", mu
                then = other.replace("w", "g")
            else:
                continue
            state = (now, then) if who == 0 else (then, now)
            if state not in states:
                states.append(state)
            rates[at, states.index(state)] = rates.get((at, states.index(state)), 0.0) + rate
        at += 1
    flow = np.zeros((len(states), len(states)))
    for (tail, head), rate in rates.items():
        flow[tail, head] += rate
        flow[tail, tail] -= rate
    system = np.vstack([flow.T, np.ones(len(states))])
    chance = np.linalg.lstsq(system, np.append(np.zeros(len(states)), 1.0), rcond=None)[0]

    def share(letter: str) -> float:
        return float(
            sum(chance[k] * sum(one[0] == letter for one in state) for k, state in enumerate(states)) / 2
        )

    return share("w"), lam * share("t")


def test_the_chain_of_states_gives_the_published_figures(congestion: Any) -> None:
    for row in congestion("queues.json")["head_on"]:
        share, trips_each = locked_lane(row["lam"], row["mu"])
        assert share == pytest.approx(row["waiting_share"], rel=1e-9)
        assert trips_each == pytest.approx(row["trips_per_agent"], rel=1e-9)
