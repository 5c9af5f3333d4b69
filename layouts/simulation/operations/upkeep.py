"""Upkeep of vehicles: breakdowns with repairs, and charging. People on foot have neither."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

from layouts.simulation.engine.tape import GIVE, NOBODY, TAKE, WAIT
from layouts.simulation.errands import Act
from layouts.simulation.meaning import Resource
from layouts.simulation.operations.shift_floor import Halt, Kind, ShiftFloor, place_of
from layouts.simulation.operations.staffing import Name, Span
from layouts.statistics.common_numbers import stream

Floats = npt.NDArray[np.float64]

MOST_FAILURES = 1_000
"""Of one vehicle in one run."""


class Breakdowns(BaseModel):
    """Vehicles break down after exponential times of work and stand where they are until they are repaired."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    mtbf_s: Span
    """Mean seconds of work, not of waiting, between two breakdowns of a vehicle."""
    mttr_s: Span
    """Mean seconds of a repair, exponential."""
    crew: int = Field(default=1, ge=1, le=1_000)
    """Vehicles repaired at once; others wait."""


class Charging(BaseModel):
    """Vehicles charge at the end of the job in which they reach `after_s` of work since they last did."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    after_s: Span
    for_s: Span
    chargers: int = Field(default=1, ge=1, le=10_000)
    station: Name | None = None
    """Where the chargers are; default the depot."""


def add_repair(floor: ShiftFloor, breakdowns: Breakdowns) -> int:
    """The routine that a vehicle plays where it stands."""
    kind = floor.kinds[0]
    level, xy = place_of(floor.build.traffic.graphs[0], kind.home)
    crew = floor.build.resource(Resource("repair crew", "repair_crew", level, xy), capacity=breakdowns.crew)
    repair = Act(WAIT, floor.activity(kind, "repair", kind.home), floor.streams["repair"], breakdowns.mttr_s)
    errand = floor.errand(kind, [Halt(kind.home, [Act(TAKE, crew), repair, Act(GIVE, crew)])])
    return floor.build.routine(errand, graph=kind.graph)


def add_charging(floor: ShiftFloor, charging: Charging, kind: Kind) -> int:
    """The routine in which vehicles of a kind charge."""
    station = floor.station(kind, charging.station)
    level, xy = floor.place(kind, station)
    charger = floor.build.resource(Resource("chargers", "charger", level, xy), capacity=charging.chargers)
    charge = Act(WAIT, floor.activity(kind, "charge", station, resource="chargers"), NOBODY, charging.for_s)
    errand = floor.errand(kind, [Halt(station, [Act(TAKE, charger), charge, Act(GIVE, charger)])])
    return floor.build.routine(errand, graph=kind.graph)


def failure_times(
    breakdowns: Breakdowns, vehicles: npt.NDArray[np.bool_], *, work_s: float, seed: int, replication: int
) -> Floats:
    """Seconds of work (A, F), rising, after which each agent breaks down; infinite for those that are no vehicles.

    F is enough for `work_s` seconds of work of one of them, up to MOST_FAILURES.
    """
    mean = work_s / breakdowns.mtbf_s
    most = min(math.ceil(mean + 6 * math.sqrt(mean) + 10), MOST_FAILURES)
    times = np.full((len(vehicles), most), np.inf)
    for agent in np.flatnonzero(vehicles).tolist():
        random = stream(seed, replication=replication, agent=agent, purpose="breakdown")
        times[agent] = np.cumsum(random.exponential(breakdowns.mtbf_s, most))
    return times
