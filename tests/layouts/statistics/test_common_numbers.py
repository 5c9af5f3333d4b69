"""Streams stay the same when others are added, and what common random numbers gained is told as measured."""

from __future__ import annotations

import math
import zlib
from itertools import combinations, product

import numpy as np
import pytest

from layouts.statistics.common_numbers import common_numbers, stream


@pytest.mark.parametrize("seed", [0, 7, 2**32 + 5, 2**80])
def test_replication_0_draws_what_runs_of_one_seed_have_always_drawn(seed: int) -> None:
    for agent, purpose in product((0, 41), ("pick", "breakdown")):
        single = np.random.default_rng([seed, agent, zlib.crc32(purpose.encode())])
        assert stream(seed, agent=agent, purpose=purpose).bytes(64) == single.bytes(64)


def test_every_seed_replication_agent_and_purpose_draws_its_own() -> None:
    drawn = [
        stream(seed, replication=replication, agent=agent, purpose=purpose).random(200)
        for seed, replication, agent, purpose in product((1, 2), (0, 1, 2), (0, 1, 2), ("pick", "walk"))
    ]
    assert max(abs(np.corrcoef(one, other)[0, 1]) for one, other in combinations(drawn, 2)) < 0.3
    assert len({one.tobytes() for one in drawn}) == 36


def test_negative_numbers_are_refused() -> None:
    for wrong in ({"seed": -1}, {"replication": -1}, {"agent": -1}):
        with pytest.raises(ValueError, match="non-negative"):
            stream(**{"seed": 1, "replication": 0, "agent": 0, "purpose": "pick", **wrong})


def pairs(correlation: float, n: int, random: np.random.Generator) -> np.ndarray:
    """Two rows of n normal values of mean 100 and 103, deviation 5, with this correlation."""
    return random.multivariate_normal([100, 103], 25 * np.array([[1, correlation], [correlation, 1]]), n).T


@pytest.mark.parametrize("correlation", [0.9, 0.3, -0.5])
def test_correlation_and_variance_ratio_are_those_of_the_model(correlation: float) -> None:
    """Equal variances: the ratio is 1 / (1 - correlation). The correlation's interval covers 95 in 100."""
    random, trials, held, ratios = np.random.default_rng(31), 2000, 0, []
    for _ in range(trials):
        found = common_numbers(*pairs(correlation, 40, random))
        assert found.correlation is not None
        held += found.correlation.low <= correlation <= found.correlation.high
        ratios.append(found.variance_ratio)
    assert 0.93 <= held / trials <= 0.97
    assert np.median(ratios) == pytest.approx(1 / (1 - correlation), rel=0.05)


def test_the_ratio_is_what_pairing_gains_over_independent_runs() -> None:
    baseline, values = pairs(0.9, 30, np.random.default_rng(37))
    found = common_numbers(values, baseline)
    apart = (values.var(ddof=1) + baseline.var(ddof=1)) / 30
    paired = (found.difference.half_width / 2.0452296) ** 2  # t(29, 0.975)
    assert found.variance_ratio == pytest.approx(apart / paired, rel=1e-6)


@pytest.mark.parametrize(
    ("correlation", "said"),
    [
        (0.9, "numbers helped:"),
        (0.0, "numbers are not shown to help:"),
        (-0.9, "numbers made it worse, compare in"),
    ],
)
def test_the_sentence_says_whether_it_helped(correlation: float, said: str) -> None:
    assert said in str(common_numbers(*pairs(correlation, 30, np.random.default_rng(41))))


def test_the_sentence_reads_well() -> None:
    assert str(common_numbers(*pairs(0.9, 30, np.random.default_rng(41)))) == (
        "Common random numbers helped: correlation 0.89 [95 %: 0.78 to 0.95], n = 30, Fisher z; "
        "independent runs would give the difference 8.8 × its variance."
    )


def test_few_or_constant_pairs_promise_nothing() -> None:
    few = common_numbers([1.0, 2.0, 4.0], [1.0, 2.0, 3.0])
    assert few.correlation is not None
    assert (few.correlation.low, few.correlation.high) == (-1, 1)
    assert "are not shown to help" in str(few)
    constant = common_numbers([5.0, 5.0, 5.0], [1.0, 2.0, 3.0])
    assert (constant.correlation, constant.variance_ratio) == (None, 1)
    assert "no correlation" in str(constant)
    assert common_numbers([5.0, 5.0], [1.0, 1.0]).variance_ratio is None
    shifted = common_numbers([2.0, 3.0, 5.0, 9.0], [1.0, 2.0, 4.0, 8.0])
    assert shifted.variance_ratio == math.inf
    assert str(shifted).endswith("the difference is the same in every replication.")


def test_one_pair_is_too_few() -> None:
    with pytest.raises(ValueError, match="play at least 2 replications"):
        common_numbers([1.0], [2.0])
