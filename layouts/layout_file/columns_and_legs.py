"""What carries the floors of a layout: columns that go up through them, and the legs of a mezzanine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import count

import shapely

from layouts.layout_file.floors import Floor, floor_below
from layouts.layout_file.layout_fault import KeyPath
from layouts.layout_file.layout_model import Layout
from layouts.layout_file.placement import Placement
from layouts.layout_file.standing_checks import column_footprint
from spatial.facility import Column, Obstacle


def columns_of(layout: Layout, site: Placement, floors: Sequence[Floor]) -> list[tuple[int, Column]]:
    """Every column with the index of its grid; those that go through a floor above stand on that one too.

    Where a level has a column of its own at that place, that is the one.
    """
    by_id = {floor.level.id: floor for floor in floors}
    drawn: list[tuple[int, Column]] = []
    for grid, columns in enumerate(layout.columns):
        floor = by_id[layout.level_of(columns)]
        for x, y in ((x, y) for x in columns.x_m for y in columns.y_m):
            column = Column(
                id=f"C{len(drawn) + 1}",
                level=floor.level.id,
                center=site.point(x, y),
                size_m=columns.size_m,
                yaw_rad=site.yaw_rad,
                height_m=floor.roof_m,
            )
            drawn.append((grid, column))
    own = {
        name: shapely.union_all([column_footprint(column) for _, column in drawn if column.level == name])
        for name in by_id
    }
    numbers = count(len(drawn) + 1)
    for grid, column in list(drawn):
        for above in by_id[column.level].above:
            middle = shapely.Point(column.center)
            if above.ground.covers(middle) and not own[above.level.id].covers(middle):
                through = replace(column, id=f"C{next(numbers)}", level=above.level.id, height_m=above.roof_m)
                drawn.append((grid, through))
    return drawn


def legs_of(layout: Layout, site: Placement, floors: Sequence[Floor]) -> Iterator[tuple[KeyPath, Obstacle]]:
    """The legs of every level, each from the floor below it to the underside of its own; with their keys."""
    by_id = {floor.level.id: floor for floor in floors}
    taken = {box.id for box in layout.obstacles}
    for i, upper in enumerate(layout.levels):
        floor = by_id[upper.id]
        names = (name for n in count(1) if (name := f"{upper.id}-LEG{n}") not in taken)
        for grid, legs in enumerate(upper.legs):
            for at in ((x, y) for x in legs.x_m for y in legs.y_m):
                below = floor_below(floors, upper.elevation_m, site.point(*at))
                if below is None:
                    continue
                yield (
                    ("levels", i, "legs", grid),
                    Obstacle(
                        id=next(names),
                        level=below.level.id,
                        kind="mezzanine_leg",
                        footprint=site.at(*at).box(
                            -legs.size_m[0] / 2, -legs.size_m[1] / 2, legs.size_m[0] / 2, legs.size_m[1] / 2
                        ),
                        z0_m=0.0,
                        z1_m=below.underside_m(floor),
                        movable=False,
                    ),
                )
