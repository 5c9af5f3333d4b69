"""The main floor: of all lanes on all levels those that one agent can reach from each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt
import shapely
from shapely import MultiPolygon

from spatial.errors import UndecidedError
from spatial.facility import Facility
from spatial.floor.agents import AgentClass
from spatial.floor.floor_rules import FloorRules, Link
from spatial.floor.free_space import FreeSpace, Unknown, free_space, shrunk
from spatial.navigation.access import Joints, join
from spatial.navigation.lanes import lanes_of, only, pieces_of
from spatial.navigation.medial_axis import medial_axis

TOUCH_M = 0.002
"""An edge may come this much closer to an obstacle than the agent's radius: rounding, not room."""

BESIDE_M = 2.5
"""A station's pose may lie on its own desk, a link's end in its shaft: the agent stands on the nearest floor
within this."""


@dataclass(frozen=True, kw_only=True, eq=False)
class LevelFloor:
    """The lanes of one level: nodes `xy` (L, 2) and `edges` (E, 2), all of them in `floor`.

    `space` is that of the whole level, `reached` has only the walkable parts with lanes.
    """

    space: FreeSpace
    reached: FreeSpace
    floor: MultiPolygon
    xy: npt.NDArray[np.float64]
    edges: npt.NDArray[np.int64]

    @property
    def lines(self) -> npt.NDArray[np.object_]:
        """The lane edges as two-point lines (E,)."""
        lines: npt.NDArray[np.object_] = shapely.linestrings(self.xy[self.edges])
        return lines


def main_floor(
    facility: Facility, agent: AgentClass, rules: FloorRules, unknown: Unknown
) -> tuple[LevelFloor, ...]:
    """The lanes in use, level by level: the greatest total length that is one piece through links.

    Raises UndecidedError when nowhere on any level is room for the agent.
    """
    floors = [
        _lanes(free_space(facility, agent, level.id, rules=rules, unknown=unknown))
        for level in facility.levels
    ]
    parts = _parts(floors, links_for(agent, rules))
    lengths = [shapely.length(floor.lines) for floor in floors]
    if not sum(len(part) for part in parts):
        raise UndecidedError(
            f"facility '{facility.id}' has no floor with room for a {agent.name} "
            f"(radius {agent.radius_m} m): check its levels' outlines or choose a smaller agent"
        )
    longest = np.argmax(np.bincount(np.concatenate(parts), weights=np.concatenate(lengths)))
    return tuple(
        _only(floor, part == longest)
        for floor, part in zip(floors, parts, strict=True)
        if (part == longest).any()
    )


def links_for(agent: AgentClass, rules: FloorRules) -> list[Link]:
    """The links between levels that the agent may use."""
    return [link for link in rules.links if link.concerns(agent.name)]


def link_joints(links: Sequence[Link], floor: LevelFloor) -> tuple[list[tuple[int, int]], Joints]:
    """The ends of links on this level, as (index of the link, 0 its start or 1 its end), and how they join."""
    ends = [(k, e) for k, link in enumerate(links) for e in (0, 1) if _end(link, e)[0] == floor.space.level]
    places = standing_places([_end(links[k], e)[1] for k, e in ends], floor.reached)
    return ends, join(places, floor.lines, floor.floor)


def standing_places(points: list[tuple[float, float]], space: FreeSpace) -> npt.NDArray[np.object_]:
    """The point of the walkable floor nearest to each place (S,); None beyond BESIDE_M."""
    places = np.full(len(points), None, dtype=object)
    ways = shapely.shortest_line(space.walkable, shapely.points(np.reshape(points, (-1, 2))))
    near = shapely.length(ways) <= BESIDE_M  # NaN where nothing is walkable
    places[near] = shapely.get_point(ways[near], 0)
    return places


def _end(link: Link, end: int) -> tuple[str, tuple[float, float]]:
    place = (link.start, link.end)[end]
    return place.level, (place.x_m, place.y_m)


def _lanes(space: FreeSpace) -> LevelFloor:
    radius = space.agent.radius_m
    floor = shrunk(space.clear, radius - TOUCH_M)
    xy, edges = lanes_of(medial_axis(space.clear, radius_m=radius), floor)
    return LevelFloor(space=space, reached=space, floor=floor, xy=xy, edges=edges)


def _parts(floors: Sequence[LevelFloor], links: Sequence[Link]) -> list[npt.NDArray[np.int64]]:
    """For each level the part (E,) that each lane edge belongs to: pieces that links join are one."""
    pieces = []
    count = 0
    for floor in floors:
        piece = count + pieces_of(len(floor.xy), floor.edges)
        pieces.append(piece[floor.edges[:, 0]])
        count += len(np.unique(piece))
    part = pieces_of(count, np.array([*_joined(floors, links, pieces)], np.int64).reshape(-1, 2))
    return [part[piece] for piece in pieces]


def _joined(
    floors: Sequence[LevelFloor], links: Sequence[Link], pieces: Sequence[npt.NDArray[np.int64]]
) -> Iterator[tuple[int, int]]:
    """The pairs of pieces that a link joins."""
    met: dict[tuple[int, int], int] = {}
    for floor, piece in zip(floors, pieces, strict=True):
        ends, joints = link_joints(links, floor)
        met |= {end: int(piece[e]) for end, e in zip(ends, joints.edge.tolist(), strict=True) if e >= 0}
    for k in range(len(links)):
        if (k, 0) in met and (k, 1) in met:
            yield met[k, 0], met[k, 1]


def _only(floor: LevelFloor, keep: npt.NDArray[np.bool_]) -> LevelFloor:
    xy, edges = only(floor.xy, floor.edges, keep)
    parts = np.array(floor.space.walkable.geoms, dtype=object)
    _, near = shapely.STRtree(parts).query(shapely.points(xy), predicate="dwithin", distance=2 * TOUCH_M)
    reached = replace(floor.space, walkable=MultiPolygon(parts[np.unique(near)].tolist()))
    return replace(floor, reached=reached, xy=xy, edges=edges)
