"""Joining places to lanes: where on the lane one stands or turns off, without crossing anything."""

from __future__ import annotations

from dataclasses import dataclass, fields

import numpy as np
import numpy.typing as npt
import shapely
from shapely import MultiPolygon, STRtree

ON_LANE_M = 0.01
"""A place this close to a lane is on it."""

LINK_M = 25.0
"""The longest straight way from a place to a lane out of its nearest lane's sight."""

GRID_M = 1e-3
"""Turn-offs from one lane edge closer than this are one."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Joints:
    """How S places join the lanes: `edge` (S,) the lane edge or −1, `offset_m` (S,) where along it,
    `stand` (S, 2) where the agent stands, `turn` (S, 2) the point of the lane it comes from.
    """

    edge: npt.NDArray[np.int64]
    offset_m: npt.NDArray[np.float64]
    stand: npt.NDArray[np.float64]
    turn: npt.NDArray[np.float64]

    def take(self, rows: npt.ArrayLike) -> Joints:
        """The joints of these places only, in this order."""
        index = np.asarray(rows, np.int64)
        return Joints(**{f.name: getattr(self, f.name)[index] for f in fields(self)})

    @staticmethod
    def stack(*several: Joints) -> Joints:
        """One after the other."""
        names = [f.name for f in fields(Joints)]
        return Joints(**{name: np.concatenate([getattr(each, name) for each in several]) for name in names})


def join(places: npt.NDArray[np.object_], lanes: npt.NDArray[np.object_], walkable: MultiPolygon) -> Joints:
    """Join each place (S,), a point or a line to stand on, to the nearest of `lanes` (L,) in straight sight.

    A None place, and one with no lane in sight, gets edge −1 and NaN coordinates.
    """
    edge = np.full(len(places), -1)
    ways = np.full((len(places), 2, 2), np.nan)
    asked = np.flatnonzero([place is not None for place in places])
    if len(asked) and len(lanes):
        tree = STRtree(lanes)
        nearest = tree.query_nearest(places[asked], all_matches=False)
        place, lane, way = _visible(asked[nearest[0]], nearest[1], places, lanes, walkable)
        edge[place], ways[place] = lane, way
        asked = asked[edge[asked] < 0]
        around = tree.query(places[asked], predicate="dwithin", distance=LINK_M)
        place, lane, way = _visible(asked[around[0]], around[1], places, lanes, walkable)
        edge[place], ways[place] = lane, way
    offset = np.full(len(places), np.nan)
    met = edge >= 0
    offset[met] = shapely.line_locate_point(lanes[edge[met]], shapely.points(ways[met, 1]))
    return Joints(edge=edge, offset_m=offset, stand=ways[:, 0], turn=ways[:, 1])


def _visible(
    place: npt.NDArray[np.int64],
    lane: npt.NDArray[np.int64],
    places: npt.NDArray[np.object_],
    lanes: npt.NDArray[np.object_],
    walkable: MultiPolygon,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], npt.NDArray[np.float64]]:
    """Of the pairs (P,), for each place the one with the shortest straight way on walkable floor."""
    ways = shapely.shortest_line(places[place], lanes[lane])
    length = shapely.length(ways)
    shapely.prepare(walkable)
    clear = (length <= ON_LANE_M) | shapely.covers(walkable, ways)
    place, lane, ways, length = place[clear], lane[clear], ways[clear], length[clear]
    order = np.lexsort((lane, length, place))
    best = order[np.unique(place[order], return_index=True)[1]]
    return place[best], lane[best], shapely.get_coordinates(ways[best]).reshape(-1, 2, 2)
