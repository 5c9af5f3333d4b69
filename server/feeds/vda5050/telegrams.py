"""The fields of VDA 5050 messages that the twin reads, of 2.x and 3.0; all others are passed over.

2.x says agvPosition, positionInitialized, batteryState, batteryCharge and eStop where 3.0 says mobileRobotPosition,
localized, powerSupply, stateOfCharge and activeEmergencyStop.
"""

from __future__ import annotations

from typing import TypeVar

import msgspec

_Telegram = TypeVar("_Telegram", bound="Header")


class Header(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """What every message begins with."""

    header_id: int
    timestamp: str
    version: str
    manufacturer: str
    serial_number: str


class Where(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """A position on a map, metres and radians."""

    x: float
    y: float
    theta: float
    map_id: str
    position_initialized: bool | None = None
    localized: bool | None = None
    deviation_range: float | None = None


class Velocity(msgspec.Struct, frozen=True, kw_only=True):
    """In the vehicle's own axes [m/s]."""

    vx: float | None = None
    vy: float | None = None


class Power(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """The battery, its charge in percent."""

    battery_charge: float | None = None
    state_of_charge: float | None = None
    charging: bool


class Load(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """What a vehicle carries."""

    load_id: str | None = None
    load_type: str | None = None


class Error(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """What a vehicle complains of."""

    error_type: str
    error_level: str
    error_description: str | None = None


class Safety(msgspec.Struct, frozen=True, rename="camel", kw_only=True):
    """Emergency stop and protective field."""

    e_stop: str | None = None
    active_emergency_stop: str | None = None
    field_violation: bool


class Visualization(Header, frozen=True, rename="camel", kw_only=True):
    """Topic `visualization`."""

    agv_position: Where | None = None
    mobile_robot_position: Where | None = None
    velocity: Velocity | None = None


class State(Visualization, frozen=True, rename="camel", kw_only=True):
    """Topic `state`."""

    order_id: str
    last_node_id: str
    driving: bool
    paused: bool | None = None
    operating_mode: str
    errors: list[Error]
    loads: list[Load] | None = None
    safety_state: Safety
    battery_state: Power | None = None
    power_supply: Power | None = None


class Connection(Header, frozen=True, rename="camel", kw_only=True):
    """Topic `connection`; also the last will."""

    connection_state: str


def read_telegram(payload: bytes, form: type[_Telegram]) -> _Telegram:
    """The message of these bytes. Raises ValueError, which names the faulty field."""
    try:
        return msgspec.json.decode(payload, type=form)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise ValueError(f"no VDA 5050 {form.__name__.lower()}: {error}") from error
