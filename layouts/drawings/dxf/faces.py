"""Pairs of parallel lines that are the two faces of a wall."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import shapely

from layouts.drawings.dxf.joined_lines import ON_LINE_M, free_between, in_frames, touching
from layouts.drawings.dxf.strokes import Points
from layouts.drawings.dxf.wall_layers import with_cavities, with_layers
from layouts.drawings.dxf.wall_pieces import PARALLEL_M, THICKEST_M, THINNEST_M, Piece

SHORTEST_M = 0.05
"""A stretch of two faces is at least so long."""

STUB_M = 6.0
"""A stretch that is shorter than the wall is thick belongs to a wall on its line that is no further away."""


@dataclass(frozen=True, kw_only=True)
class _Pair:
    """Two faces by their index, the distance of the other to the left of the base, and the base's shared stretch."""

    base: int
    other: int
    distance: float
    low: float
    high: float

    @property
    def is_stub(self) -> bool:
        """Whether the faces lie beside each other for less than they are apart."""
        return self.high - self.low < abs(self.distance) - ON_LINE_M


def paired_faces(faces: Points) -> tuple[list[Piece], list[Points]]:
    """Stretches of wall between parallel faces (N, 2, 2), and the stretches (2, 2) of faces that have no mate.

    1. Two parallel lines at wall distance that lie beside each other for longer than they are apart are the
       faces of a wall: the nearest first, then the longest; a stretch of a face belongs to one wall.
    2. Shorter ones are faces when a wall that is found stands on their line, as beside a door near a corner.
    3. A face left over along the whole of a wall belongs to its outer layer, and two leaves with a cavity
       between them are one wall.
    """
    if not len(faces):
        return [], []
    used: dict[int, list[tuple[float, float]]] = {}
    pairs = _pairs(faces)
    pieces = [piece for pair in pairs if not pair.is_stub for piece in _taken(pair, faces, used)]  # 1
    stubs = [pair for pair in pairs if pair.is_stub]
    if stubs and pieces:  # 2
        tree = shapely.STRtree([piece.body() for piece in pieces])
        for pair in stubs:
            whole = _piece(pair, pair.low, pair.high, faces)
            near = tree.query(whole.body(), predicate="dwithin", distance=STUB_M).tolist()
            if any(pieces[k].is_on_line(whole) for k in near):
                pieces += _taken(pair, faces, used)
    alone = [
        _Frame(face).both(a, b)
        for i, face in enumerate(faces)
        for a, b in free_between(0.0, _Frame(face).length, used.get(i, []))
        if b - a > ON_LINE_M
    ]
    return with_cavities(*with_layers(pieces, alone))  # 3


def _taken(pair: _Pair, faces: Points, used: dict[int, list[tuple[float, float]]]) -> Iterator[Piece]:
    """The wall on what is still free of both faces, which is used from then on."""
    frame, other = _Frame(faces[pair.base]), _Frame(faces[pair.other])
    seen = [frame.span(other.at(a), other.at(b)) for a, b in used.get(pair.other, [])]
    for a, b in free_between(pair.low, pair.high, [*used.get(pair.base, []), *seen]):
        if b - a >= SHORTEST_M:
            used.setdefault(pair.base, []).append((a, b))
            used.setdefault(pair.other, []).append(other.span(frame.at(a), frame.at(b)))
            yield _piece(pair, a, b, faces)


def _piece(pair: _Pair, a: float, b: float, faces: Points) -> Piece:
    frame = _Frame(faces[pair.base])
    aside = pair.distance / 2 * frame.left
    return Piece(
        p0=frame.at(a) + aside,
        p1=frame.at(b) + aside,
        thickness=abs(pair.distance),
        faces=frozenset((pair.base, pair.other)),
    )


class _Frame:
    """Lengths along a segment."""

    def __init__(self, segment: Points) -> None:
        self.start = segment[0]
        self.length = float(np.linalg.norm(segment[1] - segment[0]))
        self.along = (segment[1] - segment[0]) / self.length
        self.left = np.array([-self.along[1], self.along[0]])

    def at(self, s: float) -> Points:
        return np.asarray(self.start + s * self.along)

    def both(self, a: float, b: float) -> Points:
        return np.array([self.at(a), self.at(b)])

    def span(self, p: Points, q: Points) -> tuple[float, float]:
        a, b = float((p - self.start) @ self.along), float((q - self.start) @ self.along)
        return min(a, b), max(a, b)


def _pairs(faces: Points) -> list[_Pair]:
    """Pairs of faces at wall distance, the nearest first, then those that share most."""
    a, b = touching(faces, THICKEST_M + PARALLEL_M)
    lengths = np.linalg.norm(faces[:, 1] - faces[:, 0], axis=1)
    longer = lengths[a] >= lengths[b]
    a, b = np.where(longer, a, b), np.where(longer, b, a)
    u, v = in_frames(faces, a, b)
    distance = v.mean(axis=1)
    low, high = np.maximum(u.min(axis=1), 0.0), np.minimum(u.max(axis=1), lengths[a])
    fits = (
        (np.ptp(v, axis=1) <= PARALLEL_M)
        & (np.abs(distance) >= THINNEST_M)
        & (np.abs(distance) <= THICKEST_M)
        & (high - low >= SHORTEST_M)
    )
    found = [
        _Pair(base=int(i), other=int(j), distance=float(d), low=float(lo), high=float(hi))
        for i, j, d, lo, hi in zip(a[fits], b[fits], distance[fits], low[fits], high[fits], strict=True)
    ]
    return sorted(
        found,
        key=lambda one: (round(abs(one.distance), 4), -round(one.high - one.low, 4), one.base, one.other),
    )
