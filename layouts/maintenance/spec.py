"""maintenance.yaml: servers of a line that are to be out for a while, and between when and when."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from layouts.lines.spec import LineSpec
from layouts.lines.tables import Closure
from spatial.errors import BadDataError
from spatial.model_yaml import read_model

MOST_WINDOWS = 500
Minutes = Annotated[float, Field(gt=0, le=7 * 1440, allow_inf_nan=False)]


class Task(BaseModel):
    """Server number `server`, from 1, of `station` is out for `minutes`, somewhere from `earliest` to `latest`;
    starts are tried `step_minutes` apart.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=200)
    station: str
    server: int = Field(default=1, ge=1)
    minutes: Minutes
    earliest: AwareDatetime
    latest: AwareDatetime
    step_minutes: Minutes = 30.0

    @model_validator(mode="after")
    def _fits(self) -> Task:
        if self.earliest + timedelta(minutes=self.minutes) > self.latest:
            raise ValueError(
                f"{self.minutes:g} min do not fit from {self.earliest.isoformat()} to {self.latest.isoformat()}: "
                "allow more time"
            )
        if len(self.starts()) > MOST_WINDOWS:
            raise ValueError(
                f"{len(self.starts())} windows are more than {MOST_WINDOWS}: choose larger step_minutes"
            )
        return self

    def starts(self) -> list[datetime]:
        """When a window may begin, in order."""
        slack = (self.latest - self.earliest) / timedelta(minutes=1) - self.minutes
        count = int(slack / self.step_minutes + 1e-9) + 1
        return [self.earliest + timedelta(minutes=self.step_minutes * number) for number in range(count)]


class MaintenanceSpec(BaseModel):
    """`begins_at` is when the line's first second is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    begins_at: AwareDatetime
    tasks: tuple[Task, ...] = Field(min_length=1, max_length=200)

    @model_validator(mode="after")
    def _own_names(self) -> MaintenanceSpec:
        names = [task.name for task in self.tasks]
        if twice := [name for name in names if names.count(name) > 1]:
            raise ValueError(f"two tasks are named '{twice[0]}': give each a name of its own")
        if early := [task.name for task in self.tasks if task.earliest < self.begins_at]:
            raise ValueError(f"task '{early[0]}' may begin before begins_at: begin the line earlier")
        return self


def read_maintenance(path: Path, line: LineSpec) -> MaintenanceSpec:
    """The tasks of a YAML file; BadDataError also for a station or server that the line has not."""
    told = read_model(path, MaintenanceSpec, start="begins_at: 2026-05-04T06:00:00Z")
    servers = {station.name: station.servers for station in line.stations}
    for task in told.tasks:
        if task.server > servers.get(task.station, 0):
            known = ", ".join(f"{name} (servers 1 to {count})" for name, count in servers.items())
            raise BadDataError(
                f"{path}: task '{task.name}' is of server {task.server} of '{task.station}', which the line has not: "
                f"known are {known}"
            )
    return told


def closure_of(task: Task, start: datetime, begins_at: datetime, line: LineSpec) -> Closure:
    """The task from `start` on, in the line's seconds."""
    names = [station.name for station in line.stations]
    first = sum(station.servers for station in line.stations[: names.index(task.station)])
    from_s = (start - begins_at).total_seconds()
    return Closure(first + task.server - 1, from_s, from_s + 60 * task.minutes)
