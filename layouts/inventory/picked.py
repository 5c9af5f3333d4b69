"""What was taken from places for orders, as movements that name the order tell."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from layouts.inventory.stock_key import site_of, thousandths
from layouts.live.events import LiveEvent, StockMoved

PickRow = tuple[int, str, str, str, int]

SPAN_MS = 10 * 86_400_000


class Picked:
    """Thousandths by (site, order, SKU), in spans of ten days; whole spans are forgotten after `forget_ms`.

    So what is remembered depends on the time alone, whatever the order in which movements were learned.
    """

    def __init__(self, forget_ms: int) -> None:
        self._forget_ms = forget_ms
        self._spans: dict[int, dict[tuple[str, str, str], int]] = {}

    def take(self, event: LiveEvent) -> None:
        """Add a movement to what was picked for its order; others change nothing."""
        body = event.body
        if isinstance(body, StockMoved) and body.order is not None and body.from_place is not None:
            span = self._spans.setdefault(event.happened_ms // SPAN_MS, {})
            key = (site_of(body.from_place), body.order, body.sku)
            span[key] = span.get(key, 0) + thousandths(body.quantity)

    def forget(self, newest_ms: int) -> None:
        """Let go of spans that ended `forget_ms` before the newest."""
        for span in [span for span in self._spans if (span + 1) * SPAN_MS <= newest_ms - self._forget_ms]:
            del self._spans[span]

    def with_kept(self, events: Iterable[LiveEvent]) -> Mapping[tuple[str, str, str], int]:
        """All of it, with events that are not taken yet."""
        both = Picked(self._forget_ms)
        for event in events:
            both.take(event)
        total: dict[tuple[str, str, str], int] = {}
        for spans in (self._spans, both._spans):
            for span in spans.values():
                for key, amount in span.items():
                    total[key] = total.get(key, 0) + amount
        return dict(sorted(total.items()))

    def rows(self) -> list[PickRow]:
        """As plain values, in one order."""
        return [
            (span, *key, amount)
            for span, picks in sorted(self._spans.items())
            for key, amount in sorted(picks.items())
        ]

    def restore(self, rows: Iterable[PickRow]) -> None:
        """What `rows` was taken from."""
        for span, site, order, sku, amount in rows:
            self._spans.setdefault(span, {})[site, order, sku] = amount
