"""line.yaml: the stations of a line in the order in which jobs pass them, and what feeds it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, model_validator

from layouts.lines.laws import Law, SomeSeconds
from spatial.model_yaml import read_model

MOST_SERVERS = 1000


class Breakdowns(BaseModel):
    """A server stops after `mean_work_s` seconds of work on average, exponentially, and is `down` for so long; the
    job in work stays and is then finished.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    mean_work_s: SomeSeconds
    down: Law


class Station(BaseModel):
    """`servers` alike, each with one job at a time; `buffer` places before them, without end where none is told."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1, max_length=80)
    servers: int = Field(default=1, ge=1, le=MOST_SERVERS)
    takes: Law
    buffer: int | None = Field(default=None, ge=0, le=1_000_000)
    breakdowns: Breakdowns | None = None

    @property
    def offered_s(self) -> float:
        """Seconds of a server that a job takes on average, breakdowns included."""
        stops = self.breakdowns
        return self.takes.mean_s * (1 + (stops.down.mean_s / stops.mean_work_s if stops else 0.0))


class Feed(BaseModel):
    """One of `per_hour` (Poisson), `orders` (a CSV whose orders come when they were released), `run` (a run whose
    orders come when they were picked), or `always`: a job is at hand whenever the first station can take one.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    per_hour: Annotated[float, Field(gt=0, le=1e6, allow_inf_nan=False)] | None = None
    orders: Path | None = None
    run: Path | None = None
    always: bool = False

    @model_validator(mode="after")
    def _one_feed(self) -> Feed:
        given = [name for name, value in self if value not in (None, False)]
        if len(given) != 1:
            raise ValueError(f"{len(given)} feeds: give one of {', '.join(type(self).model_fields)}")
        return self


class LineSpec(BaseModel):
    """A line: jobs of `feed` pass all `stations` in turn, first come, first served, and wait for the first of them
    without bound.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    feed: Feed
    stations: tuple[Station, ...] = Field(min_length=1, max_length=100)

    @model_validator(mode="after")
    def _can_be_played(self) -> LineSpec:
        names = [station.name for station in self.stations]
        twice = [name for name in names if names.count(name) > 1]
        if twice:
            raise ValueError(f"two stations are named '{twice[0]}': give each a name of its own")
        if self.stations[0].buffer is not None:
            raise ValueError(
                f"'{names[0]}' is the first station and has a buffer of {self.stations[0].buffer}: jobs wait for it "
                "without bound, leave the buffer out"
            )
        return self


def read_line(path: Path) -> LineSpec:
    """The line of a YAML file; paths in it are relative to its folder. Raises BadDataError."""
    line = read_model(path, LineSpec, start="feed: {per_hour: 60}")
    feed = line.feed
    beside = {name: path.parent / file for name in ("orders", "run") if (file := getattr(feed, name))}
    return line.model_copy(update={"feed": feed.model_copy(update=beside)})
