"""Release: from when on a planned tour may be started."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field, model_validator

from layouts.simulation.meaning import Resource
from layouts.simulation.operations.staffing import Span
from layouts.simulation.program_builder import ProgramBuilder
from layouts.tours.tour import Tour
from spatial.errors import BadDataError
from spatial.navigation.nav_graph import NavGraph


class Release(BaseModel):
    """When tours are given to those who pick.

    at-once   all at the start, whenever their orders came in
    waveless  each when the last of its orders has come in
    waves     with `wave_every_s` at the first multiple of it by which all its orders are in; without it by the
              orders' wave, each wave when the tours of the one before are done
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    policy: Literal["at-once", "waveless", "waves"] = "at-once"
    wave_every_s: Span | None = None
    """Only with waves."""
    aisle_cap: int | None = Field(default=None, ge=1, le=10_000)
    """Tours under way that visit one aisle, at most; a tour that finds one of its aisles full is passed over."""

    @model_validator(mode="after")
    def _is_consistent(self) -> Release:
        if self.wave_every_s is not None and self.policy != "waves":
            raise ValueError(f"wave_every_s needs policy 'waves', not '{self.policy}'")
        return self


class Start(NamedTuple):
    """What a tour waits for before it may start: a time, and tours by their place in the plan."""

    release_s: float = 0.0
    after: Sequence[int] = ()


def tour_starts(
    release: Release,
    orders: Sequence[tuple[str, ...]],
    *,
    released_s: Mapping[str, float],
    wave_of: Mapping[str, str | None],
) -> list[Start]:
    """What each tour, of these orders, waits for; `released_s` and `wave_of` are by order.

    BadDataError for waves by the orders' where no order has one.
    """
    if release.policy == "at-once":
        return [Start()] * len(orders)
    come_in = [max(0.0, *(released_s[order] for order in each)) for each in orders]
    if release.policy == "waveless":
        return [Start(seconds) for seconds in come_in]
    if release.wave_every_s is not None:
        every_s = release.wave_every_s
        return [Start(math.ceil(seconds / every_s) * every_s) for seconds in come_in]
    return _wave_by_wave([wave_of[each[0]] for each in orders], come_in)


def _wave_by_wave(waves: Sequence[str | None], come_in: Sequence[float]) -> list[Start]:
    """Tours of a wave after all of the wave before; waves in the order in which tours have them."""
    if not any(waves):
        raise BadDataError(
            "release 'waves' finds no wave: add a column 'wave' to the orders or set wave_every_s in the scenario"
        )
    tours_of: dict[str | None, list[int]] = {}
    for number, wave in enumerate(waves):
        tours_of.setdefault(wave, []).append(number)
    before: dict[str | None, list[int]] = dict(zip([*tours_of][1:], tours_of.values(), strict=False))
    return [Start(seconds, before.get(wave, ())) for wave, seconds in zip(waves, come_in, strict=True)]


def orders_of(tour: Tour) -> tuple[str, ...]:
    """The orders that a tour picks for, in the order of its picks."""
    return tuple(dict.fromkeys(pick.order for stop in tour.stops for pick in stop.picks))


def aisle_tickets(
    build: ProgramBuilder, graph: NavGraph, tours: Sequence[Tour], aisle_cap: int | None
) -> list[tuple[int, ...]]:
    """For each tour the resources, one an aisle that it visits, of which it holds a place; none without a cap."""
    if aisle_cap is None:
        return [()] * len(tours)
    tickets = []
    for tour in tours:
        aisles = dict.fromkeys(
            graph.aisle_of[pick.location]
            for stop in tour.stops
            for pick in stop.picks
            if pick.location in graph.aisle_of
        )
        tickets.append(tuple(_ticket(build, graph, aisle, aisle_cap) for aisle in aisles))
    return tickets


def _ticket(build: ProgramBuilder, graph: NavGraph, aisle: str, cap: int) -> int:
    mouth = graph.aisles[aisle][0] if aisle in graph.aisles else 0
    x, y = graph.xy[mouth].tolist()
    level = graph.levels[int(graph.level[mouth])]
    return build.resource(Resource(f"{aisle} (tours)", "aisle", level, (x, y), aisle), capacity=cap)
