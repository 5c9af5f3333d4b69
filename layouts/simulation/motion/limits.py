"""The limits on one agent's motion along a leg, empty or loaded."""

from __future__ import annotations

import math
from dataclasses import dataclass

from spatial.floor.agents import AgentClass


@dataclass(frozen=True, kw_only=True)
class Motion:
    """Speed up to `speed_m_s`, changed by at most acceleration and deceleration; infinite is at once.

    It goes through a right angle at `corner_speed_m_s`, or stops there and turns by 90° in `turn_s`: infinite
    and 0 lose nothing at corners. All above 0 but `turn_s`, which is at least 0 and finite, as the speed is;
    ValueError otherwise, or for both a corner speed and turning on the spot.
    """

    speed_m_s: float
    acceleration_m_s2: float = math.inf
    deceleration_m_s2: float = math.inf
    corner_speed_m_s: float = math.inf
    turn_s: float = 0.0

    def __post_init__(self) -> None:
        for field in ("speed_m_s", "acceleration_m_s2", "deceleration_m_s2", "corner_speed_m_s"):
            if not getattr(self, field) > 0:
                raise ValueError(f"{field} {getattr(self, field)} must be above 0")
        if math.isinf(self.speed_m_s):
            raise ValueError("speed_m_s must be finite: an agent takes time to move")
        if not (math.isfinite(self.turn_s) and self.turn_s >= 0):
            raise ValueError(f"turn_s {self.turn_s} must be a number of at least 0")
        if self.turn_s > 0 and math.isfinite(self.corner_speed_m_s):
            raise ValueError(
                f"turn_s {self.turn_s} and corner_speed_m_s {self.corner_speed_m_s} are two ways round a corner: "
                "give one"
            )

    @property
    def ramp_s2_m(self) -> float:
        """Seconds to gain and to lose 1 m/s, together; 0 if both are at once."""
        return 1 / self.acceleration_m_s2 + 1 / self.deceleration_m_s2


def motion_of(agent: AgentClass, *, loaded: bool = False) -> Motion:
    """How an agent of that class moves, with a load or without."""
    speed = agent.loaded_speed_m_s if loaded else None
    return Motion(
        speed_m_s=speed or agent.speed_m_s,
        acceleration_m_s2=agent.acceleration_m_s2 or math.inf,
        deceleration_m_s2=agent.deceleration_m_s2 or math.inf,
        corner_speed_m_s=agent.corner_speed_m_s or math.inf,
        turn_s=agent.turn_s or 0.0,
    )
