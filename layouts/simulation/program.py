"""A tape with the meaning of its numbers: what each resource, activity, leg and job is, and where."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from layouts.simulation.engine.tape import Jobs, Resources, Tape

ResourceKind = Literal[
    "pick_face", "aisle_cell", "aisle", "section", "intersection", "area", "station", "buffer", "stock", "lift",
    "door", "charger", "repair_crew", "ticket",
]  # fmt: skip
ActivityKind = Literal["pick", "drop", "put", "pack", "load", "lift", "charge", "break", "repair"]


class Resource(NamedTuple):
    """Something contended: its name, its kind, and where one waits for it (`xy`, in metres, on `level`).

    `aisle` is the aisle that it is, lies in or opens to, where there is one.
    """

    name: str
    kind: ResourceKind
    level: str
    xy: tuple[float, float]
    aisle: str | None = None


class Activity(NamedTuple):
    """Work at a place: what, where, at which resource, and for a pick or put what is handled."""

    kind: ActivityKind
    level: str
    xy: tuple[float, float]
    resource: str | None = None
    location: str | None = None
    order: str | None = None
    sku: str | None = None
    quantity: int | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Legs:
    """Polylines that moves follow: leg i is the points `xy[start[i]:start[i + 1]]` (P, 2) on `level[i]`."""

    start: npt.NDArray[np.int64]
    xy: npt.NDArray[np.float64]
    level: tuple[str, ...]


class JobName(NamedTuple):
    """What a job is: its id, what kind of work, the orders it serves (those that end with it: `closes`)."""

    id: str
    kind: str
    orders: tuple[str, ...] = ()
    closes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, eq=False)
class Program:
    """Everything of a shift but who plays it: arrays for the engine, and the meaning of their numbers.

    `resource[r]`, `activity[k]`, leg i of `legs` and `job[j]` are what the numbers in `tape`, `seats` and `jobs`
    stand for; jobs beyond the last are refills of the buffer that asked.
    """

    tape: Tape
    seats: Resources
    jobs: Jobs
    resource: tuple[Resource, ...]
    activity: tuple[Activity, ...]
    legs: Legs
    job: tuple[JobName, ...]
    notes: tuple[str, ...] = field(default=())
