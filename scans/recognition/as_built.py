"""What was recognised, as the parts of a Facility."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

import numpy as np
import numpy.typing as npt
import shapely
from scipy.interpolate import LinearNDInterpolator
from shapely import LineString, Polygon

from scans.recognition.aisles import FoundAisle, Side, blocking
from scans.recognition.building.floor import FloorSurface
from scans.recognition.building.openings import FoundOpening
from scans.recognition.building.walls import WallLine
from scans.recognition.obstacles import FoundObstacle
from scans.recognition.racks.blocks import axes_of
from scans.recognition.racks.rows import FoundRow
from scans.recognition.surface_sigmas import root_mean_square
from scans.recognition.uncertainty import COLUMN_M, COLUMN_SIZE_M, sigmas_of, tier_sigma
from spatial.facility import (
    Aisle,
    Bay,
    Column,
    FloorHeights,
    Level,
    Obstacle,
    Opening,
    Point2,
    Rack,
    Tier,
    Wall,
)
from spatial.floor.decks import DECK_M
from spatial.poses import wrap_yaw

LEVEL = "L0"
_SHELF_DEPTH_M = 1.0
_SHELF_SPACING_M = 0.95
_SAME_ROOF_M = 10.0


def _m(value: float) -> float:
    """A plain number for a file, to a tenth of a millimetre."""
    return round(float(value), 4)


def _sigma(value: float) -> float:
    """A standard deviation for a file, to a hundredth of a millimetre."""
    return round(float(value), 5)


def point2(xy: npt.NDArray[np.float64]) -> Point2:
    """A plain point for a file."""
    return _m(xy[0]), _m(xy[1])


def ring(polygon: Polygon) -> tuple[Point2, ...]:
    """The outer ring without its closing point."""
    return tuple(point2(p) for p in np.asarray(polygon.exterior.coords)[:-1])


def level(outline: Polygon, floor: FloorSurface, *, name: str = LEVEL, deck_m: float | None = None) -> Level:
    """The floor inside the walls with its heights; of a level above the ground, how thick its deck is."""
    x0, y0, x1, y1 = outline.bounds
    heights = floor.samples((x0, y0, x1, y1))
    elevation = float(np.median([p[2] for p in heights.points]))
    points = tuple((x, y, _m(z)) for x, y, z in heights.points)
    heights = replace(heights, points=points, sigma_m=_sigma(_sampled_sigma(outline, floor, heights)))
    return Level(
        id=name,
        elevation_m=_m(elevation),
        outline=ring(outline),
        holes=tuple(ring(Polygon(hole)) for hole in outline.interiors),
        floor=heights,
        extra={} if deck_m is None else {DECK_M: _m(deck_m)},
    )


def _sampled_sigma(outline: Polygon, floor: FloorSurface, heights: FloorHeights) -> float:
    """Of a height between the samples, anywhere inside `outline`: that of the surface, and how far it is from what is
    bilinear between them.
    """
    ij = np.stack(np.meshgrid(*map(np.arange, floor.z.shape), indexing="ij"), axis=-1).reshape(-1, 2)
    xy = floor.origin + floor.cell_m * ij
    xy = xy[shapely.contains_xy(outline, xy)]
    if len(xy) == 0:
        return floor.sigma_m
    off = LinearNDInterpolator(np.array(heights.points)[:, :2], np.array(heights.points)[:, 2])(
        xy
    ) - floor.heights(xy)
    return math.hypot(root_mean_square(floor.sigmas_at(xy)), root_mean_square(off[np.isfinite(off)]))


def wall(
    number: int,
    line: WallLine,
    openings: Sequence[FoundOpening],
    roof_m: float,
    racks: Sequence[Rack] = (),
) -> Wall:
    """A wall up to the roof, and its doors.

    Where the roof was seldom seen, `roof_m` is the height of what was: the wall is at least as high as the racks
    within 10 m of it, which stand under the same roof.
    """
    place = LineString([line.p0, line.p1])
    near = [
        rack.height_m
        for rack in racks
        if place.distance(_box(rack.center, (rack.length_m, rack.depth_m), rack.yaw_rad)) < _SAME_ROOF_M
    ]
    return Wall(
        id=f"W{number}",
        level=LEVEL,
        p0=point2(line.p0),
        p1=point2(line.p1),
        height_m=_m(max([roof_m, *near])),
        sigma_m=_sigma(line.sigma_m),
        openings=tuple(
            Opening(
                id=f"W{number}-D{k}",
                kind=o.kind,
                s0_m=_m(o.s0_m),
                s1_m=_m(o.s1_m),
                z0_m=0.0,
                z1_m=_m(o.z1_m),
                closed=o.closed,
            )
            for k, o in enumerate(openings, start=1)
        ),
    )


def rack_kind(row: FoundRow) -> Literal["pallet_rack", "shelving"]:
    """Shelving is shallow and its decks are close together."""
    z = [t.z_m for t in row.tiers]
    spacing = float(np.median(np.diff(z))) if len(z) > 1 else z[0]
    return "shelving" if row.v1 - row.v0 < _SHELF_DEPTH_M and spacing < _SHELF_SPACING_M else "pallet_rack"


def rack(
    number: int,
    row: FoundRow,
    floor: FloorSurface,
    faces: tuple[int, ...],
    mate: int | None,
    *,
    on: str = LEVEL,
) -> Rack:
    """A rack row; its base is the floor's height under its middle."""
    start = float(row.posts[0]) - row.upright_width_m / 2
    half, sigmas = row.upright_width_m / 2, sigmas_of(row)
    base_sigma = float(floor.sigmas_at(row.center[None])[0])
    return Rack(
        id=f"R{number}",
        level=on,
        kind=rack_kind(row),
        center=point2(row.center),
        base_z_m=_m(floor.heights(row.center[None])[0]),
        yaw_rad=round(wrap_yaw(row.yaw_rad), 6),
        length_m=_m(row.length_m),
        depth_m=_m(row.v1 - row.v0),
        height_m=_m(row.height_m),
        upright_width_m=_m(row.upright_width_m),
        bays=tuple(
            Bay(
                offset_m=round(float(a) + half - start, 4),
                width_m=round(float(b - a) - 2 * half, 4),
                sigma_m=_sigma(sigmas.bay_m),
            )
            for a, b in zip(row.posts[:-1], row.posts[1:], strict=True)
        ),
        tiers=tuple(
            Tier(
                z_m=_m(t.z_m),
                beam_height_m=_m(t.beam_height_m),
                sigma_m=_sigma(math.hypot(tier_sigma(row, t), base_sigma)),
            )
            for t in row.tiers
        ),
        faces=faces,
        back_to_back=None if mate is None else f"R{mate}",
        sigma_m=_sigma(sigmas.across_m),
        yaw_sigma_rad=round(sigmas.yaw_rad, 6),
        along_sigma_m=_sigma(sigmas.along_m),
        length_sigma_m=_sigma(sigmas.length_m),
        depth_sigma_m=_sigma(sigmas.depth_m),
        height_sigma_m=_sigma(sigmas.height_m),
        base_sigma_m=_sigma(base_sigma),
        evidence_points=row.evidence_points,
    )


