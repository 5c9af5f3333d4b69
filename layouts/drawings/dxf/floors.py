"""The floors of a plan: enclosed by walls, drawn as such, or the hull of all that stands there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from layouts.drawings.dxf.plan import Plan
from layouts.drawings.dxf.roles import ROLES_FILE
from layouts.drawings.dxf.things import line_of
from layouts.drawings.dxf.wall_ground import enclosed_floors, hull_of, ring_of, straightened
from layouts.drawings.dxf.wall_runs import Run
from spatial.facility import Level


@dataclass(frozen=True, kw_only=True)
class Floors:
    """The floors of a plan, one a level; `is_hull` where neither walls nor outlines tell them."""

    areas: tuple[shapely.Polygon, ...]
    is_hull: bool = False

    @property
    def known(self) -> tuple[shapely.Polygon, ...]:
        """The floors that walls may bound."""
        return () if self.is_hull else self.areas

    def levels(self) -> tuple[Level, ...]:
        """A level for each floor, L0, L1, …, at height 0."""
        return tuple(
            Level(
                id=f"L{i}",
                elevation_m=0.0,
                outline=ring_of(area.exterior),
                holes=tuple(ring_of(hole) for hole in area.interiors),
            )
            for i, area in enumerate(self.areas)
        )

    def level_at(self, xy: npt.ArrayLike) -> str:
        """The level whose floor is nearest to a place."""
        distances = shapely.distance(np.array(self.areas, dtype=object), shapely.Point(np.asarray(xy)))
        return f"L{int(np.argmin(np.round(distances, 6)))}"


def floors_of(plan: Plan, runs: Sequence[Run]) -> Floors:
    """The floors of a plan whose walls are `runs`, the largest first.

    1. What the roles file says is floor.
    2. What the walls enclose.
    3. What is drawn as floor by its name.
    4. The convex hull of everything that has a role.
    """
    is_told = any(one.role == "floor" and one.reason == ROLES_FILE for one in plan.given)
    walled, drawn = enclosed_floors(runs) if runs else (), _drawn(plan)
    areas = (drawn or walled) if is_told else (walled or drawn)
    if areas:
        return Floors(areas=areas)
    placed = [shape.points for k, shape in enumerate(plan.shapes) if plan.roles.get(k, "ignore") != "ignore"]
    return Floors(areas=(hull_of(np.vstack(placed)),), is_hull=True)


def _drawn(plan: Plan) -> tuple[shapely.Polygon, ...]:
    lines = shapely.union_all([line_of(shape) for shape in plan.of("floor").values()], grid_size=1e-6)
    cells = shapely.get_parts(shapely.polygonize(shapely.get_parts(lines))).tolist()
    parts = shapely.get_parts(shapely.union_all(cells)).tolist()
    return tuple(straightened(part) for part in sorted(parts, key=lambda part: -part.area))
