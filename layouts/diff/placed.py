"""Every element of a facility as a thing with a name, a footprint and measures, so that one rule compares all."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import shapely

from spatial.facility import Aisle, Column, Facility, Obstacle, Opening, Point2, Rack, Station, Wall
from spatial.floor.facility_rules import links_of
from spatial.floor.floor_rules import Link

Element = Rack | Wall | Opening | Column | Obstacle | Aisle | Station | Link

KINDS = ("level", "rack", "aisle", "wall", "opening", "column", "obstacle", "station", "link")
"""In the order in which differences are told."""

STATION_SIZE_M = 1.0
"""Side of the square that stands for a station or a link's end, which has a place and no footprint."""

WALL_THICKNESS_M = 0.2
"""Where a wall tells none."""


@dataclass(frozen=True, kw_only=True)
class Measure:
    """A number with its standard deviation, in the unit that ends its name."""

    name: str
    value: float
    sigma: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Placed:
    """An element where it stands: a box of `length_m` along `yaw_rad` by `depth_m` about `center`, metres.

    `sigma_m` is per axis. Turned by `period_rad` it looks the same. `labels` are properties that are the same
    or are not.
    """

    kind: str
    id: str
    level: str
    what: str
    center: Point2
    yaw_rad: float
    length_m: float
    depth_m: float
    sigma_m: float
    yaw_sigma_rad: float
    period_rad: float
    measures: tuple[Measure, ...]
    labels: tuple[tuple[str, str], ...]
    element: Element

    def corners(self, grown_m: float = 0.0) -> npt.NDArray[np.float64]:
        """The footprint (4, 2), counter-clockwise, with `grown_m` more on each side."""
        along = np.array([math.cos(self.yaw_rad), math.sin(self.yaw_rad)]) * (self.length_m / 2 + grown_m)
        across = np.array([-math.sin(self.yaw_rad), math.cos(self.yaw_rad)]) * (self.depth_m / 2 + grown_m)
        ring = np.array([-along - across, along - across, along + across, across - along])
        return ring + self.center


def placed_elements(facility: Facility, *, unmeasured_sigma_m: float, is_exact: bool) -> list[Placed]:
    """All elements, sorted by kind and id; BadDataError for links that are none.

    Obstacles, stations and links of a scan carry no sigma of their own: they get `unmeasured_sigma_m`. With
    `is_exact` every sigma is 0.
    """
    elevation = {level.id: level.elevation_m for level in facility.levels}
    loose_m = unmeasured_sigma_m if facility.kind == "as_built" and not is_exact else 0.0
    share = 0.0 if is_exact else 1.0
    found = [
        *(_rack(rack, share) for rack in facility.racks),
        *(_aisle(aisle, share * aisle.sigma_m) for aisle in facility.aisles),
        *(_wall(wall, share * wall.sigma_m) for wall in facility.walls),
        *(opening for wall in facility.walls for opening in _openings(wall, share * wall.sigma_m)),
        *(_column(column, share * column.sigma_m) for column in facility.columns),
        *(_obstacle(obstacle, loose_m) for obstacle in facility.obstacles),
        *(_station(station, loose_m) for station in facility.stations),
        *(_link(_upwards(link, elevation), loose_m) for link in links_of(facility)),
    ]
    return sorted(found, key=lambda one: (KINDS.index(one.kind), one.id))


def _rack(rack: Rack, share: float) -> Placed:
    sigma = share * rack.sigma_m
    yaw_sigma = _yaw_sigma(sigma, rack.length_m) if rack.yaw_sigma_rad is None else share * rack.yaw_sigma_rad
    return Placed(
        kind="rack",
        id=rack.id,
        level=rack.level,
        what=rack.kind,
        center=rack.center,
        yaw_rad=rack.yaw_rad,
        length_m=rack.length_m,
        depth_m=rack.depth_m,
        sigma_m=sigma,
        yaw_sigma_rad=yaw_sigma,
        period_rad=math.pi,
        measures=(
            Measure(name="length_m", value=rack.length_m, sigma=sigma),
            Measure(name="depth_m", value=rack.depth_m, sigma=sigma),
            Measure(name="height_m", value=rack.height_m, sigma=sigma),
            Measure(name="base_z_m", value=rack.base_z_m, sigma=sigma),
        ),
        labels=(("kind", rack.kind), ("bays", str(len(rack.bays))), ("tiers", str(len(rack.tiers)))),
        element=rack,
    )


