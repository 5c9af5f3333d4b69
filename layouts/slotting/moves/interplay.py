"""Which moves have to do with each other, because one needs the room that another leaves.

1. A group of a capacity is tight if units leave and enter it and it could not hold all of both at once.
2. It is none where another capacity keeps so many of them out that the rest fits: one SKU a location settles most.
3. A move enters what another leaves where a conflict forbids both to be near.
4. Moves that share a tight group or a conflict are one component; any other two are in any order.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from layouts.slotting.hard_rules import Capacity, Conflict
from layouts.slotting.moves.holding import ROUNDING
from layouts.slotting.problem import SlottingProblem

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Bools = npt.NDArray[np.bool_]
Node = tuple[int, int]


@dataclass(frozen=True, kw_only=True)
class Component:
    """Units that move, with the tight groups each leaves and enters.

    `free` tells how many more units of the one size each tight group holds; None where moves have conflicts, sizes
    differ, or a move has several tight groups at an end.
    """

    units: list[int]
    leaves: dict[int, list[Node]]
    enters: dict[int, list[Node]]
    free: dict[Node, int] | None


def components(problem: SlottingProblem, target: Ints) -> list[Component]:
    """The moves from `problem.now` to a legal `target` (U,), parted; in the order of their first units."""
    movers = np.flatnonzero(target != problem.now)
    leaves: dict[int, list[Node]] = {unit: [] for unit in movers.tolist()}
    enters: dict[int, list[Node]] = {unit: [] for unit in leaves}
    slots: dict[Node, int] = {}
    ordered = sorted(
        range(len(problem.rules.capacities)), key=lambda number: -len(problem.rules.capacities[number].most)
    )
    settled: list[tuple[Capacity, Bools]] = []
    for number in ordered:
        capacity = problem.rules.capacities[number]
        tight = _tight(problem, target, capacity)
        for finer, kept in settled:
            if tight.any():
                tight &= ~_fits(problem, target, capacity, tight, finer, kept)
        settled.append((capacity, tight))
        _add_nodes(problem, target, number, tight, leaves, enters, slots)
    union = _Union(len(problem.sku))
    first: dict[Node, int] = {}
    for unit in leaves:
        for node in (*leaves[unit], *enters[unit]):
            union.join(unit, first.setdefault(node, unit))
    in_conflict = {unit for pair in _conflicting(problem, target) for unit in union.joined(*pair)}
    parts: dict[int, list[int]] = {}
    for unit in leaves:
        parts.setdefault(union.root(unit), []).append(unit)
    return [_component(units, leaves, enters, slots, in_conflict) for units in parts.values()]


def _component(
    units: list[int],
    leaves: dict[int, list[Node]],
    enters: dict[int, list[Node]],
    slots: dict[Node, int],
    in_conflict: set[int],
) -> Component:
    nodes = {node for unit in units for node in (*leaves[unit], *enters[unit])}
    is_plain = (
        all(len(leaves[unit]) <= 1 and len(enters[unit]) <= 1 for unit in units)
        and all(node in slots for node in nodes)
        and not any(unit in in_conflict for unit in units)
    )
    return Component(
        units=units,
        leaves={unit: leaves[unit] for unit in units},
        enters={unit: enters[unit] for unit in units},
        free={node: slots[node] for node in nodes} if is_plain else None,
    )


def _groups(capacity: Capacity, assignment: Ints) -> Ints:
    return np.append(capacity.group, -1)[assignment]


def _loads(capacity: Capacity, groups: Ints, rows: Bools) -> Floats:
    rows = rows & (groups >= 0)
    return np.bincount(groups[rows], weights=capacity.use[rows], minlength=len(capacity.most)).astype(
        np.float64
    )


def _room(capacity: Capacity) -> Floats:
    room: Floats = capacity.most + ROUNDING * np.maximum(1.0, np.abs(capacity.most))
    return room


def _tight(problem: SlottingProblem, target: Ints, capacity: Capacity) -> Bools:
    old, new = _groups(capacity, problem.now), _groups(capacity, target)
    moving = (old != new) & (capacity.use > 0)
    arriving, leaving = _loads(capacity, new, moving), _loads(capacity, old, moving)
    held = _loads(capacity, old, np.ones(len(old), np.bool_))
    tight: Bools = (arriving > 0) & (leaving > 0) & (held + arriving > _room(capacity))
    return tight


def _fits(
    problem: SlottingProblem, target: Ints, capacity: Capacity, tight: Bools, finer: Capacity, kept: Bools
) -> Bools:
    """Whether each group of `capacity` holds the most that the `kept` groups of `finer` let into it at once."""
    moved = np.flatnonzero((target != problem.now) & (target >= 0))
    held = np.flatnonzero(problem.now >= 0)
    unit = np.concatenate((held, moved))
    location = np.concatenate((problem.now[held], target[moved]))
    is_now = np.arange(len(unit)) < len(held)
    group, fine = capacity.group[location], finer.group[location]
    rows = (group >= 0) & tight[np.maximum(group, 0)]
    unit, group, fine, is_now = unit[rows], group[rows], fine[rows], is_now[rows]
    limit = _most_at_once(finer, kept, unit, fine, is_now)
    use = capacity.use[unit]
    order = np.lexsort((-use, fine, group))
    group, fine, use = group[order], fine[order], use[order]
    starts = np.flatnonzero((np.diff(group, prepend=-2) != 0) | (np.diff(fine, prepend=-2) != 0))
    rank = np.arange(len(group)) - np.repeat(starts, np.diff(np.append(starts, len(group))))
    counted = (fine < 0) | (rank < limit[np.maximum(fine, 0)])
    most = np.bincount(group[counted], weights=use[counted], minlength=len(capacity.most))
    fits: Bools = most <= _room(capacity)
    return fits


def _most_at_once(finer: Capacity, kept: Bools, unit: Ints, fine: Ints, is_now: Bools) -> Floats:
    """How many units each group of `finer` holds at once at most, infinite where it does not limit them."""
    inside = fine >= 0
    least = np.full(len(finer.most), np.inf)
    np.minimum.at(least, fine[inside], finer.use[unit[inside]])
    with np.errstate(divide="ignore"):
        count = np.where(kept & (least > 0), np.floor(_room(finer) / least), np.inf)
    today = np.bincount(fine[inside & is_now], minlength=len(finer.most))
    return np.maximum(count, today)


def _add_nodes(
    problem: SlottingProblem,
    target: Ints,
    number: int,
    tight: Bools,
    leaves: dict[int, list[Node]],
    enters: dict[int, list[Node]],
    slots: dict[Node, int],
) -> None:
    """Enter the tight groups of a capacity; one whose moving units are of one size gets its free slots."""
    capacity = problem.rules.capacities[number]
    old, new = _groups(capacity, problem.now), _groups(capacity, target)
    held = _loads(capacity, old, np.ones(len(old), np.bool_))
    sizes: dict[Node, set[float]] = {}
    for unit in np.flatnonzero((old != new) & (capacity.use > 0)).tolist():
        for group, nodes in ((int(old[unit]), leaves[unit]), (int(new[unit]), enters[unit])):
            if group >= 0 and tight[group]:
                nodes.append((number, group))
                sizes.setdefault((number, group), set()).add(float(capacity.use[unit]))
    room = _room(capacity)
    for node, uses in sizes.items():
        if len(uses) == 1:
            slots[node] = max(int((room[node[1]] - held[node[1]]) // min(uses)), 0)


def _conflicting(problem: SlottingProblem, target: Ints) -> Iterator[tuple[int, int]]:
    """Pairs of units that link all moves which conflict with each other."""
    for conflict in problem.rules.conflicts:
        yield from _pairs(problem, target, conflict)


def _pairs(problem: SlottingProblem, target: Ints, conflict: Conflict) -> Iterator[tuple[int, int]]:
    movers = np.flatnonzero((target != problem.now) & (conflict.of_unit >= 0)).tolist()
    group = np.append(conflict.group, -1)
    leaver: dict[int, dict[int, list[int]]] = {}
    for unit in movers:
        old = int(group[problem.now[unit]])
        if old >= 0:
            leaver.setdefault(old, {}).setdefault(int(conflict.of_unit[unit]), []).append(unit)
    is_linked: set[tuple[int, int]] = set()
    for unit in movers:
        new = int(group[target[unit]])
        if new < 0:
            continue
        apart = conflict.apart[conflict.of_unit[unit]]
        for near in conflict.near[conflict.near_start[new] : conflict.near_start[new + 1]].tolist():
            for other, its in leaver.get(near, {}).items():
                if not apart[other] or its == [unit]:
                    continue
                yield unit, its[0]
                if (near, other) not in is_linked:
                    is_linked.add((near, other))
                    yield from ((its[0], one) for one in its[1:])


class _Union:
    def __init__(self, size: int) -> None:
        self._above = list(range(size))

    def root(self, one: int) -> int:
        while self._above[one] != one:
            self._above[one] = self._above[self._above[one]]
            one = self._above[one]
        return one

    def join(self, one: int, other: int) -> None:
        low, high = sorted((self.root(one), self.root(other)))
        self._above[high] = low

    def joined(self, one: int, other: int) -> tuple[int, int]:
        self.join(one, other)
        return one, other
