"""Turns on a way: their angles from its points, the speed they allow and the seconds they take."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from layouts.simulation.motion.limits import Motion

Float64s = npt.NDArray[np.float64]
Int64s = npt.NDArray[np.int64]

STEERED_RAD = math.radians(15)
"""An agent that turns on the spot steers through bends up to this without stopping."""

_RIGHT_ANGLE_ROOM = 1 + math.sqrt(2)
"""_room(π/2): radius of the arc through a right angle, by its distance from the corner point."""


def turn_angles(points: Float64s) -> Float64s:
    """How far the polyline `points` (N, 2) turns at its N − 2 inner points, radians in [0, π] to either side.

    Of points at one place the last has the turn. Fewer than 3 points give (0,).
    """
    edges = max(len(points) - 1, 0)
    return leg_turns(np.array([0, edges]), points)[1:]


def leg_turns(offsets: Int64s, points: Float64s) -> Float64s:
    """The turn at the start of each edge (E,) of L legs, radians in [0, π]; 0 for a leg's first.

    Leg i has the edges offsets[i] … offsets[i + 1] and the points from offsets[i] + i on, `points` (E + L, 2).
    An edge without length has no heading: what follows it turns from the edge before it. ValueError for
    points of another number or not finite.
    """
    legs, edges = len(offsets) - 1, int(offsets[-1])
    points = np.asarray(points, np.float64)
    if edges and (points.shape != (edges + legs, 2) or not np.isfinite(points).all()):
        raise ValueError(
            f"{legs} legs of {edges} edges have finite points {(edges + legs, 2)}, not {points.shape}"
        )
    leg = np.repeat(np.arange(legs), np.diff(offsets))
    tail = np.arange(edges) + leg
    heading = points[tail + 1] - points[tail] if edges else np.zeros((0, 2))
    has_length = heading.any(axis=1)
    last = np.maximum.accumulate(np.where(has_length, np.arange(edges), -1))
    before = np.concatenate(([-1], last[:-1]))[:edges]
    turning = np.flatnonzero(has_length & (before >= np.asarray(offsets)[leg]))
    old, new = heading[before[turning]], heading[turning]
    turn = np.zeros(edges)
    across = old[:, 0] * new[:, 1] - old[:, 1] * new[:, 0]
    turn[turning] = np.arctan2(np.abs(across), (old * new).sum(axis=1))
    return turn


def corner_speeds(turn_rad: Float64s, motion: Motion) -> Float64s:
    """The speed at which `motion` may go through turns of `turn_rad`, infinite where they do not bind.

    Stopping to turn gives 0 beyond STEERED_RAD. Driving round keeps to one lateral acceleration v²/r on the
    arc that leaves as much room at the corner as the one through a right angle; turning back gives about 0.
    """
    if motion.turn_s > 0:
        return np.where(turn_rad > STEERED_RAD, 0.0, np.inf)
    if math.isinf(motion.corner_speed_m_s):
        return np.full(turn_rad.shape, np.inf)
    return motion.corner_speed_m_s * np.sqrt(_room(turn_rad) / _RIGHT_ANGLE_ROOM)


def turning_seconds(turn_rad: Float64s, motion: Motion) -> Float64s:
    """The seconds `motion` stands to turn by `turn_rad` on the spot; 0 for what it steers through."""
    return np.where(turn_rad > STEERED_RAD, motion.turn_s * turn_rad / (math.pi / 2), 0.0)


def _room(turn_rad: Float64s) -> Float64s:
    """Radius of the arc round a corner in units of its distance from the corner point: cos θ/2 / (1 − cos θ/2)."""
    with np.errstate(divide="ignore", over="ignore"):  # straight on is an arc of infinite radius
        room: Float64s = np.maximum(np.cos(turn_rad / 2), 0.0) / (2 * np.sin(turn_rad / 4) ** 2)
    return room
