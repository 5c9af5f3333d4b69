"""What the REST interface answers with."""

from __future__ import annotations

from collections import defaultdict
from typing import Any, Literal

import numpy as np
from pydantic import BaseModel

from layouts.events import NONE, Events, Floats
from layouts.kpis import kpis, kpis_dict
from layouts.run import Run
from server.sites import CLOUD, MESH, Site
from spatial.facility import Location


class SiteSummary(BaseModel):
    """Names the site, and tells which of its files are there to be loaded."""

    id: str
    name: str
    kind: Literal["as_built", "planned"]
    racks: int
    locations: int
    has_mesh: bool
    has_cloud: bool
    has_run: bool
    has_plan: bool
    is_live: bool

    @staticmethod
    def of(site: Site, *, has_run: bool, has_plan: bool = False, is_live: bool = False) -> SiteSummary:
        """The summary of `site`."""
        facility = site.facility
        return SiteSummary(
            id=facility.id,
            name=facility.name,
            kind=facility.kind,
            racks=len(facility.racks),
            locations=len(facility.locations),
            has_mesh=site.file(MESH) is not None,
            has_cloud=site.file(CLOUD) is not None,
            has_run=has_run,
            has_plan=has_plan,
            is_live=is_live,
        )


class RunSummary(BaseModel):
    """What a run came from, who worked in it, and what came of it: `kpis` as of layouts.kpis."""

    id: str
    kind: Literal["simulated", "recorded"]
    agents: list[str]
    duration_s: float
    inputs: dict[str, Any]
    notes: list[str]
    kpis: dict[str, Any]

    @staticmethod
    def of(run: Run) -> RunSummary:
        """The summary of `run`."""
        return RunSummary(
            id=run.id,
            kind=run.kind,
            agents=list(run.agents),
            duration_s=run.duration_s,
            inputs=dict(run.inputs),
            notes=list(run.notes),
            kpis=kpis_dict(kpis(run)),
        )


class Picks:
    """When each location was picked in a run, and what from it."""

    def __init__(self, run: Run | None) -> None:
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


class LocationDetails(BaseModel):
    """One location as a person would ask for it. `bay` and `tier` are indices, as in facility.json."""

    id: str
    rack: str
    rack_kind: str | None
    bay: int
    tier: int
    position: int
    center: tuple[float, float, float]
    size_m: tuple[float, float, float]
    state: Literal["occupied", "empty", "unseen"]
    fill: float | None
    confidence: float | None
    skus: list[str]
    picks_so_far: int
    picks_in_run: int

    @staticmethod
    def of(place: Location, site: Site, picks: Picks, now_s: float) -> LocationDetails:
        """The details of `place` when simulation time is `now_s`."""
        kinds = {rack.id: rack.kind for rack in site.facility.racks}
        return LocationDetails(
            **{name: getattr(place, name) for name in ("id", "rack", "bay", "tier", "position")},
            **{name: getattr(place, name) for name in ("center", "size_m", "state", "fill", "confidence")},
            rack_kind=kinds.get(place.rack),
            skus=picks.skus(place.id),
            picks_so_far=picks.until(place.id, now_s),
            picks_in_run=picks.until(place.id, float("inf")),
        )
