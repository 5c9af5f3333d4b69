"""Rack rows of any facility as blocks: neighbours that are alike and in line are one block, the rest stand alone."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import shapely

from layouts.layout_file.found_levels import level_of, said_level
from layouts.layout_file.layout_model import Block, RackType
from layouts.layout_file.placement import Placement
from layouts.layout_file.standing_checks import rack_footprint
from spatial.facility import Aisle, Facility, Rack
from spatial.locations import world_from_rack

NEAR_SHARE = 0.8
"""A corner of a row may lie so far from where its block says, in shares of what is allowed; the rest is rounding."""

WIDEST_AISLE_M = 8.0
"""Rows further apart are blocks of their own."""

WIDEST_FLUE_M = 0.6
"""Rows closer than this stand back to back, whether they name each other or not."""

BESIDE_M = 1.0
"""A cross-aisle that begins within this of the end of a block belongs to it."""

HALF_PARALLEL_DEG = 5.0


@dataclass
class _Draft:
    """A block under way in its own frame: x along the rows from the front, y to the left, from the first row."""

    rack_type: RackType
    at_m: tuple[float, float]
    heading_deg: float
    frame: Placement
    racks: list[Rack]
    right_m: float
    rows: list[int] = field(default_factory=lambda: [1])
    aisles_m: list[float] = field(default_factory=list)
    flue_m: float | None = None


def blocks_of(
    facility: Facility,
    types: Mapping[str, str],
    rack_types: Mapping[str, RackType],
    site: Placement,
    within_m: float,
) -> list[Block]:
    """The blocks of a facility's racks in the frame of `site`; `types` names the rack type of each rack.

    A row joins the block on its left if it is on the same level, has the same type and as many bays, its four
    corners are within `within_m` of where the block puts it, it is no further than WIDEST_AISLE_M away, and no
    other rack is in between.
    """
    blocks: list[Block] = []
    for level in [level.id for level in facility.levels]:
        own = [rack for rack in facility.racks if level_of(facility, rack) == level]
        aisles = [aisle for aisle in facility.aisles if level_of(facility, aisle) == level]
        footprints = {rack.id: rack_footprint(rack) for rack in own}
        waiting = sorted(own, key=lambda rack: _leftmost_first(rack, site))
        while waiting:
            draft = _draft(waiting[0], rack_types[types[waiting[0].id]], site)
            for rack in sorted(waiting[1:], key=lambda rack: -draft.frame.local(rack.center)[1]):
                first = draft.racks[0]
                if types[rack.id] == types[first.id] and len(rack.bays) == len(first.bays):
                    _try_to_join(draft, rack, footprints, NEAR_SHARE * within_m)
            joined = {rack.id for rack in draft.racks}
            waiting = [rack for rack in waiting if rack.id not in joined]
            said = {"id": f"B{len(blocks) + 1}", **said_level(facility, level)}
            blocks.append(_block(said, draft, types[draft.racks[0].id], aisles, footprints))
    return blocks


def _front_left(rack: Rack) -> tuple[float, float]:
    x, y, _, _ = world_from_rack(rack) @ (0.0, rack.depth_m / 2, 0.0, 1.0)
    return float(x), float(y)


def _leftmost_first(rack: Rack, site: Placement) -> tuple[float, float, float]:
    """In reading order across each heading, to the centimetre."""
    yaw_rad = round(rack.yaw_rad - site.yaw_rad, 2)
    frame = Placement((0.0, 0.0), rack.yaw_rad)
    along_m, left_m = frame.local(_front_left(rack))
    return yaw_rad, -round(left_m, 2), round(along_m, 2)


def _draft(rack: Rack, rack_type: RackType, site: Placement) -> _Draft:
    x, y = site.local(_front_left(rack))
    at_m = (round(x, 3), round(y, 3))
    heading_deg = round(math.degrees(math.remainder(rack.yaw_rad - site.yaw_rad, math.tau)), 3)
    return _Draft(rack_type, at_m, heading_deg, site.at(*at_m, heading_deg), [rack], rack_type.depth_m)


def _try_to_join(draft: _Draft, rack: Rack, footprints: Mapping[str, shapely.Polygon], near_m: float) -> None:
    """Put the row into the draft, as a mate of the last one or behind an aisle, if it fits there."""
    last, gap_m = draft.racks[-1], -draft.frame.local(_front_left(rack))[1] - draft.right_m
    is_mate = draft.rows[-1] == 1 and (last.back_to_back == rack.id or gap_m < WIDEST_FLUE_M)
    if gap_m < 0 or gap_m > WIDEST_AISLE_M or (not is_mate and gap_m < WIDEST_FLUE_M):
        return
    flue_m = round(gap_m, 3) if draft.flue_m is None else draft.flue_m
    left_m = draft.right_m + (flue_m if is_mate else round(gap_m, 3))
    right_m, length_m = left_m + draft.rack_type.depth_m, draft.rack_type.length_m(len(rack.bays) or 1)
    placed = draft.frame.box(0.0, -right_m, length_m, -left_m)
    if any(math.dist(a, b) > near_m for a, b in zip(placed, _corners(rack), strict=True)):
        return
    between = shapely.Polygon(draft.frame.box(0.0, -left_m, length_m, -draft.right_m)).buffer(-0.01)
    others = (outline for name, outline in footprints.items() if name not in (rack.id, last.id))
    if any(outline.intersects(between) for outline in others):
        return
    draft.racks.append(rack)
    draft.right_m = right_m
    if is_mate:
        draft.rows[-1], draft.flue_m = 2, flue_m
    else:
        draft.rows.append(1)
        draft.aisles_m.append(round(gap_m, 3))


def _corners(rack: Rack) -> list[tuple[float, float]]:
    """From the front right, counter-clockwise."""
    corners: list[tuple[float, float]] = rack_footprint(rack).exterior.coords[:4]
    return corners


def _block(
    told: Mapping[str, Any],
    draft: _Draft,
    rack: str,
    aisles: Sequence[Aisle],
    footprints: Mapping[str, shapely.Polygon],
) -> Block:
    """The keys that are `told`, and those that differ from the defaults of a block."""
    first, last = draft.racks[0], draft.racks[-1]
    said: dict[str, Any] = {**told, "at_m": draft.at_m}
    if draft.heading_deg != 90.0:
        said["heading_deg"] = draft.heading_deg
    said |= {"rows": tuple(draft.rows), "bays": len(first.bays) or 1, "rack": rack}
    if len(set(draft.aisles_m)) == 1:
        said["aisle_width_m"] = draft.aisles_m[0]
    elif draft.aisles_m:
        said["aisle_widths_m"] = tuple(draft.aisles_m)
    else:
        beside_m = [aisle.clear_width_m for aisle in aisles if {first.id, last.id} & {*aisle.racks}]
        said |= {"aisle_width_m": round(max(beside_m), 3)} if beside_m and max(beside_m) > 0 else {}
    if draft.flue_m is not None:
        said["flue_m"] = draft.flue_m
    is_lone = draft.rows == [1]
    sides = [
        side
        for side, row, face, rows in (("left", first, 1, draft.rows[0]), ("right", last, -1, draft.rows[-1]))
        if rows == 1 and face in row.faces and _is_open(draft, side, footprints)
    ]
    if sides or is_lone:
        said["open_sides"] = tuple(sides or ["right"])
    return Block.model_validate(said | _cross_aisles(draft, aisles))


def _is_open(draft: _Draft, side: str, footprints: Mapping[str, shapely.Polygon]) -> bool:
    """Whether no other row stands right behind this side of the block."""
    length_m = draft.rack_type.length_m(len(draft.racks[0].bays) or 1)
    y0, y1 = (0.0, WIDEST_FLUE_M) if side == "left" else (-draft.right_m - WIDEST_FLUE_M, -draft.right_m)
    beside = shapely.Polygon(draft.frame.box(0.0, y0, length_m, y1))
    own = {rack.id for rack in draft.racks}
    return not any(
        outline.intersects(beside.buffer(-0.01)) for name, outline in footprints.items() if name not in own
    )


def _cross_aisles(draft: _Draft, aisles: Sequence[Aisle]) -> dict[str, float]:
    """How wide the cross-aisles before and behind the block are, where the facility has them."""
    length_m = draft.rack_type.length_m(len(draft.racks[0].bays) or 1)
    found: dict[str, float] = {}
    for aisle in (aisle for aisle in aisles if aisle.cross):
        (x0, y0), (x1, y1) = draft.frame.local(aisle.p0), draft.frame.local(aisle.p1)
        is_across = abs(x1 - x0) <= math.tan(math.radians(HALF_PARALLEL_DEG)) * abs(y1 - y0)
        passes = min(y0, y1) < -draft.right_m / 2 < max(y0, y1)
        for key, away_m in (("front_aisle_m", -(x0 + x1) / 2), ("back_aisle_m", (x0 + x1) / 2 - length_m)):
            if is_across and passes and 0 < away_m <= aisle.clear_width_m / 2 + BESIDE_M:
                found[key] = round(away_m + aisle.clear_width_m / 2, 3)
    return found
