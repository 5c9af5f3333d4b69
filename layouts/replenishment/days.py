"""Days of a SKU's stock, one by one: goods come, what is over goes, a review orders, demand takes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.replenishment.policy import KINDS, Policy

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

KEEPS = np.int64(2**40)
"""Days until something is over that does not spoil."""


class Trace(NamedTuple):
    """What each day of `asked` (D,) brings: the demand, and of an order placed on it how many days it takes, `lead`
    (D,), and how many its goods keep after they came, `life` (D,).
    """

    asked: Floats
    lead: Ints
    life: Ints


class Days(NamedTuple):
    """Pieces by day (D,): `met` from stock at once, `came`, `ordered`, `spoilt`, `on_hand` and `owed` at its end;
    and pieces `lost`, for whom nobody waits.
    """

    met: Floats
    came: Floats
    ordered: Floats
    spoilt: Floats
    on_hand: Floats
    owed: Floats
    lost: Floats


class Rule(NamedTuple):
    """A policy as compiled code has it; `kind` is the place in KINDS."""

    kind: int
    order_at: float
    quantity: float
    review_days: int
    pack: float


NOTHING = np.zeros(0)


def play(
    policy: Policy,
    trace: Trace,
    *,
    start: float | None = None,
    pack: float = 1.0,
    first_expired_first: bool = True,
    waits: bool = True,
) -> Days:
    """Play the days of a trace from `start` pieces, by default what the policy orders up to.

    On each day: goods come and serve what is owed; what is over is thrown away; where a review is due, an order is
    placed (with a lead of 0 it comes at once); demand is met from the lot that expires first, or that came first.
    What is short is owed if the customer `waits`, else lost. Orders are whole packs. The first stock keeps as long as
    goods ordered on the first day.
    """
    days = len(trace.asked)
    out = np.zeros((7, days))
    rule = Rule(
        KINDS.index(policy.kind),
        float(policy.order_at),
        float(policy.quantity),
        policy.review_days,
        float(pack),
    )
    start = policy.up_to if start is None else start
    _play(rule, NOTHING, float(start), first_expired_first, waits, *trace, out)
    return Days(*out)


def play_orders(
    orders: Floats, trace: Trace, *, start: float = 0.0, first_expired_first: bool = True, waits: bool = True
) -> Days:
    """Play the days of a trace with the `orders` (D,) that were placed on them, whatever stock there is."""
    out = np.zeros((7, len(trace.asked)))
    _play(Rule(0, 0.0, 0.0, 1, 1.0), orders, float(start), first_expired_first, waits, *trace, out)
    return Days(*out)


@njit(cache=True, nogil=True)
def _play(
    rule: Rule,
    orders: Floats,
    start: float,
    first_expired_first: bool,
    waits: bool,
    asked: Floats,
    lead: Ints,
    life: Ints,
    out: Floats,
) -> None:
    days = len(asked)
    due = np.zeros(days, np.int64)  # when the order of each day comes
    pieces = np.zeros(days + 1)  # of its goods, what is left; the last ones are the first stock
    over = np.zeros(days + 1, np.int64)  # when they may not be sold any more
    pieces[days] = max(0.0, start)
    over[days] = life[0]
    lots = np.empty(days + 1, np.int64)  # what is there, in the order in which it came
    lots[0] = days
    first, last = 0, 1
    owed, position = 0.0, start
    waiting = np.empty(days, np.int64)  # orders that are not there yet
    open_orders = 0
    if start < 0:
        owed = -start
    for day in range(days):
        # goods come
        still = 0
        for k in range(open_orders):
            order = waiting[k]
            if due[order] > day:
                waiting[still] = order
                still += 1
                continue
            last = _come(order, day, out, pieces, lots, last)
        open_orders = still
        # what is over is thrown away
        for k in range(first, last):
            lot = lots[k]
            if pieces[lot] > 0.0 and over[lot] <= day:
                out[3, day] += pieces[lot]
                position -= pieces[lot]
                pieces[lot] = 0.0
        # an order
        wanted = orders[day] if len(orders) > 0 else _wanted(rule, day, position)
        if wanted > 0.0:
            out[2, day] = wanted
            position += wanted
            due[day] = day + lead[day]
            over[day] = due[day] + life[day]
            if lead[day] <= 0:
                last = _come(day, day, out, pieces, lots, last)
            else:
                waiting[open_orders] = day
                open_orders += 1
        # what is owed is served, then today's demand
        owed -= _take(owed, first, last, first_expired_first, pieces, over, lots)
        met = _take(asked[day], first, last, first_expired_first, pieces, over, lots)
        out[0, day] = met
        if waits:
            owed += asked[day] - met
            position -= asked[day]
        else:
            out[6, day] = asked[day] - met
            position -= met
        while first < last and pieces[lots[first]] <= 0.0:
            first += 1
        left = 0.0
        for k in range(first, last):
            left += pieces[lots[k]]
        out[4, day], out[5, day] = left, owed


@njit(cache=True, nogil=True)
def _wanted(rule: Rule, day: int, position: float) -> float:
    """What the policy orders on this day."""
    if day % rule.review_days != 0 or position > rule.order_at:
        return 0.0
    wanted = rule.order_at - position
    if rule.kind == 1:
        wanted = rule.quantity * (np.floor(wanted / rule.quantity) + 1.0)
    elif rule.kind == 2:
        wanted += rule.quantity
    return float(np.ceil(wanted / rule.pack - 1e-9) * rule.pack)


@njit(cache=True, nogil=True)
def _come(order: int, day: int, out: Floats, pieces: Floats, lots: Ints, last: int) -> int:
    """The goods of an order are put to the others; how many lots there have been now."""
    out[1, day] += out[2, order]
    pieces[order] = out[2, order]
    lots[last] = order
    return last + 1


@njit(cache=True, nogil=True)
def _take(
    wanted: float, first: int, last: int, first_expired_first: bool, pieces: Floats, over: Ints, lots: Ints
) -> float:
    """Take so much from the lots, as far as there is; what was taken."""
    taken = 0.0
    while wanted - taken > 0.0:
        best = -1
        for k in range(first, last):
            lot = lots[k]
            if pieces[lot] > 0.0 and (best < 0 or (first_expired_first and over[lot] < over[best])):
                best = lot
                if not first_expired_first:
                    break
        if best < 0:
            break
        some = min(wanted - taken, pieces[best])
        pieces[best] -= some
        taken += some
    return taken
