"""What lies in each location, how long ago that was last known, how sure it is, and who says so."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Literal, NamedTuple

from pydantic import BaseModel

from layouts.inventory.balance import NEVER
from layouts.inventory.reconcile import beliefs
from layouts.inventory.stock_key import units
from layouts.live.events import LocationSeen, StockSeen, StockSource
from layouts.live.state import TwinState
from spatial.facility import Facility, Location, LocationState

Unseen = Literal["high", "deep", "closed"]
Source = Literal["book", "slotting", "nobody"] | StockSource

EYE_M = 1.6
DEEP_M = 1.5


class Goods(BaseModel):
    """So much of a SKU; a quantity that is None is not known."""

    sku: str
    quantity: float | None
    lot: str | None = None
    handling_unit: str | None = None


class Contents(BaseModel):
    """What is believed of one location. `confidence` is the probability of `believed`, None where nothing tells it;
    `age_s` since it was last known by `source`; `unseen` why nobody standing there sees it, None if one does.
    """

    location: str
    goods: list[Goods]
    state: LocationState
    believed: str
    confidence: float | None
    age_s: float | None
    source: Source
    unseen: Unseen | None


def contents_by_scan(
    facility: Facility, slotting: Mapping[str, Iterable[str]], *, now_ms: int
) -> list[Contents]:
    """Of every location what the scan saw, and which SKUs are slotted there (SKU → locations)."""
    slotted: dict[str, list[str]] = defaultdict(list)
    for sku, places in slotting.items():
        for place in places:
            slotted[place].append(sku)
    age_s = _age_of_scan(facility, now_ms)
    base = _bases(facility)
    found = []
    for one in facility.locations:
        goods = [Goods(sku=sku, quantity=None) for sku in slotted.get(one.id, ())]
        source: Source = "scan" if one.state != "unseen" else "slotting" if goods else "nobody"
        found.append(
            Contents(
                location=one.id,
                goods=goods if one.state != "empty" else [],
                state=one.state,
                believed={"occupied": "occupied", "empty": "empty"}.get(one.state, "not seen"),
                confidence=one.confidence if source == "scan" else None,
                age_s=age_s if source == "scan" else None,
                source=source,
                unseen=_why_unseen(one, base),
            )
        )
    return found


def contents_by_book(facility: Facility, state: TwinState, *, site: str, now_ms: int) -> list[Contents]:
    """Of every location what the live book has there, weighed against what was seen; what no book and no sighting
    tells of is as the scan saw it.

    A book of 20,000 lines takes seconds.
    """
    known = {one.place: one for one in beliefs(state, now_ms=now_ms, place=f"{site}/*")}
    goods, seen, base = _booked(state, site), _last_seen(state, site), _bases(facility)
    found = {one.location: one for one in contents_by_scan(facility, {}, now_ms=now_ms)}
    for one in facility.locations:
        place = f"{site}/{one.id}"
        belief = known.get(place)
        if belief is None:
            continue
        booked = goods.get(place, _Booked([], NEVER))
        seen_ms, by = seen.get(place, (NEVER, "nobody"))
        at_ms = max(booked.at_ms, seen_ms)
        is_empty = belief.best == "empty" or (belief.best == "as booked" and not booked.goods)
        found[one.id] = Contents(
            location=one.id,
            goods=booked.goods,
            state="empty" if is_empty else "occupied",
            believed=belief.best if belief.is_decided else "cannot decide",
            confidence=belief.confidence,
            age_s=None if at_ms == NEVER else max(0, now_ms - at_ms) / 1000,
            source=by if seen_ms > booked.at_ms else "book",
            unseen=_why_unseen(one, base),
        )
    return list(found.values())


class _Booked(NamedTuple):
    goods: list[Goods]
    at_ms: int


def _booked(state: TwinState, site: str) -> dict[str, _Booked]:
    """By place, what the book has there and when it last changed or was counted."""
    found: dict[str, _Booked] = {}
    for key, line in state.stock.lines():
        if key.site != site:
            continue
        before = found.get(key.place, _Booked([], NEVER))
        here = Goods(sku=key.sku, quantity=units(line.book), lot=key.lot, handling_unit=key.handling_unit)
        goods = [*before.goods, here] if line.book else before.goods
        found[key.place] = _Booked(goods, max(before.at_ms, line.last_ms))
    return found


def _last_seen(state: TwinState, site: str) -> dict[str, tuple[int, Source]]:
    """By place, when it was last seen, and by what."""
    found: dict[str, tuple[int, Source]] = {}
    for event in state.stock.seen():  # by time
        if isinstance(event.body, StockSeen):
            found[event.body.place] = event.happened_ms, event.body.source
    for _, event in state.latest.items(f"{site}/location/"):
        if isinstance(event.body, LocationSeen) and event.body.state != "unseen":
            place = f"{site}/{event.entity.partition('/')[2]}"
            if event.happened_ms > found.get(place, (NEVER, ""))[0]:
                found[place] = event.happened_ms, "scan"
    return found


def _bases(facility: Facility) -> dict[str, float]:
    return {rack.id: rack.base_z_m for rack in facility.racks}


def _why_unseen(one: Location, base: Mapping[str, float]) -> Unseen | None:
    if one.center[2] - one.size_m[2] / 2 - base.get(one.rack, 0.0) >= EYE_M:
        return "high"
    if one.size_m[1] >= DEEP_M:
        return "deep"
    return "closed" if one.state == "unseen" else None


def _age_of_scan(facility: Facility, now_ms: int) -> float | None:
    """Since the last scan; None where no provenance tells it, or in no way that can be read."""
    times = []
    for one in facility.provenance:
        try:
            at = datetime.fromisoformat(one.at or "")
        except ValueError:
            continue
        if at.tzinfo is not None:
            times.append(1000 * at.timestamp())
    return max(0.0, now_ms - max(times)) / 1000 if times else None
