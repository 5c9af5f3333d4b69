"""Heavy first, several depots, carts that fill up and scattered places, on tables small enough to try everything."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from published import instances, shared_data, sprp_scattered

from layouts.tours.metric.best_tour import best_tour
from layouts.tours.metric.cart_trips import cart_trips
from layouts.tours.metric.fixed_ends import Lengths
from layouts.tours.metric.heavy_first import heavy_first
from layouts.tours.metric.one_of_each import one_of_each
from layouts.tours.metric.several_depots import tour_between_depots


def plane(chance: np.random.Generator, n: int, *, one_way: float = 0.0) -> Lengths:
    """Lengths between random points, longer one way than the other by up to that share."""
    xy = chance.random((n, 2)) * 100
    table = np.linalg.norm(xy[:, None] - xy[None], axis=2) * (1 + one_way * chance.random((n, n)))
    for via in range(n):
        table = np.minimum(table, table[:, via, None] + table[None, via, :])
    return table


def length_of(table: Lengths, order: tuple[int, ...]) -> float:
    return float(sum(table[i, j] for i, j in itertools.pairwise(order)))


def test_heavy_first_orders_bands_and_leaves_the_rest_free() -> None:
    pairs = heavy_first({1: 12.0, 2: 3.0, 3: 10.0, 4: 0.5}, limits_kg=[10, 2])
    assert set(pairs) == {(1, 2), (3, 2), (2, 4)}
    assert heavy_first({1: 12.0, 2: 3.0}, limits_kg=[]) == []
    table = plane(np.random.default_rng(1), 6)
    order = best_tour(table, before=pairs).order
    assert order.index(1) < order.index(2) > order.index(3)
    assert order.index(2) < order.index(4)


@pytest.mark.parametrize("arguments", [({1: -1.0}, [1.0]), ({1: float("nan")}, [1.0]), ({1: 1.0}, [-2.0])])
def test_weights_and_limits_are_kilograms(arguments: tuple[dict[int, float], list[float]]) -> None:
    with pytest.raises(ValueError, match="expected kilograms, 0 or more"):
        heavy_first(arguments[0], limits_kg=arguments[1])


@pytest.mark.parametrize("one_way", [0.0, 0.5])
@pytest.mark.parametrize("returns", [False, True])
def test_the_best_depots_are_found(one_way: float, returns: bool) -> None:
    chance = np.random.default_rng(2)
    for _ in range(15):
        n = int(chance.integers(5, 9))
        table = plane(chance, n, one_way=one_way)
        starts, ends = [0, 1], [2, 1]
        stops = [place for place in range(n) if place not in ((0, 1) if returns else (0, 1, 2))]
        tour = tour_between_depots(table, starts=starts, ends=None if returns else ends)
        depots = [(i, i) for i in starts] if returns else itertools.product(starts, ends)
        best = min(
            length_of(table, (i, *order, j)) for i, j in depots for order in itertools.permutations(stops)
        )
        assert tour.length_m == pytest.approx(best)
        assert tour.length_m == pytest.approx(length_of(table, tour.order))
        assert sorted(tour.order[1:-1]) == stops
        assert tour.is_proven


def test_depots_without_stops_are_joined_by_the_shortest_way() -> None:
    table = plane(np.random.default_rng(3), 4)
    tour = tour_between_depots(table, starts=[0, 1], ends=[2, 3])
    assert tour.length_m == table[:2, 2:].min() == length_of(table, tour.order)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"starts": []}, "starts is .*: expected one or more"),
        ({"starts": [0], "ends": [9]}, "ends is .*: expected one or more"),
        ({"starts": [0], "before": [(0, 2)]}, "a depot or no place"),
    ],
)
def test_depots_that_are_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        tour_between_depots(np.ones((4, 4)), **arguments)


def shortest_trips(table: Lengths, load: list[float], capacity: float) -> float:
    """By dynamic programming over all subsets of stops, each subset that fits being a trip."""
    stops = len(table) - 1
    trip = {}
    for subset in range(1, 1 << stops):
        places = [i + 1 for i in range(stops) if subset >> i & 1]
        if sum(load[place] for place in places) <= capacity:
            trip[subset] = min(length_of(table, (0, *order, 0)) for order in itertools.permutations(places))
    least = [0.0] + [np.inf] * ((1 << stops) - 1)
    for subset in range(1, 1 << stops):
        least[subset] = min(
            least[subset ^ part] + length for part, length in trip.items() if part & subset == part
        )
    return least[-1]


@pytest.mark.parametrize("one_way", [0.0, 0.4])
def test_trips_are_as_short_as_the_best_split(one_way: float) -> None:
    chance = np.random.default_rng(4)
    above = []
    for _ in range(20):
        n = int(chance.integers(3, 8))
        table = plane(chance, n, one_way=one_way)
        load = chance.integers(1, 5, n).astype(float).tolist()
        found = cart_trips(table, load, capacity=6.0)
        best = shortest_trips(table, load, 6.0)
        assert sorted(place for trip in found.trips for place in trip[1:-1]) == list(range(1, n))
        assert all(trip[0] == trip[-1] == 0 for trip in found.trips)
        assert all(sum(load[place] for place in trip[1:-1]) <= 6.0 for trip in found.trips)
        assert found.length_m == pytest.approx(sum(length_of(table, trip) for trip in found.trips))
        assert found.lower_bound_m <= best * (1 + 1e-9) <= found.length_m * (1 + 2e-9)
        above.append(found.length_m / best - 1)
    assert np.max(above) < 0.01


def test_what_fits_one_cart_is_one_tour_and_nothing_is_none() -> None:
    table = plane(np.random.default_rng(5), 15)
    found = cart_trips(table, [0.1] * 15, capacity=1.4, depot=3)
    assert len(found.trips) == 1
    assert found.length_m == best_tour(table, start=3).length_m
    assert cart_trips(np.zeros((1, 1)), [0.0], capacity=1.0).trips == ()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"load": [0, 1]}, "expected one load for each of 3 places"),
        ({"load": [0, 1, 9]}, "load of place 2 is 9.0: expected 0 … 2.0"),
        ({"load": [0, 1, -1]}, "load of place 2 is -1.0"),
        ({"load": [0, 1, float("nan")]}, "load of place 2 is nan"),
        ({"load": [0, 1, 1], "depot": 5}, "depot 5 is outside"),
    ],
)
def test_loads_that_are_refused(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        cart_trips(np.ones((3, 3)), capacity=2.0, **arguments)


@pytest.mark.parametrize("one_way", [0.0, 0.5])
@pytest.mark.parametrize("by_search", [False, True])
def test_one_of_each_is_the_best_of_all_choices(
    one_way: float, by_search: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if by_search:
        monkeypatch.setattr("layouts.tours.metric.one_of_each.MOST_EXACT_STEPS", 0)
    chance = np.random.default_rng(6)
    for _ in range(15):
        n = int(chance.integers(6, 12))
        table = plane(chance, n, one_way=one_way)
        groups = [
            part.tolist() for part in np.array_split(chance.permutation(np.arange(2, n)), min(4, n - 2))
        ]
        tour = one_of_each(table, groups, end=1)
        best = min(
            length_of(table, (0, *order, 1))
            for choice in itertools.product(*groups)
            for order in itertools.permutations(choice)
        )
        assert tour.length_m == pytest.approx(best)
        assert tour.length_m == pytest.approx(length_of(table, tour.order))
        assert all(len({*group} & {*tour.order}) == 1 for group in groups)
        assert tour.lower_bound_m <= best * (1 + 1e-9)


def test_groups_of_one_are_a_tour() -> None:
    table = plane(np.random.default_rng(7), 25)
    tour = one_of_each(table, [[place] for place in range(1, 25)])
    assert tour.length_m == pytest.approx(best_tour(table).length_m)
    assert tour.is_proven
    assert one_of_each(table, [], end=4).order == (0, 4)


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        ([[1], []], "group 1 is empty"),
        ([[1], [7]], "group 1 holds 7"),
        ([[1, 2], [2]], "group 1 holds place 2, which is an end or in a group already"),
        ([[0]], "group 0 holds place 0"),
    ],
)
def test_groups_that_are_refused(groups: list[list[int]], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        one_of_each(np.ones((4, 4)), groups)


def test_places_without_a_way_are_refused_by_name() -> None:
    table = np.ones((4, 4))
    table[2, 3] = np.inf
    with pytest.raises(ValueError, match=r"length_m\[2, 3\] is inf"):
        one_of_each(table, [[1], [2, 3]])
    with pytest.raises(ValueError, match=r"length_m\[2, 3\] is inf"):
        cart_trips(table, [0, 1, 1, 1], capacity=2)


def test_published_scattered_picks_are_within_a_hundredth() -> None:
    if shared_data() is None:
        pytest.skip("skipped: no shared data")
    from peers.aisle_lengths import aisle_lengths

    rows = instances("sprp_scattered")
    above = []
    for row in rows[:: max(1, len(rows) // 12)]:
        warehouse, places, sku, stock, needed = sprp_scattered(row, blocks=1)
        if any(np.any(stock[sku == k] < needed[k]) for k in np.flatnonzero(needed)):
            continue  # some SKU needs several places, which one of each cannot say
        table = aisle_lengths(warehouse, places)
        groups = [(1 + np.flatnonzero(sku == k)).tolist() for k in np.flatnonzero(needed)]
        tour = one_of_each(table, groups, proof_rounds=6)
        above.append(tour.length_m / row["optimal_one_block"] - 1)
        assert tour.lower_bound_m <= row["optimal_one_block"] * (1 + 1e-6)
    assert min(above, default=0.0) > -1e-6
    assert max(above, default=0.0) < 0.01
