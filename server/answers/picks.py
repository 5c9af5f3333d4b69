"""When each location of a run was picked, and what from it."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import numpy as np

from layouts.events import NONE, Events, Floats
from layouts.run import Run


class Picks:
    """When each location was picked in a run, and what from it."""

    def __init__(self, run: Run | None) -> None:
        self._events = None if run is None else run.events
        self._ends_s: dict[str, Floats] = {}
        self._skus: dict[str, dict[str, None]] = defaultdict(dict)
        if run is None:
            return
        for sku, locations in run.slotting.items():
            for location in locations:
                self._skus[location][sku] = None
        for location, sku in _picked(run.events):
            self._skus[location][sku] = None
        self._ends_s = _ends_of_picks(run.events)

    def skus(self, location: str) -> list[str]:
        """SKUs slotted to or picked from `location`."""
        return list(self._skus.get(location, ()))

    def history(self, location: str) -> list[dict[str, Any]]:
        """Picks from `location`, the newest first: `what`, `who`, `sku`, `quantity`, `order`, `at_s`."""
        if self._events is None or location not in self._events.location.names:
            return []
        events = self._events
        code = events.location.names.index(location)
        rows = np.flatnonzero(events.kind.are("pick", "put") & (events.location.code == code))
        newest = rows[np.argsort(-events.end_s[rows], kind="stable")]
        picks = (events[int(row)] for row in newest)
        return [
            {"what": one.kind, "who": one.agent, "at_s": one.end_s}
            | {name: getattr(one, name) for name in ("sku", "quantity", "order")}
            for one in picks
        ]

    def until(self, location: str, t_s: float) -> int:
        """Picks from `location` that were finished by `t_s`."""
        return int(np.searchsorted(self._ends_s.get(location, ()), t_s, side="right"))


def _ends_of_picks(events: Events) -> dict[str, Floats]:
    """When picks ended (n,), in order, by location."""
    at = events.location
    rows = np.flatnonzero(events.kind.are("pick") & (at.code != NONE))
    rows = rows[np.lexsort((events.end_s[rows], at.code[rows]))]
    bounds = np.searchsorted(at.code[rows], np.arange(1, len(at.names)))
    return dict(zip(at.names, np.split(events.end_s[rows], bounds), strict=False))


def _picked(events: Events) -> list[tuple[str, str]]:
    """Locations and SKUs picked from them, each pair once, in order of its first pick."""
    at, sku = events.location, events.sku
    rows = np.flatnonzero(events.kind.are("pick") & (at.code != NONE) & (sku.code != NONE))
    pairs = at.code[rows].astype(np.int64) * len(sku.names) + sku.code[rows]
    first = rows[np.sort(np.unique(pairs, return_index=True)[1])]
    return [
        (at.names[i], sku.names[j])
        for i, j in zip(at.code[first].tolist(), sku.code[first].tolist(), strict=True)
    ]
