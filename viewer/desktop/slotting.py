"""A slotting plan in the racks: every location in the colour of its velocity, and an arc for every move."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyvista as pv
from matplotlib import colormaps

from layouts.report.heat_scale import CLASSES, HeatScale
from layouts.slotting.pictures.velocity_map import VelocityMap
from layouts.slotting.pictures.velocity_scales import velocity_scales
from spatial.facility import Facility, Location
from viewer.desktop.text import EDGE, QUIET, add_legend, add_words

Floats = npt.NDArray[np.float64]

GAP = 0.92
"""Of a location's size, so that neighbours stay apart."""
UNVISITED = "#2e363f"
MOVE = "#ff9e4a"
ARC_POINTS = 16
LIFT = 0.18
"""How high an arc rises above its ends, as a share of its length on the plan."""
MOST_ARCS = 300
"""More are a thicket: those of the fastest movers are drawn, and the legend says so."""


def class_colours() -> tuple[str, ...]:
    """From little to much visited: cividis without its darkest quarter, which a dark hall would swallow."""
    shares = np.linspace(0.25, 1.0, CLASSES)
    return tuple(str(pv.Color(colormaps["cividis"](share)[:3]).hex_rgb) for share in shares)


def add_slotting(plotter: pv.Plotter, facility: Facility, found: VelocityMap, *, after: bool) -> None:
    """Add the locations as they are visited today or, with `after`, when the plan is carried out, and its moves."""
    scale = velocity_scales(facility, found).single
    if facility.locations:
        boxes = velocity_boxes(facility, found, scale, after=after)
        plotter.add_mesh(boxes, rgb=True, ambient=0.5, name="velocity")
    drawn = _arcs(plotter, facility, found)
    _legend(plotter, scale, len(found.moves), drawn, after=after)


def velocity_boxes(
    facility: Facility, found: VelocityMap, scale: HeatScale | None, *, after: bool
) -> pv.PolyData:
    """Six faces a location, in the order of the facility, each with its `colour`."""
    visits = {row.location: row.visits_after if after else row.visits_before for row in found.locations}
    told = np.array([visits.get(place.id, 0.0) for place in facility.locations])
    yaws = {rack.id: rack.yaw_rad for rack in facility.racks}
    corners = [_corners(place, yaws.get(place.rack, 0.0)) for place in facility.locations]
    return _boxes(corners, _colours(told, scale))


def _colours(visits: Floats, scale: HeatScale | None) -> npt.NDArray[np.uint8]:
    palette = np.array([pv.Color(each).int_rgb for each in (UNVISITED, *class_colours())], np.uint8)
    number = np.full(len(visits), -1) if scale is None else scale.classes(visits)
    colours: npt.NDArray[np.uint8] = palette[number + 1]
    return colours


def _corners(place: Location, yaw_rad: float) -> Floats:
    """The eight corners (8, 3) of a location's box."""
    signs = np.array([(x, y, z) for z in (-1, 1) for x, y in ((-1, -1), (1, -1), (1, 1), (-1, 1))])
    half = np.array(place.size_m) * (GAP / 2, GAP / 2, GAP / 2)
    turn = np.array(
        [[np.cos(yaw_rad), np.sin(yaw_rad), 0], [-np.sin(yaw_rad), np.cos(yaw_rad), 0], [0, 0, 1]]
    )
    corners: Floats = signs * half @ turn + place.center
    return corners


SIDES = np.array([(3, 2, 1, 0), (4, 5, 6, 7), (0, 1, 5, 4), (1, 2, 6, 5), (2, 3, 7, 6), (3, 0, 4, 7)])


def _boxes(corners: Sequence[Floats], colours: npt.NDArray[np.uint8]) -> pv.PolyData:
    faces = (SIDES[None] + 8 * np.arange(len(corners))[:, None, None]).reshape(-1, 4)
    surface = pv.PolyData.from_regular_faces(np.concatenate(corners), faces)
    surface.cell_data["colour"] = np.repeat(colours, len(SIDES), axis=0)
    surface.set_active_scalars("colour")
    return surface


def _arcs(plotter: pv.Plotter, facility: Facility, found: VelocityMap) -> int:
    """Draw the moves of the fastest SKUs as arcs with a head where they end; how many there are."""
    centre = {place.id: np.array(place.center) for place in facility.locations}
    visits = {row.location: row.visits_after for row in found.locations}
    moves = [
        (move.from_location, move.to_location)
        for move in sorted(found.moves, key=lambda move: -visits.get(move.to_location, 0.0))
        if move.from_location in centre and move.to_location in centre
    ][:MOST_ARCS]
    if not moves:
        return 0
    arcs = [_arc(centre[start], centre[end]) for start, end in moves if start is not None]
    lines = np.array([[ARC_POINTS, *range(ARC_POINTS * n, ARC_POINTS * (n + 1))] for n in range(len(arcs))])
    curves = pv.PolyData(np.concatenate(arcs), lines=lines)
    plotter.add_mesh(curves, color=MOVE, line_width=2, lighting=False, name="moves", reset_camera=False)
    heads = pv.PolyData(np.array([arc[-1] for arc in arcs]))
    heads["way"] = np.array([arc[-1] - arc[-2] for arc in arcs])
    cone = pv.Cone(center=(-0.45, 0, 0), direction=(1, 0, 0), height=0.9, radius=0.3, resolution=12)
    glyphs = heads.glyph(orient="way", scale=False, geom=cone)
    plotter.add_mesh(glyphs, color=MOVE, lighting=False, name="move heads", reset_camera=False)
    return len(moves)


def _arc(start: Floats, end: Floats) -> Floats:
    """Points (ARC_POINTS, 3) of a parabola above the straight way."""
    share = np.linspace(0, 1, ARC_POINTS)[:, None]
    points: Floats = start + share * (end - start)
    rise = max(1.0, LIFT * float(np.linalg.norm((end - start)[:2])))
    points[:, 2] += rise * 4 * (share * (1 - share))[:, 0]
    return points


def _legend(plotter: pv.Plotter, scale: HeatScale | None, moves: int, drawn: int, *, after: bool) -> None:
    add_words(plotter, "Visits by tours", (EDGE, 0.86), 11, name="velocity title")
    when = "with the plan" if after else "today"
    add_words(plotter, when, (EDGE, 0.838), 9, colour=QUIET, name="velocity when")
    entries = [("none", UNVISITED)]
    if scale is not None:
        entries += zip(scale.names, class_colours(), strict=True)
    add_legend(plotter, entries[::-1], top=0.80)
    below = 0.80 - 0.032 * len(entries) - 0.01
    told = f"{moves:,} moves" if drawn == moves else f"{drawn:,} of {moves:,} moves"
    add_legend(plotter, [(told, MOVE)], top=below)
