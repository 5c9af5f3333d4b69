"""What a business system may tell: the JSON form, one record each, told apart by `kind`.

A message holds one record, a list of them, or `{"records": [...]}`. Times are ISO 8601 with Z or an offset, or local
where the settings name the time zone; a day alone is allowed where it says so. Every record says when it was so, in
`at`. `document` and `line` are the source's own numbers: with both, a record that comes again is known for the same,
and two records with both alike are one. Without a line, equal records of one document are one: number the lines.
"""

from __future__ import annotations

from typing import Literal, TypeAlias

import msgspec


class _Told(
    msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True, tag_field="kind", tag=str.lower
):
    """`at` is when it was so."""

    at: str


class InventoryLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """So much of a SKU (and lot, and handling unit) lies at a location."""

    location: str
    sku: str
    quantity: float
    lot: str | None = None
    handling_unit: str | None = None


class Inventory(_Told, frozen=True, kw_only=True):
    """What lay where at `at`. What is not listed stays as it was, but at locations that match `full_for` (names
    with * and ?): there the list is full, and what is missing from it is counted as 0.
    """

    lines: tuple[InventoryLine, ...]
    document: str | None = None
    counted_by: Literal["wms", "count", "scan", "rfid"] = "wms"
    full_for: tuple[str, ...] = ()


class Movement(_Told, frozen=True, kw_only=True):
    """A quantity above 0 went from one location to another; a location left out is outside all sites."""

    sku: str
    quantity: float
    from_location: str | None = None
    to_location: str | None = None
    lot: str | None = None
    handling_unit: str | None = None
    reason: str | None = None
    disposition: str | None = None
    order: str | None = None
    document: str | None = None
    line: int | str | None = None


class UnitMovement(_Told, frozen=True, kw_only=True, tag="unit_movement"):
    """A handling unit went from one location to another with all on it; one that is on a pallet is PALLET/CARTON."""

    handling_unit: str
    from_location: str | None = None
    to_location: str | None = None
    reason: str | None = None
    disposition: str | None = None
    order: str | None = None
    document: str | None = None
    line: int | str | None = None


class Packing(_Told, frozen=True, kw_only=True):
    """At a location something was packed into a handling unit, or unpacked from it: a quantity above 0 of a SKU, or
    another `unit` with all on it.
    """

    how: Literal["packed", "unpacked"]
    handling_unit: str
    location: str
    sku: str | None = None
    quantity: float | None = None
    lot: str | None = None
    unit: str | None = None
    order: str | None = None
    document: str | None = None
    line: int | str | None = None


class Return(_Told, frozen=True, kw_only=True):
    """A customer sent back a quantity: why, and what becomes of it."""

    sku: str
    quantity: float
    to_location: str
    reason: str
    disposition: Literal["restock", "quarantine", "repair", "supplier", "scrap"]
    lot: str | None = None
    handling_unit: str | None = None
    order: str | None = None
    document: str | None = None
    line: int | str | None = None


class OrderLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A quantity above 0 of a SKU."""

    sku: str
    quantity: float


class Order(_Told, frozen=True, kw_only=True):
    """An order was released; told again with another content and a later `at`, it was changed."""

    order: str
    lines: tuple[OrderLine, ...]
    due: str | None = None
    wave: str | None = None


class OrderClosing(_Told, frozen=True, kw_only=True, tag="order_closed"):
    """An order is done or cancelled."""

    order: str
    how: Literal["done", "cancelled"]


class Inbound(_Told, frozen=True, kw_only=True):
    """One SKU of a delivery: due at `due`, as now known expected at `expected`; a delay is told by a later `at`."""

    inbound: str
    sku: str
    quantity: float
    due: str
    expected: str | None = None
    status: Literal["planned", "under_way", "arrived", "cancelled"] = "planned"
    supplier: str | None = None
    line: int | str | None = None


class Item(_Told, frozen=True, kw_only=True):
    """Master data of a SKU."""

    sku: str
    name: str | None = None
    unit_value: float | None = None
    mass_kg: float | None = None


class Lot(_Told, frozen=True, kw_only=True):
    """A lot: when it was made (a day alone: its beginning) and expires (a day alone: its end)."""

    sku: str
    lot: str
    made: str | None = None
    expires: str | None = None
    shelf_life_h: float | None = None
    reference_c: float | None = None
    q10: float | None = None
    activation_kj_mol: float | None = None


Record: TypeAlias = (
    Inventory | Movement | UnitMovement | Packing | Return | Order | OrderClosing | Inbound | Item | Lot
)
