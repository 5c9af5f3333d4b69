"""Which addressed places came, went, got another address, or whose address went elsewhere."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.spatial import cKDTree

from spatial.facility import Facility, Location, Rack


@dataclass(frozen=True, kw_only=True)
class LocationMove:
    """An address that is another place now; a place that goes along with its rack keeps its address."""

    id: str
    by_m: float


@dataclass(frozen=True, kw_only=True)
class LocationChanges:
    """Addresses by what happened to them, each in the order of ids."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    renamed: tuple[tuple[str, str], ...] = ()
    moved: tuple[LocationMove, ...] = ()

    @property
    def count(self) -> int:
        """Of all that differs."""
        return len(self.added) + len(self.removed) + len(self.renamed) + len(self.moved)


def location_changes(a: Facility, b: Facility, racks: Mapping[str, str]) -> LocationChanges:
    """Compare places by address and by where they are in their rack; `racks` leads from ids in `a` to `b`.

    1. Both sides' places are put midway between the poses of their rack on either side.
    2. An address of both sides whose places then lie within half a place of each other is unchanged.
    3. Of the rest, places that are each other's nearest, as near as that, were renamed.
    4. An address of both sides that is still left was moved; any other was added or removed.
    """
    was, now = (sorted(side.locations, key=lambda location: location.id) for side in (a, b))
    back = {after: before for before, after in racks.items()}
    p, q = _midway(was, a, b, racks), _midway(now, b, a, back)  # 1
    row = {location.id: i for i, location in enumerate(now)}
    named = {i: row[location.id] for i, location in enumerate(was) if location.id in row}
    reach_p, reach_q = _reaches(was), _reaches(now)
    gap = {i: float(np.linalg.norm(p[i] - q[j])) for i, j in named.items()}
    same = {i: j for i, j in named.items() if gap[i] <= min(reach_p[i], reach_q[j])}  # 2
    left_p = [i for i in range(len(was)) if i not in same]
    left_q = sorted(set(range(len(now))) - set(same.values()))
    pairs = [
        (left_p[i], left_q[j])
        for i, j in _each_others_nearest(p[left_p], q[left_q])
        if math.dist(p[left_p[i]], q[left_q[j]]) <= min(reach_p[left_p[i]], reach_q[left_q[j]])
    ]  # 3
    moved = {i: j for i, j in named.items() if i not in same}  # 4
    elsewhere = set(moved.values())
    pairs = [(i, j) for i, j in pairs if i not in moved and j not in elsewhere]
    gone, come = {i for i, _ in pairs} | set(moved), {j for _, j in pairs} | elsewhere
    return LocationChanges(
        added=tuple(now[j].id for j in left_q if j not in come),
        removed=tuple(was[i].id for i in left_p if i not in gone),
        renamed=tuple(sorted((was[i].id, now[j].id) for i, j in pairs)),
        moved=tuple(LocationMove(id=was[i].id, by_m=gap[i]) for i in sorted(moved)),
    )


def _midway(
    locations: Sequence[Location], own: Facility, other: Facility, racks: Mapping[str, str]
) -> npt.NDArray[np.float64]:
    """Centres (N, 3) after half of the rack's way to the other side, so that both sides are treated alike."""
    others = {rack.id: rack for rack in other.racks}
    half_ways = {rack.id: _half_way(rack, others[racks[rack.id]]) for rack in own.racks if rack.id in racks}
    still = (np.zeros(3), np.zeros(3), 0.0)
    centers = np.array([location.center for location in locations], dtype=np.float64).reshape(-1, 3)
    ways = [half_ways.get(location.rack, still) for location in locations]
    pivot = np.array([way[0] for way in ways]).reshape(-1, 3)
    shift = np.array([way[1] for way in ways]).reshape(-1, 3)
    turn = np.array([way[2] for way in ways])
    x, y, z = (centers - pivot).T
    turned = np.column_stack(
        [np.cos(turn) * x - np.sin(turn) * y, np.sin(turn) * x + np.cos(turn) * y, z],
    )
    midway: npt.NDArray[np.float64] = turned + pivot + shift
    return midway


def _half_way(rack: Rack, other: Rack) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], float]:
    """Pivot, shift and turn. A row that grew at one end carries its places as that end."""
    here, there = (np.array([*one.center, one.base_z_m]) for one in (rack, other))
    turn = math.remainder(other.yaw_rad - rack.yaw_rad, math.pi)
    along = np.array([math.cos(rack.yaw_rad), math.sin(rack.yaw_rad), 0.0])
    turned = np.array([math.cos(rack.yaw_rad + turn), math.sin(rack.yaw_rad + turn), 0.0])
    candidates = [
        (here + end * rack.length_m / 2 * along, there + end * other.length_m / 2 * turned)
        for end in (0.0, 1.0, -1.0)
    ]
    pivot, goal = min(candidates, key=lambda pair: round(math.dist(*pair), 9))
    return pivot, (goal - pivot) / 2, turn / 2


def _reaches(locations: Sequence[Location]) -> list[float]:
    """Half of the least of a place's width and height, metres."""
    return [min(location.size_m[0], location.size_m[2]) / 2 for location in locations]


def _each_others_nearest(p: npt.NDArray[np.float64], q: npt.NDArray[np.float64]) -> list[tuple[int, int]]:
    if not len(p) or not len(q):
        return []
    to_q, to_p = (np.asarray(cKDTree(one).query(other)[1]) for one, other in ((q, p), (p, q)))
    return [(i, int(j)) for i, j in enumerate(to_q) if to_p[j] == i]
