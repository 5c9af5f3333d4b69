"""What an event is about, as stock: SKUs with lot, handling unit and quantity, and the place it names."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from server.feeds.epcis.fields import Json, needed_text, number_of, text_of
from server.feeds.epcis.gs1_keys import Gs1Key, gs1_key
from server.feeds.epcis.settings import EpcisSettings


class Item(NamedTuple):
    """`quantity` of a SKU; without a SKU, a handling unit whose contents are not told; None is an amount not told."""

    sku: str | None
    lot: str | None
    handling_unit: str | None
    quantity: float | None


def items_of(
    epcs: Iterable[str],
    classes: Iterable[Json],
    settings: EpcisSettings,
    *,
    parent: str | None = None,
    lot: str | None = None,
) -> tuple[Item, ...]:
    """The stock that EPCs and quantities of classes name, in order of SKU, lot and handling unit.

    An EPC is one piece, however often it is listed. `parent` is the SSCC that holds them, `lot` the lot of those
    whose key names none. Keys that name no stock (assets, documents, people) are passed over.
    """
    amounts: dict[tuple[str, str | None, str | None], float | None] = {}
    units: set[str] = set()
    for text in dict.fromkeys(epcs):
        key = gs1_key(text)
        if key.kind == "sscc":
            units.add(key.number)
        elif key.kind == "sgtin" and key.serial is not None:
            _add(amounts, (_sku(key, settings), key.lot or lot, parent), 1.0)
    for place, element in enumerate(classes):
        key = gs1_key(needed_text(element, "epcClass"))
        if key.kind in ("sgtin", "lgtin"):
            sku = _sku(key, settings)
            _add(amounts, (sku, key.lot or lot, parent), _quantity(element, sku, settings, place))
    if parent is not None and not amounts:
        units.add(parent)
    listed = [Item(sku, lot, unit, amount) for (sku, lot, unit), amount in amounts.items()]
    listed += [Item(None, None, unit, None) for unit in units]
    return tuple(sorted(listed, key=lambda item: tuple(part or "" for part in item[:3])))


def parent_unit(text: str | None) -> str | None:
    """The SSCC that a parentID names; None for another kind of key."""
    if text is None:
        return None
    key = gs1_key(text)
    return key.number if key.kind == "sscc" else None


def place_of(event: Json, name: str, settings: EpcisSettings) -> str | None:
    """SITE/LOCATION of a readPoint or bizLocation, None where it is missing.

    Raises ValueError for a place that is not listed, where only listed ones are taken.
    """
    told = event.get(name)
    if told is None:
        return None
    uri = needed_text(told if isinstance(told, dict) else {"id": told}, "id")
    place, names = _listed_place(uri, settings)
    if place is None and settings.unlisted_places == "refuse":
        raise ValueError(f"{name} '{uri}' is no place of site '{settings.site}': add '{names}' to places")
    return f"{settings.site}/{place or names}"


def listed_end(rows: Iterable[Json], name: str, settings: EpcisSettings) -> str | None:
    """SITE/LOCATION of the `location` in a source or destination list; None for none, or one outside the site."""
    for row in rows:
        if (text_of(row, "type") or "").endswith("location"):
            place, _ = _listed_place(needed_text(row, name), settings)
            return None if place is None else f"{settings.site}/{place}"
    return None


def _listed_place(uri: str, settings: EpcisSettings) -> tuple[str | None, str]:
    if uri in settings.places:
        return settings.places[uri], uri
    try:
        key = gs1_key(uri)
    except ValueError:
        return None, uri
    name = key.number if key.serial is None else f"{key.number}.{key.serial}"
    return settings.places.get(name), name


def _sku(key: Gs1Key, settings: EpcisSettings) -> str:
    return settings.skus.get(key.number, key.number)


def _add(
    amounts: dict[tuple[str, str | None, str | None], float | None],
    key: tuple[str, str | None, str | None],
    amount: float | None,
) -> None:
    known = amounts.get(key, 0.0)
    amounts[key] = None if known is None or amount is None else known + amount


def _quantity(element: Json, sku: str, settings: EpcisSettings, place: int) -> float | None:
    quantity = number_of(element, "quantity")
    unit = text_of(element, "uom")
    expected = settings.measures.get(sku)
    if quantity is not None and quantity < 0:
        raise ValueError(f"quantity {quantity:g} of SKU '{sku}' (class {place}) is below 0")
    if unit != expected:
        raise ValueError(
            f"quantity of SKU '{sku}' (class {place}) is in {unit or 'pieces'}, expected "
            f"{expected or 'pieces'}: state the unit of this SKU in measures"
        )
    return quantity
