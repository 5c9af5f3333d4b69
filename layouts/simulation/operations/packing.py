"""Packing: orders that have been picked wait in a buffer until somebody packs them, and then to be shipped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from layouts.simulation.engine.tape import GET, GIVE, PUT, TAKE
from layouts.simulation.errands import Act, Errand
from layouts.simulation.meaning import JobName, Resource
from layouts.simulation.operations.shift_floor import Halt, Kind, ShiftFloor, place_of, station_node
from layouts.simulation.operations.staffing import Instant, Name
from spatial.errors import BadDataError

Places = Annotated[int, Field(ge=1, le=1_000_000)]


class Packing(BaseModel):
    """Every order is packed when all of it has been picked.

    Tours put their orders, a part of an order as a whole one, into a buffer at the depot; who finds no room for those
    of his tour waits. From there they get to the station in no time. A packer takes a seat, then the order.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    station: Name | None = None
    """Where is packed; default the depot."""
    seats: int = Field(default=1, ge=1, le=10_000)
    order_s: Instant = 60.0
    """Seconds an order, without its lines."""
    line_s: Instant = 5.0
    time: Literal["fixed", "exponential"] = "fixed"
    """How these seconds vary about their mean."""
    buffer_orders: Places | None = None
    """Orders that can wait to be packed; default any number."""


def pack_buffer(floor: ShiftFloor, packing: Packing, tours: Sequence[tuple[str, int]], *, orders: int) -> int:
    """The buffer before packing; `tours` are names, and how many orders each brings at once.

    BadDataError for a tour that never fits.
    """
    places = packing.buffer_orders
    name, most = max(tours, key=lambda tour: tour[1])
    if places is not None and most > places:
        raise BadDataError(
            f"packing.buffer_orders {places} is below the {most} orders of tour '{name}', which it brings at once: "
            "raise it, or put fewer orders on a tour"
        )
    return buffer_at(floor, "pack buffer", None, places or max(orders, most))


def add_packing(
    floor: ShiftFloor,
    packing: Packing,
    buffer: int,
    *,
    parts: Mapping[str, Sequence[int]],
    lines: Mapping[str, int],
    staging: int | None,
) -> dict[str, int]:
    """The job that packs each order, after the jobs that picked its `parts`, of so many `lines` in all.

    What is packed goes to `staging`, a buffer, where there is one; else the order ends here.
    """
    seat = floor.seats(f"packing at {packing.station or floor.depot}", packing.station, packing.seats)
    jobs = {}
    for order, before in parts.items():
        seconds = packing.order_s + packing.line_s * lines[order]

        def errand_of(
            kind: Kind, order: str = order, seconds: float = seconds, count: int = len(before)
        ) -> Errand:
            station = floor.station(kind, packing.station)
            name = floor.build.resources[seat].name
            pack = floor.activity(kind, "pack", station, resource=name, order=order)
            put = () if staging is None else (Act(PUT, staging, 1),)
            acts = [
                Act(TAKE, seat),
                Act(GET, buffer, count),
                floor.work(pack, seconds, "pack"),
                *put,
                Act(GIVE, seat),
            ]
            return floor.errand(kind, [Halt(station, acts)])

        jobs[order] = floor.build.job(
            JobName(f"pack {order}", "pack", (order,), (order,) if staging is None else ()),
            floor.routines("pack", errand_of),
            pool="pack",
            after=before,
        )
    return jobs


def buffer_at(floor: ShiftFloor, name: str, station: str | None, places: int) -> int:
    """A buffer for so many orders at a station, the depot unless named."""
    graph = floor.build.traffic.graphs[0]
    level, xy = place_of(graph, station_node(graph, station or floor.depot))
    return floor.build.resource(Resource(name, "buffer", level, xy), capacity=places)
