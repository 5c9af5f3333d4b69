"""A value with its unit, as it is written in a rules file, in the base unit of a channel."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Annotated

from pydantic import Field

from layouts.live.channels import Channel, to_base
from layouts.live.units import unit_of

Told = Annotated[str | float, Field(union_mode="left_to_right")]
"""`8 °C`; a plain number only for what has no unit."""

_form = re.compile(r"\s*([-+−]?\d[\d_]*(?:\.\d+)?(?:[eE][-+]?\d+)?)\s*(\S.*?)?\s*")


def level(told: Told, channel: Channel, key: str) -> float:
    """A value of the channel. Raises ValueError, beginning with `key`, for another unit or what cannot be."""
    value, unit = _parts(told, channel, key)
    try:
        return to_base(channel, value, unit)
    except ValueError as error:
        raise ValueError(f"{key}: {error}") from error


def difference(told: Told, channel: Channel, key: str) -> float:
    """A difference of two values of the channel, 0 or more: 1.8 °F is 1 °C. Raises ValueError as `level` does."""
    value, unit = _parts(told, channel, key)
    if value < 0:
        raise ValueError(f"{key}: {told} is below 0: write how far, without a sign")
    try:
        to_base(channel, min(max(0.0, channel.low), channel.high), channel.unit)
        scale = _scale(channel, unit)
    except ValueError as error:
        raise ValueError(f"{key}: {error}") from error
    apart = float(Fraction(value) * scale)
    if apart > channel.high - channel.low:
        raise ValueError(
            f"{key}: {told} is more than {channel.high - channel.low:g} {channel.unit}, all there is: choose less"
        )
    return apart


def _scale(channel: Channel, unit: str) -> Fraction:
    spelled, base = unit_of(channel.quantity, unit), unit_of(channel.quantity, channel.unit)
    if spelled is None or base is None:
        to_base(channel, channel.high, unit)  # says which units there are
        raise ValueError(f"unit '{unit}' is not known")
    return spelled.factor / base.factor


def shown(value: float, channel: Channel) -> str:
    """`8.2 °C`, to four digits."""
    return f"{value:.4g}" if channel.unit == "1" else f"{value:.4g} {channel.unit}"


def seconds_shown(seconds: float) -> str:
    """`90 s`, `15 min`, `4 h`, `3 d`: in the largest unit that leaves two digits or is whole."""
    for size, name in ((86_400, "d"), (3600, "h"), (60, "min")):
        if seconds >= 2 * size or (seconds >= size and seconds % size == 0):
            return f"{seconds / size:.3g} {name}"
    return f"{seconds:.3g} s"


def _parts(told: Told, channel: Channel, key: str) -> tuple[float, str]:
    if isinstance(told, (int, float)):
        if channel.unit != "1":
            raise ValueError(f"{key}: {told:g} has no unit: write '{told:g} {channel.unit}'")
        return float(told), "1"
    match = _form.fullmatch(told)
    if match is None:
        raise ValueError(f"{key}: '{told}' is not VALUE UNIT: write as '8 {channel.unit}'")
    number, unit = match.groups()
    if unit is None and channel.unit != "1":
        raise ValueError(f"{key}: '{told}' has no unit: write '{told} {channel.unit}'")
    return float(number.replace("−", "-").replace("_", "")), unit or "1"
