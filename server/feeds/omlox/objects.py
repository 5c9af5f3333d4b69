"""The fields of omlox Hub API objects that the twin reads; all others are passed over."""

from __future__ import annotations

from typing import TypeVar

import msgspec

_Object = TypeVar("_Object")


class Point(msgspec.Struct, frozen=True, kw_only=True):
    """A GeoJSON point: x, y[, z] or longitude, latitude[, height]."""

    type: str
    coordinates: list[float]


class Location(msgspec.Struct, frozen=True, kw_only=True):
    """Where a provider (a tag) and the trackables that carry it are."""

    position: Point
    source: str
    provider_type: str
    provider_id: str
    trackables: list[str] | None = None
    timestamp_generated: str | None = None
    timestamp_sent: str | None = None
    crs: str | None = None
    floor: float | None = None
    accuracy: float | None = None
    true_heading: float | None = None
    course: float | None = None
    speed: float | None = None


class FenceEvent(msgspec.Struct, frozen=True, kw_only=True):
    """Something came into a fence or left it."""

    id: str
    fence_id: str
    event_type: str
    provider_id: str | None = None
    trackable_id: str | None = None
    trackables: list[str] | None = None
    entry_time: str | None = None
    exit_time: str | None = None


class Wrapper(msgspec.Struct, frozen=True, kw_only=True):
    """A message of the hub's websocket."""

    event: str
    topic: str = ""
    payload: list[msgspec.Raw] | None = None
    code: int | None = None
    description: str = ""


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """Enough of an object to tell which it is."""

    event: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    event_type: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


def read_object(data: bytes | msgspec.Raw, form: type[_Object]) -> _Object:
    """An object of this form. Raises ValueError, which names the faulty field."""
    try:
        return msgspec.json.decode(data, type=form)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        name = getattr(form, "__name__", "list").lower()
        raise ValueError(f"no omlox {name}: {error}") from error
