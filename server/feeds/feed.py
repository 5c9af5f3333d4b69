"""A feed is a transport that brings messages and a decoder that reads them; both know nothing of the store.

A decoder never raises for what a message holds: what it cannot take is `Refused`, with a sentence that names the
field, the value and what was expected. It makes the same ids from the same message, so that a message that comes
twice (MQTT QoS 1, a replay of dead letters) is recorded once.
"""

from __future__ import annotations

import hashlib
from typing import NamedTuple, Protocol

from layouts.live.events import LiveEvent


class Message(NamedTuple):
    """What came: `address` is the MQTT topic, the HTTP path or the file's name; `arrived_ms` in UTC."""

    address: str
    payload: bytes
    arrived_ms: int


class Refused(NamedTuple):
    """What cannot be taken, of one record or the whole message; it becomes a dead letter."""

    reason: str
    payload: bytes


class Reply(NamedTuple):
    """What to publish in answer, as a Sparkplug rebirth request."""

    address: str
    payload: bytes


class Decoded(NamedTuple):
    """What a message tells."""

    events: tuple[LiveEvent, ...] = ()
    refused: tuple[Refused, ...] = ()
    replies: tuple[Reply, ...] = ()


class Decoder(Protocol):
    """Reads the messages of one feed, in the order in which they came."""

    def decode(self, message: Message) -> Decoded:
        """What the message tells; never raises for what it holds."""


def derived_id(source: str, *parts: object) -> str:
    """An id for what has none of its own: the same for the same source and parts."""
    told = "\x1f".join((source, *map(str, parts)))
    return f"{source}:{hashlib.sha256(told.encode()).hexdigest()[:24]}"
