"""Worlds small enough to draw, written as words, and random ones that use all there is."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from layouts.simulation.engine import tape as tapes
from layouts.simulation.engine.run_tape import Played, run_tape
from layouts.simulation.engine.tape import NOBODY, Crew, Jobs, Resources, Rules, Tape, tape_of

KINDS = ("moved", "worked", "waited", "marked", "passed", "backed off")
WITH_SECONDS = ("wait", "move")


@dataclass(frozen=True, kw_only=True)
class Job:
    """A routine in a pool; `before`: the jobs that come after it."""

    routine: int
    pool: int = 0
    release_s: float = 0.0
    before: tuple[int, ...] = ()
    tickets: tuple[int, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Refill:
    """What a buffer that falls to `low` asks for."""

    buffer: int
    routine: int
    pool: int
    low: int
    pieces: int


@dataclass(frozen=True, kw_only=True)
class World:
    """By default there are 20 resources of one seat, and agent i plays routine i, its only job."""

    routines: Sequence[str]
    jobs: Sequence[Job] | None = None
    pools: Sequence[tuple[int, ...]] | None = None
    capacity: Mapping[int, int] = field(default_factory=dict)
    level: Mapping[int, int] = field(default_factory=dict)
    refills: Sequence[Refill] = ()
    crowd: Mapping[int, tuple[float, ...]] = field(default_factory=dict)
    pace: Sequence[Sequence[Sequence[float]]] = ()
    breaks: Mapping[int, Sequence[tuple[float, int]]] = field(default_factory=dict)
    charging: Mapping[int, tuple[float, int]] = field(default_factory=dict)
    fails: Mapping[int, Sequence[float]] = field(default_factory=dict)
    repair: int = NOBODY
    crew: Mapping[str, Any] = field(default_factory=dict)

    @property
    def tape(self) -> Tape:
        rows = [_row(words) for routine in self.routines for words in _split(routine)]
        counts = [len(_split(routine)) for routine in self.routines]
        op, a, b, x = zip(*rows, strict=True)
        return tape_of(op, a, b, x, np.concatenate([[0], np.cumsum(counts)]))

    @property
    def resources(self) -> Resources:
        count = 20
        low, refill, pieces = np.full(count, NOBODY), np.full(count, NOBODY), np.ones(count, np.int64)
        for number, each in enumerate(self.refills):
            low[each.buffer], refill[each.buffer], pieces[each.buffer] = each.low, number, each.pieces
        slow = np.ones((count, max([1, *(len(row) for row in self.crowd.values())])))
        for area, row in self.crowd.items():
            slow[area] = row
        return Resources(
            capacity=_filled(1, count, self.capacity),
            level=_filled(0, count, self.level),
            low=low,
            refill=refill,
            refill_pieces=pieces,
            slow=slow,
        )

    @property
    def given_jobs(self) -> Sequence[Job]:
        if self.jobs is not None:
            return self.jobs
        return [Job(routine=number, pool=number) for number in range(len(self.routines))]

    @property
    def given_pools(self) -> Sequence[tuple[int, ...]]:
        return self.pools or [(number,) for number in range(len(self.routines))]

    def kinds(self) -> int:
        return 1 + max([0, *self.crew.get("kind", ())])

    @property
    def work(self) -> Jobs:
        jobs = self.given_jobs
        after = _lists(job.before for job in jobs)
        ticket = _lists(job.tickets for job in jobs)
        return Jobs(
            routine=np.array([[job.routine for job in jobs]] * self.kinds(), np.int64),
            release_s=np.array([job.release_s for job in jobs], np.float64),
            pool=np.array([job.pool for job in jobs], np.int64),
            needs=np.bincount(after[1], minlength=len(jobs)),
            after_start=after[0],
            after=after[1],
            ticket_start=ticket[0],
            ticket=ticket[1],
            refill_routine=np.array([[each.routine for each in self.refills]] * self.kinds(), np.int64),
            refill_pool=np.array([each.pool for each in self.refills], np.int64),
        )

    @property
    def agents(self) -> Crew:
        count = len(self.given_pools)
        pool = _lists(self.given_pools)
        duty = _lists([at_s for at_s, _ in self.breaks.get(agent, ())] for agent in range(count))
        routines = _lists([routine for _, routine in self.breaks.get(agent, ())] for agent in range(count))
        fails = np.full((count, max([0, *(len(row) for row in self.fails.values())])), np.inf)
        for agent, row in self.fails.items():
            fails[agent, : len(row)] = row
        pace = np.array(self.pace, np.float64) if len(self.pace) else np.zeros((0, count, 1))
        crew = Crew(
            kind=np.zeros(count, np.int64),
            slow=np.ones(count),
            restart_s=np.zeros(count),
            from_s=np.zeros(count),
            until_s=np.full(count, np.inf),
            pool_start=pool[0],
            pool=pool[1],
            duty_start=duty[0],
            duty_s=np.array(
                [at_s for agent in range(count) for at_s, _ in self.breaks.get(agent, ())], float
            ),
            duty_routine=routines[1],
            charge_s=_filled(np.inf, count, {agent: s for agent, (s, _) in self.charging.items()}),
            charge_routine=_filled(NOBODY, count, {agent: q for agent, (_, q) in self.charging.items()}),
            fail_s=fails,
            repair_routine=self.repair,
            pace=pace,
        )
        return crew._replace(**{name: np.asarray(given) for name, given in self.crew.items()})

    def run(self, most_refills: int = 0, **rules: Any) -> Played:
        return run_tape(
            self.tape, self.resources, self.work, self.agents, Rules(**rules), most_refills=most_refills
        )


def _split(routine: str) -> list[list[str]]:
    return [words.split() for words in routine.split(",") if words.strip()]


def _row(words: list[str]) -> tuple[int, int, int, float]:
    """`wait x [stream]`, `move x [area]`, `ahead n`, `through a b x`, or an instruction with its a and b."""
    op = int(getattr(tapes, words[0].upper()))
    if words[0] in WITH_SECONDS:
        return op, 0, int(words[2]) if len(words) > 2 else NOBODY, float(words[1])
    if words[0] == "ahead":
        return op, 0, int(words[1]), 0.0
    return (
        op,
        int(words[1]),
        int(words[2]) if len(words) > 2 else 0,
        float(words[3]) if len(words) > 3 else 0.0,
    )


def _filled(value: float, count: int, given: Mapping[int, Any]) -> Any:
    column = np.full(count, value)
    for at, each in given.items():
        column[at] = each
    return column


def _lists(lists: Iterable[Sequence[Any]]) -> tuple[Any, Any]:
    each = [list(one) for one in lists]
    flat = np.array([item for one in each for item in one], np.int64)
    return np.concatenate([[0], np.cumsum([len(one) for one in each])]).astype(np.int64), flat


def log_rows(played: Played, agent: int | None = None) -> list[tuple[str, int, float, float]]:
    """(kind, a, start, end) of each row, of one agent or of all."""
    log = played.log
    columns = zip(
        log.kind.tolist(), log.agent.tolist(), log.a.tolist(), log.start_s.tolist(), log.end_s.tolist(),
        strict=True,
    )  # fmt: skip
    return [(KINDS[kind], a, start, end) for kind, who, a, start, end in columns if agent in (None, who)]


def waits(played: Played) -> list[tuple[int, int, int, float, float]]:
    """(agent, resource, by, start, end) of each wait, in order of record."""
    log, of = played.log, played.log.kind == tapes.WAITED
    columns = (log.agent, log.a % len(played.state.seats), log.by, log.start_s, log.end_s)
    return list(zip(*(column[of].tolist() for column in columns), strict=True))


def random_world(seed: int, *, buffers: bool = True) -> World:
    """Faces, a two-way lane of cells without locks, sections, an area, foreseen faces, and life beside work.

    0–2 faces, 3–6 cells, 7 a section, 8 alone in it, 9 an area, 10 and 11 foreseen, 12 a ticket, 13 the repair crew,
    14 a buffer, 15 a stock that is refilled, 16–19 a one-way lane that is foreseen.
    """
    rng = np.random.default_rng(seed)
    agents = int(rng.integers(2, 7))
    seconds = partial(_seconds, rng, whole=bool(rng.integers(2)))
    routines = [
        ", ".join(
            _piece(rng, seconds, buffers=buffers and number % 2 == 0) for _ in range(rng.integers(1, 5))
        )
        for number in range(8)
    ]
    refill, pause, charge, repair = 8, 9, 10, 11
    routines += [
        f"move {seconds()}, put 15 4",
        f"wait {seconds()}",
        "take 0, wait 2, give 0",
        "take 13, wait 3, give 13",
    ]
    jobs = []
    for number in range(int(rng.integers(3, 16))):
        before = tuple(range(number + 1, number + 2)) if rng.random() < 0.2 else ()
        jobs.append(
            Job(
                routine=int(rng.integers(8)),
                pool=int(rng.integers(2)),
                release_s=float(rng.integers(0, 30)) if rng.random() < 0.5 else 0.0,
                before=before,
                tickets=(12,) if rng.random() < 0.3 else (),
            )
        )
    jobs.append(Job(routine=int(rng.integers(8))))
    return World(
        routines=routines,
        jobs=jobs,
        pools=[((0, 1), (1, 0), (0,), (1, 0))[rng.integers(4)] for _ in range(agents - 1)] + [(1, 0)],
        capacity={2: 2, 7: 3, 8: 3, 12: 2, 14: 3, 15: 8},
        level={14: 1, 15: 5},
        refills=[Refill(buffer=15, routine=refill, pool=1, low=2, pieces=4)],
        crowd={9: (1.0, 1.0, 1.5, 2.0)},
        pace=rng.integers(1, 4, (1, agents, 5)).astype(float).tolist(),
        breaks={0: [(float(rng.integers(5, 40)), pause)]},
        charging={1: (float(rng.integers(10, 40)), charge)} if rng.random() < 0.5 else {},
        fails={1: np.sort(rng.integers(1, 60, 2)).astype(float).tolist()} if rng.random() < 0.5 else {},
        repair=repair,
        crew={
            "restart_s": rng.integers(0, 2, agents).astype(float),
            "slow": rng.integers(1, 3, agents).astype(float),
        },
    )


def _seconds(rng: np.random.Generator, *, whole: bool) -> float:
    return float(rng.integers(0, 6)) if whole else float(rng.exponential(4))


def _piece(rng: np.random.Generator, seconds: Callable[[], float], *, buffers: bool) -> str:
    """A stretch of work that gives back all it takes."""
    cells = range(3, 7) if rng.random() < 0.5 else range(6, 2, -1)
    walk = [f"take {cells[0]}, move {seconds()}"]
    for here, there in pairwise(cells):
        walk.append(f"take {there}, move {seconds()}, give {here}")
    face, way, foreseen = rng.integers(3), rng.choice([-1, 0, 1]), rng.integers(10, 12)
    kinds = [
        f"take {face}, wait {seconds()} 0, give {face}, move {seconds()}",
        ", ".join([*walk, f"give {cells[-1]}"]),
        f"enter 7 {way}, move {seconds()}, take {face}, wait 1, leave 7, move 1, give {face}",
        f"take {face}, enter 8 {way}, wait {seconds()}, give {face}, move {seconds()}, leave 8",
        f"into 9, move {seconds()} 9, mark 5, out 9, wait {seconds()}",
        f"ahead 4, take {foreseen}, wait {seconds()}, give {foreseen}, move 1",
        f"ahead 4, take 16, through 16 3 {seconds()}, give 19, move 1",
        f"put 14 1, move {seconds()}",
        f"get 14 {rng.integers(1, 3)}, move {seconds()}",
        f"get 15 {rng.integers(1, 5)}, wait {seconds()}",
    ]
    return str(rng.choice(kinds if buffers else kinds[:7]))


@pytest.fixture(scope="session")
def world() -> Callable[..., World]:
    return lambda *routines, **given: World(routines=routines, **given)


@pytest.fixture(scope="session")
def rows() -> Callable[..., list[tuple[str, int, float, float]]]:
    return log_rows


@pytest.fixture(scope="session")
def waited() -> Callable[[Played], list[tuple[int, int, int, float, float]]]:
    return waits


@pytest.fixture(scope="session")
def job() -> Callable[..., Job]:
    return Job


@pytest.fixture(scope="session")
def refill() -> Callable[..., Refill]:
    return Refill


@pytest.fixture(scope="session")
def any_world() -> Callable[..., World]:
    return random_world
