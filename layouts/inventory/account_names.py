"""Which accounts of the book a movement or a count is in, and which accounts hold a SKU."""

from __future__ import annotations

from collections.abc import Collection
from typing import TypeAlias

from layouts.inventory.packing import outermost, source_of, target_of, unit_afterwards
from layouts.inventory.stock_key import StockKey
from layouts.live.events import StockCounted, StockMoved

AccountName: TypeAlias = tuple[str, str, str | None] | str
"""Place, SKU and lot of a line without a handling unit; else the outermost unit, or one of those joined with it."""


def name_of(key: StockKey) -> AccountName:
    """The account that a line is in."""
    unit = key.handling_unit
    return (key.place, key.sku, key.lot) if unit is None else outermost(unit)


def names_of(body: StockMoved | StockCounted) -> tuple[AccountName, ...]:
    """The lines without a unit and the outermost units that a movement or count is about."""
    if isinstance(body, StockMoved) and body.into_unit is not None:
        return _names_of_packing(body)
    if body.handling_unit is not None:
        return (outermost(body.handling_unit),)
    if isinstance(body, StockCounted):
        return ((body.place, body.sku, body.lot),)
    if body.to_place is None:
        return () if body.from_place is None else ((body.from_place, body.sku, body.lot),)
    if body.from_place is None or body.from_place == body.to_place:
        return ((body.to_place, body.sku, body.lot),)
    return (body.from_place, body.sku, body.lot), (body.to_place, body.sku, body.lot)


def _names_of_packing(body: StockMoved) -> tuple[AccountName, ...]:
    if body.sku or body.handling_unit is None:
        ends = (source_of(body), target_of(body))
        return tuple(dict.fromkeys(name_of(key) for key in ends if key is not None))
    return tuple(
        dict.fromkeys(outermost(unit) for unit in (body.handling_unit, unit_afterwards(body)) if unit)
    )


class NamesBySku:
    """The accounts that may hold a SKU. What leaves is found by its name alone."""

    def __init__(self) -> None:
        self._names: dict[str, set[AccountName]] = {}
        self._skus_on: dict[str, list[str]] = {}

    def add(self, name: AccountName, sku: str) -> None:
        """An account may hold the SKU from now on."""
        names = self._names.setdefault(sku, set())
        if name not in names:
            names.add(name)
            if isinstance(name, str):
                self._skus_on.setdefault(name, []).append(sku)

    def drop(self, name: AccountName) -> None:
        """An account holds nothing any more."""
        for sku in self._skus_on.pop(name, ()) if isinstance(name, str) else name[1:2]:
            names = self._names.get(sku)
            if names is not None:
                names.discard(name)
                if not names:
                    del self._names[sku]

    def of(self, sku: str) -> Collection[AccountName]:
        """The accounts that may hold the SKU, in no certain order."""
        return self._names.get(sku, ())
