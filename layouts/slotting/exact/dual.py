"""A bound from below by shared prices: every tour pays for its units' locations what they are worth to it.

The problem falls into two parts that are easy alone: the seats (each unit in one location, no location too full),
and each tour for itself, wherever its units are. Extra prices `extra` (V, L), one for each visit of a tour, are added
to the tours and taken from the seats; for any such prices the sum of the two optima is at most the true optimum
(Lagrangian decomposition; Guignard and Kim 1987). The prices rise by block ascent, as in Globerson and Jaakkola
(2007): the seats hand what they have to spare to the tours, and the tours hand all they cost back, by location.

Crowds are convex: (load)² ≥ 2·z·load − z² for any z, best where z is the load. A budget of moves has one price more.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.slotting.exact.ground import Ground
from layouts.slotting.exact.seating import seated
from layouts.slotting.exact.tour_prices import all_prices

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

SHARE = 0.9
"""Of what the seats have to spare, this much goes to the tours."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Prices:
    """`extra` (V, L) of visits, the `loads` that crowds are bounded at, and the price of a move."""

    extra: Floats
    loads: tuple[Floats, ...]
    a_move: float = 0.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Bound:
    """At least `seconds`, infinite if there is no way, and at least `by_location` (U, L) with a unit there; `taken`
    (U,) is what the seats chose.
    """

    seconds: float
    by_location: Floats
    taken: Ints


def first_prices(ground: Ground) -> Prices:
    """Every tour bears its own way."""
    return Prices(
        extra=np.zeros((len(ground.tours.unit), ground.may.shape[1])),
        loads=tuple(np.zeros(len(crowd.price)) for crowd in ground.crowds),
    )


def bound(ground: Ground, may: Bools, prices: Prices, most_moves: int | None) -> tuple[Bound, Prices]:
    """A bound for units that are where `may` (U, L) lets them, and better prices."""
    own, constant = ground.own, 0.0
    if most_moves is not None:
        own = own + prices.a_move * ground.moved
        constant -= prices.a_move * most_moves
    for crowd, loads in zip(ground.crowds, prices.loads, strict=True):
        by_group = np.append(2 * crowd.price * loads, 0.0)
        own = own + np.outer(crowd.of_unit, by_group[crowd.group])
        constant -= float(crowd.price @ loads**2)
    tours = ground.tours
    seconds, by_location, taken, extra = _round(
        own,
        may,
        ground.seats,
        ground.apart,
        ground.first,
        ground.last,
        ground.alone,
        tours.start,
        tours.unit,
        tours.weight,
        prices.extra,
    )
    found = Bound(seconds=seconds + constant, by_location=by_location + constant, taken=taken)
    return found, replace(prices, extra=extra)


@njit(cache=True)
def _round(
    own: Floats,
    may: Bools,
    seats: Ints,
    apart: Floats,
    first: Floats,
    last: Floats,
    alone: Bools,
    start: Ints,
    unit: Ints,
    weight: Floats,
    old: Floats,
) -> tuple[float, Floats, Ints, Floats]:
    """The bound, by location too (U, L), what the seats chose (U,), and the visits' better prices (V, L)."""
    cost, visits = np.where(may, own, np.inf), np.zeros(len(own))
    for row in range(len(unit)):
        visits[unit[row]] += 1
        cost[unit[row]] -= old[row]
    seconds, taken, of_unit, of_location = seated(cost, seats)
    if seconds == np.inf:
        return np.inf, cost, taken, old
    by_location, shared = np.full(own.shape, np.inf), np.zeros(own.shape)
    for one in range(own.shape[0]):
        for here in range(own.shape[1]):
            if may[one, here]:
                spare = cost[one, here] - of_unit[one] - of_location[here]
                shared[one, here] = SHARE * spare / visits[one] if visits[one] > 0 else 0.0
                by_location[one, here] = spare - shared[one, here] * visits[one]
    extra = old.copy()
    for row in range(len(unit)):
        extra[row] += shared[unit[row]]
    prices = all_prices(apart, first, last, alone, may, start, unit, weight, extra)
    for tour in range(len(weight)):
        low, high = start[tour], start[tour + 1]
        least = prices[low].min()
        seconds += least
        if seconds == np.inf:
            return np.inf, cost, taken, old
        for row in range(low, high):
            for here in range(own.shape[1]):
                if may[unit[row], here]:
                    by_location[unit[row], here] += prices[row, here] - least
                    if prices[row, here] < np.inf:
                        extra[row, here] -= prices[row, here] / (high - low)
    return seconds, by_location + seconds, taken, extra


def follow(ground: Ground, prices: Prices, found: Bound, most_moves: int | None, step: float) -> Prices:
    """Prices nearer to those at which the seats would choose the loads and the moves that they are charged for.

    `step` is 1 for the first round, less for the later ones.
    """
    loads = tuple(
        (1 - step) * old + step * loads_of(crowd.of_unit, crowd.group[found.taken], len(old))
        for crowd, old in zip(ground.crowds, prices.loads, strict=True)
    )
    a_move = prices.a_move
    if most_moves is not None:
        over = ground.moved[np.arange(ground.units), found.taken].sum() - most_moves
        a_move = max(0.0, a_move + step * over * abs(found.seconds) / ground.units / max(most_moves, 1))
    return replace(prices, loads=loads, a_move=a_move)


def loads_of(of_unit: Floats, group: Ints, groups: int) -> Floats:
    """The sum of `of_unit` (U,) by group, for units in one."""
    inside = group >= 0
    loads: Floats = np.bincount(group[inside], weights=of_unit[inside], minlength=groups).astype(np.float64)
    return loads
