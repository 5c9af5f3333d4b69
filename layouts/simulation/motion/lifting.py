"""Seconds to travel and to raise or lower the forks or the cab, one after the other or both at once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from spatial.floor.agents import AgentClass

Float64s = npt.NDArray[np.float64]


def lift_seconds(agent: AgentClass, rise_m: npt.ArrayLike) -> Float64s:
    """Seconds to lift or lower by each `rise_m`, of either sign; 0 for an agent that reaches."""
    rise = np.abs(np.asarray(rise_m, np.float64))
    return np.zeros(rise.shape) if agent.lift_speed_m_s is None else rise / agent.lift_speed_m_s


def move_seconds(
    agent: AgentClass, travel_s: npt.ArrayLike, *, from_height_m: npt.ArrayLike, to_height_m: npt.ArrayLike
) -> Float64s:
    """Seconds from working at one height to working at another, `travel_s` of driving apart; they broadcast.

    1. One that lifts while travelling takes the longer of both (Bozer & White, IIE Transactions 16, 1984).
    2. Others lower to the floor, drive and lift again, for they drive with forks down.
    3. Without driving, only the difference is lifted.

    Height 0 is where forks are while driving. ValueError for what is negative or not finite.
    """
    travel, low, high = (np.asarray(each, np.float64) for each in (travel_s, from_height_m, to_height_m))
    for name, each in (("travel_s", travel), ("from_height_m", low), ("to_height_m", high)):
        if not (np.isfinite(each) & (each >= 0)).all():
            raise ValueError(f"{name} must be finite and at least 0")
    direct = lift_seconds(agent, high - low)
    if agent.lifts_while_travelling:
        return np.maximum(travel, direct)
    return np.where(travel > 0, travel + lift_seconds(agent, low + high), direct)
