"""What the REST interface answers with."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel

from layouts.kpis import kpis, kpis_dict
from layouts.run import Run
from server.answers.picks import Picks
from server.answers.shown import Shown
from server.sites import CLOUD, MESH, TILES, TILESET, Site
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
    has_tiles: bool
    has_run: bool
    has_plan: bool
    has_deviations: bool
    is_live: bool
    is_beside: bool
    """Whether another site is shown beside it."""

    @staticmethod
    def of(shown: Shown, *, is_live: bool = False, is_beside: bool = False) -> SiteSummary:
        """The summary of what is shown."""
        site, facility = shown.site, shown.site.facility
        return SiteSummary(
            id=facility.id,
            name=facility.name,
            kind=facility.kind,
            racks=len(facility.racks),
            locations=len(facility.locations),
            has_mesh=site.file(MESH) is not None,
            has_cloud=site.file(CLOUD) is not None,
            has_tiles=site.file(f"{TILES}/{TILESET}") is not None,
            has_run=shown.run is not None,
            has_plan=shown.plan is not None,
            has_deviations=shown.deviations is not None,
            is_live=is_live,
            is_beside=is_beside,
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
