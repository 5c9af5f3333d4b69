"""Events without people's names: what names a person becomes a pseudonym before anything is written down.

Each field of an event is one of three: it names somebody, it is written by people and may hold anything (left as it
is, and told), or it is neither. A test holds this table against the events there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import msgspec

from layouts.live.events import AlertChanged, LiveEvent, Noted, Work
from server.access.errors import ForgottenError
from server.access.pseudonyms import Pseudonyms, keyed_hash

FREE_TEXT: dict[str, frozenset[str]] = {
    "alert": frozenset({"text", "options"}),
    "link": frozenset({"reason"}),
    "moved": frozenset({"reason"}),
    "note": frozenset({"text"}),
    "vehicle": frozenset({"faults"}),
}
"""Fields, by kind of event, that people write: a name in them stays readable."""

NAMING: dict[str, frozenset[str]] = {
    "alert": frozenset({"about", "by"}),
    "note": frozenset({"by", "closes"}),
    "work": frozenset({"blocked_by", "resource"}),
}
"""Fields, by kind of event, that may name a person; `entity` may in all of them."""


class Hidden(NamedTuple):
    """The event without names, and its fields of free text that hold something and were left alone."""

    event: LiveEvent
    left_alone: tuple[str, ...]


def hide_people(event: LiveEvent, pseudonyms: Pseudonyms) -> Hidden:
    """The event with pseudonyms for people: `person/…`, agents that are people, and whoever did or noted something.

    The same event gives the same one again, so that what comes twice is still known. The id of an event that names
    somebody is replaced too: ids are made of what is told, and whoever guesses a name could check the guess.

    Raises ForgottenError for an event that names somebody and happened in a period whose key was destroyed: told
    before, it got an id by that key, and would get another one now and count twice.
    """
    hiding = _Hiding(pseudonyms, event.happened_ms)
    body = event.body
    match body:
        case AlertChanged():
            by = hiding.person(body.by, machines=(body.rule, event.source, "escalation"))
            body = msgspec.structs.replace(body, about=hiding.path(body.about), by=by)
        case Noted():
            closes = None if body.closes is None else hiding.path(body.closes)
            by = hiding.person(body.by, machines=(event.source,))
            body = msgspec.structs.replace(body, by=by or "", closes=closes)
        case Work():
            body = msgspec.structs.replace(
                body, blocked_by=hiding.agent(body.blocked_by), resource=hiding.agent(body.resource)
            )
    entity = hiding.path(event.entity)
    told = FREE_TEXT.get(str(event.body.__struct_config__.tag), frozenset())
    left_alone = tuple(sorted(name for name in told if getattr(event.body, name)))
    if entity == event.entity and body == event.body:
        return Hidden(event, left_alone)
    event_id = hiding.id(event.source, event.id)
    if pseudonyms.is_destroyed(event.happened_ms):
        raise ForgottenError(
            f"it names somebody and happened at {event.happened_ms} ms, whose period's key is destroyed, so that "
            "nobody can say whether it was told before: tell it sooner, or raise keep_days for what is to come"
        )
    hidden = msgspec.structs.replace(event, id=event_id, entity=entity, body=body)
    return Hidden(hidden, left_alone)


class _Hiding:
    """What hides the names in one event."""

    def __init__(self, pseudonyms: Pseudonyms, happened_ms: int) -> None:
        self._pseudonyms, self._happened_ms = pseudonyms, happened_ms

    def person(self, name: str | None, *, machines: Sequence[str]) -> str | None:
        """Whoever did something, unless it was one of `machines`; a name may be written as an entity."""
        if not name or name in machines:
            return name
        if "/" in name:
            return self.path(name)
        is_agent = self._pseudonyms.is_person(name)
        return self._pseudonyms.of(name, self._happened_ms, word=None if is_agent else "person")

    def agent(self, name: str | None) -> str | None:
        """An agent's name, if it is a person's."""
        if name is None or not self._pseudonyms.is_person(name):
            return name
        return self._pseudonyms.of(name, self._happened_ms)

    def path(self, text: str) -> str:
        """The names after `person/` and `agent/` anywhere in `KIND/NAME/…`."""
        parts: Sequence[str] = text.split("/")
        return "/".join(self._part(before, part) for before, part in zip(("", *parts), parts, strict=False))

    def id(self, source: str, event_id: str) -> str:
        """An id that does not tell what it was made of."""
        key = self._pseudonyms.key_at(self._happened_ms)
        if key is None:  # that period never had one and never gets one, so equal ids stay equal
            return event_id
        return f"{source[:100]}:{keyed_hash(key, 'id', event_id)[:24]}"

    def _part(self, before: str, part: str) -> str:
        if before == "person":
            return self._pseudonyms.of(part, self._happened_ms, word="person")
        return (self.agent(part) or part) if before == "agent" else part
