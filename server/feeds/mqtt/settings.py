"""Settings of one MQTT feed, as written in the twin's file."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from server.feeds.mqtt.topics import filter_fault, unshared
from server.feeds.secret import Secret


class Part(BaseModel):
    """A part of the file: unknown keys are faults."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Tls(Part):
    """The broker's certificate is checked against `ca` (PEM; without it, against the system's), its name against
    the host, always. `cert` and `key` (PEM) are this client's own.
    """

    ca: Path | None = None
    cert: Path | None = None
    key: Path | None = None

    @model_validator(mode="after")
    def _key_with_cert(self) -> Tls:
        if (self.cert is None) != (self.key is None):
            raise ValueError("cert and key go together: give both or none")
        return self


class MqttSettings(Part):
    """How to reach the broker, what to subscribe to, and who reads the messages.

    A message is acknowledged once what it tells is on disk; `window` is how many may wait for that at a time, which
    MQTT 5 tells the broker (with 3.1.1 its own limit holds). `session_expiry_s` is how long the broker keeps
    messages for a twin that is away; how many, it says itself. A `client_id` is of one process at a time:
    several that share a feed have one each and subscribe to `$share/GROUP/FILTER`. Retained messages tell the past:
    with `retained: ignore` none is read.
    """

    kind: Literal["mqtt"] = "mqtt"
    name: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,59}$")]
    site: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^/]+$")]
    decoder: Annotated[str, Field(min_length=1, max_length=60)]
    options: Mapping[str, object] = {}
    """What the decoder wants to know, as `file: mapping.yaml`."""

    host: Annotated[str, Field(min_length=1, max_length=255)]
    port: Annotated[int, Field(ge=1, le=65_535)] | None = None
    """1883 without it, 8883 with TLS."""
    protocol: Literal["5", "3.1.1"] = "5"
    client_id: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^/+#\s]+$")]
    user: Annotated[str, Field(min_length=1, max_length=1_000)] | None = None
    password: Secret | None = None
    tls: Tls | None = None

    sparkplug_host: Annotated[str, Field(min_length=1, max_length=100, pattern=r"^[^/+#]+$")] | None = None
    """Told as the state of this Sparkplug host application, retained: devices may wait for it to be online."""

    subscriptions: Annotated[tuple[str, ...], Field(min_length=1, max_length=1_000)]
    retained: Literal["read", "ignore"] = "read"
    window: Annotated[int, Field(ge=1, le=65_535)] = 2_000
    session_expiry_s: Annotated[int, Field(ge=60, le=4_294_967_295)] = 7 * 86_400
    keepalive_s: Annotated[int, Field(ge=5, le=3_600)] = 30
    connect_timeout_s: Annotated[float, Field(gt=0, le=120)] = 10
    first_retry_s: Annotated[float, Field(gt=0, le=60)] = 0.5
    longest_retry_s: Annotated[float, Field(gt=0, le=3_600)] = 30

    @field_validator("subscriptions")
    @classmethod
    def _can_fit(cls, subscriptions: tuple[str, ...]) -> tuple[str, ...]:
        for subscription in subscriptions:
            shared = subscription.split("/", 2)
            if shared[0] == "$share" and (len(shared) < 3 or not shared[1] or set(shared[1]) & set("+#")):
                raise ValueError(f"'{subscription}' is no shared subscription: write $share/GROUP/FILTER")
            fault = filter_fault(unshared(subscription))
            if fault is not None:
                raise ValueError(fault)
        if len(set(subscriptions)) < len(subscriptions):
            raise ValueError("a subscription is written twice: keep one")
        return subscriptions

    @model_validator(mode="after")
    def _goes_together(self) -> MqttSettings:
        if self.password is not None and self.user is None:
            raise ValueError("a password needs a user: give one")
        if self.protocol == "3.1.1" and any(one.startswith("$share/") for one in self.subscriptions):
            raise ValueError("shared subscriptions need protocol '5'")
        if self.first_retry_s > self.longest_retry_s:
            raise ValueError(
                f"first_retry_s {self.first_retry_s:g} is above longest_retry_s {self.longest_retry_s:g}: lower it"
            )
        return self

    @property
    def at_port(self) -> int:
        """The port it connects to."""
        return self.port or (1883 if self.tls is None else 8883)
