"""Whatever a person may look for by name: locations, SKUs, orders, racks; and the locations where it is."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from heapq import nsmallest
from typing import Literal, NamedTuple

import numpy as np

from layouts.events import NONE, Events
from layouts.inventory.stock import on_hand, open_lines
from layouts.live.state import TwinState
from server.answers.shown import Shown

FoundKind = Literal["location", "sku", "order", "rack"]
KINDS: tuple[FoundKind, ...] = ("location", "sku", "order", "rack")
"""In the order in which equally good matches are told."""

MOST_PLACES = 500


class Found(NamedTuple):
    """Something of this name, and the locations it is at: where it lies, where it is picked, what belongs to it."""

    kind: FoundKind
    id: str
    places: tuple[str, ...]


class Finder:
    """Finds what is shown by a part of its name; what a live twin knows is looked up at the time of asking."""

    def __init__(self, shown: Shown) -> None:
        facility = shown.site.facility
        self._named: list[Found] = [Found("location", one.id, (one.id,)) for one in facility.locations]
        in_rack: dict[str, list[str]] = defaultdict(list)
        for location in facility.locations:
            in_rack[location.rack].append(location.id)
        self._named += _all("rack", {rack.id: in_rack[rack.id] for rack in facility.racks})
        if shown.run is not None:
            self._named += _all("sku", _places_of_skus(shown))
            self._named += _all("order", _places_by(shown.run.events, "order"))

    def find(
        self, text: str, *, live: TwinState | None = None, site: str = "", limit: int = 20
    ) -> list[Found]:
        """What bears `text` in its name, whatever its case: whole names first, then beginnings, then parts."""
        wanted = text.strip().lower()
        if not wanted:
            return []
        named: Iterable[Found] = self._named
        if live is not None:
            named = (*self._named, *_told(live, site))
        hits = ((rank, one) for one in named if (rank := _rank(one.id.lower(), wanted)) is not None)
        return [one for _, one in nsmallest(limit, hits, key=lambda hit: (hit[0], *_order(hit[1])))]


def _rank(name: str, wanted: str) -> int | None:
    if wanted not in name:
        return None
    return 0 if name == wanted else 1 if name.startswith(wanted) else 2


def _order(one: Found) -> tuple[int, list[tuple[str, int]]]:
    """By kind, then by name, numbers in it by value."""
    parts = re.findall(r"([^0-9]*)([0-9]*)", one.id)
    return KINDS.index(one.kind), [(word, int(digits or 0)) for word, digits in parts]


def _all(kind: FoundKind, places: Mapping[str, Iterable[str]]) -> list[Found]:
    return [Found(kind, name, tuple(dict.fromkeys(those))[:MOST_PLACES]) for name, those in places.items()]


def _places_of_skus(shown: Shown) -> Mapping[str, Iterable[str]]:
    """Where each SKU is slotted, then where else it was picked."""
    assert shown.run is not None
    picked = _places_by(shown.run.events, "sku")
    slotted = shown.run.slotting
    return {sku: (*slotted.get(sku, ()), *picked.get(sku, ())) for sku in {**slotted, **picked}}


def _places_by(events: Events, column: Literal["order", "sku"]) -> dict[str, list[str]]:
    """The locations of picks by order or SKU, in order of picking."""
    names, at = getattr(events, column), events.location
    rows = np.flatnonzero(events.kind.are("pick") & (names.code != NONE) & (at.code != NONE))
    places: dict[str, list[str]] = defaultdict(list)
    for name, place in zip(names.code[rows].tolist(), at.code[rows].tolist(), strict=True):
        places[names.names[name]].append(at.names[place])
    return places


def _told(state: TwinState, site: str) -> Iterator[Found]:
    """SKUs by the book, and open orders with where their SKUs lie."""
    lying: dict[str, list[str]] = defaultdict(list)
    for line in on_hand(state.stock, place=f"{site}/*"):
        lying[line.sku].append(line.place.partition("/")[2])
    wanted: dict[str, list[str]] = defaultdict(list)
    for open_line in open_lines(state, site):
        wanted[open_line.order] += lying.get(open_line.sku, ())
    yield from _all("sku", lying)
    yield from _all("order", wanted)
