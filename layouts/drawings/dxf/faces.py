"""Straight lines of a plan joined where they run on, and paired where they are the two faces of a wall."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import shapely

from layouts.drawings.dxf.strokes import Points

ON_LINE_M = 0.001
"""Lines whose ends lie this near one line run on in each other."""

PARALLEL_M = 0.003
"""The distance of two faces of a wall differs by this much at most between their ends."""

THINNEST_M, THICKEST_M = 0.04, 0.65
"""Between these two lines are the faces of a wall."""

SHORTEST_M = 0.05
"""A stretch of two faces is at least so long."""

CAVITY_M = 0.2
"""Two leaves with less than this between them are one wall."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Piece:
    """A straight stretch of wall: its centre line, its thickness (0: drawn as one line), and its faces."""

    p0: Points
    p1: Points
    thickness: float
    faces: frozenset[int] = frozenset()

    @property
    def length(self) -> float:
        """Of the centre line."""
        return float(np.linalg.norm(self.p1 - self.p0))

    @property
    def along(self) -> Points:
        """Unit vector from `p0` to `p1`."""
        return np.asarray((self.p1 - self.p0) / self.length)

    @property
    def left(self) -> Points:
        """Unit vector to the left of `along`."""
        return np.array([-self.along[1], self.along[0]])

    def local(self, points: Points) -> Points:
        """Points (N, 2) as (N, 2): along the line from `p0`, and to the left of it."""
        return np.asarray((points - self.p0) @ np.column_stack([self.along, self.left]))

    def body(self, before: float = 0.0, after: float = 0.0, beside: float = 0.0) -> shapely.Polygon:
        """Its ground, lengthened before `p0` and after `p1` and widened on both sides."""
        a, b = self.p0 - before * self.along, self.p1 + after * self.along
        aside = (self.thickness / 2 + beside) * self.left
        return shapely.Polygon([a + aside, a - aside, b - aside, b + aside])


def joined_lines(segments: Points) -> Points:
    """Segments (N, 2, 2) without repetitions, those that lie on one line and touch or overlap joined."""
    rest = segments[np.linalg.norm(segments[:, 1] - segments[:, 0], axis=1) > ON_LINE_M]
    joined: list[Points] = []
    while len(rest):
        lengths = np.linalg.norm(rest[:, 1] - rest[:, 0], axis=1)
        a, b = _touching(rest, ON_LINE_M)
        longer = lengths[a] >= lengths[b]
        a, b = np.where(longer, a, b), np.where(longer, b, a)
        _, v = _in_frames(rest, a, b)
        on_line = (np.abs(v) <= ON_LINE_M).all(axis=1)
        group = _components(len(rest), a[on_line], b[on_line])
        kept = np.zeros(len(rest), bool)
        for members in _groups(group):
            longest = members[np.argmax(lengths[members])]
            u, v = _in_frames(rest, np.full(len(members), longest), members)
            near = (np.abs(v) <= 2 * ON_LINE_M).all(axis=1)
            kept[members[near]] = True
            along = (rest[longest, 1] - rest[longest, 0]) / lengths[longest]
            joined += [rest[longest, 0] + np.outer(span, along) for span in _spans(u[near])]
        rest = rest[~kept]
    return np.array(joined).reshape(-1, 2, 2)


