"""What sensors tell, by channel: its base unit, the units it understands, what is physically possible.

A `Reading` holds values in base units only. A unit of another quantity and a value that cannot be are refused.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from layouts.live.units import UNITS, Quantity, Unit, quantities_of, unit_of


@dataclass(frozen=True, kw_only=True)
class Channel:
    """One kind of value: `low` to `high` are possible, in `unit`, the base unit; read every `interval_s` if nothing
    else is told. A counter only grows, until it is reset.
    """

    name: str
    quantity: Quantity
    unit: str
    low: float
    high: float
    interval_s: float
    about: str
    is_counter: bool = False

    @property
    def units(self) -> tuple[str, ...]:
        """The units it understands, by their first name."""
        return tuple(unit.name for unit in UNITS[self.quantity])


def _channel(
    name: str,
    quantity: Quantity,
    unit: str,
    low: float,
    high: float,
    interval_s: float,
    about: str,
    *,
    is_counter: bool = False,
) -> Channel:
    return Channel(
        name=name,
        quantity=quantity,
        unit=unit,
        low=low,
        high=high,
        interval_s=interval_s,
        about=about,
        is_counter=is_counter,
    )


CHANNELS: Mapping[str, Channel] = {
    channel.name: channel
    for channel in (
        _channel("temperature", "temperature", "°C", -273.15, 2_000, 300, "of air, goods or a part"),
        _channel("humidity", "share", "1", 0, 1, 300, "relative, as a share of 1: 0.45 is 45 % RH"),
        _channel("absolute_humidity", "density", "g/m³", 0, 600, 300, "water in air"),
        _channel("vibration", "speed", "mm/s", 0, 1_000, 60, "velocity, RMS, as in ISO 20816"),
        _channel("vibration_acceleration", "acceleration", "m/s²", 0, 50_000, 60, "RMS"),
        _channel("acceleration", "acceleration", "m/s²", -50_000, 50_000, 60, "along one axis, signed"),
        _channel("speed", "speed", "m/s", -100, 100, 10, "of a thing or of air, signed"),
        _channel("pressure", "pressure", "Pa", -101_325, 1e8, 60, "absolute, or gauge down to a vacuum"),
        _channel("stress", "pressure", "MPa", -5_000, 5_000, 60, "pull positive"),
        _channel("strain", "strain", "µm/m", -100_000, 100_000, 60, "stretch positive"),
        _channel("energy", "energy", "kWh", 0, 1e9, 900, "meter reading", is_counter=True),
        _channel("power", "power", "W", -1e8, 1e8, 60, "drawn positive, fed back negative"),
        _channel("usage", "duration", "h", 0, 1e6, 900, "hours in use", is_counter=True),
        _channel("cycles", "count", "1", 0, 1e12, 900, "times used", is_counter=True),
        _channel("mass", "mass", "kg", -1_000, 1e6, 60, "a tared scale may read below 0"),
        _channel("distance", "length", "m", 0, 10_000, 10, "to what a ranger sees, or height of a level"),
        _channel("fill_level", "share", "1", 0, 1, 300, "as a share of 1"),
        _channel("battery", "share", "1", 0, 1, 900, "charge of the sensor's own battery, as a share of 1"),
        _channel("co2", "concentration", "ppm", 0, 1e6, 300, "by volume"),
        _channel("illuminance", "illuminance", "lx", 0, 200_000, 300, "full sun is about 120 000"),
        _channel("voltage", "voltage", "V", -1e6, 1e6, 60, ""),
        _channel("current", "current", "A", -1e6, 1e6, 60, ""),
    )
}
"""All channels by name."""


def channel_named(name: str) -> Channel:
    """The channel of this name. Raises ValueError, which names the known ones."""
    channel = CHANNELS.get(name)
    if channel is None:
        raise ValueError(f"channel '{name}' is not known: channels are {', '.join(CHANNELS)}")
    return channel


def to_base(channel: Channel, value: float, unit: str) -> float:
    """`value` of `unit` in the channel's base unit, rounded once.

    Raises ValueError for a unit of another quantity, for one that is not known, and for a value that is not
    finite or cannot be.
    """
    spelled = _unit_for(channel, unit)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not _is_finite(value):
        raise ValueError(f"{channel.name} {value!r} is no number: give one in {_listed(channel)}")
    base = _base_unit(channel)
    inside = float(value) if spelled is base else _rounded(_convert(value, spelled, base))
    if not channel.low <= inside <= channel.high:
        told = "" if spelled is base else f" (told as {value:g} {spelled.name})"
        raise ValueError(
            f"{channel.name} {inside:g} {_said(channel.unit)}{told} is not within {channel.low:g} and "
            f"{channel.high:g} {_said(channel.unit)}: check the sensor and its unit"
        )
    return inside


def from_base(channel: Channel, value: float, unit: str) -> float:
    """`value` of the base unit in `unit`: the inverse of `to_base`. Raises ValueError as it does for units."""
    return _rounded(_convert(value, _base_unit(channel), _unit_for(channel, unit)))


class Growth(NamedTuple):
    """How much a counter grew, in its base unit, and whether it began anew in between."""

    amount: float
    was_reset: bool


def growth(channel: Channel, earlier: float, later: float) -> Growth:
    """The growth between two readings of a counter; after a reset, what it shows since, which is the least it can be.

    Raises ValueError for a channel that is no counter.
    """
    if not channel.is_counter:
        counters = ", ".join(name for name, one in CHANNELS.items() if one.is_counter)
        raise ValueError(f"channel '{channel.name}' is no counter: counters are {counters}")
    return Growth(later - earlier, False) if later >= earlier else Growth(later, True)


def _unit_for(channel: Channel, text: str) -> Unit:
    unit = unit_of(channel.quantity, text)
    if unit is not None:
        return unit
    others = quantities_of(text)
    if others:
        raise ValueError(
            f"unit '{text}' measures {' or '.join(others)}, {channel.name} is in {_listed(channel)}"
        )
    raise ValueError(f"unit '{text}' is not known: {channel.name} is in {_listed(channel)}")


def _base_unit(channel: Channel) -> Unit:
    unit = unit_of(channel.quantity, channel.unit)
    if unit is None:
        raise ValueError(f"base unit '{channel.unit}' is none of {channel.quantity}")
    return unit


def _convert(value: float, unit: Unit, into: Unit) -> Fraction:
    # 46.4 is meant as the decimal, not as the double next to it: it is 8 °C exactly
    return (Fraction(repr(float(value))) * unit.factor + unit.offset - into.offset) / into.factor


def _rounded(exact: Fraction) -> float:
    try:
        return float(exact)
    except OverflowError:
        return math.inf if exact > 0 else -math.inf


def _is_finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:  # an int beyond all floats
        return False


def _said(unit: str) -> str:
    return "(share)" if unit == "1" else unit


def _listed(channel: Channel) -> str:
    *first, last = channel.units
    return f"{', '.join(first)} or {last}" if first else last
