"""What happened at a place, to a handling unit or to a SKU, step by step, with what the book said after each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from typing import Literal, NamedTuple

from layouts.inventory.account import stamp_of
from layouts.inventory.balance import Lines, enter
from layouts.inventory.flow import Flows
from layouts.inventory.packing import carried_to, is_on, source_of, target_of
from layouts.inventory.stock_key import StockKey, units
from layouts.live.events import LiveEvent, LocationSeen, Recorded, StockCounted, StockMoved, StockSeen


class Step(NamedTuple):
    """At `at_ms`, learned at `learned_ms`, a line changed by `change` to `book`; `change` is None for a sighting."""

    at_ms: int
    learned_ms: int
    what: Literal["moved", "counted", "seen"]
    place: str
    sku: str | None
    lot: str | None
    handling_unit: str | None
    change: float | None
    book: float | None
    source: str
    about: str
    event_id: str


def history(
    log: Iterable[Recorded],
    *,
    place: str = "*",
    sku: str | None = None,
    handling_unit: str | None = None,
) -> list[Step]:
    """The steps in order of happening. What is asked for is as in `on_hand`.

    Empty for what nothing is told of. The log is read once; what it tells of stock is held in memory.
    """
    told = [
        one for one in log if isinstance(one.event.body, (StockMoved, StockCounted, StockSeen, LocationSeen))
    ]
    told.sort(key=lambda one: stamp_of(one.event))
    return [
        step
        for step in _steps(told)
        if fnmatchcase(step.place, place)
        and sku in (None, step.sku)
        and (handling_unit is None or is_on(step.handling_unit, handling_unit))
    ]


def _steps(told: list[Recorded]) -> Iterator[Step]:
    lines, flows = Lines(forget_ms=1 << 62), Flows()
    for one in told:
        event = one.event
        if isinstance(event.body, (StockSeen, LocationSeen)):
            yield _sighting(one)
            continue
        touched = _touched(lines, event)
        before = {key: lines[key].book if key in lines else 0 for key in touched}
        enter(lines, event, flows)
        for key in touched:
            book = lines[key].book if key in lines else 0
            yield _booked(one, key, book - before[key], book)


def _touched(lines: Lines, event: LiveEvent) -> list[StockKey]:
    """The lines that the event books on."""
    body = event.body
    if isinstance(body, StockCounted):
        return [StockKey(body.place, body.sku, body.lot, body.handling_unit)]
    if not isinstance(body, StockMoved):
        return []
    unit = body.handling_unit
    ends = [source_of(body), target_of(body)]
    if not body.sku and unit is not None:
        on_it = lines.on(unit)
        ends = [*on_it, *(carried_to(key, body) for key in on_it)]
    return [key for key in dict.fromkeys(ends) if key is not None]


def _booked(one: Recorded, key: StockKey, change: int, book: int) -> Step:
    event, body = one.event, one.event.body
    is_count = isinstance(body, StockCounted)
    about = f"by {body.source}" if isinstance(body, StockCounted) else ""
    if isinstance(body, StockMoved):
        about = _way(body)
    return Step(
        event.happened_ms,
        one.learned_ms,
        "counted" if is_count else "moved",
        *key,
        units(change),
        units(book),
        event.source,
        about,
        event.id,
    )


def _way(body: StockMoved) -> str:
    """`A/1 → B/2, P as a whole, into Q, reason, disposition, order 7`."""
    way = f"{body.from_place or 'outside'} → {body.to_place or 'outside'}"
    whole = None if body.sku else f"{body.handling_unit} as a whole"
    into = None
    if body.into_unit is not None:
        into = f"into {body.into_unit}" if body.into_unit else f"off {body.handling_unit}"
    order = f"order {body.order}" if body.order else None
    return ", ".join(part for part in (way, whole, into, body.reason, body.disposition, order) if part)


def _sighting(one: Recorded) -> Step:
    event, body = one.event, one.event.body
    place, sku, lot, unit = f"{event.site}/{event.entity.partition('/')[2]}", None, None, None
    if isinstance(body, StockSeen):
        place, sku, lot, unit = body.place, body.sku, body.lot, body.handling_unit
        amount = "" if body.quantity is None else f" {body.quantity:g}"
        about = (
            f"{'empty' if body.is_empty else f'seen{amount}'} by {body.source}, {body.confidence:.0%} sure"
        )
    else:
        about = str(getattr(body, "state", ""))
    return Step(
        event.happened_ms,
        one.learned_ms,
        "seen",
        place,
        sku,
        lot,
        unit,
        None,
        None,
        event.source,
        about,
        event.id,
    )
