"""Which events of a batch go into the log: the same rules for every store."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, TypeAlias

from layouts.live.events import LiveEvent, decode_body, encode_body, refusal

Row: TypeAlias = tuple[str, str, str, str, int, bytes]
"""An event as columns: id, site, source, entity, happened_ms, body."""


class Admission(NamedTuple):
    """Events that are new, in order, with their rows; how many are known already; those refused, and why."""

    events: list[LiveEvent]
    rows: list[Row]
    known: int
    refused: list[tuple[LiveEvent, str]]


def row_of(event: LiveEvent) -> Row:
    """The event as columns."""
    return event.id, event.site, event.source, event.entity, event.happened_ms, encode_body(event.body)


def as_read(event: LiveEvent) -> LiveEvent:
    """The event as it comes out of the log: with 3.0 where somebody wrote 3. So who folds what was just recorded
    comes to the same state, byte for byte, as who reads it later.
    """
    body = decode_body(encode_body(event.body))
    return LiveEvent(
        id=event.id,
        site=event.site,
        source=event.source,
        entity=event.entity,
        happened_ms=event.happened_ms,
        body=body,
    )


def admit(
    events: Sequence[LiveEvent], known_rows: Callable[[Sequence[str]], Mapping[str, Row]], *, now_ms: int
) -> Admission:
    """Hold a batch against the log's rules, and what passes against the rows that have its ids already.

    An id that is known with the same content was told twice, and counts as known. With another content it is refused:
    one of the two would be lost, and nobody could say which is true.
    """
    admission = Admission([], [], 0, [])
    reasons = [refusal(event, now_ms) for event in events]
    passed = [event.id for event, reason in zip(events, reasons, strict=True) if reason is None]
    seen = dict(known_rows(passed))
    told_twice = 0
    for event, reason in zip(events, reasons, strict=True):
        if reason is None:
            try:
                taken = as_read(event)
            except UnicodeEncodeError as error:
                admission.refused.append(
                    (event, f"it holds text that is no Unicode ({error.reason}): correct it")
                )
                continue
            row = row_of(taken)
            other = seen.get(event.id)
            if other is None:
                seen[event.id] = row
                admission.events.append(taken)
                admission.rows.append(row)
                continue
            if other == row:
                told_twice += 1
                continue
            reason = (
                f"id '{event.id}' is in the log with another content ({_difference(other, row)}): give what "
                "happened anew an id of its own"
            )
        admission.refused.append((event, reason))
    return admission._replace(known=told_twice)


def _difference(known: Row, told: Row) -> str:
    """The first column in which two rows of one id differ."""
    names = ("id", "site", "source", "entity", "happened_ms", "body")
    return next(
        f"{name} was {_short(one)}, is {_short(other)}"
        for name, one, other in zip(names, known, told, strict=True)
        if one != other
    )


def _short(value: object) -> str:
    text = value.decode() if isinstance(value, bytes) else str(value)
    return text if len(text) <= 80 else f"{text[:77]}…"
