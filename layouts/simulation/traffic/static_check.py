"""Can this traffic jam for good? Who waits for what while holding what, over all tours, before any is played.

A deadlock needs agents in a ring, each holding what the one before waits for (Coffman, Elphick and Shoshani, System
Deadlocks, ACM Computing Surveys 3(2), 1971: circular wait). So draw an arrow from all that is held to all that is
waited for meanwhile: without a cycle of arrows there is no such ring, whoever goes when.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt
from numba import njit
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from layouts.simulation.engine.tape import ENTER, GIVE, LEAVE, NOBODY, TAKE
from layouts.simulation.meaning import Resource

Ints: TypeAlias = npt.NDArray[np.int64]
Arcs: TypeAlias = Mapping[int, Sequence[int]]

MOST_HELD = 64
"""Resources that an agent holds at once at most, here."""

_PLAIN, _AHEAD, _BACK, _ALONE = range(4)


@dataclass(frozen=True, kw_only=True)
class Jam:
    """Agents that could wait for each other for good: each holds one of `ring` and waits for the next.

    `kind` is "head_on" for two who meet in one lane, "ring" for lanes and intersections that one after the other fill
    up, "sections" for locked lanes of which each opens into the other. `members` are all resources that are in such a
    ring with these, `fewest` the agents that the shortest takes. `names` are those of `ring`.
    """

    kind: Literal["head_on", "ring", "sections"]
    ring: tuple[int, ...]
    names: tuple[str, ...]
    members: tuple[int, ...]
    fewest: int
    remedy: str


def possible_jams(
    op: npt.NDArray[np.integer],
    a: npt.NDArray[np.integer],
    b: npt.NDArray[np.integer],
    start: npt.NDArray[np.integer],
    *,
    resources: Sequence[Resource],
    section_of: Ints,
) -> tuple[Jam, ...]:
    """How agents could come to wait for each other for good; none is a proof that they cannot.

    `op`, `a`, `b` (I,) are instructions of the engine's tape, each of the routines `start` (Q + 1,) begun with
    nothing held; `section_of` (R,) is the section in which a cell lies or NOBODY. All agents in a section go one way,
    or one is alone there: so cells of it are told apart by that way. What buffers wait for is not looked at.

    Raises ValueError for a routine that holds more than 64 resources at once.
    """
    keys = np.empty(0, np.int64)
    columns = (np.asarray(op, np.int64), np.asarray(a, np.int64), np.asarray(b, np.int64))
    count = _arrows(*columns, np.asarray(start, np.int64), section_of, keys)
    if count < 0:
        raise ValueError(f"a routine holds more than {MOST_HELD} resources at once: give some of them back")
    keys = np.empty(count, np.int64)
    _arrows(*columns, np.asarray(start, np.int64), section_of, keys)
    arcs = np.array(np.divmod(np.unique(keys), 4 * len(resources))).T
    return tuple(_jam(members, near, resources) for members, near in _rings(_any_direction(arcs, resources)))


@njit(cache=True)
def _arrows(op: Ints, a: Ints, b: Ints, start: Ints, section_of: Ints, keys: Ints) -> int:
    """The number of arrows, repeated ones too, from held · 4R to wanted; written into `keys` unless it is empty.

    A number is 4 times the resource and the way in its section. −1 for more than MOST_HELD at once.
    """
    size = 4 * len(section_of)
    held = np.empty(MOST_HELD, np.int64)
    way_in = np.zeros(len(section_of), np.int64)
    count = 0
    for routine in range(len(start) - 1):
        holds = 0
        for row in range(start[routine], start[routine + 1]):
            if op[row] == TAKE or op[row] == ENTER:
                wanted = a[row]
                way = _PLAIN
                if op[row] == TAKE and section_of[wanted] != NOBODY:
                    way = way_in[section_of[wanted]]
                if way != _ALONE:
                    for j in range(holds):
                        if len(keys):
                            keys[count] = held[j] * size + 4 * wanted + way
                        count += 1
                if op[row] == ENTER:
                    way = _AHEAD if b[row] > 0 else _BACK if b[row] < 0 else _ALONE
                    way_in[wanted] = way
                if holds == MOST_HELD:
                    return -1
                held[holds] = 4 * wanted + way
                holds += 1
            elif op[row] == GIVE or op[row] == LEAVE:
                kept = 0
                for j in range(holds):
                    if held[j] // 4 != a[row]:
                        held[kept] = held[j]
                        kept += 1
                holds = kept
    return count


def _any_direction(arcs: Ints, resources: Sequence[Resource]) -> Ints:
    """The arrows (A, 2), those to a section as one to it in each direction: one waits for whoever is inside."""
    is_section = np.array([resource.kind == "section" for resource in resources], np.bool_)
    waits = is_section[arcs[:, 1] // 4]
    each = [arcs[waits] + (0, way) for way in (_AHEAD, _BACK, _ALONE)]
    return np.concatenate([arcs[~waits], *each])


def _rings(arcs: Ints) -> Iterator[tuple[list[int], Arcs]]:
    """Places that one can go round between along the arrows, each with the arrows among them."""
    if len(arcs) == 0:
        return
    places, numbered = np.unique(arcs, return_inverse=True)
    tail, head = numbered.reshape(-1, 2).T
    shape = (len(places), len(places))
    _, piece = connected_components(
        coo_array((np.ones(len(tail)), (tail, head)), shape=shape), connection="strong"
    )
    inside = piece[tail] == piece[head]
    for number in np.unique(piece[tail[inside]]).tolist():
        near: defaultdict[int, list[int]] = defaultdict(list)
        for one, other in arcs[inside & (piece[tail] == number)].tolist():
            near[one].append(other)
        yield sorted(near), near


def _jam(places: Sequence[int], near: Arcs, resources: Sequence[Resource]) -> Jam:
    ring = _shortest_ring(places, near)
    numbers = tuple(place // 4 for place in ring)
    members = tuple(sorted({place // 4 for place in places}))
    names = tuple(resources[number].name for number in numbers)
    kind = _kind(numbers, resources)
    return Jam(
        kind=kind,
        ring=numbers,
        names=names,
        members=members,
        fewest=len(ring),
        remedy=_remedy(kind, numbers, resources),
    )


def _shortest_ring(places: Sequence[int], near: Arcs) -> list[int]:
    """The shortest way round, by breadth-first search from every place; the first of equals."""
    best: list[int] = []
    for first in places:
        before: dict[int, int] = {}
        queue = deque([(first, 0)])
        while queue:
            here, steps = queue.popleft()
            if best and steps + 1 >= len(best):
                break
            for there in near[here]:
                if there not in before:
                    before[there] = here
                    queue.append((there, steps + 1))
            if first in before:
                best = [before[first]]
                while best[-1] != first:
                    best.append(before[best[-1]])
                best.reverse()
                break
    return best


def _kind(ring: Sequence[int], resources: Sequence[Resource]) -> Literal["head_on", "ring", "sections"]:
    if any(resources[number].kind == "section" for number in ring):
        return "sections"
    aisles = {resources[number].aisle for number in ring}
    return "head_on" if len(ring) == 2 and len(aisles) == 1 else "ring"


def _remedy(kind: str, ring: Sequence[int], resources: Sequence[Resource]) -> str:
    aisles = list(dict.fromkeys(str(resources[number].aisle) for number in ring if resources[number].aisle))
    told = " and ".join(f"'{aisle}'" for aisle in aisles)
    if kind == "head_on":
        return f"make aisle {told} one-way, or lock it against opposite traffic"
    if kind == "sections":
        return f"make one of the aisles {told} one-way, or leave room to wait between them"
    turned = f", or turn the way of one of {told}" if told else ""
    return f"admit at most {len(ring) - 1} agents at once to this ring{turned}"


def told(jams: Sequence[Jam]) -> tuple[str, ...]:
    """Each jam in one line, with what one can do about it."""
    return tuple(
        f"{jam.fewest} agents can wait for each other for good ("
        + ", ".join(f"{one} for {other}" for one, other in pairwise((*jam.names, jam.names[0])))
        + f"): {jam.remedy}"
        for jam in jams
    )
