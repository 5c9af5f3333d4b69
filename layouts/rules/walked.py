"""How far it is on foot from many places of a floor to the nearest of a few."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from spatial.any_angle.corners import Lines, lines_between, places_without_arms
from spatial.any_angle.floor_paths import FloorPaths
from spatial.any_angle.spread import spread


def walked_m(
    paths: FloorPaths,
    ends: npt.NDArray[np.float64],
    beyond_m: npt.NDArray[np.float64],
    places: npt.NDArray[np.float64],
) -> npt.NDArray[np.float64]:
    """The shortest length (P,) from each of `places` (P, 2) to the nearest of `ends` (X, 2), metres, and `beyond_m`
    (X,) on from there.

    All points lie on the floor; infinite where no way leads. The corners are reached from all ends at once, so
    that the work grows with the places times the corners, not with their square.
    """
    near, far = places_without_arms(ends - paths.origin), places_without_arms(places - paths.origin)
    distance = np.full(len(paths.corners.xy), np.inf)
    first = lines_between(near, paths.corners, paths.edges, False)
    np.minimum.at(distance, first.to, first.length_m + beyond_m[_place_of(first)])
    spread(paths.lines, distance)
    walked = np.full(len(places), np.inf)
    straight = lines_between(far, near, paths.edges, False)
    np.minimum.at(walked, _place_of(straight), straight.length_m + beyond_m[straight.to])
    around = lines_between(far, paths.corners, paths.edges, False)
    np.minimum.at(walked, _place_of(around), around.length_m + distance[around.to])
    return walked


def _place_of(lines: Lines) -> npt.NDArray[np.int64]:
    return np.repeat(np.arange(len(lines.start) - 1), np.diff(lines.start))
