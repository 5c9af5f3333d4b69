"""Moves in rows, each of which may stop after any of its cuts: chains from their empty end, cycles over a buffer.

Seen from the room, not the goods, a move takes a free slot from where a unit enters to where it left. Where all units
are of one size, the ways of the slots are the walks that use each move once (Hierholzer 1873): as many start at a
group as it gains units, and one in a full group that gains none starts by bringing one unit to a buffer. That is the
least there can be, for in a component without a free slot the first move has nowhere else to go.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from layouts.slotting.moves.interplay import Component, Node

Walk = list[tuple[Node | None, int]]
NO_UNIT = -1


class Step(NamedTuple):
    """A unit to a buffer, or to where it belongs."""

    unit: int
    is_to_buffer: bool


@dataclass(frozen=True, kw_only=True)
class Trail:
    """Steps in an order that no rule forbids, whatever other trails do; `cuts` are counts of steps after which no
    unit is in a buffer. A cycle may start with any of its units.
    """

    steps: tuple[Step, ...]
    cuts: tuple[int, ...]
    is_cycle: bool = False


def plain_trails(component: Component, free: dict[Node, int]) -> list[Trail]:
    """The trails of a component whose tight groups have `free` slots."""
    ways = _ways(component, free)
    start = None if None in ways else next(iter(ways))
    walk = _walk(ways, start)
    if start is not None:
        units = [unit for _, unit in walk]
        steps = (Step(units[0], True), *(Step(unit, False) for unit in (*units[1:], units[0])))
        return [Trail(steps=steps, cuts=(len(steps),), is_cycle=True)]
    rows: list[list[int]] = [[]]
    for node, unit in walk:
        if unit != NO_UNIT:
            rows[-1].append(unit)
        if node is None:
            rows.append([])
    return [
        Trail(steps=tuple(Step(unit, False) for unit in row), cuts=tuple(range(1, len(row) + 1)))
        for row in rows
        if row
    ]


def _ways(component: Component, free: dict[Node, int]) -> dict[Node | None, Walk]:
    """Where a free slot can go from each group, and by which unit; None is all that is never full."""
    ways: dict[Node | None, Walk] = {}
    gains: dict[Node, int] = dict.fromkeys(sorted(free), 0)
    for unit in reversed(component.units):
        source, sink = (next(iter(nodes[unit]), None) for nodes in (component.leaves, component.enters))
        ways.setdefault(sink, []).append((source, unit))
        ways.setdefault(source, [])
        if source is not None:
            gains[source] -= 1
        if sink is not None:
            gains[sink] += 1
    for node, gain in gains.items():
        if gain > 0:
            ways.setdefault(None, []).extend([(node, NO_UNIT)] * gain)
        elif gain < 0:
            ways.setdefault(None, [])
            ways[node].extend([(None, NO_UNIT)] * -gain)
    with_room = next((node for node, slots in sorted(free.items()) if slots > 0), None)
    if None not in ways and with_room is not None:
        ways[None] = [(with_room, NO_UNIT)]
        ways[with_room].append((None, NO_UNIT))
    return ways


def _walk(ways: dict[Node | None, Walk], start: Node | None) -> Walk:
    """One walk that takes every way once and ends where it starts: where it arrives, and with which unit."""
    trail: Walk = [(start, NO_UNIT)]
    walk: Walk = []
    while trail:
        node, _ = trail[-1]
        if ways[node]:
            trail.append(ways[node].pop())
        else:
            walk.append(trail.pop())
    return walk[-2::-1]
