"""Shipping: packed orders wait in staging for the trucks that take them."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from layouts.simulation.engine.tape import GET
from layouts.simulation.errands import Act, Errand
from layouts.simulation.meaning import JobName
from layouts.simulation.operations.packing import Places, buffer_at
from layouts.simulation.operations.shift_floor import Halt, Kind, ShiftFloor
from layouts.simulation.operations.staffing import Instant, Name


class Shipping(BaseModel):
    """Every packed order waits in staging until its truck is there, and is then loaded by those who do `load`.

    An order that is due goes with the last truck that comes by then, else with the first; orders that are not due
    fill the trucks evenly, in the order of the plan. What is packed later than its truck comes is loaded at once: the
    truck waits. A packer who finds staging full waits with his seat.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    trucks_s: Annotated[tuple[Instant, ...], Field(min_length=1, max_length=10_000)]
    """When trucks come."""
    staging_orders: Places | None = None
    """Room in staging; default for any number."""
    load_s: Instant = 20.0
    """Seconds to load an order."""
    station: Name | None = None
    """Where is staged and loaded; default the depot."""

    @model_validator(mode="after")
    def _is_consistent(self) -> Shipping:
        if list(self.trucks_s) != sorted(self.trucks_s):
            raise ValueError("list trucks_s from the first to the last")
        return self


def staging_of(floor: ShiftFloor, shipping: Shipping, *, orders: int) -> int:
    """The buffer where packed orders wait."""
    return buffer_at(floor, "staging", shipping.station, shipping.staging_orders or orders)


def add_shipping(
    floor: ShiftFloor,
    shipping: Shipping,
    staging: int,
    *,
    packed: Mapping[str, int],
    due_s: Mapping[str, float],
) -> None:
    """The job that loads each order of `packed`, when it is packed and its truck is there; `due_s` may be NaN."""
    for number, (order, before) in enumerate(packed.items()):

        def errand_of(kind: Kind, order: str = order) -> Errand:
            station = floor.station(kind, shipping.station)
            load = floor.activity(kind, "load", station, order=order)
            return floor.errand(
                kind, [Halt(station, [Act(GET, staging, 1), floor.work(load, shipping.load_s)])]
            )

        floor.build.job(
            JobName(f"load {order}", "load", (order,), (order,)),
            floor.routines("load", errand_of),
            pool="load",
            release_s=truck_s(shipping.trucks_s, due_s[order], number / len(packed)),
            after=(before,),
        )


def truck_s(trucks_s: Sequence[float], due_s: float, share: float) -> float:
    """When an order's truck comes: by when it is due, or, where that is NaN, by its `share` of the plan, 0 to 1."""
    if math.isnan(due_s):
        return trucks_s[int(share * len(trucks_s))]
    return trucks_s[max(0, bisect_right(trucks_s, due_s) - 1)]
