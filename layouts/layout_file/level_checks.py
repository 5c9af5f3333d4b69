"""The floors of a layout lie over one another in the building, and what names one names one that is there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

import shapely

from layouts.layout_file.floors import TOUCH_M, Floor, floor_below, floors_of
from layouts.layout_file.layout_fault import KeyPath, LayoutFault, unknown
from layouts.layout_file.layout_model import Layout
from layouts.layout_file.placement import Placement
from spatial.floor.agents import AGENT_CLASSES

LEAST_AREA_M2 = 1.0

LEAST_ROOM_M = 1.0
"""Between a floor and the underside of the one above it: with less, one of the two heights is a mistake."""


def outline_faults(layout: Layout) -> Iterator[LayoutFault]:
    """Outlines of floors that are no polygons or run clockwise, and holes that are no polygons."""
    floors: list[tuple[KeyPath, shapely.Polygon]] = [
        (("building",), shapely.Polygon(layout.building.corners_m))
    ]
    for i, upper in enumerate(layout.levels):
        if not upper.is_whole:
            floors.append((("levels", i), shapely.Polygon(upper.corners_m(layout.building))))
    for path, outline in floors:
        if not outline.is_valid or outline.area < LEAST_AREA_M2:
            crossing = "crosses itself or encloses less than 1 m²: list its corners in turn"
            yield LayoutFault((*path, "outline_m"), crossing)
        elif not outline.exterior.is_ccw:
            turn = "the corners run clockwise: list them counter-clockwise, so that W1 is the first side"
            yield LayoutFault((*path, "outline_m"), turn)
    for path, holes in _holes(layout):
        for i, hole in enumerate(holes):
            if not hole.is_valid or hole.area == 0:
                crossing = "crosses itself or has no area: list its corners in turn"
                yield LayoutFault((*path, "holes", i, "outline_m"), crossing)


def _holes(layout: Layout) -> Iterator[tuple[KeyPath, Sequence[shapely.Polygon]]]:
    yield ("building",), [shapely.Polygon(hole.corners_m) for hole in layout.building.holes]
    for i, upper in enumerate(layout.levels):
        yield ("levels", i), [shapely.Polygon(hole.corners_m) for hole in upper.holes]


def level_faults(layout: Layout) -> Iterator[LayoutFault]:
    """Faults in the order of the numbered rules; none while an outline is no polygon, which is told already.

    1. What names a level, or the two that a link joins, names one that is there.
    2. A level is inside the building, and so are holes inside their floor, side by side, leaving some of it.
    3. Floors over one another have LEAST_ROOM_M between them; below the roof it is the same.
    4. Legs stand under their level, on a floor.
    """
    yield from _named_levels(layout)  # 1
    if any(outline_faults(layout)):
        return
    floors = floors_of(layout, Placement())
    for floor in floors:
        out_m = _out_of_building_m(floor, floors[0])
        if out_m > layout.building.wall_thickness_m + TOUCH_M:
            outside = f"{floor.name} reaches {out_m:.2f} m out of the building"
            remedy = "make it smaller, or the building larger"
            yield LayoutFault((*floor.path, "outline_m"), f"{outside}: {remedy}")  # 2
        yield from _hole_faults(floor)
    yield from _too_close(floors)  # 3
    for floor in floors:
        yield from _leg_faults(layout, floor, floors)  # 4


def _named_levels(layout: Layout) -> Iterator[LayoutFault]:
    known = [layout.building.level, *(level.id for level in layout.levels)]
    for key in ("walls", "blocks", "columns", "obstacles", "stations"):
        for i, part in enumerate(getattr(layout, key)):
            if part.level is not None and part.level not in known:
                yield LayoutFault((key, i, "level"), unknown(part.level, "level", known))
    whole = {block.id: block for block in layout.whole_blocks}
    for i, block in enumerate(layout.blocks):
        front = whole.get(block.behind or "")
        if block.level in known and front is not None and layout.level_of(front) != block.level:
            other = f"it stands behind {front.id!r}, which is on {layout.level_of(front)!r}"
            yield LayoutFault(("blocks", i, "level"), f"{other}: leave level out, or give at_m")
    for i, link in enumerate(layout.links):
        for end, level in (("from", link.start.level), ("to", link.end.level)):
            if level not in known:
                yield LayoutFault(("links", i, end, "level"), unknown(level, "level", known))
        if link.start.level == link.end.level:
            stays = f"it joins level {link.end.level!r} to itself: name another level"
            yield LayoutFault(("links", i, "to", "level"), stays)
        for j, agent in enumerate(link.agents):
            if agent not in AGENT_CLASSES:
                yield LayoutFault(("links", i, "agents", j), unknown(agent, "agent class", AGENT_CLASSES))


def _out_of_building_m(floor: Floor, ground: Floor) -> float:
    corners = shapely.points(shapely.get_coordinates(floor.outline.difference(ground.outline)))
    return float(shapely.distance(corners, ground.outline).max(initial=0.0))


def _hole_faults(floor: Floor) -> Iterator[LayoutFault]:
    holes = [shapely.Polygon(hole) for hole in floor.level.holes]
    outline = floor.outline.buffer(TOUCH_M, join_style="mitre")
    for i, hole in enumerate(holes):
        path: KeyPath = (*floor.path, "holes", i)
        if not outline.covers(hole):
            yield LayoutFault(
                path, f"it lies outside the floor of {floor.name}: move it in or make it smaller"
            )
        other = next((j for j in range(i) if holes[j].intersection(hole).area > TOUCH_M**2), None)
        if other is not None:
            yield LayoutFault(path, f"it overlaps hole {other} of {floor.name}: draw the two as one")
    if holes and floor.ground.area < LEAST_AREA_M2:
        yield LayoutFault(floor.path, f"the holes of {floor.name} leave no floor: make them smaller")


def _too_close(floors: Sequence[Floor]) -> Iterator[LayoutFault]:
    for one, other in combinations(floors, 2):
        low, high = sorted((one, other), key=lambda floor: floor.level.elevation_m)
        over = low.ground.intersection(high.ground.buffer(-TOUCH_M))
        room_m = low.underside_m(high)
        if room_m < LEAST_ROOM_M and over.area > 0:
            gap = f"only {room_m:g} m are between {low.name} and the underside of {high.name}"
            remedy = "raise the upper one, or draw them side by side"
            yield LayoutFault((*other.path, "elevation_m"), f"{gap}, of {LEAST_ROOM_M:g} at least: {remedy}")
    for floor in floors[1:]:
        if floor.roof_m < LEAST_ROOM_M:
            roof = f"the roof is {floor.roof_m:g} m over {floor.name}, of {LEAST_ROOM_M:g} at least"
            yield LayoutFault((*floor.path, "elevation_m"), f"{roof}: lower the level or raise the hall")


def _leg_faults(layout: Layout, floor: Floor, floors: Sequence[Floor]) -> Iterator[LayoutFault]:
    if floor.path[0] != "levels":
        return
    for i, legs in enumerate(layout.levels[int(floor.path[1])].legs):
        places = [(x, y) for x in legs.x_m for y in legs.y_m]
        away = next((at for at in places if not floor.outline.covers(shapely.Point(at))), None)
        path: KeyPath = (*floor.path, "legs", i)
        if away is not None:
            yield LayoutFault(path, f"the leg at {away} is not under {floor.name}: move it in")
        elif any(floor_below(floors, floor.level.elevation_m, at) is None for at in places):
            yield LayoutFault(path, f"a leg of {floor.name} stands on no floor: move it off the hole")
