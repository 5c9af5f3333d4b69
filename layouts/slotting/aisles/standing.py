"""Where units stand among parallel aisles while a search moves them, and what each tour then takes."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.slotting.aisles.floor import AisleFloor
from layouts.slotting.aisles.one_more import Sweep, new_sweep, one_more
from layouts.slotting.problem import SlottingProblem

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]

OUT = -1
"""The spot of a unit that is taken out."""


class Prices(NamedTuple):
    """What a choice costs, in metres: `move_m` for a unit that is not where it is `now` (U,), and again where it
    takes the location of one of the `idle` (S,) units of a spot, which must move too.

    `away` (U,) is the share of visits at which a unit that stays will have been carried off to any place.
    """

    move_m: float
    now: Ints
    idle: Ints
    away: Floats


class Standing(NamedTuple):
    """`at` (U,) is the spot of a unit, `free` (S,) how many locations of a spot nobody has, less those taken from
    idle units. Tour t has `held` (T, S) units by spot, is `length_m` (T,) long, `with_stop_m` (T, S) with one stop
    more, unless `is_old` (T,). `risk_m` (U,) is what staying costs a unit by `Prices.away`.

    Unit u is in tours `tour[first[u]:first[u + 1]]`, which count `weight` (T,).
    """

    at: Ints
    free: Ints
    held: npt.NDArray[np.int16]
    length_m: Floats
    with_stop_m: npt.NDArray[np.float32]
    is_old: Bools
    risk_m: Floats
    first: Ints
    tour: Ints
    weight: Floats
    sweep: Sweep


def new_standing(problem: SlottingProblem, floor: AisleFloor) -> Standing:
    """Everybody where they are today."""
    tours, units = problem.tours, len(problem.sku)
    count = len(tours)
    tour_of = np.repeat(np.arange(count), np.diff(tours.start))
    by_unit = np.argsort(tours.unit, kind="stable")
    placed = problem.now >= 0
    at = np.where(placed, floor.spot[problem.place[problem.now]], OUT)
    held = np.zeros((count, floor.spots), np.int16)
    held[:, floor.depot] = 1
    np.add.at(held, (tour_of, at[tours.unit]), 1)
    room = np.bincount(floor.spot[problem.place], minlength=floor.spots)
    standing = Standing(
        at=at,
        free=room - np.bincount(at[placed], minlength=floor.spots),
        held=held,
        length_m=np.zeros(count),
        with_stop_m=np.zeros((count, floor.spots), np.float32),
        is_old=np.ones(count, np.bool_),
        risk_m=np.zeros(units),
        first=np.searchsorted(tours.unit[by_unit], np.arange(units + 1)),
        tour=tour_of[by_unit],
        weight=np.asarray(tours.weight, np.float64),
        sweep=new_sweep(floor),
    )
    renew(floor, standing)
    return standing


@njit(cache=True)
def renew(floor: AisleFloor, standing: Standing) -> None:
    """Work out every tour that is old."""
    for tour in range(len(standing.is_old)):
        if standing.is_old[tour]:
            _renew_one(floor, standing, tour)


@njit(cache=True)
def _renew_one(floor: AisleFloor, standing: Standing, tour: int) -> None:
    standing.length_m[tour] = one_more(floor, standing.held[tour], standing.sweep, standing.with_stop_m[tour])
    standing.is_old[tour] = False


@njit(cache=True)
def take_out(standing: Standing, unit: int) -> None:
    """The unit stands nowhere."""
    spot = standing.at[unit]
    for row in range(standing.first[unit], standing.first[unit + 1]):
        tour = standing.tour[row]
        standing.held[tour, spot] -= 1
        if standing.held[tour, spot] == 0:
            standing.is_old[tour] = True
    standing.free[spot] += 1
    standing.at[unit] = OUT


@njit(cache=True)
def put(standing: Standing, unit: int, spot: int) -> None:
    """The unit, which stood nowhere, stands at a spot."""
    for row in range(standing.first[unit], standing.first[unit + 1]):
        tour = standing.tour[row]
        standing.held[tour, spot] += 1
        if standing.held[tour, spot] == 1:
            standing.is_old[tour] = True
    standing.free[spot] -= 1
    standing.at[unit] = spot


def copy_standing(to: Standing, one: Standing) -> None:
    """Let everybody stand as in `one`, of the same problem."""
    for name in ("at", "free", "held", "length_m", "with_stop_m", "is_old", "risk_m"):
        getattr(to, name)[:] = getattr(one, name)


@njit(cache=True)
def recreate(floor: AisleFloor, standing: Standing, prices: Prices, units: Ints) -> None:
    """Put each of `units`, which stand nowhere, in turn where it costs least."""
    added_m = np.empty(floor.offset_m.size)
    for unit in units:
        _added(floor, standing, unit, added_m)
        put(standing, unit, _cheapest(standing, prices, unit, added_m))
    renew(floor, standing)


@njit(cache=True)
def _added(floor: AisleFloor, standing: Standing, unit: int, added_m: Floats) -> None:
    """Metres (S,) that the unit adds to its tours at each spot."""
    added_m[:] = 0.0
    for row in range(standing.first[unit], standing.first[unit + 1]):
        tour = standing.tour[row]
        if standing.is_old[tour]:
            _renew_one(floor, standing, tour)
        weight, length_m = standing.weight[tour], standing.length_m[tour]
        with_stop_m = standing.with_stop_m[tour]
        for spot in range(len(added_m)):
            added_m[spot] += weight * (with_stop_m[spot] - length_m)


@njit(cache=True)
def _cheapest(standing: Standing, prices: Prices, unit: int, added_m: Floats) -> int:
    now = prices.now[unit]
    risk_m = prices.away[unit] * max(0.0, added_m.mean() - added_m[now])
    least_m, best = np.inf, now
    for spot in range(len(added_m)):
        if standing.free[spot] <= -prices.idle[spot]:
            continue
        cost_m = added_m[spot] + (risk_m if spot == now else prices.move_m)
        if standing.free[spot] <= 0:
            cost_m += prices.move_m
        if cost_m < least_m:
            least_m, best = cost_m, spot
    standing.risk_m[unit] = risk_m if best == now else 0.0
    return int(best)


@njit(cache=True)
def best_changes(floor: AisleFloor, standing: Standing, prices: Prices, units: Ints) -> tuple[Ints, Floats]:
    """Where each of `units` (N,), alone, would be put, and the metres that saves."""
    spots, saved_m = np.empty(len(units), np.int64), np.zeros(len(units))
    added_m = np.empty(floor.offset_m.size)
    for row in range(len(units)):
        unit, was = units[row], standing.at[units[row]]
        risk_m = standing.risk_m[unit]
        take_out(standing, unit)
        _added(floor, standing, unit, added_m)
        spot = _cheapest(standing, prices, unit, added_m)
        spots[row] = spot
        if spot != was:
            saved_m[row] = added_m[was] + risk_m - added_m[spot]
        standing.risk_m[unit] = risk_m
        put(standing, unit, was)
    renew(floor, standing)
    return spots, saved_m


@njit(cache=True)
def moves_of(standing: Standing, now: Ints) -> int:
    """How many units move: those not where they are `now` (U,), and the idle ones in their way."""
    moves = 0
    for unit in range(len(now)):
        if standing.at[unit] != now[unit]:
            moves += 1
    for spot in range(len(standing.free)):
        moves += max(0, -standing.free[spot])
    return moves
