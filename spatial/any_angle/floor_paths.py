"""The shortest paths on a floor: straight lines between the corners that a taut string bends about."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from shapely import MultiPolygon, Polygon

from spatial.any_angle.all_pairs import all_pairs
from spatial.any_angle.compact_distances import NO_PLACE, CompactDistances
from spatial.any_angle.corners import (
    Corners,
    Lines,
    corners_of,
    lines_among,
    lines_between,
    places_without_arms,
)
from spatial.any_angle.sight import GRAZE_M, NONE, Edges, edges_of, hiding_edge
from spatial.any_angle.spread import NO_CORNER, spread

SNAP_M = 0.01
"""A point this close to the floor is moved to its nearest point; one farther off has no way anywhere."""

BAND_M = 2.0
"""Places are taken in bands this wide, so that those one after the other are often hidden by the same wall."""


@dataclass(frozen=True, kw_only=True, eq=False)
class FloorPaths:
    """A floor prepared for shortest paths, by `floor_paths`; world frame, metres.

    `floor` is as it was given. Inside, coordinates are less `origin` (2,): `edges` are what hides, `corners` (V)
    where paths bend, `lines` the straight ways among them.
    """

    floor: MultiPolygon
    origin: npt.NDArray[np.float64]
    edges: Edges
    corners: Corners
    lines: Lines

    def path(self, a: npt.ArrayLike, b: npt.ArrayLike) -> npt.NDArray[np.float64]:
        """The shortest path (M, 2) from `a` to `b`: both, and the corners between at which it bends.

        A point up to SNAP_M off the floor is replaced by the nearest point on it. Raises ValueError for a
        point farther off, and where no way joins the two.
        """
        asked = np.array([a, b], np.float64).reshape(2, 2)
        places, off = self._on_floor(asked)
        for point, away in zip(asked, off, strict=True):
            if away > SNAP_M:
                raise ValueError(
                    f"the point {point.tolist()} is {away:.3f} m off the floor, farther than {SNAP_M} m: "
                    "choose a point on the floor"
                )
        bends = self._bends(places - self.origin)
        if bends is None:
            raise ValueError(f"no way on the floor joins {asked[0].tolist()} and {asked[1].tolist()}")
        polyline = np.concatenate([places[:1], self.corners.xy[bends] + self.origin, places[1:]])
        moves = np.any(np.diff(polyline, axis=0) != 0, axis=1)
        return polyline[np.append(True, moves)] if moves.any() else polyline[[0, -1]]

    def length(self, a: npt.ArrayLike, b: npt.ArrayLike) -> float:
        """The length in metres of the shortest path from `a` to `b`; raises as `path` does."""
        return float(np.linalg.norm(np.diff(self.path(a, b), axis=0), axis=1).sum())

    def distances(
        self, points: npt.ArrayLike, *, dtype: type[np.floating] = np.float64, threads: int | None = None
    ) -> CompactDistances:
        """The shortest lengths among all `points` (P, 2), as float64 or float32.

        Points at the same coordinates share a place. Off the floor by more than SNAP_M, or in another part
        of it: infinite. `threads` (default: one a core) changes the time, never the result. Raises ValueError
        for a point that is not finite.
        """
        asked = np.asarray(points, np.float64).reshape(-1, 2)
        at, off = self._on_floor(asked)
        near = off <= SNAP_M
        places, place_of = _distinct(at[near] - self.origin)
        place = np.full(len(asked), NO_PLACE)
        place[near] = place_of
        seen = lines_between(places_without_arms(places), self.corners, self.edges, False)
        length_m = all_pairs(places, seen, self.lines, self.edges, dtype=dtype, threads=threads)
        return CompactDistances(place=place, length_m=length_m)

    def _on_floor(
        self, points: npt.NDArray[np.float64]
    ) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """The nearest points (P, 2) on the floor, and how far they are (P,)."""
        unknown = ~np.isfinite(points).all(axis=1)
        if unknown.any():
            raise ValueError(f"the point {points[unknown][0].tolist()} is nowhere: give finite coordinates")
        asked = shapely.points(points)
        off = shapely.distance(self.floor, asked)
        outside = off > 0
        nearest = points.copy()
        nearest[outside] = shapely.get_coordinates(shapely.shortest_line(self.floor, asked[outside]))[::2]
        return nearest, off

    def _bends(self, ends: npt.NDArray[np.float64]) -> list[int] | None:
        """The corners of the shortest path between two places (2, 2) of the floor, or None without a way."""
        if hiding_edge(self.edges, *ends[0], *ends[1]) == NONE:
            return []
        seen = lines_between(places_without_arms(ends), self.corners, self.edges, False)
        split = seen.start[1]
        distance = np.full(len(self.corners.xy), np.inf)
        distance[seen.to[:split]] = seen.length_m[:split]
        before = spread(self.lines, distance)
        whole = distance[seen.to[split:]] + seen.length_m[split:]
        if not np.min(whole, initial=np.inf) < np.inf:
            return None
        corner = int(seen.to[split + np.argmin(whole)])
        bends = []
        while corner != NO_CORNER:
            bends.append(corner)
            corner = int(before[corner])
        return bends[::-1]


def floor_paths(floor: Polygon | MultiPolygon) -> FloorPaths:
    """Prepare a floor, such as `FreeSpace.walkable`: its border belongs to it, and parts have no way between
    them unless they touch. Raises ValueError for an empty or invalid one.
    """
    if floor.is_empty or not floor.is_valid:
        raise ValueError(
            f"the floor is {'empty' if floor.is_empty else shapely.is_valid_reason(floor)}: "
            "give a valid polygon, as shapely.make_valid makes it"
        )
    x0, y0, x1, y1 = floor.bounds
    origin = np.round([(x0 + x1) / 2, (y0 + y1) / 2])
    local = _parts(shapely.transform(floor, lambda xy: xy - origin))
    grown = _parts(local.buffer(GRAZE_M, join_style="mitre"))
    edges, corners = edges_of(grown), corners_of(local, grown)
    return FloorPaths(
        floor=_prepared(floor), origin=origin, edges=edges, corners=corners, lines=lines_among(corners, edges)
    )


def _parts(floor: Polygon | MultiPolygon) -> MultiPolygon:
    return MultiPolygon(shapely.get_parts(floor).tolist())


def _prepared(floor: Polygon | MultiPolygon) -> MultiPolygon:
    parts = _parts(floor)
    shapely.prepare(parts)
    return parts


def _distinct(xy: npt.NDArray[np.float64]) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int64]]:
    """Each place (n, 2) of the points (P, 2) once, band by band, and the place of every point (P,)."""
    key = np.column_stack([np.floor(xy[:, 0] / BAND_M), xy[:, 1], xy[:, 0]])
    places, place_of = np.unique(key, axis=0, return_inverse=True)
    return np.ascontiguousarray(places[:, :0:-1]), place_of.reshape(-1)
