"""Routing policies against published values: batches that are optimal under each policy, and shortest tours."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any

import numpy as np
import pytest
from published import instances, shared_data, sprp
from scipy.optimize import Bounds, LinearConstraint, milp

from layouts.tours.policies.block_lengths import one_block_length
from layouts.tours.policies.by_name import POLICIES, policy_named
from layouts.tours.policies.in_warehouse import problem_in_warehouse, tour_in_warehouse

pytestmark = pytest.mark.skipif(shared_data() is None, reason="skipped: no shared data")

PUBLISHED_NAMES = {
    "s-shape": "traversal",
    "return": "return",
    "midpoint": "midpoint",
    "largest-gap": "largest gap",
    "combined": "combined",
}


def batches(
    orders: list[dict[str, Any]], capacity: float, chosen: tuple[int, ...] = ()
) -> Iterator[tuple[int, ...]]:
    """Every set of orders that one cart holds."""
    if chosen:
        yield chosen
    for order in range(chosen[-1] + 1 if chosen else 0, len(orders)):
        if sum(orders[each]["size"] for each in (*chosen, order)) <= capacity:
            yield from batches(orders, capacity, (*chosen, order))


def batch_lengths(row: dict[str, Any], feasible: list[tuple[int, ...]]) -> dict[str, list[float]]:
    """The length of a tour over every batch, by policy."""
    lengths: dict[str, list[float]] = {policy: [] for policy in PUBLISHED_NAMES}
    for batch in feasible:
        places = {tuple(place) for order in batch for place in row["orders"][order]["picks"]}
        problem = problem_in_warehouse(*sprp({**row, "picks": sorted(places)}, blocks=1))
        for policy, found in lengths.items():
            visits = np.array([0, *policy_named(policy)(problem), 0])
            found.append(float(problem.length_m[visits[:-1], visits[1:]].sum()))
    return lengths


def least_total(cost: list[float], feasible: list[tuple[int, ...]], orders: int) -> float:
    """The shortest total over batches that hold every order once."""
    holds = np.zeros((orders, len(feasible)))
    for column, batch in enumerate(feasible):
        holds[list(batch), column] = 1
    found = milp(
        cost,
        constraints=LinearConstraint(holds, 1, 1),
        bounds=Bounds(0, 1),
        integrality=np.ones(len(cost)),
        options={"mip_rel_gap": 0.0},
    )
    return float(found.fun)


def test_the_best_batches_under_every_policy_have_the_published_length() -> None:
    """A policy read otherwise than Henn and Wäscher read it would miss these optima."""
    tried = 0
    for row in instances("obp_henn_waescher"):
        if len(row["orders"]) > 20 or row["capacity"] > 30:
            continue
        feasible = list(islice(batches(row["orders"], row["capacity"]), 201))
        if len(feasible) > 200:
            continue
        tried += 1
        for policy, lengths in batch_lengths(row, feasible).items():
            known = row["reference"][PUBLISHED_NAMES[policy]]
            assert known["opt"]
            total = least_total(lengths, feasible, len(row["orders"]))
            assert total == pytest.approx(known["bks"], abs=1e-6), (row["name"], policy)
    assert tried > 0


def test_single_orders_are_as_long_as_the_fast_policies_say() -> None:
    for row in instances("obp_henn_waescher")[::80] + instances("obp_muter_oncan")[::40]:
        for order in row["orders"][::4]:
            warehouse, picks = sprp({**row, "picks": order["picks"]}, blocks=1)
            for policy in PUBLISHED_NAMES:
                readable = tour_in_warehouse(warehouse, picks, policy=policy).length_m
                assert readable == pytest.approx(one_block_length(warehouse, picks, policy=policy))


@pytest.mark.parametrize("blocks", [1, 2])
def test_no_policy_is_below_a_published_shortest_tour(blocks: int) -> None:
    optimum = "optimal_one_block" if blocks == 1 else "optimal_two_block"
    for row in instances("sprp")[::40]:
        case = sprp(row, blocks=blocks)
        for policy in POLICIES:
            tour = tour_in_warehouse(*case, policy=policy)
            assert sorted(tour.order) == list(range(len(row["picks"])))
            assert tour.length_m >= row[optimum] - 1e-6, (row["name"], policy)
