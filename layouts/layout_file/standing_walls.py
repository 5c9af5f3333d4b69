"""Inner walls as things that stand on the floor, and columns in their doorways."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

import shapely

from layouts.layout_file.floors import TOUCH_M
from layouts.layout_file.inner_walls import DrawnWall
from layouts.layout_file.layout_fault import LayoutFault
from layouts.layout_file.standing_checks import Standing, deep_m


def standing_walls(walls: Iterable[DrawnWall], outer_thickness_m: float) -> list[Standing]:
    """Inner walls as footprints; their ends may go to the far face of the wall about the hall."""
    return [
        Standing(
            f"wall {each.wall.id}",
            each.path,
            each.wall.level,
            each.body,
            0.0,
            each.wall.height_m,
            outside_m=outer_thickness_m + (each.wall.thickness_m or 0.0) / 2 + TOUCH_M,
            lets_through=each.body.difference(each.solid),
        )
        for each in walls
    ]


def blocked_doorways(walls: Sequence[DrawnWall], things: Iterable[Standing]) -> Iterator[LayoutFault]:
    """Doorways of these walls in which a column of the same floor stands; walls are built about columns elsewhere."""
    columns = [thing for thing in things if thing.path[0] == "columns"]
    near = shapely.STRtree([column.footprint for column in columns])
    for each in walls:
        for door, area in each.doorways:
            for column in (columns[i] for i in sorted(near.query(area).tolist())):
                inside_m = deep_m(area, column.footprint)
                if inside_m > TOUCH_M:
                    stands = f"{column.name} stands {inside_m:.2f} m in door {door.id} of wall {each.wall.id}"
                    yield LayoutFault(each.path, f"{stands}: move one of the two")
