"""How old a lot is on each line of the book: it ages where it stands, and takes its age along.

Where stock of different ages is put together it cannot be told apart any more: the line's age then lies between the
youngest and the oldest of them. Before it came in, and where a count finds what nobody brought, its temperature is
not known.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from layouts.inventory.account import stamp_of
from layouts.inventory.balance import Lines, enter
from layouts.inventory.flow import Flows
from layouts.inventory.packing import carried_to, source_of, target_of
from layouts.inventory.shelf_life import (
    Remaining,
    ShelfLife,
    Stretch,
    Used,
    mean_kinetic_c,
    remaining,
    used_life,
)
from layouts.inventory.stock_key import StockKey, units
from layouts.inventory.temperatures import HOUR_MS, PlaceTemperatures
from layouts.live.events import LiveEvent, LotKnown, StockCounted, StockMoved


class LotAge(NamedTuple):
    """What lies on a line at `at_ms`, how much of its life is used and left, and how warm it stood since it is there.

    `mean_kinetic_c` is None where no temperature is known.
    """

    key: StockKey
    quantity: float
    at_ms: int
    used: Used
    remaining: Remaining
    mean_kinetic_c: float | None


@dataclass
class _Here:
    """Its age when it was last looked at, and since when it is there."""

    used: Used
    looked_ms: int
    since_ms: int


def ages_of_lot(
    lot: LotKnown,
    life: ShelfLife,
    events: Iterable[LiveEvent],
    temperatures: PlaceTemperatures,
    *,
    now_ms: int,
    range_c: tuple[float, float],
) -> list[LotAge]:
    """The age of a lot at `now_ms` on each line where any of it lies, from what happened to it until then.

    `range_c` [°C] holds it where its temperature is not known. Without `made_ms` it is new when it comes in.
    """
    its = _Lot(lot, life, temperatures, range_c)
    mine = [
        event
        for event in events
        if isinstance(event.body, (StockMoved, StockCounted))
        and event.happened_ms <= now_ms
        and (_is_of(event.body, lot) or not event.body.sku)
    ]
    for event in sorted(mine, key=stamp_of):
        its.take(event)
    return its.ages(now_ms)


def _is_of(body: StockMoved | StockCounted, lot: LotKnown) -> bool:
    return (body.sku, body.lot) == (lot.sku, lot.lot)


class _Lot:
    def __init__(
        self,
        lot: LotKnown,
        life: ShelfLife,
        temperatures: PlaceTemperatures,
        range_c: tuple[float, float],
    ) -> None:
        self._lot, self._life = lot, life
        self._temperatures, self._range_c = temperatures, range_c
        self._lines, self._flows = Lines(forget_ms=1 << 62), Flows()
        self._here: dict[StockKey, _Here] = {}

    def take(self, event: LiveEvent) -> None:
        """Age along with the movement or count."""
        body, at_ms = event.body, event.happened_ms
        if isinstance(body, StockCounted):
            key = StockKey(body.place, body.sku, body.lot, body.handling_unit)
            before = self._book(key)
            enter(self._lines, event, self._flows)
            if self._book(key) > max(0, before):
                self._put(key, self._from_outside(at_ms), at_ms, is_alone=before <= 0)
        elif isinstance(body, StockMoved):
            carried = [
                (to, self._used(key, at_ms) if key else self._from_outside(at_ms), self._book(to) <= 0)
                for key, to in self._ways(body)
                if to is not None
            ]
            enter(self._lines, event, self._flows)
            for to, used, is_alone in carried:
                self._put(to, used, at_ms, is_alone=is_alone)

    def _ways(self, body: StockMoved) -> list[tuple[StockKey | None, StockKey | None]]:
        """The lines that it takes from, and where each goes; None is outside."""
        unit = body.handling_unit
        if body.sku or unit is None:
            return [(source_of(body), target_of(body))]
        return [(key, carried_to(key, body)) for key in self._lines.on(unit)]

    def _put(self, key: StockKey, used: Used, at_ms: int, *, is_alone: bool) -> None:
        if not is_alone:
            self._here[key] = _Here(
                self._used(key, at_ms).or_else(used),
                at_ms,
                self._here[key].since_ms if key in self._here else at_ms,
            )
        else:
            self._here[key] = _Here(used, at_ms, at_ms)

    def _used(self, key: StockKey, at_ms: int) -> Used:
        """The age of what lies on a line."""
        here = self._here.get(key)
        if here is None:
            return self._from_outside(at_ms)
        stretches = self._temperatures.over(key.place, here.looked_ms, at_ms)
        return here.used.then(used_life(self._life, stretches, range_c=self._range_c))

    def _from_outside(self, at_ms: int) -> Used:
        made_ms = at_ms if self._lot.made_ms is None else min(self._lot.made_ms, at_ms)
        return used_life(self._life, [Stretch((at_ms - made_ms) / HOUR_MS)], range_c=self._range_c)

    def _book(self, key: StockKey) -> int:
        return self._lines[key].book if key in self._lines else 0

    def ages(self, now_ms: int) -> list[LotAge]:
        """The age of all that lies anywhere."""
        found = []
        for key, line in sorted(self._lines.items(), key=lambda item: item[0].order):
            if line.book > 0:
                used = self._used(key, now_ms)
                since_ms = self._here[key].since_ms if key in self._here else now_ms
                there = self._temperatures.over(key.place, since_ms, now_ms)
                mean_c = mean_kinetic_c(self._life, there)
                left = remaining(self._life, used)
                found.append(LotAge(key, units(line.book), now_ms, used, left, mean_c))
        return found
