"""Transfers between sites: nothing whole is cheaper, and shadow prices are what one more unit saves."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import Any

import numpy as np
import pytest

from layouts.network.model import ALL, Demand, Network, Node, Stock
from layouts.network.transfers import transfers
from spatial.errors import BadDataError


def sites(seed: int, make_lane: Any, *, families: tuple[str, ...] = (ALL,)) -> Network:
    """Three sites with own demand; lanes between all of them, some narrow."""
    rng = np.random.default_rng(seed)
    names = "XYZ"
    lanes = tuple(
        make_lane(tail, head, cost_per_unit=float(rng.integers(1, 9)), capacity_per_day=float(rng.integers(0, 3)))
        for tail in names for head in names if tail != head
    )  # fmt: skip
    pairs = [(name, family) for name in names for family in families]
    return Network(
        nodes={name: Node(id=name, kind="site") for name in names},
        lanes=lanes,
        stock={pair: Stock(units=int(rng.integers(0, 6))) for pair in pairs},
        demand={
            pair: Demand(per_day=float(rng.integers(0, 3)), short_cost=float(rng.integers(2, 20)))
            for pair in pairs
        },
    )


def cheapest(network: Network, days: int) -> float:
    """By trying everything: moves of 0 to the lane's most units each."""
    pairs = [*network.stock]
    moves = [(lane, family) for lane in network.lanes for family in network.families]
    room = [int(lane.capacity_per_day * days) for lane, _ in moves]
    tries = np.array(list(product(*(range(each + 1) for each in room))), np.int64).reshape(-1, len(moves))
    for lane in network.lanes:
        over = [k for k, (each, _) in enumerate(moves) if each is lane]
        tries = tries[tries[:, over].sum(axis=1) <= lane.capacity_per_day * days]
    total = tries @ np.array([lane.cost_per_unit for lane, _ in moves])
    for node, family in pairs:
        out = [k for k, (lane, each) in enumerate(moves) if lane.origin == node and each == family]
        into = [k for k, (lane, each) in enumerate(moves) if lane.destination == node and each == family]
        units = network.stock[node, family].units
        wanted = network.demand[node, family]
        short = wanted.per_day * days - units + tries[:, out].sum(axis=1) - tries[:, into].sum(axis=1)
        total = total + wanted.short_cost * np.maximum(0, short)
        total = np.where(tries[:, out].sum(axis=1) > units, np.inf, total)
    return float(total.min())


@pytest.mark.parametrize("seed", range(40))
def test_nothing_is_cheaper(seed: int, make_lane: Any) -> None:
    network = sites(seed, make_lane)
    found = transfers(network, days=2)
    assert found.cost + found.short_cost == pytest.approx(cheapest(network, 2))
    assert found.is_whole
    assert sum(each.cost for each in found.moves) == pytest.approx(found.cost)


@pytest.mark.parametrize("seed", range(6))
def test_nothing_is_cheaper_where_families_share_lanes(seed: int, make_lane: Any) -> None:
    network = sites(seed, make_lane, families=("a", "b"))
    narrow = tuple(
        replace(lane, capacity_per_day=min(lane.capacity_per_day, 2.0)) for lane in network.lanes[:4]
    )
    network = replace(network, lanes=narrow)
    found = transfers(network, days=1)
    assert found.cost + found.short_cost == pytest.approx(cheapest(network, 1))


@pytest.mark.parametrize("seed", range(40))
def test_shadow_prices_bound_what_one_more_unit_saves(seed: int, make_lane: Any) -> None:
    """The optimum is convex in what there is: one more unit saves no more than told, one less costs no less."""
    network = sites(seed, make_lane)
    found = transfers(network, days=2)
    total = found.cost + found.short_cost
    for full in found.full_lanes:
        for more in (0.5, -0.5):
            lanes = tuple(
                replace(lane, capacity_per_day=lane.capacity_per_day + more) if lane.id == full.lane else lane
                for lane in network.lanes
            )
            if min(lane.capacity_per_day for lane in lanes) < 0:
                continue
            other = transfers(replace(network, lanes=lanes), days=2)
            saved = (total - other.cost - other.short_cost) / (2 * more)
            assert saved <= full.worth + 1e-9 if more > 0 else saved >= full.worth - 1e-9


def test_reasons_name_the_shortage_the_lane_and_the_price(make_lane: Any) -> None:
    """Y is short of 6; the lane takes 2 a day for 2 days: a third would save 10 - 3."""
    network = Network(
        nodes={name: Node(id=name, kind="site") for name in "XY"},
        lanes=(make_lane("X", "Y", cost_per_unit=3.0, capacity_per_day=2.0, lead_days=1.0),),
        stock={("X", ALL): Stock(units=20), ("Y", ALL): Stock(units=2)},
        demand={("X", ALL): Demand(per_day=1), ("Y", ALL): Demand(per_day=4, short_cost=10)},
    )
    found = transfers(network, days=2)
    (move,) = found.moves
    assert (move.origin, move.destination, move.units, move.cost) == ("X", "Y", 4, 12.0)
    assert "Y would be short of 6" in move.reason
    assert "lane X→Y is full: room for one more would save 7" in move.reason
    assert {each.node: (each.need, each.short_before, each.short_after, each.worth) for each in found.balances} == {
        "X": (2, 0, 0, 0.0), "Y": (8, 6, 2, 10.0),
    }  # fmt: skip
    assert (found.short_cost_before, found.short_cost) == (60, 20)


def test_a_site_needs_what_its_customers_do_less_what_suppliers_bring(
    make_network: Any, make_lane: Any
) -> None:
    """Customers of X want 10 a day; 4 a day come from the supplier, the first after a day: 10 × 5 - 4 × 4."""
    network = make_network(
        {"S": "supplier", "X": "site", "Y": "site", "C": "demand"},
        [
            make_lane("S", "X", capacity_per_day=4), make_lane("X", "C"),
            make_lane("Y", "X", cost_per_unit=1), make_lane("S", "Y"),
        ],
        stock={"X": 10, "Y": 100}, demand={"C": 10},
    )  # fmt: skip
    with pytest.raises(BadDataError, match="short_cost"):
        transfers(network, days=5)
    network = replace(network, demand={("C", ALL): Demand(per_day=10, short_cost=5)})
    found = transfers(network, days=5)
    assert {each.node: each.need for each in found.balances} == {"X": 34, "Y": 0}
    assert [(each.lane, each.units) for each in found.moves] == [("Y→X", 24)]
