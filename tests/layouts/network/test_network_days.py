"""Days of a network: units are conserved, draws are shared, stock follows its policy."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from layouts.network.disruptions import Disruption, Disruptions, Spread
from layouts.network.model import ALL, Demand, Network, Stock
from layouts.network.simulate import Outcome, Played, simulate
from spatial.tasks.open_workers import open_workers


def shaken(network: Network) -> tuple[Network, Disruptions]:
    """Random demand, random lead times and events of all kinds."""
    node, lane = [*network.nodes][-1], network.lanes[0].id
    site = next(each.id for each in network.nodes.values() if each.kind == "site")
    moved = replace(
        network,
        demand={pair: replace(each, law="poisson") for pair, each in network.demand.items()},
        lanes=tuple(replace(each, lead_sd_days=1.0) for each in network.lanes),
    )
    events = [
        {"name": "a", "kind": "node_down", "of": site, "begins": {"uniform": [0, 20]}, "takes": {"exponential": 9}},
        {"name": "b", "kind": "lead_time", "of": lane, "times": 3, "takes": 20, "probability": 0.5},
        {"name": "c", "kind": "demand", "of": node, "times": 1.4, "begins": 5, "takes": {"triangular": [1, 9, 30]}},
        {"name": "d", "kind": "capacity", "of": lane, "times": 0.3, "begins": 9, "takes": 12},
        {"name": "e", "kind": "price", "times": 2, "begins": 9, "takes": 12},
    ]  # fmt: skip
    return moved, Disruptions.model_validate({"events": events})


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("waits", [True, False])
def test_every_unit_is_somewhere_on_every_day(seed: int, waits: bool, make_random: Any) -> None:
    network, events = shaken(make_random(seed, scarce=seed % 2 == 0))
    outcome = simulate(network, events, Played(days=50, warm_up=10, times=3, seed=seed, waits=waits))
    asked, at_once, lost, owed, made, used, stock, under_way = np.moveaxis(outcome.told.series, 2, 0)
    first = sum(each.units for each in network.stock.values())
    assert (first + (made - used).cumsum(axis=1) - stock - under_way == 0).all()
    assert min(each.min() for each in (asked, at_once, lost, owed, made, used, stock, under_way)) == 0
    assert (at_once <= asked).all()
    # what was asked for was sent on its way, is owed, or was lost; what is used was sent before
    sent = asked.cumsum(axis=1) - owed - lost.cumsum(axis=1)
    assert (sent >= used.cumsum(axis=1)).all()
    assert made.sum() > 0
    assert used.sum() > 0


def digest(outcome: Outcome) -> str:
    return hashlib.sha256(b"".join(each.tobytes() for each in outcome.told)).hexdigest()


def test_any_number_of_workers_gives_the_same_bytes(make_random: Any) -> None:
    network, events = shaken(make_random(3))
    played = Played(days=20, warm_up=5, times=60, seed=4)
    alone = digest(simulate(network, events, played))
    with open_workers(2) as workers:
        assert digest(simulate(network, events, played, workers=workers)) == alone
    assert digest(simulate(network, events, replace(played, seed=5))) != alone


def test_variants_share_their_draws(make_random: Any) -> None:
    """Another node, lane and event leave demand, and when the other events happen, as they are."""
    network, events = shaken(make_random(5))
    more = Disruptions(
        events=(
            Disruption(name="new", kind="node_down", of="S0", takes=Spread(uniform=(1, 30)), probability=0.5),
            *(each for each in events.events if each.kind != "demand"),
        )
    )
    fewer = Disruptions(events=more.events[1:])
    customer = [*network.nodes][-1]
    larger = replace(
        network,
        nodes={"S9": replace(network.nodes["S0"], id="S9"), **network.nodes},
        lanes=(replace(network.lanes[0], id="new", origin="S9"), *network.lanes),
    )
    played = Played(days=30, warm_up=5, times=20, seed=1)
    one, other = simulate(network, fewer, played), simulate(larger, more, played)
    assert (one.series("asked") == other.series("asked")).all()
    assert (one.spans == other.spans[:, 1:]).all()
    place = one.wiring.point(customer, ALL), other.wiring.point(customer, ALL)
    assert (one.told.asked[:, place[0]] == other.told.asked[:, place[1]]).all()
    assert len({*one.told.asked[:, place[0]].tolist()}) > 1


def test_demand_has_its_law(make_network: Any, make_lane: Any) -> None:
    network = make_network(
        {"S": "supplier", "P": "demand", "N": "demand", "F": "demand"},
        [make_lane("S", each) for each in "PNF"],
    )
    network = replace(
        network,
        demand={
            ("P", ALL): Demand(per_day=3.5, law="poisson"),
            ("N", ALL): Demand(per_day=40, law="normal", sd_per_day=6),
            ("F", ALL): Demand(per_day=2.75),
        },
    )
    days, times = 1000, 40
    asked = simulate(network, played=Played(days=days, warm_up=0, times=times)).told.asked
    poisson, normal, fixed = asked[:, 1], asked[:, 2], asked[:, 3]
    assert fixed.tolist() == [2750] * times
    assert poisson.mean() / days == pytest.approx(3.5, abs=4 * np.sqrt(3.5 / days / times))
    assert normal.mean() / days == pytest.approx(40, abs=4 * 6 / np.sqrt(days * times))
    assert poisson.std(ddof=1) == pytest.approx(np.sqrt(3.5 * days), rel=0.4)
    assert normal.std(ddof=1) == pytest.approx(6 * np.sqrt(days), rel=0.4)


def test_one_stock_without_supply_survives_its_stock_over_demand(make_network: Any, make_lane: Any) -> None:
    """Constant demand of 10 a day and 65 units: six days are met, on the seventh half is missing."""
    network = make_network(
        {"S": "supplier", "W": "site", "C": "demand"},
        [make_lane("S", "W", lead_days=2), make_lane("W", "C")],
        stock={"W": 65},
        demand={"C": 10},
    )
    down = Disruptions(events=(Disruption(name="x", kind="node_down", of="S", takes=100),))
    at_once = simulate(network, down, Played(days=20, warm_up=0, times=2)).series("at_once")[0]
    assert at_once.tolist() == [10] * 6 + [5] + [0] * 13


def test_stock_follows_its_policy(make_network: Any, make_lane: Any) -> None:
    """(s, S) = (20, 50), demand 10 a day, lead time 2: it orders when the position is at 20 or below."""
    network = make_network(
        {"S": "supplier", "W": "site"}, [make_lane("S", "W", lead_days=2)], demand={"W": 10}
    )
    network = replace(network, stock={("W", ALL): Stock(units=50, up_to=50, order_at=20)})
    series = simulate(network, played=Played(days=9, warm_up=0, times=2))
    assert series.series("made")[0].tolist() == [0, 0, 30, 0, 0, 30, 0, 0, 30]
    assert series.series("stock")[0].tolist() == [40, 30, 20, 10, 30, 20, 10, 30, 20]
