"""Lines held against queueing theory: of a line's 95 % intervals at least nine of ten hold what it says."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import binom

from layouts.lines.laws import Law
from layouts.lines.run_line import LineRun
from layouts.lines.spec import Breakdowns, LineSpec
from tests.layouts.lines.conftest import erlang_c, line_of, misses, station

SEEDS, TIMES = 40, 10
LONG = LineRun(hours=50, warm_up_hours=5)


MOST_MISSES = int(binom.ppf(0.999, SEEDS, 0.06))
"""Of one figure: intervals that miss six times in a hundred, as Student's do of skewed means, do so by chance."""


def assert_intervals_hold(line: LineSpec, run: LineRun, expected: dict[str, float]) -> None:
    missed = misses(line, run, expected, seeds=SEEDS, times=TIMES)
    assert sum(missed.values()) <= 0.1 * SEEDS * len(expected), missed
    assert max(missed.values()) <= MOST_MISSES, missed


def pollaczek_khinchine_s(rate: float, mean: float, second_moment: float) -> float:
    """The mean wait in M/G/1."""
    return rate * second_moment / 2 / (1 - rate * mean)


def test_one_server_is_m_m_1() -> None:
    line = line_of(42, station("pack", 60))  # load 0.7
    load = 0.7
    expected = {"pack.utilisation": load, "in_line": load / (1 - load), "sojourn_s": 60 / (1 - load)}
    assert_intervals_hold(line, LONG, expected)


@pytest.mark.parametrize("servers", [2, 5])
def test_several_servers_wait_as_erlang_c_says(servers: int) -> None:
    load = 0.75
    line = line_of(60 * servers * load, station("pack", 60, servers=servers))
    waits = erlang_c(servers, servers * load)
    expected = {
        "pack.wait_s": waits * 60 / servers / (1 - load),
        "pack.queue": waits * load / (1 - load),
        "pack.utilisation": load,
    }
    assert_intervals_hold(line, LONG, expected)


def test_a_tandem_without_bounds_is_a_product_of_queues_as_jackson_says() -> None:
    line = line_of(36, station("pick", 60), station("pack", 45), station("label", 130, servers=2))
    loads = (0.6, 0.45)
    busy = 36 * 130 / 3600  # servers, of two
    third = erlang_c(2, busy) * (busy / 2) / (1 - busy / 2)
    expected = {
        "pick.queue": loads[0] ** 2 / (1 - loads[0]),
        "pack.queue": loads[1] ** 2 / (1 - loads[1]),
        "label.queue": third,
        "in_line": sum(load / (1 - load) for load in loads) + third + busy,
        "jobs_per_hour": 36.0,
    }
    assert_intervals_hold(line, LONG, expected)


@pytest.mark.parametrize(("first", "second", "room"), [(1, 1, 0), (1, 1, 3), (2, 3, 1)])
def test_two_stations_with_a_buffer_are_their_markov_chain(first: int, second: int, room: int) -> None:
    """The number that is done at the first and still in the line is a birth-death chain, blocked servers included."""
    means = (50.0, 60.0 * second / first)
    line = line_of(
        None,
        station("kit", means[0], servers=first),
        station("pack", means[1], servers=second, buffer=room),
    )
    fits = second + room
    share = [1.0]
    for number in range(fits + first):
        born = (first - max(0, number - fits)) / means[0]
        died = min(number + 1, second) / means[1]
        share.append(share[-1] * born / died)
    chance = np.array(share) / sum(share)
    numbers = np.arange(len(chance))
    expected = {
        "jobs_per_hour": float(chance @ np.minimum(numbers, second)) * 3600 / means[1],
        "kit.blocked": float(chance @ np.maximum(0, numbers - fits)) / first,
        "pack.starved": 1 - float(chance @ np.minimum(numbers, second)) / second,
        "pack.queue": float(chance @ np.clip(numbers - second, 0, room)),
    }
    if room == 0:
        del expected["pack.queue"]
    assert_intervals_hold(line, LineRun(hours=20, warm_up_hours=2), expected)


def test_a_lognormal_service_waits_as_pollaczek_and_khinchine_say() -> None:
    line = line_of(36, station("pack", 60, takes=Law(lognormal=(60, 45))))
    wait = pollaczek_khinchine_s(0.01, 60, 60**2 + 45**2)
    assert_intervals_hold(line, LONG, {"pack.wait_s": wait})


def test_breakdowns_lengthen_the_service_and_its_spread() -> None:
    """With c = t + the downs of Poisson(t / mean) stops, E c² = (E c)² + t E d² / mean."""
    stops = Breakdowns(mean_work_s=600, down=Law(exponential=120))
    line = line_of(30, station("pack", 60, takes=Law(fixed=60), breakdowns=stops))
    mean = 60 * (1 + 120 / 600)
    wait = pollaczek_khinchine_s(30 / 3600, mean, mean**2 + 60 * 2 * 120**2 / 600)
    expected = {"pack.wait_s": wait, "pack.utilisation": 30 * 60 / 3600, "pack.down": 30 * 12 / 3600}
    assert_intervals_hold(line, LONG, expected)


def test_the_laws_have_the_means_they_tell() -> None:
    laws = (
        Law(exponential=30),
        Law(uniform=(10, 50)),
        Law(triangular=(10, 20, 60)),
        Law(lognormal=(30, 30)),
        Law(fixed=30),
    )
    for number, law in enumerate(laws):
        drawn = law.draw(np.random.default_rng(number), 200_000)
        assert math.isclose(drawn.mean(), 30, rel_tol=0, abs_tol=5 * drawn.std() / 200_000**0.5 + 1e-9)
        assert law.mean_s == pytest.approx(30)
