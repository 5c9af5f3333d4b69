"""What was taken from places for orders, as movements that name the order tell."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from layouts.inventory.stock_key import site_of, thousandths
from layouts.live.events import StockMoved

PickRow = tuple[int, str, str, str, int]

SPAN_MS = 10 * 86_400_000
FREED_AT_ONCE = 8


class Picked:
    """Thousandths by site, order and SKU, in spans of ten days; whole spans are forgotten after `forget_ms`.

    So what is remembered depends on the time alone, whatever the order in which movements were learned.
    """

    def __init__(self, forget_ms: int) -> None:
        self._forget_ms = forget_ms
        self._spans: dict[int, dict[tuple[str, str], dict[str, int]]] = {}
        self._past: list[dict[tuple[str, str], dict[str, int]]] = []

    def take(self, body: StockMoved, at_ms: int) -> None:
        """Add a movement to what was picked for its order; one without changes nothing.

        So does what is packed at its place, which was picked before, and a unit as a whole, of which is not told what
        lies on it.
        """
        is_packing = body.into_unit is not None and body.from_place == body.to_place
        if body.order is not None and body.from_place is not None and body.sku and not is_packing:
            span = self._spans.setdefault(at_ms // SPAN_MS, {})
            picks = span.setdefault((site_of(body.from_place), body.order), {})
            picks[body.sku] = picks.get(body.sku, 0) + thousandths(body.quantity)

    def forget(self, newest_ms: int) -> None:
        """Forget spans that ended `forget_ms` before the newest; `let_go` frees what they held."""
        for span in [span for span in self._spans if span < self.oldest(newest_ms)]:
            self._past.append(self._spans.pop(span))

    def oldest(self, newest_ms: int) -> int:
        """The number of the oldest span that is remembered."""
        return (newest_ms - self._forget_ms) // SPAN_MS

    def let_go(self) -> None:
        """Free a few orders that are forgotten: to free ten days of them at once takes long."""
        for _ in range(FREED_AT_ONCE if self._past else 0):
            if not self._past[-1]:
                self._past.pop()
                break
            self._past[-1].popitem()

    def of(self, site: str, order: str) -> Mapping[str, int]:
        """What was picked for one order, by SKU."""
        total: dict[str, int] = defaultdict(int)
        for span in self._spans.values():
            for sku, amount in span.get((site, order), {}).items():
                total[sku] += amount
        return total

    def all(self) -> Mapping[tuple[str, str, str], int]:
        """What was picked, by (site, order, SKU), in order."""
        total: dict[tuple[str, str, str], int] = defaultdict(int)
        for _, site, order, sku, amount in self.rows():
            total[site, order, sku] += amount
        return dict(sorted(total.items()))

    def rows(self) -> list[PickRow]:
        """As plain values, in one order."""
        return sorted(
            (span, site, order, sku, amount)
            for span, orders in self._spans.items()
            for (site, order), picks in orders.items()
            for sku, amount in picks.items()
        )

    def restore(self, rows: Iterable[PickRow]) -> None:
        """What `rows` was taken from."""
        for span, site, order, sku, amount in rows:
            self._spans.setdefault(span, {}).setdefault((site, order), {})[sku] = amount
