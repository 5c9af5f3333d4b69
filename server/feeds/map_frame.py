"""A map's frame on the site: machines measure in their own, the twin in one."""

from __future__ import annotations

import math
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from spatial.poses import wrap_yaw

FARTHEST_M = 1e6
"""So far from an origin may a machine stand [m]."""


class MapFrame(BaseModel):
    """Where the map's origin lies on the site [m] and how its x axis is turned from the site's [rad]."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    x_m: Annotated[float, Field(ge=-FARTHEST_M, le=FARTHEST_M)] = 0.0
    y_m: Annotated[float, Field(ge=-FARTHEST_M, le=FARTHEST_M)] = 0.0
    yaw_rad: Annotated[float, Field(ge=-2 * math.pi, le=2 * math.pi)] = 0.0

    def point(self, x_m: float, y_m: float) -> tuple[float, float]:
        """A point of the map on the site. Raises ValueError for one too far away."""
        for axis, value in (("x", x_m), ("y", y_m)):
            if not abs(value) <= FARTHEST_M:
                raise ValueError(
                    f"{axis} {value:g} is beyond {FARTHEST_M:g} m: give metres in the map's frame"
                )
        if self.yaw_rad == 0.0:
            return x_m + self.x_m, y_m + self.y_m
        c, s = math.cos(self.yaw_rad), math.sin(self.yaw_rad)
        return c * x_m - s * y_m + self.x_m, s * x_m + c * y_m + self.y_m

    def yaw(self, yaw_rad: float) -> float:
        """A heading of the map on the site, in (−π, π]. Raises ValueError for one that is no angle."""
        if not abs(yaw_rad) <= FARTHEST_M:
            raise ValueError(f"theta {yaw_rad:g} is no angle: give radians within -π and π")
        return wrap_yaw(yaw_rad + self.yaw_rad)
