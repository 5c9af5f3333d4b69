"""Laws of rationing, splitting and shared capacity: nothing is made or lost, nobody gets more than its share."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts.network.model import Demand, Network, Stock
from layouts.network.rationing import ration, split
from layouts.network.simulate import Played, simulate

amounts = st.lists(st.integers(0, 10**9), min_size=1, max_size=9)


def rationed(asked: list[int], available: int, turn: int) -> list[int]:
    """With another route before and behind, which is not asked."""
    table = np.array([7, *asked, 7], np.int64)
    members = np.arange(len(table))
    ration(table, members, 1, len(asked) + 1, available, turn, np.zeros(len(table), np.int64))
    assert (table[0], table[-1]) == (7, 7)
    found: list[int] = table[1:-1].tolist()
    return found


@given(amounts, st.integers(0, 2 * 10**9), st.integers(0, 10**6))
def test_all_that_is_there_is_given_and_no_more(asked: list[int], available: int, turn: int) -> None:
    got = rationed(asked, available, turn)
    assert sum(got) == min(sum(asked), available)
    assert all(0 <= mine <= wanted for mine, wanted in zip(got, asked, strict=True))


@given(amounts, st.integers(0, 10**9), st.integers(0, 10**6))
def test_each_gets_its_share_rounded_and_a_whole_turn_is_even(
    asked: list[int], available: int, turn: int
) -> None:
    """Of units that are left after rounding down each member gets one at most where all lack some; a share of 1e9
    units in floating point may be a unit off.
    """
    total = sum(asked)
    if total <= available:
        assert rationed(asked, available, turn) == asked
        return
    for wanted, mine in zip(asked, rationed(asked, available, turn), strict=True):
        assert math.floor(wanted * available / total) - 1 <= mine <= math.ceil(wanted * available / total) + 1


@given(st.integers(1, 8), st.integers(0, 60), st.integers(1, 9))
def test_over_as_many_turns_as_members_equals_get_the_same(members: int, available: int, wanted: int) -> None:
    over_turns = [rationed([wanted] * members, available, turn) for turn in range(members)]
    assert len({sum(each) for each in zip(*over_turns, strict=True)}) == 1


@given(
    st.integers(0, 10**6),
    st.lists(st.integers(0, 20), min_size=1, max_size=7).filter(any),
    st.floats(1e-9, 1 - 1e-9),
)
def test_a_split_asks_for_all_and_from_each_its_share_to_a_unit(
    wanted: int, weights: list[int], offset: float
) -> None:
    shares = np.array(weights) / sum(weights)
    asked = np.full(len(weights), -1, np.int64)
    split(wanted, shares, 0, len(weights), offset, asked)
    assert asked.sum() == wanted
    assert (asked >= 0).all()
    assert (np.abs(asked - wanted * shares) < 1 + 1e-6).all()
    assert (asked[shares == 0] == 0).all()


@given(st.integers(0, 40), st.integers(1, 12), st.integers(1, 12))
def test_over_evenly_spread_offsets_a_split_is_exact(wanted: int, one: int, other: int) -> None:
    """Shares of n-ths, over n offsets in the middles of n-ths: the sum is n times the share."""
    parts = one + other
    shares, total = np.array([one, other]) / parts, np.zeros(2, np.int64)
    for k in range(parts):
        asked = np.zeros(2, np.int64)
        split(wanted, shares, 0, 2, (k + 0.5) / parts, asked)
        total += asked
    assert total.tolist() == [wanted * one, wanted * other]


@pytest.fixture
def shared(make_network: Callable[..., Network], make_lane: Any) -> Callable[..., Network]:
    """Families a and b share a lane of so many a day, from a source each to a site with hardly any stock."""

    def make(room: int, *, a: int, b: int) -> Network:
        network = make_network({"S": "supplier", "W": "site"}, [make_lane("S", "W", capacity_per_day=room)])
        wanted = {("W", "a"): Demand(per_day=a), ("W", "b"): Demand(per_day=b)}
        stock = {pair: Stock(units=5, up_to=4 * (a + b), order_at=4 * (a + b) - 1) for pair in wanted}
        return replace(network, demand=wanted, stock=stock)

    return make


@pytest.mark.parametrize(("room", "a", "b"), [(10, 8, 8), (7, 9, 3), (5, 1, 20), (30, 12, 12)])
def test_families_share_a_lane_without_overflowing_it(
    room: int, a: int, b: int, shared: Callable[..., Network]
) -> None:
    """What goes over the lane is its capacity where more is wanted; equal families get the same to a unit a day."""
    days = 200
    outcome = simulate(shared(room, a=a, b=b), played=Played(days=days, warm_up=50, times=2, waits=False))
    over, met = int(outcome.told.over[0, 0]), outcome.told.at_once[0]
    assert over <= room * days
    assert over == pytest.approx(min(room, a + b) * days, abs=a + b)
    of_a, of_b = met[outcome.wiring.point("W", "a")], met[outcome.wiring.point("W", "b")]
    assert of_a + of_b == pytest.approx(over, abs=2 * (a + b))
    if a == b:
        assert abs(int(of_a) - int(of_b)) <= days // 50
