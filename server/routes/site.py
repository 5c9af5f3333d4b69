"""The site: what it has, its files, its locations, and the run and plan that are shown with it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from fastapi import APIRouter, Depends, HTTPException
from fastapi.responses import FileResponse

from layouts.run import Run
from layouts.slotting.pictures.velocity_map import VelocityMap
from server.access.declared import require
from server.answers.picks import Picks
from server.answers.shown import Shown
from server.answers.site_summary import LocationDetails, RunSummary, SiteSummary
from server.answers.slotting import SlottingAnswer
from server.routes.refused import BY_THE_GATE, refuses
from server.sites import CLOUD, FACILITY, MESH, Site


def site_routes(shown: Shown, *, is_live: bool, is_beside: bool, sim_s: Callable[[], float]) -> APIRouter:
    """Routes about the site; `sim_s` tells where a run that is played stands."""
    routes = APIRouter(dependencies=[Depends(require("see"))], responses=refuses(*BY_THE_GATE))
    _serve_files(routes, shown, is_live=is_live, is_beside=is_beside)
    _serve_run(routes, shown.run)
    _serve_plan(routes, shown.site, shown.plan)
    _serve_locations(routes, shown.site, Picks(shown.run), sim_s)
    return routes


def _serve_files(routes: APIRouter, shown: Shown, *, is_live: bool, is_beside: bool) -> None:
    site = shown.site

    @routes.get("/api/site")
    def summary() -> SiteSummary:
        """What this site has."""
        return SiteSummary.of(shown, is_live=is_live, is_beside=is_beside)

    @routes.get("/api/facility", response_class=FileResponse, responses=refuses(404))
    def facility() -> FileResponse:
        """The facility as facility.json."""
        return FileResponse(_existing(site, FACILITY), media_type="application/json")

    @routes.get("/api/facility.glb", response_class=FileResponse, responses=refuses(404))
    def mesh() -> FileResponse:
        """The facility's mesh: glTF frame, Y up, metres."""
        return FileResponse(_existing(site, MESH), media_type="model/gltf-binary")

    @routes.get("/api/cloud.ply", response_class=FileResponse, responses=refuses(404))
    def cloud() -> FileResponse:
        """The scan, thinned: world frame, Z up, metres."""
        return FileResponse(_existing(site, CLOUD), media_type="application/octet-stream")


def _existing(site: Site, name: str) -> Path:
    path = site.file(name)
    if path is None:
        raise HTTPException(404, f"this site has no {name}")
    return path


def _serve_run(routes: APIRouter, run: Run | None) -> None:
    figures = None if run is None else RunSummary.of(run)

    @routes.get("/api/run", responses=refuses(404))
    def summary() -> RunSummary:
        """What is played, and its KPIs over the whole run."""
        if figures is None:
            raise HTTPException(404, "no run is loaded: serve one with `aisletwin serve SITE --run RUN`")
        return figures


def _serve_plan(routes: APIRouter, site: Site, plan: VelocityMap | None) -> None:
    answer = None if plan is None else SlottingAnswer.of(site.facility, plan)

    @routes.get("/api/slotting", responses=refuses(404))
    def slotting() -> SlottingAnswer:
        """What a slotting plan changes: how often each location is visited before and after, and what moves."""
        if answer is None:
            raise HTTPException(404, "no plan is loaded: serve one with `aisletwin serve SITE --plan PLAN`")
        return answer


def _serve_locations(routes: APIRouter, site: Site, picks: Picks, sim_s: Callable[[], float]) -> None:
    @routes.get("/api/locations/{location_id}", responses=refuses(404, 422))
    def location(location_id: str) -> LocationDetails:
        """One location: what it is, what is in it, how often it was picked."""
        place = site.locations.get(location_id)
        if place is None:
            raise HTTPException(404, f"this site has no location {location_id!r}")
        return LocationDetails.of(place, site, picks, sim_s())
