"""The path of goods is a fold of the log, and each of its legs the shortest way on the graph."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import pytest

from layouts.genealogy.hall_path import Leg, hall_path, legs_list, legs_text
from layouts.genealogy.hall_ways import HallWays
from layouts.genealogy.instead import instead, instead_list, instead_text
from layouts.genealogy.recall import recall
from layouts.live.events import LiveEvent, StockMoved
from layouts.tours.between import way_between
from spatial.facility import Facility
from spatial.floor.agents import PICKER
from spatial.floor.floor_rules import FloorRules, ForbiddenZone
from tests.layouts.genealogy.test_recall import move

HOME = "T1"


@pytest.fixture
def block(hall: Callable[..., Facility]) -> Facility:
    """Four rows of three bays, two tiers; R0's aisle is between R0 and R1. Its id is T1."""
    return hall()


@pytest.fixture
def ways(block: Facility) -> HallWays:
    return HallWays(block, PICKER)


def wandering(block: Facility, seed: int) -> list[LiveEvent]:
    """A pallet of a lot that comes in, moves about, at times to another site, and goes for an order."""
    dice = random.Random(seed)
    places = [f"{HOME}/{place.id}" for place in block.locations] + ["ELSEWHERE/1", "ELSEWHERE/2"]
    stops: list[str | None] = [None, *dice.sample(places, 9), None]
    return [
        move(number, "X", 5, start, end, lot="L", order="O" if end is None else None)
        for number, (start, end) in enumerate(pairwise(stops))
    ]


def legs_of(
    log: Sequence[LiveEvent], block: Facility, ways: HallWays, usual: HallWays | None = None
) -> tuple[Leg, ...]:
    return hall_path(recall(log, lots=[("X", "L")]).path, block, ways=ways, usual=usual)


@pytest.mark.parametrize("seed", range(8))
def test_the_path_is_what_a_fold_of_the_log_says(seed: int, block: Facility, ways: HallWays) -> None:
    log = wandering(block, seed)
    folded = []
    for event in log:
        body = event.body
        assert isinstance(body, StockMoved)
        ends = tuple(
            place.partition("/")[2] if place is not None and place.startswith(f"{HOME}/") else None
            for place in (body.from_place, body.to_place)
        )
        if ends != (None, None):
            folded.append((event.happened_ms, event.id, *ends))
    random.Random(seed).shuffle(log)
    legs = legs_of(log, block, ways)
    assert [(leg.at_ms, leg.event, leg.start, leg.end) for leg in legs] == folded
    assert {leg.share for leg in legs} == {(5000, 5000)}
    middle = {place.id: place.center for place in block.locations}
    for leg in legs:
        assert leg.path[0] == middle[leg.start or leg.end or ""]
        assert leg.path[-1] == middle[leg.end or leg.start or ""]


@pytest.mark.parametrize("seed", range(3))
def test_each_leg_is_as_long_as_the_shortest_way(seed: int, block: Facility, ways: HallWays) -> None:
    """The path without its ends, which lead up into the racks, adds up to that length, on the floor."""
    inner = [leg for leg in legs_of(wandering(block, seed), block, ways) if leg.start and leg.end]
    assert inner
    for leg in inner:
        assert leg.length_m == pytest.approx(
            way_between(block, PICKER, leg.start or "", leg.end or "").lanes_m
        )
        lanes = np.array(leg.path[1:-1])
        assert np.linalg.norm(np.diff(lanes, axis=0), axis=1).sum() == pytest.approx(leg.length_m)
        assert (lanes[:, 2] == 0).all()
        assert leg.usual_m == leg.length_m
        assert not leg.is_detour


def closed(block: Facility, *, both: bool) -> HallWays:
    """The left cross-aisle is closed beside R1; if `both`, the right one, too."""
    right = 6.0 + 3 * 2.8
    left_strip = ((0.0, 7.0), (3.0, 7.0), (3.0, 8.2), (0.0, 8.2))
    zones = [ForbiddenZone(name="left", area=left_strip)]
    if both:
        shift = right - 3.0
        zones.append(ForbiddenZone(name="right", area=tuple((x + shift, y) for x, y in left_strip)))
    return HallWays(block, PICKER, FloorRules(forbidden_zones=tuple(zones)))


