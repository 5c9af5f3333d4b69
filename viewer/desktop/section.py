"""A cut through a hall: at a height, or along or across its aisles; what lies beyond is taken away."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

Axis = Literal["off", "height", "along", "across"]
AXES: tuple[Axis, ...] = ("off", "height", "along", "across")
STEP = 0.02
SHARE_AT_FIRST = 0.6


@dataclass(frozen=True)
class Section:
    """A cut at a `share` of the hall's extent: 0 takes all away, 1 nothing. `heading` is that of the aisles."""

    axis: Axis = "off"
    share: float = SHARE_AT_FIRST

    def next_axis(self) -> Section:
        """The same for the next of the axes."""
        return Section(AXES[(AXES.index(self.axis) + 1) % len(AXES)])

    def moved(self, by: float) -> Section:
        """The cut further on or back, within the hall."""
        return Section(self.axis, min(1.0, max(0.0, round(self.share + by, 4))))

    def plane(
        self, points: npt.NDArray[np.float64], heading_rad: float
    ) -> tuple[npt.NDArray[np.float64], float] | None:
        """The plane (4,), whose near side a x + b y + c z + d ≥ 0 stays, and where it is, metres from the hall's
        low end (or the world's zero for a height); None when it is off, or there are no points (N, 3).
        """
        if self.axis == "off" or not len(points):
            return None
        if self.axis == "height":
            direction = np.array([0.0, 0.0, 1.0])
        else:
            angle = heading_rad + (math.pi / 2 if self.axis == "along" else 0.0)
            direction = np.array([math.cos(angle), math.sin(angle), 0.0])
        reach = points @ direction
        low, high = float(reach.min()), float(reach.max())
        at_m = low + self.share * (high - low) + 1e-3
        return np.array([*(-direction), at_m]), at_m - (0.0 if self.axis == "height" else low)
