"""What a VDA 5050 message means to the twin."""

from __future__ import annotations

import math

from layouts.live.events import Fault, LinkChanged, Position, VehicleMode, VehicleState
from server.feeds.map_frame import MapFrame
from server.feeds.vda5050.settings import Vda5050Settings
from server.feeds.vda5050.telegrams import Connection, Error, Power, Safety, State, Visualization

MODES: dict[str, VehicleMode] = {
    "STARTUP": "startup",
    "AUTOMATIC": "automatic",
    "SEMIAUTOMATIC": "semi_automatic",
    "INTERVENED": "manual",
    "MANUAL": "manual",
    "SERVICE": "service",
    "TEACHIN": "teach_in",
    "TEACH_IN": "teach_in",
}
"""An intervened vehicle is led by a person, though it keeps its order."""

STOPPING_LEVELS = ("FATAL", "CRITICAL")
"""With these a vehicle cannot go on with its order; WARNING and URGENT let it."""

UP = {"ONLINE": True, "HIBERNATING": True, "OFFLINE": False}
BROKEN = ("CONNECTIONBROKEN", "CONNECTION_BROKEN")

LONGEST_TEXT = 500
MOST_LISTED = 100
"""So many faults and loads of one message are kept."""


def position_of(told: Visualization, major: int, settings: Vda5050Settings) -> Position | None:
    """Where the vehicle stands, None if it does not know. Raises ValueError for an unknown map or wrong number."""
    where = told.agv_position if major == 2 else told.mobile_robot_position
    if where is None:
        return None
    if not (where.position_initialized if major == 2 else where.localized):
        return None
    level, frame = _level(where.map_id, settings)
    x_m, y_m = frame.point(where.x, where.y)
    sigma_m = where.deviation_range
    if sigma_m is not None and not 0 <= sigma_m < math.inf:
        raise ValueError(f"deviationRange {sigma_m:g} is below 0: leave it out or give metres")
    return Position(
        level, x_m, y_m, yaw_rad=frame.yaw(where.theta), speed_m_s=_speed_m_s(told), sigma_m=sigma_m
    )


def vehicle_of(told: State, major: int) -> VehicleState:
    """How the vehicle is. Raises ValueError for a charge that is no percentage and for a state without a battery."""
    name = "batteryState" if major == 2 else "powerSupply"
    power = told.battery_state if major == 2 else told.power_supply
    if power is None:
        raise ValueError(f"{name} is missing: VDA 5050 {major}.x needs it in every state")
    return VehicleState(
        mode=MODES.get(told.operating_mode, "unknown"),
        battery=_charge(power, major),
        is_charging=power.charging,
        is_driving=told.driving,
        is_paused=told.paused,
        order=_name(told.order_id, "orderId"),
        node=_name(told.last_node_id, "lastNodeId"),
        load=tuple(one.load_id or one.load_type or "unknown" for one in (told.loads or [])[:MOST_LISTED]),
        faults=(*_safety_faults(told.safety_state, major), *map(_fault, told.errors[:MOST_LISTED])),
    )


def link_of(told: Connection) -> LinkChanged:
    """Whether the vehicle can be reached. Raises ValueError for a state that is not known."""
    state = told.connection_state
    is_up = False if state in BROKEN else UP.get(state)
    if is_up is None:
        raise ValueError(f"connectionState '{state[:40]}' is none of {', '.join((*UP, *BROKEN))}")
    return LinkChanged(is_up, "" if state == "ONLINE" else state.lower())


def _name(text: str, field: str) -> str | None:
    if len(text) > LONGEST_TEXT:
        raise ValueError(f"{field} has {len(text)} characters: give at most {LONGEST_TEXT}")
    return text or None


def _level(map_id: str, settings: Vda5050Settings) -> tuple[str, MapFrame]:
    listed = settings.maps.get(map_id)
    if listed is not None:
        return listed.level, listed
    if settings.unlisted_maps == "keep" and map_id:
        return map_id, MapFrame()
    raise ValueError(f"mapId '{map_id[:60]}' is not listed: add it to `maps` with the level that it shows")


def _speed_m_s(told: Visualization) -> float | None:
    velocity = told.velocity
    if velocity is None or (velocity.vx is None and velocity.vy is None):
        return None
    speed_m_s = math.hypot(velocity.vx or 0.0, velocity.vy or 0.0)
    if not speed_m_s < math.inf:
        raise ValueError(f"velocity {velocity.vx}, {velocity.vy} is no speed: give m/s")
    return speed_m_s


def _charge(power: Power, major: int) -> float:
    name, percent = (
        ("batteryCharge", power.battery_charge) if major == 2 else ("stateOfCharge", power.state_of_charge)
    )
    if percent is None or not 0 <= percent <= 100:
        raise ValueError(f"{name} {percent} is not within 0 and 100: give percent")
    return percent / 100


def _safety_faults(safety: Safety, major: int) -> list[Fault]:
    stop = safety.e_stop if major == 2 else safety.active_emergency_stop
    faults = [Fault("emergency_stop", "fatal", stop[:LONGEST_TEXT])] if stop and stop != "NONE" else []
    return [*faults, Fault("field_violation", "warning")] if safety.field_violation else faults


def _fault(error: Error) -> Fault:
    level = error.error_level
    text = (error.error_description or "")[:LONGEST_TEXT]
    if level not in ("WARNING", "FATAL"):
        text = f"{level[:20]}: {text}"
    return Fault(error.error_type[:LONGEST_TEXT], "fatal" if level in STOPPING_LEVELS else "warning", text)