def _aisle(aisle: Aisle, sigma_m: float) -> Placed:
    center, yaw, length = _span(aisle.p0, aisle.p1)
    return Placed(
        kind="aisle",
        id=aisle.id,
        level=aisle.level,
        what="cross-aisle" if aisle.cross else "aisle",
        center=center,
        yaw_rad=yaw,
        length_m=length,
        depth_m=aisle.clear_width_m,
        sigma_m=sigma_m,
        yaw_sigma_rad=_yaw_sigma(sigma_m, length),
        period_rad=math.pi,
        measures=(
            Measure(name="length_m", value=length, sigma=sigma_m),
            Measure(name="clear_width_m", value=aisle.clear_width_m, sigma=sigma_m),
        ),
        labels=(("kind", "cross-aisle" if aisle.cross else "aisle"), ("blocked", _yes(aisle.blocked))),
        element=aisle,
    )


def _wall(wall: Wall, sigma_m: float) -> Placed:
    center, yaw, length = _span(wall.p0, wall.p1)
    thickness = () if wall.thickness_m is None else (Measure(name="thickness_m", value=wall.thickness_m),)
    return Placed(
        kind="wall",
        id=wall.id,
        level=wall.level,
        what="wall",
        center=center,
        yaw_rad=yaw,
        length_m=length,
        depth_m=WALL_THICKNESS_M if wall.thickness_m is None else wall.thickness_m,
        sigma_m=sigma_m,
        yaw_sigma_rad=_yaw_sigma(sigma_m, length),
        period_rad=math.pi,
        measures=(
            Measure(name="length_m", value=length, sigma=sigma_m),
            Measure(name="height_m", value=wall.height_m, sigma=sigma_m),
            *thickness,
        ),
        labels=(),
        element=replace(wall, openings=()),  # openings are elements of their own
    )


def _openings(wall: Wall, sigma_m: float) -> Iterator[Placed]:
    (_, yaw, _) = _span(wall.p0, wall.p1)
    for opening in wall.openings:
        middle, width = (opening.s0_m + opening.s1_m) / 2, opening.s1_m - opening.s0_m
        yield Placed(
            kind="opening",
            id=opening.id,
            level=wall.level,
            what=opening.kind,
            center=(wall.p0[0] + middle * math.cos(yaw), wall.p0[1] + middle * math.sin(yaw)),
            yaw_rad=yaw,
            length_m=width,
            depth_m=WALL_THICKNESS_M,
            sigma_m=sigma_m,
            yaw_sigma_rad=_yaw_sigma(sigma_m, width),
            period_rad=math.pi,
            measures=(
                Measure(name="width_m", value=width, sigma=sigma_m),
                Measure(name="z0_m", value=opening.z0_m, sigma=sigma_m),
                Measure(name="z1_m", value=opening.z1_m, sigma=sigma_m),
            ),
            labels=(("kind", opening.kind),),
            element=opening,
        )


def _column(column: Column, sigma_m: float) -> Placed:
    return _box(
        column,
        "column",
        what="column",
        center=column.center,
        yaw=column.yaw_rad,
        size=column.size_m,
        sigma_m=sigma_m,
        more=(Measure(name="height_m", value=column.height_m, sigma=sigma_m),),
    )


def _obstacle(obstacle: Obstacle, sigma_m: float) -> Placed:
    """Its least rectangle; the side of the square of the same area tells of other shapes."""
    footprint = shapely.Polygon(obstacle.footprint)
    ring = shapely.get_coordinates(shapely.minimum_rotated_rectangle(footprint))
    if len(ring) < 4:
        raise ValueError(f"the footprint of obstacle {obstacle.id!r} has no area: give it three corners")
    along, across = ring[1] - ring[0], ring[2] - ring[1]
    size = (float(np.hypot(*along)), float(np.hypot(*across)))
    middle = (ring[0] + ring[2]) / 2
    return _box(
        obstacle,
        "obstacle",
        what=obstacle.kind,
        center=(float(middle[0]), float(middle[1])),
        yaw=math.atan2(along[1], along[0]),
        size=size,
        sigma_m=sigma_m,
        more=(
            Measure(name="square_side_m", value=math.sqrt(footprint.area), sigma=sigma_m),
            Measure(name="z0_m", value=obstacle.z0_m, sigma=sigma_m),
            Measure(name="z1_m", value=obstacle.z1_m, sigma=sigma_m),
        ),
    )


