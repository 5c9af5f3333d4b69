"""The random numbers of a shift: all that differs from one replication to the next."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from layouts.simulation.operations.arrivals import Arrivals, arrival_times
from layouts.simulation.operations.staffing import Task
from layouts.simulation.operations.upkeep import Breakdowns, failure_times
from layouts.statistics.common_numbers import stream

Floats = npt.NDArray[np.float64]


class Stream(NamedTuple):
    """Factors on the seconds of one kind of work: how they vary about 1, how often at most they are needed, by how
    many agents, and whether they go by the agents' performance.
    """

    purpose: str
    time: str = "fixed"
    cv: float = 0.0
    uses: int = 1
    doers: int = 1
    by_performance: bool = True

    @property
    def is_varied(self) -> bool:
        """Whether anything is random."""
        return self.time == "exponential" or (self.time == "lognormal" and self.cv > 0)

    @property
    def length(self) -> int:
        """How many numbers are drawn for an agent: all it can need, or eight times an even share, if that is less."""
        if not self.is_varied:
            return 1
        return max(1, min(self.uses, max(1024, math.ceil(8 * self.uses / max(self.doers, 1)))))


def paces(streams: Sequence[Stream], performance: Floats, *, seed: int, replication: int) -> Floats:
    """The factors (S, A, D) on working times; agents of higher performance work faster."""
    length = max((each.length for each in streams), default=1)
    found = np.ones((len(streams), len(performance), length))
    for row, each in enumerate(streams):
        if each.is_varied:
            for agent in range(len(performance)):
                random = stream(seed, replication=replication, agent=agent, purpose=each.purpose)
                found[row, agent] = _factors(each, random, length)
        if each.by_performance:
            found[row] /= performance[:, None]
    return found


def _factors(of: Stream, random: np.random.Generator, count: int) -> Floats:
    if of.time == "exponential":
        return random.exponential(size=count)
    spread = math.sqrt(math.log1p(of.cv**2))
    return random.lognormal(-(spread**2) / 2, spread, count)


class Loads(NamedTuple):
    """The jobs `first` … of one stream of arrivals."""

    task: Task
    arrivals: Arrivals
    first: int


@dataclass(frozen=True, kw_only=True, eq=False)
class Draws:
    """What random numbers a shift takes, from streams by (seed, replication, agent, purpose).

    `performance` and `vehicles` (A,) are of its agents. A vehicle breaks down as in `work_s` seconds of work.
    """

    seed: int
    streams: tuple[Stream, ...]
    performance: Floats
    vehicles: npt.NDArray[np.bool_]
    breakdowns: Breakdowns | None
    work_s: float
    loads: tuple[Loads, ...]

    def pace(self, replication: int) -> Floats:
        """The factors on working times, see `paces`."""
        return paces(self.streams, self.performance, seed=self.seed, replication=replication)

    def fail_s(self, replication: int) -> Floats:
        """The seconds of work at which vehicles break down, see `failure_times`."""
        if self.breakdowns is None:
            return np.empty((len(self.vehicles), 0))
        return failure_times(
            self.breakdowns, self.vehicles, work_s=self.work_s, seed=self.seed, replication=replication
        )

    def release_s(self, release_s: Floats, replication: int) -> Floats:
        """The release of all jobs (J,), with the loads when they arrive in this replication."""
        if not self.loads:
            return release_s
        drawn = release_s.copy()
        for task, arrivals, first in self.loads:
            times = arrival_times(arrivals, task, seed=self.seed, replication=replication)
            drawn[first : first + len(times)] = times
        return drawn
