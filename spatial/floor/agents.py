"""Who moves through a facility: the body that needs room, and how fast it goes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class AgentClass:
    """A kind of agent: a disc of `radius_m`, `height_m` tall, walking or driving at `speed_m_s`.

    `reach_m` is how far from a rack's face it may stop to work there: a picker steps off the lane without a
    move of his own. `turning_radius_m` is that of the circle it sweeps to turn round, wall to wall; None for
    one that turns on the spot. Every value is positive and finite; ValueError otherwise.
    """

    name: str
    radius_m: float
    height_m: float
    speed_m_s: float
    reach_m: float = 2.5
    turning_radius_m: float | None = None

    def __post_init__(self) -> None:
        for field in ("radius_m", "height_m", "speed_m_s", "reach_m", "turning_radius_m"):
            value = getattr(self, field)
            if value is not None and not (math.isfinite(value) and value > 0):
                raise ValueError(f"{field} {value} of agent '{self.name}' must be a positive number")
        if self.reach_m <= self.radius_m:
            raise ValueError(
                f"reach_m {self.reach_m} of agent '{self.name}' must exceed its radius_m {self.radius_m}"
            )

    @property
    def turning_circle_m(self) -> float:
        """The clear width the agent needs to turn round, never less than its own."""
        return 2 * max(self.radius_m, self.turning_radius_m or 0.0)


PICKER = AgentClass(name="picker", radius_m=0.3, height_m=2.0, speed_m_s=1.2)
CART = AgentClass(name="cart", radius_m=0.45, height_m=2.0, speed_m_s=1.0, turning_radius_m=0.7)
REACH_TRUCK = AgentClass(name="reach_truck", radius_m=0.9, height_m=2.4, speed_m_s=2.5, turning_radius_m=1.75)
MOBILE_ROBOT = AgentClass(name="mobile_robot", radius_m=0.45, height_m=1.8, speed_m_s=1.5)

AGENT_CLASSES: Mapping[str, AgentClass] = {
    agent.name: agent for agent in (PICKER, CART, REACH_TRUCK, MOBILE_ROBOT)
}


def agent_named(name: str) -> AgentClass:
    """The preset of that name; ValueError lists the names there are."""
    if name not in AGENT_CLASSES:
        raise ValueError(f"there is no agent class '{name}': choose one of {', '.join(AGENT_CLASSES)}")
    return AGENT_CLASSES[name]
