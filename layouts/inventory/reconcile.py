"""The book against what was seen: what to believe of each place, and where the two differ, with the reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from fnmatch import fnmatchcase
from typing import Literal, NamedTuple

from layouts.inventory.balance import NEVER, Balance
from layouts.inventory.belief import DAY_MS, Belief, Case, Sighting, Trust, believe
from layouts.inventory.stock_key import StockKey, site_of, units
from layouts.live.events import LocationSeen, StockCounted, StockMoved, StockSeen
from layouts.live.staleness import ago
from layouts.live.state import TwinState

Reason = Literal["seen otherwise", "cannot decide", "below zero", "count too late", "two places"]

_DEFAULT = Trust()


class AtPlace(NamedTuple):
    """What the book has at a place, SKUs with thousandths, and when it last changed and was last counted."""

    book: Mapping[str, int]
    last_ms: int
    checked_ms: int


class Discrepancy(NamedTuple):
    """Where book and world, or the book and itself, differ."""

    place: str
    reason: Reason
    text: str


def beliefs(state: TwinState, *, now_ms: int, place: str = "*", trust: Trust = _DEFAULT) -> list[Belief]:
    """What to believe of each place that matches SITE/LOCATION with * and ?, in order of place.

    Places are those that the book or a sighting names. What was seen before the last movement or count at a place
    tells of what lay there then, and does not count.
    """
    lying, seen = _by_place(state), _seen(state)
    found = []
    for name in sorted({*lying, *seen}):
        if not fnmatchcase(name, place):
            continue
        here = lying.get(name, AtPlace({}, NEVER, NEVER))
        checked_days = None if here.checked_ms == NEVER else max(0, now_ms - here.checked_ms) / DAY_MS
        prior = trust.prior(
            is_booked=bool(here.book),
            checked_days=checked_days,
            is_possible=all(amount > 0 for amount in here.book.values()),
        )
        sightings = [
            _sighting(each, here, now_ms) for each in seen.get(name, ()) if each.at_ms > here.last_ms
        ]
        found.append(believe(name, prior, sightings, trust))
    return found


def discrepancies(state: TwinState, found: list[Belief], *, place: str = "*") -> list[Discrepancy]:
    """Where the book is likely wrong or contradicts itself, in order of place and reason."""
    told = [
        Discrepancy(each.place, "seen otherwise" if each.is_decided else "cannot decide", each.text)
        for each in found
        if each.sightings and (each.best != "as booked" or not each.is_decided)
    ]
    told += _contradictions(state)
    return sorted(each for each in told if fnmatchcase(each.place, place))


def _contradictions(state: TwinState) -> Iterator[Discrepancy]:
    """What the book alone cannot be right about."""
    lines = {key: line for key, line in state.stock.lines() if line.book}
    for key, line in lines.items():
        if line.book < 0:
            text = f"{key.place}: {units(-line.book):g} of {key.sku} more left than is known to have come: count it"
            yield Discrepancy(key.place, "below zero", text)
    for unit, places in _places_of_units(lines).items():
        if len(places) > 1:
            text = (
                f"{places[0]}: handling unit {unit} lies at {', '.join(places)} by the book: see where it is"
            )
            yield Discrepancy(places[0], "two places", text)
    for event in state.stock.late:
        body = event.body
        name = body.place if isinstance(body, StockCounted) else ""
        if isinstance(body, StockMoved):
            name = body.to_place or body.from_place or ""
        if not _was_counted_since(state, event.happened_ms, name):
            at = datetime.fromtimestamp(event.happened_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%MZ")
            text = f"{name}: what happened at {at} was learned too late to be placed: count it"
            yield Discrepancy(name, "count too late", text)


def _places_of_units(lines: Mapping[StockKey, Balance]) -> Mapping[str, list[str]]:
    places: dict[str, set[str]] = defaultdict(set)
    for key, line in lines.items():
        if key.handling_unit is not None and line.book > 0:
            places[key.handling_unit].add(key.place)
    return {unit: sorted(names) for unit, names in sorted(places.items())}


def _was_counted_since(state: TwinState, at_ms: int, place: str) -> bool:
    return any(line.counted_ms > at_ms for key, line in state.stock.lines() if key.place == place)


def _by_place(state: TwinState) -> dict[str, AtPlace]:
    book: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    last: dict[str, int] = defaultdict(lambda: NEVER)
    checked: dict[str, int] = {}
    for key, line in state.stock.lines():
        last[key.place] = max(last[key.place], line.last_ms)
        if line.book:
            book[key.place][key.sku] += line.book
            # the line that was longest not counted decides
            known = checked.get(key.place, line.checked_ms)
            checked[key.place] = min(known, line.checked_ms)
        else:
            book[key.place]
    return {
        name: AtPlace(
            {sku: amount for sku, amount in skus.items() if amount}, last[name], checked.get(name, NEVER)
        )
        for name, skus in book.items()
    }


class _Seen(NamedTuple):
    at_ms: int
    source: str
    sure: float
    is_empty: bool
    sku: str | None
    quantity: int | None


def _seen(state: TwinState) -> Mapping[str, list[_Seen]]:
    """What was seen of each place, by source and what; the occupancy of locations that a scan or camera told too."""
    seen: dict[str, list[_Seen]] = defaultdict(list)
    for event in state.stock.seen():
        body = event.body
        if isinstance(body, StockSeen):
            quantity = None if body.quantity is None else round(1000 * body.quantity)
            seen[body.place].append(
                _Seen(event.happened_ms, body.source, body.confidence, body.is_empty, body.sku, quantity)
            )
    for _, event in state.latest.items():  # noqa: PERF102, it is no dict
        body = event.body
        if isinstance(body, LocationSeen) and body.state != "unseen":
            name = f"{event.site}/{event.entity.partition('/')[2]}"
            sure = 1.0 if body.confidence is None else body.confidence
            seen[name].append(_Seen(event.happened_ms, "scan", sure, body.state == "empty", None, None))
    return {name: _newest_of_kind(each) for name, each in seen.items()}


def _newest_of_kind(seen: list[_Seen]) -> list[_Seen]:
    """Of each source the newest of each SKU. It does not see a place empty and full: the later look counts; and that
    something lies there says no more than which SKU it is.
    """
    kept: dict[tuple[str, str | None], _Seen] = {}
    for each in sorted(seen, key=lambda one: (one.at_ms, one.sku or "")):
        if each.is_empty:
            kept = {name: one for name, one in kept.items() if name[0] != each.source}
        else:
            before = kept.get((each.source, None))
            if before is not None and before.is_empty:
                del kept[each.source, None]
        kept[each.source, each.sku] = each
    named = {source for source, sku in kept if sku is not None}
    return [one for name, one in sorted(kept.items(), key=_by_name) if name[1] or name[0] not in named]


def _by_name(item: tuple[tuple[str, str | None], _Seen]) -> tuple[str, str]:
    return item[0][0], item[0][1] or ""


def _sighting(seen: _Seen, here: AtPlace, now_ms: int) -> Sighting:
    """What was seen, as cases of the place that it fits."""
    age_days = max(0, now_ms - seen.at_ms) / DAY_MS
    amount = "" if seen.quantity is None else f"{units(seen.quantity):g} of "
    what = "empty" if seen.is_empty else f"{amount}{seen.sku or 'something'}"
    said = f"{seen.source} saw {what} {ago(now_ms - seen.at_ms)} ago"
    fits, choices = _fitting(seen, here)
    return Sighting(seen.source, frozenset(fits), choices, seen.sure, age_days, said)


def _fitting(seen: _Seen, here: AtPlace) -> tuple[tuple[Case, ...], int]:
    """The cases that fit, and among how many things the source chose: empty, or which goods, or how many of them."""
    if not here.book:
        return (("as booked",) if seen.is_empty else ("occupied",)), 2
    if seen.is_empty:
        return ("empty",), 2
    if seen.sku is None:
        return ("as booked", "other quantity", "other goods"), 2
    if seen.sku not in here.book:
        return ("other goods",), 3
    if seen.quantity is None or len(here.book) > 1:
        return ("as booked", "other quantity"), 3
    return ("as booked" if seen.quantity == here.book[seen.sku] else "other quantity",), 4


def site_beliefs(found: list[Belief]) -> Mapping[str, tuple[int, int, int]]:
    """By site: places, how many of them are decided as booked, and how many cannot be decided."""
    figures: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for each in found:
        row = figures[site_of(each.place)]
        row[0] += 1
        row[1] += each.is_decided and each.best == "as booked"
        row[2] += not each.is_decided
    return {site: (row[0], row[1], row[2]) for site, row in sorted(figures.items())}
