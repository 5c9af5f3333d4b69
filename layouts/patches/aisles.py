"""The aisles of a patched hall: what nothing touched stays as it is, the rest is measured under its old ids."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace

from shapely.geometry.base import BaseGeometry

from layouts.layout_file.found_blocks import WIDEST_FLUE_M
from layouts.patches.aisle_lanes import SAME_M, floors_before, floors_now, runs_back, sides_of, width_of
from layouts.patches.beside import Side
from layouts.patches.cross_aisles import NEAR_M, cross_aisle_again, opened_aisle
from layouts.patches.draft import Draft
from layouts.patches.lanes import STANDING_M2, Floor, FoundLane, blocked_anew, footprint, lane_at
from layouts.rules.aisle_strip import aisle_strip
from spatial.facility import Aisle, Obstacle, Rack
from spatial.floor.free_space import rack_footprint

CHANGE_TOLD_M = 0.005

WIDEST_NEW_M = 6.0
"""A lane that is wider is no new aisle, but open floor, as in scans."""

Shapes = Mapping[str, list[BaseGeometry]]
"""Footprints by level."""


def new_aisles(draft: Draft) -> tuple[Aisle, ...]:
    """The aisles of the draft in the order of the base, new ones behind; what changed is told in its notes.

    1. Those that no change touched stay as they are, measured widths and all.
    2. Lanes of rows that changed, and of rows along an aisle that something now stands in, are measured; each takes
       the aisle with which it shares most sides, else a new id.
    3. Cross-aisles that were touched lose what stands in them now and win what was cleared beside them.
    4. Cross-aisles that changes opened come last.
    """
    before, now = floors_before(draft), floors_now(draft)
    gone = _changed(draft, draft.base.racks, draft.base.obstacles)
    come = _changed(draft, draft.racks.values(), draft.obstacles.values())
    touched = _touched(draft, gone, come)
    named = _named(draft, _lanes(draft, now, touched), touched, before)
    found: dict[str, Aisle] = {}
    for aisle in draft.base.aisles:
        floor = now[aisle.level]
        if aisle.id not in touched:
            found[aisle.id] = _with_obstacles(aisle, floor, draft)  # 1
        elif not aisle.cross and aisle.id in named:
            found[aisle.id] = _again(aisle, named[aisle.id], draft, before[aisle.level], floor)  # 2
        elif aisle.cross:
            again = cross_aisle_again(aisle, before[aisle.level], floor, gone[aisle.level])  # 3
            found |= {} if again is None else {aisle.id: again}
    fresh = {name: lane for name, lane in named.items() if name not in draft.aisles}
    found |= {name: _new(name, lane, now[_level(lane, draft)], draft) for name, lane in fresh.items()}
    _tell(draft, found)
    for opened in draft.new_lanes:
        cross, standing = opened_aisle(opened, now[opened.level])  # 4
        found |= {} if cross is None else {opened.id: cross}
        width = "filled" if cross is None else f"{cross.clear_width_m:.2f} m wide"
        why = f", not {opened.width_m:g} m: {', '.join(standing)} in it" if standing else ""
        draft.notes.append(f"cross-aisle {opened.id} is new, {width}{why}")
    return tuple(found.values())


def _changed(draft: Draft, racks: Iterable[Rack], obstacles: Iterable[Obstacle]) -> Shapes:
    """Of these, what changes touched and stands for good."""
    found: dict[str, list[BaseGeometry]] = {level.id: [] for level in draft.base.levels}
    for rack in racks:
        if ("racks", rack.id) in draft.touched:
            found[rack.level].append(rack_footprint(rack))
    for each in obstacles:
        if ("obstacles", each.id) in draft.touched and not each.movable:
            found[each.level].append(footprint(each))
    return found


def _touched(draft: Draft, gone: Shapes, come: Shapes) -> set[str]:
    """Aisles whose rows changed, that something stands in now, or beside which something went away."""
    changed = {name for kind, name in draft.touched if kind == "racks"}
    found = set()
    for aisle in draft.base.aisles:
        strip = aisle_strip(aisle)
        entered = any(strip.intersection(shape).area > STANDING_M2 for shape in come[aisle.level])
        beside = any(strip.distance(shape) < NEAR_M for shape in gone[aisle.level])
        if changed & {*aisle.racks} or entered or beside:
            found.add(aisle.id)
    return found


def _lanes(draft: Draft, floors: Mapping[str, Floor], touched: set[str]) -> list[FoundLane]:
    """2: the lanes of all sides that are concerned, each once."""
    rows = {name for kind, name in draft.touched if kind == "racks"}
    rows |= {
        name for aisle in draft.base.aisles if aisle.id in touched and not aisle.cross for name in aisle.racks
    }
    found: list[FoundLane] = []
    done: set[Side] = set()
    for rack in draft.racks.values():
        for side in rack.faces if rack.id in rows else ():
            lane = None if (rack.id, side) in done else lane_at((rack.id, side), floors[rack.level])
            if lane is not None and lane.clear_width_m > 0:
                found.append(lane)
                done |= lane.sides
    return found


def _named(
    draft: Draft, lanes: list[FoundLane], touched: set[str], before: Mapping[str, Floor]
) -> dict[str, FoundLane]:
    """Each lane under an id: of the old aisle with which it shares most sides, a piece of one as its second.

    A lane of sides that an untouched aisle lies before is that aisle, and is left out.
    """
    plain = [aisle for aisle in draft.base.aisles if not aisle.cross]
    old = {aisle.id: {*sides_of(aisle, before[aisle.level])} for aisle in plain}
    kept = {side for name, sides in old.items() if name not in touched for side in sides}
    scores = []
    for i, lane in enumerate(lanes):
        roots = {(draft.parent.get(name, name), side) for name, side in lane.sides}
        scores += [
            (-len(lane.sides & old[name]), -len(roots & old[name]), i, name)
            for name in old
            if name in touched and roots & old[name]
        ]
    named: dict[str, FoundLane] = {}
    done: set[int] = set()
    like: dict[int, str] = {}
    for *_, i, name in sorted(scores):
        like.setdefault(i, name)
        if name not in named and i not in done:
            named[name] = lanes[i]
            done.add(i)
    for i, lane in enumerate(lanes):
        is_aisle = WIDEST_FLUE_M <= lane.clear_width_m <= WIDEST_NEW_M
        if is_aisle and i not in done and not lane.sides <= kept:
            named[_free_id(draft, named, like.get(i))] = lane
    return named


def _free_id(draft: Draft, named: Mapping[str, FoundLane], like: str | None) -> str:
    """A second, third … of an aisle, or the number after the last."""
    taken = {**draft.aisles, **named}
    if like is not None:
        return next(name for n in range(2, len(taken) + 3) if (name := f"{like}-{n}") not in taken)
    plain = [aisle.id for aisle in draft.base.aisles if not aisle.cross] or ["A0"]
    letter = plain[0].rstrip("0123456789")
    numbers = [int(number) for name in plain if (number := name.removeprefix(letter)).isdigit()]
    first = max(numbers, default=0) + 1
    return next(name for n in range(first, first + len(taken) + 1) if (name := f"{letter}{n}") not in taken)


def _level(lane: FoundLane, draft: Draft) -> str:
    return draft.racks[lane.racks[0]].level


def _new(name: str, lane: FoundLane, floor: Floor, draft: Draft) -> Aisle:
    """A lane as an aisle that was not there, as unsure as its rows."""
    sigmas = sorted((draft.racks[each].sigma_m for each in lane.racks), reverse=True)[:2]
    aisle = Aisle(
        id=name,
        level=floor.level,
        p0=lane.p0,
        p1=lane.p1,
        clear_width_m=lane.clear_width_m,
        sigma_m=math.hypot(*sigmas),
        racks=lane.racks,
    )
    return blocked_anew(aisle, floor)


def _again(old: Aisle, lane: FoundLane, draft: Draft, before: Floor, floor: Floor) -> Aisle:
    """An aisle of the base along its lane of now; it runs as it did along its first row that is still there."""
    known = [name for name in old.racks if name in lane.racks]
    racks = (*known, *(name for name in lane.racks if name not in known))
    p0, p1 = (lane.p1, lane.p0) if runs_back(old, lane, draft, before) else (lane.p0, lane.p1)
    if max(math.dist(p0, old.p0), math.dist(p1, old.p1)) <= SAME_M:
        p0, p1 = old.p0, old.p1
    width_m = width_of(old, lane, before)
    return blocked_anew(replace(old, p0=p0, p1=p1, clear_width_m=width_m, racks=racks), floor)


def _with_obstacles(aisle: Aisle, floor: Floor, draft: Draft) -> Aisle:
    """The same aisle, unless an obstacle in it came or went."""
    strip = aisle_strip(aisle)
    boxes = (*draft.base.obstacles, *draft.obstacles.values())
    changed = (each for each in boxes if ("obstacles", each.id) in draft.touched)
    is_touched = any(each.level == aisle.level and strip.intersects(footprint(each)) for each in changed)
    return blocked_anew(aisle, floor) if is_touched else aisle


def _tell(draft: Draft, found: Mapping[str, Aisle]) -> None:
    """Notes on aisles that came, went, or are wider, narrower or blocked."""
    old = draft.aisles
    fresh = [f"{name} ({aisle.clear_width_m:.2f} m)" for name, aisle in found.items() if name not in old]
    if fresh:
        draft.notes.append(f"{len(fresh)} aisles are new: {', '.join(fresh)}")
    for name, aisle in found.items():
        if name in old and abs(aisle.clear_width_m - old[name].clear_width_m) > CHANGE_TOLD_M:
            was = f"{old[name].clear_width_m:.2f} m"
            draft.notes.append(f"aisle {name} is {aisle.clear_width_m:.2f} m wide, it was {was}")
        if aisle.blocked and not (name in old and old[name].blocked):
            draft.notes.append(f"aisle {name} is blocked by {', '.join(aisle.blocked_by)}")
    lost = [name for name in old if name not in found]
    if lost:
        draft.notes.append(f"{len(lost)} aisles are no more: {', '.join(lost)}")
