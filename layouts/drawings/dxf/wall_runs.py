"""Stretches of wall on one line joined to walls, the gaps between them explained: crossings, doors, passages."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import shapely

from layouts.drawings.dxf.joined_lines import ON_LINE_M, free_between
from layouts.drawings.dxf.strokes import Points
from layouts.drawings.dxf.wall_pieces import Piece

WIDEST_GAP_M = 12.0
"""A wall goes on behind a gap up to this."""

NARROWEST_DOOR_M = 0.3
MOST = 0.7
"""A wall goes on to the wall across when a door fills so much of what is between."""

MEET_M = 0.1
"""What walls across leave of a gap is no opening when it is less than this."""

BESIDE_M = 0.15
"""A fitting stands in a wall or this near it."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Fitting:
    """A door or window as drawn: the ground it takes, the swings of its leaves (K, 4, 2), and its names."""

    role: str
    names: str
    points: Points
    arcs: Points
    shapes: tuple[int, ...]
    hull: shapely.Geometry


@dataclass(frozen=True, kw_only=True)
class Gap:
    """An opening of a wall from `s0` to `s1` along its line, and the fitting in it (None: nothing is drawn)."""

    s0: float
    s1: float
    fitting: int | None


@dataclass(frozen=True, kw_only=True, eq=False)
class Run:
    """A wall with its openings, before it meets others; `ends` tells how far its body goes beyond its line."""

    piece: Piece
    gaps: tuple[Gap, ...] = ()
    ends: tuple[float, float] = (0.0, 0.0)

    def body(self) -> shapely.Polygon:
        """Its ground with the openings closed."""
        return self.piece.body(*self.ends)


@dataclass(kw_only=True)
class _Line:
    """Pieces on one line, in order."""

    frame: Piece
    stretches: list[tuple[float, float, frozenset[int]]] = field(default_factory=list)


def runs_of(
    pieces: Sequence[Piece], fittings: Sequence[Fitting], columns: Sequence[shapely.Geometry]
) -> list[Run]:
    """Walls from stretches of wall.

    Between two stretches on one line and equally thick the wall goes on

    1. where they touch, where one of its faces goes on, or where a column or a crossing wall fills the gap;
    2. behind a door or a window, which stands in an opening as wide as the gap;
    3. behind a passage up to WIDEST_GAP_M where both have ends of their own, not corners with other walls.

    A wall whose end has a door between it and the wall across goes on to that wall.
    """
    bodies = np.array([piece.body() for piece in pieces], dtype=object)
    tree = shapely.STRtree(bodies)
    hulls = shapely.STRtree([fitting.hull for fitting in fittings])
    posts = shapely.STRtree(list(columns))
    runs: list[Run] = []
    for line in _lines(pieces, tree, bodies):
        start, end, faces = line.stretches[0]
        gaps: list[Gap] = []
        for low, high, others in line.stretches[1:]:
            explained = low - end <= ON_LINE_M or bool(faces & others)
            fitting = None
            if not explained:
                ground = _ground(line.frame, end, low)
                fitting = _fitting_in(line.frame, end, low, fittings, hulls)
                explained = fitting is None and (
                    _is_filled(ground, columns, posts) or _is_crossed(line.frame, end, low, pieces, tree)
                )
            if not explained and fitting is None and not _is_passage(line.frame, end, low, pieces, tree):
                runs.append(_run(line.frame, start, end, gaps))
                start, gaps = low, []
            elif not explained:
                gaps.append(Gap(s0=end, s1=low, fitting=fitting))
            faces = others if high > end else faces
            end = max(end, high)
        runs.append(_run(line.frame, start, end, gaps))
    taken = {gap.fitting for run in runs for gap in run.gaps}
    return [_led_on(run, pieces, tree, fittings, hulls, taken) for run in runs]


def _led_on(
    run: Run,
    pieces: Sequence[Piece],
    tree: shapely.STRtree,
    fittings: Sequence[Fitting],
    hulls: shapely.STRtree,
    taken: set[int | None],
) -> Run:
    """The wall led on behind a door at its end, up to the nearest wall across."""
    for before in (True, False):
        piece = run.piece
        end = 0.0 if before else piece.length
        sign = -1.0 if before else 1.0
        tip = piece.p0 + end * piece.along
        ahead = shapely.LineString([tip, tip + sign * WIDEST_GAP_M * piece.along])
        near = tree.query(ahead, predicate="intersects").tolist()
        gap = min((_to_face(piece, pieces[k], tip, sign) for k in near), default=0.0)
        if not NARROWEST_DOOR_M <= gap <= WIDEST_GAP_M:
            continue
        far = end + sign * gap
        low, high = min(end, far), max(end, far)
        fitting = _fitting_in(piece, low, high, fittings, hulls, share=MOST)
        if fitting is not None and fitting not in taken:
            gaps = sorted([*run.gaps, Gap(s0=low, s1=high, fitting=fitting)], key=lambda gap: gap.s0)
            run = _run(piece, min(low, 0.0), max(high, piece.length), gaps)
    return run


