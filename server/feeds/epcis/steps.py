"""What a business step means for stock (GS1 Core Business Vocabulary 2.0, section 7.1).

RULES, the first that fits:
1. action ADD (things begin to exist, as `commissioning`), `receiving`, `void_shipping`: stock comes in from outside.
2. action DELETE (they cease, as `destroying`), `shipping`: stock goes out.
3. `commissioning`, `decommissioning`, `destroying` and the like that only OBSERVE: refused, for the action decides.
4. `cycle_counting`, `stock_taking`: what is listed was counted at the place; what is not listed was not.
5. source and destination are both places of this site: stock moved from one to the other.
   What 2 and 5 tell of a handling unit alone, they tell of all on it; by 1 it cannot come in, for what it holds is
   not known.
6. all others: it was seen at the place, which is evidence and moves nothing; `sensor_reporting` tells readings only.

Receiving counts and arriving, accepting and unloading do not, shipping counts and loading and departing do not: an
item that passes all of them is booked once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from layouts.inventory.packing import unit_afterwards
from layouts.live.events import Body, StockCounted, StockMoved, StockSeen
from server.feeds.epcis.items import Item

SEEN_CONFIDENCE = 0.95
"""So sure is a sighting at a read point: a tag can be read through a wall."""

_COMES_IN = frozenset({"receiving", "void_shipping"})
_GOES_OUT = frozenset({"shipping"})
_COUNTS = frozenset({"cycle_counting", "stock_taking"})
_ACTION_DECIDES = frozenset(
    {"commissioning", "creating_class_instance", "decommissioning", "destroying", "dispensing", "killing"}
    | {"retail_selling"}
)


@dataclass(frozen=True, kw_only=True)
class Happening:
    """An object event in our words: places are SITE/LOCATION, `step` and `disposition` the vocabulary's last word."""

    action: str
    step: str | None
    disposition: str | None
    read_point: str | None
    location: str | None
    source: str | None
    destination: str | None
    order: str | None
    transformation: str | None = None
    """What uses things up and makes others of them."""


def bodies_of(items: Sequence[Item], happening: Happening) -> list[Body]:
    """What the event tells of its items, by the rules above. Raises ValueError where it cannot be told."""
    its = happening
    if its.action == "ADD" or its.step in _COMES_IN:
        return _moved(items, its, None, _there(its))
    if its.action == "DELETE" or its.step in _GOES_OUT:
        return _moved(items, its, _gone_from(its), None)
    if its.step in _ACTION_DECIDES:
        raise ValueError(
            f"bizStep '{its.step}' with action {its.action} tells neither that things begin to exist nor that "
            "they cease: expected ADD or DELETE"
        )
    if its.step in _COUNTS:
        return [_counted(item, _there(its)) for item in items if item.sku is not None]
    if its.source is not None and its.destination is not None and its.source != its.destination:
        return _moved(items, its, its.source, its.destination)
    return seen(items, its)


def seen(items: Sequence[Item], happening: Happening) -> list[Body]:
    """The items as evidence at the place; nothing for `sensor_reporting`, and where no place is told."""
    place = happening.location or happening.read_point
    if place is None or happening.step == "sensor_reporting":
        return []
    return [
        StockSeen(
            place, "rfid", SEEN_CONFIDENCE, False, item.sku, item.quantity, item.lot, item.handling_unit
        )
        for item in items
    ]


def moved(items: Sequence[Item], happening: Happening, *, comes_in: bool) -> list[Body]:
    """The items as movements in from outside, or out: what a transformation makes and uses up."""
    if comes_in:
        return _moved(items, happening, None, _there(happening))
    return _moved(items, happening, _gone_from(happening), None)


def packed(items: Sequence[Item], happening: Happening, unit: str) -> list[Body]:
    """The items as put into a handling unit where they are. Raises ValueError where no place or quantity is told."""
    place = _there(happening)
    return [_movement(item, happening, place, place, item.handling_unit, unit) for item in items]


def unpacked(items: Sequence[Item], happening: Happening, unit: str) -> list[Body]:
    """The items as taken out of a handling unit. Raises ValueError where none, no place or no quantity is told."""
    if not items:
        raise ValueError(
            f"childEPCs and childQuantityList name nothing: list what was taken out of handling unit {unit}"
        )
    place = _there(happening)
    held_on = [unit if item.handling_unit is None else f"{unit}/{item.handling_unit}" for item in items]
    return [
        _movement(item, happening, place, place, held, "") for item, held in zip(items, held_on, strict=True)
    ]


def taken_back(body: StockMoved) -> StockMoved:
    """The movement that undoes another. Raises ValueError for a unit that left with all on it."""
    if not body.sku and body.to_place is None:
        raise ValueError(
            f"handling unit {body.handling_unit} left as a whole: what it held is not known any more, so it cannot "
            "be taken back: count it, or receive it with what it holds"
        )
    into = None
    if body.into_unit is not None:
        held_on = body.handling_unit or ""
        into = held_on if body.sku else held_on.rpartition("/")[0]
    return StockMoved(
        body.sku, body.quantity, body.to_place, body.from_place, body.lot, unit_afterwards(body),
        "declared in error", body.disposition, body.order, into, body.made_by,
    )  # fmt: skip


def _moved(items: Sequence[Item], its: Happening, from_place: str | None, to_place: str | None) -> list[Body]:
    known = [item for item in items if item.sku is not None]
    units = [item for item in items if item.sku is None]
    if from_place is None:
        if units and not known:
            names = ", ".join(item.handling_unit or "" for item in units)
            raise ValueError(
                f"only handling units {names} are named, not what they hold: send the event with its childEPCs or "
                "quantities"
            )
        units = []
    return [_movement(item, its, from_place, to_place, item.handling_unit) for item in (*known, *units)]


def _movement(
    item: Item,
    its: Happening,
    from_place: str | None,
    to_place: str | None,
    unit: str | None,
    into_unit: str | None = None,
) -> StockMoved:
    """Without a SKU, the movement of the unit with all on it."""
    if item.sku is not None and not item.quantity:
        raise ValueError(f"the quantity of SKU '{item.sku}' is not told or 0: a movement needs one above 0")
    quantity = 1.0 if item.sku is None or item.quantity is None else item.quantity
    return StockMoved(
        item.sku or "", quantity, from_place, to_place, item.lot, unit,
        its.step, its.disposition, its.order, into_unit, its.transformation,
    )  # fmt: skip


def _counted(item: Item, place: str) -> Body:
    if item.sku is None or item.quantity is None:
        raise ValueError(f"the quantity of SKU '{item.sku}' is not told: a count needs one")
    return StockCounted(item.sku, place, item.quantity, "count", item.lot, item.handling_unit)


def _there(its: Happening) -> str:
    """Where things are afterwards."""
    place = its.location or its.read_point
    if place is None:
        raise ValueError(
            "neither bizLocation nor readPoint is told: one is needed to know where the stock is"
        )
    return place


def _gone_from(its: Happening) -> str:
    """Where things were last."""
    place = its.read_point or its.location
    if place is None:
        raise ValueError(
            "neither readPoint nor bizLocation is told: one is needed to know where the stock was"
        )
    return place
