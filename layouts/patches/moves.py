"""Moving rows as they are: shifted, turned, and to one side for a wider aisle."""

from __future__ import annotations

import math

from layouts.layout_file.placement import Placement
from layouts.patches.aisle_lanes import floors_before, floors_now, lane_of, runs_back, width_of
from layouts.patches.beside import (
    block_of,
    box_about,
    extent,
    mate_of,
    side_towards,
)
from layouts.patches.chosen import chosen_rows
from layouts.patches.draft import Draft, known_id, refuse
from layouts.patches.lanes import TOUCH_M, FoundLane
from layouts.patches.patch_model import ShiftRow, TurnBlock, WidenAisle
from spatial.facility import Aisle, Point2, Rack

BESIDE_M = 0.5
"""Rows whose faces are so far behind the nearest one still stand at the same side of an aisle."""


def shift_row(draft: Draft, said: ShiftRow) -> None:
    """Move rows along and across the first one."""
    rows = chosen_rows(draft, said)
    by = Placement((0.0, 0.0), rows[0].yaw_rad).point(*said.by_m)
    _shift(draft, [rack.id for rack in rows], by)
    left = [
        rack.back_to_back
        for rack in rows
        if rack.back_to_back and rack.back_to_back not in {each.id for each in rows}
    ]
    if left:
        draft.notes.append(f"rack {', '.join(left)} stays where it is: its mate was moved alone")


def turn_block(draft: Draft, said: TurnBlock) -> None:
    """Turn rows about their middle or a point."""
    rows = chosen_rows(draft, said)
    if said.about == "center":
        frame = Placement((0.0, 0.0), rows[0].yaw_rad)
        low_x, high_x, low_y, high_y = box_about(rows, frame)
        pivot = frame.point((low_x + high_x) / 2, (low_y + high_y) / 2)
    else:
        pivot = said.about
    still, turned = Placement(pivot), Placement(pivot, math.radians(said.by_deg))

    def placed(at: Point2) -> Point2:
        return turned.point(*still.local(at))

    draft.move((rack.id for rack in rows), placed, math.radians(said.by_deg))


def widen_aisle(draft: Draft, said: WidenAisle) -> None:
    """Move one side of an aisle away from the other, or closer."""
    aisle = draft.aisles[known_id(said.aisle, draft.aisles, "aisle", ("aisle",))]
    if aisle.cross:
        remedy = "move the rows at it with shift_row, or open another with open_cross_aisle"
        refuse(("aisle",), f"{aisle.id} is a cross-aisle: {remedy}")
    lane, width_m = _lane_of(draft, aisle)
    axis = _axis(lane, is_back=runs_back(aisle, lane, draft, floors_before(draft)[aisle.level]))
    at_it = {side: _rows_at(draft, lane, axis, aisle.level, side) for side in (1, -1)}
    side = _moving_side(said, at_it)
    rows = at_it[side]
    if said.carrying == "row":
        mates = {mate_of(rack, side_of_back(rack, axis), draft.racks) for rack in rows}
        names = [name for name in draft.racks if name in {rack.id for rack in rows} | mates]
    else:
        group = {name for rack in rows for name in block_of(rack, draft.racks)}
        names = [
            name
            for name in draft.racks
            if name in group and side * axis.local(draft.racks[name].center)[1] > 0
        ]
    by_m = said.to_m - width_m
    away = Placement((0.0, 0.0), axis.yaw_rad).point(0.0, side * by_m)
    _shift(draft, names, away)
    _require_width(draft, aisle, said.to_m, width_m)


def side_of_back(rack: Rack, axis: Placement) -> int:
    """The side of a row that looks away from a lane."""
    return -side_towards(rack, axis.origin)


def _shift(draft: Draft, names: list[str], by: Point2) -> None:
    draft.move(names, lambda at: (at[0] + by[0], at[1] + by[1]))


def _lane_of(draft: Draft, aisle: Aisle) -> tuple[FoundLane, float]:
    """The lane of an aisle as it is now, and its clear width."""
    before = floors_before(draft)[aisle.level]
    lane = lane_of(aisle, before, floors_now(draft)[aisle.level])
    if lane is None:
        message = f"no two sides bound aisle {aisle.id}, so it has no width"
        refuse(("aisle",), f"{message}: shift its rows instead")
    return lane, width_of(aisle, lane, before)


def _axis(lane: FoundLane, *, is_back: bool) -> Placement:
    """Along the middle of a lane, the way the aisle runs."""
    yaw = math.atan2(lane.p1[1] - lane.p0[1], lane.p1[0] - lane.p0[0])
    return Placement(lane.p1, yaw).at(0.0, 0.0, 180.0) if is_back else Placement(lane.p0, yaw)


def _rows_at(draft: Draft, lane: FoundLane, axis: Placement, level: str, side: int) -> list[Rack]:
    """The rows that stand at one side of a lane."""
    length_m = math.dist(lane.p0, lane.p1)
    found: list[tuple[float, Rack]] = []
    for rack in draft.racks.values():
        low_x, high_x, low_y, high_y = extent(rack, axis)
        away_m = low_y if side > 0 else -high_y
        is_along = min(high_x, length_m) - max(low_x, 0.0) > min(rack.length_m, length_m) / 3
        turned = abs(math.cos(rack.yaw_rad - axis.yaw_rad)) > math.cos(math.radians(3))
        if rack.level == level and turned and is_along and away_m > 0:
            found.append((away_m, rack))
    nearest_m = min((away_m for away_m, _ in found), default=0.0)
    if nearest_m > lane.clear_width_m / 2 + BESIDE_M:
        return []
    return [rack for away_m, rack in found if away_m <= nearest_m + BESIDE_M]


def _moving_side(said: WidenAisle, at_it: dict[int, list[Rack]]) -> int:
    names = {side: [rack.id for rack in rows] for side, rows in at_it.items()}
    if said.moving in ("left", "right"):
        side = 1 if said.moving == "left" else -1
        if not names[side]:
            other = "right" if side > 0 else "left"
            refuse(("moving",), f"no row stands on the {said.moving} of aisle {said.aisle}: write {other}")
        return side
    for side in (1, -1):
        if said.moving in names[side]:
            return side
    known_id(said.moving, ["left", "right", *names[1], *names[-1]], "side or row at the aisle", ("moving",))
    raise AssertionError


def _require_width(draft: Draft, aisle: Aisle, to_m: float, was_m: float) -> None:
    """Refuse where something that does not move keeps the lane from its new width."""
    _, width_m = _lane_of(draft, aisle)
    if abs(width_m - to_m) > 2 * TOUCH_M:
        message = f"aisle {aisle.id} becomes {width_m:.2f} m wide, not {to_m:g} m (it was {was_m:.2f} m)"
        refuse(("to_m",), f"{message}: something fixed stands at that side, so move the other one")
