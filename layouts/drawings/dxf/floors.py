"""The floor of a plan: drawn as such, enclosed by walls, or the hull of all that stands there."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

from layouts.drawings.dxf.plan import Plan
from layouts.drawings.dxf.things import line_of
from layouts.drawings.dxf.wall_ground import Ground, enclosed_ground, hull_of, ring_of
from layouts.drawings.dxf.wall_runs import Run
from spatial.facility import Point2

LEAST_HOLE_M2 = 0.1

Floor = tuple[Ground, tuple[Point2, ...], tuple[tuple[Point2, ...], ...], list[str]]


def floor_of_plan(plan: Plan, runs: Sequence[Run]) -> Floor:
    """The floor against which walls are placed, its outline and holes, and notes.

    1. Shapes of the role floor, the largest area they enclose.
    2. What the walls enclose.
    3. The convex hull of everything that has a role.
    """
    drawn = list(plan.of("floor").values())
    notes: list[str] = []
    if drawn:
        lines = shapely.union_all([line_of(shape) for shape in drawn], grid_size=1e-6)
        cells = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines))).tolist()
        whole = shapely.get_parts(shapely.union_all(cells)).tolist() if cells else []
        if whole:
            floor = shapely.geometry.polygon.orient(max(whole, key=lambda part: part.area))
            if len(whole) > 1:
                notes.append(f"{len(whole)} separate floors are drawn: the largest is taken")
            return _floor(Ground(floor=floor, floors=len(whole)), floor, notes)
        notes.append("what is drawn as floor encloses nothing")
    ground = enclosed_ground(runs) if runs else Ground(floor=None, floors=0)
    if ground.floor is not None:
        if ground.floors > 1:
            notes.append(f"the walls enclose {ground.floors} separate floors: the largest is taken")
        return _floor(ground, ground.floor, notes)
    why = "the walls do not close around the floor" if runs else "there are no walls"
    notes.append(f"{why}: the floor's outline is the convex hull of all that stands there")
    placed = [shape.points for k, shape in enumerate(plan.shapes) if plan.roles.get(k, "ignore") != "ignore"]
    return ground, hull_of(np.vstack(placed)), (), notes


def _floor(ground: Ground, floor: shapely.Polygon, notes: list[str]) -> Floor:
    holes = tuple(ring_of(hole) for hole in floor.interiors if shapely.Polygon(hole).area >= LEAST_HOLE_M2)
    return ground, ring_of(floor.exterior), holes, notes
