"""Single things in a plan: shapes that belong together, the ground they take, their rectangle."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from layouts.drawings.dxf.components import components, groups_of
from layouts.drawings.dxf.shapes import Shape
from layouts.drawings.dxf.strokes import Points

TOUCH_M = 0.002
"""Shapes nearer than this belong to one thing."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Box:
    """A rectangle in plan: `size` along its longer axis at `yaw` in (-π/2, π/2], and across."""

    center: Points
    size: tuple[float, float]
    yaw: float

    def polygon(self) -> shapely.Polygon:
        """Its corners."""
        c, s = math.cos(self.yaw), math.sin(self.yaw)
        half = np.array([[1, 1], [-1, 1], [-1, -1], [1, -1]]) * np.array(self.size) / 2
        return shapely.Polygon(half @ np.array([[c, s], [-s, c]]) + self.center)


@dataclass(frozen=True, kw_only=True, eq=False)
class Thing:
    """Shapes that belong together, by their index, and the names of their layers and blocks."""

    shapes: tuple[int, ...]
    points: Points
    arcs: Points
    names: str
    ground: shapely.Geometry
    """What its outlines cover; of open lines the convex hull."""


def things_of(shapes: Mapping[int, Shape], block_of: Mapping[int, str | None]) -> list[Thing]:
    """Shapes (by index) as things.

    1. One copy of the block that gave the role is one thing; so is a copy of a block that is there more than
       once.
    2. What is left belongs together where it touches.
    """
    copies = Counter(shape.blocks[-1] for shape in _copies(shapes))
    groups: dict[tuple[str, int], list[int]] = {}
    loose: list[int] = []
    for k, shape in shapes.items():
        if len(shape.points) < 2:
            groups[("point", k)] = [k]
            continue
        block = block_of[k]
        depth = _innermost(shape, block) if block is not None else len(shape.blocks) - 1
        if depth >= 0 and (block is not None or copies[shape.blocks[depth]] > 1):
            groups.setdefault(("copy", shape.inserts[depth]), []).append(k)
        else:
            loose.append(k)
    lists = [*groups.values(), *_touching([shapes[k] for k in loose], loose)]
    return [_thing_of(shapes, members) for members in sorted(lists)]


def _copies(shapes: Mapping[int, Shape]) -> list[Shape]:
    """One shape of each innermost block copy."""
    return list({shape.inserts[-1]: shape for shape in shapes.values() if shape.inserts}.values())


def _innermost(shape: Shape, block: str) -> int:
    return len(shape.blocks) - 1 - shape.blocks[::-1].index(block)


def _touching(shapes: Sequence[Shape], names: Sequence[int]) -> list[list[int]]:
    if not shapes:
        return []
    lines = np.array([line_of(shape) for shape in shapes], dtype=object)
    a, b = shapely.STRtree(lines).query(lines, predicate="dwithin", distance=TOUCH_M)
    roots = components(len(shapes), a, b)
    return [[names[i] for i in group] for group in groups_of(roots)]


def _thing_of(shapes: Mapping[int, Shape], members: Sequence[int]) -> Thing:
    """The thing that those shapes are."""
    own = [shapes[k] for k in members]
    points = np.vstack([shape.points for shape in own])
    names = " ".join(dict.fromkeys(name for shape in own for name in (*shape.blocks, shape.layer)))
    arcs = np.concatenate([shape.arcs for shape in own])
    return Thing(shapes=tuple(members), points=points, arcs=arcs, names=names, ground=_ground(own, points))


def _ground(own: Sequence[Shape], points: Points) -> shapely.Geometry:
    """What closed outlines cover. With open lines among them it is what all of them enclose, or their convex hull
    where they enclose less than half of that.
    """
    outlines = [outline_of(shape) for shape in own]
    closed = shapely.union_all([outline for outline in outlines if outline is not None])
    if None not in outlines:
        return closed
    lines = shapely.union_all([line_of(shape) for shape in own])
    cells = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines)))
    traced = shapely.union_all([closed, *cells.tolist()])
    hull = shapely.MultiPoint(points).convex_hull
    return traced if traced.area >= 0.5 * hull.area else hull


def outline_of(shape: Shape) -> shapely.Polygon | None:
    """The ground of a closed shape; None for others and for those without an area."""
    ring = shape.points
    if len(ring) > 3 and not shape.closed and math.dist(ring[0], ring[-1]) <= TOUCH_M:
        ring = ring[:-1]
    elif not shape.closed or len(ring) < 3:
        return None
    polygon = shapely.make_valid(shapely.Polygon(ring))
    parts = [part for part in shapely.get_parts(polygon).tolist() if part.geom_type == "Polygon"]
    largest = max(parts, key=lambda part: part.area, default=None)
    return largest if largest is not None and largest.area > 1e-6 else None


def line_of(shape: Shape) -> shapely.Geometry:
    """The line that a shape draws."""
    if len(shape.points) < 2:
        return shapely.Point(shape.points[0])
    ring = np.vstack([shape.points, shape.points[:1]]) if shape.closed else shape.points
    return shapely.LineString(ring)


def box_of(ground: shapely.Geometry) -> Box | None:
    """The least rectangle around some ground; None when it has no area."""
    ring = shapely.oriented_envelope(ground)
    if ring.geom_type != "Polygon" or ring.area <= 1e-9:
        return None
    corners = np.asarray(ring.exterior.coords)[:4]
    edges = np.diff(corners[:3], axis=0)
    lengths = np.linalg.norm(edges, axis=1)
    longer = int(lengths[1] > lengths[0] + 1e-9)
    yaw = math.atan2(edges[longer][1], edges[longer][0])
    is_square = abs(lengths[1] - lengths[0]) <= 1e-6
    yaw = math.remainder(yaw, math.pi / 2 if is_square else math.pi)
    yaw = yaw + math.pi if yaw <= -math.pi / 2 + 1e-12 else yaw
    return Box(
        center=corners.mean(axis=0), size=(float(lengths[longer]), float(lengths[1 - longer])), yaw=yaw
    )
