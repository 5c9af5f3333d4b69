"""A hall of boxes with a deck in it, as a virtual scanner sees it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import numpy as np
import pytest

from scans.levelled_scan import LevelledScan
from scans.recognition.building.floor import FloorPlane, floor_surface
from scans.strays import is_stray
from scans.virtual import TerrestrialScanner, scan_terrestrial
from scans.voxels import VoxelAccumulator
from spatial.meshes.boxes import box_triangles, make_boxes

LENGTH_M, WIDTH_M, ROOF_M = 14.0, 10.0, 6.0
DECK = ((1.0, 1.0), (8.0, 9.0))
"""Two corners of the deck in the plan."""
TOP_M, DECK_M = 2.8, 0.15

Box: TypeAlias = tuple[tuple[float, float, float], tuple[float, float, float]]
"""Its lowest and its highest corner."""
Eyes: TypeAlias = Sequence[tuple[float, float, float]]

BELOW: Eyes = ((4.5, 5.0, 1.6), (11.0, 2.0, 1.6), (11.0, 8.0, 1.6))
ON_TOP: Eyes = ((3.0, 4.0, TOP_M + 1.6), (6.5, 7.5, TOP_M + 1.6))

SHELL: tuple[Box, ...] = (
    ((-0.1, -0.1, -0.1), (LENGTH_M + 0.1, WIDTH_M + 0.1, 0.0)),
    ((-0.1, -0.1, ROOF_M), (LENGTH_M + 0.1, WIDTH_M + 0.1, ROOF_M + 0.1)),
    ((-0.1, -0.1, 0.0), (0.0, WIDTH_M + 0.1, ROOF_M)),
    ((LENGTH_M, -0.1, 0.0), (LENGTH_M + 0.1, WIDTH_M + 0.1, ROOF_M)),
    ((0.0, -0.1, 0.0), (LENGTH_M, 0.0, ROOF_M)),
    ((0.0, WIDTH_M, 0.0), (LENGTH_M, WIDTH_M + 0.1, ROOF_M)),
)

SeenHall: TypeAlias = Callable[..., LevelledScan]


def slab(low: tuple[float, float], high: tuple[float, float], top_m: float = TOP_M) -> Box:
    """A deck between two corners of the plan."""
    return (*low, top_m - DECK_M), (*high, top_m)


@pytest.fixture(scope="session")
def seen_hall() -> SeenHall:
    """Makes the scan of a hall of 14 × 10 × 6 m with `boxes` in it from `eyes`; `knows_eyes` or not."""

    def scan(boxes: Sequence[Box], eyes: Eyes, *, knows_eyes: bool = True) -> LevelledScan:
        low, high = (np.array(corner) for corner in zip(*SHELL, *boxes, strict=True))
        vertices, faces = box_triangles(make_boxes((low + high) / 2, high - low, np.zeros(len(low))))
        places = np.array(eyes)
        seen = scan_terrestrial(
            vertices, faces, np.zeros(len(faces), np.int32), places, scanner=TerrestrialScanner(step_deg=0.4)
        )
        voxels = VoxelAccumulator(0.025)
        voxels.add(seen.cloud)
        cloud = voxels.cloud()
        cloud = cloud.where(~is_stray(cloud.points))
        points = cloud.points
        points += cloud.origin
        plane = FloorPlane(0.0, 0.0, 0.0, 1.0)
        floor = floor_surface(points, plane)
        return LevelledScan(
            cloud=type(cloud)(points, np.zeros(3), cloud.counts, cloud.station, cloud.shade),
            heights=points[:, 2] - floor.heights(points[:, :2]),
            plane=plane,
            floor=floor,
            roof_m=ROOF_M,
            stations=dict(enumerate(places)) if knows_eyes else {},
            tilt_rad=0.0,
            levelled=False,
            world_from_scan=np.eye(4),
            points_read=len(seen.cloud),
            georeference=None,
        )

    return scan


@pytest.fixture(scope="session")
def decked(seen_hall: SeenHall) -> LevelledScan:
    """A hall with a deck of 7 × 8 m, seen from below, beside and on top of it."""
    return seen_hall([slab(*DECK)], [*BELOW, *ON_TOP])
