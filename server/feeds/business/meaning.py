"""Business records as live events."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatchcase
from typing import NamedTuple
from zoneinfo import ZoneInfo

import msgspec

from layouts.live.events import (
    Body,
    InboundExpected,
    LiveEvent,
    LotKnown,
    OrderClosed,
    OrderReleased,
    SkuKnown,
    StockCounted,
    StockMoved,
)
from server.feeds.business.records import (
    Inbound,
    Inventory,
    InventoryLine,
    Item,
    Lot,
    Movement,
    Order,
    OrderClosing,
    Packing,
    Record,
    Return,
    UnitMovement,
)
from server.feeds.business.settings import BusinessSettings
from server.feeds.business.times import day_ms, instant_ms
from server.feeds.business.unit_moves import packed, unit_moved
from server.feeds.feed import derived_id


class StockKey(NamedTuple):
    """What the book holds at a place, SITE/LOCATION."""

    place: str
    sku: str
    lot: str | None = None
    handling_unit: str | None = None


Lying = Callable[[str], Iterable[StockKey]]
"""What the book holds, above 0, at places that match SITE/PATTERN with * and ?."""


def events_of(record: Record, settings: BusinessSettings, lying: Lying | None) -> list[LiveEvent]:
    """What a record tells. Raises ValueError, which names the field."""
    zone = ZoneInfo(settings.time_zone) if settings.time_zone else None
    its = _Teller(settings, zone, record)
    match record:
        case Inventory():
            return list(_counted(record, its, lying))
        case Movement():
            return [its.moved(_moved(record, its), record.document, record.line)]
        case UnitMovement():
            ends = (
                its.place("from_location", record.from_location),
                its.place("to_location", record.to_location),
            )
            return [its.moved(unit_moved(record, *ends), record.document, record.line)]
        case Packing():
            body = packed(record, its.place("location", record.location))
            return [its.moved(body, record.document, record.line)]
        case Return():
            return [its.moved(_returned(record, its), record.document, record.line)]
        case Order():
            return [its.tell(f"order/{record.order}", _released(record, its))]
        case OrderClosing():
            return [its.tell(f"order/{record.order}", OrderClosed(record.how))]
        case Inbound():
            line = "" if record.line is None else f"/{record.line}"
            return [its.tell(f"inbound/{record.inbound}{line}", _inbound(record, its))]
        case Item():
            known = SkuKnown(record.name, _finite(record, "unit_value"), _finite(record, "mass_kg"))
            return [its.tell(f"sku/{record.sku}", known)]
        case Lot():
            return [its.tell(f"lot/{record.sku}/{record.lot}", _lot(record, its))]


class _Teller:
    """Makes the events of one record."""

    def __init__(self, settings: BusinessSettings, zone: ZoneInfo | None, record: Record) -> None:
        self._settings = settings
        self._record = record
        self.zone = zone
        self.happened_ms = instant_ms(record.at, "at", zone)

    def tell(
        self, entity: str, body: Body, document: str | None = None, line: int | str | None = None
    ) -> LiveEvent:
        """An event under the source's own numbers; without both, under what the record tells."""
        source, kind = self._settings.source, str(self._record.__struct_config__.tag)
        if document is not None and line is not None:
            return self._live(derived_id(source, kind, document, line), entity, body)
        canonical = msgspec.json.encode(self._record, order="deterministic").decode()
        return self._live(derived_id(source, kind, canonical), entity, body)

    def moved(self, body: StockMoved, document: str | None, line: int | str | None) -> LiveEvent:
        """A movement of a SKU, or of a unit as a whole."""
        return self.tell(
            f"sku/{body.sku}" if body.sku else f"unit/{body.handling_unit}", body, document, line
        )

    def count(self, document: str, key: StockKey, quantity: float, by: str) -> LiveEvent:
        """A count of the document: one for each thing at a place."""
        body = StockCounted(key.sku, key.place, quantity, by, key.lot, key.handling_unit)  # type: ignore[arg-type]
        name = derived_id(self._settings.source, "inventory", document, *map(str, key))
        return self._live(name, f"location/{key.place.partition('/')[2]}", body, key.place.partition("/")[0])

    def _live(self, name: str, entity: str, body: Body, site: str | None = None) -> LiveEvent:
        settings = self._settings
        return LiveEvent(
            id=name,
            site=site or settings.site,
            source=settings.source,
            entity=entity,
            happened_ms=self.happened_ms,
            body=body,
        )

    def place(self, field: str, location: str | None) -> str | None:
        """SITE/LOCATION of a location of this site, or of one that says its site. Raises ValueError."""
        if location is None:
            return None
        site, slash, name = location.partition("/")
        if not slash:
            site, name = self._settings.site, location
        elif site not in (self._settings.site, *self._settings.sites):
            raise ValueError(
                f"{field} '{location}' names the site '{site}', which is not one of this feed's: add it to sites"
            )
        if not name.strip():
            raise ValueError(f"{field} '{location}' names no location")
        return f"{site}/{name}"

    def time_ms(self, field: str, text: str | None) -> int | None:
        """A point in time, None for none. Raises ValueError."""
        return None if text is None else instant_ms(text, field, self.zone)


