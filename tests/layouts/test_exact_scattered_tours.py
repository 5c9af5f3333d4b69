"""Shortest tours where a SKU lies in many places: against every choice of places, and published optima."""

from __future__ import annotations

from itertools import chain, combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from published import instances, shared_data, sprp_scattered

from layouts.tours.exact.aisles.block_tour import optimal_tour
from layouts.tours.exact.scattered.scattered_tour import ScatteredTour, optimal_scattered_tour
from layouts.tours.parallel_aisles import ParallelAisles, Picks


class Case:
    """1–3 blocks, 3 SKUs in up to 9 places with 1–3 units each, and a demand they can meet."""

    def __init__(self, seed: int) -> None:
        rng = np.random.default_rng(seed)
        blocks, aisles, count = rng.integers(1, 4), rng.integers(1, 5), rng.integers(3, 10)
        self.warehouse = ParallelAisles(
            aisle_m=rng.integers(1, 14, (blocks, aisles)) * 0.75,
            cross_m=rng.integers(1, 9, (blocks + 1, aisles - 1)) * 1.5,
            depot=(int(rng.integers(blocks + 1)), int(rng.integers(aisles))),
            depot_m=float(rng.choice([0.0, 2.5])),
        )
        aisle, block = rng.integers(0, aisles, count), rng.integers(0, blocks, count)
        offset_m = rng.integers(0, 7, count) / 6 * self.warehouse.aisle_m[block, aisle]
        self.places = Picks(aisle=aisle, block=block, offset_m=offset_m)
        self.sku = rng.integers(0, 3, count)
        self.supply = rng.integers(1, 4, count)
        lies = np.bincount(self.sku, self.supply, minlength=3).astype(np.int64)
        self.demand = rng.integers(0, lies + 1)

    def solve(self) -> ScatteredTour:
        return optimal_scattered_tour(
            self.warehouse, self.places, sku=self.sku, supply=self.supply, demand=self.demand
        )

    def meets(self, chosen: list[int]) -> bool:
        found = np.bincount(self.sku[chosen], self.supply[chosen], minlength=3)
        return bool((found >= self.demand).all())

    def length_m(self, chosen: list[int]) -> float:
        picks = Picks(
            aisle=self.places.aisle[chosen],
            block=self.places.block[chosen],
            offset_m=self.places.offset_m[chosen],
        )
        return optimal_tour(self.warehouse, picks).length_m


def test_no_choice_of_places_has_a_shorter_tour() -> None:
    for seed in range(60):
        case = Case(seed)
        count = len(case.sku)
        every = chain.from_iterable(combinations(range(count), size) for size in range(count + 1))
        shortest_m = min(case.length_m(list(chosen)) for chosen in every if case.meets(list(chosen)))
        found = case.solve()
        assert case.meets(found.chosen.tolist())
        assert found.tour.length_m == pytest.approx(shortest_m, abs=1e-9), f"seed {seed}"
        assert found.tour.length_m == pytest.approx(case.length_m(found.chosen.tolist()), abs=1e-12)
        assert found.gap == 0
        assert found.lower_bound_m == pytest.approx(shortest_m, abs=1e-5)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6))
def test_more_stock_never_lengthens_a_tour_and_more_demand_never_shortens_it(seed: int) -> None:
    case = Case(seed)
    length_m = case.solve().tour.length_m
    case.supply = case.supply + 1
    assert case.solve().tour.length_m <= length_m + 1e-6
    case.supply = case.supply - 1
    case.demand = np.maximum(case.demand - 1, 0)
    assert case.solve().tour.length_m <= length_m + 1e-6


@pytest.mark.parametrize("blocks", [1, 2])
def test_sprp_scattered_published_optima_are_met(blocks: int) -> None:
    """Of two blocks only where a place holds all that is asked for: with quantities the published two-block values
    lie below what any choice of places allows, as the next test shows.
    """
    if shared_data() is None:
        pytest.skip("skipped: no shared data")
    published = "optimal_one_block" if blocks == 1 else "optimal_two_block"
    rows = [
        row
        for row in instances("sprp_scattered")
        if len(row["skus"]) <= 100 and (blocks == 1 or row["name"].startswith("unit"))
    ]
    for row in rows[:: len(rows) // 9]:
        warehouse, places, sku, supply, demand = sprp_scattered(row, blocks=blocks)
        found = optimal_scattered_tour(warehouse, places, sku=sku, supply=supply, demand=demand)
        assert found.tour.length_m == pytest.approx(row[published], abs=1e-9), row["name"]
        assert found.gap == 0


def test_published_two_block_values_with_quantities_are_below_every_choice() -> None:
    if shared_data() is None:
        pytest.skip("skipped: no shared data")
    row = next(row for row in instances("sprp_scattered") if row["name"] == "varying_F2_m5_C30_a7_6")
    warehouse, places, sku, supply, demand = sprp_scattered(row, blocks=2)
    choices: list[tuple[int, ...]] = [()]
    for one in range(len(demand)):
        at = np.flatnonzero(sku == one).tolist()
        enough = [
            some
            for size in range(len(at) + 1)
            for some in combinations(at, size)
            if supply[list(some)].sum() >= demand[one]
        ]
        least = [some for some in enough if not any(set(other) < set(some) for other in enough)]
        choices = [(*chosen, *some) for chosen in choices for some in least]
    shortest_m = min(
        optimal_tour(
            warehouse,
            Picks(
                aisle=places.aisle[list(chosen)],
                block=places.block[list(chosen)],
                offset_m=places.offset_m[list(chosen)],
            ),
        ).length_m
        for chosen in choices
    )
    assert shortest_m == 76 > row["optimal_two_block"]
    found = optimal_scattered_tour(warehouse, places, sku=sku, supply=supply, demand=demand)
    assert found.tour.length_m == shortest_m


def test_a_budget_of_nothing_still_tells_a_tour_a_bound_and_the_gap() -> None:
    case = Case(17)
    found = optimal_scattered_tour(
        case.warehouse,
        case.places,
        sku=case.sku,
        supply=case.supply,
        demand=case.demand,
        price_steps=1,
        most_nodes=0,
    )
    assert case.meets(found.chosen.tolist())
    assert 0 <= found.lower_bound_m <= case.solve().tour.length_m <= found.tour.length_m
    assert 0 <= found.gap <= 1


def test_a_demand_that_all_places_together_cannot_meet_is_refused() -> None:
    case = Case(3)
    case.demand = case.demand + 100
    with pytest.raises(ValueError, match="SKU 0: 1"):
        case.solve()
