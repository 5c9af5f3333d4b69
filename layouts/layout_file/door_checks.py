"""Doors lie within their wall, beside or above one another."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

from layouts.layout_file.building_model import Door, InnerDoor
from layouts.layout_file.floors import Floor
from layouts.layout_file.inner_walls import inner_walls
from layouts.layout_file.layout_fault import KeyPath, LayoutFault, unknown
from layouts.layout_file.layout_model import Layout
from layouts.layout_file.placement import Placement


def door_faults(layout: Layout, floors: Sequence[Floor]) -> Iterator[LayoutFault]:
    """Doors in the walls about the floors, which are in the layout's frame, and in those inside them."""
    for floor in floors:
        yield from _outer_doors(floor)
    for each in inner_walls(layout, Placement(), floors):
        wall, name = layout.walls[each.index], f"wall {each.wall.id}"
        top_m, top_name = each.wall.height_m, f"the top of {name},"
        doors = [((*each.path, "doors", i), door) for i, door in enumerate(wall.doors)]
        yield from _doors_in(name, wall.length_m, doors, top_m, top_name, "wall")


def _outer_doors(floor: Floor) -> Iterator[LayoutFault]:
    corners = floor.level.outline
    sides_m = {
        f"W{i + 1}": math.dist(corner, corners[(i + 1) % len(corners)]) for i, corner in enumerate(corners)
    }
    doors: dict[str, list[tuple[KeyPath, Door]]] = {name: [] for name in sides_m}
    for i, door in enumerate(floor.doors):
        path: KeyPath = (*floor.path, "doors", i)
        if door.wall in sides_m:
            doors[door.wall].append((path, door))
        else:
            yield LayoutFault((*path, "wall"), unknown(door.wall, "wall", sides_m))
    for name, own in doors.items():
        yield from _doors_in(name, sides_m[name], own, floor.ceiling_m, floor.ceiling_name, "hall")


def _doors_in(
    wall: str,
    length_m: float,
    doors: Iterable[tuple[KeyPath, Door | InnerDoor]],
    top_m: float,
    top_name: str,
    raised: str,
) -> Iterator[LayoutFault]:
    """Faults of the doors in one wall that is so long and high; `raised` is what makes room for higher ones."""
    taken: list[tuple[float, float, Door | InnerDoor, str]] = []
    for path, door in doors:
        end_m = door.at_m + (door.count - 1) * door.pitch_m + door.width_m
        if end_m > length_m + 1e-9:
            remedy = "move it, or take a narrower or fewer doors"
            yield LayoutFault((*path, "at_m"), f"it ends at {end_m:g} m, {wall} at {length_m:g} m: {remedy}")
        if door.sill_m + door.height_m > top_m + 1e-9:
            top = f"it reaches {door.sill_m + door.height_m:g} m, above {top_name} {top_m:g}"
            yield LayoutFault((*path, "height_m"), f"{top}: lower the door or raise the {raised}")
        if door.id is not None and door.count > 1:
            remedy = "leave the id out, or write an entry for each door"
            yield LayoutFault((*path, "id"), f"one id {door.id!r} for {door.count} doors: {remedy}")
        for number in range(door.count):
            start_m = door.at_m + number * door.pitch_m
            for low, high, other, other_path in taken:
                beside = start_m >= high - 1e-9 or low >= start_m + door.width_m - 1e-9
                if not beside and not _is_over(door, other):
                    met = f"door {number + 1} of this entry overlaps {other_path} in {wall} ({low:g} … {high:g} m)"
                    yield LayoutFault((*path, "at_m"), f"{met}: move one along the wall")
                    break
            taken.append((start_m, start_m + door.width_m, door, ".".join(map(str, path))))


def _is_over(door: Door | InnerDoor, other: Door | InnerDoor) -> bool:
    """Whether one of the two begins where the other ends, or higher, as a window over a door."""
    below, above = sorted((door, other), key=lambda each: each.sill_m)
    return above.sill_m >= below.sill_m + below.height_m - 1e-9
