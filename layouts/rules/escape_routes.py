"""How far it is out of a hall of several levels, where a way out may lead over stairs and through other floors."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import shapely
from shapely import MultiPolygon, Polygon

from layouts.rules.exits import Doorstep, doorsteps, exits_of, standing_on
from layouts.rules.limits import Limits
from layouts.rules.walked import walked_m
from spatial.any_angle.floor_paths import FloorPaths, floor_paths
from spatial.errors import UndecidedError
from spatial.facility import Facility, Level, Point2
from spatial.floor.agents import PICKER
from spatial.floor.facility_rules import links_of
from spatial.floor.floor_rules import Link
from spatial.floor.free_space import free_space

BESIDE_M = 2.5
"""The end of a link may lie in its shaft or on its steps: people stand on the nearest floor within this."""

Lengths = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class PartOfFloor:
    """Floor of a level with a way between all its places: `floor` where the middle of a person can be, `bare` the
    floor around it without furnishings, and the exits that are reached from it.
    """

    level: Level
    floor: Polygon
    bare: Polygon
    exits: tuple[Doorstep, ...]

    @cached_property
    def walked(self) -> FloorPaths:
        """Paths on the floor as it is."""
        return floor_paths(self.floor)

    @cached_property
    def straight(self) -> FloorPaths:
        """Paths past furnishings, but not through walls."""
        return floor_paths(self.bare)


@dataclass(frozen=True, kw_only=True, eq=False)
class EndOnFloor:
    """Where people step from a part of the floor to a link: number of the link, 0 its start or 1 its end."""

    link: int
    end: int
    part: int
    at: Point2


@dataclass(frozen=True, kw_only=True, eq=False)
class EscapeRoutes:
    """The parts of all floors, and the links that are ways out, joined to them; `unseen` levels have no outline.

    `walked_m` and `straight_m` (E,) are the lengths out from `ends`, infinite where no way out is known.
    """

    parts: tuple[PartOfFloor, ...]
    unseen: tuple[Level, ...]
    links: tuple[Link, ...]
    ends: tuple[EndOnFloor, ...]
    length_m: tuple[float, ...]
    walked_m: Lengths
    straight_m: Lengths

    def out_m(self, part: int, places: Lengths, *, is_straight: bool) -> Lengths:
        """The length (P,) out from `places` (P, 2) on a part; infinite without a way."""
        known = self.straight_m if is_straight else self.walked_m
        return _out_m(self, part, places, known, is_straight)

    def links_from(self, part: int) -> tuple[str, ...]:
        """The ids of the links by which one gets out of a part."""
        names = [
            self.links[end.link].id
            for k, end in enumerate(self.ends)
            if end.part == part and math.isfinite(_beyond(self, k, self.walked_m))
        ]
        return tuple(dict.fromkeys(names))

    def leads_to_unseen(self, part: PartOfFloor) -> bool:
        """Whether a link on the level of a part ends where no floor was seen."""
        unseen = {level.id for level in self.unseen}
        ends = [{link.start.level, link.end.level} for link in self.links]
        return any(part.level.id in both and both & unseen for both in ends)


def escape_routes(facility: Facility, limits: Limits) -> EscapeRoutes:
    """The ways out of a facility for people, over links of the limits' `way_out_links`.

    1. Of the parts of a level with no way between them, the largest and every one with a station, an aisle or the
       end of a link in it is for people.
    2. A link joins the parts that its two ends are on or beside. Whom it is for counts, not its direction.
    3. From every end the shortest way out is found through the floors, until nothing gets shorter.

    Lengths are walked, and straight: past furnishings but not through walls. A link counts with its own length.
    """
    links = tuple(
        link
        for link in links_of(facility)
        if link.kind in limits.way_out_links and link.concerns(PICKER.name)
    )
    parts: list[PartOfFloor] = []
    unseen: list[Level] = []
    for level in facility.levels:
        try:
            parts += _parts(facility, level, links, limits)
        except UndecidedError:
            unseen.append(level)
    ends = _ends(links, parts)
    elevation = {level.id: level.elevation_m for level in facility.levels}
    routes = EscapeRoutes(
        parts=tuple(parts),
        unseen=tuple(unseen),
        links=links,
        ends=ends,
        length_m=tuple(_length_m(link, elevation) for link in links),
        walked_m=np.full(len(ends), np.inf),
        straight_m=np.full(len(ends), np.inf),
    )
    walked, straight = (_settled(routes, is_straight=each) for each in (False, True))
    return replace(routes, walked_m=walked, straight_m=straight)


def _settled(routes: EscapeRoutes, *, is_straight: bool) -> Lengths:
    """3."""
    known = np.full(len(routes.ends), np.inf)
    for _ in range(len(routes.ends)):
        before = known.copy()
        for part in dict.fromkeys(end.part for end in routes.ends):
            own = [k for k, end in enumerate(routes.ends) if end.part == part]
            places = np.array([routes.ends[k].at for k in own])
            known[own] = _out_m(routes, part, places, known, is_straight)
        if np.array_equal(known, before):
            break
    return known


def _out_m(routes: EscapeRoutes, part: int, places: Lengths, known: Lengths, is_straight: bool) -> Lengths:
    floor = routes.parts[part]
    heads = [
        (end.at, beyond)
        for k, end in enumerate(routes.ends)
        if end.part == part and math.isfinite(beyond := _beyond(routes, k, known))
    ]
    doors = [_doorstep(each, floor.bare if is_straight else None) for each in floor.exits]
    seeds = [*doors, *heads]
    if not seeds:
        return np.full(len(places), np.inf)
    paths = floor.straight if is_straight else floor.walked
    at, beyond_m = np.array([seed[0] for seed in seeds]), np.array([seed[1] for seed in seeds])
    return walked_m(paths, at, beyond_m, places)


def _doorstep(step: Doorstep, bare: Polygon | None) -> tuple[Point2, float]:
    """Where people leave a floor for a door, and how far it is on to the middle of the door."""
    at = step.on_floor
    if bare is not None:
        x, y = shapely.get_coordinates(shapely.shortest_line(bare, shapely.Point(step.exit.at)))[0].tolist()
        at = (x, y)
    return at, math.dist(at, step.exit.at)


def _beyond(routes: EscapeRoutes, k: int, known: Lengths) -> float:
    """From this end over its link and on out."""
    here = routes.ends[k]
    others = [
        float(known[j])
        for j, other in enumerate(routes.ends)
        if (other.link, other.end) == (here.link, 1 - here.end)
    ]
    return routes.length_m[here.link] + min(others, default=math.inf)


def _length_m(link: Link, elevation: Mapping[str, float]) -> float:
    if link.length_m is not None:
        return link.length_m
    rise = elevation.get(link.end.level, 0.0) - elevation.get(link.start.level, 0.0)
    return math.hypot(link.end.x_m - link.start.x_m, link.end.y_m - link.start.y_m, rise)


def _ends(links: Sequence[Link], parts: Sequence[PartOfFloor]) -> tuple[EndOnFloor, ...]:
    """2: on the nearest part of the level within BESIDE_M."""
    found = []
    for number, link in enumerate(links):
        for end, place in enumerate((link.start, link.end)):
            point = shapely.Point(place.x_m, place.y_m)
            near = [
                (shapely.distance(part.floor, point), k)
                for k, part in enumerate(parts)
                if part.level.id == place.level
            ]
            away, part = min(near, default=(math.inf, -1))
            if away <= BESIDE_M:
                x, y = shapely.get_coordinates(shapely.shortest_line(parts[part].floor, point))[0].tolist()
                found.append(EndOnFloor(link=number, end=end, part=part, at=(x, y)))
    return tuple(found)


def _parts(facility: Facility, level: Level, links: Sequence[Link], limits: Limits) -> list[PartOfFloor]:
    space = free_space(facility, PICKER, level.id)
    standing = standing_on(facility, space)
    exits = [each for each in exits_of(facility, limits) if each.wall.level == level.id]
    empty = replace(facility, racks=(), columns=(), obstacles=())
    bare = free_space(empty, PICKER, level.id).clear.geoms
    return [
        PartOfFloor(
            level=level,
            floor=floor,
            bare=max(bare, key=lambda each: each.intersection(floor).area),
            exits=tuple(doorsteps(exits, floor, standing)),
        )
        for floor in _parts_for_people(facility, level, links, space.clear)
    ]


def _parts_for_people(
    facility: Facility, level: Level, links: Sequence[Link], clear: MultiPolygon
) -> list[Polygon]:
    """1. Corners are kept square: few, and a hair farther round than a person walks."""
    parts: list[Polygon] = shapely.get_parts(clear.buffer(-PICKER.radius_m, join_style="mitre")).tolist()
    if not parts:
        return []
    known = [each.pose[:2] for each in facility.stations if each.level == level.id]
    known += [
        ((a.p0[0] + a.p1[0]) / 2, (a.p0[1] + a.p1[1]) / 2) for a in facility.aisles if a.level == level.id
    ]
    known += [(end.x_m, end.y_m) for link in links for end in (link.start, link.end) if end.level == level.id]
    used = shapely.MultiPoint(known)
    largest = max(parts, key=lambda part: part.area)
    return [part for part in parts if part is largest or shapely.dwithin(part, used, PICKER.radius_m)]
