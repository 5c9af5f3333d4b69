"""The walls and rack rows of a hall alone, for those who ask what stands where and need no site."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from numba import njit

from scans.groups import plan_cells, plan_shape
from scans.recognition import as_built
from scans.recognition.building.floor import fit_floor_plane, floor_surface
from scans.recognition.building.outline import floor_outline
from scans.recognition.building.walls import WallLine, find_walls
from scans.recognition.column_map import column_map
from scans.recognition.racks.find_racks import find_racks
from scans.recognition.racks.rows import FoundRow
from scans.tiles.bounds import bounds_of
from spatial.errors import UndecidedError
from spatial.facility import Facility

_ROOF_CELL_M = 0.5
_STRUCTURE_M = 2.0
_FLOOR_M, _WALL_SKIN_M, _BESIDE_M = 0.05, 0.08, 0.5


def racks_and_walls(points: npt.NDArray[np.float64], *, seed: int = 0) -> Facility | None:
    """A facility of the floor, walls and racks among `points` (N, 3), metres, whose floor is level; None where no
    floor or no racks are seen.
    """
    try:
        floor = floor_surface(points, fit_floor_plane(points, seed=seed))
    except UndecidedError:
        return None
    heights = points[:, 2] - floor.heights(points[:, :2])
    roof_m = roof_height(points, heights)
    walls = find_walls(column_map(points, heights, cell_m=0.1, top_m=roof_m), points, heights, roof_m)
    rows = rack_rows(points, heights, walls, roof_m)
    if not rows:
        return None
    outline = floor_outline(walls, points[np.abs(heights) < 0.05, :2])
    return Facility(
        id="SEEN",
        name="SEEN",
        kind="as_built",
        levels=(as_built.level(outline, floor),),
        walls=tuple(as_built.wall(i, line, (), roof_m) for i, line in enumerate(walls, start=1)),
        racks=tuple(as_built.rack(i, row, floor, (), None) for i, row in enumerate(rows, start=1)),
    )


def seen_together(sides: Sequence[npt.NDArray[np.float64]], *, seed: int = 0) -> Facility | None:
    """What all `sides` (N, 3) show together or, if one that stands wrong smears the racks, what the largest does."""
    return racks_and_walls(np.vstack(sides), seed=seed) or racks_and_walls(max(sides, key=len), seed=seed)


def rack_rows(
    points: npt.NDArray[np.float64],
    heights: npt.NDArray[np.float64],
    walls: Sequence[WallLine],
    roof_m: float,
) -> tuple[FoundRow, ...]:
    """The rack rows among what is neither floor nor wall."""
    lines = np.array([(*w.p0, *w.along, *w.inward, w.length_m) for w in walls]).reshape(-1, 7)
    return find_racks(points, heights, roof_m, kept=_is_inside(points, heights, lines))


def roof_height(points: npt.NDArray[np.float64], heights: npt.NDArray[np.float64]) -> float:
    """Height of the roof over most of the hall: the median of what is highest in each half metre."""
    low, high = bounds_of(points)
    shape = plan_shape(low, high, _ROOF_CELL_M)
    top, count = np.zeros(shape[0] * shape[1]), np.zeros(shape[0] * shape[1], np.int64)
    _raise(top, count, plan_cells(points, low, _ROOF_CELL_M, shape), heights)
    inside = top[(count >= 5) & (top > _STRUCTURE_M)]
    return float(np.median(inside)) if len(inside) else float(heights.max())


@njit(cache=True)
def _raise(top, count, cell, heights):  # type: ignore[no-untyped-def]
    """Raise each cell's `top` to the highest of its heights, and `count` them."""
    for n in range(len(cell)):
        top[cell[n]] = max(top[cell[n]], heights[n])
        count[cell[n]] += 1


@njit(cache=True, nogil=True)
def _is_inside(points, heights, lines):  # type: ignore[no-untyped-def]
    """What (N,) is above the floor and neither in nor behind a wall: `lines` (W, 7) hold the start, the unit vectors
    along and inwards, and the length of each.
    """
    kept = np.empty(len(points), np.bool_)
    for n in range(len(points)):
        is_inside = heights[n] > _FLOOR_M
        for w in range(len(lines)):
            x, y = points[n, 0] - lines[w, 0], points[n, 1] - lines[w, 1]
            if is_inside and x * lines[w, 4] + y * lines[w, 5] <= _WALL_SKIN_M:
                is_inside = not -_BESIDE_M <= x * lines[w, 2] + y * lines[w, 3] <= lines[w, 6] + _BESIDE_M
        kept[n] = is_inside
    return kept
