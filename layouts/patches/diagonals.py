"""Flying-V and fishbone (Gue and Meller 2009, IIE Transactions 41(3), 171–182): two diagonal cross-aisles."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from statistics import median

import shapely
from shapely.geometry.base import BaseGeometry

from layouts.layout_file.found_blocks import WIDEST_AISLE_M, WIDEST_FLUE_M
from layouts.layout_file.placement import Placement
from layouts.patches.addresses import add_places
from layouts.patches.aisle_lanes import floors_now
from layouts.patches.beside import box_about, neighbours
from layouts.patches.chosen import chosen_rows
from layouts.patches.cuts import remove_bays, tell_lost
from layouts.patches.draft import Draft, Lane, refuse
from layouts.patches.patch_model import Diagonals, Fishbone, FlyingV
from layouts.patches.standing import COLUMN_IN_RACK_M
from spatial.facility import Bay, Point2, Rack

FLUE_M = 0.2
"""Between new rows back to back where the block has none."""

SHORTEST_M = 5.0
"""A block that ends so near beside the start gets no diagonal on that side."""


@dataclass(frozen=True, kw_only=True)
class _Fan:
    """A block seen from where the diagonals part: x along its rows to the back, y to the left.

    The block takes x from 0 to `depth_m` and y from −`sides_m[−1]` to `sides_m[1]`.
    """

    frame: Placement
    depth_m: float
    sides_m: dict[int, float]
    angle_rad: float
    width_m: float

    def length_m(self, side: int) -> float:
        """Of a diagonal as long as its whole width is in the block; 0 if there is none on that side."""
        if self.sides_m[side] < SHORTEST_M:
            return 0.0
        sine, cosine, half = math.sin(self.angle_rad), math.cos(self.angle_rad), self.width_m / 2
        return max(
            0.0, min((self.depth_m - half * cosine) / sine, (self.sides_m[side] - half * sine) / cosine)
        )

    def arm(self, side: int) -> Placement:
        """The frame of a diagonal: x along it."""
        return self.frame.at(0.0, 0.0, side * (90.0 - math.degrees(self.angle_rad)))

    def band(self, side: int) -> shapely.Polygon:
        """The ground of a diagonal; it goes on before its start and behind its end."""
        half = self.width_m / 2
        return shapely.Polygon(
            self.arm(side).box(-self.width_m, -half, self.length_m(side) + 3 * self.width_m, half)
        )

    def outside(self, side: int) -> shapely.Polygon:
        """The ground between a diagonal and the front."""
        far = self.sides_m[side] + self.depth_m
        up = far * math.tan(self.angle_rad)
        return shapely.Polygon(
            self.frame.points(((-1.0, 0.0), (0.0, 0.0), (up, side * far), (-1.0, side * far)))
        )

    @property
    def sides(self) -> list[int]:
        """Those with a diagonal, left first."""
        return [side for side in (1, -1) if self.length_m(side) > 0]


def flying_v(draft: Draft, said: FlyingV) -> None:
    """Bays in the way of two diagonals go."""
    rows, fan = _opened(draft, said)
    bands = shapely.union_all([fan.band(side) for side in fan.sides])
    tell_lost(draft, remove_bays(draft, rows, bands), "to the flying-V")
    _add_lanes(draft, rows[0].level, fan, "V")


def fishbone(draft: Draft, said: Fishbone) -> None:
    """Bays in the way of two diagonals and outside them go; outside, rows across stand instead.

    They are made as the first row is, with the aisle and flue widths of the block.
    """
    rows, fan = _opened(draft, said)
    aisle_m, flue_m = _gaps_m(draft, rows)
    template, places = rows[0], draft.places_of([rows[0].id])[rows[0].id]
    ground = shapely.union_all([fan.band(side).union(fan.outside(side)) for side in fan.sides])
    lost = remove_bays(draft, rows, ground)
    tell_lost(draft, lost, "to the fishbone")
    positions = max((place.position for place in places), default=1)
    tiers = sorted({place.tier for place in places}) or list(range(len(template.tiers) + 1))
    before = len(draft.locations)
    in_way = _fixed_in_way(draft, template.level)
    for side in fan.sides:
        for rack in _rows_across(fan, side, template, aisle_m, flue_m):
            name = draft.next_id("racks", "R")
            draft.put_rack(replace(rack, id=name))
            known = {*draft.racks}
            remove_bays(draft, [draft.racks[name]], in_way)
            for each in [piece for piece in draft.racks if piece == name or piece not in known]:
                add_places(draft, draft.racks[each], positions, tiers)
    draft.notes.append(f"fishbone makes {len(draft.locations) - before} new places across")
    _add_lanes(draft, template.level, fan, "F")


def _opened(draft: Draft, said: Diagonals) -> tuple[list[Rack], _Fan]:
    rows = chosen_rows(draft, said, parallel=True)
    for i, rack in enumerate(rows):
        if not rack.bays:
            refuse(
                ("racks", i), f"the bays of rack {rack.id} are not known, so it cannot be cut: leave it out"
            )
    along = Placement((0.0, 0.0), rows[0].yaw_rad)
    low_x, high_x, low_y, high_y = box_about(rows, along)
    start = _start(draft, said, rows[0].level)
    at_x, at_y = (low_x, (low_y + high_y) / 2) if start is None else along.local(start)
    is_reversed = abs(at_x - high_x) < abs(at_x - low_x)
    at_y = min(max(at_y, low_y), high_y)
    origin = along.point(high_x if is_reversed else low_x, at_y)
    left_m, right_m = high_y - at_y, at_y - low_y
    fan = _Fan(
        frame=Placement(origin, along.yaw(180.0 if is_reversed else 0.0)),
        depth_m=high_x - low_x,
        sides_m={1: right_m, -1: left_m} if is_reversed else {1: left_m, -1: right_m},
        angle_rad=math.radians(said.angle_deg),
        width_m=said.width_m,
    )
    if not fan.sides:
        refuse(
            (), f"the block is less than {SHORTEST_M:g} m wide on both sides of its start: no diagonal fits"
        )
    return rows, fan


def _start(draft: Draft, said: Diagonals, level: str) -> Point2 | None:
    if isinstance(said.start, str):
        x, y, _ = draft.stations[draft.known("stations", said.start, ("start",))].pose
        return x, y
    if said.start is not None:
        return said.start
    depots = [each for each in draft.stations.values() if each.kind == "depot" and each.level == level]
    return (depots[0].pose[0], depots[0].pose[1]) if depots else None


def _add_lanes(draft: Draft, level: str, fan: _Fan, letter: str) -> None:
    for side in fan.sides:
        draft.new_lanes.append(
            Lane(
                id=draft.free_id("aisles", f"X-{letter}-{'LEFT' if side > 0 else 'RIGHT'}"),
                level=level,
                start=fan.arm(side),
                length_m=fan.length_m(side),
                width_m=fan.width_m,
                goes_on=False,
            )
        )


def _gaps_m(draft: Draft, rows: Sequence[Rack]) -> tuple[float, float]:
    """The usual aisle and flue of a block."""
    own = {rack.id for rack in rows}
    gaps = [
        near.gap_m
        for rack in rows
        for side in (1, -1)
        for near in neighbours(rack, side, draft.racks)[:1]
        if near.side[0] in own
    ]
    aisles = [gap for gap in gaps if WIDEST_FLUE_M <= gap <= WIDEST_AISLE_M]
    if not aisles:
        refuse(
            (), "no two of the rows have an aisle between them, whose width new ones could take: name more"
        )
    return median(aisles), median([gap for gap in gaps if gap < WIDEST_FLUE_M] or [FLUE_M])


def _rows_across(fan: _Fan, side: int, template: Rack, aisle_m: float, flue_m: float) -> Iterator[Rack]:
    """Rows from the front to the back: a single one, then pairs, each from the diagonal outwards.

    They are 1 at the front, picked from behind; then an aisle, a pair, an aisle, and so on.
    """
    bay, upright_m = template.bays[0], template.upright_width_m
    pitch_m, depth_m = bay.width_m + upright_m, template.depth_m
    at_m, number = 0.0, 0
    sine, cosine = math.sin(fan.angle_rad), math.cos(fan.angle_rad)
    while at_m + depth_m <= fan.depth_m:
        inner_m = (fan.width_m / 2 + (at_m + depth_m) * cosine) / sine
        bays = math.floor((fan.sides_m[side] - inner_m - upright_m + 1e-6) / pitch_m)
        if bays < 1:
            return
        length_m = bays * pitch_m + upright_m
        looks_back = number % 2 == 0  # the lane it is picked from lies behind it
        yield Rack(
            id="",
            level=template.level,
            kind=template.kind,
            center=fan.frame.point(at_m + depth_m / 2, side * (inner_m + length_m / 2)),
            base_z_m=template.base_z_m,
            yaw_rad=fan.frame.yaw(side * 90.0),
            length_m=length_m,
            depth_m=depth_m,
            height_m=template.height_m,
            upright_width_m=upright_m,
            bays=tuple(Bay(offset_m=upright_m + i * pitch_m, width_m=bay.width_m) for i in range(bays)),
            tiers=tuple(replace(tier, sigma_m=0.0) for tier in template.tiers),
            faces=(-side,) if looks_back else (side,),
        )
        at_m += depth_m + (aisle_m if looks_back else flue_m)
        number += 1


def _fixed_in_way(draft: Draft, level: str) -> BaseGeometry:
    """Columns, less what a row may be built about, and whatever else new rows must leave free."""
    floor = floors_now(draft)[level]
    columns = [
        shape.buffer(-COLUMN_IN_RACK_M, join_style="mitre")
        for name, shape in floor.fixed
        if name.startswith("column")
    ]
    others = [shape for name, shape in floor.fixed if not name.startswith("column")]
    around = shapely.box(*floor.outline.bounds).buffer(100.0).difference(floor.outline)
    return shapely.union_all([*columns, *others, around])
