"""The lane of an aisle before and after changes, and the clear width that follows."""

from __future__ import annotations

from layouts.patches.beside import Side, frame_of, side_towards
from layouts.patches.draft import Draft
from layouts.patches.lanes import Floor, FoundLane, floors_of, lane_at
from spatial.facility import Aisle, Point2, Rack

SAME_M = 1e-6
"""What differs by less is the same but for rounding."""


def floors_before(draft: Draft) -> dict[str, Floor]:
    """The floors of the base."""
    return floors_of(draft.base, draft.base.racks, draft.base.obstacles)


def floors_now(draft: Draft) -> dict[str, Floor]:
    """The floors as the changes so far leave them."""
    return floors_of(draft.base, draft.racks.values(), draft.obstacles.values())


def sides_of(aisle: Aisle, floor: Floor) -> list[Side]:
    """The sides of its rows that an aisle of the base lies before; `floor` is that of the base."""
    middle = ((aisle.p0[0] + aisle.p1[0]) / 2, (aisle.p0[1] + aisle.p1[1]) / 2)
    return [(name, side_towards(floor.racks[name], middle)) for name in aisle.racks if name in floor.racks]


def lane_of(aisle: Aisle, before: Floor, floor: Floor) -> FoundLane | None:
    """The lane that the rows of an aisle of the base, `before`, bound on `floor`; None if none of them does."""
    lanes = (lane_at(side, floor) for side in sides_of(aisle, before) if side[0] in floor.racks)
    return next((lane for lane in lanes if lane is not None), None)


def width_of(aisle: Aisle, lane: FoundLane, before: Floor) -> float:
    """The clear width of an aisle of the base whose lane is now `lane`: what the base says, and by how much the lane
    grew or shrank. So a measured width stays measured, whatever it was measured by.
    """
    was = lane_of(aisle, before, before)
    if was is None:
        return lane.clear_width_m
    grown_m = lane.clear_width_m - was.clear_width_m
    return (
        aisle.clear_width_m if abs(grown_m) <= SAME_M else max(0.0, round(aisle.clear_width_m + grown_m, 6))
    )


def runs_back(aisle: Aisle, lane: FoundLane, draft: Draft, before: Floor) -> bool:
    """Whether an aisle of the base, turned with the first old row of its `lane`, runs against the lane."""
    for name in lane.racks:
        was = before.racks.get(draft.parent.get(name, name))
        if was is not None:
            return _is_along(was, aisle.p0, aisle.p1) != _is_along(draft.racks[name], lane.p0, lane.p1)
    return False


def _is_along(rack: Rack, p0: Point2, p1: Point2) -> bool:
    frame = frame_of(rack)
    return frame.local(p1)[0] >= frame.local(p0)[0]
