"""What is believed of places, checked against a known truth, and what counting them finds."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Any

import numpy as np
import pytest

from layouts.inventory.belief import Belief, Case, Sighting, Trust, believe
from layouts.inventory.count_list import Stakes, count_list
from layouts.inventory.reconcile import beliefs, discrepancies, site_beliefs
from layouts.live.events import (
    Body,
    LiveEvent,
    LocationSeen,
    Recorded,
    SkuKnown,
    StockCounted,
    StockMoved,
    StockSeen,
)
from layouts.live.state import TwinState

HOUR, DAY = 3_600_000, 86_400_000
NOW = 1000 * DAY
PLAIN = Trust()


def state_of(told: Iterable[tuple[float, str, Body]]) -> TwinState:
    """(happened [days before now], entity, body), learned in order of happening."""
    state = TwinState()
    for seq, (days, entity, body) in enumerate(sorted(told, key=lambda each: -each[0]), start=1):
        happened_ms = NOW - round(days * DAY)
        event = LiveEvent(
            id=f"e{seq:06d}", site="N", source="t", entity=entity, happened_ms=happened_ms, body=body
        )
        state.apply(Recorded(seq, happened_ms, event))
    return state


def belief_of(*told: tuple[float, str, Body], trust: Trust = PLAIN) -> Belief:
    (found,) = beliefs(state_of(told), now_ms=NOW, place="N/1", trust=trust)
    return found


COUNTED = (9.0, "location/1", StockCounted("X", "N/1", 10))


def seen(days: float, source: str, sure: float = 0.95, **what: Any) -> tuple[float, str, Body]:
    return days, "location/1", StockSeen("N/1", source, sure, **what)  # type: ignore[arg-type]


def test_bayes_by_hand() -> None:
    trust = Trust(fades_days=1e12)
    prior: dict[Case, float] = {"as booked": 0.9, "empty": 0.04, "other quantity": 0.04, "other goods": 0.02}
    empty = Sighting("scan", frozenset({"empty"}), 2, 0.95, 0.0, "")
    belief = believe("N/1", prior, [empty], trust)
    total = 0.04 * 0.95 + 0.96 * 0.05
    assert belief.probability["empty"] == pytest.approx(0.04 * 0.95 / total)
    assert belief.wrong == pytest.approx(1 - 0.9 * 0.05 / total)
    twice = believe("N/1", prior, [empty, empty], trust)
    assert twice.probability["empty"] == pytest.approx(0.04 * 0.95**2 / (0.04 * 0.95**2 + 0.96 * 0.05**2))


def test_the_book_alone_is_believed_less_the_longer_it_was_not_counted() -> None:
    recent, old, never = (
        belief_of(COUNTED).wrong,
        belief_of((300.0, *COUNTED[1:])).wrong,
        belief_of((1.0, "sku/X", StockMoved("X", 10, None, "N/1"))).wrong,
    )
    assert recent == pytest.approx(1 - 0.99 * math.exp(-0.009))
    assert recent < old < never


@pytest.mark.parametrize(
    ("sighting", "case"),
    [
        (seen(0.1, "scan", is_empty=True), "empty"),
        (seen(0.1, "scan", sku="Z"), "other goods"),
        (seen(0.1, "scan", sku="X", quantity=7.0), "other quantity"),
        (seen(0.1, "scan", sku="X", quantity=10.0), "as booked"),
        (seen(0.1, "scan", sku="X"), "as booked"),
        ((0.1, "location/1", LocationSeen("empty", 0.95)), "empty"),
        ((0.1, "location/1", LocationSeen("occupied")), "as booked"),
    ],
)
def test_a_sighting_raises_what_it_fits(sighting: tuple[float, str, Body], case: Case) -> None:
    before, after = belief_of(COUNTED), belief_of(COUNTED, sighting)
    assert after.probability[case] > before.probability[case]


def test_two_sources_that_agree_decide_against_the_book() -> None:
    counted = (100.0, *COUNTED[1:])
    one = belief_of(counted, seen(0.1, "scan", is_empty=True))
    both = belief_of(counted, seen(0.1, "scan", is_empty=True), seen(0.2, "vehicle", is_empty=True))
    assert not one.is_decided
    assert (both.best, both.is_decided, both.has_conflict) == ("empty", True, False)
    assert both.text == "N/1: empty (91%); scan saw empty 2 h ago; vehicle saw empty 4 h ago"


def test_sources_that_contradict_each_other_cannot_decide() -> None:
    belief = belief_of(
        (400.0, *COUNTED[1:]), seen(0.1, "scan", is_empty=True), seen(0.1, "rfid", 0.9, sku="Z")
    )
    assert (belief.is_decided, belief.has_conflict) == (False, True)
    assert "cannot decide, sightings contradict each other" in belief.text


def test_what_was_seen_before_a_movement_or_by_an_unsure_source_tells_nothing() -> None:
    moved = (0.05, "sku/X", StockMoved("X", 1, None, "N/1"))
    assert belief_of(COUNTED, seen(0.1, "scan", is_empty=True), moved).sightings == ()
    alone = belief_of(COUNTED)
    assert belief_of(COUNTED, seen(0.1, "scan", 0.0, is_empty=True)).wrong == pytest.approx(alone.wrong)
    assert belief_of(COUNTED, (0.1, "location/1", LocationSeen("unseen"))).sightings == ()
    faded = belief_of(COUNTED, seen(5, "scan", is_empty=True), trust=Trust(fades_days=0.01))
    assert faded.wrong == pytest.approx(alone.wrong)


def test_the_later_look_of_a_source_counts() -> None:
    full = belief_of(COUNTED, seen(0.3, "scan", is_empty=True), seen(0.1, "scan", sku="X"))
    assert [each.said for each in full.sightings] == ["scan saw X 2 h ago"]
    empty = belief_of(COUNTED, seen(0.3, "scan", sku="X"), seen(0.1, "scan", is_empty=True))
    assert [each.said for each in empty.sightings] == ["scan saw empty 2 h ago"]
    named = belief_of(COUNTED, seen(0.3, "scan", sku="X"), (0.1, "location/1", LocationSeen("occupied", 0.9)))
    assert [each.said for each in named.sightings] == ["scan saw X 7 h ago"]


def test_goods_where_the_book_has_nothing_are_told() -> None:
    found = beliefs(state_of([seen(0.1, "scan", sku="X"), seen(0.1, "vehicle", sku="X")]), now_ms=NOW)
    assert [(each.best, each.is_decided) for each in found] == [("occupied", True)]


def test_discrepancies_have_a_reason() -> None:
    state = state_of(
        [
            (100.0, *COUNTED[1:]),
            seen(0.1, "scan", is_empty=True),
            seen(0.1, "vehicle", is_empty=True),
            (1.0, "sku/X", StockMoved("X", 3, "N/2", None)),
            (1.0, "sku/X", StockMoved("X", 3, None, "N/3", None, "P")),
            (1.0, "sku/Y", StockMoved("Y", 3, None, "N/4", None, "P")),
            (1.0, "location/5", StockCounted("Y", "N/5", 3)),
        ]
    )
    told = discrepancies(state, beliefs(state, now_ms=NOW))
    assert [(each.place, each.reason) for each in told] == [
        ("N/1", "seen otherwise"),
        ("N/2", "below zero"),
        ("N/3", "two places"),
    ]
    assert told[1].text == "N/2: 3 of X more left than is known to have come: count it"
    assert [each.place for each in discrepancies(state, [], place="N/2")] == ["N/2"]
    assert site_beliefs(beliefs(state, now_ms=NOW))["N"][0] == 5


def test_a_count_that_came_too_late_is_told_until_the_place_is_counted_again() -> None:
    told: list[tuple[float, str, Body]] = [
        (20.0, "sku/X", StockMoved("X", 3, None, "N/1")),
        (1.0, "sku/X", StockMoved("X", 3, None, "N/2")),
    ]
    state = state_of(told)
    late = LiveEvent(
        id="late", site="N", source="t", entity="location/1", happened_ms=NOW - 30 * DAY,
        body=StockCounted("X", "N/1", 5),
    )  # fmt: skip
    state.apply(Recorded(3, NOW, late))
    assert [each.reason for each in discrepancies(state, [])] == ["count too late"]
    again = LiveEvent(
        id="again",
        site="N",
        source="t",
        entity="location/1",
        happened_ms=NOW,
        body=StockCounted("X", "N/1", 5),
    )
    state.apply(Recorded(4, NOW, again))
    assert discrepancies(state, []) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"wrong_at_count": 0.0},
        {"at_most": {"scan": 1.0}},
        {"fades_days": 0.0},
        {"wrong_cases": {"empty": 1.0}},
        {"wrong_cases": {"empty": 0.5, "other quantity": 0.5, "other goods": 0.5}},
    ],
)
def test_trust_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"give|not above"):
        Trust(**wrong)


def test_places_worth_more_than_the_visit_are_listed_by_what_counting_them_is_worth() -> None:
    state = state_of(
        [
            (400.0, "location/1", StockCounted("X", "N/1", 10)),
            (1.0, "location/2", StockCounted("X", "N/2", 10)),
            (400.0, "location/3", StockCounted("Y", "N/3", 10)),
            (400.0, "location/4", StockCounted("Y", "N/4", 2)),
            (900.0, "sku/X", SkuKnown(unit_value=10.0)),
        ]
    )
    found = beliefs(state, now_ms=NOW)
    stakes = Stakes(visit_cost=1.0)
    visits = count_list(state, found, stakes=stakes, route=lambda place: {"N/1": 2, "N/3": 1}[place])
    assert [(visit.place, visit.stop) for visit in visits] == [("N/1", 2), ("N/3", 1)]
    # (empty and other goods, half of it) all, (other quantity, the other half) three tenths of 100
    assert visits[0].at_stake == pytest.approx(100 * (0.5 + 0.5 * 0.3))
    assert visits[0].value == pytest.approx(visits[0].wrong * visits[0].at_stake - 1)
    assert [visit.place for visit in count_list(state, found, stakes=stakes, most=1)] == ["N/1"]
    costly = Stakes(visit_cost=1.0, per_place=lambda place: 1000.0 if place == "N/4" else 0.0)
    assert count_list(state, found, stakes=costly)[0].place == "N/4"


class Hall:
    """A hall of which the truth is known: places whose book is wrong, and sources that err, both at known rates."""

    def __init__(self, *, seed: int, places: int, trust: Trust, worse: float = 1.0) -> None:
        dice = np.random.default_rng(seed)
        cases: list[Case] = ["as booked", "empty", "other quantity", "other goods"]
        self.truth: dict[str, Case] = {}
        self.value: dict[str, float] = {}
        told: list[tuple[float, str, Body]] = []
        for number in range(places):
            name, sku = f"{number:05d}", f"X{number}"
            days = float(dice.uniform(1, 400))
            value = float(dice.lognormal(3, 1.2))
            told += [
                (500.0, f"sku/{sku}", SkuKnown(unit_value=value / 10)),
                (days, f"location/{name}", StockCounted(sku, f"N/{name}", 10)),
            ]
            prior = trust.prior(is_booked=True, checked_days=days)
            share = np.array([prior[case] for case in cases])
            share[1:] *= worse
            truth = cases[int(dice.choice(4, p=share / share.sum()))]
            self.truth[f"N/{name}"], self.value[f"N/{name}"] = truth, value
            for source, often in (("scan", 0.5), ("vehicle", 0.3)):
                if dice.random() < often:
                    age = float(dice.uniform(0, min(days, 20)))
                    body = self._look(dice, name, sku, truth, source, age, trust)
                    told.append((age, f"location/{name}", body))
        self.state = state_of(told)

    def _look(
        self,
        dice: np.random.Generator,
        name: str,
        sku: str,
        truth: Case,
        source: str,
        age: float,
        trust: Trust,
    ) -> Body:
        """What a source tells: scans occupancy, vehicles goods and how many; at random the more, the older."""
        sure = float(dice.uniform(0.7, 0.95))
        choices: list[Case] = (
            ["empty", "as booked"]
            if source == "scan"
            else ["empty", "as booked", "other quantity", "other goods"]
        )
        true = truth if truth in choices else "as booked"
        if dice.random() > math.exp(-age / trust.fades_days):
            told = choices[int(dice.integers(len(choices)))]
        elif dice.random() < sure:
            told = true
        else:
            told = [case for case in choices if case != true][int(dice.integers(len(choices) - 1))]
        place, kind = f"N/{name}", "scan" if source == "scan" else "vehicle"
        if told == "empty":
            return StockSeen(place, kind, sure, is_empty=True)  # type: ignore[arg-type]
        if source == "scan":
            return StockSeen(place, "scan", sure)
        seen_sku = "other" if told == "other goods" else sku
        return StockSeen(
            place, "vehicle", sure, sku=seen_sku, quantity=7.0 if told == "other quantity" else 10.0
        )


TRUST = Trust(wrong_per_day=0.002)


def test_confidence_is_how_often_it_is_right() -> None:
    hall = Hall(seed=1, places=4000, trust=TRUST)
    found = beliefs(hall.state, now_ms=NOW, trust=TRUST)
    assert len(found) == 4000
    pairs = np.array(
        [
            (part, hall.truth[belief.place] == case)
            for belief in found
            for case, part in belief.probability.items()
        ]
    )
    for low in np.arange(0, 1, 0.1):
        within = pairs[(pairs[:, 0] >= low) & (pairs[:, 0] < low + 0.1)]
        if len(within) >= 30:
            stated, true = within.mean(axis=0)
            error = math.sqrt(stated * (1 - stated) / len(within))
            assert abs(stated - true) < 4 * error, (low, stated, true, len(within))
    right = [hall.truth[belief.place] == belief.best for belief in found if belief.is_decided]
    assert np.mean(right) >= TRUST.decided


def found_by(hall: Hall, places: list[str], stakes: Stakes) -> float:
    """The value of the errors that counting these places finds."""
    return sum(
        stakes.share(hall.truth[place]) * hall.value[place]
        for place in places
        if hall.truth[place] != "as booked"
    )


@pytest.mark.parametrize("worse", [1.0, 0.3])
def test_the_list_finds_more_error_value_per_count_than_chance_or_abc(worse: float) -> None:
    """Also where the book is wrong three times less often than is believed."""
    stakes, counts = Stakes(visit_cost=0.5), 100
    listed = by_chance = by_value = 0.0
    for seed in range(3):
        hall = Hall(seed=10 + seed, places=1000, trust=TRUST, worse=worse)
        found = beliefs(hall.state, now_ms=NOW, trust=TRUST)
        visits = count_list(hall.state, found, stakes=stakes, most=counts)
        assert len(visits) == counts
        listed += found_by(hall, [visit.place for visit in visits], stakes)
        by_chance += found_by(hall, list(hall.truth), stakes) * counts / len(hall.truth)
        abc = sorted(hall.value, key=lambda place: -hall.value[place])[:counts]
        by_value += found_by(hall, abc, stakes)
    assert listed > 4 * by_chance
    assert listed > 1.2 * by_value
