"""Pickers on a ring, as `congestion/*.json` defines them, played by `run_itineraries`; and means with intervals."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import networkx as nx
import numpy as np
import pytest
from published import shared_data
from scipy.stats import t as student

from layouts.simulation import run_itineraries
from layouts.simulation.engine.run_tape import Played, run_tape
from layouts.simulation.engine.tape import NOBODY, ROW, Rules, Tape
from layouts.simulation.itineraries.alone import each_its_own, seats

WARM_UP_S, COUNTED_S = 1.0, 8.0
"""All rings of one run share the clock; each has slots of its own, a power of two, so that times are exact."""


SLOTS_OF_A_RUN = 2**18
"""Runs are kept so small that they stay in the processor's caches."""


FAMILY = 0.001
"""Chance that any of many true values is called wrong."""


class Ring(NamedTuple):
    """`model` is narrow or wide, with _inf where walking takes no time and _multi where picks repeat."""

    model: str
    n: int
    m: int
    p: float
    k: int = 1
    headway: int = 0

    @property
    def passes(self) -> bool:
        return self.model.startswith("wide")

    @property
    def walk_slots(self) -> int:
        return 0 if "_inf" in self.model else 1

    @property
    def picks_per_visit(self) -> float:
        return self.p / (1 - self.p) if self.model.endswith("multi") else self.p

    @property
    def spread_of_picks(self) -> float:
        """The variance of their number at a location."""
        left = 1 - self.p
        return self.picks_per_visit / left if self.model.endswith("multi") else self.picks_per_visit * left

    @property
    def slots_per_visit(self) -> float:
        return self.walk_slots + self.k * self.picks_per_visit


class Shares(NamedTuple):
    """Shares of time (R, replications) in which the pickers of each ring are blocked, pick, and walk."""

    blocked: np.ndarray
    picking: np.ndarray
    walking: np.ndarray


class Means(NamedTuple):
    """Means over replications, their standard errors, and half-widths of their 95 % t intervals."""

    mean: np.ndarray
    error: np.ndarray
    half_width: np.ndarray


def slots_for(ring: Ring, blocked: float, *, waits: float, meetings: float = 8.0) -> int:
    """A power of two of slots in which about so many waits occur on a ring where this share is blocked.

    It is also so many that pickers meet and part about `meetings` times: waits come in bunches, and an interval
    around few of these is too narrow. Two pickers drift apart like a walk at random whose steps are the picks.
    """
    slots = waits * max(1.0, (ring.k + 1) / 2) / (ring.m * blocked)
    drift = ring.n**2 * ring.slots_per_visit**3 / (20 * ring.k**2 * ring.spread_of_picks)
    return 2 ** max(9, math.ceil(math.log2(max(slots, meetings * drift))))


def play_rings(rings: Sequence[Ring], slots: Sequence[int], *, replications: int, seed: int) -> Shares:
    """Every replication draws afresh, by a stream of its own."""
    shares = Shares(*(np.zeros((len(rings), replications)) for _ in Shares._fields))
    alike: dict[tuple[bool, int, int], list[int]] = {}
    before = np.cumsum(slots) // SLOTS_OF_A_RUN
    for ring, part, number in zip(rings, before.tolist(), range(len(rings)), strict=True):
        alike.setdefault((ring.passes, ring.headway, part), []).append(number)
    streams = np.random.SeedSequence(seed).spawn(replications)
    for replication, stream in enumerate(streams):
        rng = np.random.default_rng(stream)
        for (passes, headway, _), chosen in alike.items():
            found = _play_alike(
                [rings[k] for k in chosen], [slots[k] for k in chosen], rng, passes=passes, headway=headway
            )
            for share, of_rings in zip(shares, found, strict=True):
                share[chosen, replication] = of_rings
    return shares


def _play_alike(
    rings: Sequence[Ring], slots: Sequence[int], rng: np.random.Generator, *, passes: bool, headway: int
) -> Shares:
    """One replication of rings that do not touch each other, in one run."""
    floor = nx.DiGraph()
    itineraries: list[tuple[np.ndarray, np.ndarray]] = []
    for ring, count in zip(rings, slots, strict=True):
        first, slot_s = len(floor), COUNTED_S / count
        nodes = [first + x for x in range(ring.n)]
        floor.add_nodes_from(nodes)
        floor.add_edges_from(zip(nodes, [*nodes[1:], first], strict=True), time_s=ring.walk_slots * slot_s)
        places = rng.choice(ring.n, ring.m, replace=passes)
        itineraries += [_walk(ring, count, slot_s, first, int(place), rng) for place in places]
    run = run_itineraries(
        floor,
        itineraries,
        passing=passes,
        release="arrival" if headway else "start",
        warm_up_s=WARM_UP_S,
        horizon_s=WARM_UP_S + COUNTED_S,
        keep_events=False,
    )
    assert run.ending == "horizon"
    assert min(run.finish_s.values()) == math.inf, "an itinerary was too short for the horizon"
    split = np.array([*run.time_split.values()])
    assert (np.abs(split[:, :3].sum(axis=1) - COUNTED_S) < 1e-9).all(), "nobody does anything else"
    last = np.cumsum([ring.m for ring in rings]) - 1
    sums = np.diff(np.cumsum(split, axis=0)[last], axis=0, prepend=0.0)
    walking, picking, blocked = (sums[:, :3] / (COUNTED_S * np.array([[ring.m] for ring in rings]))).T
    return Shares(blocked=blocked, picking=picking, walking=walking)


