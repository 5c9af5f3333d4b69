"""The shortest way of a few units to their targets over whatever states break no rule, where no plain order is found.

Breadth first over where all of them are; each may wait more than once, in the nearest of its buffers.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

from layouts.slotting.moves.buffers import Buffers
from layouts.slotting.moves.holding import Holding

MOST_UNITS = 7
MOST_STATES = 3_000
MOST_WAITS = 8

State = tuple[int, ...]
Go = Callable[[int, int], None]


def searched(
    units: Sequence[int], target: Sequence[int], holding: Holding, buffers: Buffers, go: Go
) -> list[tuple[int, int]] | None:
    """Each unit that moves and where to, in order; None without a way, or where more than MOST_STATES would be seen.

    `go` moves a unit; all are where they were when this returns. `target` is of all units.
    """
    start = tuple(holding.location[unit] for unit in units)
    goal = tuple(target[unit] for unit in units)
    before: dict[State, State] = {start: start}
    row = deque([start])
    while row and goal not in before and len(before) <= MOST_STATES:
        state = row.popleft()
        _put(units, state, holding, go)
        for then in _after(units, state, goal, holding, buffers):
            if before.setdefault(then, state) is state:
                row.append(then)
    _put(units, start, holding, go)
    if goal not in before:
        return None
    steps: list[tuple[int, int]] = []
    state = goal
    while state != start:
        for unit, old, new in zip(units, before[state], state, strict=True):
            if old != new:
                steps.append((unit, new))
        state = before[state]
    return steps[::-1]


def _put(units: Sequence[int], state: State, holding: Holding, go: Go) -> None:
    for unit, location in zip(units, state, strict=True):
        if holding.location[unit] != location:
            go(unit, location)


def _after(
    units: Sequence[int], state: State, goal: State, holding: Holding, buffers: Buffers
) -> Iterator[State]:
    for row, unit in enumerate(units):
        places: list[int] = []
        if state[row] != goal[row] and holding.hindrance(unit, goal[row]) is None:
            places.append(goal[row])
        places += [place for _, place in islice(buffers.nearest(unit, state[row], goal[row]), MOST_WAITS)]
        for place in dict.fromkeys(places):
            yield (*state[:row], place, *state[row + 1 :])
