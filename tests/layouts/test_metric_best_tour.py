"""Tours over tables small enough to try every order."""

from __future__ import annotations

import itertools
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import layouts.tours.metric.best_tour as module
from layouts.tours.metric.best_tour import MetricTour, best_tour
from layouts.tours.metric.fixed_ends import Lengths

CASES = 40


def closest_ways(length_m: Lengths) -> Lengths:
    """The table's shortest ways (Floyd and Warshall), so that no detour is shorter than a leg."""
    table = length_m.copy()
    np.fill_diagonal(table, 0.0)
    for via in range(len(table)):
        table = np.minimum(table, table[:, via, None] + table[None, via, :])
    return table


def random_table(chance: np.random.Generator, n: int, kind: str) -> Lengths:
    """A plane, squared paper (many ties and equal places), one-way ways, or lengths that obey nothing."""
    if kind == "plane":
        xy = chance.random((n, 2)) * 100
        return np.asarray(np.linalg.norm(xy[:, None] - xy[None], axis=2))
    if kind == "squares":
        xy = chance.integers(0, 4, (n, 2))
        return np.abs(xy[:, None] - xy[None]).sum(axis=2).astype(np.float64)
    table = chance.random((n, n)) * 100
    return closest_ways(table) if kind == "one-way" else table


def shortest(length_m: Lengths, start: int, end: int, before: list[tuple[int, int]]) -> float:
    """By trying every order."""
    between = [place for place in range(len(length_m)) if place not in (start, end)]
    orders = np.array(list(itertools.permutations(between)), np.int64).reshape(-1, len(between))
    at = np.argsort(orders, axis=1) if between else orders
    rank = {place: i for i, place in enumerate(between)}
    for i, j in before:
        keeps = at[:, rank[i]] < at[:, rank[j]]
        orders, at = orders[keeps], at[keeps]
    count = len(orders)
    full = np.column_stack([np.full(count, start), orders, np.full(count, end)])
    return float(length_m[full[:, :-1], full[:, 1:]].sum(axis=1).min())


def walk(length_m: Lengths, tour: MetricTour, start: int, end: int, before: list[tuple[int, int]]) -> None:
    """The tour visits all places once, keeps the order and is as long as it says."""
    assert tour.order[0] == start
    assert tour.order[-1] == end
    inner = tour.order[:-1] if start == end else tour.order
    assert sorted(inner) == list(range(len(length_m)))
    at = {place: i for i, place in enumerate(inner)}
    assert all(at[i] < at[j] for i, j in before)
    legs = [length_m[i, j] for i, j in itertools.pairwise(tour.order) if i != j]
    assert tour.length_m == pytest.approx(sum(legs))
    assert tour.lower_bound_m <= tour.length_m
    assert tour.gap >= 0


def random_before(chance: np.random.Generator, n: int, start: int, end: int) -> list[tuple[int, int]]:
    ranked = [p for p in chance.permutation(n).tolist() if p not in (start, end)]
    pairs = list(itertools.combinations(ranked, 2))
    return (
        [pairs[k] for k in chance.choice(len(pairs), size=min(4, len(pairs)), replace=False)] if pairs else []
    )


