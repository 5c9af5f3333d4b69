"""Tours over tables small enough to try every order."""

from __future__ import annotations

import itertools

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
