"""Fields of an EPCIS event as plain values, each with its path in the message when it is not what it must be."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime

Json = Mapping[str, object]

EVENT_TYPES = (
    "ObjectEvent",
    "AggregationEvent",
    "TransactionEvent",
    "TransformationEvent",
    "AssociationEvent",
)

_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})")
_OFFSET = re.compile(r"[+-]((0\d|1[0-3]):[0-5]\d|14:00)")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
SHOWN = 80
"""So many characters of a wrong value are repeated."""


def shown(value: object) -> str:
    """A value as a sentence repeats it."""
    text = repr(value)
    return text if len(text) <= SHOWN else text[:SHOWN] + "…"


def text_of(event: Json, name: str) -> str | None:
    """A text, None where it is missing. Raises ValueError for another type."""
    value = event.get(name)
    if value is None or (isinstance(value, str) and value and value.isprintable()):
        return value
    raise ValueError(f"{name} {shown(value)} is no text of printable signs")


def needed_text(event: Json, name: str) -> str:
    """A text that must be there."""
    value = text_of(event, name)
    if value is None:
        raise ValueError(f"{name} is missing: it is needed there")
    return value


def mapping_of(event: Json, name: str) -> Json:
    """An object, empty where it is missing."""
    value = event.get(name, {})
    if isinstance(value, dict):
        return value
    raise ValueError(f"{name} {shown(value)} is no object")


def rows_of(event: Json, name: str) -> list[Json]:
    """A list of objects, empty where it is missing."""
    rows = _list_of(event, name)
    for place, row in enumerate(rows):
        if not isinstance(row, dict):
            raise ValueError(f"{name}[{place}] {shown(row)} is no object")
    return rows  # type: ignore[return-value]


def texts_of(event: Json, name: str) -> list[str]:
    """A list of texts, empty where it is missing."""
    texts = _list_of(event, name)
    for place, text in enumerate(texts):
        if not isinstance(text, str):
            raise ValueError(f"{name}[{place}] {shown(text)} is no text")
    return texts  # type: ignore[return-value]


def number_of(event: Json, name: str) -> float | None:
    """A finite number, None where it is missing."""
    value = event.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(f"{name} {shown(value)} is no number")
    try:
        number = float(value)
    except OverflowError:
        number = math.inf
    if not math.isfinite(number):
        raise ValueError(f"{name} {shown(value)} is no finite number")
    return number


def time_ms(event: Json, name: str) -> int | None:
    """A time in milliseconds since 1970 in UTC, None where it is missing; finer digits are cut off."""
    value = event.get(name)
    if value is None:
        return None
    if isinstance(value, str) and _TIME.fullmatch(value):
        try:
            return (datetime.fromisoformat(value) - _EPOCH) // _MILLISECOND
        except (ValueError, OverflowError):
            pass
    raise ValueError(
        f"{name} {shown(value)} is no time with Z or an offset, as 2026-11-27T08:00:00.000+01:00"
    )


def checked_offset(event: Json) -> None:
    """Raises ValueError where `eventTimeZoneOffset` is missing or none."""
    offset = needed_text(event, "eventTimeZoneOffset")
    if not _OFFSET.fullmatch(offset):
        raise ValueError(f"eventTimeZoneOffset '{offset}' is none, expected +hh:mm or -hh:mm up to 14:00")


def word(value: str | None) -> str | None:
    """The last part of a vocabulary's term: `urn:epcglobal:cbv:bizstep:receiving`, `cbv:BizStep-receiving`,
    `https://ref.gs1.org/cbv/BizStep-receiving` and `receiving` are one.
    """
    if value is None:
        return None
    last = re.split(r"[/:#]", value)[-1]
    return re.sub(r"^(BizStep|Disp|BTT|SDT|ER|Comp)-", "", last) or value


def _list_of(event: Json, name: str) -> list[object]:
    value = event.get(name, [])
    if isinstance(value, list):
        return value
    raise ValueError(f"{name} {shown(value)} is no list")


_MILLISECOND = datetime(1970, 1, 1, 0, 0, 0, 1000) - datetime(1970, 1, 1)
