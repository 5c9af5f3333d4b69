"""A hall as a plan with heat on it: the same sheet, scale and colours for every hall of a report."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from layouts.diff.link_symbols import HALF, link_ends, link_symbol
from layouts.report.colours import GREY, INK, PALE
from layouts.report.drawing import Area, Cells, Disc, Drawing, Label, Place, Shape, Stroke
from layouts.report.heat_scale import HeatScale
from layouts.report.plan_frame import PlanFrame, rack_corners
from spatial.facility import Facility, Wall

WIDTH, MARGIN = 360.0, 8.0
GREATEST_HEIGHT = 600.0
FOOT = 30.0
"""Below the hall: scale bar and compass."""

TEXT = 11.0
DISC = 7.5
HEAD, ARROW = 6.0, "#b34700"


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A number to find a place by, world x, y in metres."""

    number: int
    at: tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Painted:
    """A polygon on the floor, world x, y in metres, in a colour of its own."""

    corners: Sequence[tuple[float, float]]
    fill: str


@dataclass(frozen=True, kw_only=True)
class Arrow:
    """From one place to another, world x, y in metres."""

    start: tuple[float, float]
    end: tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class _Sheet:
    """Picture from plan: scaled, in the middle, y downwards."""

    frame: PlanFrame
    scale: float
    left: float
    height: float

    def at(self, points: npt.ArrayLike) -> list[Place]:
        """Places in the picture of points (N, 2) in the world."""
        x0, y0, _, _ = self.frame.bounds
        own = (self.frame.turned(points) - (x0, y0)) * self.scale
        return [(self.left + x, MARGIN + self.height - y) for x, y in own.tolist()]


def hall_plan(
    facility: Facility,
    level: str,
    frame: PlanFrame,
    *,
    heat: npt.NDArray[np.float64] | None,
    scale: HeatScale | None,
    marks: Sequence[Mark] = (),
    painted: Sequence[Painted] = (),
    arrows: Sequence[Arrow] = (),
    title: str,
    description: str,
) -> Drawing:
    """One level of a hall: floor, racks, walls with their doors, stations, links; the `heat` (H, W) in the colours of
    `scale`, and numbers where it is worst; what is `painted` lies over the racks, `arrows` over both. A level that
    the hall does not have is an empty sheet but for the pale outlines of those it has. BadDataError for links that
    are none.
    """
    sheet = _sheet(frame)
    shapes = [
        *_floor(facility, level, sheet),
        *_heat(heat, scale, sheet),
        *_things(facility, level, sheet),
        *(Area(points=sheet.at(each.corners), fill=each.fill) for each in painted),
        *(shape for arrow in arrows for shape in _arrow(arrow, sheet)),
        *_aisle_names(facility, level, sheet),
        *_stations(facility, level, sheet),
        *_links(facility, level, sheet),
        *_marks(marks, sheet),
        *_foot(facility, sheet),
    ]
    height = sheet.height + 2 * MARGIN + FOOT
    return Drawing(width=WIDTH, height=round(height, 1), title=title, description=description, shapes=shapes)


def _sheet(frame: PlanFrame) -> _Sheet:
    width, height = frame.size_m
    scale = min((WIDTH - 2 * MARGIN) / width, GREATEST_HEIGHT / height)
    return _Sheet(frame=frame, scale=scale, left=(WIDTH - width * scale) / 2, height=height * scale)


def _floor(facility: Facility, level: str, sheet: _Sheet) -> Iterator[Shape]:
    """White, over pale outlines of the other levels, which show where on the sheet it lies."""
    for each in facility.levels:
        if each.id != level and each.outline:
            yield Area(points=sheet.at(each.outline), stroke=PALE, width=1.2)
    for each in facility.levels:
        if each.id == level and each.outline:
            yield Area(points=sheet.at(each.outline), fill="#ffffff", stroke=GREY, width=0.8)
            yield from (Area(points=sheet.at(hole), fill=PALE, stroke=GREY) for hole in each.holes)


