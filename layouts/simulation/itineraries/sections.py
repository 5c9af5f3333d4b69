"""One-lane sections: stretches of edges that agents share in one direction at a time."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from layouts.simulation.engine.tape import NOBODY, Ints
from layouts.simulation.itineraries.floor import Floor, unknown_node
from layouts.simulation.itineraries.visits import Visits

ENTERS_AT_ONCE, ENTERS, LEAVES, LEAVES_LAST = 1, 2, 4, 8
"""Bits of `SectionSteps.acts`: enter where it begins or before it comes, leave on arrival or when it goes."""


class SectionSteps(NamedTuple):
    """What each visit (S,) does about sections: `acts`, the resource `section`, and the direction `way`."""

    acts: npt.NDArray[np.int8]
    section: Ints
    way: npt.NDArray[np.int8]


class Sections(NamedTuple):
    """`names` of the sections; of each directed edge (E,) its section or NOBODY, and +1 along it or −1 against.

    `inside_tail`, `inside_head` (E,): whether that end lies between two edges of the section.
    """

    names: tuple[Hashable, ...]
    section: Ints
    way: Ints
    inside_tail: npt.NDArray[np.bool_]
    inside_head: npt.NDArray[np.bool_]


def read_sections(floor: Floor, given: Mapping[Hashable, Iterable[Any]]) -> Sections:
    """Each section as a sequence of nodes or of edges (tail, head); the sense in which it is given is +1.

    ValueError for an edge that the graph lacks or that lies in two sections.
    """
    count = len(floor.keys)
    section, way = np.full(count, NOBODY), np.zeros(count, np.int64)
    inside_tail, inside_head = np.zeros(count, np.bool_), np.zeros(count, np.bool_)
    tail, head = np.divmod(floor.keys, len(floor.names))
    for number, (name, parts) in enumerate(given.items()):
        ends = np.array(_pairs(floor, name, [*parts]), np.int64).reshape(-1, 2)
        along, against = floor.edges(ends[:, 0], ends[:, 1]), floor.edges(ends[:, 1], ends[:, 0])
        missing = (along < 0) & (against < 0)
        if missing.any():
            pair = tuple(floor.names[node] for node in ends[missing][0])
            raise ValueError(f"section {name!r}: the graph has no edge {pair}")
        for edges, sense in ((along[along >= 0], 1), (against[against >= 0], -1)):
            if (section[edges] != NOBODY).any():
                raise ValueError(f"section {name!r} shares an edge with another or names one twice")
            section[edges], way[edges] = number, sense
        inner = np.bincount(ends.ravel(), minlength=len(floor.names)) > 1
        mine = section == number
        inside_tail[mine], inside_head[mine] = inner[tail[mine]], inner[head[mine]]
    return Sections(tuple(given), section, way, inside_tail, inside_head)


def _pairs(floor: Floor, name: Hashable, parts: list[Any]) -> list[tuple[int, int]]:
    """The edges of a section as pairs of node numbers."""
    if not parts:
        raise ValueError(f"section {name!r} has no edges")
    if all(isinstance(part, Hashable) and part in floor.number for part in parts):
        nodes = [floor.number[part] for part in parts]
        return [*pairwise(nodes)]
    for part in parts:
        if (
            not isinstance(part, tuple | list)
            or len(part) != 2
            or not all(end in floor.number for end in part)
        ):
            raise unknown_node(part)
    return [(floor.number[tail], floor.number[head]) for tail, head in parts]


def section_steps(visits: Visits, edge: Ints, sections: Sections | None, *, first: int) -> SectionSteps:
    """Where agents enter and leave sections, whose resources are numbered from `first` on.

    An agent holds a section from its first edge to its last: a run. A run ends at the section's ends, and where the
    agent leaves it; where it lies in both directions the agent has the section alone.
    """
    count = len(edge)
    found = SectionSteps(np.zeros(count, np.int8), np.full(count, NOBODY), np.zeros(count, np.int8))
    moves = np.flatnonzero(edge != NOBODY)
    if sections is None or len(moves) == 0:
        return found
    agent = np.searchsorted(visits.start, moves, side="right") - 1
    by = edge[moves]
    section, inner = sections.section[by], sections.inside_tail[by]
    changes = agent[1:] != agent[:-1]
    begins = np.append(True, (section[1:] != section[:-1]) | changes | ~inner[1:])
    ends = np.append(begins[1:], True)
    heads = np.flatnonzero(begins)
    low, high = (extreme.reduceat(sections.way[by], heads) for extreme in (np.minimum, np.maximum))
    way = np.where(low == high, low, 0)[np.cumsum(begins) - 1]
    inside = section != NOBODY

    def mark(runs: npt.NDArray[np.bool_], visit: Ints, act: int) -> None:
        found.acts[visit[runs]] |= np.int8(act)
        found.section[visit[runs]] = first + section[runs]
        found.way[visit[runs]] = way[runs]

    # whoever stands inside a section where it begins has it from there
    standing = begins & inside & inner & np.append(True, changes)
    mark(standing, visits.start[agent], ENTERS_AT_ONCE)
    mark(begins & inside & ~standing, moves, ENTERS)
    # whoever stays inside at the end of a run has it until it goes on
    staying = ends & inside & sections.inside_head[by]
    mark(ends & inside & ~staying, moves, LEAVES)
    mark(staying, np.minimum(np.append(moves[1:], count), visits.start[agent + 1]) - 1, LEAVES_LAST)
    return found
