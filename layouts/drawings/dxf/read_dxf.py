"""From a DXF plan to a planned Facility: its geometry, not a picture of it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from layouts.drawings.dxf.columns import find_columns
from layouts.drawings.dxf.curved_walls import SAGITTA_M
from layouts.drawings.dxf.floors import floor_of_plan
from layouts.drawings.dxf.openings import fittings_of
from layouts.drawings.dxf.plan import TEXTS, Plan, read_plan
from layouts.drawings.dxf.plan_facility import (
    LEVEL,
    Label,
    Names,
    column_elements,
    obstacle_elements,
    rack_elements,
    solids_of,
    station_elements,
    wall_elements,
)
from layouts.drawings.dxf.racks import find_racks
from layouts.drawings.dxf.report import Imported, ImportReport, LayerCount
from layouts.drawings.dxf.roles import PlanHeights, PlanRoles
from layouts.drawings.dxf.shapes import Shape
from layouts.drawings.dxf.things import Thing, things_of
from layouts.drawings.dxf.wall_ground import placed_walls
from layouts.drawings.dxf.walls import find_walls
from spatial.facility import Facility, Frame, Level, Provenance

TOLERANCE_M = 0.01
MAKING = ("wall", "column", "rack", "door", "window", "obstacle", "station", "floor")
HEIGHT_SEEN_M = 1.0


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

    1. Columns, racks, obstacles and stations are made of shapes that belong together.
    2. Walls are made of their faces, and doors and windows become openings.
    3. The floor is what is drawn as such, or what the walls enclose, or, as the notes say then, the hull of all.

    Walls that bound the floor are given by their inner face, others by their centre line. Raises BadDataError
    when the file cannot be read, or its unit is not certain.
    """
    plan = read_plan(path, unit=unit, roles=roles or PlanRoles())
    if not any(role in MAKING for role in plan.roles.values()):
        lost = "no layer or block has a role, so nothing is made: give roles"
        return Imported(facility=None, report=_report(plan, {}, (*plan.notes, lost)), roles=plan.saved)
    facility, fates, notes = _made(plan, plan.saved.heights, tolerance_m)
    return Imported(facility=facility, report=_report(plan, fates, (*plan.notes, *notes)), roles=plan.saved)


def _made(plan: Plan, heights: PlanHeights, tolerance: float) -> tuple[Facility, dict[int, str], list[str]]:
    """The facility, what each shape became, and notes."""
    heights, notes = _seen_heights(plan, heights)
    names = Names([Label(text=s.text or "", at=_at(s), shape=k) for k, s in plan.texts()])
    columns, no_columns = find_columns(_things(plan, "column"))  # 1
    rack_shapes = plan.of("rack")
    rows, no_racks = find_racks(_things(plan, "rack"), rack_shapes, upright_m=heights.rack_upright_m)
    obstacles = [thing for thing in _things(plan, "obstacle") if thing.ground.area > 0]
    stations = _things(plan, "station")
    doors = [(role, thing) for role in ("door", "window") for thing in _things(plan, role)]
    fittings = fittings_of(doors)
    posts = [box.polygon() for box, _ in columns]
    wall_shapes = plan.of("wall")
    walls = find_walls(list(wall_shapes.values()), fittings, posts, tolerance=tolerance)  # 2
    ground, outline, holes, floor_notes = floor_of_plan(plan, walls.runs)  # 3
    runs = placed_walls(walls.runs, ground)
    solids = list(solids_of(runs, [box for box, _ in columns], obstacles))
    facility = Facility(
        id=re.sub(r"\W+", "-", plan.opened.path.stem).strip("-") or "PLAN",
        name=plan.opened.path.stem,
        kind="planned",
        frame=Frame(extra={"drawing_origin_m": plan.origin.tolist()} if plan.origin.any() else {}),
        provenance=(Provenance(source=plan.opened.path.name, sha256=plan.opened.sha256, method="dxf"),),
        levels=(Level(id=LEVEL, elevation_m=0.0, outline=outline, holes=holes),),
        walls=wall_elements(runs, fittings, heights),
        columns=column_elements([box for box, _ in columns], heights, names),
        racks=rack_elements(rows, solids, heights, names),
        obstacles=obstacle_elements(obstacles, heights, names),
        stations=station_elements(stations, names),
    )
    fates = dict.fromkeys(wall_shapes, "wall")
    fates |= dict.fromkeys(plan.of("floor"), "floor")
    fates |= {k: "column" for _, thing in columns for k in thing.shapes}
    fates |= {k: "rack" for row in rows for k in row.shapes}
    fates |= {k: "obstacle" for thing in obstacles for k in thing.shapes}
    fates |= {k: "station" for thing in stations for k in thing.shapes}
    used = {k: fit.role for i, fit in enumerate(fittings) if i not in walls.idle for k in fit.shapes}
    idle = [thing for _, thing in doors if not used.keys() & set(thing.shapes)]
    fates |= used
    fates |= dict.fromkeys(names.used, "label")
    notes += floor_notes
    notes += _notes(facility, heights, rows_undivided=sum(not row.is_divided for row in rows))
    if walls.curved:
        notes.append(
            f"{walls.curved} walls are pieces of curved ones, within {SAGITTA_M * 1000:g} mm of the curve"
        )
    if walls.short_lines:
        notes.append(f"{walls.short_lines} lines on wall layers are too short for walls and stand alone")
    lost_things = (
        ("doors and windows stand in no wall", len(idle)),
        ("things on column layers have no column's section", len(no_columns)),
        ("things on rack layers make no rectangle", len(no_racks)),
    )
    for what, lost in lost_things:
        if lost:
            notes.append(f"{lost} {what}")
    return facility, fates, notes


