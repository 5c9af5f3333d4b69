"""The best system is named when it is shown to be, and seldom when it is not."""

from __future__ import annotations

import numpy as np
import pytest

from layouts.statistics.intervals import paired_difference
from layouts.statistics.selection import select_best


def systems(means: dict[str, float], *, seed: int, n: int = 20, own: float = 1.0) -> dict[str, np.ndarray]:
    """Common numbers: a deviation of 5 shared by all systems in a replication, and `own` for each."""
    random = np.random.default_rng(seed)
    shared = random.normal(0, 5, n)
    return {name: mean + shared + random.normal(0, own, n) for name, mean in means.items()}


def test_a_clear_best_is_named_with_the_differences_of_the_others() -> None:
    means = {"random": 90.0, "abc": 100.0, "velocity": 95.0}
    found = select_best(systems(means, seed=1), larger_is_better=True)
    assert [(one.name, one.verdict) for one in found.systems] == [
        ("abc", "best"),
        ("velocity", "worse"),
        ("random", "worse"),
    ]
    assert (found.leader, found.is_clear) == ("abc", True)
    for one in found.systems[1:]:
        assert one.difference is not None
        assert one.difference.low <= means[one.name] - 100 <= one.difference.high
    fewest = select_best(systems(means, seed=1), larger_is_better=False)
    assert (fewest.leader, fewest.is_clear) == ("random", True)
    assert all(one.difference is not None and one.difference.low > 0 for one in fewest.systems[1:])


def test_close_rivals_share_no_difference_shown_and_the_rest_is_worse() -> None:
    found = select_best(systems({"a": 100.0, "b": 100.1, "c": 90.0}, seed=2), larger_is_better=True)
    assert not found.is_clear
    assert {one.name: one.verdict for one in found.systems} == {
        "a": "no difference shown",
        "b": "no difference shown",
        "c": "worse",
    }


def test_intervals_are_those_of_all_pairs_at_once() -> None:
    """Of 4 systems there are 6 pairs, each at 1 - 0.05 / 6."""
    given = systems(dict.fromkeys("abcd", 100.0), seed=3)
    found = select_best(given, larger_is_better=True)
    for one in found.systems[1:]:
        assert one.difference == paired_difference(
            given[one.name], given[found.leader], confidence=1 - 0.05 / 6
        )


def test_equal_systems_are_told_apart_in_less_than_5_of_100_cases() -> None:
    trials = 600
    wrong = sum(
        any(one.verdict == "worse" for one in found.systems)
        for found in (
            select_best(systems(dict.fromkeys("abcd", 100.0), seed=seed), larger_is_better=True)
            for seed in range(trials)
        )
    )
    assert 0 < wrong / trials <= 0.05


def test_identical_systems_and_single_replications_show_nothing() -> None:
    same = select_best({"a": [1.0, 2.0, 3.0], "b": [1.0, 2.0, 3.0]}, larger_is_better=True)
    assert (same.leader, [one.verdict for one in same.systems]) == ("a", 2 * ["no difference shown"])
    single = select_best({"a": [1.0], "b": [9.0]}, larger_is_better=True)
    assert (single.leader, single.is_clear) == ("b", False)


def test_the_text_tells_the_difference_before_the_level() -> None:
    found = select_best({"a": [10, 12, 14, 13], "b": [7, 8, 11, 9]}, larger_is_better=True)
    assert found.text("lines/h") == (
        "a: best; level 12.2 lines/h [95 %: 9.5 to 15.0], n = 4, Student t\n"
        "b: worse; -3.50 lines/h [95 %: -4.42 to -2.58], n = 4, Student t against a; "
        "level 8.8 lines/h [95 %: 6.0 to 11.5], n = 4, Student t"
    )


def test_one_system_or_unequal_numbers_cannot_be_compared() -> None:
    with pytest.raises(ValueError, match="1 system cannot be compared"):
        select_best({"a": [1.0]}, larger_is_better=True)
    with pytest.raises(ValueError, match="no pairs"):
        select_best({"a": [1.0], "b": [1.0, 2.0]}, larger_is_better=True)
