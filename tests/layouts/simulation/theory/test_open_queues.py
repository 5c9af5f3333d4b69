"""Open queues, played by the engine from their stationary state, against exact waits."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from layouts.simulation.engine.run_tape import run_tape
from layouts.simulation.engine.tape import GIVE, TAKE, WAIT, Crew, Jobs, Rules, tape_of
from layouts.simulation.itineraries.alone import each_its_own, seats

REPLICATIONS = 20


def waits(arrival_s: np.ndarray, service_s: np.ndarray, *, servers: int) -> np.ndarray:
    """The wait of each customer (J,): a job that whoever is free carries to the servers and through."""
    jobs, crew = work_for_all(arrival_s, carriers=servers + 5)
    count = len(arrival_s)
    times = np.zeros((count, 3))
    times[:, 1] = service_s
    zeros = np.zeros(3 * count, np.int64)
    tape = tape_of(
        np.tile([TAKE, WAIT, GIVE], count), zeros, zeros - 1, times.ravel(), 3 * np.arange(count + 1)
    )
    played = run_tape(tape, seats(np.array([servers])), jobs, crew, Rules(logs=False))
    assert played.ending == "finished"
    return played.state.jobs["ended_s"] - arrival_s - service_s


def work_for_all(release_s: np.ndarray, *, carriers: int) -> tuple[Jobs, Crew]:
    """Job j is routine j; all agents take from one pool."""
    jobs, _ = each_its_own(release_s)
    _, crew = each_its_own(np.zeros(carriers))
    return (
        jobs._replace(release_s=release_s, pool=np.zeros(len(release_s), np.int64)),
        crew._replace(pool=np.zeros(carriers, np.int64)),
    )


def stationary_number(c: int, rho: float, rng: np.random.Generator) -> int:
    """How many customers an M/M/c queue holds at any time."""
    load = c * rho
    terms = [load**n / math.factorial(n) for n in range(c)]
    busy = load**c / math.factorial(c) / (1 - rho)
    u = rng.random() * (sum(terms) + busy)
    for n, term in enumerate(terms):
        if u < term:
            return n
        u -= term
    return c + int(rng.geometric(1 - rho)) - 1


def mmc_waits(c: int, rho: float, customers: int, rng: np.random.Generator) -> np.ndarray:
    already = stationary_number(c, rho, rng)
    gaps = rng.exponential(1 / (c * rho), customers)
    arrival_s = np.concatenate([np.zeros(already), np.cumsum(gaps)])
    return waits(arrival_s, rng.exponential(1.0, already + customers), servers=c)[already:]


SERVICE = {
    0: lambda rng, size: np.ones(size),
    0.25: lambda rng, size: rng.gamma(4, 0.25, size),
    1: lambda rng, size: rng.exponential(1.0, size),
    4: lambda rng, size: rng.exponential(np.where(rng.random(size) < TWO[0], 0.5 / TWO[0], 0.5 / TWO[1])),
}
"""Draws of service times with mean 1, by squared coefficient of variation."""

TWO = (0.5 + math.sqrt(0.15), 0.5 - math.sqrt(0.15))
"""The chances of a short and of a long service, each half of the work: 1 / (2 a b) − 1 = 4."""

RESIDUAL = {
    0: lambda rng, size: rng.random(size),
    0.25: lambda rng, size: rng.gamma(rng.integers(1, 5, size), 0.25),
    1: lambda rng, size: rng.exponential(1.0, size),
    4: lambda rng, size: rng.exponential(np.where(rng.random(size) < 0.5, 0.5 / TWO[0], 0.5 / TWO[1])),
}
"""Draws of what is left of a service met at any time."""


def mg1_waits(rho: float, scv: float, customers: int, rng: np.random.Generator) -> np.ndarray:
    """The work met at the beginning is a geometric number of residual services (Pollaczek and Khinchine)."""
    work = RESIDUAL[scv](rng, rng.geometric(1 - rho) - 1).sum()
    arrival_s = np.concatenate([[0.0], np.cumsum(rng.exponential(1 / rho, customers))])
    return waits(arrival_s, np.append(work, SERVICE[scv](rng, customers)), servers=1)[1:]


def test_customers_at_several_servers_wait_as_long_and_as_often_as_erlang_says(
    theory: Any, congestion: Any
) -> None:
    rows = congestion("queues.json")["mmc"]
    found = np.zeros((len(rows), 5, REPLICATIONS))
    exact = np.zeros((len(rows), 5, 1))
    for k, row in enumerate(rows):
        c, rho = row["c"], row["rho"]
        limits = np.array([0.0, row["Wq_p50"], row["Wq_p95"], row["Wq_p99"]])
        later = np.minimum(row["P_wait"], [row["P_wait"], 0.5, 0.05, 0.01])
        exact[k, :, 0] = [row["Wq"], *later]
        for r, stream in enumerate(np.random.SeedSequence([11, k]).spawn(REPLICATIONS)):
            each = mmc_waits(c, rho, int(1500 / (1 - rho)), np.random.default_rng(stream))
            found[k, :, r] = [each.mean(), *(each[:, None] > limits + 1e-9).mean(axis=0)]
    assert theory.all_agree(found, exact[:, :, 0])
    assert (theory.means(found[:, 0]).error < 0.2 * exact[:, 0, 0]).mean() > 0.9


def test_customers_with_any_service_wait_as_long_as_pollaczek_and_khinchine_say(
    theory: Any, congestion: Any
) -> None:
    rows = congestion("queues.json")["mg1"]
    found = np.zeros((len(rows), REPLICATIONS))
    for k, row in enumerate(rows):
        for r, stream in enumerate(np.random.SeedSequence([12, k]).spawn(REPLICATIONS)):
            rng = np.random.default_rng(stream)
            found[k, r] = mg1_waits(row["rho"], row["scv"], int(3000 / (1 - row["rho"])), rng).mean()
    exact = np.array([row["Wq"] for row in rows])
    assert theory.all_agree(found, exact)
    assert (theory.means(found).error < 0.2 * exact).all()


@pytest.mark.parametrize("scv", SERVICE)
def test_the_drawn_services_are_those_of_the_formula(scv: float) -> None:
    rng = np.random.default_rng(13)
    drawn, left = SERVICE[scv](rng, 400_000), RESIDUAL[scv](rng, 400_000)
    assert drawn.mean() == pytest.approx(1.0, abs=0.02)
    assert drawn.var() == pytest.approx(scv, abs=0.15)
    assert left.mean() == pytest.approx((1 + scv) / 2, abs=0.03)


def test_one_server_with_exponential_service_makes_wait_rho_over_one_minus_rho(theory: Any) -> None:
    found = np.array(
        [
            [mmc_waits(1, rho, 20_000, np.random.default_rng([14, r])).mean() for r in range(REPLICATIONS)]
            for rho in (0.3, 0.6)
        ]
    )
    assert theory.all_agree(found, np.array([0.3 / 0.7, 0.6 / 0.4]))


def test_a_server_that_nobody_shares_makes_nobody_wait() -> None:
    arrival_s = np.arange(10.0)
    assert (waits(arrival_s, np.full(10, 1.0), servers=1) == 0).all()
