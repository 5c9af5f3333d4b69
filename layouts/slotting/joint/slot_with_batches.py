"""Slots and batches that suit each other: what one search finds is where the other goes on, in turns.

1. The orders are batched over the units that have a location; those without take one beside their batches' tours.
2. A turn slots for the tours of the batches, and batches for the places of the slots, each from where it stood.
3. Turns start less and less hot, so that late ones polish; the best of all is kept.
4. After so many of them all begins anew: batches from scratch, over the best slots and over those of the start by
   turns.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from layouts.slotting.joint.batches import anneal_batches, routes_of, visits_of
from layouts.slotting.joint.place_beside import place_beside
from layouts.slotting.problem import SlottingProblem, TourUnits
from layouts.slotting.search.improve import Effort, improve
from layouts.tours.batching.problem import BatchingProblem
from layouts.tours.batching.start import first_fit
from spatial.progress import Progress, silent

Ints = npt.NDArray[np.int64]

FIRST_HOT, HOT, COLD = 1.0, 0.1, 0.005
"""Temperatures of batching as shares of the metres of an order: at first, in the first turn, and last."""
CALMER = 0.8
"""Temperature of a turn as a share of that of the one before."""
ANEW_AFTER = 8
"""Turns between two beginnings."""
STEPS_AN_ORDER, FEWEST_STEPS = 500, 20_000
STEPS_A_FREE_UNIT, FEWEST_SLOT_STEPS = 500, 10_000


@dataclass(frozen=True, kw_only=True)
class JointEffort:
    """`turns` of slotting and batching; steps of each in a turn, and of the first batching, are by size if None."""

    turns: int = 8
    batch_steps: int | None = None
    slot_steps: int | None = None


@dataclass(frozen=True, kw_only=True, eq=False)
class Joint:
    """An assignment (U,) and the batch (N,) of each order, whose short tours are `length_m` together.

    `turns` were played; `is_cut` says that time ended them. `curve_m` has the metres at first and after every turn.
    """

    assignment: Ints
    batch_of: Ints
    length_m: float
    turns: int
    is_cut: bool
    curve_m: tuple[float, ...]


def slot_with_batches(
    problem: SlottingProblem,
    batching: BatchingProblem,
    *,
    start: Ints | None = None,
    most_moves: int | None = None,
    effort: JointEffort | None = None,
    seed: int = 0,
    seconds: float | None = None,
    progress: Progress = silent,
) -> Joint:
    """Slots for the units and batches for the orders, which are the tours of `problem`, all of the same weight.

    Goes on from `start` (U,), by default where units are today; units that have no location there get one, fixed or
    not. Rules, costs and `most_moves` are as `improve` has them, and the batches obey `batching`. The same for the
    same seed and effort; after `seconds` no new turn begins, nor after a first batching that took as long.
    Raises ValueError where the numbers of orders or their weights differ, UndecidedError where a unit finds no
    location or the orders no batches.
    """
    _check(problem, batching)
    effort, begun = effort or JointEffort(), time.monotonic()
    generator = np.random.default_rng(seed)
    given = (problem.now if start is None else np.asarray(start)).astype(np.int64)
    steps = effort.batch_steps or max(STEPS_AN_ORDER * batching.orders, FEWEST_STEPS)
    slots, batch_of = _begin(problem, batching, given, steps, generator)
    length_m = _length_m(problem, batching, slots, batch_of)
    best, curve, played, is_cut = (slots, batch_of), [length_m], 0, False
    while played < effort.turns:
        if seconds is not None and time.monotonic() - begun >= seconds:
            is_cut = True
            break
        strand, turn = divmod(played, ANEW_AFTER)
        if strand and turn == 0:
            slots, batch_of = _begin(problem, batching, best[0] if strand % 2 else given, steps, generator)
        slots = improve(
            _batched(problem, batch_of),
            start=slots,
            most_moves=most_moves,
            effort=Effort(rounds=1, chains=1, steps=effort.slot_steps or _slot_steps(problem)),
            seed=int(generator.integers(1 << 31)),
        ).assignment
        batch_of, length_m = anneal_batches(
            problem.metric,
            batching,
            visits_of(problem, slots),
            batch_of,
            steps=steps,
            hot=max(HOT * CALMER**turn, COLD),
            cold=COLD,
            generator=generator,
        )
        if length_m < curve[-1]:
            best = slots, batch_of
        curve.append(min(curve[-1], length_m))
        played += 1
        progress(f"slots and batches: {1 - curve[-1] / max(curve[0], 1e-9):.1%} less", played / effort.turns)
    return Joint(
        assignment=best[0],
        batch_of=best[1],
        length_m=curve[-1],
        turns=played,
        is_cut=is_cut,
        curve_m=tuple(curve),
    )


def first_batches(
    problem: SlottingProblem,
    batching: BatchingProblem,
    assignment: Ints,
    *,
    steps: int,
    generator: np.random.Generator,
) -> Ints:
    """Batches (N,) of the orders over an assignment (U,), units without a location left out, from scratch."""
    return anneal_batches(
        problem.metric,
        batching,
        visits_of(problem, assignment),
        first_fit(batching),
        steps=steps,
        hot=FIRST_HOT,
        cold=COLD,
        generator=generator,
    )[0]


def _begin(
    problem: SlottingProblem,
    batching: BatchingProblem,
    given: Ints,
    steps: int,
    generator: np.random.Generator,
) -> tuple[Ints, Ints]:
    """Batches from scratch over the slots given, and with them a location for every unit that has none."""
    batch_of = first_batches(problem, batching, given, steps=steps, generator=generator)
    routes = routes_of(problem.metric, batching, visits_of(problem, given), batch_of)
    return place_beside(problem, given, routes, batch_of), batch_of


def _batched(problem: SlottingProblem, batch_of: Ints) -> SlottingProblem:
    """The same, its tours those of the batches."""
    tours = problem.tours
    order = np.repeat(np.arange(len(tours)), np.diff(tours.start))
    pairs = np.unique(np.stack([batch_of[order], tours.unit], axis=1), axis=0)
    batches = np.unique(batch_of)
    return replace(
        problem,
        tours=TourUnits(
            start=np.append(np.searchsorted(pairs[:, 0], batches), len(pairs)).astype(np.int64),
            unit=np.ascontiguousarray(pairs[:, 1]),
            weight=np.full(len(batches), tours.weight[0]),
        ),
    )


def _length_m(problem: SlottingProblem, batching: BatchingProblem, slots: Ints, batch_of: Ints) -> float:
    return float(routes_of(problem.metric, batching, visits_of(problem, slots), batch_of).length_m.sum())


def _slot_steps(problem: SlottingProblem) -> int:
    return max(STEPS_A_FREE_UNIT * int((~problem.fixed).sum()), FEWEST_SLOT_STEPS)


def _check(problem: SlottingProblem, batching: BatchingProblem) -> None:
    if len(problem.tours) != batching.orders:
        raise ValueError(
            f"{len(problem.tours)} tours and {batching.orders} orders: each order is a tour of the problem"
        )
    if len(problem.tours.weight) and np.ptp(problem.tours.weight) > 0:
        raise ValueError("orders of different weights cannot share a tour: give all the same")
