"""The search for rack rows: whole rows first, then what a thin scan shows of them, then rows like their siblings."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import shapely
from shapely import Polygon
from shapely.geometry.base import BaseGeometry

from scans.recognition.racks.alike import parted, with_like_depths
from scans.recognition.racks.blocks import SCALES, BlockMaps, RackBlock
from scans.recognition.racks.choice import choose_rows, footprint
from scans.recognition.racks.hidden_faces import with_hidden_faces
from scans.recognition.racks.rows import FoundRow, ThinBlock, rows_like, rows_of_block
from scans.recognition.tiled_points import TiledPoints
from scans.recognition.uncertainty import row_sigmas

_SURE_QUALITY = 0.8


def find_racks(
    points: npt.NDArray[np.float64],
    heights: npt.NDArray[np.float64],
    ceiling_m: float,
    *,
    kept: npt.NDArray[np.bool_] | None = None,
    workers: int | None = None,
) -> tuple[FoundRow, ...]:
    """The rack rows among those of `points` (N, 3), at `heights` (N,) above the floor, that `kept` (N,) marks, if not
    all: what is neither floor nor wall.

    A block that surely is a rack is not looked at again at a wider scale. Blocks are looked at by `workers` threads,
    as many as there are processors by default; the rows are the same with any number of them.
    """
    cloud = TiledPoints.of(points, heights, kept)
    maps = BlockMaps(cloud.xyz, cloud.heights, ceiling_m)
    found: list[FoundRow] = []
    unsure: list[ThinBlock] = []
    with ThreadPoolExecutor(workers or len(os.sched_getaffinity(0))) as pool:
        for scale in SCALES:
            sure = shapely.union_all([footprint(r) for r in found if r.quality >= _SURE_QUALITY])
            blocks = [block for block in maps.blocks(scale) if not _is_covered(block, sure)]
            for rows, thin in pool.map(lambda block: rows_of_block(block, cloud), blocks):
                found += rows
                unsure += [thin] if thin else []
        models = [r for r in found if len(r.posts) > 2]
        if models:
            for rows in pool.map(lambda thin: rows_like(thin, models, cloud), unsure):
                found += rows
        chosen = list(pool.map(lambda row: with_hidden_faces(row, cloud), choose_rows(found)))
        chosen = list(choose_rows(with_like_depths(parted(chosen, cloud), cloud)))
        return tuple(pool.map(lambda row: replace(row, sigmas=row_sigmas(row, cloud)), chosen))


def _is_covered(block: RackBlock, sure: BaseGeometry) -> bool:
    shape = Polygon(block.corners())
    return bool(shape.intersection(sure).area >= 0.6 * shape.area)
