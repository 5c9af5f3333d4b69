"""The events of what was captured: an EPCIS document (JSON-LD or XML), the answer to a
query, one event, or a list of events.
"""

from __future__ import annotations

import hashlib

import msgspec

from server.feeds.epcis.fields import EVENT_TYPES, Json, shown, text_of
from server.feeds.epcis.xml_form import events_of_xml
from server.feeds.json_text import read_json


def events_of(payload: bytes) -> list[object]:
    """The events as plain values, in order. Raises ValueError for what holds none."""
    if payload.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"<"):
        return list(events_of_xml(payload))
    document = read_json(payload)
    if isinstance(document, list):
        return document
    if not isinstance(document, dict):
        raise ValueError(f"{shown(document)} is neither an EPCIS document nor an event nor a list of events")
    kind = document.get("type")
    if kind in EVENT_TYPES:
        return [document]
    if kind == "EPCISDocument":
        return _list_at(document, "epcisBody", "eventList")
    if kind == "EPCISQueryDocument":
        return _list_at(document, "epcisBody", "queryResults", "resultsBody", "eventList")
    raise ValueError(
        f"type {shown(kind)} is none of EPCISDocument, EPCISQueryDocument, {', '.join(EVENT_TYPES)}"
    )


def event_id(event: Json) -> str:
    """The event's own id; without one, a hash of all it tells but `recordTime` and `errorDeclaration`, so that an
    event and the declaration that it is in error have one id.

    The hash is of our own canonical form, not the standard's: two texts of one event in other orders of keys agree.
    Raises ValueError for an eventID that is no text.
    """
    told = text_of(event, "eventID")
    if told is not None:
        return told
    kept = {name: value for name, value in event.items() if name not in _UNHASHED}
    return "sha256-" + hashlib.sha256(msgspec.json.encode(kept, order="deterministic")).hexdigest()[:40]


_UNHASHED = frozenset({"recordTime", "errorDeclaration", "eventID", "@context"})


def _list_at(document: Json, *path: str) -> list[object]:
    value: object = document
    for depth, name in enumerate(path):
        value = value.get(name) if isinstance(value, dict) else None
        if value is None:
            raise ValueError(f"{'.'.join(path[: depth + 1])} is missing: it holds the events")
    if isinstance(value, list):
        return value
    raise ValueError(f"{'.'.join(path)} {shown(value)} is no list")
