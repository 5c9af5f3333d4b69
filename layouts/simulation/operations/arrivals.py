"""Putaway and returns: goods that come in during the shift and are brought to locations in the same lanes."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Annotated, Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field, model_validator

from layouts.simulation.engine.tape import GIVE, TAKE
from layouts.simulation.errands import Act, Errand
from layouts.simulation.meaning import JobName
from layouts.simulation.operations.shift_floor import Halt, Kind, ShiftFloor
from layouts.simulation.operations.staffing import Instant, Name, Task
from layouts.statistics.common_numbers import stream


class Arrival(BaseModel):
    """One load that comes in and where it goes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    at_s: Instant
    location: Name


class Arrivals(BaseModel):
    """A stream of loads, each carried from `station` to a location: `per_hour` between two times, or a list.

    Where nothing is said about locations, putaway goes to places that nobody picks from and returns to places that
    somebody does, at random, the same in every replication. They do not count in the stock of pick faces.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    per_hour: float | None = Field(default=None, gt=0, le=10_000, allow_inf_nan=False)
    spacing: Literal["exponential", "even"] = "exponential"
    """Between loads: at random, anew in each replication, or the same."""
    from_s: Instant = 0.0
    until_s: Instant = 28_800.0
    """Loads of `per_hour` come before it."""
    loads: Annotated[tuple[Arrival, ...], Field(max_length=1_000_000)] = ()
    """Instead of `per_hour`."""
    locations: tuple[Name, ...] = ()
    """Where loads of `per_hour` go, in turn; default see above."""
    station: Name | None = None
    """Where they come in; default the depot."""
    seats: int = Field(default=1, ge=1, le=10_000)
    """How many can load there at once."""
    load_s: Instant = 20.0
    """Seconds to take a load up at the station."""
    put_s: Instant = 20.0
    """Seconds to put it down, with the pick face taken."""

    @model_validator(mode="after")
    def _is_consistent(self) -> Arrivals:
        if (self.per_hour is None) == (not self.loads):
            raise ValueError("say per_hour or list loads, one of the two")
        if self.until_s <= self.from_s:
            raise ValueError(f"until_s {self.until_s} must be after from_s {self.from_s}")
        return self


def add_arrivals(
    floor: ShiftFloor, arrivals: Arrivals, task: Task, *, candidates: Sequence[str], seed: int
) -> int:
    """Add the jobs of the loads, return the first; those at random go to `candidates`. ValueError for none."""
    first = len(floor.build.jobs)
    places = [load.location for load in arrivals.loads]
    if not places:
        places = _places(arrivals, candidates, stream(seed, agent=0, purpose=f"{task} places"), task)
    seat = floor.seats(f"{task} at {arrivals.station or floor.depot}", arrivals.station, arrivals.seats)
    routines: dict[str, list[int]] = {}
    for number, (place, seconds) in enumerate(
        zip(places, arrival_times(arrivals, task, seed=seed), strict=True)
    ):
        if place not in routines:
            routines[place] = floor.routines(task, _carrying(floor, arrivals, place, seat))
        name = JobName(id=f"{task}-{number + 1}", kind=task)
        floor.build.job(name, routines[place], pool=task, release_s=float(seconds))
    return first


def arrival_times(
    arrivals: Arrivals, task: Task, *, seed: int, replication: int = 0
) -> npt.NDArray[np.float64]:
    """When the loads come, in s; as many in every replication, infinite for those that come too late to be any."""
    if arrivals.per_hour is None:
        return np.array([load.at_s for load in arrivals.loads], np.float64)
    gap_s, span_s = 3600 / arrivals.per_hour, arrivals.until_s - arrivals.from_s
    if arrivals.spacing == "even":
        return np.asarray(arrivals.from_s + gap_s * np.arange(math.ceil(span_s / gap_s)), np.float64)
    # six standard deviations above the mean of a Poisson number: more come once in 1e9 shifts
    most = math.ceil(span_s / gap_s + 6 * math.sqrt(span_s / gap_s) + 10)
    random = stream(seed, replication=replication, agent=0, purpose=task)
    times = np.full(most, arrivals.from_s) + np.cumsum(random.exponential(gap_s, most))
    times[times >= arrivals.until_s] = np.inf
    return times


def _places(
    arrivals: Arrivals, candidates: Sequence[str], random: np.random.Generator, task: Task
) -> list[str]:
    """Where each load goes."""
    count = len(arrival_times(arrivals, task, seed=0))
    if arrivals.locations:
        return [arrivals.locations[number % len(arrivals.locations)] for number in range(count)]
    if not candidates:
        raise ValueError(f"there is no location for {task}: name some in its locations")
    return [candidates[number] for number in random.integers(len(candidates), size=count).tolist()]


def _carrying(floor: ShiftFloor, arrivals: Arrivals, location: str, seat: int) -> Callable[[Kind], Errand]:
    """Take a load up at the station and carry it to a location."""

    def errand_of(kind: Kind) -> Errand:
        station, node = floor.station(kind, arrivals.station), floor.location(kind, location)
        face = floor.face(kind, location)
        resources = floor.build.resources
        load = floor.activity(kind, "load", station, resource=resources[seat].name)
        put = floor.activity(kind, "put", node, resource=resources[face].name, location=location)
        return floor.errand(
            kind,
            [
                Halt(station, [Act(TAKE, seat), floor.work(load, arrivals.load_s), Act(GIVE, seat)]),
                Halt(
                    node,
                    floor.alone(face, [floor.work(put, arrivals.put_s)]),
                    loaded=True,
                    height_m=floor.heights[location] if floor.does_lift(kind) else 0.0,
                ),
            ],
        )

    return errand_of
