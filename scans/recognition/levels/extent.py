"""Where a deck lies in the plan: where it is seen, or hidden by what stands on and under it, but not seen through."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
import shapely
from scipy import ndimage
from shapely import Polygon

from scans.recognition.levels.cells import CELL_M, Cells, Grid, area_m2, closed, opened
from scans.recognition.levels.faces import Faces
from scans.recognition.levels.hints import AREA_M2, SHADOW_M, WIDTH_M
from scans.recognition.levels.rays import Rays
from scans.recognition.racks.blocks import axes_of

_HIDDEN_M = 2.0
"""Two racks back to back hide so much, if beams tell that nothing is open there."""
_UPRIGHT = 2.0  # a wall shows as much beside a face as on it
_SURE_M = 0.75  # wider than what a wall or a beam leaves in the plan
_CLEAR_BEAMS = 3
_SOLID_SHARE = 0.15  # of the beams that come to a grating
_OPEN_SHARE = 0.05
_EDGE_SHARE = 0.0005
_MOST_POINTS = 20_000
_TURNS_RAD, _TURNS = (math.radians(1.0), math.radians(0.1), math.radians(0.01)), 10
_STAIRS_M2 = 20.0
_HOLE_M2 = 1.0  # stairs need more; less is what nobody saw


def deck_extent(near: Rays, rays: Rays, faces: Faces, grid: Grid) -> Polygon | None:
    """The largest outline of a deck with these `faces`, counter-clockwise, with its holes; None if it is too small.

    1. Solid is where beams `near` it end on a face and not beside, as on a wall; open where several of all `rays`
       crossed it and few ended.
    2. Gaps that are not open are part of it: as wide as racks are or, where no beam's start is known, as in a hint.
    3. Strips as narrow as racks are not, but for the corners that this takes from a deck.
    4. It is a rectangle, up to where its faces end, if next to nothing is open there.
    """
    z = near.ends[:, 2]
    of_deck = near.ends[faces.are_on(z)]
    ended, crossed = grid.count(of_deck), rays.crossings(faces.inside_m, grid.origin, CELL_M, grid.shape)
    is_solid = ended > _UPRIGHT * grid.count(near.ends[faces.are_beside(z)])  # 1
    is_open = (crossed >= _CLEAR_BEAMS) & (ended < _SOLID_SHARE * (ended + crossed))
    gap_m = _HIDDEN_M if len(rays.eyes) else SHADOW_M
    sure = opened(is_solid & ~is_open, _SURE_M)
    whole = closed(sure, gap_m) & ~is_open  # 2
    filled = _over_stairs(whole)
    wide = opened(filled, WIDTH_M)  # 3
    if not wide.any():
        return None
    corners = ndimage.binary_dilation(wide, iterations=math.ceil(WIDTH_M / 2 / CELL_M), mask=filled)
    cells = _largest(corners) & whole
    if area_m2(cells) < AREA_M2:
        return None
    found = grid.outline(cells)
    seen = of_deck[grid.is_in(is_solid & ndimage.binary_dilation(cells, iterations=2), of_deck)]
    box = _snapped(found.minimum_rotated_rectangle, seen)
    is_box = area_m2(is_open & grid.within(box)) < _OPEN_SHARE * box.area  # 4
    return _cut(box if is_box else shapely.simplify(Polygon(found.exterior), CELL_M), found)


def _over_stairs(cells: Cells) -> Cells:
    """`cells` (I, J) and the holes in them that are no larger than stairs: beside one a deck may be narrow."""
    holes, _ = ndimage.label(ndimage.binary_fill_holes(cells) & ~cells)
    sizes_m2 = np.bincount(holes.ravel()) * CELL_M**2
    return np.asarray(cells | ((holes > 0) & (sizes_m2[holes] <= _STAIRS_M2)))


def _largest(cells: Cells) -> Cells:
    labels, _ = ndimage.label(cells)
    return np.asarray(labels == 1 + np.argmax(np.bincount(labels.ravel())[1:]))


def _cut(outline: Polygon, found: Polygon) -> Polygon:
    """`outline` with the holes of `found` that people could fall through."""
    holes = [Polygon(ring) for ring in found.interiors if Polygon(ring).area > _HOLE_M2]
    cut = outline.difference(shapely.union_all([shapely.simplify(hole, CELL_M) for hole in holes]))
    return shapely.orient_polygons(max(shapely.get_parts(cut), key=lambda part: part.area))


def _snapped(box: Polygon, of_deck: npt.NDArray[np.float64]) -> Polygon:
    """The smallest rectangle turned about as `box` that holds the deck's points in it but for the outermost few."""
    corners = np.asarray(box.exterior.coords)
    some = of_deck[:: math.ceil(len(of_deck) / _MOST_POINTS), :2]
    yaw = math.atan2(*(corners[1] - corners[0])[::-1])
    for step in _TURNS_RAD:
        yaw = min(
            (yaw + k * step for k in range(-_TURNS, _TURNS + 1)), key=lambda each: _sides(some, each)[1]
        )
    (u0, v0), (u1, v1) = _sides(of_deck[:, :2], yaw)[0]
    return Polygon(np.array([[u0, v0], [u1, v0], [u1, v1], [u0, v1]]) @ axes_of(yaw))


def _sides(points: npt.NDArray[np.float64], yaw: float) -> tuple[npt.NDArray[np.float64], float]:
    """Where `points` (N, 2) end along axes at `yaw`, low and high (2, 2), but for the outermost; and the area."""
    ends = np.quantile(points @ axes_of(yaw).T, [_EDGE_SHARE, 1 - _EDGE_SHARE], axis=0)
    return ends, float(np.prod(ends[1] - ends[0]))