def _heat(heat: npt.NDArray[np.float64] | None, scale: HeatScale | None, sheet: _Sheet) -> Iterator[Shape]:
    """Each class as runs of cells from left to right."""
    if heat is None or scale is None:
        return
    classes, size = scale.classes(heat), sheet.frame.cell_m * sheet.scale
    bottom = MARGIN + sheet.height
    for number, colour in enumerate(scale.colours):
        inside = np.pad(classes == number, ((0, 0), (1, 1))).astype(np.int8)
        rows, starts = np.nonzero(np.diff(inside, axis=1) == 1)
        _, ends = np.nonzero(np.diff(inside, axis=1) == -1)
        boxes = [
            (sheet.left + start * size, bottom - (row + 1) * size, (end - start) * size, size)
            for row, start, end in zip(rows.tolist(), starts.tolist(), ends.tolist(), strict=True)
        ]
        if boxes:
            yield Cells(boxes=boxes, fill=colour)


def _things(facility: Facility, level: str, sheet: _Sheet) -> Iterator[Shape]:
    for rack in facility.racks:
        if rack.level == level:
            yield Area(points=sheet.at(rack_corners(rack)), fill=PALE, stroke=GREY, width=0.5)
    for obstacle in facility.obstacles:
        if obstacle.level == level:
            yield Area(points=sheet.at(obstacle.footprint), fill="#c9cfd6", stroke=GREY, width=0.4)
    for column in facility.columns:
        if column.level == level:
            yield Area(points=_box(column.center, column.size_m, column.yaw_rad, sheet), fill=GREY)
    for wall in facility.walls:
        if wall.level == level:
            yield Stroke(points=sheet.at([wall.p0, wall.p1]), stroke=INK, width=2.0)
            yield from _doors(wall, sheet)


def _doors(wall: Wall, sheet: _Sheet) -> Iterator[Shape]:
    """Openings that reach the floor, white in the wall."""
    length = math.dist(wall.p0, wall.p1) or 1.0
    ahead = np.subtract(wall.p1, wall.p0) / length
    for opening in wall.openings:
        if opening.z0_m < 0.5:
            ends = [wall.p0 + ahead * opening.s0_m, wall.p0 + ahead * opening.s1_m]
            yield Stroke(points=sheet.at(np.array(ends)), stroke="#ffffff", width=1.2)


def _box(center: Place, size: Place, yaw: float, sheet: _Sheet) -> list[Place]:
    along = np.array([math.cos(yaw), math.sin(yaw)]) * size[0] / 2
    across = np.array([-math.sin(yaw), math.cos(yaw)]) * size[1] / 2
    return sheet.at(np.array([-along - across, along - across, along + across, across - along]) + center)


def _aisle_names(facility: Facility, level: str, sheet: _Sheet) -> Iterator[Shape]:
    """At the upper mouth of each aisle, as long as names do not meet."""
    taken: list[tuple[float, float, float]] = []
    for aisle in facility.aisles:
        if aisle.level != level or aisle.cross:
            continue
        x, y = min(sheet.at([aisle.p0, aisle.p1]), key=lambda place: place[1])
        half = 0.3 * 8 * len(aisle.id) + 1
        if all(abs(x - other) > half + width or abs(y - row) > 9 for other, row, width in taken):
            taken.append((x, y, half))
            yield Label(at=(x, y - 2), text=aisle.id, size=8, fill=INK, anchor="middle", halo=True)


def _stations(facility: Facility, level: str, sheet: _Sheet) -> Iterator[Shape]:
    for station in facility.stations:
        if station.level == level:
            ((x, y),) = sheet.at([station.pose[:2]])
            side = 3.0
            corners = [(x - side, y), (x, y - side), (x + side, y), (x, y + side)]
            yield Area(points=corners, fill="#ffffff", stroke=INK, width=1.2)
            yield Label(at=(x, y + 13), text=station.id, size=8, fill=INK, anchor="middle", halo=True)


