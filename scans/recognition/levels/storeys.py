"""A hall's storeys: the points of each level, from its floor up to the deck over it or the roof."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
from shapely import LineString, Polygon

from scans.levelled_scan import LevelledScan
from scans.recognition.as_built import LEVEL
from scans.recognition.building.floor import FloorSurface
from scans.recognition.building.walls import WallLine
from scans.recognition.levels.platforms import Platform, over
from scans.roomy_arrays import parts_of, roomy_empty

_FACE_M = 0.05
_EDGE_M = 0.1
_BESIDE_M = 0.6  # a person's width: what is farther from a level than that does not bound it


@dataclass(frozen=True)
class Storey:
    """A level with its own part of the scan, whose heights are above its floor, and the walls that bound it.

    `floor` is told to the millimetre; the heights are above the coarser one of `hall`.
    """

    id: str
    hall: LevelledScan
    floor: FloorSurface
    outline: Polygon
    walls: tuple[WallLine, ...]
    platform: Platform | None = None

    @property
    def deck_m(self) -> float | None:
        """How thick its deck is; None of the ground."""
        return None if self.platform is None else self.platform.elevation_m - self.platform.underside_m


def storeys_of(
    hall: LevelledScan,
    floor: FloorSurface,
    outline: Polygon,
    walls: Sequence[WallLine],
    platforms: Sequence[Platform],
) -> tuple[Storey, ...]:
    """The ground inside `outline` with its `floor`, and a storey for each of `platforms`, the lowest first.

    A hall without any is its own only storey.
    """
    if not platforms:
        return (Storey(LEVEL, hall, floor, outline, tuple(walls)),)
    ground = Storey(LEVEL, _part(hall, _below(hall, platforms)), floor, outline, tuple(walls))
    uppers = [
        _upper(f"L{number}", hall, walls, platform, platforms[number:])
        for number, platform in enumerate(platforms, start=1)
    ]
    return (ground, *uppers)


def _upper(
    name: str, hall: LevelledScan, walls: Sequence[WallLine], platform: Platform, higher: Sequence[Platform]
) -> Storey:
    heights: npt.NDArray[np.float64] = roomy_empty((len(hall.points),), np.float64)
    for part in parts_of(len(heights), hall.points, heights):
        heights[part] = hall.points[part, 2] - platform.floor.heights(hall.points[part, :2])
    roof_m = float(np.median(hall.floor.z)) + hall.roof_m - platform.elevation_m
    above = replace(hall, heights=heights, floor=platform.floor, roof_m=roof_m)
    kept = over(hall.points, platform.outline) & (heights > -_FACE_M) & _below(hall, higher)
    near = tuple(
        wall for wall in walls if LineString([wall.p0, wall.p1]).distance(platform.outline) < _BESIDE_M
    )
    return Storey(name, _part(above, kept), platform.floor, platform.outline, near, platform)


def _below(hall: LevelledScan, platforms: Sequence[Platform]) -> npt.NDArray[np.bool_]:
    """The points (N,) that are neither part of one of these decks nor above it."""
    kept = np.ones(len(hall.points), np.bool_)
    for platform in platforms:
        is_over = over(hall.points, platform.outline.buffer(_EDGE_M, join_style="mitre"))
        kept &= ~(is_over & (hall.points[:, 2] > platform.underside_m - _FACE_M))
    return kept


def _part(hall: LevelledScan, kept: npt.NDArray[np.bool_]) -> LevelledScan:
    return replace(hall, cloud=hall.cloud.where(kept), heights=hall.heights[kept])
