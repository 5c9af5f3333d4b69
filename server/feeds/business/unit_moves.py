"""Handling units that move whole, what is packed into them and what is unpacked, as movements of the book."""

from __future__ import annotations

import math

from layouts.live.events import StockMoved
from server.feeds.business.records import Packing, UnitMovement


def unit_moved(record: UnitMovement, from_place: str | None, to_place: str | None) -> StockMoved:
    """The movement of the unit with all on it. Raises ValueError for one that is not named, and for no place."""
    if not record.handling_unit.strip():
        raise ValueError("handling_unit is empty: name one")
    if from_place is None and to_place is None:
        raise ValueError("neither from_location nor to_location is told: name at least one")
    return StockMoved(
        "",
        1.0,
        from_place,
        to_place,
        handling_unit=record.handling_unit,
        reason=record.reason,
        disposition=record.disposition,
        order=record.order,
    )


def packed(record: Packing, place: str | None) -> StockMoved:
    """The movement into the unit or out of it, at one place. Raises ValueError, which names the field."""
    unit, holder, is_in = record.unit, record.handling_unit, record.how == "packed"
    if not holder.strip():
        raise ValueError("handling_unit is empty: name one")
    if not record.sku and unit is None:
        raise ValueError("neither sku nor unit is told: name what was packed or unpacked")
    if unit is not None:
        if record.sku:
            raise ValueError("both sku and unit are told: a record is about one of them")
        if f"{holder}/".startswith(f"{unit}/"):
            raise ValueError(f"unit '{unit}' is packed into itself: name another")
        return _packed("", 1.0, place, unit if is_in else f"{holder}/{unit}", record)
    if record.quantity is None:
        raise ValueError(f"quantity is not told: how much of SKU '{record.sku}' was {record.how}?")
    if not (math.isfinite(record.quantity) and record.quantity > 0):
        raise ValueError(f"quantity {record.quantity:g} is not above 0")
    return _packed(str(record.sku), record.quantity, place, None if is_in else holder, record)


def _packed(sku: str, quantity: float, place: str | None, before: str | None, record: Packing) -> StockMoved:
    into = record.handling_unit if record.how == "packed" else ""
    return StockMoved(
        sku, quantity, place, place, record.lot, before, record.how, order=record.order, into_unit=into
    )
