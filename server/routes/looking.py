"""Looking for things: by name, by colour, by what happened to them, and the lanes that lead there."""

from __future__ import annotations

from functools import cache
from itertools import chain
from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Query
from pydantic import BaseModel

from layouts.inventory.history import history
from server.access.declared import require
from server.answers.colouring import Colourings
from server.answers.finding import Finder, FoundKind
from server.answers.picks import Picks
from server.answers.shown import Shown
from server.clock import clock_ms
from server.routes.refused import BY_THE_GATE, refuses
from server.twin.live_server import LiveServer
from spatial.errors import AisletwinError
from spatial.floor.agents import AGENT_CLASSES
from spatial.navigation.build_graph import build_graph

MOST_STEPS = 200
HISTORY_MS = 30 * 86_400_000


class FoundAnswer(BaseModel):
    """Something of this name, and the locations it is at."""

    kind: FoundKind
    id: str
    places: list[str]


class ColouringAnswer(BaseModel):
    """A figure for each location; one that is not in `values` is not known. Colours end at `top`."""

    name: str
    title: str
    unit: str
    top: float
    values: dict[str, float]


class StepAnswer(BaseModel):
    """Something that happened at a location: at second `at_s` of the run, or at `at_ms` since 1970."""

    what: str
    who: str
    sku: str | None
    quantity: float | None
    order: str | None
    at_s: float | None = None
    at_ms: int | None = None


class LanesAnswer(BaseModel):
    """The navigation graph of an agent class: places x, y, z [m] and the pairs of them that lanes join."""

    agent: str
    places: list[list[float]]
    lanes: list[list[int]]
    one_way: list[int]
    """By lane: 0 both ways, 1 from the first to the second, −1 the other way."""


def looking_routes(shown: Shown, live: LiveServer | None) -> APIRouter:
    """Routes that people look around with."""
    routes = APIRouter(dependencies=[Depends(require("see"))], responses=refuses(*BY_THE_GATE))
    _find(routes, shown, live)
    _colour(routes, shown, live)
    _tell_history(routes, shown, live)
    _tell_lanes(routes, shown)
    return routes


def _find(routes: APIRouter, shown: Shown, live: LiveServer | None) -> None:
    finder = Finder(shown)

    @routes.get("/api/find", responses=refuses(422))
    async def find(
        q: Annotated[str, Query(max_length=200)], limit: Annotated[int, Query(ge=1, le=100)] = 20
    ) -> list[FoundAnswer]:
        """Locations, SKUs, orders and racks with this in their name; whole names first."""
        state = None if live is None else live.twin.state
        found = finder.find(q, live=state, site=shown.site.facility.id, limit=limit)
        return [FoundAnswer(kind=one.kind, id=one.id, places=list(one.places)) for one in found]


def _colour(routes: APIRouter, shown: Shown, live: LiveServer | None) -> None:
    colourings = Colourings(shown)

    @routes.get("/api/colours")
    async def names() -> list[str]:
        """What locations can be coloured by."""
        return list(colourings.names(is_live=live is not None))

    @routes.get("/api/colours/{name}", responses=refuses(404, 422))
    async def colours(name: str) -> ColouringAnswer:
        """The figure of each location."""
        state = None if live is None else live.twin.state
        found = colourings.get(name, live=state, site=shown.site.facility.id, now_ms=clock_ms())
        if found is None:
            there = ", ".join(colourings.names(is_live=live is not None)) or "none"
            raise HTTPException(404, f"locations cannot be coloured by '{name}' here, but by: {there}")
        return ColouringAnswer(
            name=found.name, title=found.title, unit=found.unit, top=found.top, values=dict(found.values)
        )


def _tell_history(routes: APIRouter, shown: Shown, live: LiveServer | None) -> None:
    picks = Picks(shown.run)

    @routes.get("/api/locations/{location_id}/history", responses=refuses(404, 422, 503))
    def told(location_id: str) -> list[StepAnswer]:
        """What happened at a location, the newest first: picks of the run; or of the last days what the live book was
        told, of SKUs that it knows there.
        """
        if location_id not in shown.site.locations:
            raise HTTPException(404, f"this site has no location {location_id!r}")
        if live is None:
            return [StepAnswer(**one) for one in picks.history(location_id)][:MOST_STEPS]
        place = f"{live.site_id}/{location_id}"
        skus = {key.sku for key, _ in list(live.twin.state.stock.lines()) if key.place == place}
        entities = (f"location/{location_id}", *(f"sku/{sku}" for sku in sorted(skus)))
        since_ms = clock_ms() - HISTORY_MS
        log = chain.from_iterable(
            live.store.read(entity=entity, happened_from_ms=since_ms) for entity in entities
        )
        steps = history(log, place=place)
        return [
            StepAnswer(
                what=step.what,
                who=step.source,
                sku=step.sku,
                quantity=step.change,
                order=None,
                at_ms=step.at_ms,
            )
            for step in reversed(steps)
        ][:MOST_STEPS]


def _tell_lanes(routes: APIRouter, shown: Shown) -> None:
    facility = shown.site.facility

    @cache
    def lanes_of(agent: str) -> dict[str, Any]:
        graph = build_graph(facility, AGENT_CLASSES[agent])
        height = {level.id: level.elevation_m for level in facility.levels}
        levels = [graph.levels[level] for level in graph.level.tolist()]
        return {
            "agent": agent,
            "places": [
                [x, y, height[level]] for (x, y), level in zip(graph.xy.tolist(), levels, strict=True)
            ],
            "lanes": graph.edges.tolist(),
            "one_way": graph.direction.tolist(),
        }

    @routes.get("/api/lanes", response_model=LanesAnswer, responses=refuses(404, 422))
    def lanes(agent: Annotated[str, Query(max_length=100)] = "picker") -> dict[str, Any]:
        """The lanes that an agent class can use."""
        if agent not in AGENT_CLASSES:
            raise HTTPException(404, f"there is no agent class '{agent}', but: {', '.join(AGENT_CLASSES)}")
        try:
            return lanes_of(agent)
        except AisletwinError as error:
            raise HTTPException(404, f"a {agent} has no lanes here: {error}") from error
