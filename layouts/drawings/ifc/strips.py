"""Walls as straight strips: centre line and thickness of every piece, from what the wall covers in plan."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, pairwise

import numpy as np
import shapely

from layouts.drawings.ifc.raw_model import Float64s
from layouts.drawings.wall_outline import wall_of_outline
from spatial.facility import Point2

TRUE_SHARE = 0.02
"""Pieces stand for a wall when what they cover differs from its plan by less than this share of its area."""

MAIN_SHARE = 0.8
"""The stretch between a wall's two faces holds this share of its plan at least: the rest are niches and piers."""

_SQUARE_COS = 0.5
"""An end of a bent strip has two corners that turn by more than 60 degrees."""

_CORNER_COS = math.cos(math.radians(10.0))
"""Where a face turns by more it has a corner; by less, it is one of the chords of a curve."""

_EVEN = 1.25
"""A bent wall is nowhere thicker than elsewhere by more than this factor."""

_FACE_M, _APART_M, _CHORD_M = 0.002, 0.001, 0.0004


@dataclass(frozen=True, kw_only=True)
class Strip:
    """A straight piece of wall: its centre line and thickness, and the plan of its body."""

    p0: Point2
    p1: Point2
    thickness_m: float
    body: shapely.Polygon

    @property
    def along(self) -> Float64s:
        """Unit vector (2,) from p0 to p1."""
        line = np.subtract(self.p1, self.p0)
        return np.asarray(line / np.linalg.norm(line))

    @property
    def left(self) -> Float64s:
        """Unit vector (2,) to the left of p0→p1."""
        return np.array([-self.along[1], self.along[0]])


def strips_of(outline: shapely.Polygon, heading_rad: float) -> tuple[Strip, ...]:
    """The straight pieces of one area of a wall's plan; none when it is no strip at all.

    1. A strip with straight faces is one piece, whatever its ends.
    2. A rectangle that is hardly longer than thick runs along `heading_rad`, the wall's own x axis.
    3. A bent strip, curved or with corners, has two ends; what faces each other is paired.
    4. A strip with niches, piers or notches is the stretch between the two faces that are longest.

    p0 comes first along the wall's own x axis, so that openings count from where the wall was begun.
    """
    ring = np.asarray(outline.exterior.coords)[:-1, :2]
    wall = None if outline.interiors else wall_of_outline(ring)  # 1
    if wall is not None and abs(outline.area / (math.dist(wall[0], wall[1]) * wall[2]) - 1) > TRUE_SHARE:
        wall = None
    wall = wall or _stout(outline, heading_rad)  # 2
    bent = () if wall or outline.interiors else _bent(ring)  # 3
    if bent:
        return bent
    wall = wall or _between_longest_faces(outline)  # 4
    if wall is None:
        return ()
    return (_ordered(Strip(p0=wall[0], p1=wall[1], thickness_m=wall[2], body=outline), heading_rad),)


def _ordered(strip: Strip, heading_rad: float) -> Strip:
    if strip.along @ (math.cos(heading_rad), math.sin(heading_rad)) >= -1e-9:
        return strip
    return Strip(p0=strip.p1, p1=strip.p0, thickness_m=strip.thickness_m, body=strip.body)


def _stout(outline: shapely.Polygon, heading_rad: float) -> tuple[Point2, Point2, float] | None:
    box = shapely.minimum_rotated_rectangle(outline)
    if not isinstance(box, shapely.Polygon) or outline.area < (1 - TRUE_SHARE) * box.area:
        return None
    corners = np.asarray(box.exterior.coords)[:4]
    sides = corners[[1, 2]] - corners[[0, 1]]
    lengths = np.linalg.norm(sides, axis=1)
    heading = (math.cos(heading_rad), math.sin(heading_rad))
    along = int(np.argmax(np.abs(sides @ heading) / lengths))
    middle, half = corners.mean(axis=0), sides[along] / 2
    (x0, y0), (x1, y1) = middle - half, middle + half
    return (float(x0), float(y0)), (float(x1), float(y1)), float(lengths[1 - along])


def _between_longest_faces(outline: shapely.Polygon) -> tuple[Point2, Point2, float] | None:
    ring = np.asarray(outline.exterior.coords)[:, :2]
    edges = np.diff(ring, axis=0)
    lengths = np.linalg.norm(edges, axis=1)
    along = edges[np.argmax(lengths)] / lengths.max()
    across = np.array([-along[1], along[0]])
    v0, v1 = (ring[:-1] - ring[0]) @ across, (ring[1:] - ring[0]) @ across
    parallel = np.abs(v1 - v0) < _FACE_M
    first = float(v0[np.argmax(lengths)])
    other = parallel & (np.abs(v0 - first) > 2 * _FACE_M)
    if not other.any():
        return None
    totals = [lengths[parallel & (np.abs(v0 - v) < _FACE_M)].sum() for v in v0[other]]
    second = float(v0[other][int(np.argmax(totals))])
    thickness, middle = abs(second - first), ring[0] + (first + second) / 2 * across
    reach = outline.length * along
    line = shapely.LineString([middle - reach, middle + reach])
    u = (shapely.get_coordinates(line.intersection(outline)) - middle) @ along
    if len(u) < 2 or u.max() - u.min() <= thickness:
        return None
    p0, p1 = middle + u.min() * along, middle + u.max() * along
    band = shapely.LineString([p0, p1]).buffer(thickness / 2, cap_style="flat")
    if band.intersection(outline).area < MAIN_SHARE * max(outline.area, band.area):
        return None
    return (float(p0[0]), float(p0[1])), (float(p1[0]), float(p1[1])), thickness


