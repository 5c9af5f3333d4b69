"""How wide the floor is around an edge, and how exactly that is known."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import shapely
from shapely import STRtree

from spatial.floor.free_space import FreeSpace
from spatial.navigation.pick_spots import boundary_segments

SIDE_SLACK = 1.25
"""A face up to this many times the clearance away still counts as the side of a lane."""


def clear_widths(lines: npt.NDArray[np.object_], space: FreeSpace) -> npt.NDArray[np.float64]:
    """Twice the distance from each line (E,) to the nearest edge of the clear floor, metres."""
    widths = np.zeros(len(lines))
    row, distance = STRtree(boundary_segments(space.clear)).query_nearest(
        lines, all_matches=False, return_distance=True
    )
    widths[row[0]] = 2 * distance
    return widths


def width_sigmas(
    lines: npt.NDArray[np.object_], widths_m: npt.NDArray[np.float64], space: FreeSpace
) -> npt.NDArray[np.float64]:
    """One standard deviation of each width (E,): the root sum of squares of its two sides, metres.

    A side is what stands to the left or right of the line's middle; of several things the least exactly
    known counts. A side that is only the edge of the seen floor adds nothing.
    """
    sides = np.zeros((2, len(lines)))
    if space.solids:
        solids = np.array([solid.footprint for solid in space.solids], dtype=object)
        sigma = np.array([solid.sigma_m for solid in space.solids])
        middle = shapely.line_interpolate_point(lines, 0.5, normalized=True)
        reach = SIDE_SLACK * widths_m / 2 + 0.05
        line, solid = STRtree(solids).query(middle, predicate="dwithin", distance=reach)
        offset = shapely.get_coordinates(shapely.shortest_line(middle[line], solids[solid])).reshape(-1, 2, 2)
        ends = shapely.get_coordinates(lines[line]).reshape(-1, 2, 2)
        ahead, aside = ends[:, 1] - ends[:, 0], offset[:, 1] - offset[:, 0]
        left = ahead[:, 0] * aside[:, 1] > ahead[:, 1] * aside[:, 0]
        np.maximum.at(sides, (left.astype(np.int64), line), sigma[solid])
    return np.asarray(np.hypot(sides[0], sides[1]))
