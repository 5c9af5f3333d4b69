"""Between the two rows of a double row is room, so that loads do not push each other out."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import shapely

from layouts.rules.finding import UNKNOWN, Finding, exactly, judged
from layouts.rules.limits import Limits
from layouts.rules.measured import sigma_of
from spatial.facility import Facility, Rack
from spatial.floor.agents import AgentClass
from spatial.floor.free_space import rack_footprint


def back_to_back(facility: Facility, agents: Sequence[AgentClass], limits: Limits) -> Iterator[Finding]:
    """For every pair of mates once the least distance between them; a mate that is missing is not decided."""
    del agents  # the rows stand as they stand
    racks = {rack.id: rack for rack in facility.racks}
    done: dict[tuple[str, ...], None] = {}
    for rack in facility.racks:
        if rack.back_to_back is None:
            continue
        pair = tuple(sorted((rack.id, rack.back_to_back)))
        if pair not in done:
            done[pair] = None
            yield _finding(facility, rack, racks.get(rack.back_to_back), limits)


def _finding(facility: Facility, rack: Rack, mate: Rack | None, limits: Limits) -> Finding:
    known = UNKNOWN
    if mate is not None:
        gap = float(shapely.distance(rack_footprint(rack), rack_footprint(mate)))
        known = exactly(gap, math.hypot(*(_face_sigma(facility, each, limits) for each in (rack, mate))))
    return judged(
        "back_to_back",
        (rack.id, rack.back_to_back or ""),
        "back_to_back_m",
        known,
        at_least=limits.back_to_back_m,
        context=f"racks '{rack.id}' and '{rack.back_to_back}'",
        remedy="move the rows apart or fit push-through stops"
        if mate is not None
        else "scan or draw the missing row",
        source=limits.source("back_to_back_m"),
    )


def _face_sigma(facility: Facility, rack: Rack, limits: Limits) -> float:
    """Sigma of the back face at the end of the row, where the heading counts most."""
    return math.hypot(
        sigma_of(facility, rack.sigma_m, limits), (rack.yaw_sigma_rad or 0.0) * rack.length_m / 2
    )
