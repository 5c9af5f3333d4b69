"""Settings of an edge node, as written in its file."""

from __future__ import annotations

import ssl
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

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


class EdgeSettings(BaseModel):
    """`buffer` is a file of its own; at most `most_events` wait in it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,59}$")]
    site: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^/]+$")]
    buffer: Path
    most_events: Annotated[int, Field(ge=100, le=100_000_000)] = 1_000_000
    central: CentralSettings
    feeds: Annotated[tuple[MqttSettings, ...], Field(min_length=1, max_length=100)]