def _touching(segments: Points, distance: float) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Indices of all pairs of segments that come so near each other, the smaller first."""
    lines = shapely.linestrings(segments)
    a, b = shapely.STRtree(lines).query(lines, predicate="dwithin", distance=distance)
    order = np.lexsort((b, a))
    a, b = a[order], b[order]
    return a[a < b], b[a < b]


def _in_frames(
    segments: Points, base: npt.NDArray[np.intp], other: npt.NDArray[np.intp]
) -> tuple[Points, Points]:
    """Ends of `other` segments as (N, 2) along their `base` from its start, and (N, 2) to the left of it."""
    start = segments[base, 0]
    along = segments[base, 1] - start
    along = along / np.linalg.norm(along, axis=1, keepdims=True)
    across = np.column_stack([-along[:, 1], along[:, 0]])
    to_ends = segments[other] - start[:, None]
    return np.einsum("nij,nj->ni", to_ends, along), np.einsum("nij,nj->ni", to_ends, across)


def _components(count: int, a: npt.NDArray[np.intp], b: npt.NDArray[np.intp]) -> list[int]:
    """For each of `count` things the smallest one that it is linked with."""
    root = list(range(count))

    def find(i: int) -> int:
        while root[i] != i:
            root[i] = root[root[i]]
            i = root[i]
        return i

    for i, j in zip(a.tolist(), b.tolist(), strict=True):
        first, second = sorted((find(i), find(j)))
        root[second] = first
    return [find(i) for i in range(count)]


def _groups(root: list[int]) -> Iterator[npt.NDArray[np.intp]]:
    order = np.argsort(root, kind="stable")
    cuts = np.flatnonzero(np.diff(np.asarray(root)[order])) + 1
    yield from np.split(order, cuts)


def _spans(ends: Points, gap: float = ON_LINE_M) -> list[tuple[float, float]]:
    """The union of stretches (N, 2), those nearer than `gap` joined."""
    spans: list[tuple[float, float]] = []
    for low, high in sorted((float(min(pair)), float(max(pair))) for pair in ends):
        if spans and low <= spans[-1][1] + gap:
            spans[-1] = spans[-1][0], max(spans[-1][1], high)
        else:
            spans.append((low, high))
    return spans


def paired_faces(faces: Points) -> tuple[list[Piece], list[Points]]:
    """Stretches of wall between parallel faces (N, 2, 2), and the stretches (2, 2) of faces that have no mate.

    1. Two parallel lines at wall distance that lie beside each other for longer than they are apart may be
       the faces of a wall.
    2. The nearest first, then the longest; a stretch of a face belongs to one wall.
    3. A face left over along the whole of a wall belongs to its outer layer, and two leaves with a cavity
       between them are one wall.
    """
    if not len(faces):
        return [], []
    used: dict[int, list[tuple[float, float]]] = {}
    pieces: list[Piece] = []
    for i, j, distance, low, high in _candidates(faces):  # 1
        frame = _Frame(faces[i])
        free = _free((low, high), [*used.get(i, []), *frame.seen(faces[j], used.get(j, []))])
        for a, b in free:  # 2
            if b - a < SHORTEST_M:
                continue
            used.setdefault(i, []).append((a, b))
            used.setdefault(j, []).append(_Frame(faces[j]).span(frame.at(a), frame.at(b)))
            aside = distance / 2 * frame.left
            pieces.append(
                Piece(
                    p0=frame.at(a) + aside,
                    p1=frame.at(b) + aside,
                    thickness=abs(distance),
                    faces=frozenset((i, j)),
                )
            )
    alone = [
        _Frame(face).both(a, b)
        for i, face in enumerate(faces)
        for a, b in _free((0.0, _Frame(face).length), used.get(i, []))
        if b - a > ON_LINE_M
    ]
    return _with_cavities(*_with_layers(pieces, alone))  # 3


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

    def seen(self, other: Points, spans: list[tuple[float, float]]) -> list[tuple[float, float]]:
        """Stretches of another segment, as stretches of this one."""
        frame = _Frame(other)
        return [self.span(frame.at(a), frame.at(b)) for a, b in spans]


def _candidates(faces: Points) -> list[tuple[int, int, float, float, float]]:
    """Base face, other face, signed distance to its left, and the stretch of the base that both share."""
    a, b = _touching(faces, THICKEST_M + PARALLEL_M)
    lengths = np.linalg.norm(faces[:, 1] - faces[:, 0], axis=1)
    longer = lengths[a] >= lengths[b]
    a, b = np.where(longer, a, b), np.where(longer, b, a)
    u, v = _in_frames(faces, a, b)
    distance = v.mean(axis=1)
    low, high = np.maximum(u.min(axis=1), 0.0), np.minimum(u.max(axis=1), lengths[a])
    fits = (
        (np.ptp(v, axis=1) <= PARALLEL_M)
        & (np.abs(distance) >= THINNEST_M)
        & (np.abs(distance) <= THICKEST_M)
        & (high - low >= np.maximum(np.abs(distance) - ON_LINE_M, SHORTEST_M))
    )
    found = [
        (int(i), int(j), float(d), float(lo), float(hi))
        for i, j, d, lo, hi in zip(a[fits], b[fits], distance[fits], low[fits], high[fits], strict=True)
    ]
    return sorted(found, key=lambda one: (round(abs(one[2]), 4), -round(one[4] - one[3], 4), one[0], one[1]))


def _free(span: tuple[float, float], taken: list[tuple[float, float]]) -> list[tuple[float, float]]:
    free, reached = [], span[0]
    for low, high in sorted(taken):
        if low > reached:
            free.append((reached, min(low, span[1])))
        reached = max(reached, high)
    if reached < span[1]:
        free.append((reached, span[1]))
    return [(a, b) for a, b in free if b > a]


def _with_layers(pieces: list[Piece], alone: list[Points]) -> tuple[list[Piece], list[Points]]:
    """Lone lines beside a wall, along most of both, widen it."""
    if not pieces or not alone:
        return pieces, alone
    widened, left = list(pieces), []
    tree = shapely.STRtree([piece.body() for piece in pieces])
    for line in sorted(alone, key=lambda one: -float(np.linalg.norm(one[1] - one[0]))):
        near = tree.query(shapely.linestrings(line), predicate="dwithin", distance=THICKEST_M)
        for k in sorted(near.tolist()):
            beside = _beside(widened[k], line, 0.8)
            if beside is not None and beside + widened[k].thickness <= THICKEST_M and beside > 0:
                v = float(widened[k].local(line)[:, 1].mean())
                widened[k] = _widened(widened[k], v)
                break
        else:
            left.append(line)
    return widened, left


def _with_cavities(pieces: list[Piece], alone: list[Points]) -> tuple[list[Piece], list[Points]]:
    """Two leaves side by side, along most of both and with little between them, are one wall."""
    merged: dict[int, Piece] = dict(enumerate(pieces))
    if pieces:
        bodies = np.array([piece.body() for piece in pieces], dtype=object)
        a, b = shapely.STRtree(bodies).query(bodies, predicate="dwithin", distance=CAVITY_M)
        for i, j in sorted(zip(a.tolist(), b.tolist(), strict=True)):
            if i >= j or i not in merged or j not in merged:
                continue
            one, other = merged[i], merged[j]
            beside = _beside(one, np.array([other.p0, other.p1]), 0.9)
            gap = -1.0 if beside is None else beside - other.thickness / 2
            if ON_LINE_M < gap <= CAVITY_M and one.thickness + gap + other.thickness <= THICKEST_M:
                v = float(one.local(np.array([other.p0, other.p1]))[:, 1].mean())
                wide = _widened(one, v + np.sign(v) * other.thickness / 2)
                merged[i] = replace(wide, faces=one.faces | other.faces)
                del merged[j]
    return list(merged.values()), alone


def _beside(piece: Piece, line: Points, share: float) -> float | None:
    """How far outside its nearer face a parallel line runs along that share of both; None if it does not."""
    local = piece.local(line)
    shared = min(local[:, 0].max(), piece.length) - max(local[:, 0].min(), 0.0)
    if np.ptp(local[:, 1]) > PARALLEL_M or shared < share * max(np.ptp(local[:, 0]), piece.length):
        return None
    return abs(float(local[:, 1].mean())) - piece.thickness / 2


def _widened(piece: Piece, v: float) -> Piece:
    """The wall whose one face is moved out to the line at `v` to the left of its centre line."""
    outer = abs(v) + piece.thickness / 2
    shift = np.sign(v) * (outer - piece.thickness) / 2 * piece.left
    return replace(piece, p0=piece.p0 + shift, p1=piece.p1 + shift, thickness=outer)
