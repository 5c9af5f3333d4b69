"""What bodies cover in plan, and between which heights."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from layouts.drawings.ifc.raw_model import Float64s, Int32s, RawElement
from spatial.facility import Point2

GRID_M = 1e-6
"""Plan coordinates are rounded to this, so that faces that meet do meet."""

STRAIGHT_M = 1e-4
"""Corners that lie this near the line between their neighbours are none."""

NO_AREA_M2 = 1e-8
MANY_FACES = 2000
"""A thing modelled in more faces, down to its screws, covers its hull."""

SLIT_M = 1e-5
UPRIGHT_M2 = 1e-13
"""Triangles with less area in plan stand upright; slim ones that lie flat are needed to leave no slit."""


@dataclass(frozen=True, kw_only=True)
class Solid:
    """An element with what it covers in plan and its lowest and highest point, metres in the world."""

    element: RawElement
    plan: shapely.Polygon | shapely.MultiPolygon
    z0_m: float
    z1_m: float

    @property
    def outlines(self) -> tuple[shapely.Polygon, ...]:
        """The separate areas of its plan, the largest first."""
        return polygons_of(self.plan)


def solid_of(element: RawElement, parts: Sequence[RawElement] = ()) -> Solid | None:
    """The element with its parts as one solid; None when none of them has a body that covers anything."""
    bodies = [each for each in (element, *parts) if each.has_body]
    if not bodies:
        return None
    plans = [_plan(each, as_hull=element.role == "thing" and len(each.faces) > MANY_FACES) for each in bodies]
    plan = tidy(plans[0] if len(plans) == 1 else shapely.union_all(plans, grid_size=GRID_M))
    if plan.is_empty:
        return None
    heights = np.concatenate([each.vertices[np.unique(each.faces), 2] for each in bodies])
    return Solid(element=element, plan=plan, z0_m=float(heights.min()), z1_m=float(heights.max()))


def _plan(element: RawElement, *, as_hull: bool) -> shapely.Geometry:
    if as_hull:
        return shapely.MultiPoint(element.vertices[np.unique(element.faces), :2]).convex_hull
    return covered(element.vertices, element.faces)


def covered(vertices: Float64s, faces: Int32s) -> shapely.Geometry:
    """What triangles cover in plan: one polygon or several, with holes where one can look through.

    Of a closed body the faces that look up cover all that it covers. Where that comes out in pieces or with
    holes, all faces are taken, and slits that rounding leaves between triangles are closed.
    """
    corners = vertices[faces][:, :, :2]
    edges = corners[:, 1:] - corners[:, :1]
    area = (edges[:, 0, 0] * edges[:, 1, 1] - edges[:, 0, 1] * edges[:, 1, 0]) / 2
    looks_up = area > UPRIGHT_M2
    if _is_closed(faces):
        plan = shapely.union_all(shapely.polygons(corners[looks_up]), grid_size=GRID_M)
        if isinstance(plan, shapely.Polygon) and not plan.interiors:
            return plan
    plan = shapely.union_all(shapely.polygons(corners[looks_up | (area < -UPRIGHT_M2)]), grid_size=GRID_M)
    return plan.buffer(SLIT_M, join_style="mitre").buffer(-SLIT_M, join_style="mitre")


def _is_closed(faces: Int32s) -> bool:
    """Whether every edge of the triangles is passed once in each direction, as on the skin of a body."""
    edges = faces[:, [0, 1, 1, 2, 2, 0]].reshape(-1, 2).astype(np.int64)
    count = edges.max() + 1
    there, back = np.sort(edges[:, 0] * count + edges[:, 1]), np.sort(edges[:, 1] * count + edges[:, 0])
    return bool(np.array_equal(there, back) and (np.diff(there) > 0).all())


def top_of(element: RawElement) -> tuple[shapely.Geometry, float]:
    """What the upper faces of a slab cover, and how high most of them lie (by area)."""
    corners = element.vertices[element.faces]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    size = np.linalg.norm(normals, axis=1)
    flat = np.abs(normals[:, 2]) > 0.7 * np.maximum(size, NO_AREA_M2)
    heights, areas = corners[flat, :, 2].mean(axis=1), size[flat] / 2
    middle = (element.vertices[:, 2].max() + element.vertices[:, 2].min()) / 2
    upper = heights >= middle - NO_AREA_M2
    if not upper.any():
        return shapely.Polygon(), float(element.vertices[:, 2].max())
    order = np.argsort(heights[upper], kind="stable")
    half = np.searchsorted(np.cumsum(areas[upper][order]), areas[upper].sum() / 2)
    top = float(heights[upper][order][min(half, len(order) - 1)])
    return tidy(covered(element.vertices, element.faces[flat][upper])), top


def tidy(geometry: shapely.Geometry) -> shapely.Polygon | shapely.MultiPolygon:
    """Its areas, without corners that are none; empty if it has no area."""
    kept = [each for each in polygons_of(shapely.simplify(geometry, STRAIGHT_M)) if each.area > NO_AREA_M2]
    return kept[0] if len(kept) == 1 else shapely.MultiPolygon(kept)


def polygons_of(geometry: shapely.Geometry) -> tuple[shapely.Polygon, ...]:
    """The polygons in any geometry, the largest first."""
    parts = [
        each
        for each in shapely.get_parts(geometry)
        if isinstance(each, shapely.Polygon) and not each.is_empty
    ]
    nested = [
        each
        for part in shapely.get_parts(geometry)
        if isinstance(part, shapely.MultiPolygon)
        for each in part.geoms
    ]
    return tuple(sorted((*parts, *nested), key=lambda each: (-each.area, each.bounds)))


def filled(polygon: shapely.Polygon) -> shapely.Polygon:
    """The polygon without its holes."""
    return shapely.Polygon(polygon.exterior)


def ring(points: Iterable[Sequence[float]]) -> tuple[Point2, ...]:
    """Corners of a closed line, each once, counter-clockwise."""
    line = shapely.LinearRing(points)
    corners = np.asarray(line.coords)[:-1, :2]
    if not line.is_ccw:
        corners = corners[::-1]
    return tuple((float(x), float(y)) for x, y in corners)