def _box(
    element: Column | Obstacle,
    kind: str,
    *,
    what: str,
    center: Point2,
    yaw: float,
    size: Point2,
    sigma_m: float,
    more: tuple[Measure, ...],
) -> Placed:
    """A rectangle with its longer side as its length, since which side is called the first says nothing."""
    length, depth = max(size), min(size)
    is_square = length - depth <= 1e-9 + 3 * sigma_m
    return Placed(
        kind=kind,
        id=element.id,
        level=element.level,
        what=what,
        center=center,
        yaw_rad=yaw if size[0] >= size[1] else yaw + math.pi / 2,
        length_m=length,
        depth_m=depth,
        sigma_m=sigma_m,
        yaw_sigma_rad=_yaw_sigma(sigma_m, length),
        period_rad=math.pi / 2 if is_square else math.pi,
        measures=(
            Measure(name="length_m", value=length, sigma=sigma_m),
            Measure(name="depth_m", value=depth, sigma=sigma_m),
            *more,
        ),
        labels=(("kind", what),),
        element=element,
    )


def _station(station: Station, sigma_m: float) -> Placed:
    x, y, yaw = station.pose
    return Placed(
        kind="station",
        id=station.id,
        level=station.level,
        what=station.kind,
        center=(x, y),
        yaw_rad=yaw,
        length_m=STATION_SIZE_M,
        depth_m=STATION_SIZE_M,
        sigma_m=sigma_m,
        yaw_sigma_rad=_yaw_sigma(sigma_m, STATION_SIZE_M),
        period_rad=math.tau,
        measures=(),
        labels=(("kind", station.kind), ("servers", str(station.servers))),
        element=station,
    )


def _upwards(link: Link, elevation: Mapping[str, float]) -> Link:
    """A link that is used both ways, from its lower end: which end a file names first says nothing."""
    start, end = ((elevation.get(each.level, 0.0), each.level) for each in (link.start, link.end))
    if link.one_way or start <= end:
        return link
    return link.model_copy(update={"start": link.end, "end": link.start})


def _link(link: Link, sigma_m: float) -> Placed:
    """Where it starts; how far it leads from there is told as measures."""
    told = {
        "kind": link.kind,
        "to": link.end.level,
        "length": "straight" if link.length_m is None else f"{link.length_m:g} m",
        "time": "as walked" if link.time_s is None else f"{link.time_s:g} s",
        "width": "not told" if link.width_m is None else f"{link.width_m:g} m",
        "one_way": _yes(link.one_way),
        "agents": ", ".join(sorted(link.agents)) or "all",
    }
    return Placed(
        kind="link",
        id=link.id,
        level=link.start.level,
        what=link.kind,
        center=(link.start.x_m, link.start.y_m),
        yaw_rad=0.0,
        length_m=STATION_SIZE_M,
        depth_m=STATION_SIZE_M,
        sigma_m=sigma_m,
        yaw_sigma_rad=0.0,
        period_rad=math.tau,
        measures=(
            Measure(name="run_x_m", value=link.end.x_m - link.start.x_m, sigma=math.sqrt(2) * sigma_m),
            Measure(name="run_y_m", value=link.end.y_m - link.start.y_m, sigma=math.sqrt(2) * sigma_m),
        ),
        labels=tuple(told.items()),
        element=link,
    )


def _span(p0: Point2, p1: Point2) -> tuple[Point2, float, float]:
    """Middle, heading and length of a segment."""
    dx, dy = p1[0] - p0[0], p1[1] - p0[1]
    return ((p0[0] + p1[0]) / 2, (p0[1] + p1[1]) / 2), math.atan2(dy, dx), math.hypot(dx, dy)


def _yaw_sigma(sigma_m: float, length_m: float) -> float:
    """Of the line through two ends, each known to `sigma_m` across."""
    return math.sqrt(2) * sigma_m / length_m if length_m else 0.0


def _yes(flag: bool) -> str:
    return "yes" if flag else "no"