def _to_face(piece: Piece, other: Piece, tip: Points, sign: float) -> float:
    """How far from the tip of a wall, along it, the near face of another is; far off for one along it."""
    sine = abs(float(piece.along @ other.left))
    if sine < 0.5:
        return math.inf
    return (
        float((other.p0 - tip) @ other.left) / float(sign * piece.along @ other.left)
        - other.thickness / 2 / sine
    )


def _run(frame: Piece, start: float, end: float, gaps: Sequence[Gap]) -> Run:
    p0, p1 = frame.p0 + start * frame.along, frame.p0 + end * frame.along
    own = tuple(replace(gap, s0=gap.s0 - start, s1=gap.s1 - start) for gap in gaps)
    return Run(piece=replace(frame, p0=p0, p1=p1), gaps=own)


def _lines(pieces: Sequence[Piece], tree: shapely.STRtree, bodies: Points) -> Iterator[_Line]:
    """Pieces by line and thickness, the longest of each giving its direction."""
    rest = set(range(len(pieces)))
    for longest in sorted(rest, key=lambda k: (-round(pieces[k].length, 4), k)):
        if longest not in rest:
            continue
        frame, members, queue = pieces[longest], [], [longest]
        rest.discard(longest)
        while queue:
            k = queue.pop()
            members.append(k)
            for other in sorted(tree.query(bodies[k], predicate="dwithin", distance=WIDEST_GAP_M).tolist()):
                if other in rest and frame.is_on_line(pieces[other]):
                    rest.discard(other)
                    queue.append(other)
        line = _Line(frame=frame)
        for k in members:
            u = frame.local(np.array([pieces[k].p0, pieces[k].p1]))[:, 0]
            line.stretches.append((float(u.min()), float(u.max()), pieces[k].faces))
        line.stretches.sort(key=lambda one: one[:2])
        yield line


def _ground(frame: Piece, low: float, high: float, beside: float = 0.0) -> shapely.Polygon:
    p0, p1 = frame.p0 + low * frame.along, frame.p0 + high * frame.along
    thickness = max(frame.thickness, ON_LINE_M)
    return replace(frame, p0=p0, p1=p1, thickness=thickness).body(beside=beside)


def _fitting_in(
    frame: Piece,
    low: float,
    high: float,
    fittings: Sequence[Fitting],
    hulls: shapely.STRtree,
    *,
    share: float = 1 / 3,
) -> int | None:
    """The fitting that reaches along more of the gap than any other, and along that share of it at least."""
    ground, length = _ground(frame, low, high, BESIDE_M), high - low
    best, most = None, share * length
    for k in sorted(hulls.query(ground, predicate="intersects").tolist()):
        part = fittings[k].hull.intersection(ground)
        reach = float(np.ptp(frame.local(shapely.get_coordinates(part))[:, 0]))
        if reach > most + ON_LINE_M:
            best, most = k, reach
    return best if length >= NARROWEST_DOOR_M else None


def _is_filled(ground: shapely.Polygon, columns: Sequence[shapely.Geometry], posts: shapely.STRtree) -> bool:
    near = [columns[k] for k in posts.query(ground, predicate="intersects").tolist()]
    return bool(near) and shapely.union_all(near).intersection(ground).area > 0.5 * ground.area


def _is_crossed(
    frame: Piece, low: float, high: float, pieces: Sequence[Piece], tree: shapely.STRtree
) -> bool:
    """Whether walls across, or the ends of such, fill the gap; they may come from both sides a little apart."""
    taken = []
    for k in tree.query(_ground(frame, low, high), predicate="dwithin", distance=MEET_M).tolist():
        other = pieces[k]
        sine = float(frame.along @ other.left)
        if abs(sine) >= 0.1:
            at = float((other.p0 - frame.p0) @ other.left) / sine
            slant = frame.thickness * np.sqrt(max(1 - sine**2, 0.0))
            half = (other.thickness + slant) / abs(sine) / 2
            taken.append((at - half, at + half))
    return sum(b - a for a, b in free_between(low, high, taken)) <= MEET_M


def _is_passage(
    frame: Piece, low: float, high: float, pieces: Sequence[Piece], tree: shapely.STRtree
) -> bool:
    """Whether nothing joins the wall at the two ends of the gap, so that both are ends of its own."""
    if high - low > WIDEST_GAP_M:
        return False
    for s in (low, high):
        tip = replace(frame, p0=frame.p0 + (s - 0.01) * frame.along, p1=frame.p0 + (s + 0.01) * frame.along)
        touching = tree.query(tip.body(beside=0.02), predicate="intersects").tolist()
        if any(abs(float(frame.along @ pieces[k].left)) > 0.1 for k in touching):
            return False
    return True