def _links(facility: Facility, level: str, sheet: _Sheet) -> Iterator[Shape]:
    """A sign for each end of a lift or stairs, with its name and where it leads, within the sheet."""
    for link, at, to in link_ends(facility, level):
        ((x, y),) = sheet.at([at])
        frame, *inside = link_symbol(link.kind, (x, y))
        yield Area(points=frame[:-1], fill="#ffffff", stroke=INK, width=1.2)
        yield from (Stroke(points=line, stroke=INK, width=0.8) for line in inside)
        name = f"{link.id} to {to}"
        least = sheet.left + 0.3 * 8 * len(name) + 3  # clear of the walls
        middle = min(max(x, least), WIDTH - least)
        yield Label(at=(middle, y - HALF - 3), text=name, size=8, fill=INK, anchor="middle", halo=True)


def _marks(marks: Sequence[Mark], sheet: _Sheet) -> Iterator[Shape]:
    """A number beside each place with a line to it, kept apart from those before and within the sheet."""
    taken: list[Place] = []
    for mark in marks:
        ((x, y),) = sheet.at([mark.at])
        candidates = [
            (x + reach * math.cos(angle), y + reach * math.sin(angle))
            for reach in (16.0, 26.0, 38.0)
            for angle in (-0.6, 0.6, math.pi - 0.6, math.pi + 0.6, -math.pi / 2, math.pi / 2)
        ]
        place = next((each for each in candidates if _is_free(each, taken, sheet)), candidates[0])
        taken.append(place)
        yield Stroke(points=[(x, y), place], stroke=INK, width=0.9)
        yield Disc(center=place, radius=DISC, fill="#ffffff", stroke=INK, width=1.1)
        yield Label(
            at=(place[0], place[1] + 0.36 * TEXT),
            text=str(mark.number),
            size=TEXT,
            fill=INK,
            anchor="middle",
            bold=True,
        )


def _is_free(place: Place, taken: Sequence[Place], sheet: _Sheet) -> bool:
    x, y = place
    is_inside = DISC < x < WIDTH - DISC and DISC < y < MARGIN + sheet.height - DISC
    return is_inside and all(math.dist(place, other) > 2.2 * DISC for other in taken)


def _arrow(arrow: Arrow, sheet: _Sheet) -> Iterator[Shape]:
    """A line with a head that lies at its end."""
    start, end = sheet.at([arrow.start, arrow.end])
    length = math.dist(start, end)
    yield Stroke(points=[start, end], stroke=ARROW, width=0.7)
    if length > 0:
        ahead = ((end[0] - start[0]) / length, (end[1] - start[1]) / length)
        back = (end[0] - HEAD * ahead[0], end[1] - HEAD * ahead[1])
        wings = [(back[0] + side * ahead[1], back[1] - side * ahead[0]) for side in (-HEAD / 3, HEAD / 3)]
        yield Area(points=[end, *wings], fill=ARROW)


def _foot(facility: Facility, sheet: _Sheet) -> Iterator[Shape]:
    """A scale bar of about a quarter of the width, and north, or the world's Y axis where that is unknown."""
    y = MARGIN + sheet.height + 18.0
    rough = WIDTH / 4 / sheet.scale
    power = 10.0 ** math.floor(math.log10(rough))
    metres = max(power * nice for nice in (1, 2, 5) if power * nice <= rough)
    end = MARGIN + metres * sheet.scale
    yield Stroke(points=[(MARGIN, y - 4), (MARGIN, y), (end, y), (end, y - 4)], stroke=INK, width=1.2)
    yield Label(at=(end + 6, y + 1), text=f"{metres:g} m", size=TEXT, fill=INK)
    reference = facility.frame.georeference
    yaw = 0.0 if reference is None else reference.yaw_rad
    ((x, up),) = sheet.frame.turned([[math.sin(yaw), math.cos(yaw)]]).tolist()
    middle = (WIDTH - MARGIN - 24.0, y - 4.0)
    tail, tip = ((middle[0] + sign * 9 * x, middle[1] - sign * 9 * up) for sign in (-1, 1))
    wings = [(tip[0] - 6 * x + side * 3 * up, tip[1] + 6 * up + side * 3 * x) for side in (-1, 1)]
    yield Stroke(points=[tail, tip], stroke=INK, width=1.2)
    yield Area(points=[tip, *wings], fill=INK)
    name = "Y axis" if reference is None else "north"
    yield Label(at=(middle[0] - 14, y + 1), text=name, size=TEXT, fill=INK, anchor="end")