def things(
    found: Sequence[FoundObstacle], levels: Sequence[str]
) -> tuple[tuple[Column, ...], tuple[Obstacle, ...]]:
    """Columns and obstacles, each on its own of `levels`."""
    columns: list[Column] = []
    obstacles: list[Obstacle] = []
    for thing, on in zip(found, levels, strict=True):
        if thing.is_column:
            columns.append(_column(len(columns) + 1, thing, on))
        else:
            obstacles.append(
                Obstacle(
                    id=f"O{len(obstacles) + 1}",
                    level=on,
                    kind="floor_stack" if thing.is_block and thing.footprint.area > 0.4 else "unknown",
                    footprint=ring(thing.footprint),
                    z0_m=0.0,
                    z1_m=_m(thing.top_m),
                )
            )
    return tuple(columns), tuple(obstacles)


def _column(number: int, thing: FoundObstacle, on: str) -> Column:
    box = np.asarray(thing.footprint.minimum_rotated_rectangle.exterior.coords)
    side = box[1] - box[0], box[2] - box[1]
    return Column(
        id=f"C{number}",
        level=on,
        center=point2(box[:4].mean(0)),
        size_m=(round(float(np.linalg.norm(side[0])), 3), round(float(np.linalg.norm(side[1])), 3)),
        yaw_rad=round(wrap_yaw(float(np.arctan2(side[0][1], side[0][0]))), 5),
        height_m=_m(thing.top_m),
        sigma_m=COLUMN_M,
        size_sigma_m=COLUMN_SIZE_M,
    )


def aisles(
    found: Sequence[FoundAisle],
    levels: Sequence[str],
    obstacles: Sequence[Obstacle],
    columns: Sequence[Column],
) -> tuple[Aisle, ...]:
    """Aisles, each on its own of `levels`, with what blocks them there."""
    standing = [(o.level, o.id, Polygon(o.footprint)) for o in obstacles] + [
        (c.level, c.id, _box(c.center, c.size_m, c.yaw_rad)) for c in columns
    ]
    result = []
    for number, (lane, on) in enumerate(zip(found, levels, strict=True), start=1):
        beside = [(name, shape) for own, name, shape in standing if own == on]
        blocked_by = tuple(beside[i][0] for i in blocking(lane, [shape for _, shape in beside]))
        result.append(
            Aisle(
                id=f"A{number}",
                level=on,
                p0=point2(lane.p0),
                p1=point2(lane.p1),
                clear_width_m=_m(lane.clear_width_m),
                sigma_m=_sigma(lane.sigma_m),
                racks=tuple(f"R{s.row + 1}" for s in lane.sides),
                blocked=bool(blocked_by),
                blocked_by=blocked_by,
            )
        )
    return tuple(result)


def _box(center: Point2, size_m: Point2, yaw_rad: float) -> Polygon:
    """The rectangle of a column or a rack."""
    corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * np.array(size_m) / 2 @ axes_of(yaw_rad)
    return Polygon(corners + np.array(center))


def aisle_of_sides(found: Sequence[FoundAisle]) -> Mapping[Side, int]:
    """Number of the aisle, from 1, that each side of a row faces."""
    return {side: number for number, lane in enumerate(found, start=1) for side in lane.sides}
