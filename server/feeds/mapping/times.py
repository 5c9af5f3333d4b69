"""Times of messages in milliseconds since 1970 in UTC; the form is told, never guessed."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Literal

TimeForm = Literal["iso", "epoch_s", "epoch_ms"]
SAID: dict[str, str] = {
    "iso": "ISO 8601 with Z or an offset, as 2026-11-27T08:00:00Z",
    "epoch_s": "seconds since 1970",
    "epoch_ms": "milliseconds since 1970",
}
EARLIEST_MS, LATEST_MS = 631_152_000_000, 4_102_444_800_000
"""1990 to 2100: outside, seconds were taken for milliseconds or a clock was never set."""


def time_reader(form: TimeForm) -> Callable[[object], int]:
    """From a value of this form to milliseconds; the function raises ValueError for any other value."""
    read = _READERS[form]

    def time_ms(value: object) -> int:
        try:
            told = read(value)
        except (ValueError, OverflowError, TypeError):
            told = -1
        if not EARLIEST_MS <= told < LATEST_MS:
            raise ValueError(
                f"time {value!r:.60} is not {SAID[form]}, from 1990 to 2099: check the time's form"
            )
        return told

    return time_ms


def _from_iso(value: object) -> int:
    if not isinstance(value, str):
        return -1
    told = datetime.fromisoformat(value)
    return (
        -1 if told.tzinfo is None else (told - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    )


def _from_number(value: object, factor: int = 1) -> int:
    if isinstance(value, str):
        value = float(value) if factor > 1 else int(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not math.isfinite(value):
        return -1
    return math.floor(value * factor) if isinstance(value, int) else math.floor(round(value * factor, 3))


_READERS: dict[TimeForm, Callable[[object], int]] = {
    "iso": _from_iso,
    "epoch_s": lambda value: _from_number(value, 1000),
    "epoch_ms": _from_number,
}
