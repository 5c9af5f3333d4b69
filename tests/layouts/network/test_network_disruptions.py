"""Events: their laws, their states, what they do, how the network recovers, and who else can deliver."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from layouts.network.alternatives import alternatives
from layouts.network.disruptions import Disruption, Disruptions, Spread, draw_spans, read_disruptions
from layouts.network.effects import Effect, effects
from layouts.network.figures import differences, figures_of, verdict
from layouts.network.model import ALL, Network, Stock
from layouts.network.simulate import Played, simulate, stage_of
from layouts.network.timeline import state_of, timeline_of
from layouts.network.wiring import wiring_of
from layouts.statistics.intervals import mean_interval
from spatial.errors import BadDataError


@pytest.fixture
def network(make_network: Any, make_lane: Any) -> Network:
    """S and a dearer T bring 10 a day to W, which holds 50, and sends them to C."""
    network: Network = make_network(
        {"S": "supplier", "T": "supplier", "W": "site", "C": "demand"},
        [make_lane("S", "W", lead_days=2, cost_per_unit=1), make_lane("T", "W", lead_days=4, cost_per_unit=3),
         make_lane("W", "C", cost_per_unit=2)],
        stock={"W": 50}, demand={"C": 10},
    )  # fmt: skip
    return network


def events(*told: dict[str, Any], **more: Any) -> Disruptions:
    return Disruptions.model_validate({"events": told, **more})


def effects_of(network: Network, told: Disruptions, played: Played) -> tuple[Effect, ...]:
    stage = stage_of(network)
    return effects(
        stage, told.events, played, usual=simulate(stage, played=played), reaction_days=told.reaction_days
    )


def test_events_follow_their_laws() -> None:
    event = Disruption(
        name="x", kind="node_down", of="S", probability=0.3,
        begins=Spread(uniform=(10, 50)), takes=Spread(exponential=20),
    )  # fmt: skip
    spans = draw_spans(Disruptions(events=(event,)), days=3000, times=4000, seed=1)[:, 0]
    happened = spans[spans[:, 0] < 3000]
    assert len(happened) / 4000 == pytest.approx(0.3, abs=4 * np.sqrt(0.21 / 4000))
    assert happened[:, 0].mean() == pytest.approx(30, abs=4 * 40 / np.sqrt(12 * len(happened)))
    took = happened[:, 1] - happened[:, 0]
    assert took.mean() == pytest.approx(
        20, abs=4 * 20 / np.sqrt(len(happened)) + 0.3
    )  # some are rounded to 0 days


def test_events_that_overlap_multiply(network: Network) -> None:
    wiring = wiring_of(network)
    told = events(
        {"name": "a", "kind": "lead_time", "of": "S→W", "times": 3, "takes": 9},
        {"name": "b", "kind": "lead_time", "of": "S→W", "times": 2, "begins": 4, "takes": 9},
        {"name": "c", "kind": "node_down", "of": "T", "begins": 2, "takes": 1},
        {"name": "d", "kind": "price", "of": "S", "times": 1.5, "begins": 40, "takes": 1},
        reaction_days=2,
    )
    both = state_of(wiring, told.events)
    assert both.lead_factor.tolist() == [6, 1, 1]
    assert both.node_capacity[wiring.nodes.index("T")] == 0
    assert both.price_factor[wiring.point("S", ALL)] == 1.5
    spans = draw_spans(told, days=20, times=2, seed=0)
    worlds, timeline = timeline_of(wiring, told, spans, days=20)
    lead = worlds.lead_factor[timeline.state[0], 0]
    assert lead.tolist() == [3] * 4 + [6] * 5 + [2] * 4 + [1] * 7
    assert (timeline.planned[0, 2:] == timeline.state[0, :-2]).all()
    assert timeline.planned[0, :2].tolist() == [0, 0]


def test_too_many_overlaps_are_refused(network: Network) -> None:
    told = [
        {"name": f"e{k}", "kind": "demand", "times": 1.1, "begins": {"uniform": [0, 50]}, "takes": 30}
        for k in range(12)
    ]
    with pytest.raises(BadDataError, match="512 at most"):
        simulate(network, events(*told), Played(days=60, times=400))


FAULTS = [
    ({"name": "a", "kind": "node_down", "of": "X", "takes": 1}, "node_down of 'X', which is not in the network"),
    ({"name": "a", "kind": "lead_time", "of": "S→W", "takes": 1}, "lead_time needs times"),
    ({"name": "a", "kind": "node_down", "of": "S", "times": 2, "takes": 1}, "node_down has no times"),
    ({"name": "a", "kind": "node_down", "takes": 1}, "node_down needs of"),
    ({"name": "a", "kind": "node_down", "of": "S"}, "events.0.takes: this field is needed"),
    ({"name": "a", "kind": "node_down", "of": "S", "takes": 1, "probability": 2}, "events.0.probability"),
    ({"name": "a", "kind": "demand", "times": 2, "family": "b", "takes": 1}, "there is no family 'b'"),
]  # fmt: skip


@pytest.mark.parametrize(("told", "said"), FAULTS)
def test_a_wrong_event_is_named(told: dict[str, Any], said: str, network: Network, tmp_path: Path) -> None:
    import yaml

    path = tmp_path / "events.yaml"
    path.write_text(yaml.safe_dump({"events": [told]}, allow_unicode=True), encoding="utf-8")
    with pytest.raises(BadDataError) as error:
        read_disruptions(path, network)
    assert "events.yaml" in str(error.value)
    assert said in str(error.value)


def test_time_to_survive_and_to_recover_of_an_event(network: Network) -> None:
    """Both suppliers down for 9 days from day 5, after which 40 of the 50 are there and 20 are under way: service
    lasts 5 days on stock and what comes. Then 10 a day are owed until goods ordered on day 14 come, two days later.
    """
    alone = replace(network, lanes=tuple(lane for lane in network.lanes if lane.origin != "T"))
    told = events({"name": "x", "kind": "node_down", "of": "S", "begins": 5, "takes": 9})
    played = Played(days=60, warm_up=30, times=3)
    (effect,) = effects_of(alone, told, played)
    outcome = simulate(alone, told, played)
    short = (outcome.series("asked") - outcome.series("at_once"))[0]
    assert effect.happened == 3
    assert effect.missed is not None
    assert effect.missed.value == 1
    assert effect.survived == mean_interval([float(np.flatnonzero(short)[0] - 5)] * 3)
    # the position of 50 covers five days: 30 lie there and 20 are under way as S stops
    assert np.flatnonzero(short).tolist() == [10, 11, 12, 13, 14, 15]
    assert effect.recovered == mean_interval([2.0] * 3)
    assert effect.not_recovered == 0


def test_stock_that_lasts_longer_than_the_event_misses_nothing(network: Network) -> None:
    (effect,) = effects_of(
        network,
        events({"name": "x", "kind": "node_down", "of": "S", "begins": 5, "takes": 4}),
        Played(days=60, times=2),
    )
    assert (effect.missed is not None and effect.missed.value, effect.survived, effect.recovered) == (
        0,
        None,
        None,
    )
    never = events({"name": "x", "kind": "node_down", "of": "S", "takes": 4, "probability": 0})
    (effect,) = effects_of(network, never, Played(days=60, times=2))
    assert (effect.happened, effect.missed) == (0, None)


def test_prices_and_demand_move_what_they_should(network: Network) -> None:
    priced = replace(
        network, stock={**network.stock, ("S", ALL): Stock(price=10.0), ("T", ALL): Stock(price=9.0)}
    )
    played = Played(days=40, warm_up=20, times=2)
    usual = simulate(priced, played=played)
    assert figures_of(usual)["cost_to_serve"].tolist() == [13.0, 13.0]  # 10 + 1 + 2
    dear = simulate(
        priced, events({"name": "x", "kind": "price", "of": "S", "times": 2, "takes": 40}), played
    )
    # T at 9 + 3 is cheaper than S at 20 + 1 from a day later on
    assert dear.cost("purchase").tolist() == [20 * 10 + 39 * 10 * 9] * 2
    more = simulate(priced, events({"name": "x", "kind": "demand", "times": 1.45, "takes": 40}), played)
    assert more.told.asked.sum(axis=1).tolist() == [580, 580]
    found = differences(dear, usual)
    assert verdict("cost_to_serve", found["cost_to_serve"].difference) == "worse"
    assert verdict("fill_rate", found["fill_rate"].difference) == "no difference"


def test_lead_times_that_grow_delay_what_leaves_from_then_on(network: Network) -> None:
    told = events({"name": "x", "kind": "lead_time", "of": "S→W", "times": 3, "takes": 10})
    way = replace(network, lanes=(network.lanes[0], network.lanes[2]))
    under_way = simulate(way, told, Played(days=30, warm_up=20, times=2)).series("under_way")[0]
    # usually 20 to W and 10 to C; nothing comes on days 2 to 5, on the last of which nothing is left for C
    assert under_way[:6].tolist() == [30, 30, 40, 50, 60, 60]


def test_other_sources_are_ranked_or_tied(make_network: Any, make_lane: Any) -> None:
    """Without S: A brings all, B half, D the same as A for more money."""
    network = make_network(
        {"S": "supplier", "A": "supplier", "B": "supplier", "D": "supplier", "W": "site", "C": "demand"},
        [make_lane("S", "W"), make_lane("A", "W", cost_per_unit=2),
         make_lane("B", "W", cost_per_unit=1, capacity_per_day=5),
         make_lane("D", "W", cost_per_unit=3), make_lane("W", "C")],
        stock={"W": 40}, demand={"C": 10},
    )  # fmt: skip
    down = Disruption(name="x", kind="node_down", of="S", takes=60, probability=0.1)
    found = alternatives(network, down, Played(days=60, warm_up=20, times=5))
    assert [each.node for each in found.ranked] == ["A", "D", "B"]
    assert [each.unit_cost for each in found.ranked] == [2, 3, 1]
    assert found.by_fill_rate is not None
    assert {each.name: each.verdict for each in found.by_fill_rate.systems} == {
        "A": "no difference shown", "D": "no difference shown", "B": "worse",
    }  # fmt: skip
    # B costs least, for the little it brings
    assert found.answer == "Without S, cannot decide by service between A, D; A costs least."
    only = alternatives(
        replace(network, lanes=(*network.lanes[:2], network.lanes[4])), down, Played(days=20, times=2)
    )
    assert only.answer == "A is the only other source for what S brings."
    assert (
        alternatives(replace(network, lanes=network.lanes[::4]), down, Played(days=20, times=2)).ranked == ()
    )
