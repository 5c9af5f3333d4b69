"""Rows cut by a lane: bays in its way go, or what is behind it moves back."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import shapely
from shapely.geometry.base import BaseGeometry

from layouts.layout_file.placement import Placement
from layouts.patches.beside import box_about, frame_of
from layouts.patches.chosen import chosen_rows
from layouts.patches.draft import Draft, Lane, refuse
from layouts.patches.patch_model import OpenCrossAisle
from spatial.facility import Location, Point2, Rack

TOUCH_M = 1e-3
LISTED = 6


def open_cross_aisle(draft: Draft, said: OpenCrossAisle) -> None:
    """A straight lane through parallel rows, across all of them."""
    rows = chosen_rows(draft, said, parallel=True)
    for i, rack in enumerate(rows):
        if not rack.bays:
            refuse(
                ("racks", i), f"the bays of rack {rack.id} are not known, so it cannot be cut: leave it out"
            )
    name = said.id or draft.free_id("aisles", "X1")
    if name in draft.aisles:
        refuse(
            ("id",), f"{name!r} is there already: choose another id, such as {draft.free_id('aisles', name)}"
        )
    frame = frame_of(rows[0])
    if said.at_m > rows[0].length_m:
        refuse(
            ("at_m",),
            f"{said.at_m:g} is beyond rack {rows[0].id}, {rows[0].length_m:.2f} m long: choose less",
        )
    _, _, low_y, high_y = box_about(rows, frame)
    at_m = said.at_m
    if said.by == "removing":
        half = said.width_m / 2
        band = shapely.Polygon(frame.box(at_m - half, low_y - 1.0, at_m + half, high_y + 1.0))
        tell_lost(draft, remove_bays(draft, rows, band), f"to cross-aisle {name}")
    else:
        at_m = _push_back(draft, rows, frame, at_m, said.width_m)
    start = frame.at(at_m, low_y, 90.0)
    draft.new_lanes.append(
        Lane(
            id=name,
            level=rows[0].level,
            start=start,
            length_m=high_y - low_y,
            width_m=said.width_m,
            goes_on=True,
        )
    )


def remove_bays(draft: Draft, rows: Sequence[Rack], area: BaseGeometry) -> list[str]:
    """Take out every bay, with its uprights, that reaches into an area; the ids of the places that go with them."""
    lost: list[str] = []
    core = shapely.buffer(area, -TOUCH_M, join_style="mitre")
    places = draft.places_of(rack.id for rack in rows)
    for rack in rows:
        hit = [_bay_area(rack, bay).intersects(core) for bay in range(len(rack.bays))]
        if any(hit):
            lost += split(draft, rack, places[rack.id], _runs([not each for each in hit]))[1]
    return lost


def split(
    draft: Draft, rack: Rack, places: Sequence[Location], runs: Sequence[tuple[int, int]]
) -> tuple[list[str], list[str]]:
    """Replace a row and its places by its runs of bays (first, behind the last); the first run keeps its id.

    Returns the ids of the pieces, and those of the places that are lost; the other places keep theirs.
    """
    if not runs:
        draft.drop_rack(rack.id)
        return [], draft.drop_places(places)
    pieces = [_piece(rack, first, last) for first, last in runs]
    names = [rack.id]
    where: dict[int, tuple[str, int]] = {bay: (rack.id, bay - runs[0][0]) for bay in range(*runs[0])}
    root = draft.parent.get(rack.id, rack.id)
    draft.put_rack(pieces[0])
    for piece, run in zip(pieces[1:], runs[1:], strict=True):
        name = draft.free_id("racks", rack.id)
        names.append(name)
        draft.parent[name] = root
        draft.put_rack(replace(piece, id=name))
        where |= {bay: (name, bay - run[0]) for bay in range(*run)}
    for place in places:
        if place.bay in where:
            name, bay = where[place.bay]
            draft.locations[place.id] = replace(place, rack=name, bay=bay)
    return names, draft.drop_places(place for place in places if place.bay not in where)


def tell_lost(draft: Draft, lost: Sequence[str], why: str) -> None:
    """A note with how many places are lost to a change, and the first of them."""
    if lost:
        some = ", ".join(lost[:LISTED]) + (", …" if len(lost) > LISTED else "")
        draft.notes.append(f"{len(lost)} places are lost {why}: {some}")
    draft.lost += lost


def _bay_area(rack: Rack, bay: int) -> shapely.Polygon:
    """A bay with the uprights on both sides of it."""
    first_m, last_m = _bay_span(rack, bay)
    return shapely.Polygon(frame_of(rack).box(first_m, -rack.depth_m / 2, last_m, rack.depth_m / 2))


def _bay_span(rack: Rack, bay: int) -> Point2:
    opening = rack.bays[bay]
    end_m = opening.offset_m + opening.width_m + rack.upright_width_m
    return max(0.0, opening.offset_m - rack.upright_width_m), min(rack.length_m, end_m)


def _runs(kept: Sequence[bool]) -> list[tuple[int, int]]:
    """The stretches of what is kept: first, behind the last."""
    edges = [i for i in range(len(kept) + 1) if (i > 0 and kept[i - 1]) != (i < len(kept) and kept[i])]
    return list(zip(edges[::2], edges[1::2], strict=True))


def _piece(rack: Rack, first: int, last: int) -> Rack:
    """The row of some bays of another, with an upright at both ends."""
    start_m, end_m = _bay_span(rack, first)[0], _bay_span(rack, last - 1)[1]
    if (first, last) == (0, len(rack.bays)):
        return rack
    return replace(
        rack,
        center=frame_of(rack).point((start_m + end_m) / 2, 0.0),
        length_m=end_m - start_m,
        bays=tuple(replace(bay, offset_m=bay.offset_m - start_m) for bay in rack.bays[first:last]),
        missing_beams=tuple((bay - first, tier) for bay, tier in rack.missing_beams if first <= bay < last),
    )


def _push_back(draft: Draft, rows: Sequence[Rack], frame: Placement, at_m: float, width_m: float) -> float:
    """Cut every row at the upright nearest to `at_m` and move what is behind, so that the lane is free; its middle.

    The row of an upright that is cut gets one more.
    """
    fronts_m, backs_m, behind = [], [], []
    places = draft.places_of(rack.id for rack in rows)
    for rack in rows:
        along = math.cos(rack.yaw_rad - frame.yaw_rad)
        start_m = frame.local(frame_of(rack).origin)[0]
        cuts = {bay: start_m + along * _bay_span(rack, bay)[0] for bay in range(1, len(rack.bays))}
        if not cuts:
            refuse(("at_m",), f"rack {rack.id} has one bay and cannot be cut: leave it out")
        bay = min(cuts, key=lambda each: abs(cuts[each] - at_m))
        pieces, _ = split(draft, rack, places[rack.id], [(0, bay), (bay, len(rack.bays))])
        pieces.sort(key=lambda name: frame.local(draft.racks[name].center)[0])
        fronts_m.append(box_about([draft.racks[pieces[0]]], frame)[1])
        backs_m.append(box_about([draft.racks[pieces[1]]], frame)[0])
        behind.append(pieces[1])
    by = Placement((0.0, 0.0), frame.yaw_rad).point(max(fronts_m) + width_m - min(backs_m), 0.0)
    draft.move(behind, lambda at: (at[0] + by[0], at[1] + by[1]))
    return max(fronts_m) + width_m / 2
