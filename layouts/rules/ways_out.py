"""From every place where people can be, an exit is near: along the floor, over stairs, and past furnishings."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import shapely
from shapely import Polygon

from layouts.rules.escape_routes import EscapeRoutes, PartOfFloor, escape_routes
from layouts.rules.finding import UNKNOWN, Finding, Known, judged
from layouts.rules.limits import Limits
from layouts.rules.measured import sigma_of
from spatial.facility import Facility, Level
from spatial.floor.agents import AgentClass
from spatial.floor.facility_rules import links_of

GAP_SHARE = (1 + math.sqrt(2)) / 2
"""A place is at most this many steps, along the floor, from one that is measured."""


def ways_out(facility: Facility, agents: Sequence[AgentClass], limits: Limits) -> Iterator[Finding]:
    """For every part of every level the place farthest from its exits, for a person on foot.

    1. The floors, and the stairs that lead on from them, are those of `escape_routes`.
    2. Places a step apart, and along the edge, are measured to the nearest exit by the shortest way. A limit that
       falls between the farthest of them and what may lie between two is not decided.
    3. A part without an exit or stairs has no way out: lifts are none. As built, or where the level has neither
       walls nor links, one may just not have been seen or drawn.
    """
    del agents  # whoever drives here, people walk out
    routes = escape_routes(facility, limits)
    for level in facility.levels:
        if level in routes.unseen:
            yield _unseen(level, limits)
        for number, part in enumerate(routes.parts):
            if part.level is level:
                yield from _part(facility, routes, number, part, limits)


def _part(
    facility: Facility, routes: EscapeRoutes, number: int, part: PartOfFloor, limits: Limits
) -> Iterator[Finding]:
    level, stairs = part.level, routes.links_from(number)
    if not part.exits and not stairs:
        yield _no_exit(facility, routes, part, limits)
        return
    places = _places(part.floor, limits.floor_step_m)
    ids = tuple(each.exit.door.id for each in part.exits)
    for quantity in ("escape_walked_m", "escape_straight_m"):
        lengths = routes.out_m(number, places, is_straight=quantity == "escape_straight_m")
        farthest = int(np.argmax(np.where(np.isfinite(lengths), lengths, -1.0)))
        x, y = places[farthest].tolist()
        value = float(lengths[farthest])
        between = GAP_SHARE * limits.floor_step_m if np.isfinite(lengths).all() else math.inf
        over = f", over {', '.join(stairs)} where that is nearer" if ids and stairs else ""
        over = f", over {', '.join(stairs)}" if stairs and not ids else over
        yield judged(
            quantity.removesuffix("_m"),
            (level.id, *ids, *stairs),
            quantity,
            Known(value=value, low=value, high=value + between, sigma=sigma_of(facility, 0.0, limits)),
            at_most=getattr(limits, quantity),
            context=f"the place farthest from the known exits of level '{level.id}', at ({x:.2f}, {y:.2f}){over}",
            remedy=f"add an exit or {'stairs' if stairs else 'open a cross-aisle'}; a smaller floor_step_m decides "
            "what is close",
            source=limits.source(quantity),
            at=(x, y),
        )


def _no_exit(facility: Facility, routes: EscapeRoutes, part: PartOfFloor, limits: Limits) -> Finding:
    level = part.level
    x, y = part.floor.representative_point().coords[0]
    links = [link for link in links_of(facility) if level.id in (link.start.level, link.end.level)]
    has_walls = any(wall.level == level.id for wall in facility.walls)
    told = facility.kind == "planned" and (has_walls or bool(links)) and not routes.leads_to_unseen(part)
    kinds = f"openings of kind {', '.join(limits.exit_kinds)}"
    if links or len(facility.levels) > 1:
        kinds += f" and links of kind {', '.join(limits.way_out_links)}"
    return judged(
        "escape_walked",
        (level.id,),
        "exits",
        Known(value=0.0, low=0.0, high=0.0 if told else math.inf),
        at_least=1.0,
        context=f"no way leads out of the floor at ({x:.2f}, {y:.2f}) of level '{level.id}'",
        remedy=f"{'add' if told else 'draw or scan'} one: {kinds} count ({limits.source('exit_kinds')})",
        source=limits.source("escape_walked_m"),
        at=(x, y),
    )


def _unseen(level: Level, limits: Limits) -> Finding:
    return judged(
        "escape_walked",
        (level.id,),
        "escape_walked_m",
        UNKNOWN,
        at_most=limits.escape_walked_m,
        context=f"level '{level.id}': its floor was not seen",
        remedy="scan the floor or draw its outline",
        source=limits.source("escape_walked_m"),
    )


def _places(floor: Polygon, step_m: float) -> npt.NDArray[np.float64]:
    """A grid of places (P, 2) on the floor, and those along its edge, each a step apart."""
    x0, y0, x1, y1 = floor.bounds
    x, y = np.meshgrid(np.arange(x0, x1, step_m) + step_m / 2, np.arange(y0, y1, step_m) + step_m / 2)
    grid = np.column_stack([x.ravel(), y.ravel()])
    inside = grid[shapely.contains_xy(floor, grid)]
    edge = shapely.get_coordinates(shapely.segmentize(floor, step_m))
    return np.ascontiguousarray(np.concatenate([inside, edge]))
