"""From a DXF plan to a planned Facility: its geometry, not a picture of it."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path

import numpy as np

from layouts.drawings.dxf.columns import find_columns
from layouts.drawings.dxf.floors import floors_of
from layouts.drawings.dxf.openings import fittings_of
from layouts.drawings.dxf.plan import Plan, read_plan
from layouts.drawings.dxf.plan_facility import (
    Names,
    column_elements,
    labels_of,
    location_elements,
    obstacle_elements,
    rack_elements,
    solids_of,
    station_elements,
    wall_elements,
)
from layouts.drawings.dxf.racks import find_racks
from layouts.drawings.dxf.report import Imported
from layouts.drawings.dxf.roles import PlanHeights, PlanRoles
from layouts.drawings.dxf.telling import PlanParts, fates_of, heights_notes, parts_notes, report_of
from layouts.drawings.dxf.things import things_of
from layouts.drawings.dxf.wall_ground import placed_walls
from layouts.drawings.dxf.walls import find_walls
from layouts.drawings.found_aisles import aisles_of
from spatial.facility import Facility, Frame, Provenance

TOLERANCE_M = 0.01
HEIGHT_SEEN_M = 1.0
"""What is drawn less high than this is drawn flat."""

HEIGHT_OF = {"wall": "wall_m", "rack": "rack_m", "column": "column_m", "obstacle": "obstacle_m"}


def read_dxf(
    path: Path,
    *,
    unit: str | None = None,
    roles: PlanRoles | None = None,
    tolerance_m: float = TOLERANCE_M,
) -> Imported:
    """The planned facility of a DXF file, with the report of what was made of what.

    `unit` (m, cm, mm, ft, in) is believed; without it the header's is, when the plan has the size of a building
    in it. `roles` says what layers and blocks stand for and how high things are; what it does not say is told
    by names and, on layers whose names say nothing, by what is drawn. Lines that miss each other by
    `tolerance_m` meet.

    1. Columns, racks, obstacles and stations are made of shapes that belong together; aisles are what is free
       between racks.
    2. Walls are made of their faces, and doors and windows become openings.
    3. A floor is what the walls enclose, or what is drawn as such, or, as the notes say then, the hull of all;
       separate floors are levels of their own.

    Walls that bound the floor are given by their inner face, others by their centre line. Raises BadDataError
    when the file cannot be read, or its unit is not certain.
    """
    plan = read_plan(path, unit=unit, roles=roles or PlanRoles())
    if not any(role != "ignore" for role in plan.roles.values()):
        lost = "no layer or block has a role, so nothing is made: give roles"
        return Imported(facility=None, report=report_of(plan, {}, [lost]), roles=plan.saved)
    heights = _heights_drawn(plan, plan.saved.heights)
    parts = _parts(plan, heights, tolerance_m)
    names = Names(labels_of(plan.texts()))
    facility = _facility(plan, parts, heights, names)
    notes = [*heights_notes(facility, heights, plan.saved.heights), *parts_notes(facility, parts)]
    report = report_of(plan, fates_of(plan, parts, names.used), notes)
    return Imported(facility=facility, report=report, roles=plan.saved)


def _parts(plan: Plan, heights: PlanHeights, tolerance: float) -> PlanParts:
    """What stands in the plan, and its floor."""
    columns, no_columns = find_columns(things_of(plan.of("column"), plan.blocks))  # 1
    rows, no_racks = find_racks(
        things_of(plan.of("rack"), plan.blocks), plan.of("rack"), upright_m=heights.rack_upright_m
    )
    obstacles = [thing for thing in things_of(plan.of("obstacle"), plan.blocks) if thing.ground.area > 0]
    doors = [(role, thing) for role in ("door", "window") for thing in things_of(plan.of(role), plan.blocks)]
    fittings = fittings_of(doors)
    posts = [box.polygon() for box in columns]
    walls = find_walls(list(plan.of("wall").values()), fittings, posts, tolerance=tolerance)  # 2
    floors = floors_of(plan, walls.runs)  # 3
    return PlanParts(
        columns=columns,
        rows=rows,
        obstacles=obstacles,
        stations=things_of(plan.of("station"), plan.blocks),
        doors=[thing for _, thing in doors],
        fittings=fittings,
        walls=walls,
        runs=placed_walls(walls.runs, floors.known),
        floors=floors,
        lost={
            "things on column layers have no column's section": no_columns,
            "things on rack layers make no rectangle": no_racks,
        },
    )


def _facility(plan: Plan, parts: PlanParts, heights: PlanHeights, names: Names) -> Facility:
    at = parts.floors.level_at
    solids = list(solids_of(parts.runs, parts.columns, parts.obstacles))
    racks = rack_elements(parts.rows, solids, heights, names, at)
    path = plan.opened.path
    facility = Facility(
        id=re.sub(r"\W+", "-", path.stem).strip("-") or "PLAN",
        name=path.stem,
        kind="planned",
        frame=Frame(extra={"drawing_origin_m": plan.origin.tolist()} if plan.origin.any() else {}),
        provenance=(Provenance(source=path.name, sha256=plan.opened.sha256, method="dxf"),),
        levels=parts.floors.levels(),
        walls=wall_elements(parts.runs, parts.fittings, heights, at),
        columns=column_elements(parts.columns, heights, names, at),
        racks=racks,
        locations=location_elements(racks, heights),
        obstacles=obstacle_elements(parts.obstacles, heights, names, at),
        stations=station_elements(parts.stations, names, at),
    )
    return replace(facility, aisles=aisles_of(facility))


def _heights_drawn(plan: Plan, heights: PlanHeights) -> PlanHeights:
    """Heights that the drawing shows because it is drawn in three dimensions, where none are given."""
    drawn = {}
    for role, field in HEIGHT_OF.items():
        own = [s.high - s.low for s in plan.of(role).values() if s.high - s.low >= HEIGHT_SEEN_M]
        if own and field not in heights.model_fields_set:
            drawn[field] = float(np.median(own))
    return heights.model_copy(update=drawn)
