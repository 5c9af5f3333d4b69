"""The newest that each source saw of each thing at each place: evidence beside the book."""

from __future__ import annotations

from collections.abc import Iterable

from layouts.live.events import LiveEvent, StockSeen

Name = tuple[str, str, str | None, str | None, str | None]


class Sightings:
    """The newest sighting by place, source, SKU, lot and handling unit, for `forget_ms`."""

    def __init__(self, forget_ms: int) -> None:
        self._forget_ms = forget_ms
        self._of: dict[Name, LiveEvent] = {}

    def take(self, event: LiveEvent) -> None:
        """Keep it if it is the newest: the one that happened later, of equal times the greater id."""
        body = event.body
        if isinstance(body, StockSeen):
            name = (body.place, body.source, body.sku, body.lot, body.handling_unit)
            known = self._of.get(name)
            if known is None or (known.happened_ms, known.id) < (event.happened_ms, event.id):
                self._of[name] = event

    def forget(self, newest_ms: int, names: Iterable[Name] | None = None) -> None:
        """Let go of what (of `names`) was seen `forget_ms` before the newest."""
        oldest_ms = newest_ms - self._forget_ms
        for name in self.names() if names is None else names:
            if name in self._of and self._of[name].happened_ms <= oldest_ms:
                del self._of[name]

    def names(self) -> list[Name]:
        """Place, source, SKU, lot and handling unit of each."""
        return list(self._of)

    def events(self) -> list[LiveEvent]:
        """All of them, by time."""
        return sorted(self._of.values(), key=lambda event: (event.happened_ms, event.id))
