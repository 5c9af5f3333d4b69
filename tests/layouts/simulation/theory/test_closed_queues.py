"""Closed queueing networks, played by the engine from a warmed-up state, against exact figures.

All replications of a network are copies that do not touch each other, in one run.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from layouts.simulation.engine.run_tape import run_tape
from layouts.simulation.engine.tape import GET, GIVE, MOVE, PUT, ROW, TAKE, WAIT, Rules, Tape
from layouts.simulation.itineraries.alone import each_its_own, seats

COPIES = 10


def by_copy(values: Any) -> np.ndarray:
    """Sums over the agents or the resources of each copy."""
    return np.asarray(values, float).reshape(COPIES, -1).sum(axis=1)


def rounds_for(span_s: float, each_s: float) -> int:
    """Rounds of which each takes this long at least on average, for longer than the span."""
    count = span_s / each_s
    return math.ceil(count + 7 * math.sqrt(count) + 20)


@pytest.mark.parametrize("number", range(12))
def test_a_queue_with_room_for_so_many_turns_away_and_serves_as_many_as_it_should(
    theory: Any, congestion: Any, number: int
) -> None:
    """The equivalent closed network: K customers go between the source, one server that rests when all K are in the
    queue, and the c servers.
    """
    row = congestion("queues.json")["mmck"][number]
    c, places, rate = row["c"], row["K"], row["c"] * row["rho"]
    span_s, warm_up_s = 6000.0, 300.0
    rounds = (COPIES * places, rounds_for((span_s + warm_up_s), 1.0 + 1 / rate))
    rng = np.random.default_rng([21, number])
    copy = np.repeat(np.arange(COPIES), places)[:, None]
    played = theory.play_loops(
        [
            theory.act(TAKE, 2 * copy),
            theory.act(WAIT, 0, rng.exponential(1 / rate, rounds)),
            theory.act(GIVE, 2 * copy),
            theory.act(TAKE, 2 * copy + 1),
            theory.act(WAIT, 0, rng.exponential(1.0, rounds)),
            theory.act(GIVE, 2 * copy + 1),
        ],
        rounds,
        np.tile([1, c], COPIES),
        warm_up_s=warm_up_s,
        horizon_s=warm_up_s + span_s,
    )
    passed = by_copy(played.state.agents["works"]) / 2 / span_s
    queue = played.state.seats["waited_s"].reshape(COPIES, 2)[:, 1] / span_s
    found = np.stack([passed, passed / rate, queue, queue + passed])
    exact = [row["throughput"], 1 - row["P_full"], row["L"] - row["throughput"], row["L"]]
    assert theory.all_agree(found, np.array(exact))
    assert (theory.means(found).error < 0.02 * np.array(exact)).all()


@pytest.mark.parametrize("number", range(5))
def test_machines_are_down_as_long_and_as_often_as_the_repairers_let_them(
    theory: Any, congestion: Any, number: int
) -> None:
    row = congestion("queues.json")["machine_repair"][number]
    machines, span_s, warm_up_s = row["N"], 8000.0, 300.0
    rounds = (COPIES * machines, rounds_for(span_s + warm_up_s, row["mtbf"] + row["mttr"]))
    rng = np.random.default_rng([22, number])
    shop = np.repeat(np.arange(COPIES), machines)[:, None]
    played = theory.play_loops(
        [
            theory.act(MOVE, 0, rng.exponential(row["mtbf"], rounds)),
            theory.act(TAKE, shop),
            theory.act(WAIT, 0, rng.exponential(row["mttr"], rounds)),
            theory.act(GIVE, shop),
        ],
        rounds,
        np.full(COPIES, row["c"]),
        warm_up_s=warm_up_s,
        horizon_s=warm_up_s + span_s,
    )
    who = played.state.agents
    down, repairs = by_copy(who["waited_s"] + who["worked_s"]), by_copy(who["works"])
    found = np.stack(
        [
            down / span_s,
            by_copy(who["moved_s"]) / machines / span_s,
            by_copy(who["worked_s"]) / span_s,
            repairs / span_s,
        ]
    )
    exact = [row[name] for name in ("mean_down", "availability", "repairers_busy", "failures_per_time")]
    assert theory.all_agree(found, np.array(exact))
    assert (theory.means(found).error < 0.05 * np.array(exact)).all()


@pytest.mark.parametrize("number", range(6))
def test_a_delay_and_two_stations_pass_as_many_as_mean_value_analysis_says(
    theory: Any, congestion: Any, number: int
) -> None:
    row = congestion("queues.json")["closed_mva"][number]
    customers, delay_s, stations = row["N"], row["delay"], row["stations"]
    span_s, warm_up_s = 40_000.0, 1500.0
    least_s = delay_s + sum(station["mean"] for station in stations)
    rounds = (COPIES * customers, rounds_for(span_s + warm_up_s, least_s))
    rng = np.random.default_rng([23, number])
    copy = np.repeat(np.arange(COPIES), customers)[:, None]
    loop = [theory.act(MOVE, 0, rng.exponential(delay_s, rounds))]
    for k, station in enumerate(stations):
        server = len(stations) * copy + k
        served_s = rng.exponential(station["mean"], rounds)
        loop += [theory.act(TAKE, server), theory.act(WAIT, 0, served_s), theory.act(GIVE, server)]
    played = theory.play_loops(
        loop,
        rounds,
        np.tile([station["servers"] for station in stations], COPIES),
        warm_up_s=warm_up_s,
        horizon_s=warm_up_s + span_s,
    )
    passed = by_copy(played.state.agents["works"]) / len(stations) / span_s
    queues = played.state.seats["waited_s"].reshape(COPIES, -1).T / span_s
    exact = np.array(
        [
            row["throughput"],
            *(
                there - row["throughput"] * station["mean"]
                for there, station in zip(row["numbers"], stations, strict=True)
            ),
        ]
    )
    found = np.stack([passed, *queues])
    busy = exact > 1e-9
    assert theory.all_agree(found[busy], exact[busy])
    assert np.allclose(found[~busy], 0.0, rtol=0, atol=1e-12)


@pytest.mark.parametrize("number", range(4))
def test_agents_on_a_ring_of_exponential_stations_pass_as_products_say(
    theory: Any, congestion: Any, number: int
) -> None:
    row = congestion("queues.json")["cyclic_exponential"][number]
    agents, stations, mean_s = row["agents"], row["stations"], 1 / row["mu"]
    span_s, warm_up_s = 4000.0, 800.0
    rounds = (COPIES * agents, rounds_for((span_s + warm_up_s) / mean_s, 1.0))
    rng = np.random.default_rng([24, number])
    first = rng.integers(0, stations, (rounds[0], 1))
    copy = np.repeat(np.arange(COPIES), agents)[:, None]
    station = stations * copy + (first + np.arange(rounds[1])) % stations
    played = theory.play_loops(
        [
            theory.act(TAKE, station),
            theory.act(WAIT, 0, rng.exponential(mean_s, rounds)),
            theory.act(GIVE, station),
        ],
        rounds,
        np.ones(COPIES * stations, np.int64),
        warm_up_s=warm_up_s,
        horizon_s=warm_up_s + span_s,
    )
    passed = by_copy(played.state.agents["works"]) / stations / span_s
    assert theory.all_agree(passed, row["throughput"])
    assert row["throughput"] == pytest.approx(row["mu"] * agents / (agents + stations - 1), rel=1e-9)
    assert theory.means(passed).error < 0.01 * row["throughput"]


@pytest.mark.parametrize("number", range(4))
def test_agents_that_hop_into_empty_cells_are_blocked_as_on_the_exclusion_ring(
    theory: Any, congestion: Any, number: int
) -> None:
    """A hop's exponential time starts when the next cell is granted, which memory does not tell from a clock that
    always runs. All placements are equally likely in the long run, so each copy starts in the stationary state.
    """
    row = congestion("queues.json")["tasep_ring"][number]
    agents, cells, mean_s = row["agents"], row["cells"], 1 / row["rate"]
    span_s, warm_up_s = 3000.0, 1.0
    hops = rounds_for(span_s / mean_s, 1.0)
    rng = np.random.default_rng([25, number])
    places = np.concatenate([k * cells + rng.choice(cells, agents, replace=False) for k in range(COPIES)])
    ring, place = places // cells * cells, places % cells
    rows = np.zeros((len(places), 3 + 3 * hops), ROW)
    rows["b"] = -1
    cell = ring[:, None] + (place[:, None] + np.arange(hops + 1)) % cells
    rows["op"][:, :2], rows["a"][:, 0], rows["x"][:, 1] = (TAKE, WAIT), places, warm_up_s
    for k, op in enumerate((TAKE, WAIT, GIVE)):
        rows["op"][:, 2 + k : -1 : 3] = op
    rows["a"][:, 2:-1:3], rows["a"][:, 4:-1:3] = cell[:, 1:], cell[:, :-1]
    rows["x"][:, 3:-1:3] = rng.exponential(mean_s, (len(places), hops))
    rows["op"][:, -1], rows["a"][:, -1] = GIVE, cell[:, -1]
    played = run_tape(
        Tape(rows.reshape(-1), rows.shape[1] * np.arange(len(places) + 1)),
        seats(np.ones(COPIES * cells, np.int64)),
        *each_its_own(np.zeros(len(places))),
        Rules(warm_up_s=warm_up_s, horizon_s=warm_up_s + span_s, logs=False),
    )
    assert played.ending == "horizon"
    speed = by_copy(played.state.agents["works"]) / agents / span_s
    blocked = by_copy(played.state.agents["waited_s"]) / agents / span_s
    found = np.stack([speed, blocked, speed * agents / cells])
    exact = np.array([row["speed"], row["blocked"], row["flow"]])
    assert theory.all_agree(found, exact)
    assert (theory.means(found).error < 0.02 * exact).all()


@pytest.mark.parametrize("number", range(10))
def test_a_line_that_blocks_after_service_passes_as_many_as_it_should(
    theory: Any, congestion: Any, number: int
) -> None:
    """Items are agents, more than there is room for: one leaves the first machine when there is room behind it."""
    row = congestion("queues.json")["two_station_line_bas"][number]
    room, mean_s = row["buffer"] + 1, (1 / row["mu1"], 1 / row["mu2"])
    items, span_s, warm_up_s = room + 3, 10_000.0, 300.0
    rounds = (COPIES * items, rounds_for((span_s + warm_up_s) / items, min(mean_s)) + 100)
    rng = np.random.default_rng([26, number])
    first, behind, second = (3 * np.repeat(np.arange(COPIES), items)[:, None] + k for k in range(3))
    played = theory.play_loops(
        [
            theory.act(TAKE, first),
            theory.act(WAIT, 0, rng.exponential(mean_s[0], rounds)),
            theory.act(TAKE, behind),
            theory.act(GIVE, first),
            theory.act(TAKE, second),
            theory.act(WAIT, 0, rng.exponential(mean_s[1], rounds)),
            theory.act(GIVE, second),
            theory.act(GIVE, behind),
        ],
        rounds,
        np.tile([1, room, 1], COPIES),
        warm_up_s=warm_up_s,
        horizon_s=warm_up_s + span_s,
    )
    passed = by_copy(played.state.agents["works"]) / 2 / span_s
    assert theory.all_agree(passed, row["throughput"])
    assert theory.means(passed).error < 0.01 * row["throughput"]


@pytest.mark.parametrize("number", range(2, 10))
def test_two_machines_with_a_buffer_of_pieces_between_them_are_the_same_line(
    theory: Any, congestion: Any, number: int
) -> None:
    """Machines are agents: the first puts pieces, and stands while they do not fit; the second gets them."""
    row = congestion("queues.json")["two_station_line_bas"][number]
    span_s, warm_up_s = 10_000.0, 300.0
    rounds = (2 * COPIES, rounds_for(span_s + warm_up_s, 1 / max(row["mu1"], row["mu2"])))
    rng = np.random.default_rng([27, number])
    mean_s = np.tile([[1 / row["mu1"]], [1 / row["mu2"]]], (COPIES, 1))
    buffer = np.repeat(np.arange(COPIES), 2)[:, None]
    is_first = np.tile([[True], [False]], (COPIES, 1))
    served_s = rng.exponential(1.0, rounds) * mean_s
    played = theory.play_loops(
        [
            theory.act(
                np.where(is_first, WAIT, GET),
                buffer,
                np.where(is_first, served_s, 0.0),
                np.where(is_first, -1, 1),
            ),
            theory.act(
                np.where(is_first, PUT, WAIT),
                buffer,
                np.where(is_first, 0.0, served_s),
                np.where(is_first, 1, -1),
            ),
        ],
        rounds,
        np.full(COPIES, row["buffer"]),
        warm_up_s=warm_up_s,
        horizon_s=warm_up_s + span_s,
    )
    passed = played.state.agents["works"][1::2] / span_s
    assert theory.all_agree(passed, row["throughput"])
    assert theory.means(passed).error < 0.01 * row["throughput"]


def test_two_machines_and_one_repairer_are_down_as_a_chain_of_three_states_says(theory: Any) -> None:
    """Failures at rate 1, repairs at rate 2: states 0, 1, 2 down have weights 1, 1, 1/2."""
    rounds, span_s = (2 * COPIES, 20_000), 10_000.0
    rng = np.random.default_rng(28)
    shop = np.repeat(np.arange(COPIES), 2)[:, None]
    played = theory.play_loops(
        [
            theory.act(MOVE, 0, rng.exponential(1.0, rounds)),
            theory.act(TAKE, shop),
            theory.act(WAIT, 0, rng.exponential(0.5, rounds)),
            theory.act(GIVE, shop),
        ],
        rounds,
        np.ones(COPIES, np.int64),
        warm_up_s=100.0,
        horizon_s=100.0 + span_s,
    )
    waited = by_copy(played.state.agents["waited_s"]) / span_s
    worked = by_copy(played.state.agents["worked_s"]) / span_s
    assert theory.all_agree(np.stack([waited, worked]), np.array([0.2, 0.6]))
