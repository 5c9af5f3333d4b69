"""From every place where people can be, an exit is near: along the floor and as the crow flies."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import shapely
from shapely import MultiPolygon, Polygon

from layouts.rules.exits import Doorstep, doorsteps, exits_of, standing_on
from layouts.rules.finding import UNKNOWN, Finding, Known, judged
from layouts.rules.limits import Limits
from layouts.rules.measured import sigma_of
from layouts.rules.walked import walked_m
from spatial.any_angle.floor_paths import floor_paths
from spatial.errors import UndecidedError
from spatial.facility import Facility, Level
from spatial.floor.agents import PICKER, AgentClass
from spatial.floor.free_space import free_space

GAP_SHARE = (1 + math.sqrt(2)) / 2
"""A place is at most this many steps, along the floor, from one that is measured."""


def ways_out(facility: Facility, agents: Sequence[AgentClass], limits: Limits) -> Iterator[Finding]:
    """For every level the place farthest from its exits, for a person on foot.

    1. The floor is where the middle of a person can be; of parts with no way between them, the largest and every one
       with a station or aisle in it is for people.
    2. Places a step apart, and along the edge, are measured to the nearest exit by the shortest path. A limit that
       falls between the farthest of them and what may lie between two is not decided.
    3. A part without an exit has no way out. As built, or without walls, an exit may just not have been seen.
    """
    del agents  # whoever drives here, people walk out
    exits = exits_of(facility, limits)
    for level in facility.levels:
        try:
            space = free_space(facility, PICKER, level.id)
        except UndecidedError:
            yield from _undecided(
                level, limits, "its floor was not seen", "scan the floor or draw its outline"
            )
            continue
        standing = standing_on(facility, space)
        here = [each for each in exits if each.wall.level == level.id]
        for part in _parts_for_people(facility, level, space.clear):
            yield from _part(facility, level, part, doorsteps(here, part, standing), limits)


def _part(
    facility: Facility, level: Level, floor: Polygon, exits: Sequence[Doorstep], limits: Limits
) -> Iterator[Finding]:
    if not exits:
        yield from _no_exit(facility, level, floor, limits)
        return
    steps = np.array([each.on_floor for each in exits])
    doors = np.array([each.exit.at for each in exits])
    places = _places(floor, limits.floor_step_m)
    walked = walked_m(floor_paths(floor), steps, np.linalg.norm(doors - steps, axis=1), places)
    straight = np.linalg.norm(places[:, None] - doors[None], axis=2).min(axis=1)
    ids = tuple(each.exit.door.id for each in exits)
    for quantity, lengths in (("escape_walked_m", walked), ("escape_straight_m", straight)):
        farthest = int(np.argmax(np.where(np.isfinite(lengths), lengths, -1.0)))
        x, y = places[farthest].tolist()
        value = float(lengths[farthest])
        between = GAP_SHARE * limits.floor_step_m if np.isfinite(lengths).all() else math.inf
        yield judged(
            quantity.removesuffix("_m"),
            (level.id, *ids),
            quantity,
            Known(value=value, low=value, high=value + between, sigma=sigma_of(facility, 0.0, limits)),
            at_most=getattr(limits, quantity),
            context=f"the place farthest from the known exits of level '{level.id}', at ({x:.2f}, {y:.2f})",
            remedy="add an exit or open a cross-aisle; a smaller floor_step_m decides what is close",
            source=limits.source(quantity),
            at=(x, y),
        )


def _no_exit(facility: Facility, level: Level, floor: Polygon, limits: Limits) -> Iterator[Finding]:
    x, y = floor.representative_point().coords[0]
    told = facility.kind == "planned" and any(wall.level == level.id for wall in facility.walls)
    yield judged(
        "escape_walked",
        (level.id,),
        "exits",
        Known(value=0.0, low=0.0, high=0.0 if told else math.inf),
        at_least=1.0,
        context=f"no opening of kind {', '.join(limits.exit_kinds)} leads out of the floor at ({x:.2f}, {y:.2f})",
        remedy="add an exit" if told else "draw or scan the exits",
        source=limits.source("escape_walked_m"),
        at=(x, y),
    )


def _undecided(level: Level, limits: Limits, why: str, remedy: str) -> Iterator[Finding]:
    yield judged(
        "escape_walked",
        (level.id,),
        "escape_walked_m",
        UNKNOWN,
        at_most=limits.escape_walked_m,
        context=f"level '{level.id}': {why}",
        remedy=remedy,
        source=limits.source("escape_walked_m"),
    )


def _parts_for_people(facility: Facility, level: Level, clear: MultiPolygon) -> list[Polygon]:
    """Where the middle of a person can be, part by part, as far as people have something to do there.

    Corners are kept square: few, and a hair farther round than a person walks.
    """
    parts: list[Polygon] = shapely.get_parts(clear.buffer(-PICKER.radius_m, join_style="mitre")).tolist()
    if not parts:
        return []
    known = [each.pose[:2] for each in facility.stations if each.level == level.id]
    known += [
        ((a.p0[0] + a.p1[0]) / 2, (a.p0[1] + a.p1[1]) / 2) for a in facility.aisles if a.level == level.id
    ]
    used = shapely.MultiPoint(known)
    largest = max(parts, key=lambda part: part.area)
    return [part for part in parts if part is largest or shapely.dwithin(part, used, PICKER.radius_m)]


def _places(floor: Polygon, step_m: float) -> npt.NDArray[np.float64]:
    """A grid of places (P, 2) on the floor, and those along its edge, each a step apart."""
    x0, y0, x1, y1 = floor.bounds
    x, y = np.meshgrid(np.arange(x0, x1, step_m) + step_m / 2, np.arange(y0, y1, step_m) + step_m / 2)
    grid = np.column_stack([x.ravel(), y.ravel()])
    inside = grid[shapely.contains_xy(floor, grid)]
    edge = shapely.get_coordinates(shapely.segmentize(floor, step_m))
    return np.ascontiguousarray(np.concatenate([inside, edge]))
