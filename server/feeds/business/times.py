"""Times of business records in milliseconds since 1970 in UTC."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_TIME = re.compile(r"(\d{4}-\d{2}-\d{2})[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})?")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


def instant_ms(text: str, field: str, zone: ZoneInfo | None) -> int:
    """A point in time. Raises ValueError for no time, and for a local one without a zone, in a gap of it or twice."""
    if not _TIME.fullmatch(text):
        raise ValueError(f"{field} '{text[:40]}' is no time, expected as 2026-11-27T08:00:00Z")
    try:
        told = datetime.fromisoformat(text)
    except ValueError as error:
        raise ValueError(f"{field} '{text[:40]}' is no time: {error}") from error
    return to_ms(told, field, zone)


def day_ms(text: str, field: str, zone: ZoneInfo | None, *, at_end: bool) -> int:
    """A point in time, or a day alone: its end or beginning in the zone, UTC without one. Raises ValueError."""
    if not _DAY.fullmatch(text):
        return instant_ms(text, field, zone)
    try:
        day = date.fromisoformat(text) + timedelta(days=1 if at_end else 0)
    except (ValueError, OverflowError) as error:
        raise ValueError(f"{field} '{text}' is no day: {error}") from error
    return _ms(datetime(day.year, day.month, day.day, tzinfo=zone or UTC))


def to_ms(told: datetime, field: str, zone: ZoneInfo | None) -> int:
    """A time with an offset, or a local one of the zone. Raises ValueError."""
    if told.tzinfo is not None:
        return _ms(told)
    if zone is None:
        raise ValueError(f"{field} '{told}' has no offset: add Z or +hh:mm, or set time_zone")
    first, second = (_ms(told.replace(tzinfo=zone, fold=fold)) for fold in (0, 1))
    if first != second:
        said = "came twice" if first < second else "was skipped"
        raise ValueError(
            f"{field} '{told}' {said} in {zone.key} when the clocks changed: tell it with an offset"
        )
    return first


def _ms(told: datetime) -> int:
    try:
        return (told - _EPOCH) // timedelta(milliseconds=1)
    except OverflowError:
        return 0
