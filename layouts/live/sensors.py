"""Which sensor tells of what: its entity, channel, unit, range and rate, read from a file."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from layouts.live.channels import Channel, channel_named, to_base
from layouts.live.events import ENTITY_KINDS
from spatial.model_yaml import read_model


class SensorBinding(BaseModel):
    """`sensor` tells `channel` of `entity` (KIND/NAME) in `unit`, every `interval_s`; `low` to `high`, in `unit`,
    is what this sensor can read. Without them the channel's own unit, range and interval hold.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    sensor: Annotated[str, Field(min_length=1, max_length=150)]
    entity: Annotated[str, Field(min_length=3, max_length=200)]
    channel: str
    unit: str | None = None
    low: float | None = None
    high: float | None = None
    interval_s: Annotated[float, Field(gt=0, le=31 * 86_400)] | None = None

    @model_validator(mode="after")
    def _fits_its_channel(self) -> SensorBinding:
        kind, _, name = self.entity.partition("/")
        if kind not in ENTITY_KINDS or not name:
            raise ValueError(f"entity '{self.entity}' is not KIND/NAME: kinds are {', '.join(ENTITY_KINDS)}")
        low, high = self.range
        if low >= high:
            raise ValueError(f"low {self.low} is not below high {self.high}: swap them")
        return self

    @property
    def what(self) -> Channel:
        """Its channel."""
        return channel_named(self.channel)

    @property
    def range(self) -> tuple[float, float]:
        """What it can read, in the channel's base unit."""
        channel = self.what
        low, high = (
            default if told is None else to_base(channel, told, self.unit or channel.unit)
            for told, default in ((self.low, channel.low), (self.high, channel.high))
        )
        return low, high

    @property
    def every_s(self) -> float:
        """How often it is expected to tell [s]."""
        return self.what.interval_s if self.interval_s is None else self.interval_s

    def read(self, value: float, unit: str | None = None) -> float:
        """`value`, of `unit` or of its own, in the channel's base unit.

        Raises ValueError for a unit of another quantity and for a value out of this sensor's range.
        """
        channel = self.what
        base = to_base(channel, value, unit or self.unit or channel.unit)
        low, high = self.range
        if not low <= base <= high:
            raise ValueError(
                f"{self.channel} {base:g} of sensor '{self.sensor}' is not within {low:g} and {high:g} "
                f"{channel.unit}, which it can read: check the sensor, or its low and high"
            )
        return base


class SensorFile(BaseModel):
    """The sensors of a site."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    sensors: tuple[SensorBinding, ...] = ()

    @model_validator(mode="after")
    def _tells_each_once(self) -> SensorFile:
        seen: set[tuple[str, str]] = set()
        for binding in self.sensors:
            key = (binding.sensor, binding.channel)
            if key in seen:
                raise ValueError(
                    f"sensor '{binding.sensor}' has two bindings for {binding.channel}: keep one"
                )
            seen.add(key)
        return self


class Sensors:
    """Bindings by sensor and channel."""

    def __init__(self, bindings: Iterable[SensorBinding] = ()) -> None:
        self._of = {(binding.sensor, binding.channel): binding for binding in bindings}

    def of(self, sensor: str, channel: str) -> SensorBinding | None:
        """The binding, None for a sensor that is not listed for this channel."""
        return self._of.get((sensor, channel))

    def all(self) -> tuple[SensorBinding, ...]:
        """All bindings, in the order of the file."""
        return tuple(self._of.values())


def read_sensors(path: Path) -> Sensors:
    """The sensors of a YAML or JSON file. Raises BadDataError, which names the field."""
    return Sensors(read_model(path, SensorFile, start="sensors:", may_be_empty=True).sensors)
