"""What the numbers of a program stand for, and what follows from that for the log of every replication."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, repeat
from typing import Any, Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from layouts.events import NONE, Floats, Ints, Texts
from layouts.simulation.engine.tape import BACKED_OFF, MOVED, PASSED, WAITED, WORKED

ResourceKind = Literal[
    "pick_face", "aisle_cell", "aisle", "section", "intersection", "area", "station", "buffer", "stock", "lift",
    "door", "charger", "repair_crew", "ticket",
]  # fmt: skip
ActivityKind = Literal["pick", "drop", "put", "pack", "load", "lift", "charge", "break", "repair"]

CAUSE: dict[ResourceKind, str] = {
    "pick_face": "pick_face_occupied",
    "aisle_cell": "aisle_cell_occupied",
    "aisle": "section_taken",
    "section": "section_taken",
    "intersection": "intersection_occupied",
    "area": "area_full",
    "station": "station_busy",
    "buffer": "buffer_full",
    "stock": "stock_full",
    "lift": "lift_busy",
    "door": "door_busy",
    "charger": "charger_busy",
    "repair_crew": "repair_crew_busy",
    "ticket": "too_many_inside",
}
"""What a wait for room has as its cause."""
LACK: dict[ResourceKind, str] = {"buffer": "buffer_empty", "stock": "stock_out"}
"""What a wait for pieces has."""


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

    @cached_property
    def levels(self) -> Texts:
        """The level of each leg (P,)."""
        return Texts.of(self.level)

    @cached_property
    def length_m(self) -> Floats:
        """The length of each leg (P,)."""
        if len(self.start) == 1:
            return np.empty(0)
        step = np.append(np.hypot(*np.diff(self.xy, axis=0).T), 0.0)
        step[self.start[1:] - 1] = 0.0
        lengths: Floats = np.add.reduceat(step, self.start[:-1])
        return lengths


class JobName(NamedTuple):
    """What a job is: its id, what kind of work, the orders it serves (those that end with it: `closes`)."""

    id: str
    kind: str
    orders: tuple[str, ...] = ()
    closes: tuple[str, ...] = ()


class RowMeanings(NamedTuple):
    """Everything a row of a log can stand for (K,): texts by column, pieces or NONE, and where one stands (K, 2)."""

    texts: Mapping[str, Texts]
    quantity: Ints
    xy: Floats


@dataclass(frozen=True, kw_only=True, eq=False)
class Meaning:
    """`resource[r]`, `activity[k]`, leg i of `legs` and `job[j]` are what the numbers of a program stand for.

    What follows from them is worked out once, on first use, and serves every replication.
    """

    resource: tuple[Resource, ...]
    activity: tuple[Activity, ...]
    legs: Legs
    job: tuple[JobName, ...]

    @cached_property
    def rows(self) -> RowMeanings:
        """Each activity, waiting for each resource, waiting for pieces in it, passing and giving way at it, and
        moving on each level; `row_of` tells which of them a row of the log is.
        """
        nothing = (None,) * 4
        others: list[tuple[Any, ...]] = []
        for kind in ("wait", "wait", "pass", "back_off"):
            others += [(kind, seat.level, seat.xy, seat.name, *nothing) for seat in self.resource]
        for level in self.legs.levels.names:
            others += [("move", level, (np.nan, np.nan), None, *nothing)]
        # field by field: as many iterators at once as there are rows would keep the garbage collector busy
        columns: dict[str, list[Any]] = {
            name: [row[i] for row in chain(self.activity, others)] for i, name in enumerate(Activity._fields)
        }
        pieces = [NONE if number is None else number for number in columns.pop("quantity")]
        xy = np.fromiter(chain.from_iterable(columns.pop("xy")), np.float64).reshape(-1, 2)
        texts = {name: Texts.of(values) for name, values in columns.items()}
        return RowMeanings(texts, np.array(pieces, np.int64), xy)

    def row_of(self, kind: npt.NDArray[Any], number: npt.NDArray[Any]) -> Ints:
        """Where in `rows` each row of a log (E,) has its meaning, given its kind and the number that it names."""
        seats, waits = len(self.resource), len(self.activity)
        first = {WORKED: 0, WAITED: waits, PASSED: waits + 2 * seats, BACKED_OFF: waits + 3 * seats}
        offset = np.zeros(max(first) + 1, np.int64)
        offset[list(first)] = list(first.values())
        row: Ints = offset[kind] + number
        is_move = kind == MOVED
        row[is_move] = waits + 4 * seats + self.legs.levels.code[number[is_move]]
        return row

    @cached_property
    def causes(self) -> Texts:
        """Of a wait for each resource (2 R,): for room in it, then for pieces."""
        rooms = [CAUSE[seat.kind] for seat in self.resource]
        return Texts.of(rooms + [(CAUSE | LACK)[seat.kind] for seat in self.resource])

    @cached_property
    def aisle_of(self) -> Mapping[str | None, str | None]:
        """The aisle of each resource, by name."""
        return {seat.name: seat.aisle for seat in self.resource}

    @cached_property
    def jobs(self) -> Texts:
        """The id of each job (J,)."""
        return Texts.of(job.id for job in self.job)

    def job_names(self, count: int) -> Texts:
        """Those of at least `count` jobs: what is beyond the program's are refills."""
        refills = count - len(self.job)
        if refills <= 0:
            return self.jobs
        names = [job.id for job in self.job]
        return Texts.of(names + [f"refill-{number + 1}" for number in range(refills)])

    @cached_property
    def closing(self) -> tuple[Ints, Texts]:
        """The jobs that close orders, as numbers (C,), and which order each closes; in the order of the jobs."""
        numbers = chain.from_iterable(repeat(i, len(job.closes)) for i, job in enumerate(self.job))
        return np.fromiter(numbers, np.int64), Texts.of(chain.from_iterable(job.closes for job in self.job))
