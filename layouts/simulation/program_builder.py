"""Grows a program: resources by name, errands, and the jobs and refills that agents do by them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from layouts.simulation.engine.tape import NOBODY, ROW, Jobs, Resources, Tape
from layouts.simulation.errands import Errand, Errands, compile_errands
from layouts.simulation.meaning import Activity, JobName, Legs, Meaning, Resource
from layouts.simulation.motion.walking import slow_down_table
from layouts.simulation.program import Program
from layouts.simulation.traffic.traffic_map import TrafficMap

_MOST_IN_A_TABLE = 64
"""Agents in an area beyond which one more changes nothing: the law of walking is at its cap long before."""


_ERRANDS_AT_ONCE = 1024
"""Errands that are compiled together: enough to be quick, few enough to need little room."""


class _Seats(NamedTuple):
    """A resource's numbers, see `engine.tape.Resources`."""

    capacity: int
    level: int = 0
    low: int = -1
    refill: int = NOBODY
    refill_pieces: int = 1


class _Job(NamedTuple):
    name: JobName
    routines: tuple[int, ...]
    pool: int
    release_s: float
    after: tuple[int, ...]
    tickets: tuple[int, ...]


@dataclass
class ProgramBuilder:
    """What a program will hold. Numbers that its methods return are those of the engine's tape.

    There are `kinds` of agents, each of the class of one graph; by default as many as graphs. `blocks` of errands are
    by graph, `routines` the graph of each routine.
    """

    traffic: TrafficMap
    kinds: int = 0
    resources: list[Resource] = field(default_factory=list)
    seats: list[_Seats] = field(default_factory=list)
    activities: list[Activity] = field(default_factory=list)
    blocks: list[list[Errands]] = field(default_factory=list)
    routines: list[int] = field(default_factory=list)
    pools: dict[str, int] = field(default_factory=dict)
    jobs: list[_Job] = field(default_factory=list)
    refills: list[tuple[tuple[int, ...], int]] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    _number: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """The traffic's resources come first, with the numbers that they have there."""
        self.kinds = self.kinds or len(self.traffic.graphs)
        self.blocks += [[Errands()] for _ in self.traffic.graphs]
        for resource, capacity in zip(self.traffic.resources, self.traffic.capacity.tolist(), strict=True):
            self.resource(resource, capacity=capacity)
        self.notes += self.traffic.notes

    def resource(
        self,
        resource: Resource,
        *,
        capacity: int = 1,
        level: int = 0,
        low: int = -1,
        refill: int = NOBODY,
        refill_pieces: int = 1,
    ) -> int:
        """The number of the resource of that name, which is added if there is none yet."""
        if resource.name not in self._number:
            self._number[resource.name] = len(self.resources)
            self.resources.append(resource)
            self.seats.append(
                _Seats(capacity=capacity, level=level, low=low, refill=refill, refill_pieces=refill_pieces)
            )
        return self._number[resource.name]

    def find(self, name: str) -> int | None:
        """The number of the resource of that name; None if there is none yet."""
        return self._number.get(name)

    def activity(self, activity: Activity) -> int:
        """The number of a new activity."""
        self.activities.append(activity)
        return len(self.activities) - 1

    def routine(self, errand: Errand, *, graph: int = 0) -> int:
        """The number of a new routine: the errand, done by the class of `traffic.graphs[graph]`."""
        blocks = self.blocks[graph]
        if len(blocks[-1].tours) == _ERRANDS_AT_ONCE:
            blocks.append(Errands())
        blocks[-1].add(errand)
        self.routines.append(graph)
        return len(self.routines) - 1

    def pool(self, name: str) -> int:
        """The number of the pool of that name."""
        return self.pools.setdefault(name, len(self.pools))

    def job(
        self,
        name: JobName,
        routines: Sequence[int],
        *,
        pool: str,
        release_s: float = 0.0,
        after: Iterable[int] = (),
        tickets: Iterable[int] = (),
    ) -> int:
        """The number of a new job; `routines` has one for each kind of agents, any for those who never do it.

        It is ready when all jobs of `after` are done, and holds a place of each of `tickets`, resources, meanwhile.
        """
        self.jobs.append(
            _Job(
                name=name,
                routines=tuple(routines),
                pool=self.pool(pool),
                release_s=release_s,
                after=tuple(after),
                tickets=tuple(tickets),
            )
        )
        return len(self.jobs) - 1

    def refill(self, routines: Sequence[int], *, pool: str) -> int:
        """The number of a new refill, the job that a low buffer asks for."""
        self.refills.append((tuple(routines), self.pool(pool)))
        return len(self.refills) - 1

    def build(self, *, most_agents: int) -> Program:
        """The program; areas slow down up to `most_agents` inside."""
        tape, legs = self._tape()
        return Program(
            tape=tape,
            seats=self._resources(most_agents),
            jobs=self._jobs(),
            meaning=Meaning(
                resource=tuple(self.resources),
                activity=tuple(self.activities),
                legs=legs,
                job=tuple(job.name for job in self.jobs),
            ),
            notes=tuple(self.notes),
        )

    def _tape(self) -> tuple[Tape, Legs]:
        """All errands, compiled class by class, as routines in the order of their numbers."""
        rows, lengths = [np.empty(0, ROW)], [np.zeros(0, np.int64)]
        at, xy = [np.zeros(1, np.int64)], [np.empty((0, 2))]
        levels: list[str] = []
        names, points = np.array(self.traffic.graphs[0].levels, np.object_), 0
        for graph, blocks in enumerate(self.blocks):
            for errands in blocks if blocks[0].tours else ():
                done = compile_errands(self.traffic, errands, graph=graph, first_move=len(levels))
                rows.append(done.rows)
                lengths.append(np.diff(done.start))
                at.append(done.at[1:] + points)
                xy.append(done.xy)
                points += len(done.xy)
                levels += names[done.level].tolist()
        legs = Legs(start=np.concatenate(at), xy=np.concatenate(xy), level=tuple(levels))
        by_number = np.argsort(np.argsort(self.routines, kind="stable"), kind="stable")
        return _in_turn(np.concatenate(rows), np.concatenate(lengths), by_number), legs

    def _resources(self, most_agents: int) -> Resources:
        slow = np.ones((len(self.seats), min(most_agents, _MOST_IN_A_TABLE) + 1))
        for area, square_metres in enumerate(self.traffic.area_m2.tolist()):
            if square_metres > 0:
                slow[area] = slow_down_table(square_metres, slow.shape[1] - 1)
        columns = {
            name: np.array([getattr(seat, name) for seat in self.seats], np.int64)
            for name in ("capacity", "level", "low", "refill", "refill_pieces")
        }
        return Resources(**columns, slow=slow)

    def _jobs(self) -> Jobs:
        before_start, before = _lists([job.after for job in self.jobs])
        order = np.argsort(before, kind="stable")
        follower = np.repeat(np.arange(len(self.jobs)), np.diff(before_start))
        ticket_start, ticket = _lists([job.tickets for job in self.jobs])
        return Jobs(
            routine=_table([job.routines for job in self.jobs], self.kinds),
            release_s=np.array([job.release_s for job in self.jobs], np.float64),
            pool=np.array([job.pool for job in self.jobs], np.int64),
            needs=np.diff(before_start),
            after_start=np.searchsorted(before[order], np.arange(len(self.jobs) + 1)),
            after=follower[order],
            ticket_start=ticket_start,
            ticket=ticket,
            refill_routine=_table([routines for routines, _ in self.refills], self.kinds),
            refill_pool=np.array([pool for _, pool in self.refills], np.int64),
        )


def _in_turn(rows: npt.NDArray[Any], length: npt.NDArray[Any], turn: npt.NDArray[Any]) -> Tape:
    """The routines, which lie one after the other in `rows` with these lengths (Q,), in turn: number q is the one at
    `turn[q]`.
    """
    first = np.concatenate([[0], np.cumsum(length)])[turn]
    start = np.concatenate([[0], np.cumsum(length[turn])])
    return Tape(rows[np.arange(start[-1]) + np.repeat(first - start[:-1], length[turn])], start)


def _lists(lists: Sequence[Sequence[int]]) -> tuple[npt.NDArray[Any], npt.NDArray[Any]]:
    start = np.concatenate([[0], np.cumsum([len(each) for each in lists])]).astype(np.int64)
    return start, np.fromiter(chain.from_iterable(lists), np.int64, count=int(start[-1]))


def _table(rows: Sequence[Sequence[int]], kinds: int) -> npt.NDArray[Any]:
    return np.ascontiguousarray(np.array(rows, np.int64).reshape(-1, kinds).T)
