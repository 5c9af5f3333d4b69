"""Ageing against closed forms, and order of picking against the exact optimum."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import maximum_bipartite_matching
from scipy.special import exp1

from layouts.inventory.fefo import Arrival, Perishable, fefo, near_end, saving
from layouts.inventory.lot_ages import ages_of_lot
from layouts.inventory.perishing import perishables
from layouts.inventory.shelf_life import (
    GAS_J_MOL_K,
    ShelfLife,
    Stretch,
    mean_kinetic_c,
    remaining,
    shelf_life_of,
    used_life,
)
from layouts.inventory.stock_key import StockKey
from layouts.inventory.temperatures import PlaceSensor, PlaceTemperatures, readings_of
from layouts.live.events import (
    Body,
    LiveEvent,
    LotKnown,
    Reading,
    Recorded,
    SkuKnown,
    StockCounted,
    StockMoved,
)
from layouts.live.state import TwinState

HOUR, DAY = 3_600_000, 86_400_000
Q10 = ShelfLife(life_h=1000, reference_c=5, q10=2.5)
ARRHENIUS = ShelfLife(life_h=1000, reference_c=5, activation_kj_mol=83.144)
LAWS = pytest.mark.parametrize("life", [Q10, ARRHENIUS])
NO_GAP = (0.0, 0.0)


@LAWS
def test_at_the_reference_an_hour_is_an_hour(life: ShelfLife) -> None:
    used = used_life(life, [Stretch(7, 5, 5)], range_c=NO_GAP)
    assert used.best_h == used.worst_h == pytest.approx(7, rel=1e-12)
    left = remaining(life, used)
    assert left.days_at(life, 5) == pytest.approx((993 / 24, 993 / 24))


def test_ten_kelvin_more_is_the_factor_q10() -> None:
    assert used_life(Q10, [Stretch(4, 15, 15)], range_c=NO_GAP).best_h == pytest.approx(10, rel=1e-12)


def test_arrhenius_is_its_formula() -> None:
    rate = math.exp(83_144 / GAS_J_MOL_K * (1 / 278.15 - 1 / 298.15))
    assert ARRHENIUS.rate(25) == pytest.approx(rate, rel=1e-12)


@LAWS
def test_two_steps_add_up(life: ShelfLife) -> None:
    used = used_life(life, [Stretch(3, 2, 2), Stretch(5, 20, 20)], range_c=NO_GAP)
    assert used.best_h == pytest.approx(3 * life.rate(2) + 5 * life.rate(20), rel=1e-12)


@given(st.floats(-30, 50), st.floats(-30, 50), st.floats(1.2, 5))
def test_a_ramp_with_q10_is_its_integral(start_c: float, end_c: float, q10: float) -> None:
    life = ShelfLife(life_h=1, reference_c=5, q10=q10)
    k = math.log(q10) / 10
    rise = k * (end_c - start_c)
    exact = life.rate(start_c) * (math.expm1(rise) / rise if rise else 1.0)
    assert life.mean_rate(start_c, end_c) == pytest.approx(exact, rel=1e-9)


@given(st.floats(-30, 50), st.floats(-30, 50), st.floats(30, 150))
def test_a_ramp_with_arrhenius_is_its_integral(start_c: float, end_c: float, kj_mol: float) -> None:
    """∫exp(-s/T)dT = T exp(-s/T) - s E₁(s/T), here scaled so that the difference does not cancel."""
    if abs(end_c - start_c) < 1:
        end_c = start_c + 1
    life = ShelfLife(life_h=1, reference_c=5, activation_kj_mol=kj_mol)
    s = kj_mol * 1000 / GAS_J_MOL_K

    def antiderivative(celsius: float) -> float:
        t = celsius + 273.15
        return t * math.exp(-s / t) - s * float(exp1(s / t))

    exact = (antiderivative(end_c) - antiderivative(start_c)) / (end_c - start_c) / math.exp(-s / 278.15)
    assert life.mean_rate(start_c, end_c) == pytest.approx(exact, rel=1e-6)


@LAWS
@given(st.lists(st.tuples(st.floats(0.1, 50), st.floats(-10, 40)), min_size=1, max_size=6))
def test_the_mean_kinetic_temperature_uses_up_as_much(
    life: ShelfLife, told: list[tuple[float, float]]
) -> None:
    stretches = [Stretch(hours, celsius, celsius) for hours, celsius in told]
    mean_c = mean_kinetic_c(life, stretches)
    assert mean_c is not None
    hours = sum(hours for hours, _ in told)
    used = used_life(life, stretches, range_c=NO_GAP).best_h
    assert used_life(life, [Stretch(hours, mean_c, mean_c)], range_c=NO_GAP).best_h == pytest.approx(used)
    plain = sum(hours * celsius for hours, celsius in told) / hours
    assert mean_c >= plain - 1e-6  # convex: warm hours count more


def test_the_mean_kinetic_temperature_of_a_published_kind_of_day() -> None:
    """Haynes 1971: half the time at 20 and half at 30 °C with 83.144 kJ/mol: 10 000 K / -ln(mean exp)."""
    mean = (math.exp(-10_000 / 293.15) + math.exp(-10_000 / 303.15)) / 2
    life = ShelfLife(life_h=1, reference_c=20, activation_kj_mol=10 * GAS_J_MOL_K)
    found = mean_kinetic_c(life, [Stretch(12, 20, 20), Stretch(12, 30, 30)])
    assert found == pytest.approx(10_000 / -math.log(mean) - 273.15, abs=1e-9)
    assert mean_kinetic_c(life, [Stretch(5)]) is None


@LAWS
@given(st.lists(st.tuples(st.floats(0.1, 50), st.floats(-5, 25)), min_size=1, max_size=6), st.data())
def test_what_truly_happened_lies_within_the_bounds_of_a_gap(
    life: ShelfLife, told: list[tuple[float, float]], data: st.DataObject
) -> None:
    truth = [Stretch(hours, celsius, celsius) for hours, celsius in told]
    hidden = data.draw(st.lists(st.booleans(), min_size=len(truth), max_size=len(truth)))
    seen = [Stretch(each.hours) if hide else each for each, hide in zip(truth, hidden, strict=True)]
    used = used_life(life, seen, range_c=(-5, 25))
    exact = used_life(life, truth, range_c=NO_GAP).best_h
    assert used.best_h <= exact * (1 + 1e-12)
    assert used.worst_h >= exact * (1 - 1e-12)
    assert used.unknown_h == pytest.approx(sum(each.hours for each in seen if each.start_c is None))


@pytest.mark.parametrize(
    "wrong",
    [
        {"q10": 2.0, "activation_kj_mol": 80.0},
        {},
        {"q10": 0.0},
        {"q10": 2.0, "life_h": 0.0},
        {"q10": 2.0, "reference_c": -300.0},
    ],
)
def test_a_law_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"give exactly one|is not above"):
        ShelfLife(**{"life_h": 10.0, "reference_c": 5.0, **wrong})
    with pytest.raises(ValueError, match="swap them"):
        used_life(Q10, [], range_c=(5, 4))


def told(number: int, at_h: float, entity: str, body: Body, site: str = "N") -> LiveEvent:
    happened_ms = 10 * DAY + round(at_h * HOUR)
    return LiveEvent(
        id=f"e{number}", site=site, source="t", entity=entity, happened_ms=happened_ms, body=body
    )


def temperatures(*told_c: tuple[float, str, float], **more: Any) -> PlaceTemperatures:
    events = [
        told(number, at_h, f"sensor/{name}", Reading("temperature", celsius))
        for number, (at_h, name, celsius) in enumerate(told_c)
    ]
    sensors = (PlaceSensor("N/cold-*", "sensor/cold"), PlaceSensor("N/*", "sensor/hall"))
    return PlaceTemperatures(sensors=sensors, readings=readings_of(events), **more)


def test_the_temperature_of_a_place_goes_straight_between_readings_and_is_unknown_over_gaps() -> None:
    its = temperatures((0, "cold", 4), (1, "cold", 6), (5, "cold", 8))
    start = 10 * DAY
    assert its.over("N/cold-1", start + HOUR // 2, start + 6 * HOUR) == [
        Stretch(0.5, 5, 6),
        Stretch(4),
        Stretch(1, 8, 8),
    ]
    assert its.over("N/cold-1", start - HOUR, start) == [Stretch(1, 4, 4)]
    assert its.over("N/cold-1", start - 9 * HOUR, start) == [Stretch(8), Stretch(1, 4, 4)]
    assert its.over("N/cold-1", start + 7 * HOUR, start + 9 * HOUR) == [Stretch(2)]
    assert its.over("N/hall-1", start, start + HOUR) == its.over("S/1", start, start + HOUR) == [Stretch(1)]
    assert its.over("N/cold-1", start, start) == []
    stepped = temperatures((0, "cold", 4), (1, "cold", 6), between="steps")
    assert stepped.over("N/cold-1", start, start + HOUR) == [Stretch(1, 4, 4)]


@given(
    st.lists(st.tuples(st.integers(0, 300), st.floats(-5, 30)), max_size=12, unique_by=lambda each: each[0]),
    st.integers(0, 300),
    st.integers(1, 100),
    st.integers(0, 100),
)
def test_stretches_fill_the_time_and_joining_spans_changes_nothing(
    read: list[tuple[int, float]], start: int, length: int, cut: int
) -> None:
    its = temperatures(*((minute / 60, "cold", celsius) for minute, celsius in read))
    from_ms = 10 * DAY + start * 60_000
    until_ms, middle_ms = from_ms + length * 60_000, from_ms + min(cut, length) * 60_000
    whole = its.over("N/cold-1", from_ms, until_ms)
    assert sum(each.hours for each in whole) == pytest.approx(length / 60)
    parts = its.over("N/cold-1", from_ms, middle_ms) + its.over("N/cold-1", middle_ms, until_ms)
    for one in (whole, parts):
        assert all(each.hours > 0 for each in one)
    used = [used_life(Q10, one, range_c=(-5, 30)) for one in (whole, parts)]
    assert used[0] == pytest.approx(used[1])


LOT = LotKnown("X", "L", made_ms=10 * DAY - 10 * HOUR, shelf_life_h=1000, reference_c=5, q10=2.5)


def test_a_lot_takes_its_age_along_and_the_oldest_counts_where_ages_meet() -> None:
    life = shelf_life_of(LOT)
    assert life == Q10
    warm = tuple((hour, "hall", 15.0) for hour in range(30))
    cold = tuple((hour, "cold", 5.0) for hour in range(30))
    events = [
        told(1, 0, "sku/X", StockMoved("X", 5, None, "N/hall-1", "L")),
        told(7, 0, "sku/X", StockMoved("X", 2, None, "N/hall-2", "L", "P")),
        told(2, 4, "sku/X", StockMoved("X", 2, "N/hall-2", "N/cold-1", "L", "P")),
        told(3, 4, "sku/X", StockMoved("X", 9, None, "N/cold-2", "L")),
        told(4, 8, "sku/P", StockMoved("", 1, "N/cold-1", "N/cold-3", handling_unit="P")),
        told(5, 10, "sku/X", StockMoved("X", 1, "N/hall-1", "N/cold-2", "L")),
        told(6, 5, "sku/X", StockMoved("X", 99, None, "N/cold-2", "other")),
    ]
    ages = {
        age.key.place: age
        for age in ages_of_lot(
            LOT,
            life,
            reversed(events),
            temperatures(*warm, *cold),
            now_ms=10 * DAY + 20 * HOUR,
            range_c=(5, 5),
        )
    }
    assert {place: age.quantity for place, age in ages.items()} == {
        "N/cold-2": 10,
        "N/cold-3": 2,
        "N/hall-1": 4,
    }
    # 10 h since made at 5 °C, 4 h at 15 °C, 16 h at 5 °C
    assert ages["N/cold-3"].used.best_h == pytest.approx(10 + 4 * 2.5 + 16)
    assert ages["N/hall-1"].used.worst_h == pytest.approx(10 + 20 * 2.5)
    # of the two: straight in after 14 h, or 10 h in the hall before
    assert ages["N/cold-2"].used[:2] == pytest.approx((14 + 16, 10 + 10 * 2.5 + 10))
    assert ages["N/cold-3"].remaining == pytest.approx((964, 964))
    assert ages["N/hall-1"].mean_kinetic_c == pytest.approx(15)


def test_what_a_count_finds_is_as_old_as_it_can_be() -> None:
    events = [told(1, 10, "location/1", StockCounted("X", "N/hall-1", 3, lot="L"))]
    (age,) = ages_of_lot(LOT, Q10, events, temperatures(), now_ms=10 * DAY + 10 * HOUR, range_c=(5, 15))
    assert age.used == pytest.approx((20, 50, 0, 20))


def key(name: str) -> StockKey:
    return StockKey(f"N/{name}", "X", name)


def test_first_to_expire_goes_first_whatever_the_label_says() -> None:
    stock = [
        Perishable(key("a"), 5, 4.0, 6.0, 10.0, 2.0),
        Perishable(key("b"), 5, 8.0, 8.0, 9.0, 1.0),
        Perishable(key("c"), 5, -1.0, 2.0, 3.0),
        Perishable(key("d"), 5, 4.0, 5.0, 20.0),
    ]
    assert [(turn.number, turn.by_label, turn.stock.key.lot) for turn in fefo(stock)] == [
        (1, 3, "d"),
        (2, 2, "a"),
        (3, 1, "b"),
    ]
    assert [each.key.lot for each in near_end(stock, within_days=4)] == ["c", "a", "d"]


def test_perishables_of_a_state_have_days_and_value() -> None:
    events = [
        told(1, 0, "lot/X/L", LOT),
        told(2, 0, "lot/Y/M", LotKnown("Y", "M", expires_ms=12 * DAY)),
        told(3, 0, "sku/X", SkuKnown(unit_value=3.0)),
        told(4, 0, "sku/X", StockMoved("X", 5, None, "N/cold-1", "L")),
        told(5, 0, "sku/Y", StockMoved("Y", 7, None, "N/cold-1", "M")),
        told(6, 0, "sku/Z", StockMoved("Z", 7, None, "N/cold-1", "M")),
    ]
    state = TwinState()
    for number, event in enumerate(events, start=1):
        state.apply(Recorded(number, event.happened_ms, event))
    its = temperatures(*((hour, "cold", 5.0) for hour in range(11)))
    found = perishables(state, events, its, now_ms=10 * DAY + 10 * HOUR, range_c=(5, 15))
    assert [each.key.sku for each in found] == ["X", "Y"]
    # made 10 h before, anywhere between 5 and 15 °C; then 10 h at 5 °C
    assert found[0][2:4] == pytest.approx(((1000 - 25 - 10) / 24, (1000 - 10 - 10) / 24))
    assert found[0].value == 15.0
    assert found[1].worst_days == found[1].label_days == pytest.approx(2 - 10 / 24)
    assert perishables(state, events, its, now_ms=10 * DAY, range_c=(5, 15), place="S/*") == []


traces = st.tuples(
    st.lists(st.tuples(st.integers(0, 20), st.integers(0, 3), st.integers(1, 12)), max_size=8),
    st.lists(st.tuples(st.integers(0, 25), st.integers(1, 3)), max_size=10),
)


@given(traces, st.integers(0, 40))
def test_no_order_of_picking_spoils_less_than_by_life_left(
    trace: tuple[list[tuple[int, int, int]], list[tuple[int, int]]], until: int
) -> None:
    arrivals = [Arrival(at, pieces, at + keeps, at + 5) for at, pieces, keeps in trace[0]]
    demand = [(at, pieces) for at, pieces in trace[1]]
    found = saving(arrivals, demand, until_ms=until)
    for outcome in found:
        come = sum(each.pieces for each in arrivals if each.at_ms <= until)
        assert outcome.delivered + outcome.spoiled + outcome.left == come
        asked = sum(pieces for at, pieces in demand if at <= until)
        assert outcome.delivered + outcome.missing == asked
    assert found.fefo.spoiled <= min(found.fifo.spoiled, found.by_label.spoiled)
    assert found.fefo.delivered == best_delivered(arrivals, demand, until)


@given(traces)
def test_where_all_keeps_equally_long_by_arrival_is_by_life_left(
    trace: tuple[list[tuple[int, int, int]], list[tuple[int, int]]],
) -> None:
    arrivals = [Arrival(at, pieces, at + 6, at + 6) for at, pieces, _ in trace[0]]
    found = saving(arrivals, trace[1], until_ms=40)
    assert found.fifo == found.by_label == found.fefo


def best_delivered(arrivals: list[Arrival], demand: list[tuple[int, int]], until: int) -> int:
    """The most pieces that any choice delivers: a greatest matching."""
    pieces = [each for each in arrivals for _ in range(each.pieces)]
    asked = [at for at, count in demand if at <= until for _ in range(count)]
    if not pieces or not asked:
        return 0
    fits = np.array([[each.at_ms <= at < each.expires_ms for at in asked] for each in pieces])
    return int((maximum_bipartite_matching(csr_matrix(fits.astype(int)), perm_type="column") >= 0).sum())


def test_kept_too_warm_stock_spoils_less_when_picked_by_life_left() -> None:
    dice = np.random.default_rng(5)
    arrivals = [
        Arrival(day * DAY, 60, (day + int(dice.choice([8, 20]))) * DAY, (day + 20) * DAY) for day in range(60)
    ]
    arrivals.append(Arrival(0, 500, 15 * DAY, 20 * DAY))
    demand = [(day * DAY + HOUR, int(dice.poisson(56))) for day in range(60)]
    found = saving(arrivals, demand, until_ms=60 * DAY)
    assert found.fefo.spoiled < found.by_label.spoiled
    assert found.text.endswith(f"{found.fifo.missing} are asked for in vain")
