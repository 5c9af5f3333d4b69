"""What the keys of a layout must keep among each other: unique names, names that lead somewhere, lists that match."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

import shapely

from layouts.layout_file.building_model import Building, Door, UpperLevel
from layouts.layout_file.floors import Floor, floors_of
from layouts.layout_file.layout_fault import KeyPath, LayoutFault, unknown
from layouts.layout_file.layout_model import Block, Layout, RackType
from layouts.layout_file.level_checks import level_faults, outline_faults
from layouts.layout_file.placement import Placement

MAX_LOCATIONS = 1_000_000


def reference_faults(layout: Layout) -> Iterator[LayoutFault]:
    """Faults that need no geometry of racks, in the order of the numbered rules.

    1. Outlines of floors are simple polygons, counter-clockwise; those of obstacles and holes are simple.
    2. Ids are unique among levels, blocks, doors, obstacles, stations and links.
    3. Levels lie over one another within the building, and what names one names one that is there.
    4. Doors lie within a wall that is there, one beside the other.
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
    for floor in () if crossed else floors_of(layout, Placement()):
        yield from _door_faults(floor)  # 4
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
    others: Iterable[list[tuple[KeyPath, str | None]]] = (
        [((key, i, "id"), part.id) for i, part in enumerate(getattr(layout, key))]
        for key in ("blocks", "obstacles", "stations", "links")
    )
    named: list[list[tuple[KeyPath, str | None]]] = [levels, doors, *others]
    for ids in named:
        first: dict[str, KeyPath] = {}
        for path, name in ids:
            if name is not None and first.setdefault(name, path) != path:
                where = ".".join(map(str, first[name][:-1]))
                yield LayoutFault(path, f"{name!r} is also the id of {where}: give each its own")


def _door_faults(floor: Floor) -> Iterator[LayoutFault]:
    corners = floor.level.outline
    sides_m = {
        f"W{i + 1}": math.dist(corner, corners[(i + 1) % len(corners)]) for i, corner in enumerate(corners)
    }
    taken: dict[str, list[tuple[float, float, str]]] = {name: [] for name in sides_m}
    for i, door in enumerate(floor.doors):
        path: KeyPath = (*floor.path, "doors", i)
        if door.wall not in sides_m:
            yield LayoutFault((*path, "wall"), unknown(door.wall, "wall", sides_m))
            continue
        yield from _one_door(path, door, sides_m[door.wall], floor)
        for number in range(door.count):
            start_m = door.at_m + number * door.pitch_m
            for low, high, other in taken[door.wall]:
                if start_m < high - 1e-9 and low < start_m + door.width_m - 1e-9:
                    met = f"door {number + 1} of this entry overlaps {other} in {door.wall} ({low:g} … {high:g} m)"
                    yield LayoutFault((*path, "at_m"), f"{met}: move one along the wall")
                    break
            taken[door.wall].append((start_m, start_m + door.width_m, ".".join(map(str, path))))


def _one_door(path: KeyPath, door: Door, side_m: float, floor: Floor) -> Iterator[LayoutFault]:
    end_m = door.at_m + (door.count - 1) * door.pitch_m + door.width_m
    if end_m > side_m + 1e-9:
        remedy = "move it, or take a narrower or fewer doors"
        yield LayoutFault((*path, "at_m"), f"it ends at {end_m:g} m, {door.wall} at {side_m:g} m: {remedy}")
    if door.sill_m + door.height_m > floor.ceiling_m + 1e-9:
        top = f"it reaches {door.sill_m + door.height_m:g} m, above {floor.ceiling_name} {floor.ceiling_m:g}"
        yield LayoutFault((*path, "height_m"), f"{top}: lower the door or raise the hall")
    if door.id is not None and door.count > 1:
        remedy = "leave the id out, or write an entry for each door"
        yield LayoutFault((*path, "id"), f"one id {door.id!r} for {door.count} doors: {remedy}")


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
