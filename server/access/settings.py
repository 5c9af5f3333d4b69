"""Settings of access control, as written in the twin's file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from server.access.origins import place_of_origin


class _Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class LimitSettings(_Settings):
    """What one caller may ask of the server: a caller is a token or, without one, an address (IPv6: its /64)."""

    largest_body_bytes: Annotated[int, Field(ge=1_024, le=1 << 30)] = 1 << 20
    largest_batch_bytes: Annotated[int, Field(ge=1_024, le=1 << 30)] = 16 << 20
    """Of `POST /api/events`."""
    body_within_s: Annotated[float, Field(gt=0, le=3_600)] = 30
    headers_within_s: Annotated[float, Field(gt=0, le=600)] = 10
    requests_per_s: Annotated[float, Field(gt=0, le=100_000)] = 50
    requests_at_once: Annotated[int, Field(ge=1, le=100_000)] = 200
    callers_kept: Annotated[int, Field(ge=100, le=1_000_000)] = 10_000
    """So many are told apart at a time; those heard of longest ago are forgotten first."""
    socket_messages_per_s: Annotated[float, Field(gt=0, le=100_000)] = 100
    socket_messages_at_once: Annotated[int, Field(ge=1, le=100_000)] = 300
    largest_socket_message_bytes: Annotated[int, Field(ge=64, le=1 << 26)] = 64 << 10
    sockets: Annotated[int, Field(ge=1, le=100_000)] = 500
    sockets_per_caller: Annotated[int, Field(ge=1, le=100_000)] = 100


class PseudonymSettings(_Settings):
    """How people are told: `agents` are the names of agents that are people, with * and ?."""

    keys: Path
    agents: tuple[Annotated[str, Field(min_length=1, max_length=100)], ...] = ()
    word: Annotated[str, Field(pattern=r"^[a-z]{1,20}$")] = "picker"
    period: Literal["day", "week"] = "day"
    turn_hour_utc: Annotated[int, Field(ge=0, le=23)] = 0
    """The hour at which a period turns: choose one at which nobody works."""
    keep_days: Annotated[int, Field(ge=1, le=3_650)] = 14


class AccessSettings(_Settings):
    """Without `tokens` the server answers this machine only, and whoever sits there is admin."""

    tokens: Path | None = None
    session_key: Path | None = None
    """Signs cookies, made when missing; servers that share it share sessions. By default it lies beside `tokens`."""
    session_hours: Annotated[float, Field(gt=0, le=24)] = 10
    origins: tuple[str, ...] = ()
    """What browsers call this server behind a proxy, as `https://twin.example`."""
    audit: Path | None = None
    audit_key: Path | None = None
    """Seals the audit log, made when missing; by default beside it, better where nobody else writes."""
    limits: LimitSettings = LimitSettings()
    pseudonyms: PseudonymSettings | None = None

    @field_validator("origins")
    @classmethod
    def _are_origins(cls, origins: tuple[str, ...]) -> tuple[str, ...]:
        for origin in origins:
            if place_of_origin(origin) is None:
                raise ValueError(
                    f"'{origin}' is no origin: give SCHEME://HOST or SCHEME://HOST:PORT, without a path"
                )
        return origins