def _things(plan: Plan, role: str) -> list[Thing]:
    shapes = plan.of(role)
    return things_of(shapes, plan.blocks)


def _at(shape: Shape) -> tuple[float, float]:
    return float(shape.points[0, 0]), float(shape.points[0, 1])


def _seen_heights(plan: Plan, heights: PlanHeights) -> tuple[PlanHeights, list[str]]:
    """Heights that the drawing shows because it is drawn in three dimensions."""
    notes = []
    for role, field in (
        ("wall", "wall_m"),
        ("rack", "rack_m"),
        ("column", "column_m"),
        ("obstacle", "obstacle_m"),
    ):
        own = [s.high - s.low for s in plan.of(role).values() if s.high - s.low >= HEIGHT_SEEN_M]
        if own and field not in heights.model_fields_set:
            height = float(np.median(own))
            heights = heights.model_copy(update={field: height})
            notes.append(f"{role}s are {height:.2f} m high as drawn")
    return heights, notes


def _notes(facility: Facility, heights: PlanHeights, *, rows_undivided: int) -> Iterator[str]:
    assumed = []
    if facility.walls:
        assumed.append(f"walls {heights.wall_m:g} m (--height)")
    if facility.racks:
        assumed.append(f"racks {heights.rack_m:g} m (--rack-height)")
    if any(wall.openings for wall in facility.walls):
        assumed.append(f"doors {heights.door_m:g} m, gates {heights.gate_m:g} m")
    if facility.obstacles:
        assumed.append(f"obstacles {heights.obstacle_m:g} m")
    if assumed:
        yield f"a plan shows no heights; taken are: {', '.join(assumed)}; the roles file sets them"
    if facility.racks:
        yield (
            "a plan shows no tiers: the racks have none and no locations; "
            "give them in the layout that from-scan writes"
        )
    unknown = sum(wall.thickness_m is None for wall in facility.walls)
    if unknown:
        yield f"{unknown} walls are drawn as one line: their thickness is unknown"
    passages = sum(o.kind == "passage" for wall in facility.walls for o in wall.openings)
    if passages:
        yield f"{passages} gaps in walls have no door: they are passages as high as the wall"
    if rows_undivided:
        yield f"{rows_undivided} rack rows have no bays drawn: each is one bay"


def _report(plan: Plan, fates: Mapping[int, str], notes: Sequence[str]) -> ImportReport:
    points = np.vstack([shape.points for shape in plan.shapes if shape.kind not in TEXTS])
    width, depth = np.ptp(points, axis=0)
    return ImportReport(
        file=plan.opened.path.name,
        sha256=plan.opened.sha256,
        unit=plan.unit,
        extents_m=(float(width), float(depth)),
        origin_m=(float(plan.origin[0]), float(plan.origin[1])),
        roles=plan.given,
        counts=tuple(_counts(plan, fates)),
        notes=tuple(notes),
    )


def _counts(plan: Plan, fates: Mapping[int, str]) -> Iterator[LayerCount]:
    """By layer and kind what became of entities; each is counted once, as used if any of its shapes is."""
    best: dict[int, tuple[bool, str, Shape]] = {}
    for k, shape in enumerate(plan.shapes):
        role = plan.roles.get(k)
        fate = fates.get(k)
        told = (True, fate) if fate is not None else (False, _unused(shape, role))
        if shape.entity not in best or (told[0] and not best[shape.entity][0]):
            best[shape.entity] = (*told, shape)
    rows = Counter((shape.layer, shape.kind, fate, used) for used, fate, shape in best.values())
    rows.update({(layer, kind, reason, False): n for (layer, kind, reason), n in plan.drawn.left_out.items()})
    for (layer, kind, fate, used), count in sorted(rows.items()):
        yield LayerCount(layer=layer, kind=kind, fate=fate, is_used=used, entities=count)


def _unused(shape: Shape, role: str | None) -> str:
    if shape.kind in TEXTS:
        return "text"
    if role is None:
        return "no role"
    return "ignored" if role == "ignore" else f"{role}: nothing could be made of it"
