"""The floor of a plan: drawn as such, enclosed by walls, or the hull of all that stands there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from layouts.drawings.dxf.plan import Plan
from layouts.drawings.dxf.roles import ROLES_FILE
from layouts.drawings.dxf.things import line_of
from layouts.drawings.dxf.wall_ground import Ground, enclosed_ground, hull_of, ring_of, straightened
from layouts.drawings.dxf.wall_runs import Run
from spatial.facility import Point2


@dataclass(frozen=True, kw_only=True)
class Floor:
    """The floor of a plan: its outline and holes, the ground against which walls are placed, and notes."""

    outline: tuple[Point2, ...]
    holes: tuple[tuple[Point2, ...], ...] = ()
    ground: Ground
    notes: tuple[str, ...] = ()


def floor_of_plan(plan: Plan, runs: Sequence[Run]) -> Floor:
    """The floor of a plan whose walls are `runs`.

    1. What the roles file says is the floor, the largest area that it encloses.
    2. What the walls enclose.
    3. What is drawn as floor by its name.
    4. The convex hull of everything that has a role.
    """
    is_told = any(one.role == "floor" and one.reason == ROLES_FILE for one in plan.given)
    walled = enclosed_ground(runs) if runs else Ground(floor=None, floors=0)
    drawn = _drawn(plan)
    for ground in (drawn, walled) if is_told else (walled, drawn):
        if ground.floor is not None:
            many = f"there are {ground.floors} separate floors: the largest is taken"
            return Floor(
                outline=ring_of(ground.floor.exterior),
                holes=tuple(ring_of(hole) for hole in ground.floor.interiors),
                ground=ground,
                notes=(many,) if ground.floors > 1 else (),
            )
    placed = [shape.points for k, shape in enumerate(plan.shapes) if plan.roles.get(k, "ignore") != "ignore"]
    why = "the walls do not close around the floor" if runs else "there are no walls and no floor"
    note = f"{why}: its outline is the convex hull of all that stands there"
    return Floor(outline=hull_of(np.vstack(placed)), ground=walled, notes=(note,))


def _drawn(plan: Plan) -> Ground:
    shapes = plan.of("floor").values()
    lines = shapely.union_all([line_of(shape) for shape in shapes], grid_size=1e-6)
    cells = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines))).tolist()
    parts = shapely.get_parts(shapely.union_all(cells)).tolist()
    largest = max(parts, key=lambda part: part.area, default=None)
    floor = None if largest is None else straightened(largest)
    return Ground(floor=floor, floors=len(parts))
