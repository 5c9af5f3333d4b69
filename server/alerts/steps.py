"""Steps in an alert's life as events: those of the engine, and those that people take."""

from __future__ import annotations

import msgspec

from layouts.live.events import LONGEST_ID, AlertChanged, LiveEvent, encode_event
from server.alerts.life import Alert
from server.feeds.feed import derived_id

SOURCE = "alerts"
LONGEST_SHELF_MS = 30 * 86_400_000


def step_event(site: str, entity: str, at_ms: int, body: AlertChanged, *, cause: str) -> LiveEvent:
    """A step with an id made of all that it tells and of the event that caused it.

    So two servers, or a replay, that come to the same step make the same event, and the log keeps one of them.
    """
    draft = LiveEvent(id="", site=site, source=SOURCE, entity=entity, happened_ms=at_ms, body=body)
    return msgspec.structs.replace(draft, id=derived_id(SOURCE, cause, encode_event(draft).decode()))


def alert_entity(rule: str, key: str) -> str:
    """`alert/RULE/KEY`; a key too long for an id is cut and told apart by a hash."""
    entity = f"alert/{rule}/{key}"
    if len(entity) <= LONGEST_ID:
        return entity
    mark = derived_id("", entity)[1:13]
    return f"{entity[: LONGEST_ID - 13]}~{mark}"


def acknowledge(alert: Alert, *, by: str, now_ms: int) -> LiveEvent:
    """`by` has seen the alert. Raises ValueError for one that has cleared, or is acknowledged."""
    if alert.status == "cleared":
        raise ValueError(f"{alert.entity} of {alert.site} has cleared: nothing is left to acknowledge")
    if alert.status == "acknowledged":
        raise ValueError(
            f"{alert.entity} of {alert.site} is acknowledged by {alert.by}: nothing is left to do"
        )
    return _by_person(alert, "acknowledged", by=by, now_ms=max(now_ms, alert.since_ms))


def shelve(alert: Alert, *, by: str, until_ms: int, now_ms: int) -> LiveEvent:
    """Put the alert on the shelf: nobody is called for it until `until_ms`, 30 days from now at most.

    Raises ValueError for a time that has passed or is later.
    """
    if not now_ms < until_ms <= now_ms + LONGEST_SHELF_MS:
        ahead_h = (until_ms - now_ms) / 3_600_000
        raise ValueError(
            f"until is {ahead_h:.1f} h from now, not within 0 and 720: shelve for less, or again later"
        )
    return _by_person(alert, "shelved", by=by, now_ms=now_ms, until_ms=until_ms)


def unshelve(alert: Alert, *, by: str, now_ms: int) -> LiveEvent:
    """Take the alert from the shelf. Raises ValueError for one that is not there."""
    if alert.status != "shelved":
        raise ValueError(
            f"{alert.entity} of {alert.site} is {alert.status}, not shelved: nothing is left to do"
        )
    return _by_person(alert, "unshelved", by=by, now_ms=now_ms)


def clear(alert: Alert, *, by: str, now_ms: int) -> LiveEvent:
    """End an alert whose rule is gone. A rule that still holds raises it again with the next event of its own.

    Raises ValueError for one that has cleared.
    """
    if alert.status == "cleared":
        raise ValueError(f"{alert.entity} of {alert.site} has cleared: nothing is left to do")
    return _by_person(alert, "cleared", by=by, now_ms=max(now_ms, alert.since_ms))


def _by_person(alert: Alert, step: str, *, by: str, now_ms: int, until_ms: int | None = None) -> LiveEvent:
    if not by.strip():
        raise ValueError("by is empty: say who")
    body = msgspec.convert(
        {
            "type": "alert", "rule": alert.rule, "about": alert.about, "step": step, "severity": alert.severity,
            "text": alert.text, "by": by, "until_ms": until_ms, "options": alert.options,
        },
        AlertChanged,
    )  # fmt: skip
    return step_event(alert.site, alert.entity, now_ms, body, cause=f"{alert.since_ms}")
