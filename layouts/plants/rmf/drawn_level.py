"""One level of a building map in metres: its corners, and the elements that name them by number."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import shapely

from spatial.exchange.draft import FARTHEST_M
from spatial.exchange.record import Record
from spatial.exchange.rmf_frames import Place
from spatial.exchange.rmf_parts import index_pair, parameters, position
from spatial.facility import Point2

FINEST, COARSEST = 1e-6, 1e3
"""Metres per pixel of any drawing of a building."""


@dataclass(frozen=True)
class DrawnLevel:
    """A level's id, its record in the file, its corners in metres, and metres per unit of the file."""

    id: str
    record: Record
    corners: tuple[Point2, ...]
    metres_per_unit: float

    def segments(self, kind: str) -> Iterator[tuple[Point2, Point2, Record]]:
        """Both ends and the parameters of each entry [i, j, parameters] of the list `kind`."""
        for item, path in self.record.items(kind):
            i, j = index_pair(item, path, self.record, below=len(self.corners))
            told = parameters(item[2] if len(item) > 2 else None, self.record, f"{path}[2]")
            yield self.corners[i], self.corners[j], Record(told.value, path, self.record.draft)

    def polygons(self, kind: str) -> Iterator[shapely.Polygon]:
        """The polygons of the list `kind`; one with fewer than 3 corners is left out with a warning."""
        for told in self.record.records(kind):
            numbers = told.items("vertices")
            for number, path in numbers:
                if type(number) is not int or not 0 <= number < len(self.corners):
                    told.draft.fail(path, f"{number!r:.40} is no vertex of 0 … {len(self.corners) - 1}")
            ring = [self.corners[number] for number, _ in numbers]
            if len(ring) < 3:
                told.draft.warn(told.path, f"{len(ring)} corners are no polygon: left out")
                continue
            polygon = shapely.Polygon(ring)
            if not polygon.is_valid:
                reason = shapely.is_valid_reason(polygon)
                told.draft.warn(told.path, f"its outline crosses itself ({reason}): its parts are taken")
            yield polygon


def drawn_level(name: str, level: Record, place: Place, metres_per_unit: float) -> DrawnLevel:
    """The level with its corners in metres.

    BadDataError for a scale that no drawing has, and a corner that is no number or too far away.
    """
    if not FINEST <= metres_per_unit <= COARSEST:
        said = f"{metres_per_unit:g} m per pixel: no drawing is finer than {FINEST:g} or coarser than {COARSEST:g} m"
        level.draft.fail(
            level.at("measurements"), f"{said}: mend the measurements, or pass --metres-per-pixel"
        )
    corners = []
    for item, path in level.items("vertices"):
        x, y = place(*position(item, path, level))
        if not (math.hypot(x, y) <= FARTHEST_M):
            level.draft.fail(path, f"lies at {x:g}, {y:g} m: expected metres within ±{FARTHEST_M:.0f}")
        corners.append((x, y))
    return DrawnLevel(name, level, tuple(corners), metres_per_unit)
