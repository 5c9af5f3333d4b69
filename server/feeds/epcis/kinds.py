"""What each type of event tells of stock (GS1 EPCIS 2.0.1, section 7.4)."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from layouts.live.events import Body, Noted
from server.feeds.epcis.fields import Json, needed_text, rows_of, text_of, texts_of
from server.feeds.epcis.items import Item, items_of, parent_unit
from server.feeds.epcis.lots import lot_number, lots_known
from server.feeds.epcis.settings import EpcisSettings
from server.feeds.epcis.steps import Happening, bodies_of, moved, packed, seen, unpacked


def _of_object(event: Json, its: Happening, settings: EpcisSettings) -> list[Body]:
    items = _items(event, "epcList", "quantityList", settings, lot=lot_number(event))
    return [*bodies_of(items, its), *lots_known(event, items)]


def _of_aggregation(event: Json, its: Happening, settings: EpcisSettings) -> list[Body]:
    """ADD packs into the handling unit and DELETE unpacks; what is only observed is on it, and its step decides.

    A parent of another kind, as a crate, is no handling unit of the book: its children are seen.
    """
    parent = parent_unit(text_of(event, "parentID"))
    holder = parent if its.action == "OBSERVE" else None
    items = _items(event, "childEPCs", "childQuantityList", settings, parent=holder)
    if its.action == "OBSERVE":
        return bodies_of(items, its)
    if its.action == "DELETE" and parent is not None:
        return unpacked(items, its, parent)
    if items and parent is not None:
        return packed(items, its, parent)
    return seen(items or ((Item(None, None, parent, None),) if parent else ()), its)


def _of_transaction(event: Json, its: Happening, settings: EpcisSettings) -> list[Body]:
    """That things belong to a transaction moves none of them."""
    return seen(_items(event, "epcList", "quantityList", settings), its)


def _of_transformation(event: Json, its: Happening, settings: EpcisSettings) -> list[Body]:
    used = moved(_items(event, "inputEPCList", "inputQuantityList", settings), its, comes_in=False)
    outputs = _items(event, "outputEPCList", "outputQuantityList", settings, lot=lot_number(event))
    return [*used, *moved(outputs, its, comes_in=True), *lots_known(event, outputs)]


def _of_association(event: Json, its: Happening, settings: EpcisSettings) -> list[Body]:
    """A thing is attached to another for good, as a sensor to a pallet: noted, for no stock moves."""
    parent = needed_text(event, "parentID")
    children = texts_of(event, "childEPCs")
    children += [needed_text(row, "epcClass") for row in rows_of(event, "childQuantityList")]
    did = {"ADD": "is joined by", "DELETE": "is left by", "OBSERVE": "is still with"}[its.action]
    return [Noted(f"{parent} {did} {', '.join(children) or 'all that it had'}"[:3000], by=settings.source)]


def _items(
    event: Json,
    epcs: str,
    classes: str,
    settings: EpcisSettings,
    *,
    parent: str | None = None,
    lot: str | None = None,
) -> tuple[Item, ...]:
    return items_of(texts_of(event, epcs), rows_of(event, classes), settings, parent=parent, lot=lot)


BODIES_OF: Mapping[str, Callable[[Json, Happening, EpcisSettings], list[Body]]] = {
    "ObjectEvent": _of_object,
    "AggregationEvent": _of_aggregation,
    "TransactionEvent": _of_transaction,
    "TransformationEvent": _of_transformation,
    "AssociationEvent": _of_association,
}
"""By type of event, what tells its bodies. They raise ValueError for what cannot be told."""
