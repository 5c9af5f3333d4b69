"""A good schedule by simulated annealing (Kirkpatrick et al. 1983) over sequences of batches.

It starts with orders by due time, put into one cart after the other. A move takes an order to another batch or to
one of its own, exchanges two orders, or gives a batch another place in the sequence.
"""

from __future__ import annotations

import math
import time
from random import Random

from layouts.tours.scheduling.batch_times import Batch, BatchTimes, members_of
from layouts.tours.scheduling.list_schedule import Cost, cost_of, is_less
from layouts.tours.scheduling.problem import SchedulingProblem

LATE = 10.0
"""A second of tardiness weighs as much as so many of work, so that the search can pass through late schedules."""
HOT, COLD = 0.3, 0.003
"""Temperatures at the first and the last move, as shares of the mean time of a batch at the start."""


def anneal(times: BatchTimes, *, moves: int, seed: int, deadline: float) -> list[Batch]:
    """The best sequence met in `moves` moves, or until `deadline` of time.perf_counter()."""
    chance = Random(seed)
    now = by_due_time(times.problem)
    cost = cost_of(times, now)
    best, best_cost = now, cost
    scale = cost[1] / len(now)
    for move in range(moves):
        if time.perf_counter() > deadline:
            break
        warmth = scale * HOT * (COLD / HOT) ** (move / moves)
        other = _changed(times.problem, now, chance)
        if other is None:
            continue
        new_cost = cost_of(times, other)
        worse = _weight(new_cost) - _weight(cost)
        if worse <= 0 or chance.random() < math.exp(-worse / max(warmth, 1e-300)):
            now, cost = other, new_cost
            if is_less(cost, best_cost):
                best, best_cost = now, cost
    return best


def by_due_time(problem: SchedulingProblem) -> list[Batch]:
    """Orders by due time, each into the batch of the one before if it fits."""
    sequence: list[Batch] = []
    room = 0.0
    for order in sorted(range(problem.orders), key=lambda order: float(problem.due_s[order])):
        if not sequence or problem.size[order] > room:
            sequence.append(0)
            room = problem.capacity
        sequence[-1] |= 1 << order
        room -= float(problem.size[order])
    return sequence


def _weight(cost: Cost) -> float:
    return LATE * cost[0] + cost[1]


def _changed(problem: SchedulingProblem, sequence: list[Batch], chance: Random) -> list[Batch] | None:
    """Another sequence, or None where the move drawn changes nothing or does not fit."""
    kind = chance.random()
    if kind < 0.25:
        return _batch_moved(sequence, chance)
    order = chance.randrange(problem.orders)
    home = next(at for at, batch in enumerate(sequence) if batch >> order & 1)
    if kind < 0.65:
        return _order_moved(problem, sequence, order, home, chance)
    other = chance.randrange(problem.orders)
    there = next(at for at, batch in enumerate(sequence) if batch >> other & 1)
    if there == home:
        return None
    both = 1 << order | 1 << other
    changed = sequence.copy()
    changed[home] ^= both
    changed[there] ^= both
    return changed if _fits(problem, changed[home]) and _fits(problem, changed[there]) else None


def _batch_moved(sequence: list[Batch], chance: Random) -> list[Batch] | None:
    at, to = chance.randrange(len(sequence)), chance.randrange(len(sequence))
    if at == to:
        return None
    changed = sequence.copy()
    changed.insert(to, changed.pop(at))
    return changed


def _order_moved(
    problem: SchedulingProblem, sequence: list[Batch], order: int, home: int, chance: Random
) -> list[Batch] | None:
    """One of the choices is a batch of its own, at any place."""
    there = chance.randrange(len(sequence) + 1)
    bit = 1 << order
    if there == home or (there == len(sequence) and sequence[home] == bit):
        return None
    changed = sequence.copy()
    changed[home] ^= bit
    if there == len(sequence):
        changed.insert(chance.randrange(len(changed) + 1), bit)
    else:
        changed[there] |= bit
        if not _fits(problem, changed[there]):
            return None
    return [batch for batch in changed if batch]


def _fits(problem: SchedulingProblem, batch: Batch) -> bool:
    return math.fsum(problem.size[order] for order in members_of(batch)) <= problem.capacity
