"""Telling what became of every entity of a plan, and what an engineer should know of the result."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from layouts.drawings.dxf.curved_walls import SAGITTA_M
from layouts.drawings.dxf.floors import Floors
from layouts.drawings.dxf.plan import TEXTS, Plan
from layouts.drawings.dxf.racks import RackRow
from layouts.drawings.dxf.report import ImportReport, LayerCount
from layouts.drawings.dxf.roles import PlanHeights
from layouts.drawings.dxf.shapes import Shape
from layouts.drawings.dxf.things import Box, Thing
from layouts.drawings.dxf.wall_runs import Fitting, Run
from layouts.drawings.dxf.walls import FoundWalls
from spatial.facility import Facility


@dataclass(frozen=True, kw_only=True)
class PlanParts:
    """What was found in a plan; `lost` has, by why, the things of columns and racks that make none."""

    columns: Sequence[Box]
    rows: Sequence[RackRow]
    obstacles: Sequence[Thing]
    stations: Sequence[Thing]
    doors: Sequence[Thing]
    fittings: Sequence[Fitting]
    walls: FoundWalls
    runs: Sequence[Run]
    floors: Floors
    lost: Mapping[str, Sequence[Thing]]


def fates_of(plan: Plan, parts: PlanParts, labels: set[int]) -> dict[int, str]:
    """The element that each shape became part of, by the shape's index; texts that named something too."""
    lost = {k for things in parts.lost.values() for thing in things for k in thing.shapes}
    whole = plan.of("wall", "floor", "column", "rack")
    fates: dict[int, str] = {k: plan.roles[k] for k in whole if k not in lost}
    fates |= {k: "obstacle" for thing in parts.obstacles for k in thing.shapes}
    fates |= {k: "station" for thing in parts.stations for k in thing.shapes}
    fates |= _used(parts)
    return fates | dict.fromkeys(labels, "label")


def _used(parts: PlanParts) -> dict[int, str]:
    """Shapes of the fittings that stand in walls."""
    idle = set(parts.walls.idle)
    return {k: fit.role for i, fit in enumerate(parts.fittings) if i not in idle for k in fit.shapes}


def heights_notes(facility: Facility, heights: PlanHeights, given: PlanHeights) -> Iterator[str]:
    """The heights that the drawing showed, and those that were taken because it shows none."""
    drawn = {name: value for name, value in heights if value != getattr(given, name)}
    for name, value in drawn.items():
        yield f"{name.removesuffix('_m')}s are {value:.2f} m high as drawn"
    openings = any(wall.openings for wall in facility.walls)
    assumed = [
        (bool(facility.walls), "wall_m", f"walls {heights.wall_m:g} m (--height)"),
        (bool(facility.racks), "rack_m", f"racks {heights.rack_m:g} m (--rack-height)"),
        (openings, "door_m", f"doors {heights.door_m:g} m, gates {heights.gate_m:g} m"),
        (bool(facility.obstacles), "obstacle_m", f"obstacles {heights.obstacle_m:g} m"),
    ]
    taken = [said for is_there, name, said in assumed if is_there and name not in drawn]
    if taken:
        yield f"a plan shows no heights; taken are: {', '.join(taken)}; the roles file sets them"


def parts_notes(facility: Facility, parts: PlanParts) -> Iterator[str]:
    """What is unknown, told by rule, or could not be made."""
    if parts.floors.is_hull:
        why = "the walls do not close around a floor" if facility.walls else "there are no walls and no floor"
        yield f"{why}: the floor's outline is the convex hull of all that stands there"
    if len(parts.floors.areas) > 1:
        yield f"there are {len(parts.floors.areas)} separate floors: each is a level, all at height 0, L0 the largest"
    if facility.racks and not facility.locations:
        yield "a plan shows no tiers: racks have none and no locations until rack_tiers_m of the roles file says them"
    idle = sum(not _used(parts).keys() & set(thing.shapes) for thing in parts.doors)
    counts = {
        "walls are drawn as one line: their thickness is unknown": sum(
            wall.thickness_m is None for wall in facility.walls
        ),
        f"walls are pieces of curved ones, within {SAGITTA_M * 1000:g} mm of the curve": parts.walls.curved,
        "lines on wall layers are too short for walls and stand alone": parts.walls.short_lines,
        "gaps in walls have no door: they are passages as high as the wall": sum(
            opening.kind == "passage" for wall in facility.walls for opening in wall.openings
        ),
        "rack rows have no bays drawn: each is one bay": sum(not row.is_divided for row in parts.rows),
        "doors and windows stand in no wall": idle,
        **{what: len(things) for what, things in parts.lost.items()},
    }
    for what, count in counts.items():
        if count:
            yield f"{count} {what}"


def report_of(plan: Plan, fates: Mapping[int, str], notes: Sequence[str]) -> ImportReport:
    """The report of a plan whose shapes ended as `fates` say."""
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
        notes=(*plan.notes, *notes),
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
