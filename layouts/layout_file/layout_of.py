"""From any facility, scanned or planned, to a layout that can be edited."""

from __future__ import annotations

import math
from contextlib import suppress
from typing import Any

import numpy as np
from pydantic import ValidationError

from layouts.layout_file.addressed import found_addresses, twins_of
from layouts.layout_file.build_layout import build_layout
from layouts.layout_file.building_model import Site
from layouts.layout_file.floor_links import found_links
from layouts.layout_file.found_blocks import blocks_of
from layouts.layout_file.found_building import building_of, lost_doors, lost_walls, upper_levels_of
from layouts.layout_file.found_rack_types import rack_types_of
from layouts.layout_file.found_things import boxes_of, columns_of, legs_of, spots_of
from layouts.layout_file.found_walls import inner_walls_of, renamed_walls
from layouts.layout_file.layout_fault import LayoutError
from layouts.layout_file.layout_model import Layout
from layouts.layout_file.placement import Placement
from spatial.errors import BadDataError, UndecidedError
from spatial.facility import Facility

SMALLEST_M = 0.005
"""Coordinates are rounded to the millimetre and headings to 0.001°, so that rows cannot be closer to their place."""


def layout_of(facility: Facility, *, within_m: float = 0.01) -> Layout:
    """The layout of a facility; `build_layout` puts its racks within `within_m` of where they are.

    Rows of a scan differ by what was measured: a larger `within_m`, such as 0.2, makes fewer types and blocks.

    1. The frame has its x axis across the longest rack row, so that most headings are 90°, and its origin in the
       corner of the outline, so that coordinates are positive.
    2. The first level is the ground floor of the building, the others are its upper levels.
    3. Rows of a level that are made alike share a rack type; those that are in line as well are a block.
    4. Doors go to the nearest side of the outline, or stay in their wall where that is inside the floor; obstacles
       become rectangles where they nearly are.
    5. If the ids of places are not those that the layout gives them, but a scheme explains them, it is said.
    Lengths are rounded to the millimetre. What a layout cannot say is told by `left_out`.

    Raises ValueError when `within_m` is below SMALLEST_M, UndecidedError for a facility with no level, BadDataError
    when a value is outside the limits of a layout file.
    """
    if not within_m >= SMALLEST_M:
        raise ValueError(
            f"within_m {within_m} is below {SMALLEST_M} m, what rounding allows: choose a larger one"
        )
    if not facility.levels:
        raise UndecidedError(f"facility '{facility.id}' has no level, so it has no layout: draw its floor")
    try:
        layout = _layout(facility, within_m)
    except ValidationError as error:
        fault = error.errors(include_url=False)[0]
        where = ".".join((error.title.lower(), *map(str, fault["loc"])))
        told = f"{where} {fault['input']!r}: {fault['msg'].removeprefix('Value error, ')}"
        raise BadDataError(f"facility '{facility.id}' has no layout: {told}: correct it there") from error
    return _with_addresses(layout, facility)


def _with_addresses(layout: Layout, facility: Facility) -> Layout:
    """5."""
    with suppress(LayoutError):  # what cannot be built is told when it is
        site = Placement(layout.site.origin_m, Placement().yaw(layout.site.heading_deg))
        addresses = found_addresses(facility, build_layout(layout), site)
        if addresses is not None:
            return layout.model_copy(update={"addresses": addresses})
    return layout


def _layout(facility: Facility, within_m: float) -> Layout:
    site_m = _site(facility)  # 1
    site = Placement(site_m.origin_m, Placement().yaw(site_m.heading_deg))
    names, rack_types = rack_types_of(facility, within_m)  # 3
    legs = legs_of(facility, site)
    said: dict[str, Any] = {"rack_types": rack_types} if rack_types else {}
    levels = upper_levels_of(facility, site)
    if levels:
        said["levels"] = tuple(
            level.model_copy(update={"legs": legs[level.id]}) if level.id in legs else level
            for level in levels
        )
    links = found_links(facility, site)
    if links:
        said["links"] = links
    layout = Layout(
        id=facility.id,
        name=facility.name.strip() or None,
        site=site_m,
        building=building_of(facility, site),  # 2, 4
        blocks=tuple(blocks_of(facility, names, rack_types, site, within_m)),
        columns=tuple(columns_of(facility, site)),
        obstacles=boxes_of(facility, site, legs),
        stations=spots_of(facility, site),
        **said,
    )
    walls = inner_walls_of(facility, layout, site)  # 4
    return layout.model_copy(update={"walls": walls}) if walls else layout


def left_out(facility: Facility, layout: Layout | None = None) -> tuple[str, ...]:
    """What `layout_of` cannot say of this facility, one sentence each; empty if nothing is lost.

    With the `layout` it is known which places get another id; without it that some may.
    """
    stocked = sum(place.state == "occupied" for place in facility.locations)
    beams = sum(len(rack.missing_beams) for rack in facility.racks)
    unknown = [rack.id for rack in facility.racks if not rack.bays]
    doors, walls = lost_doors(facility), lost_walls(facility)
    renamed = renamed_walls(facility, layout) if layout else []
    ids = _other_ids(facility, layout)
    told = (
        (stocked, f"{stocked} places are occupied: a layout has empty ones"),
        (beams, f"{beams} beams are missing: a layout has them all"),
        (unknown, f"racks with no known bays become one bay each: {', '.join(unknown[:5])}"),
        (doors, f"doors away from the outline are left out: {', '.join(doors[:5])}"),
        (
            walls,
            f"walls outside the floors are left out: {', '.join(walls[:5])}; 'layout patch' keeps them",
        ),
        (renamed, f"walls inside the hall get another id: {', '.join(renamed[:5])}"),
        (ids, ids),
    )
    return tuple(sentence for is_lost, sentence in told if is_lost)


def _other_ids(facility: Facility, layout: Layout | None) -> str:
    """What becomes of the ids of places; "" when all are kept."""
    if layout is None:
        return "places may get another id: aisle, bay, level, position" if facility.locations else ""
    scheme = "aisle, bay, level, position" if layout.addresses is None else "that of the scheme"
    kept = 0
    with suppress(LayoutError):
        kept = sum(location == twin for location, twin in twins_of(facility, build_layout(layout)).items())
    anew = len(facility.locations) - kept
    return f"{anew} of {len(facility.locations)} places get another id: {scheme}" if anew else ""


def _site(facility: Facility) -> Site:
    """1."""
    longest = max(facility.racks, key=lambda rack: rack.length_m, default=None)
    outline = facility.levels[0].outline
    along = np.subtract(outline[1], outline[0])
    yaw_rad = math.atan2(along[1], along[0]) if longest is None else longest.yaw_rad - math.pi / 2
    heading_deg = round(math.degrees(math.remainder(yaw_rad, math.pi)), 3)
    turned = Placement((0.0, 0.0), math.radians(heading_deg))
    corner = np.min([turned.local(at) for at in outline], axis=0)
    x, y = turned.point(*corner.tolist())
    return Site(origin_m=(round(x, 3), round(y, 3)), heading_deg=heading_deg)
