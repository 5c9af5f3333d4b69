"""The latest that was told by key: later happenings win, whatever the order in which they are learned."""

from __future__ import annotations

from collections.abc import Iterator

from layouts.live.events import (
    AlertChanged,
    FenceCrossed,
    InboundExpected,
    LinkChanged,
    LiveEvent,
    LocationSeen,
    LotKnown,
    Noted,
    OrderClosed,
    OrderReleased,
    Position,
    Reading,
    SkuKnown,
    StockCounted,
    StockMoved,
    StockSeen,
    VehicleState,
    Work,
)


def key_of(event: LiveEvent) -> str | None:
    """The key of what the event tells, `SITE/kind/entity…`; None for what adds up instead of replacing."""
    match event.body:
        case Position():
            kind = "position"
        case Reading(channel=channel):
            return f"{event.site}/reading/{event.entity}/{channel}"
        case VehicleState():
            kind = "vehicle"
        case FenceCrossed(fence=fence):
            return f"{event.site}/fence/{event.entity}/{fence}"
        case Work():
            kind = "work"
        case StockMoved() | StockCounted() | StockSeen():
            return None
        case OrderReleased():
            kind = "order"
        case OrderClosed():
            kind = "closed"
        case InboundExpected():
            kind = "inbound"
        case LinkChanged():
            kind = "link"
        case AlertChanged(step=step):
            return f"{event.site}/alert/{event.entity}/{step}"
        case LocationSeen():
            kind = "location"
        case LotKnown():
            kind = "lot"
        case SkuKnown():
            kind = "sku"
        case Noted():
            kind = "note"
    return f"{event.site}/{kind}/{event.entity}"


class Latest:
    """Events by key. Of two with one key the one that happened later stays, of equal times the greater id.

    So the same events give the same values in any order, and told twice they change nothing.
    """

    def __init__(self) -> None:
        self._of: dict[str, LiveEvent] = {}

    def apply(self, key: str, event: LiveEvent) -> bool:
        """Take the event in; False when what is known already is newer."""
        known = self._of.get(key)
        if known is not None and (event.happened_ms, event.id) <= (known.happened_ms, known.id):
            return False
        self._of[key] = event
        return True

    def get(self, key: str) -> LiveEvent | None:
        """The latest of `key`, None if nothing was told."""
        return self._of.get(key)

    def items(self, prefix: str = "") -> Iterator[tuple[str, LiveEvent]]:
        """Keys that start with `prefix`, and the latest of each."""
        return ((key, event) for key, event in self._of.items() if key.startswith(prefix))

    def plain(self) -> dict[str, LiveEvent]:
        """What `of` takes, in order of key."""
        return dict(sorted(self._of.items()))

    @staticmethod
    def of(plain: dict[str, LiveEvent]) -> Latest:
        """The one that `plain` was taken from."""
        latest = Latest()
        latest._of.update(plain)
        return latest

    def __len__(self) -> int:
        return len(self._of)
