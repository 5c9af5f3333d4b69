"""One level of a facility as a plan: areas, lines and words by layer, in the world's x, y, metres.

What DXF and SVG draw is the same; they differ in how it looks.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import shapely

from layouts.diff.link_symbols import link_ends
from layouts.report.plan_frame import rack_corners
from spatial.facility import Column, Facility, Obstacle, Rack
from spatial.meshes.boxes import make_boxes
from spatial.meshes.mesh import level_outlines
from viewer.exports.plan_marks import Area, Line, Place, Words, footprint
from viewer.exports.plan_walls import corner_areas, door_words, wall_areas

FACE_INSET_M = 0.06
STATION_M = 1.0


@dataclass(frozen=True, kw_only=True)
class PlanParts:
    """From back to front."""

    areas: Sequence[Area]
    lines: Sequence[Line]
    words: Sequence[Words]


def plan_parts(facility: Facility, level: str) -> PlanParts:
    """The plan of a level. BadDataError for links that are none."""
    racks = [rack for rack in facility.racks if rack.level == level]
    columns = [column for column in facility.columns if column.level == level]
    walls = [wall for wall in facility.walls if wall.level == level]
    obstacles = [obstacle for obstacle in facility.obstacles if obstacle.level == level]
    outline = level_outlines(facility).get(level, shapely.Polygon())
    return PlanParts(
        areas=[
            *_floor(facility, level),
            *(Area(layer="rack", id=r.id, kind=r.kind, points=_places(rack_corners(r))) for r in racks),
            *(Area(layer="obstacle", id=o.id, kind=o.kind, points=o.footprint) for o in obstacles),
            *map(_column, columns),
            *(area for wall in walls for area in wall_areas(wall, outline)),
            *corner_areas(walls, outline),
        ],
        lines=[
            *(line for rack in racks for line in (*_frames(rack), *_faces(rack))),
            *(
                Line(layer="aisle", id=aisle.id, points=(aisle.p0, aisle.p1))
                for aisle in facility.aisles
                if aisle.level == level
            ),
            *_stations(facility, level),
        ],
        words=[
            *map(_rack_words, racks),
            *map(_obstacle_words, obstacles),
            *(words for wall in walls for words in door_words(wall, outline)),
            *_aisle_words(facility, level),
            *(
                Words(layer="station", id=station.id, text=station.id, at=station.pose[:2])
                for station in facility.stations
                if station.level == level
            ),
            *(
                Words(layer="link", id=link.id, text=f"{link.id} to {to}", at=at)
                for link, at, to in link_ends(facility, level)
            ),
        ],
    )


def readable(yaw_rad: float) -> float:
    """The heading, turned by half where words along it would stand on their heads; in −80…100°.

    What is about upright is read from the right.
    """
    least = math.radians(-80.0)
    return (yaw_rad - least) % math.pi + least


def _floor(facility: Facility, level: str) -> Iterator[Area]:
    for each in facility.levels:
        if each.id == level and each.outline:
            yield Area(layer="floor", id=each.id, points=each.outline)
            yield from (Area(layer="hole", id=each.id, points=hole) for hole in each.holes)


def _column(column: Column) -> Area:
    box = make_boxes((*column.center, 0.0), (*column.size_m, 1.0), column.yaw_rad)
    return Area(layer="column", id=column.id, points=footprint(box, 0))


def _frames(rack: Rack) -> Iterator[Line]:
    """A line across the row in the middle of each frame between two bays."""
    bays = sorted(rack.bays, key=lambda bay: bay.offset_m)
    for bay, following in pairwise(bays):
        u = (bay.offset_m + bay.width_m + following.offset_m) / 2
        ends = ((u, -rack.depth_m / 2), (u, rack.depth_m / 2))
        yield Line(layer="bay", id=rack.id, points=_in_world(rack, ends))


def _faces(rack: Rack) -> Iterator[Line]:
    """A line along each side that is picked from, a little within the row."""
    for side in rack.faces:
        v = side * max(rack.depth_m / 2 - FACE_INSET_M, 0.0)
        yield Line(layer="pick_face", id=rack.id, points=_in_world(rack, ((0.0, v), (rack.length_m, v))))


def _stations(facility: Facility, level: str) -> Iterator[Line]:
    """A diamond with a line ahead."""
    half = STATION_M / 2
    for station in facility.stations:
        if station.level == level:
            x, y, yaw = station.pose
            c, s = math.cos(yaw), math.sin(yaw)
            for points in (
                ((half, 0.0), (0.0, half), (-half, 0.0), (0.0, -half), (half, 0.0)),
                ((half, 0.0), (2 * half, 0.0)),
            ):
                turned = [(x + c * u - s * v, y + s * u + c * v) for u, v in points]
                yield Line(layer="station", id=station.id, points=turned)


def _rack_words(rack: Rack) -> Words:
    """Name, size, height and number of bays and levels of a row, the floor counted among these."""
    brief = f"{rack.id}  {rack.length_m:.2f} × {rack.depth_m:.2f} m"
    levels = len(rack.tiers) + 1
    return Words(
        layer="rack",
        id=rack.id,
        text=f"{brief}, {len(rack.bays)} bays × {levels} levels, height {rack.height_m:.2f} m",
        brief=brief,
        at=rack.center,
        yaw_rad=rack.yaw_rad,
        length_m=rack.length_m,
        height_m=rack.depth_m,
    )


def _obstacle_words(obstacle: Obstacle) -> Words:
    """Along the longer side of its footprint."""
    polygon = shapely.Polygon(obstacle.footprint)
    ring = np.array(shapely.minimum_rotated_rectangle(polygon).exterior.coords)
    edges = np.diff(ring, axis=0)[:2]
    longest, shortest = sorted(np.hypot(*edges.T).tolist(), reverse=True)
    ahead = edges[np.hypot(*edges.T).argmax()]
    inside = polygon.centroid if polygon.contains(polygon.centroid) else polygon.representative_point()
    return Words(
        layer="obstacle",
        id=obstacle.id,
        text=obstacle.id
        if obstacle.kind == "unknown"
        else f"{obstacle.id} {obstacle.kind.replace('_', ' ')}",
        at=(inside.x, inside.y),
        yaw_rad=math.atan2(ahead[1], ahead[0]),
        length_m=longest,
        height_m=shortest,
    )


def _aisle_words(facility: Facility, level: str) -> Iterator[Words]:
    for aisle in facility.aisles:
        if aisle.level == level:
            yield Words(
                layer="aisle",
                id=aisle.id,
                text=aisle.id,
                at=((aisle.p0[0] + aisle.p1[0]) / 2, (aisle.p0[1] + aisle.p1[1]) / 2),
                yaw_rad=math.atan2(aisle.p1[1] - aisle.p0[1], aisle.p1[0] - aisle.p0[0]),
                length_m=math.dist(aisle.p0, aisle.p1),
                height_m=aisle.clear_width_m,
            )


def _in_world(rack: Rack, points: Sequence[Place]) -> list[Place]:
    """Places (u, v) of the row's own frame in the world."""
    c, s = math.cos(rack.yaw_rad), math.sin(rack.yaw_rad)
    shifted = [(u - rack.length_m / 2, v) for u, v in points]
    return [(rack.center[0] + c * u - s * v, rack.center[1] + s * u + c * v) for u, v in shifted]


def _places(points: np.ndarray[tuple[int, int], np.dtype[np.float64]]) -> list[Place]:
    return [(x, y) for x, y in points.tolist()]
