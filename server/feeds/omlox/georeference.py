"""WGS 84 coordinates on the site: to the tangent plane at its origin, east and north, then turned into its frame.

Formulas: EPSG Guidance Note 7-2, methods 9602 (geographic to geocentric) and 9836 (geocentric to topocentric).
"""

from __future__ import annotations

import math
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from spatial.poses import wrap_yaw

A_M = 6_378_137.0
FLATTENING = 1 / 298.257223563
E2 = FLATTENING * (2 - FLATTENING)
FARTHEST_M = 100_000.0
"""A position farther from the site than this is no position at the site [m]."""


class Georeference(BaseModel):
    """Where the site's origin lies, and how its x axis is turned from east, counter-clockwise [rad]."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    latitude_deg: Annotated[float, Field(ge=-90, le=90)]
    longitude_deg: Annotated[float, Field(ge=-180, le=180)]
    height_m: Annotated[float, Field(ge=-500, le=9_000)] = 0.0
    yaw_rad: Annotated[float, Field(ge=-2 * math.pi, le=2 * math.pi)] = 0.0

    def point(self, longitude_deg: float, latitude_deg: float) -> tuple[float, float]:
        """A point at the origin's height, on the site [m]. Raises ValueError for none on earth or none near it."""
        if not (abs(longitude_deg) <= 180 and abs(latitude_deg) <= 90):
            raise ValueError(
                f"coordinates {longitude_deg:g}, {latitude_deg:g} are no longitude and latitude [°]"
            )
        east_m, north_m, _ = east_north_up(
            (latitude_deg, longitude_deg, self.height_m),
            (self.latitude_deg, self.longitude_deg, self.height_m),
        )
        if math.hypot(east_m, north_m) > FARTHEST_M:
            far_km = math.hypot(east_m, north_m) / 1000
            raise ValueError(
                f"it lies {far_km:.0f} km from the site: check `georeference`, or lon and lat are swapped"
            )
        c, s = math.cos(self.yaw_rad), math.sin(self.yaw_rad)
        return c * east_m + s * north_m, c * north_m - s * east_m


def yaw_of_course(course_deg: float, site_yaw_rad: float = 0.0) -> float:
    """The site's yaw of a course, degrees clockwise from north; the site is turned by `site_yaw_rad` from east."""
    return wrap_yaw(math.pi / 2 - math.radians(course_deg) - site_yaw_rad)


def east_north_up(
    point: tuple[float, float, float], origin: tuple[float, float, float]
) -> tuple[float, float, float]:
    """A point in the topocentric frame of `origin` [m]; both are latitude and longitude [°] and height [m]."""
    dx, dy, dz = (a - b for a, b in zip(_geocentric(point), _geocentric(origin), strict=True))
    latitude, longitude = math.radians(origin[0]), math.radians(origin[1])
    sin_lat, cos_lat = math.sin(latitude), math.cos(latitude)
    sin_lon, cos_lon = math.sin(longitude), math.cos(longitude)
    return (
        -sin_lon * dx + cos_lon * dy,
        -sin_lat * cos_lon * dx - sin_lat * sin_lon * dy + cos_lat * dz,
        cos_lat * cos_lon * dx + cos_lat * sin_lon * dy + sin_lat * dz,
    )


def _geocentric(point: tuple[float, float, float]) -> tuple[float, float, float]:
    latitude, longitude, height_m = math.radians(point[0]), math.radians(point[1]), point[2]
    nu = A_M / math.sqrt(1 - E2 * math.sin(latitude) ** 2)
    across = (nu + height_m) * math.cos(latitude)
    return (
        across * math.cos(longitude),
        across * math.sin(longitude),
        ((1 - E2) * nu + height_m) * math.sin(latitude),
    )
