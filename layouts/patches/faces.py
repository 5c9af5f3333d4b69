"""Which sides of rows face an aisle, and which rows are mates, once rows have moved."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import shapely

from layouts.layout_file.found_blocks import WIDEST_FLUE_M
from layouts.layout_file.layout_fault import LayoutFault
from layouts.patches.beside import Side, frame_of, mate_of, side_towards
from layouts.patches.draft import Draft
from layouts.patches.lanes import Floor, lane_at
from spatial.facility import Rack


def set_faces(draft: Draft, floors: dict[str, Floor]) -> Iterator[LayoutFault]:
    """Faces and mates of the rows that changed, and of those beside them; a fault for a row that faces nothing more.

    1. A side with another row, or the wall, closer than a flue faces no aisle; such rows are mates.
    2. A side whose mate went away faces an aisle. Any other side is as it was.
    """
    before = {rack.id: rack for rack in draft.base.racks}
    for name in _concerned(draft, before):
        rack = draft.racks[name]
        mates = {side: mate_of(rack, side, draft.racks) for side in (1, -1)}
        former = before.get(draft.parent.get(name, name))
        freed = None if former is None else _freed_side(former, before, mates)
        if freed is not None and not _is_lane((name, freed), floors[rack.level]):
            freed = None
        faces = tuple(
            side
            for side in (*rack.faces, *({1, -1} - {*rack.faces}))
            if (side in rack.faces or side == freed)
            and mates[side] is None
            and not _is_at_wall(rack, side, floors[rack.level])
        )
        if not faces:
            closed = ", ".join(f"rack {mate}" for mate in mates.values() if mate) or "the wall"
            path = ("changes", draft.touched.get(("racks", name), draft.change))
            message = f"rack {name} faces no aisle any more, {closed} is closer than {WIDEST_FLUE_M} m to it"
            yield LayoutFault(path, f"{message}: leave room for a lane, or take one of the two away")
            continue
        backs = [mates[side] for side in (1, -1) if mates[side] is not None and side not in faces]
        draft.racks[name] = replace(rack, faces=faces, back_to_back=backs[0] if backs else None)
    for name, rack in draft.racks.items():
        mate = draft.racks.get(rack.back_to_back or "")
        if rack.back_to_back is not None and (mate is None or mate.back_to_back != name):
            was = before.get(name)
            if was is None or was.back_to_back != rack.back_to_back or mate is None:
                draft.racks[name] = replace(draft.racks[name], back_to_back=None)


def _concerned(draft: Draft, before: dict[str, Rack]) -> list[str]:
    """Rows that changed, their mates of before, and the rows that changed ones now stand back to back with."""
    changed = {name for kind, name in draft.touched if kind == "racks"}
    found = set(changed)
    found |= {rack.id for rack in before.values() if rack.back_to_back in changed}
    for name in changed & draft.racks.keys():
        found |= {mate for side in (1, -1) if (mate := mate_of(draft.racks[name], side, draft.racks))}
    return [name for name in draft.racks if name in found]


def _freed_side(former: Rack, before: dict[str, Rack], mates: dict[int, str | None]) -> int | None:
    """The side on which a mate stood that is free now."""
    mate = before.get(former.back_to_back or "")
    if mate is None:
        return None
    side = side_towards(former, mate.center)
    return side if mates[side] is None else None


def _is_lane(side: Side, floor: Floor) -> bool:
    """Whether a side looks onto open floor, or onto a lane wider than a flue."""
    lane = lane_at(side, floor)
    return lane is None or lane.clear_width_m >= WIDEST_FLUE_M


def _is_at_wall(rack: Rack, side: int, floor: Floor) -> bool:
    """Whether less than a flue is left between a side and the wall over most of its length."""
    half = side * rack.depth_m / 2
    strip = shapely.Polygon(frame_of(rack).box(0.0, half, rack.length_m, half + side * WIDEST_FLUE_M))
    return bool(floor.outline) and strip.difference(floor.outline).area > strip.area / 8
