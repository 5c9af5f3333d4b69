"""Seconds along legs at the highest speed that limits, corners, acceleration and deceleration allow.

The squared speed over the length of a leg is the lower envelope of constants (limits) and lines of slope
2 × acceleration and −2 × deceleration through its slow points. So one pass forward and one back over the
vertices give their speeds, and each edge has one trapezoid: faster, even, slower. Exact, no step size.

1. A leg starts and ends at rest.
2. On an edge no faster than its limit and the agent's own speed.
3. Through a vertex no faster than both its edges and its corner allow.
4. One that turns on the spot arrives at the vertex, turns, then departs; times at vertices are arrivals.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from layouts.simulation.motion.limits import Motion
from layouts.simulation.motion.turns import corner_speeds, turning_seconds

Float64s = npt.NDArray[np.float64]
Int64s = npt.NDArray[np.int64]

_SLACK_M = 1e-6
"""How far past its end a place on a leg is taken for the end: lengths are summed in another order."""


def rest_to_rest_s(distance_m: npt.ArrayLike, motion: Motion) -> Float64s:
    """Seconds to cover each straight distance from rest to rest: a trapezoid of speed, a triangle when short."""
    distance = np.asarray(distance_m, np.float64)
    if not (np.isfinite(distance) & (distance >= 0)).all():
        raise ValueError("distance_m must be finite and at least 0")
    ramp, speed = motion.ramp_s2_m, motion.speed_m_s
    reaches_speed = distance >= speed**2 * ramp / 2
    return np.where(reaches_speed, distance / speed + speed * ramp / 2, np.sqrt(2 * distance * ramp))


@dataclass(frozen=True, kw_only=True)
class Legs:
    """L legs of E edges in flat arrays: leg i has the edges offsets[i] … offsets[i + 1], `offsets` (L + 1,).

    `length_m` (E,) finite and at least 0; `limit_m_s` (E,) the speed limit of each edge, above 0, infinite
    where there is none; `turn_rad` (E,) the turn at the start of each edge, in [0, π], which a leg's first
    edge makes at rest. ValueError otherwise.
    """

    offsets: Int64s
    length_m: Float64s
    limit_m_s: Float64s
    turn_rad: Float64s

    def __post_init__(self) -> None:
        edges = len(self.length_m)
        _check_offsets("offsets", self.offsets, edges)
        for name in ("length_m", "limit_m_s", "turn_rad"):
            if getattr(self, name).shape != (edges,):
                raise ValueError(f"{name} has shape {getattr(self, name).shape}: {(edges,)} is needed")
        if not (np.isfinite(self.length_m) & (self.length_m >= 0)).all():
            raise ValueError("length_m must be finite and at least 0")
        if not (self.limit_m_s > 0).all():
            raise ValueError("limit_m_s must be above 0: give infinity where there is no limit")
        if not ((self.turn_rad >= 0) & (self.turn_rad <= math.pi)).all():
            raise ValueError("turn_rad must be in [0, π]")


def leg_times(legs: Legs, motion: Motion) -> Float64s:
    """Seconds from the start of each leg to its vertices (E + L,); those of leg i begin at offsets[i] + i."""
    return _profile(_course(legs, motion))[0]


def leg_times_at(legs: Legs, motion: Motion, at_offsets: Int64s, at_m: Float64s) -> Float64s:
    """Seconds from the start of each leg to places (Q,) along it, `at_m` metres from its start.

    Leg i has the places at_offsets[i] … at_offsets[i + 1], in any order. At a vertex it is the arrival there.
    ValueError for a place that is not on its leg.
    """
    if len(at_offsets) != len(legs.offsets):
        raise ValueError(f"at_offsets has {len(at_offsets)} entries: {len(legs.offsets)} are needed")
    _check_offsets("at_offsets", at_offsets, len(at_m))
    course = _course(legs, motion)
    time, square, place = _profile(course)
    ends = place[legs.offsets[1:] + np.arange(len(legs.offsets) - 1)]
    end = np.repeat(ends, np.diff(at_offsets))
    off = ~((at_m >= 0) & (at_m <= end + _SLACK_M))
    if off.any():
        raise ValueError(f"at_m {at_m[off][0]} is not on its leg of {end[off][0]} m")
    return _times_within(course, time, square, place, at_offsets, np.minimum(at_m, end))


def times_along(length_m: Float64s, speed_m_s: Float64s, turn_rad: Float64s, motion: Motion) -> Float64s:
    """Seconds at each vertex (k + 1,) of one leg of k edges, the first 0, from rest to rest.

    `length_m` (k,), speed limits `speed_m_s` (k,), `turn_rad` (k − 1,) at the inner vertices.
    """
    return leg_times(_one_leg(length_m, speed_m_s, turn_rad), motion)


def times_at(
    at_m: Float64s, length_m: Float64s, speed_m_s: Float64s, turn_rad: Float64s, motion: Motion
) -> Float64s:
    """Seconds to places (Q,), `at_m` metres along one leg given as in `times_along`."""
    at = np.asarray(at_m, np.float64)
    return leg_times_at(_one_leg(length_m, speed_m_s, turn_rad), motion, np.array([0, len(at)]), at)


def _one_leg(length_m: Float64s, speed_m_s: Float64s, turn_rad: Float64s) -> Legs:
    length, turn = np.asarray(length_m, np.float64), np.asarray(turn_rad, np.float64)
    if len(turn) != max(len(length) - 1, 0):
        raise ValueError(
            f"turn_rad has {len(turn)} entries: {len(length)} edges have one less than themselves"
        )
    return Legs(
        offsets=np.array([0, len(length)]),
        length_m=length,
        limit_m_s=np.asarray(speed_m_s, np.float64),
        turn_rad=np.concatenate(([0.0], turn))[: len(length)],
    )


def _check_offsets(name: str, offsets: Int64s, count: int) -> None:
    if len(offsets) == 0 or offsets[0] != 0 or offsets[-1] != count or (np.diff(offsets) < 0).any():
        raise ValueError(f"{name} must rise from 0 to {count}")


class _Course(NamedTuple):
    """Legs and limits as the kernels want them, (E,) each.

    `limit` is the highest speed on an edge, `corner` that at its start, `turning` the seconds it stands there;
    `rise` and `fall` are the seconds to gain and to lose 1 m/s.
    """

    offsets: Int64s
    length: Float64s
    limit: Float64s
    corner: Float64s
    turning: Float64s
    rise: float
    fall: float


def _course(legs: Legs, motion: Motion) -> _Course:
    turn = np.ascontiguousarray(legs.turn_rad, np.float64)
    return _Course(  # views with strides would each compile the kernels anew
        offsets=np.ascontiguousarray(legs.offsets, np.int64),
        length=np.ascontiguousarray(legs.length_m, np.float64),
        limit=np.ascontiguousarray(np.minimum(legs.limit_m_s, motion.speed_m_s)),
        corner=corner_speeds(turn, motion),
        turning=turning_seconds(turn, motion),
        rise=1 / motion.acceleration_m_s2,
        fall=1 / motion.deceleration_m_s2,
    )


@njit(cache=True)
def _profile(course: _Course) -> tuple[Float64s, Float64s, Float64s]:
    """Arrival, squared speed and place of every vertex; edge e of leg i leads from vertex e + i to e + i + 1."""
    offsets, length, limit, corner, turning, rise, fall = course
    vertices = len(length) + len(offsets) - 1
    time, square, place = np.zeros(vertices), np.zeros(vertices), np.zeros(vertices)
    for leg in range(len(offsets) - 1):
        first, stop = offsets[leg], offsets[leg + 1]
        for edge in range(first, stop - 1):
            allowed = min(limit[edge], limit[edge + 1], corner[edge + 1])
            reached = _square_after(square[edge + leg], length[edge], rise)
            square[edge + leg + 1] = min(allowed * allowed, reached)
        for edge in range(stop - 1, first, -1):
            reached = _square_after(square[edge + leg + 1], length[edge], fall)
            square[edge + leg] = min(square[edge + leg], reached)
        for edge in range(first, stop):
            tail, head = edge + leg, edge + leg + 1
            place[head] = place[tail] + length[edge]
            seconds = _edge_seconds(length[edge], square[tail], square[head], limit[edge], rise, fall)
            time[head] = time[tail] + turning[edge] + seconds
    return time, square, place


@njit(cache=True)
def _times_within(
    course: _Course,
    time: Float64s,
    square: Float64s,
    place: Float64s,
    at_offsets: Int64s,
    at: Float64s,
) -> Float64s:
    """The time at each place of each leg; a place at a vertex belongs to the edge that ends there."""
    offsets, length, limit, _, turning, rise, fall = course
    found = np.zeros(len(at))
    for leg in range(len(offsets) - 1):
        first, stop = offsets[leg], offsets[leg + 1]
        for query in range(at_offsets[leg], at_offsets[leg + 1]):
            if at[query] <= 0.0:
                continue
            edge = first + np.searchsorted(place[first + leg + 1 : stop + leg + 1], at[query])
            tail, head = edge + leg, edge + leg + 1
            start = time[tail] + turning[edge]
            from_tail, to_head = at[query] - place[tail], place[head] - at[query]
            top = _peak_square(length[edge], square[tail], square[head], limit[edge], rise, fall)
            faster, slower = (top - square[tail]) * rise / 2, (top - square[head]) * fall / 2
            if from_tail < faster:
                seconds = start + _ramp_seconds(from_tail, square[tail], rise)
            elif to_head < slower:
                seconds = time[head] - _ramp_seconds(to_head, square[head], fall)
            else:
                speed = math.sqrt(top)
                seconds = start + (speed - math.sqrt(square[tail])) * rise + (from_tail - faster) / speed
            found[query] = min(max(seconds, start), time[head])
    return found


@njit(cache=True)
def _square_after(square: float, length: float, ramp: float) -> float:
    """The squared speed after `length` of ramp, from `square`: v² = u² + 2 a s."""
    return square + 2 * length / ramp if ramp > 0 else np.inf


@njit(cache=True)
def _peak_square(
    length: float, square_in: float, square_out: float, limit: float, rise: float, fall: float
) -> float:
    """The highest squared speed on an edge: its limit, or where the ramps from both ends meet."""
    top = limit * limit
    if rise + fall > 0:
        top = min(top, (2 * length + square_in * rise + square_out * fall) / (rise + fall))
    return max(top, square_in, square_out)  # rounding may leave the meeting below an end


@njit(cache=True)
def _edge_seconds(
    length: float, square_in: float, square_out: float, limit: float, rise: float, fall: float
) -> float:
    """Seconds on an edge: faster, even, slower."""
    top = _peak_square(length, square_in, square_out, limit, rise, fall)
    even = length - ((top - square_in) * rise + (top - square_out) * fall) / 2
    speed = math.sqrt(top)
    ramps = (speed - math.sqrt(square_in)) * rise + (speed - math.sqrt(square_out)) * fall
    return ramps + even / speed if even > 0 else ramps


@njit(cache=True)
def _ramp_seconds(length: float, square: float, ramp: float) -> float:
    """Seconds from the slow end of a ramp to `length` from it: 2 s / (u + v), free of cancellation."""
    if length <= 0:
        return 0.0
    return 2 * length / (math.sqrt(square) + math.sqrt(square + 2 * length / ramp))
