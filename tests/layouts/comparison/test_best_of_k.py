"""KN names the best of k with the probability it promises, and needs no more replications than it says."""

from __future__ import annotations

import numpy as np
import pytest

from layouts.comparison.best_of_k import BestOfK, best_of_k

ZONE = 1.0


def normals(
    means: tuple[float, ...], *, seed: int, n: int = 400, shared: float = 3.0
) -> dict[str, list[float]]:
    """Common numbers: a deviation that all systems of a replication share, and one of 1.5 for each."""
    random = np.random.default_rng(seed)
    common = random.normal(0, shared, n)
    return {
        f"s{place}": (mean + common + random.normal(0, 1.5, n)).tolist() for place, mean in enumerate(means)
    }


def best(systems: dict[str, list[float]], **options) -> BestOfK:  # type: ignore[no-untyped-def]
    return best_of_k(systems, **{"larger_is_better": True, "indifference": ZONE, "first": 10} | options)


@pytest.mark.parametrize("shared", [0.0, 3.0])
def test_the_best_of_5_is_named_in_95_of_100_cases_where_it_is_just_one_zone_ahead(shared: float) -> None:
    """The least favourable case: the best at one zone, all others level at 0."""
    trials = 1000
    found = [best(normals((0, 0, ZONE, 0, 0), seed=seed, shared=shared)) for seed in range(trials)]
    assert all(each.is_decided for each in found)
    right = sum(each.leader == "s2" for each in found)
    assert 0.95 * trials <= right < trials


def test_what_all_systems_share_costs_no_replications() -> None:
    alone = [best(normals((0, 0, ZONE), seed=seed, shared=0.0)).used for seed in range(50)]
    shared = [best(normals((0, 0, ZONE), seed=seed, shared=50.0)).used for seed in range(50)]
    assert np.mean(shared) == pytest.approx(np.mean(alone), rel=0.2)


def test_systems_far_behind_are_left_at_the_first_stage_and_it_ends_when_one_is_left() -> None:
    found = best(normals((0, 30, 60), seed=1))
    assert (found.leader, found.is_decided, found.used, found.out) == ("s2", True, 10, {"s0": 10, "s1": 10})


def test_a_system_left_behind_leaves_no_other_behind() -> None:
    """c goes at once, 5 behind a in both of the first; what it would do later does not matter."""
    systems = {"b": [10, 0] + 40 * [0], "a": [0, 10] + 40 * [10], "c": [-5, 5] + 40 * [1000]}
    found = best(
        {name: [float(value) for value in each] for name, each in systems.items()}, first=2, indifference=50
    )
    assert (found.leader, found.is_decided, found.out["c"]) == ("a", True, 2)


def test_too_few_replications_leave_it_undecided_and_enough_of_them_decide() -> None:
    systems = normals((0, 0.1, 0.2), seed=2, n=2000)
    few = best({name: values[:12] for name, values in systems.items()})
    assert not few.is_decided
    assert few.used == 12
    assert few.enough > 12
    assert best({name: values[: few.enough] for name, values in systems.items()}).is_decided


def test_more_replications_than_needed_change_nothing() -> None:
    systems = normals((0, 0, 2 * ZONE), seed=3)
    found = best(systems)
    assert found.used < 400
    assert best({name: values[: found.used] for name, values in systems.items()}) == found


def test_less_may_be_better_and_equal_systems_are_decided_at_once() -> None:
    assert best(normals((9, 0, 9), seed=4), larger_is_better=False).leader == "s1"
    equal = best({"a": [1.0, 2.0, 4.0], "b": [1.0, 2.0, 4.0]}, first=2)
    assert (equal.leader, equal.is_decided, equal.used) == ("a", True, 2)


def test_the_first_stage_of_the_paper_s_formula() -> None:
    """For k = 2, n₀ = 2: η = (0.1⁻² - 1) / 2 = 49.5, h² = 99; differences 1 and 3 have variance 2."""
    found = best({"a": [1.0, 3.0], "b": [0.0, 0.0]}, first=2, indifference=10.0)
    assert found.enough == 2  # 99 × 2 / 100 is 1.98
    assert best({"a": [1.0, 3.0], "b": [0.0, 0.0]}, first=2, indifference=1.1).enough == 164  # 198 / 1.21


def test_arguments_that_cannot_be_are_told() -> None:
    with pytest.raises(ValueError, match="indifference 0 must be above 0"):
        best({"a": [1.0, 2.0], "b": [1.0, 2.0]}, first=2, indifference=0)
    with pytest.raises(ValueError, match="1 system cannot be compared"):
        best({"a": [1.0, 2.0]}, first=2)
    with pytest.raises(ValueError, match="2, 3 replications of each and first 2"):
        best({"a": [1.0, 2.0], "b": [1.0, 2.0, 3.0]}, first=2)
