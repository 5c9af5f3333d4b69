"""Tours that are planned once in a process: they depend neither on who walks them nor on how long work takes.

Another staffing of the same scenario and replication finds them, and so does another replication its floor.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TypeVar

from layouts.last_used import LastUsed
from layouts.plan_scenario import (
    Demand,
    PlannedShift,
    PlannedTours,
    TourFloor,
    demand_on,
    shift_on,
    tour_floor,
    tours_on,
)
from layouts.scenario import PATHS, Scenario
from layouts.scenario_files import Digests, digests_of, site_file
from layouts.tours.plan import IN_TIME
from spatial.errors import BadDataError
from spatial.facility_json import read_facility

T = TypeVar("T")

PLAYED = frozenset({"pick_time", "pick_cv", "horizon_s", "warm_up_s", "operations", "traffic"})
"""Fields that tell how tours are played, and nothing of which there are."""

CREW = frozenset({"pickers", "pick_s", "piece_s", "drop_s", "starts_at"})
"""Fields that tell which tours there are only where these are to be in time."""

FLOOR = frozenset({"agent", "speed_m_s", "depot"})
"""Fields that a floor depends on, beside its files."""

MOST_LINES = 200_000
"""Lines of the tours that are kept in a process."""

_floors: LastUsed[TourFloor] = LastUsed(1)
_demands: LastUsed[Demand] = LastUsed(1)
_tours: LastUsed[PlannedTours] = LastUsed(MOST_LINES, lambda tours: tours.plan.lines)


def planned_shift(scenario: Scenario, files: Digests, *, replication: int = 0) -> PlannedShift:
    """`plan_scenario` on the facility at the scenario's site, whose files have the digests `files`.

    It raises the same, and BadDataError for files that change while they are read.
    """
    on_floor = floor_key(scenario, files)
    floor = _floors.get(on_floor, lambda: _read(scenario, files, lambda: _floor(scenario)))
    demanded = json.dumps([on_floor, files, scenario.seed])
    demand = _demands.get(demanded, lambda: _read(scenario, files, lambda: demand_on(floor, scenario)))
    tours = _tours.get(
        tours_key(scenario, files, replication=replication),
        lambda: tours_on(floor, demand, scenario, replication=replication),
    )
    return shift_on(floor.staffed(scenario.pickers), demand, tours)


def floor_key(scenario: Scenario, files: Digests) -> str:
    """Equal keys mean equal floors, but for how many hand over at once at a depot that is not drawn."""
    return json.dumps([scenario.model_dump_json(include=set(FLOOR)), files["site"], files["rules"]])


def tours_key(scenario: Scenario, files: Digests, *, replication: int) -> str:
    """Equal keys mean equal tours."""
    ignored = PLAYED if scenario.batching == IN_TIME else PLAYED | CREW
    fields = scenario.model_dump_json(exclude={*PATHS, *ignored})
    return json.dumps([fields, files, replication if scenario.redraw_orders else 0])


def _floor(scenario: Scenario) -> TourFloor:
    return tour_floor(read_facility(site_file(scenario)), scenario)


def _read(scenario: Scenario, files: Digests, read: Callable[[], T]) -> T:
    found = read()
    now = digests_of(scenario)
    if changed := [name for name in PATHS if now[name] != files[name]]:
        names = ", ".join(f"{name} {getattr(scenario, name)}" for name in changed)
        raise BadDataError(f"{names} changed while it was read: simulate again when it is written")
    return found
