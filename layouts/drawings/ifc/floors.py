"""The floor of a storey inside its walls, from walls, slabs and spaces in plan."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import shapely

from layouts.drawings.ifc.plans import filled, polygons_of, tidy
from layouts.drawings.ifc.strips import Strip

GAP_M = 0.025
"""Walls that end this near each other close a room."""

BESIDE_M = 0.05
"""How far beside a wall's face it is looked whether there is floor."""

LEAST_FLOOR_M2 = 1.0
"""Smaller pieces are slivers between walls and slabs, not floors."""

LEAST_HOLE_M2 = 0.0025
"""Smaller holes, of pipes and anchors, are no holes to walk around."""

SLENDER_M = 0.05

ENCLOSED_SHARE, STANDING_SHARE = 0.5, 0.8
APART_SHARE = 0.05
"""A slab outside all walls is a floor of its own from this share of what walls enclose."""


@dataclass(frozen=True, kw_only=True)
class Floor:
    """Separate areas of floor, the largest first; what it covers with its outer walls; how it was found.

    `outside_m2` of slab lie outside of it: yards, ramps, steps.
    """

    areas: tuple[shapely.Polygon, ...] = ()
    footprint: shapely.Geometry = field(default_factory=shapely.Polygon)
    found_by: str = ""
    outside_m2: float = 0.0


def floor_of(
    walls: Sequence[shapely.Geometry],
    strips: Sequence[Strip],
    slabs: Sequence[shapely.Geometry],
    spaces: Sequence[shapely.Geometry],
    others: Sequence[shapely.Geometry],
    through: Sequence[shapely.Geometry] = (),
) -> Floor:
    """What can be walked on: where there is a slab (or else a space) inside the outer walls.

    1. What walls enclose is the footprint if that is most of the slab, or most of what stands there is in it,
       with large slabs that lie apart; without such walls, what slabs or spaces cover; without any of these,
       the hull of all there is.
    2. A wall with footprint on one side only is an outer one; its body is taken off, and so is what comes
       `through` from the storeys below.
    3. Where there is neither slab nor space nor wall there is no floor: a gallery ends at its edge. A
       building that has none of them anywhere is floor all over.
    """
    bodies = shapely.union_all(list(walls))
    base = shapely.union_all(list(slabs) or list(spaces))
    enclosed = shapely.union_all(_enclosed(bodies))
    if not enclosed.is_empty and _is_the_building(enclosed, base, walls, others):  # 1
        footprint, found_by = enclosed.union(shapely.union_all(_apart(base, enclosed))), "walls"
    elif not base.is_empty:
        footprint, found_by = _closed(base.union(enclosed)), "slabs" if slabs else "spaces"
    else:
        footprint, found_by = shapely.union_all([bodies, *others]).convex_hull, "hull"
    outer = [strip.body for strip in strips if len(sides_inside(strip, footprint)) == 1]  # 2
    inside = footprint.difference(shapely.union_all([*outer, *through]))
    if not base.is_empty:  # 3
        bare = [each for each in polygons_of(enclosed) if each.intersection(base).area < 0.01 * each.area]
        inside = inside.intersection(shapely.union_all([_closed(base.union(bodies)), *bare]))
        inside = inside.difference(_holes(base, bodies))
    areas = [each for each in polygons_of(tidy(inside)) if _is_floor(each)] or polygons_of(footprint)
    return Floor(
        areas=tuple(_without_pinholes(each) for each in areas),
        footprint=footprint,
        found_by=found_by,
        outside_m2=float(base.difference(footprint.buffer(GAP_M)).area),
    )


def _is_the_building(
    enclosed: shapely.Geometry,
    base: shapely.Geometry,
    walls: Sequence[shapely.Geometry],
    others: Sequence[shapely.Geometry],
) -> bool:
    """Whether walls enclose the building, and not just an office in a hall that has no walls in the model.

    A yard may be larger than the hall; but then columns, racks and machines stand in the hall.
    """
    if enclosed.area >= ENCLOSED_SHARE * base.area:
        return True
    standing = [each.intersects(enclosed) for each in (*walls, *others)]
    return bool(others) and sum(standing) >= STANDING_SHARE * len(standing)


def _apart(base: shapely.Geometry, enclosed: shapely.Geometry) -> list[shapely.Polygon]:
    """Slabs without walls that are floors of their own, not steps and pads beside the building."""
    return [
        each
        for each in polygons_of(base)
        if each.intersection(enclosed).area < 0.01 * each.area and each.area > APART_SHARE * enclosed.area
    ]


def _is_floor(polygon: shapely.Polygon) -> bool:
    return polygon.area >= LEAST_FLOOR_M2 and not polygon.buffer(-SLENDER_M).is_empty


def sides_inside(strip: Strip, footprint: shapely.Geometry) -> tuple[int, ...]:
    """The sides of a wall with footprint along more than half of them: +1 left of p0→p1, -1 right."""
    sides = []
    for side in (1, -1):
        aside = side * (strip.thickness_m / 2 + BESIDE_M) * strip.left
        line = shapely.LineString([strip.p0 + aside, strip.p1 + aside])
        if line.intersection(footprint).length > 0.5 * line.length:
            sides.append(side)
    return tuple(sides)


def _enclosed(bodies: shapely.Geometry) -> list[shapely.Polygon]:
    """Walls and what they enclose together."""
    return [
        filled(each)
        for each in polygons_of(_closed(bodies))
        if any(shapely.Polygon(hole).area > LEAST_FLOOR_M2 for hole in each.interiors)
    ]


def _closed(geometry: shapely.Geometry) -> shapely.Geometry:
    """The geometry with gaps up to twice GAP_M closed; straight faces stay where they are."""
    grown = geometry.buffer(GAP_M, join_style="mitre", mitre_limit=2.0)
    return grown.buffer(-GAP_M, join_style="mitre", mitre_limit=2.0)


def _holes(base: shapely.Geometry, bodies: shapely.Geometry) -> shapely.Geometry:
    """Holes of the slabs with their true edges, which closing gaps may have rounded or filled."""
    holes = [shapely.Polygon(hole) for each in polygons_of(base) for hole in each.interiors]
    open_holes = [hole.difference(bodies) for hole in holes if hole.area >= LEAST_HOLE_M2]
    return shapely.union_all([each for each in open_holes if not each.buffer(-GAP_M).is_empty])


def _without_pinholes(polygon: shapely.Polygon) -> shapely.Polygon:
    return shapely.Polygon(
        polygon.exterior, [hole for hole in polygon.interiors if shapely.Polygon(hole).area >= LEAST_HOLE_M2]
    )