def test_what_is_closed_makes_a_detour_or_leaves_no_way(block: Facility, ways: HallWays) -> None:
    log = [
        move(1, "X", 5, None, f"{HOME}/00-00-0", lot="L"),
        move(2, "X", 5, f"{HOME}/00-00-0", f"{HOME}/01-00-0", lot="L"),
    ]
    (came, usual) = legs_of(log, block, ways)
    assert (came.start, came.length_m, came.usual_m, came.is_detour) == (None, None, None, False)
    (_, around) = legs_of(log, block, closed(block, both=False), ways)
    assert around.is_detour
    assert around.usual_m == usual.length_m
    assert (around.length_m or 0) > (usual.length_m or math.inf)
    assert max(x for x, _, _ in around.path) > 3 + 3 * 2.8
    (_, shut) = legs_of(log, block, closed(block, both=True), ways)
    assert (shut.path, shut.length_m, shut.is_detour) == ((), None, True)
    assert shut.why_not == "00-00-0: no way from the main floor to the floor in front of it"
    told = legs_text((came, around, shut), HOME)
    assert told[0].endswith("outside → 00-00-0")
    assert f"{around.length_m:.1f} m, usually {usual.length_m:.1f} m" in told[1]
    assert told[2].endswith("00-00-0: no way from the main floor to the floor in front of it")
    aisle = HallWays(block, PICKER, FloorRules(closed_aisles=("A1",)))
    (_, shut) = legs_of(log, block, aisle, ways)
    assert (shut.path, shut.length_m, shut.is_detour) == ((), None, True)
    assert shut.why_not == "01-00-0: aisle 'A1' is closed by rule closed_aisles"
    assert legs_list((around,))[0]["least"] == legs_list((around,))[0]["most"] == 5


def test_a_place_that_the_hall_has_not_is_said_to_be_missing(block: Facility, ways: HallWays) -> None:
    log = [
        move(1, "X", 5, None, f"{HOME}/gone", lot="L"),
        move(2, "X", 5, f"{HOME}/gone", f"{HOME}/00-00-0", lot="L"),
    ]
    legs = legs_of(log, block, ways)
    assert [leg.why_not for leg in legs] == ["gone: there is no such location"] * 2
    assert {leg.path for leg in legs} == {()}


def test_goods_are_taken_from_the_nearest_sound_place_instead(block: Facility, ways: HallWays) -> None:
    """A place where tainted goods lie among sound ones is not sound; nor is what has run out, or another SKU."""
    log = [
        move(1, "X", 5, None, f"{HOME}/00-00-0", lot="L"),
        move(2, "X", 2, f"{HOME}/00-00-0", f"{HOME}/01-01-0", lot="L"),
        move(3, "X", 9, None, f"{HOME}/01-01-0", lot="GOOD"),
        move(4, "X", 7, None, f"{HOME}/03-00-0", lot="GOOD"),
        move(5, "X", 4, None, f"{HOME}/00-01-0", lot="GOOD"),
        move(6, "X", 1, f"{HOME}/00-01-0", None, lot="GOOD"),
        move(7, "X", 2, None, f"{HOME}/02-00-0", lot="GOOD"),
        move(8, "X", 2, f"{HOME}/02-00-0", None, lot="GOOD"),
        move(9, "Y", 8, None, f"{HOME}/00-02-0", lot="GOOD"),
        move(10, "X", 6, None, "SOUTH/1", lot="GOOD"),
    ]
    found = recall(log, lots=[("X", "L")])
    others = {one.place: one for one in instead(found, site=HOME, ways=ways)}
    assert set(others) == {f"{HOME}/00-00-0", f"{HOME}/01-01-0"}
    first = others[f"{HOME}/00-00-0"]
    assert [(near.place, near.amount) for near in first.near] == [
        (f"{HOME}/00-01-0", 3000), (f"{HOME}/03-00-0", 7000),
    ]  # fmt: skip
    assert first.near[0].length_m == pytest.approx(way_between(block, PICKER, "00-00-0", "00-01-0").lanes_m)
    assert first.elsewhere == {"SOUTH": 6000}
    assert "T1/00-01-0 has 3, 2.8 m away; T1/03-00-0 has 7, " in instead_text(first)
    assert instead_text(first).endswith("site SOUTH has 6")
    assert instead_list((first,))[0]["elsewhere"] == {"SOUTH": 6}
    alone = instead(recall(log[:1], lots=[("X", "L")]), site=HOME, ways=ways)
    assert [instead_text(one) for one in alone] == ["instead of X at T1/00-00-0: no sound goods are known"]
