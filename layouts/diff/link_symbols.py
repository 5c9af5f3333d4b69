"""How lifts, stairs and other links look in a plan: a square of a few strokes, each kind its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from spatial.facility import Facility, Point2
from spatial.floor.facility_rules import links_of
from spatial.floor.floor_rules import Link

Place: TypeAlias = tuple[float, float]

HALF = 6.0
"""Half the side of a symbol, in the picture's units."""


def link_ends(facility: Facility, level: str) -> Iterator[tuple[Link, Point2, str]]:
    """The links that end on a level, where, and the level they lead to. BadDataError for what are no links."""
    for link in links_of(facility):
        for here, there in ((link.start, link.end), (link.end, link.start)):
            if here.level == level:
                yield link, (here.x_m, here.y_m), there.level


def link_symbol(kind: str, at: Place) -> Sequence[Sequence[Place]]:
    """The strokes of a symbol about a place: its frame first, as a closed ring, then what tells the kind.

    A lift has an arrow up and one down, stairs have treads, a ramp rises, anything else has a slash.
    """
    frame = [(-1.0, -1.0), (1.0, -1.0), (1.0, 1.0), (-1.0, 1.0), (-1.0, -1.0)]
    inside: Sequence[Sequence[Place]] = {
        "lift": [
            [(-0.8, -0.1), (-0.4, -0.7), (0.0, -0.1)],
            [(-0.4, -0.7), (-0.4, 0.7)],
            [(0.0, 0.1), (0.4, 0.7), (0.8, 0.1)],
            [(0.4, 0.7), (0.4, -0.7)],
        ],
        "stairs": [[(-1.0, y), (1.0, y)] for y in (-0.5, 0.0, 0.5)] + [[(0.0, 0.8), (0.0, -0.8)]],
        "ramp": [[(-1.0, 1.0), (1.0, -0.3)], [(-1.0, 1.0), (1.0, 1.0)]],
    }.get(kind, [[(-1.0, 1.0), (1.0, -1.0)]])
    return [[(at[0] + HALF * x, at[1] + HALF * y) for x, y in stroke] for stroke in (frame, *inside)]
