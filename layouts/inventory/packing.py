"""Which lines of the book a movement takes from and brings to, where goods or units change what they lie on.

A movement with `into_unit` is on that unit afterwards, on none if it is empty: goods are packed, packed into another
unit, or unpacked. Without a SKU it is the handling unit itself, with all on it, that is put on another or taken off.
"""

from __future__ import annotations

from layouts.inventory.stock_key import StockKey
from layouts.live.events import StockMoved


def unit_afterwards(body: StockMoved) -> str | None:
    """The handling unit that the goods are on afterwards, or that the unit is then, PALLET/CARTON."""
    unit, into = body.handling_unit, body.into_unit
    if into is None:
        return unit
    if body.sku or unit is None:
        return into or None
    name = unit.rpartition("/")[2]
    return f"{into}/{name}" if into else name


def source_of(body: StockMoved) -> StockKey | None:
    """The line that goods are taken from, None for outside."""
    if body.from_place is None:
        return None
    return StockKey(body.from_place, body.sku, body.lot, body.handling_unit)


def target_of(body: StockMoved) -> StockKey | None:
    """The line that goods are brought to, None for outside."""
    if body.to_place is None:
        return None
    return StockKey(body.to_place, body.sku, body.lot, unit_afterwards(body))


def carried_to(key: StockKey, body: StockMoved) -> StockKey | None:
    """Where a line of the unit that moves as a whole goes, None for outside."""
    if body.to_place is None:
        return None
    on_it = (key.handling_unit or "").removeprefix(body.handling_unit or "")
    return key._replace(place=body.to_place, handling_unit=f"{unit_afterwards(body)}{on_it}")


def outermost(unit: str) -> str:
    """The unit at the bottom: PALLET of PALLET/CARTON."""
    return unit.partition("/")[0]


def is_on(held: str | None, unit: str) -> bool:
    """Whether what is held on `held` lies on `unit`, or on a unit that does."""
    return held is not None and (held == unit or held.startswith(f"{unit}/"))
