"""Who moves through a facility: the body that needs room, and how fast it drives, turns and lifts."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

_MEASURES = (
    "radius_m",
    "height_m",
    "speed_m_s",
    "reach_m",
    "turning_radius_m",
    "acceleration_m_s2",
    "deceleration_m_s2",
    "loaded_speed_m_s",
    "corner_speed_m_s",
    "turn_s",
    "lift_speed_m_s",
)


@dataclass(frozen=True, kw_only=True)
class AgentClass:
    """A kind of agent: a disc of `radius_m`, `height_m` tall, walking or driving at `speed_m_s`.

    `reach_m` is how far from a rack's face it may stop to work there: a picker steps off the lane without a
    move of his own. `turning_radius_m` is that of the circle it sweeps to turn round, wall to wall; None for
    one that turns on the spot.

    `acceleration_m_s2` and `deceleration_m_s2` lead from rest to speed and back; None is at once.
    `loaded_speed_m_s` holds with a load; None is as fast as without. `corner_speed_m_s` is that through a
    right angle; or the agent stops and turns by 90° in `turn_s`; None for both loses nothing at corners.
    `lift_speed_m_s` raises forks or cab; None for a person who reaches. `lifts_while_travelling` is for
    trucks that do both at once. `is_vehicle` tells machines from people on foot.

    Every number is positive and finite. ValueError otherwise, or for both ways round a corner, or for
    lifting while travelling at no speed.
    """

    name: str
    radius_m: float
    height_m: float
    speed_m_s: float
    reach_m: float = 2.5
    turning_radius_m: float | None = None
    acceleration_m_s2: float | None = None
    deceleration_m_s2: float | None = None
    loaded_speed_m_s: float | None = None
    corner_speed_m_s: float | None = None
    turn_s: float | None = None
    lift_speed_m_s: float | None = None
    lifts_while_travelling: bool = False
    is_vehicle: bool = False

    def __post_init__(self) -> None:
        for field in _MEASURES:
            value = getattr(self, field)
            if value is not None and not (math.isfinite(value) and value > 0):
                raise ValueError(f"{field} {value} of agent '{self.name}' must be a positive number")
        if self.reach_m <= self.radius_m:
            raise ValueError(
                f"reach_m {self.reach_m} of agent '{self.name}' must exceed its radius_m {self.radius_m}"
            )
        if self.corner_speed_m_s is not None and self.turn_s is not None:
            raise ValueError(
                f"agent '{self.name}' has corner_speed_m_s {self.corner_speed_m_s} and turn_s {self.turn_s}: "
                "give the one for driving round corners or the other for turning on the spot"
            )
        if self.lifts_while_travelling and self.lift_speed_m_s is None:
            raise ValueError(f"agent '{self.name}' lifts while travelling: give its lift_speed_m_s")

    @property
    def turning_circle_m(self) -> float:
        """The clear width the agent needs to turn round, never less than its own."""
        return 2 * max(self.radius_m, self.turning_radius_m or 0.0)


# The numbers of vehicles are rounded typical ones: for trucks of about 1.5 t what makers' type sheets (in the
# form of VDI 2198) commonly state, at speeds that halls allow; acceleration, which sheets give as seconds
# over 10 or 15 m, is a gentle driver's. `dataclasses.replace` puts in those of a sheet at hand.

# Walking speeds of work measurement are means over whole walks: starts, stops and corners are within them.
PICKER = AgentClass(name="picker", radius_m=0.3, height_m=2.0, speed_m_s=1.2)

# A push of about 150 N above rolling resistance moves 200 kg at 0.75 m/s².
CART = AgentClass(
    name="cart",
    radius_m=0.45,
    height_m=2.0,
    speed_m_s=1.0,
    turning_radius_m=0.7,
    acceleration_m_s2=0.75,
    deceleration_m_s2=0.75,
    loaded_speed_m_s=0.9,
)

REACH_TRUCK = AgentClass(
    name="reach_truck",
    radius_m=0.9,
    height_m=2.4,
    speed_m_s=2.5,
    turning_radius_m=1.75,
    acceleration_m_s2=0.4,
    deceleration_m_s2=0.6,
    loaded_speed_m_s=2.2,
    corner_speed_m_s=1.0,
    lift_speed_m_s=0.4,
    is_vehicle=True,
)

# Driver and forks go up together, and the truck may travel meanwhile.
ORDER_PICKER = AgentClass(
    name="order_picker",
    radius_m=0.75,
    height_m=2.4,
    speed_m_s=2.5,
    turning_radius_m=1.65,
    acceleration_m_s2=0.4,
    deceleration_m_s2=0.6,
    loaded_speed_m_s=2.2,
    corner_speed_m_s=0.8,
    lift_speed_m_s=0.3,
    lifts_while_travelling=True,
    is_vehicle=True,
)

FORKLIFT = AgentClass(
    name="forklift",
    radius_m=1.0,
    height_m=2.2,
    speed_m_s=3.3,
    turning_radius_m=2.0,
    acceleration_m_s2=0.5,
    deceleration_m_s2=0.5,
    loaded_speed_m_s=2.8,
    corner_speed_m_s=1.2,
    lift_speed_m_s=0.4,
    is_vehicle=True,
)

# Two driven wheels: it stops at a corner, turns at 45° a second and drives on.
MOBILE_ROBOT = AgentClass(
    name="mobile_robot",
    radius_m=0.45,
    height_m=1.8,
    speed_m_s=1.5,
    acceleration_m_s2=0.5,
    deceleration_m_s2=0.5,
    loaded_speed_m_s=1.2,
    turn_s=2.0,
    is_vehicle=True,
)

# It carries a shelf of 1 m × 1 m, whose corners sweep the disc, and turns gently under it.
GOODS_TO_PERSON = AgentClass(
    name="goods_to_person",
    radius_m=0.7,
    height_m=2.4,
    speed_m_s=1.5,
    acceleration_m_s2=0.5,
    deceleration_m_s2=0.5,
    loaded_speed_m_s=1.0,
    turn_s=2.5,
    is_vehicle=True,
)

AGENT_CLASSES: Mapping[str, AgentClass] = {
    agent.name: agent
    for agent in (PICKER, CART, REACH_TRUCK, ORDER_PICKER, FORKLIFT, MOBILE_ROBOT, GOODS_TO_PERSON)
}


def agent_named(name: str) -> AgentClass:
    """The preset of that name; ValueError lists the names there are."""
    if name not in AGENT_CLASSES:
        raise ValueError(f"there is no agent class '{name}': choose one of {', '.join(AGENT_CLASSES)}")
    return AGENT_CLASSES[name]
