"""dock.yaml and appointments.csv: doors, the yard, and the trucks that are to come."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field, model_validator

from layouts.csv_table import read_rows
from layouts.lines.laws import Law, Seconds
from spatial.errors import BadDataError
from spatial.model_yaml import read_model

Kind = Literal["inbound", "outbound"]
KINDS: tuple[Kind, ...] = ("inbound", "outbound")
COLUMNS = ("truck", "due", "kind", "minutes")
MOST_MINUTES = 7 * 1440.0


class Door(BaseModel):
    """A door, with the kinds of trucks it takes."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=40, pattern=r"^\S+$")
    takes: tuple[Kind, ...] = Field(default=KINDS, min_length=1)


class Lateness(BaseModel):
    """How many seconds a truck comes after it is due: normal, below 0 where it is early."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    mean: float = Field(default=0.0, ge=-86_400, le=86_400)
    sd: Seconds = 0.0


class DockSpec(BaseModel):
    """Doors, and `yard` slots in which trucks wait; without them the yard has no bound."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    doors: tuple[Door, ...] = Field(min_length=1, max_length=500)
    yard: Annotated[int, Field(ge=1, le=10_000)] | None = None
    late_s: Lateness = Lateness()

    @model_validator(mode="after")
    def _own_names(self) -> DockSpec:
        names = [door.name for door in self.doors]
        twice = [name for name in names if names.count(name) > 1]
        if twice:
            raise ValueError(f"two doors are named '{twice[0]}': give each a name of its own")
        return self


@dataclass(frozen=True, kw_only=True)
class Appointment:
    """A truck due `due_s` seconds after the first one, at a door for `takes`; its waiting counts `weight` times."""

    truck: str
    due_s: float
    kind: Kind
    takes: Law
    doors: tuple[str, ...] = ()
    weight: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Appointments:
    """Trucks in order of when they are due; `begins_at` is when the first one is."""

    trucks: tuple[Appointment, ...]
    begins_at: datetime

    def at(self, seconds: float) -> datetime:
        """The time of day, to the second."""
        return self.begins_at + timedelta(seconds=round(seconds))


def read_docks(path: Path) -> DockSpec:
    """The doors of a YAML file. Raises BadDataError."""
    return read_model(path, DockSpec, start="doors: [{name: D1}, {name: D2, takes: [inbound]}]")


def read_appointments(path: Path, docks: DockSpec) -> Appointments:
    """Read `truck,due,kind,minutes[,sd_minutes][,doors][,weight]`: lognormal minutes where a deviation is told, else
    just so many; doors are names with spaces between, none for any that takes its kind.

    Raises BadDataError with file, row and column, for two trucks of a name, one that no door takes, and for no row.
    """
    read: list[tuple[datetime, Appointment]] = []
    for row, cells in read_rows(path, required=COLUMNS):
        try:
            read.append(_appointment(cells, docks))
        except ValueError as error:
            raise BadDataError(f"{path} row {row}: {error}") from error
    if not read:
        raise BadDataError(f"{path} has no rows: give at least one truck")
    names = [each.truck for _, each in read]
    if len({*names}) < len(names):
        twice = next(name for name in names if names.count(name) > 1)
        raise BadDataError(f"{path} has truck '{twice}' twice: give each visit a name of its own")
    read.sort(key=lambda each: each[0])
    first = read[0][0]
    trucks = [Appointment(**(vars(each) | {"due_s": (due - first).total_seconds()})) for due, each in read]
    return Appointments(trucks=tuple(trucks), begins_at=first)


def _appointment(cells: Mapping[str, str], docks: DockSpec) -> tuple[datetime, Appointment]:
    kind = next((kind for kind in KINDS if kind == cells["kind"]), None)
    if kind is None:
        raise ValueError(f"kind '{cells['kind']}' is neither inbound nor outbound")
    doors = tuple((cells.get("doors") or "").split())
    known = {door.name: door.takes for door in docks.doors}
    if stranger := next((door for door in doors if door not in known), None):
        raise ValueError(f"there is no door '{stranger}': known are {', '.join(known)}")
    if not any(kind in known[door] for door in doors or known):
        raise ValueError(f"no door of truck '{cells['truck']}' takes {kind} trucks: add one to its doors")
    mean = _number(cells, "minutes", low=1 / 60)
    deviation = _number(cells, "sd_minutes", low=0) if cells.get("sd_minutes") else 0.0
    takes = Law(lognormal=(60 * mean, 60 * deviation)) if deviation else Law(fixed=60 * mean)
    weight = _number(cells, "weight", low=0) if cells.get("weight") else 1.0
    return _due(cells["due"]), Appointment(
        truck=cells["truck"], due_s=0.0, kind=kind, takes=takes, doors=doors, weight=weight
    )


def _due(text: str) -> datetime:
    try:
        due = datetime.fromisoformat(text)
    except ValueError:
        due = datetime.min
    if due.tzinfo is None:
        raise ValueError(f"due '{text}' is no time: give ISO 8601 with its offset, as 2026-05-04T06:30:00Z")
    return due


def _number(cells: Mapping[str, str], column: str, *, low: float) -> float:
    try:
        value = float(cells[column])
    except ValueError:
        value = math.nan
    if not low <= value <= MOST_MINUTES:
        raise ValueError(f"{column} '{cells[column]}' must be a number from {low:g} to {MOST_MINUTES:g}")
    return value


def allowed_doors(docks: DockSpec, appointments: Appointments) -> npt.NDArray[np.bool_]:
    """Which doors (N, D) each truck may use: those it names, or all, that take its kind."""
    return np.array(
        [
            [
                truck.kind in door.takes and (not truck.doors or door.name in truck.doors)
                for door in docks.doors
            ]
            for truck in appointments.trucks
        ]
    )