def _walk(
    ring: Ring, slots: int, slot_s: float, first: int, place: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Nodes and service times for longer than the horizon. It starts as one does who is alone: often amid a pick."""
    visits = slots * (WARM_UP_S + COUNTED_S) / COUNTED_S / ring.slots_per_visit
    excess = 7 * ring.k * math.sqrt(visits * ring.spread_of_picks) / ring.slots_per_visit
    count = math.ceil(visits + excess + 30)
    multi = ring.model.endswith("multi")
    picked = rng.geometric(1 - ring.p, count) - 1 if multi else (rng.random(count) < ring.p)
    service = ring.k * picked.astype(float)
    if ring.k > 1:
        at = rng.random() * ring.slots_per_visit
        service[0] = 0.0 if at < 1 else 1.0 + (at - 1) // ring.p
    return first + (place + np.arange(count)) % ring.n, service * slot_s


class Act(NamedTuple):
    """An instruction of a loop; `a`, `b` and `x` are one for all or by agent (A, 1) and by round (A, C)."""

    op: int
    a: Any = 0
    x: Any = 0.0
    b: Any = NOBODY


def play_loops(
    loop: Sequence[Act], rounds: tuple[int, int], capacity: Any, *, warm_up_s: float, horizon_s: float
) -> Played:
    """Agents that go round a loop (A, C) times, longer than to the horizon."""
    rows = np.empty((*rounds, len(loop)), ROW)
    for at, act in enumerate(loop):
        for name, value in act._asdict().items():
            rows[name][:, :, at] = value
    agents, each = rounds[0], rounds[1] * len(loop)
    tape = Tape(rows.reshape(-1), each * np.arange(agents + 1))
    jobs, crew = each_its_own(np.zeros(agents))
    rules = Rules(warm_up_s=warm_up_s, horizon_s=horizon_s, logs=False)
    played = run_tape(tape, seats(np.asarray(capacity)), jobs, crew, rules)
    assert played.ending == "horizon"
    assert not np.isfinite(played.state.jobs["ended_s"]).any(), "a loop was too short for the horizon"
    return played


def means(values: np.ndarray) -> Means:
    """Over the last axis, one replication each."""
    count = values.shape[-1]
    error = values.std(axis=-1, ddof=1) / math.sqrt(count)
    return Means(values.mean(axis=-1), error, student.ppf(0.975, count - 1) * error)


def largest(count: int, *, replications: int) -> float:
    """What the largest of so many deviations, in standard errors, stays below but for a chance of FAMILY."""
    return float(student.ppf(1 - FAMILY / count / 2, replications - 1))


def all_agree(values: np.ndarray, exact: Any) -> bool:
    """Whether no mean over replications (…, n) deviates from its exact value more than the largest of them may."""
    found = means(values)
    bound = largest(found.mean.size, replications=values.shape[-1])
    return bool((np.abs(found.mean - exact) <= bound * found.error).all())


@dataclass(frozen=True)
class Theory:
    """What the tests here share: tests cannot import from each other."""

    ring: type[Ring] = Ring
    slots_for: Callable[..., int] = slots_for
    play_rings: Callable[..., Shares] = play_rings
    act: type[Act] = Act
    play_loops: Callable[..., Played] = play_loops
    means: Callable[[np.ndarray], Means] = means
    largest: Callable[..., float] = largest
    all_agree: Callable[[np.ndarray, Any], bool] = all_agree


@pytest.fixture(scope="session")
def theory() -> Theory:
    return Theory()


@pytest.fixture(scope="session")
def congestion() -> Callable[[str], dict[str, Any]]:
    """A file of the shared data on congestion, by name."""

    def read(name: str) -> dict[str, Any]:
        folder = shared_data()
        if folder is None or not (folder / "congestion").is_dir():
            pytest.skip("skipped: no shared data")
        return json.loads((folder / "congestion" / name).read_text(encoding="utf-8"))

    return read
