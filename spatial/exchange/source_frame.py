"""What a user tells about a file whose form leaves unit and axes open."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from spatial.exchange.draft import Draft
from spatial.facility import Point2


@dataclass(frozen=True, kw_only=True)
class SourceFrame:
    """`metres_per_unit` of the file's coordinates (0.001 for mm), and where its y axis points.

    What a file tells itself counts; what neither tells is an error that names the option, never a guess.
    ValueError for a scale that is not a positive, finite number.
    """

    metres_per_unit: float | None = None
    y_axis: Literal["up", "down"] | None = None

    def __post_init__(self) -> None:
        scale = self.metres_per_unit
        if scale is not None and not (math.isfinite(scale) and scale > 0):
            raise ValueError(f"metres_per_unit {scale} must be a positive number, such as 0.001 for mm")
        if self.y_axis not in (None, "up", "down"):
            raise ValueError(f"y_axis '{self.y_axis}' must be 'up' or 'down'")

    def point(self, x: float, y: float, *, draft: Draft, at: str) -> Point2:
        """A point of the file in metres, y up; BadDataError while unit or axis is untold."""
        scale = self.scale(draft=draft, at=at)
        if self.y_axis is None:
            draft.fail(
                at, "x and y tell no direction: pass y_axis='up' (as on a map) or 'down' (in a picture)"
            )
        return x * scale, y * scale * (1 if self.y_axis == "up" else -1)

    def scale(self, *, draft: Draft, at: str) -> float:
        """Metres per unit; BadDataError while it is untold."""
        if self.metres_per_unit is None:
            draft.fail(at, "tells no unit: pass metres_per_unit=…, such as 1 for m and 0.001 for mm")
        return self.metres_per_unit


UNTOLD = SourceFrame()