def _bent(ring: Float64s) -> tuple[Strip, ...]:
    corners = ring if shapely.LinearRing(ring).is_ccw else ring[::-1]
    faces = _faces(corners)
    if faces is None:
        return ()
    left, right = (_runs(face) for face in faces)
    if len(left) != len(right):
        return ()
    pieces = [piece for one, other in zip(left, right, strict=True) for piece in _pieces(one, other)]
    thicknesses = [piece.thickness_m for piece in pieces]
    union = shapely.union_all([piece.body for piece in pieces])
    outline = shapely.Polygon(ring)
    is_even = bool(pieces) and max(thicknesses) <= _EVEN * min(thicknesses)
    is_true = union.symmetric_difference(outline).area < TRUE_SHARE * outline.area
    return tuple(pieces) if is_even and is_true else ()


def _pieces(left: Float64s, right: Float64s) -> Iterator[Strip]:
    """Straight pieces between two faces (N, 2), (M, 2) without corners, side by side."""
    for (a, b), (c, d) in pairwise(_pairs(shapely.LineString(left), shapely.LineString(right))):
        p0, p1 = (np.add(a, b) / 2, np.add(c, d) / 2)
        length = float(np.linalg.norm(p1 - p0))
        body = shapely.Polygon([a, c, d, b])
        if length > _APART_M and body.is_valid:
            yield Strip(
                p0=(float(p0[0]), float(p0[1])),
                p1=(float(p1[0]), float(p1[1])),
                thickness_m=float(body.area / length),
                body=body,
            )


def _runs(face: Float64s) -> list[Float64s]:
    """A face (N, 2) cut at its corners."""
    edges = np.diff(face, axis=0)
    units = edges / np.linalg.norm(edges, axis=1)[:, None]
    turns = np.flatnonzero(np.sum(units[1:] * units[:-1], axis=1) < _CORNER_COS) + 1
    cuts = [0, *turns.tolist(), len(face) - 1]
    return [face[start : end + 1] for start, end in pairwise(cuts)]


def _faces(corners: Float64s) -> tuple[Float64s, Float64s] | None:
    """The two long faces (N, 2), (M, 2) of a counter-clockwise outline, both from the same end.

    The ends are the two shortest edges, apart from each other, between corners that both turn sharply left.
    """
    edges = np.roll(corners, -1, axis=0) - corners
    lengths = np.linalg.norm(edges, axis=1)
    units = edges / lengths[:, None]
    before = np.roll(units, 1, axis=0)
    sharp = (np.sum(units * before, axis=1) < _SQUARE_COS) & (
        before[:, 0] * units[:, 1] - before[:, 1] * units[:, 0] > 0
    )
    ends = [i for i in range(len(corners)) if sharp[i] and sharp[(i + 1) % len(corners)]]
    apart = [(i, j) for i, j in combinations(ends, 2) if j - i > 1 and (j + 1) % len(corners) != i]
    if not apart:
        return None
    i, j = min(apart, key=lambda pair: (lengths[pair[0]] + lengths[pair[1]], pair))
    one = corners[i + 1 : j + 1]
    other = np.concatenate([corners[j + 1 :], corners[: i + 1]])[::-1]
    return (other, one) if len(one) >= 2 and len(other) >= 2 else None


def _pairs(left: shapely.LineString, right: shapely.LineString) -> Sequence[tuple[Point2, Point2]]:
    """Points of both faces that face each other: every corner and what is nearest to it on the other face."""
    pairs = [(0.0, 0.0), (left.length, right.length)]
    if len(left.coords) == len(right.coords) == 2:
        return [(_at(left, a), _at(right, b)) for a, b in pairs]
    for corner in (*left.coords, *right.coords):
        point = shapely.Point(corner)
        pairs.append((left.project(point), right.project(point)))
    points = [(_at(left, a), _at(right, b)) for a, b in sorted(pairs)]
    middle = shapely.LineString([np.add(a, b) / 2 for a, b in points])
    kept = set(shapely.simplify(middle, _CHORD_M).coords)
    return [pair for pair, point in zip(points, middle.coords, strict=True) if point in kept]


def _at(line: shapely.LineString, distance: float) -> Point2:
    point = line.interpolate(distance)
    return float(point.x), float(point.y)
