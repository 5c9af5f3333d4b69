"""The floor that walls enclose, and which walls bound it."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

import numpy as np
import shapely

from layouts.drawings.dxf.joined_lines import ON_LINE_M
from layouts.drawings.dxf.strokes import Points
from layouts.drawings.dxf.wall_pieces import Piece
from layouts.drawings.dxf.wall_runs import Gap, Run

ASIDE_M = 0.02
"""So far beside a wall its neighbour is asked for."""

LAP_M = 1e-5
"""Inner walls lap over their rooms, and parts of a wall over each other, so that rounding parts no floor."""

LEAST_FLOOR_M2, LEAST_ROOM_M2, LEAST_HOLE_M2 = 4.0, 0.5, 0.1
LEAST_INSIDE = 0.8
"""This share of the walls' length stands in or around floors."""


def enclosed_floors(runs: Sequence[Run]) -> tuple[shapely.Polygon, ...]:
    """The floors that walls enclose, the largest first; none where the walls do not close.

    1. The walls' faces, with openings closed, and walls drawn as one line part the plane; what lies between
       them is rooms.
    2. Rooms and the walls that have a room on both sides are floors, if LEAST_INSIDE of the walls' length
       stands in or around them. A room that closes in an open hall is none.
    """
    thick = [run.body() for run in runs if run.piece.thickness > 0]
    solid = shapely.union_all(thick)
    lines = [shapely.LineString([r.piece.p0, r.piece.p1]) for r in runs if r.piece.thickness == 0]
    edges = shapely.union_all([solid.boundary, *lines], grid_size=1e-6)
    cells = shapely.get_parts(shapely.polygonize(shapely.get_parts(edges)))
    rooms = [
        cell
        for cell in cells.tolist()
        if cell.area >= LEAST_ROOM_M2 and not solid.contains(cell.representative_point())
    ]
    inner: list[Run] = []
    outer: list[Run] = []
    sides_of = _Sides(runs, rooms)
    for run in runs:
        for part, sides in sides_of.parts(run):
            (inner if all(sides) else outer).append(part)
    wide = [part.piece.body(*part.ends, LAP_M) for part in inner if part.piece.thickness > 0]
    thick_outer = [part for part in outer if part.piece.thickness > 0]
    around = shapely.union_all(
        [part.piece.body(part.ends[0] + LAP_M, part.ends[1] + LAP_M) for part in thick_outer]
    )
    whole = shapely.difference(shapely.union_all([*rooms, *wide], grid_size=1e-6), around)
    floors = [part for part in shapely.get_parts(whole).tolist() if part.area >= LEAST_FLOOR_M2]
    floors.sort(key=lambda floor: -floor.area)
    walled = sum(run.piece.length for run in runs)
    if not floors or _length_at(floors, runs) < LEAST_INSIDE * walled:
        return ()
    return tuple(straightened(floor) for floor in floors)


def _length_at(floors: Sequence[shapely.Polygon], runs: Sequence[Run]) -> float:
    """How much of the walls stands in the floors or bounds them."""
    thickest = max(run.piece.thickness for run in runs)
    near = shapely.union_all([shapely.Polygon(floor.exterior) for floor in floors]).buffer(thickest + ASIDE_M)
    lines = [shapely.LineString([run.piece.p0, run.piece.p1]) for run in runs]
    return float(shapely.length(shapely.intersection(lines, near)).sum())


def straightened(floor: shapely.Polygon) -> shapely.Polygon:
    """Without corners that turn nowhere and holes that are none, counter-clockwise."""
    holes = [hole for hole in floor.interiors if shapely.Polygon(hole).area >= LEAST_HOLE_M2]
    whole = shapely.Polygon(floor.exterior, holes).simplify(ON_LINE_M / 2)
    return shapely.geometry.polygon.orient(whole)


class _Sides:
    """Parts walls where others meet them and tells on which sides rooms lie."""

    def __init__(self, runs: Sequence[Run], rooms: Sequence[shapely.Polygon]) -> None:
        self.rooms = shapely.STRtree(rooms)
        self.start = np.array([run.piece.p0 for run in runs]).reshape(-1, 2)
        self.along = np.array([run.piece.along for run in runs]).reshape(-1, 2)
        self.length = np.array([run.piece.length for run in runs])
        self.left = np.column_stack([-self.along[:, 1], self.along[:, 0]])

    def parts(self, run: Run) -> Iterator[tuple[Run, tuple[bool, bool]]]:
        """The parts of a wall, and whether a room lies left and right of each."""
        piece = run.piece
        cuts = [0.0, *self._meetings(piece), piece.length]
        last = len(cuts) - 2
        for i, (a, b) in enumerate(pairwise(cuts)):
            if b - a <= ON_LINE_M and last:
                continue
            part = replace(piece, p0=piece.p0 + a * piece.along, p1=piece.p0 + b * piece.along)
            ends = (run.ends[0] if i == 0 else 0.0, run.ends[1] if i == last else 0.0)
            own = Run(piece=part, gaps=_gaps_between(run.gaps, a, b), ends=ends)
            yield own, (self._has_room(part, 1.0), self._has_room(part, -1.0))

    def _meetings(self, piece: Piece) -> list[float]:
        sine = self.left @ piece.along
        crossing = np.abs(sine) >= 0.05
        s = np.where(crossing, ((self.start - piece.p0) * self.left).sum(axis=1), np.inf)
        s = s / np.where(crossing, sine, 1.0)
        at = np.where(
            crossing,
            ((piece.p0 + np.where(crossing, s, 0.0)[:, None] * piece.along - self.start) * self.along).sum(
                axis=1
            ),
            np.inf,
        )
        meets = (s > ON_LINE_M) & (s < piece.length - ON_LINE_M) & (at >= -0.01) & (at <= self.length + 0.01)
        return sorted(s[meets].tolist())

    def _has_room(self, part: Piece, side: float) -> bool:
        """Whether a room lies beside the middle half of the part."""
        aside = side * (part.thickness / 2 + ASIDE_M) * part.left
        ends = [part.p0 + share * (part.p1 - part.p0) + aside for share in (0.25, 0.75)]
        return bool(len(self.rooms.query(shapely.LineString(ends), predicate="intersects")))


