import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts.readiness.downtime import YEAR_H, down_interval, failure_interval
from layouts.readiness.outlying import far_out, is_stuck, longest_run, unit_slips


@given(st.integers(0, 10_000), st.sampled_from([1, 2, 3]), st.integers(40, 400))
def test_a_slip_of_a_power_of_ten_is_found_wherever_it_leaves_a_gap(seed, power, count):
    random = np.random.default_rng(seed)
    values = random.uniform(80, 120, count)
    slipped = np.zeros(count, bool)
    slipped[random.choice(count, count // 10, replace=False)] = True
    rows, found = unit_slips(np.where(slipped, values * 10.0**power, values))
    assert found == power
    assert (rows == slipped).all()
    rows, found = unit_slips(np.where(slipped, values / 10.0**power, values))
    assert found == -power
    assert (rows == slipped).all()


def test_clean_masses_of_many_kinds_hardly_ever_look_slipped():
    """500 clean columns of each kind; one in fifty may have a gap by chance."""
    random = np.random.default_rng(0)
    for draw in (
        lambda: random.lognormal(0, 1, 200),
        lambda: random.lognormal(0, 1.5, 500),
        lambda: random.uniform(0.1, 30, 100),
        lambda: random.uniform(50, 600, 60),
        lambda: random.gamma(1.5, 4, 300),
    ):
        assert np.mean([unit_slips(draw())[1] != 0 for _ in range(500)]) < 0.02


def test_times_and_readings_of_clean_logs_are_hardly_ever_far_out():
    random = np.random.default_rng(1)
    for draw in (
        lambda: random.normal(0, 1, 5000),
        lambda: random.exponential(1, 5000),
        lambda: random.uniform(0, 1, 50),
    ):
        assert np.mean([far_out(draw()).any() for _ in range(500)]) < 0.01


@given(st.lists(st.integers(0, 3), max_size=60))
def test_the_longest_run_is_one_and_none_is_longer(values):
    array = np.array(values, float)
    start, length = longest_run(array)
    assert len({*values[start : start + length]}) == min(1, len(values))
    assert all(len({*values[at : at + length + 1]}) > 1 for at in range(len(values) - length))


def test_a_flat_sensor_is_stuck_and_a_coarse_one_is_not():
    random = np.random.default_rng(2)
    walk = np.cumsum(random.normal(0, 1, 500))
    assert is_stuck(np.concatenate([walk, np.full(30, walk[-1])]))
    assert is_stuck(np.full(50, 4.0))
    assert not is_stuck(np.full(5, 4.0))
    assert not any(
        is_stuck(np.round(np.random.default_rng(seed).normal(20, 0.4, 2000))) for seed in range(100)
    )


@pytest.mark.parametrize(("rate_per_year", "cv"), [(8, 0.5), (25, 1.0)])
def test_intervals_of_downtime_hold(rate_per_year, cv):
    """Gamma repairs of 2 h at Poisson times for a year, 1000 times."""
    random = np.random.default_rng(3)
    held_mtbf, held_down, told = 0, 0, 0
    for _ in range(1000):
        n = int(random.poisson(rate_per_year))
        if n < 3:
            continue
        repairs = random.gamma(1 / cv**2, 2 * cv**2, n)
        told += 1
        mtbf, down = failure_interval(n, YEAR_H), down_interval(repairs.tolist(), YEAR_H)
        held_mtbf += mtbf.low <= YEAR_H / rate_per_year <= mtbf.high
        held_down += down.low <= 2 * rate_per_year <= down.high
    assert held_mtbf / told >= 0.95
    assert 0.92 <= held_down / told <= 0.99
