"""A straight stretch of wall in plan."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from layouts.drawings.dxf.strokes import Points

PARALLEL_M = 0.003
"""The distance of two faces of a wall, and of pieces on one line, differs by this much at most."""

THINNEST_M, THICKEST_M = 0.04, 0.65
"""Between these two lines are the faces of a wall."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Piece:
    """A straight stretch of wall: its centre line, its thickness (0: drawn as one line), and its faces."""

    p0: Points
    p1: Points
    thickness: float
    faces: frozenset[int] = frozenset()

    @property
    def length(self) -> float:
        """Of the centre line."""
        return float(np.linalg.norm(self.p1 - self.p0))

    @property
    def along(self) -> Points:
        """Unit vector from `p0` to `p1`."""
        return np.asarray((self.p1 - self.p0) / self.length)

    @property
    def left(self) -> Points:
        """Unit vector to the left of `along`."""
        return np.array([-self.along[1], self.along[0]])

    def local(self, points: Points) -> Points:
        """Points (N, 2) as (N, 2): along the line from `p0`, and to the left of it."""
        return np.asarray((points - self.p0) @ np.column_stack([self.along, self.left]))

    def body(self, before: float = 0.0, after: float = 0.0, beside: float = 0.0) -> shapely.Polygon:
        """Its ground, lengthened before `p0` and after `p1` and widened on both sides."""
        a, b = self.p0 - before * self.along, self.p1 + after * self.along
        aside = (self.thickness / 2 + beside) * self.left
        return shapely.Polygon([a + aside, a - aside, b - aside, b + aside])

    def is_on_line(self, other: Piece) -> bool:
        """Whether the other piece lies on this one's line and is as thick."""
        v = self.local(np.array([other.p0, other.p1]))[:, 1]
        return bool(np.abs(v).max() <= PARALLEL_M) and abs(self.thickness - other.thickness) <= PARALLEL_M
