"""Kinds of rules against closed forms, and in whatever order readings come."""

from __future__ import annotations

import itertools
import math

import pytest

from layouts.live.events import Recorded
from layouts.live.state import TwinState
from server.alerts.kinds.excursion import Excursion, ExcursionRule
from server.alerts.kinds.rate import Rate, RateRule
from server.alerts.kinds.shortage_options import Expedite, Substitute, Transfer, ranked_options


def excursion() -> Excursion:
    return Excursion(ExcursionRule(id="e", kind="excursion", low="2 °C", high="8 °C", out_s=600, gap_s=7200))


def looked(condition, readings):
    memory = condition.memory("S", "sensor/a")
    for i, event in enumerate(readings):
        condition.take(memory, Recorded(i + 1, event.happened_ms, event))
    return memory, condition.look(memory, 10**9, TwinState())


def test_degree_minutes_of_a_ramp_are_the_area_of_a_triangle(reading):
    # from 4 to 12 °C in an hour: out for its second half, at 4 degrees at the end: half of 30 min × 4 °C
    memory, look = looked(excursion(), [reading(0, 4), reading(3600, 12)])
    assert [sum(column) for column in zip(*memory.pieces, strict=True)][:2] == pytest.approx([1800, 60])
    assert look.holds
    # too cold counts alike, and through the whole range both ends count
    memory, _ = looked(excursion(), [reading(0, -1), reading(1200, 11)])
    assert [sum(column) for column in zip(*memory.pieces, strict=True)][:2] == pytest.approx([600, 15])


def test_mean_kinetic_temperature_is_haynes(reading):
    # an hour at 5 °C, an hour at 25 °C: T = 10000.2 / -ln of the mean of exp(-10000.2 / T)
    readings = [reading(0, 5), reading(3600, 5), reading(3600.001, 25), reading(7200.001, 25)]
    _, look = looked(excursion(), readings)
    scale = 83144 / 8.314462618
    mean = (math.exp(-scale / 278.15) + math.exp(-scale / 298.15)) / 2
    assert float(look.values["mkt"].split()[0]) == pytest.approx(scale / -math.log(mean) - 273.15, abs=0.01)


def test_readings_give_the_same_excursion_in_any_order(reading):
    readings = [reading(600 * i, value) for i, value in enumerate((5, 9, 12, 7, 1))]
    memories = {str(looked(excursion(), [*order, order[0]])[0]) for order in itertools.permutations(readings)}
    assert len(memories) == 1


def test_a_gap_is_unknown_and_bridged_by_nothing(reading):
    _, look = looked(excursion(), [reading(0, 12), reading(8000, 12)])
    assert not look.holds
    assert look.values["unknown"] == "2.22 h"
    assert "unknown for" in look.said


def test_the_slope_of_a_line_is_found_whatever_the_order(reading):
    rule = RateRule(id="r", kind="rate", channel="temperature", rises="5 °C", window_s=600)
    readings = [reading(60 * i, 4 + 0.1 * i) for i in range(8)]
    for order in (readings, readings[::-1]):
        memory, look = looked(Rate(rule), order)
        assert memory.rate * 3600 == pytest.approx(6)
        assert look.holds


def test_a_meter_that_begins_anew_is_no_fall(reading):
    rule = RateRule(id="r", kind="rate", channel="energy", rises="50 kWh", window_s=600)
    values = [(0, 900), (300, 901), (600, 2), (900, 3), (1200, 4)]
    memory, look = looked(Rate(rule), [reading(at, v, channel="energy") for at, v in values])
    assert memory.rate * 3600 == pytest.approx(12)
    assert not look.holds


def test_ways_out_are_ranked_by_what_they_leave_and_never_later_than_the_delivery():
    stock = {("N", None): 50.0, ("M", None): 3.0, (None, "B"): 12.0}
    options = ranked_options(
        short=40,
        delayed=100,
        now_ms=0,
        inbound_ms=86_400_000,
        lost_per_unit=10,
        expedite=Expedite(arrives_s=3600, cost=350),
        transfers=(
            Transfer(from_site="N", arrives_s=7200, cost=90, keep=20),
            Transfer(from_site="M", arrives_s=60, keep=5),
            Transfer(from_site="N", arrives_s=90_000),
        ),
        substitutes=(Substitute(sku="B", per_unit=2, cost_per_unit=1),),
        stock=lambda site, sku: stock[site, sku],
    )
    assert [(o.how, o.quantity, o.cost, o.saves) for o in options] == [
        ("transfer from N", 30, 90, 300),
        ("substitute by B", 6, 6, 60),
        ("expedite the delayed delivery", 40, 350, 400),
    ]
    assert str(options[0]) == "transfer from N: 30 by 1970-01-01T02:00Z, cost 90, saves 300"


def test_a_link_that_is_down_is_one_alert_for_all_behind_it(make_log, reading):
    from layouts.live.events import LinkChanged, LiveEvent

    log = make_log("rules: [{id: gone, kind: absence, after_s: 60}]")
    for i in range(300):
        event = reading(i / 100, 5, f"sensor/{i}")
        log.tell(
            LiveEvent(
                **{name: getattr(event, name) for name in event.__struct_fields__} | {"source": "hall/p"}
            )
        )
    down = LiveEvent(
        id="d", site="S", source="hall", entity="feed/hall", happened_ms=30_000, body=LinkChanged(False)
    )
    steps = log.tell(down)
    assert [s.body.about for s in steps] == ["feed/hall"]
    assert "300 entities" in steps[0].body.text
    assert log.tick(10_000_000) == []