def _counted(record: Inventory, its: _Teller, lying: Lying | None) -> Iterator[LiveEvent]:
    document = record.document or record.at
    listed: dict[StockKey, float] = {}
    for number, line in enumerate(record.lines):
        key = _key(line, number, its)
        if key in listed:
            raise ValueError(f"lines[{number}] tells {'/'.join(map(str, key))} a second time: add the two up")
        if not (math.isfinite(line.quantity) and line.quantity >= 0):
            raise ValueError(f"lines[{number}].quantity {line.quantity:g} is not 0 or more: a count is")
        listed[key] = line.quantity
    for key, quantity in listed.items():
        yield its.count(document, key, quantity, record.counted_by)
    for key in _missing(record, its, listed, lying):
        yield its.count(document, key, 0.0, record.counted_by)


def _key(line: InventoryLine, number: int, its: _Teller) -> StockKey:
    place = its.place(f"lines[{number}].location", line.location)
    if place is None or not line.sku.strip():
        raise ValueError(f"lines[{number}].sku is empty: name one")
    return StockKey(place, line.sku, line.lot, line.handling_unit)


def _missing(
    record: Inventory, its: _Teller, listed: dict[StockKey, float], lying: Lying | None
) -> list[StockKey]:
    """What the book holds where the list is full, and the list has not."""
    if not record.full_for:
        return []
    if lying is None:
        raise ValueError("full_for needs the book of stock, which this feed does not see: leave it out")
    patterns = [its.place("full_for", pattern) or "" for pattern in record.full_for]
    held = {key for pattern in patterns for key in lying(pattern) if fnmatchcase(key.place, pattern)}
    return sorted(held - listed.keys(), key=lambda key: tuple(part or "" for part in key))


def _named(sku: str) -> str:
    """A movement without a SKU would be that of a whole handling unit."""
    if not sku.strip():
        raise ValueError("sku is empty: name one, or tell of a whole handling unit in a unit_movement")
    return sku


def _moved(record: Movement, its: _Teller) -> StockMoved:
    from_place = its.place("from_location", record.from_location)
    to_place = its.place("to_location", record.to_location)
    if from_place is None and to_place is None:
        raise ValueError("neither from_location nor to_location is told: name at least one")
    return StockMoved(
        _named(record.sku),
        _above_zero(record.quantity, "quantity"),
        from_place,
        to_place,
        record.lot,
        record.handling_unit,
        record.reason,
        record.disposition,
        record.order,
    )


def _returned(record: Return, its: _Teller) -> StockMoved:
    return StockMoved(
        _named(record.sku),
        _above_zero(record.quantity, "quantity"),
        None,
        its.place("to_location", record.to_location),
        record.lot,
        record.handling_unit,
        f"return: {record.reason}",
        record.disposition,
        record.order,
    )


def _released(record: Order, its: _Teller) -> OrderReleased:
    if not record.lines:
        raise ValueError(f"lines of order '{record.order}' is empty: an order has at least one")
    lines = tuple(
        (line.sku, _above_zero(line.quantity, f"lines[{number}].quantity"))
        for number, line in enumerate(record.lines)
    )
    return OrderReleased(lines, its.time_ms("due", record.due), record.wave)


def _inbound(record: Inbound, its: _Teller) -> InboundExpected:
    return InboundExpected(
        record.sku,
        _above_zero(record.quantity, "quantity"),
        instant_ms(record.due, "due", its.zone),
        its.time_ms("expected", record.expected),
        record.status,
        record.supplier,
    )


def _lot(record: Lot, its: _Teller) -> LotKnown:
    made_ms = None if record.made is None else day_ms(record.made, "made", its.zone, at_end=False)
    expires_ms = None if record.expires is None else day_ms(record.expires, "expires", its.zone, at_end=True)
    if made_ms is not None and expires_ms is not None and expires_ms <= made_ms:
        raise ValueError(f"expires '{record.expires}' is not after made '{record.made}'")
    for name in ("shelf_life_h", "q10", "activation_kj_mol"):
        value = _finite(record, name)
        if value is not None and value <= 0:
            raise ValueError(f"{name} {value:g} is not above 0")
    return LotKnown(
        record.sku,
        record.lot,
        made_ms,
        expires_ms,
        record.shelf_life_h,
        _finite(record, "reference_c"),
        record.q10,
        record.activation_kj_mol,
    )


def _above_zero(quantity: float, field: str) -> float:
    if not (math.isfinite(quantity) and quantity > 0):
        raise ValueError(f"{field} {quantity:g} is not above 0")
    return quantity


def _finite(record: Record, field: str) -> float | None:
    value: float | None = getattr(record, field)
    if value is not None and not math.isfinite(value):
        raise ValueError(f"{field} {value:g} is no finite number")
    return value
