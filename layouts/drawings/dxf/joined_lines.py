"""Straight lines of a plan joined where they run on."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import shapely

from layouts.drawings.dxf.components import components, groups_of
from layouts.drawings.dxf.strokes import Points

ON_LINE_M = 0.001
"""Lines whose ends lie this near one line run on in each other."""


def joined_lines(segments: Points) -> Points:
    """Segments (N, 2, 2) without repetitions, those that lie on one line and touch or overlap joined."""
    rest = segments[np.linalg.norm(segments[:, 1] - segments[:, 0], axis=1) > ON_LINE_M]
    joined: list[Points] = []
    while len(rest):
        lengths = np.linalg.norm(rest[:, 1] - rest[:, 0], axis=1)
        a, b = touching(rest, ON_LINE_M)
        longer = lengths[a] >= lengths[b]
        a, b = np.where(longer, a, b), np.where(longer, b, a)
        _, v = in_frames(rest, a, b)
        on_line = (np.abs(v) <= ON_LINE_M).all(axis=1)
        group = components(len(rest), a[on_line], b[on_line])
        kept = np.zeros(len(rest), bool)
        for members in groups_of(group):
            longest = members[np.argmax(lengths[members])]
            u, v = in_frames(rest, np.full(len(members), longest), members)
            near = (np.abs(v) <= 2 * ON_LINE_M).all(axis=1)
            kept[members[near]] = True
            along = (rest[longest, 1] - rest[longest, 0]) / lengths[longest]
            joined += [rest[longest, 0] + np.outer(span, along) for span in _spans(u[near])]
        rest = rest[~kept]
    return np.array(joined).reshape(-1, 2, 2)


def touching(segments: Points, distance: float) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Indices of all pairs of segments that come so near each other, the smaller first."""
    lines = shapely.linestrings(segments)
    a, b = shapely.STRtree(lines).query(lines, predicate="dwithin", distance=distance)
    order = np.lexsort((b, a))
    a, b = a[order], b[order]
    return a[a < b], b[a < b]


def in_frames(
    segments: Points, base: npt.NDArray[np.intp], other: npt.NDArray[np.intp]
) -> tuple[Points, Points]:
    """Ends of `other` segments as (N, 2) along their `base` from its start, and (N, 2) to the left of it."""
    start = segments[base, 0]
    along = segments[base, 1] - start
    along = along / np.linalg.norm(along, axis=1, keepdims=True)
    across = np.column_stack([-along[:, 1], along[:, 0]])
    to_ends = segments[other] - start[:, None]
    return np.einsum("nij,nj->ni", to_ends, along), np.einsum("nij,nj->ni", to_ends, across)


def _spans(ends: Points, gap: float = ON_LINE_M) -> list[tuple[float, float]]:
    """The union of stretches (N, 2), those nearer than `gap` joined."""
    spans: list[tuple[float, float]] = []
    for low, high in sorted((float(min(pair)), float(max(pair))) for pair in ends):
        if spans and low <= spans[-1][1] + gap:
            spans[-1] = spans[-1][0], max(spans[-1][1], high)
        else:
            spans.append((low, high))
    return spans


def free_between(low: float, high: float, taken: Iterable[tuple[float, float]]) -> list[tuple[float, float]]:
    """What stretches leave free between two places of a line."""
    free, reached = [], low
    for start, end in sorted(taken):
        if start > reached:
            free.append((reached, min(start, high)))
        reached = max(reached, end)
    if reached < high:
        free.append((reached, high))
    return [(a, b) for a, b in free if b > a]
