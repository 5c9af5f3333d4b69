"""What a device in the hall asks for: points to be placed by, contents, ways, findings that are settled."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import cache
from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException, Query, Response
from pydantic import BaseModel, ConfigDict, Field

from layouts.inventory.stock import on_hand
from layouts.live.state import TwinState
from server.access.declared import require
from server.access.roles import Who
from server.answers.contents import Contents, contents_by_book, contents_by_scan
from server.answers.findings import FINDINGS, Findings, FindingsInFile, FindingsInLog, Note
from server.answers.shown import Shown
from server.answers.way_to import way_to
from server.chores.control_points import ControlPoint, control_points
from server.clock import clock_ms
from server.intake.intake import IntakeFullError
from server.routes.refused import BY_THE_GATE, refuses
from server.store.errors import StoreError
from server.twin.live_server import LiveServer
from spatial.errors import AisletwinError, BadDataError
from spatial.facility import Point3
from spatial.floor.agents import AGENT_CLASSES
from spatial.navigation.build_graph import build_graph
from spatial.navigation.nav_graph import NavGraph

KEPT_MS = 10_000
"""So long the contents are told again as they were, if nothing was learned since: ages count from when they were."""

Noter = Annotated[Who, Depends(require("note"))]


class ContentsAnswer(BaseModel):
    """What lies where, as it was known at `as_of_ms`; ages count from then."""

    as_of_ms: int
    is_live: bool
    locations: list[Contents]


class WayAnswer(BaseModel):
    """A walk: its path from where it starts, world frame, metres."""

    location: str
    path: list[Point3]
    length_m: float
    agent: str


class NoteWish(BaseModel):
    """What is said of a finding; with `is_closed` False it is open again."""

    model_config = ConfigDict(extra="forbid")

    text: Annotated[str, Field(min_length=1, max_length=2_000)]
    is_closed: bool = True


def ar_routes(shown: Shown, live: LiveServer | None) -> APIRouter:
    """Routes for devices in the hall."""
    routes = APIRouter(responses=refuses(*BY_THE_GATE))
    _tell_points(routes, shown)
    _tell_contents(routes, shown, live)
    _tell_way(routes, shown, live)
    _take_notes(routes, shown, live)
    return routes


def _tell_points(routes: APIRouter, shown: Shown) -> None:
    @routes.get("/api/control-points", dependencies=[Depends(require("see"))], responses=refuses(409))
    def points() -> list[ControlPoint]:
        """Points that a device can be placed by: of control-points.csv, and corners of columns and racks."""
        try:
            return control_points(shown.site)
        except BadDataError as error:
            raise HTTPException(409, str(error)) from error


def _tell_contents(routes: APIRouter, shown: Shown, live: LiveServer | None) -> None:
    lock = asyncio.Lock()
    kept: tuple[int, int, bytes] = (-1, 0, b"")

    @routes.get("/api/contents", dependencies=[Depends(require("see"))], response_model=ContentsAnswer)
    async def contents() -> Response:
        """What lies in each location, how sure that is and how old: by the live book, else as the scan saw it."""
        nonlocal kept
        async with lock:  # who asks at the same time gets the same answer
            seq = 0 if live is None else live.twin.state.seq
            if kept[0] != seq or kept[1] < clock_ms() - KEPT_MS:
                now_ms = clock_ms()
                # to weigh a large book takes seconds: in a thread, on a copy, so that all others go on
                state = None if live is None else _copied(live.twin.state)
                kept = seq, now_ms, await asyncio.to_thread(_contents_json, shown, live, state, now_ms)
        return Response(kept[2], media_type="application/json")


def _copied(state: TwinState) -> Callable[[], TwinState]:
    """The state as it is now, to be read when wanted."""
    data, at = state.encode(), (state.seq, state.learned_ms, state.happened_ms)
    return lambda: TwinState.decode(data, seq=at[0], learned_ms=at[1], happened_ms=at[2])


def _contents_json(
    shown: Shown, live: LiveServer | None, state: Callable[[], TwinState] | None, now_ms: int
) -> bytes:
    facility = shown.site.facility
    if live is None or state is None:
        slotting = {} if shown.run is None else shown.run.slotting
        found = contents_by_scan(facility, slotting, now_ms=now_ms)
    else:
        found = contents_by_book(facility, state(), site=live.site_id, now_ms=now_ms)
    answer = ContentsAnswer(as_of_ms=now_ms, is_live=live is not None, locations=found)
    return answer.model_dump_json().encode()


def _tell_way(routes: APIRouter, shown: Shown, live: LiveServer | None) -> None:
    facility = shown.site.facility
    elevation_m = {level.id: level.elevation_m for level in facility.levels}

    @cache
    def graph_of(agent: str) -> NavGraph:
        return build_graph(facility, AGENT_CLASSES[agent])

    @routes.get("/api/way", dependencies=[Depends(require("see"))], responses=refuses(404, 422))
    def way(
        start: Annotated[str, Query(alias="from", max_length=200, description="X,Y,LEVEL in metres")],
        location: Annotated[str | None, Query(max_length=200)] = None,
        sku: Annotated[str | None, Query(max_length=200)] = None,
        agent: Annotated[str, Query(max_length=100)] = "picker",
    ) -> WayAnswer:
        """The shortest way to a location, or to the nearest that has a SKU, along the lanes of an agent class."""
        if agent not in AGENT_CLASSES:
            raise HTTPException(404, f"there is no agent class '{agent}', but: {', '.join(AGENT_CLASSES)}")
        place, level = _start(start)
        targets = _targets(shown, live, location, sku)
        try:
            found = way_to(graph_of(agent), place, level, targets, elevation_m=elevation_m)
        except AisletwinError as error:
            raise HTTPException(404, str(error)) from error
        return WayAnswer(
            location=found.location, path=list(found.path), length_m=round(found.length_m, 3), agent=agent
        )


def _start(told: str) -> tuple[tuple[float, float], str]:
    x, _, rest = told.partition(",")
    y, _, level = rest.partition(",")
    try:
        place = float(x), float(y)
    except ValueError:
        place = float("nan"), 0.0
    if not all(abs(each) < 1e6 for each in place) or not level:
        raise HTTPException(422, f"from '{told}' is no place: give X,Y,LEVEL in metres, as 12.5,3,L0")
    return place, level


def _targets(shown: Shown, live: LiveServer | None, location: str | None, sku: str | None) -> list[str]:
    if (location is None) == (sku is None):
        raise HTTPException(422, "where to? Give either location or sku")
    if location is not None:
        if location not in shown.site.locations:
            raise HTTPException(404, f"this site has no location {location!r}")
        return [location]
    if live is not None:
        lines = on_hand(live.twin.state.stock, place=f"{live.site_id}/*", sku=sku)
        places = [one.place.partition("/")[2] for one in lines if one.quantity > 0]
    else:
        places = [] if shown.run is None else list(shown.run.slotting.get(str(sku), ()))
    found = [one for one in dict.fromkeys(places) if one in shown.site.locations]
    if not found:
        raise HTTPException(404, f"{sku!r} lies nowhere that is known: check its name, or ask for a location")
    return found


def _take_notes(routes: APIRouter, shown: Shown, live: LiveServer | None) -> None:
    kept: Findings = FindingsInFile(shown.site.folder / FINDINGS) if live is None else FindingsInLog(live)
    names = {f"{one.kind}/{one.id}" for one in shown.deviations or ()}

    @routes.get("/api/findings", dependencies=[Depends(require("see"))], responses=refuses(409))
    async def notes() -> list[Note]:
        """The latest note of each finding that somebody wrote one about."""
        try:
            return list(kept.notes())
        except BadDataError as error:
            raise HTTPException(409, str(error)) from error

    @routes.post("/api/findings/{name:path}", responses=refuses(404, 422, 503))
    async def note(name: str, wish: NoteWish, who: Noter) -> Note:
        """Close the finding KIND/ID with a note, or open it again; answered once it is on disk."""
        if name not in names:
            raise HTTPException(
                404, f"there is no finding '{name}': findings are those of /api/deviations, KIND/ID"
            )
        told = Note(finding=name, text=wish.text, by=who.name, at_ms=clock_ms(), is_closed=wish.is_closed)
        try:
            await asyncio.to_thread(kept.add, told)
        except (IntakeFullError, StoreError, TimeoutError, OSError) as error:
            raise HTTPException(503, str(error), headers={"Retry-After": "1"}) from error
        return told
