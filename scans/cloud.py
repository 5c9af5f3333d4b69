"""Point clouds as plain arrays."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt


@dataclass(frozen=True)
class PointCloud:
    """Points with what the scanner said about them.

    `points` (N, 3) float32 metres relative to `origin` (3,) float64, so that large coordinates lose nothing;
    `intensity` (N,) float32, `colour` (N, 3) uint8, `time_s` (N,) float64 and `station` (N,) int32 are
    optional. `station` names the pose that saw a point (a key of `ScanFile.stations` where that is known).
    `scalars` holds whatever else was measured, as a temperature, by its name: each (N,) float32, NaN where unknown.
    """

    points: npt.NDArray[np.float32]
    origin: npt.NDArray[np.float64]
    intensity: npt.NDArray[np.float32] | None = None
    colour: npt.NDArray[np.uint8] | None = None
    time_s: npt.NDArray[np.float64] | None = None
    station: npt.NDArray[np.int32] | None = None
    scalars: Mapping[str, npt.NDArray[np.float32]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.points)

    def world_points(self) -> npt.NDArray[np.float64]:
        """The points (N, 3) float64 in the world frame, metres."""
        return self.points.astype(np.float64) + self.origin
