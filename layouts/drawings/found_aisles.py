"""The aisles of a drawn hall: a drawing shows rows; the lanes between them are measured."""

from __future__ import annotations

from collections.abc import Iterator

from layouts.layout_file.found_blocks import WIDEST_FLUE_M
from layouts.patches.aisles import WIDEST_NEW_M
from layouts.patches.beside import Side
from layouts.patches.lanes import FoundLane, floors_of, lane_at
from spatial.facility import Aisle, Facility


def aisles_of(facility: Facility) -> tuple[Aisle, ...]:
    """An aisle for each lane that sides of rows face, as wide as it is free all along; A1, A2, … in reading order.

    As in scans, what is wider than WIDEST_NEW_M is open floor; what is narrower than a flue is no lane.
    """
    levels = [level.id for level in facility.levels]
    lanes = sorted(
        _lanes(facility),
        key=lambda found: (levels.index(found[0]), round(found[1].p0[0], 2), round(found[1].p0[1], 2)),
    )
    return tuple(
        Aisle(
            id=f"A{number}",
            level=level,
            p0=lane.p0,
            p1=lane.p1,
            clear_width_m=lane.clear_width_m,
            racks=lane.racks,
        )
        for number, (level, lane) in enumerate(lanes, start=1)
    )


def _lanes(facility: Facility) -> Iterator[tuple[str, FoundLane]]:
    """Each lane once, with its level."""
    floors = floors_of(facility, facility.racks, facility.obstacles)
    done: set[Side] = set()
    for rack in facility.racks:
        for side in rack.faces:
            lane = None if (rack.id, side) in done else lane_at((rack.id, side), floors[rack.level])
            if lane is not None:
                done |= lane.sides
                if WIDEST_FLUE_M <= lane.clear_width_m <= WIDEST_NEW_M:
                    yield rack.level, lane