def _gaps_between(gaps: Sequence[Gap], a: float, b: float) -> tuple[Gap, ...]:
    """Gaps whose middle lies between `a` and `b`, seen from `a` and kept within."""
    return tuple(
        replace(gap, s0=max(gap.s0 - a, 0.0), s1=min(gap.s1, b) - a)
        for gap in gaps
        if a <= (gap.s0 + gap.s1) / 2 < b
    )


def placed_walls(runs: Sequence[Run], floors: Sequence[shapely.Polygon]) -> list[Run]:
    """Walls as a facility has them: those that bound the floor by their inner face, with the floor to the
    left, from corner to corner of the outline; all others by their centre line.

    A wall that bounds the floor along a part only is given in parts.
    """
    if not floors:
        return list(runs)
    sides_of = _Sides(runs, floors)
    rings = [np.asarray(ring.coords) for floor in floors for ring in (floor.exterior, *floor.interiors)]
    edges = np.concatenate([np.stack([ring[:-1], ring[1:]], axis=1) for ring in rings])
    placed: list[Run] = []
    for run in runs:
        stretch: list[tuple[Run, float]] = []
        for part, (left, right) in sides_of.parts(run):
            side = (1.0 if left else -1.0) if left != right else 0.0
            if stretch and stretch[-1][1] == side:
                stretch[-1] = _appended(stretch[-1][0], part), side
            else:
                stretch.append((part, side))
        placed += [_on_face(part, side, edges) if side else part for part, side in stretch]
    return placed


def _appended(run: Run, following: Run) -> Run:
    start = run.piece.length
    gaps = tuple(replace(gap, s0=gap.s0 + start, s1=gap.s1 + start) for gap in following.gaps)
    piece = replace(run.piece, p1=following.piece.p1)
    return Run(piece=piece, gaps=(*run.gaps, *gaps), ends=(run.ends[0], following.ends[1]))


def _on_face(run: Run, side: float, edges: Points) -> Run:
    """The wall by its face on the side of the floor, as far as the outline runs along it."""
    piece = run.piece
    aside = side * piece.thickness / 2 * piece.left
    face = replace(piece, p0=piece.p0 + aside, p1=piece.p1 + aside)
    local = np.stack([face.local(edges[:, 0]), face.local(edges[:, 1])], axis=1)
    reach = piece.thickness + ASIDE_M
    on_face = (np.abs(local[:, :, 1]) <= 2 * ON_LINE_M).all(axis=1)
    near = (local[:, :, 0].max(axis=1) > -reach) & (local[:, :, 0].min(axis=1) < piece.length + reach)
    u = local[on_face & near][:, :, 0]
    if not u.size:
        return run
    low, high = float(u.min()), float(u.max())
    low, high = max(low, -reach), min(high, piece.length + reach)
    p0, p1 = face.p0 + low * face.along, face.p0 + high * face.along
    length = high - low
    gaps = [replace(gap, s0=max(gap.s0 - low, 0.0), s1=min(gap.s1 - low, length)) for gap in run.gaps]
    if side < 0:  # the floor is to the left of p0–p1
        p0, p1 = p1, p0
        gaps = [replace(gap, s0=length - gap.s1, s1=length - gap.s0) for gap in reversed(gaps)]
    return Run(piece=replace(face, p0=p0, p1=p1), gaps=tuple(gap for gap in gaps if gap.s1 > gap.s0))


def hull_of(points: Points) -> shapely.Polygon:
    """The convex hull of points (N, 2), counter-clockwise; a square metre around them when they have no area."""
    hull = shapely.MultiPoint(points).convex_hull
    if hull.area <= 0:
        hull = hull.buffer(math.sqrt(0.5), cap_style="square")
    return shapely.geometry.polygon.orient(hull)


def ring_of(ring: shapely.LinearRing) -> tuple[tuple[float, float], ...]:
    """The corners of a closed line, the first not repeated."""
    return tuple((round(x, 6) + 0.0, round(y, 6) + 0.0) for x, y in np.asarray(ring.coords)[:-1].tolist())
