"""What a device in the hall can be placed by: marked points, and corners of columns and racks at the floor."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Literal

from pydantic import BaseModel

from server.sites import Site
from spatial.exchange.surveyed_points import read_surveyed_points
from spatial.facility import Facility, Point2, Point3

CONTROL_POINTS = "control-points.csv"
PLANNED_SIGMA_M = 0.02
"""Of what is drawn and was never measured: so far do racks and columns stand off their plan."""


class ControlPoint(BaseModel):
    """A point that people find by its name; world frame, metres. `sigma_m` is that of each coordinate."""

    name: str
    kind: Literal["marker", "column", "rack"]
    position: Point3
    sigma_m: float
    facing_rad: float | None = None


def control_points(site: Site) -> list[ControlPoint]:
    """The points of the site's control-points.csv, then corners of columns, then of racks.

    Raises BadDataError for a table that is not right.
    """
    facility = site.facility
    table = site.file(CONTROL_POINTS)
    floor_m = facility.levels[0].elevation_m if facility.levels else 0.0
    marked = [
        ControlPoint(
            name=one.name,
            kind="marker",
            position=(one.x_m, one.y_m, floor_m if one.z_m is None else one.z_m),
            sigma_m=one.sigma_m,
            facing_rad=one.facing_rad,
        )
        for one in (read_surveyed_points(table) if table is not None else ())
    ]
    return [*marked, *_column_corners(facility), *_rack_corners(facility)]


def _column_corners(facility: Facility) -> Iterator[ControlPoint]:
    elevation = {level.id: level.elevation_m for level in facility.levels}
    for column in facility.columns:
        for number, (x, y) in enumerate(_corners(column.center, column.size_m, column.yaw_rad), start=1):
            yield ControlPoint(
                name=f"column {column.id} corner {number}",
                kind="column",
                position=(x, y, elevation.get(column.level, 0.0)),
                sigma_m=_sigma(facility, column.sigma_m),
            )


def _rack_corners(facility: Facility) -> Iterator[ControlPoint]:
    for rack in facility.racks:
        for number, (x, y) in enumerate(
            _corners(rack.center, (rack.length_m, rack.depth_m), rack.yaw_rad), start=1
        ):
            yield ControlPoint(
                name=f"rack {rack.id} corner {number}",
                kind="rack",
                position=(x, y, rack.base_z_m),
                sigma_m=_sigma(facility, rack.sigma_m),
            )


def _corners(center: Point2, size_m: Point2, yaw_rad: float) -> Iterator[Point2]:
    """Counter-clockwise from the one at −u, −v."""
    cos, sin = math.cos(yaw_rad), math.sin(yaw_rad)
    for side_u, side_v in ((-1, -1), (1, -1), (1, 1), (-1, 1)):
        u, v = side_u * size_m[0] / 2, side_v * size_m[1] / 2
        yield center[0] + cos * u - sin * v, center[1] + sin * u + cos * v


def _sigma(facility: Facility, sigma_m: float) -> float:
    return PLANNED_SIGMA_M if facility.kind == "planned" else max(sigma_m, 0.001)