@pytest.mark.parametrize("kind", ["plane", "squares", "one-way", "lawless"])
@pytest.mark.parametrize("is_open", [False, True])
@pytest.mark.parametrize("ordered", [False, True])
@pytest.mark.parametrize("by_search", [False, True])
def test_equal_to_the_best_of_all_orders(
    kind: str, is_open: bool, ordered: bool, by_search: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if by_search:
        monkeypatch.setattr(module, "MOST_BETWEEN", 1)
    chance = np.random.default_rng([len(kind), is_open, ordered])
    for _ in range(CASES // 4 if by_search else CASES):
        n = int(chance.integers(3, 9))
        table = random_table(chance, n, kind)
        start = int(chance.integers(n))
        end = int((start + 1 + chance.integers(n - 1)) % n) if is_open else start
        before = random_before(chance, n, start, end) if ordered else []
        tour = best_tour(table, start=start, end=end, before=before, iterations=64)
        walk(table, tour, start, end, before)
        assert tour.length_m == pytest.approx(shortest(table, start, end, before), rel=1e-6)
        assert tour.is_proven


def test_identical_places_are_visited_in_one_go() -> None:
    xy = np.random.default_rng(2).random((15, 2))[[*range(15), 3, 3, 0, 7]]
    table = np.linalg.norm(xy[:, None] - xy[None], axis=2)
    tour = best_tour(table)
    walk(table, tour, 0, 0, [])
    assert tour.length_m == pytest.approx(best_tour(table[:15, :15]).length_m)
    at = {place: i for i, place in enumerate(tour.order[:-1])}
    assert sorted(at[place] - at[3] for place in (15, 16)) in ([-2, -1], [-1, 1], [1, 2])


def test_no_bound_exceeds_what_dynamic_programming_proves(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = np.random.default_rng(4)
    for kind in ("plane", "squares", "one-way", "lawless"):
        for _ in range(10):
            table = random_table(chance, 11, kind)
            before = random_before(chance, 11, 0, 10)
            exact = best_tour(table, end=10, before=before)
            assert exact.is_proven
            monkeypatch.setattr(module, "MOST_BETWEEN", 1)
            for rounds in (0, 1, 3):
                tour = best_tour(table, end=10, before=before, iterations=1, proof_rounds=rounds)
                assert tour.lower_bound_m <= exact.length_m * (1 + 1e-9) <= tour.length_m * (1 + 2e-9)
            monkeypatch.undo()


def test_fifty_places_in_the_plane_are_proven_and_more_effort_does_not_lengthen() -> None:
    xy = np.random.default_rng(6).random((50, 2))
    table = np.linalg.norm(xy[:, None] - xy[None], axis=2)
    quick, proven = best_tour(table, iterations=0, proof_rounds=0), best_tour(table)
    walk(table, proven, 0, 0, [])
    assert proven.is_proven
    assert quick.lower_bound_m <= proven.length_m <= quick.length_m
    assert quick.gap < 0.15


def test_a_circle_is_walked_round() -> None:
    angle = np.random.default_rng(7).permutation(40) * 2 * np.pi / 40
    xy = np.column_stack([np.cos(angle), np.sin(angle)])
    tour = best_tour(np.linalg.norm(xy[:, None] - xy[None], axis=2), proof_rounds=0)
    assert tour.length_m == pytest.approx(40 * 2 * np.sin(np.pi / 40))
    assert tour.is_proven


def test_a_one_way_ring_has_one_tour() -> None:
    n = 30
    table = np.array([[(j - i) % n for j in range(n)] for i in range(n)], np.float64)
    assert best_tour(table, start=4).order == (*range(4, n), *range(5))


def test_the_same_seed_gives_the_same_tour_and_a_budget_stops_early() -> None:
    table = random_table(np.random.default_rng(8), 60, "plane")
    one, other = (best_tour(table, iterations=300, proof_rounds=0, seed=5) for _ in range(2))
    assert one == other
    hasty = best_tour(table, budget_s=0.0)
    walk(table, hasty, 0, 0, [])
    assert hasty.lower_bound_m <= best_tour(table, proof_rounds=0).length_m


def test_few_places() -> None:
    assert best_tour(np.zeros((1, 1))).order == (0, 0)
    assert best_tour(np.array([[np.nan, 2.0], [3.0, np.nan]])).length_m == 5.0
    assert best_tour(np.array([[0.0, 2.0], [3.0, 0.0]]), start=1, end=0).order == (1, 0)
    assert best_tour(np.zeros((4, 4))).length_m == 0.0


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"length_m": np.zeros((2, 3))}, r"shape \(2, 3\): expected \(n, n\)"),
        ({"length_m": np.zeros((0, 0))}, "n ≥ 1"),
        ({"length_m": np.array([[0, -1.0], [1, 0]])}, r"length_m\[0, 1\] is -1.0"),
        ({"length_m": np.array([[0, 1.0], [np.nan, 0]])}, r"length_m\[1, 0\] is nan"),
        ({"length_m": np.array([[0, np.inf], [1.0, 0]])}, "place 0 cannot be left|place 1 cannot be reached"),
        ({"start": 3}, r"start 3 is outside the table's places 0 … 2"),
        ({"end": -1}, "end -1 is outside"),
        ({"before": [(1, 1)]}, r"\(1, 1\): expected two different places"),
        ({"before": [(1, 2), (2, 1)]}, "come before itself"),
        ({"before": [(1, 0)]}, "starts at 0"),
        ({"before": [(2, 1)], "end": 2}, "ends at 2"),
    ],
)
def test_what_is_refused(change: dict[str, Any], message: str) -> None:
    arguments: dict[str, Any] = {"length_m": np.ones((3, 3)), **change}
    with pytest.raises(ValueError, match=message):
        best_tour(**arguments)


def test_an_unreachable_place_is_named() -> None:
    table = random_table(np.random.default_rng(9), 20, "plane")
    table[:, 13] = np.inf
    with pytest.raises(ValueError, match="place 13 cannot be reached"):
        best_tour(table)


@pytest.mark.parametrize("n", [6, 20])
def test_legs_that_do_not_exist_are_avoided_or_no_tour_is_said_to_exist(n: int) -> None:
    table = random_table(np.random.default_rng(10), n, "one-way")
    table[0, 3:] = np.inf
    table[4, 5:] = np.inf
    tour = best_tour(table)
    walk(table, tour, 0, 0, [])
    assert np.isfinite(tour.length_m)
    table[np.ix_([3, 4, 5], range(n))] = np.inf
    table[np.ix_([3, 4, 5], [1, 2])] = 1.0
    with pytest.raises(ValueError, match="no tour avoids the ways that are inf"):
        best_tour(table)


PLAIN = """
import numpy as np
from layouts.tours.metric.best_tour import best_tour
from layouts.tours.metric.cart_trips import cart_trips
from layouts.tours.metric.one_of_each import one_of_each
table = np.random.default_rng(1).random((18, 18))
plane = table + table.T
print(best_tour(plane, iterations=40))
print(best_tour(table, before=[(1, 2), (2, 3), (9, 4)], iterations=40, proof_rounds=3))
print(best_tour(plane[:7, :7], end=3))
print(cart_trips(plane, [1.0] * 18, capacity=5.0, iterations=40))
print(one_of_each(plane, [[1, 2], [3, 4, 5], [6, 7], [8, 9]]))
print(one_of_each(plane, [[i] for i in range(1, 18)], iterations=40, proof_rounds=1))
"""


def test_plain_python_and_compiled_code_agree_to_the_last_bit() -> None:
    said = [
        subprocess.run(
            [sys.executable, "-W", "error", "-c", PLAIN],
            env={**os.environ, "NUMBA_DISABLE_JIT": flag},
            cwd=Path(__file__).parents[2],
            check=True,
            capture_output=True,
            text=True,
        ).stdout
        for flag in ("0", "1")
    ]
    assert said[0] == said[1]
