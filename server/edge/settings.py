"""Settings of an edge node, as written in its file."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from layouts.live.channels import channel_named, to_base
from server.edge.alarms import LocalThreshold
from server.feeds.mqtt.settings import MqttSettings
from server.feeds.secret import Secret


class CentralSettings(BaseModel):
    """The server that events are forwarded to: its address without path, a token, and how patiently to try."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    url: Annotated[str, Field(pattern=r"^https?://[^/\s]+$", max_length=500)]
    token: Secret
    ca: Path | None = None
    """The authority (PEM) of the server's certificate; without it the system's."""
    batch: Annotated[int, Field(ge=1, le=10_000)] = 500
    timeout_s: Annotated[float, Field(gt=0, le=300)] = 10
    quiet_s: Annotated[float, Field(gt=0, le=60)] = 0.5
    first_retry_s: Annotated[float, Field(gt=0, le=60)] = 0.5
    longest_retry_s: Annotated[float, Field(gt=0, le=3_600)] = 30

    @property
    def verify(self) -> ssl.SSLContext | bool:
        """What httpx checks the server's certificate against."""
        return True if self.ca is None else ssl.create_default_context(cafile=self.ca)


class AlarmSettings(BaseModel):
    """An alarm that the node raises by itself while the link is down: a reading `above` or `below` a limit, in `unit`
    (by default the channel's own), until it is `hysteresis` within again.
    """

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,59}$")]
    channel: str
    above: float | None = None
    below: float | None = None
    unit: str | None = None
    hysteresis: Annotated[float, Field(ge=0)] = 0.0

    @model_validator(mode="after")
    def _can_be(self) -> AlarmSettings:
        if self.above is None and self.below is None:
            raise ValueError("neither above nor below is given: give a limit")
        if self.above is not None and self.below is not None and self.below >= self.above:
            raise ValueError(f"below {self.below:g} is not under above {self.above:g}: swap them")
        _ = self.rule
        return self

    @property
    def rule(self) -> LocalThreshold:
        """The rule in the channel's base unit."""
        channel = channel_named(self.channel)
        low, high = (
            None if limit is None else to_base(channel, limit, self.unit or channel.unit)
            for limit in (self.below, self.above)
        )
        limit = self.above if self.above is not None else self.below or 0.0
        step = abs(
            to_base(channel, limit, self.unit or channel.unit)
            - to_base(channel, limit - self.hysteresis, self.unit or channel.unit)
        )
        return LocalThreshold(id=self.id, channel=self.channel, low=low, high=high, hysteresis=step)


class EdgeSettings(BaseModel):
    """`buffer` is a file of its own; at most `most_events` wait in it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,59}$")]
    site: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^/]+$")]
    buffer: Path
    most_events: Annotated[int, Field(ge=100, le=100_000_000)] = 1_000_000
    central: CentralSettings
    alarms: Annotated[tuple[AlarmSettings, ...], Field(max_length=1_000)] = ()
    """What the node raises by itself while the link is down."""
    feeds: Annotated[tuple[MqttSettings, ...], Field(min_length=1, max_length=100)]
