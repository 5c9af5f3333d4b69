"""What the keys of a layout must keep among each other: unique names, names that lead somewhere, lists that match."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import shapely

from layouts.layout_file.building_model import Building, UpperLevel
from layouts.layout_file.door_checks import door_faults
from layouts.layout_file.floors import TOUCH_M, Floor, floors_of
from layouts.layout_file.layout_fault import KeyPath, LayoutFault, unknown
from layouts.layout_file.layout_model import Block, Layout, RackType
from layouts.layout_file.level_checks import level_faults, outline_faults
from layouts.layout_file.placement import Placement

MAX_LOCATIONS = 1_000_000


def reference_faults(layout: Layout) -> Iterator[LayoutFault]:
    """Faults that need no geometry of racks, in the order of the numbered rules.

    1. Outlines of floors are simple polygons, counter-clockwise; those of obstacles and holes are simple.
    2. Ids are unique among levels, walls, blocks, doors, obstacles, stations and links.
    3. Levels lie over one another within the building, and what names one names one that is there.
    4. Walls have a length. Doors lie within a wall that is there, beside or above one another.
    5. A block's rack type and the block it is behind are there; its aisle widths match its rows.
    6. No more than MAX_LOCATIONS.
    """
    crossed = list(outline_faults(layout))
    yield from crossed
    for i, box in enumerate(layout.obstacles):
        footprint = shapely.Polygon(box.corners_m)
        if not footprint.is_valid or footprint.area == 0:
            crossing = "crosses itself or has no area: list its corners in turn"
            yield LayoutFault(("obstacles", i, "outline_m"), crossing)  # 1
    yield from _repeated(layout)  # 2
    yield from level_faults(layout)  # 3
    floors = () if crossed else floors_of(layout, Placement())
    yield from _outer_ids(layout, floors)  # 2
    for i, wall in enumerate(layout.walls):
        if wall.length_m < TOUCH_M:
            short = f"the wall is {wall.length_m:g} m long, of {TOUCH_M:g} at least: move one of its ends"
            yield LayoutFault(("walls", i, "to_m"), short)  # 4
    yield from door_faults(layout, floors)
    yield from _block_faults(layout)  # 5
    yield from _too_many(layout)  # 6


def _repeated(layout: Layout) -> Iterator[LayoutFault]:
    building = layout.building
    levels: list[tuple[KeyPath, str | None]] = [(("building", "level"), building.level)]
    levels += [(("levels", i, "id"), level.id) for i, level in enumerate(layout.levels)]
    parts: list[tuple[KeyPath, Building | UpperLevel]] = [(("building",), building)]
    parts += [(("levels", i), level) for i, level in enumerate(layout.levels)]
    doors = [
        ((*path, "doors", i, "id"), door.id) for path, part in parts for i, door in enumerate(part.doors)
    ]
    doors += [
        (("walls", i, "doors", j, "id"), door.id)
        for i, wall in enumerate(layout.walls)
        for j, door in enumerate(wall.doors)
    ]
    others: Iterable[list[tuple[KeyPath, str | None]]] = (
        [((key, i, "id"), part.id) for i, part in enumerate(getattr(layout, key))]
        for key in ("walls", "blocks", "obstacles", "stations", "links")
    )
    named: list[list[tuple[KeyPath, str | None]]] = [levels, doors, *others]
    for ids in named:
        first: dict[str, KeyPath] = {}
        for path, name in ids:
            if name is not None and first.setdefault(name, path) != path:
                where = ".".join(map(str, first[name][:-1]))
                yield LayoutFault(path, f"{name!r} is also the id of {where}: give each its own")


def _outer_ids(layout: Layout, floors: Iterable[Floor]) -> Iterator[LayoutFault]:
    outer = {name: floor.name for floor in floors for name in floor.wall_ids}
    for i, wall in enumerate(layout.walls):
        if wall.id in outer:
            owner = f"{wall.id!r} is also the id of a wall about {outer[wall.id]}"
            yield LayoutFault(("walls", i, "id"), f"{owner}: choose another, or leave it out")


def _block_faults(layout: Layout) -> Iterator[LayoutFault]:
    above: list[str] = []
    for i, (block, whole) in enumerate(zip(layout.blocks, layout.whole_blocks, strict=True)):
        if block.behind is not None and block.behind not in above:
            yield LayoutFault(("blocks", i, "behind"), unknown(block.behind, "block listed above", above))
        if whole.rack not in layout.rack_types:
            yield LayoutFault(("blocks", i, "rack"), unknown(whole.rack, "rack type", layout.rack_types))
        yield from _one_block(i, whole, layout.rack_types.get(whole.rack, RackType()))
        above.append(block.id)


def _one_block(i: int, block: Block, rack_type: RackType) -> Iterator[LayoutFault]:
    widths, wanted = block.aisle_widths_m, len(block.rows) - 1
    if widths is not None and len(widths) != wanted:
        message = f"{len(widths)} widths for {wanted} aisles between the {wanted + 1} entries of rows"
        yield LayoutFault(("blocks", i, "aisle_widths_m"), f"{message}: give one for each aisle")
    if len(rack_type.widths_m(block.bays)) != block.bays:
        message = (
            f"{block.bays} bays of rack type {block.rack!r}, which has {len(rack_type.bay_widths_m or ())}"
        )
        yield LayoutFault(("blocks", i, "bays"), f"{message} bay_widths_m: make the two agree")
    if block.rows == (1,) and not block.open_sides:
        remedy = "set open_sides: [right] (or [left], or both)"
        yield LayoutFault(
            ("blocks", i, "rows"), f"the single row of block {block.id!r} faces no aisle: {remedy}"
        )


def _too_many(layout: Layout) -> Iterator[LayoutFault]:
    """Counted from what the blocks say, before any place is made."""
    count = 0
    for i, block in enumerate(layout.whole_blocks):
        rack_type = layout.rack_types.get(block.rack, RackType())
        tiers = len(rack_type.tiers_m) + rack_type.floor_places
        count += sum(block.rows) * block.bays * tiers * rack_type.positions
        if count > MAX_LOCATIONS:
            message = (
                f"with this block the layout has {count} places, more than {MAX_LOCATIONS}: split the hall"
            )
            yield LayoutFault(("blocks", i), message)
            return
