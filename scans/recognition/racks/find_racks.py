"""The search for rack rows: whole rows first, then what a thin scan shows of them, then rows like their siblings."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely
from shapely import Polygon

from scans.recognition.racks.alike import parted, with_like_depths
from scans.recognition.racks.blocks import SCALES_M, RackBlock, find_rack_blocks
from scans.recognition.racks.choice import choose_rows, footprint
from scans.recognition.racks.rows import FoundRow, find_rack_rows
from scans.recognition.tiled_points import TiledPoints

_SURE_QUALITY = 0.7
_MODEL_QUALITY = 0.35


def find_racks(
    points: npt.NDArray[np.float64], heights: npt.NDArray[np.float64], ceiling_m: float
) -> tuple[FoundRow, ...]:
    """The rack rows among `points` (N, 3), floor, walls and roof taken out, at `heights` (N,) above the floor.

    A block that surely is a rack is not looked at again at a wider scale.
    """
    cloud = TiledPoints.of(points, heights)
    found: list[FoundRow] = []
    unsure: list[RackBlock] = []
    for cell_m in SCALES_M:
        sure = shapely.union_all([footprint(r) for r in found if r.quality >= _SURE_QUALITY])
        for block in find_rack_blocks(points, heights, ceiling_m, cell_m):
            shape = Polygon(block.corners())
            if shape.intersection(sure).area < 0.6 * shape.area:
                unsure.append(block)
                found += find_rack_rows(block, cloud)
    models = [r for r in found if r.quality > _MODEL_QUALITY and len(r.posts) > 2]
    if models:
        found += [row for block in unsure for row in find_rack_rows(block, cloud, models)]
    return choose_rows(with_like_depths(parted(choose_rows(found)), cloud))
