"""Days of stock: nothing comes from nowhere, and what expires first goes first."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from layouts.replenishment.days import KEEPS, Trace, play, play_orders
from layouts.replenishment.policy import KINDS, Policy

whole = st.integers(0, 12)


@st.composite
def worlds(draw: st.DrawFn) -> tuple[Policy, Trace]:
    days = draw(st.integers(1, 40))
    policy = Policy(
        draw(st.sampled_from(KINDS)),
        draw(st.integers(0, 40)),
        draw(st.integers(1, 30)),
        draw(st.integers(1, 4)),
    )
    asked = np.array(draw(st.lists(whole, min_size=days, max_size=days)), np.float64)
    lead = np.array(draw(st.lists(st.integers(0, 6), min_size=days, max_size=days)))
    life = np.array(draw(st.lists(st.integers(1, 15), min_size=days, max_size=days)))
    return policy, Trace(asked, lead, life)


@settings(max_examples=300, deadline=None)
@given(worlds(), st.booleans(), st.booleans(), st.integers(0, 30))
def test_every_piece_is_accounted_for(
    world: tuple[Policy, Trace], fefo: bool, waits: bool, start: int
) -> None:
    policy, trace = world
    done = play(policy, trace, start=start, first_expired_first=fefo, waits=waits)
    asked = np.cumsum(trace.asked)
    served = np.cumsum(trace.asked - done.lost) - done.owed
    assert (start + np.cumsum(done.came) == served + np.cumsum(done.spoilt) + done.on_hand).all()
    assert done.came.sum() <= done.ordered.sum()
    assert (done.met <= trace.asked).all()
    assert (np.cumsum(done.met) <= served).all()
    assert (served <= asked).all()
    assert (done.owed * done.on_hand == 0).all()  # nobody is owed what is there
    for column in done:
        assert (column >= 0).all()


@settings(max_examples=300, deadline=None)
@given(worlds(), st.lists(whole, min_size=40, max_size=40), st.booleans())
def test_of_the_same_goods_first_expired_first_out_spoils_no_more(
    world: tuple[Policy, Trace], ordered: list[int], waits: bool
) -> None:
    trace = world[1]
    orders = np.array(ordered[: len(trace.asked)], np.float64)
    fefo, fifo = (play_orders(orders, trace, first_expired_first=way, waits=waits) for way in (True, False))
    assert (fefo.came == fifo.came).all()
    assert (np.cumsum(fefo.spoilt) <= np.cumsum(fifo.spoilt)).all()
    assert fefo.owed[-1] + fefo.lost.sum() <= fifo.owed[-1] + fifo.lost.sum()


def test_two_lots_that_overtake_each_other() -> None:
    """The second lot is over on day 2, before the first: who takes what came first throws it away."""
    trace = Trace(np.array([0.0, 5.0, 5.0]), np.zeros(3, np.int64), np.array([9, 1, 9]))
    orders = np.array([5.0, 5.0, 0.0])
    assert play_orders(orders, trace).spoilt.sum() == 0
    assert play_orders(orders, trace, first_expired_first=False).spoilt.tolist() == [0, 0, 5]


def test_an_order_on_a_day_is_there_its_lead_time_later() -> None:
    trace = Trace(np.array([4.0, 0.0, 0.0, 0.0]), np.full(4, 2), np.full(4, KEEPS))
    done = play(Policy("base-stock", 10.0), trace)
    assert done.ordered.tolist() == [0, 4, 0, 0]
    assert done.came.tolist() == [0, 0, 0, 4]
    assert done.on_hand.tolist() == [6, 6, 6, 10]
