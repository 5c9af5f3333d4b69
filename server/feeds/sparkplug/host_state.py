"""What a Sparkplug host tells of itself: retained, and as last will (Sparkplug 3.0, 6.4.23)."""

from __future__ import annotations

from typing import NamedTuple

import msgspec

from server.feeds.sparkplug.topic import NAMESPACE


class HostState(NamedTuple):
    """Register `death` as the will of QoS 1, retained, before connecting; then publish `birth` so."""

    topic: str
    birth: bytes
    death: bytes


def host_state(host: str, *, now_ms: int) -> HostState:
    """The state of `host` for one connection: birth and death have the same time. Raises ValueError for no name."""
    if not host or any(sign in host for sign in "/+#\0"):
        raise ValueError(f"host '{host[:60]}' is no name of one topic level: leave / + # out")
    birth, death = (msgspec.json.encode({"online": is_up, "timestamp": now_ms}) for is_up in (True, False))
    return HostState(f"{NAMESPACE}/STATE/{host}", birth, death)
