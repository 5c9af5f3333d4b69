"""From a RawModel to the elements of a planned facility: storeys as levels, all in metres."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import shapely

from layouts.drawings.ifc.ledger import Ledger
from layouts.drawings.ifc.plans import Solid, ring
from layouts.drawings.ifc.raw_model import RawElement, RawModel
from layouts.drawings.ifc.sort_out import SortedModel, Storey, sort_out
from layouts.drawings.ifc.standing import column_of, obstacle_of, rack_of
from layouts.drawings.ifc.wall_pieces import (
    Hole,
    WallPiece,
    gap_below,
    opening_in,
    wall_of_strip,
    with_openings,
)
from spatial.facility import Column, Level, Obstacle, Opening, Rack, Wall

OUTSIDE = "it stands outside every floor"
THICKNESS_M = 0.001

COVERS = 0.5
"""What covers more than this share of its floor is a volume drawn around things, not a thing."""

_SHOWN = 5


@dataclass
class Building:
    """The elements of a facility as they are found, and what became of everything."""

    ledger: Ledger = field(default_factory=Ledger)
    storeys: tuple[Storey, ...] = ()
    levels: list[Level] = field(default_factory=list)
    walls: list[Wall] = field(default_factory=list)
    columns: list[Column] = field(default_factory=list)
    racks: list[Rack] = field(default_factory=list)
    obstacles: list[Obstacle] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def build_facility(model: RawModel) -> Building:
    """Everything of the model that a facility holds.

    1. Every element gets its storey, every storey its floor; separate floors are levels of their own.
    2. Walls get their openings: what voids them, and doors that stand in them by themselves.
    3. What stands on a floor is a column, a rack or an obstacle; what stands outside is left.
    """
    building = Building()
    found = sort_out(model, building.ledger)
    building.storeys, building.notes = found.storeys, list(found.notes)
    for storey in found.storeys:  # 1
        _add_levels(building, storey)
    _add_walls(building, found)  # 2
    for storey in found.storeys:  # 3
        for solid in storey.standing:
            _add_standing(building, storey, solid, found.parts.get(solid.element.step, ()))
    building.notes += _thickness_notes(found)
    return building


def origin_of(element: RawElement) -> dict[str, Any]:
    """What an element is in the file, for `extra`."""
    return {"ifc": {"class": element.ifc_class, "guid": element.guid, "name": element.name}}


def _add_levels(building: Building, storey: Storey) -> None:
    name = storey.raw.name
    storey.level_ids = tuple(name if i == 0 else f"{name} ({i + 1})" for i in range(len(storey.floor.areas)))
    for level_id, area in zip(storey.level_ids, storey.floor.areas, strict=True):
        building.levels.append(
            Level(
                id=level_id,
                elevation_m=storey.raw.elevation_m,
                outline=ring(area.exterior.coords),
                holes=tuple(ring(hole.coords) for hole in area.interiors),
                extra={"ifc": {"class": "IfcBuildingStorey", "guid": storey.raw.guid, "name": name}},
            )
        )
    if len(storey.level_ids) > 1:
        building.notes.append(
            f"storey {name!r} has {len(storey.level_ids)} separate floors, a level each: "
            f"{', '.join(storey.level_ids)}"
        )


def _level_at(storey: Storey, plan: shapely.Geometry) -> str | None:
    """The floor of a storey that is nearest to a plan."""
    distances = [area.distance(plan) for area in storey.floor.areas]
    return storey.level_ids[distances.index(min(distances))] if distances else None


def _add_walls(building: Building, found: SortedModel) -> None:
    numbered = sorted(
        ((solid, strips, storey) for storey in found.storeys for solid, strips in storey.walls),
        key=lambda each: each[0].element.step,
    )
    pieces: list[WallPiece] = []
    bent: list[str] = []
    for number, (solid, strips, storey) in enumerate(numbered, start=1):
        element, parts = solid.element, found.parts.get(solid.element.step, ())
        for i, strip in enumerate(strips):
            level = _level_at(storey, strip.body)
            if level is None:
                building.ledger.leave(element, "its storey has no floor", parts)
                continue
            building.ledger.hold(element, "wall", parts)
            wall = replace(
                wall_of_strip(strip, storey.floor),
                id=f"W{number}" if i == 0 else f"W{number}-{i + 1}",
                level=level,
                height_m=solid.z1_m - storey.raw.elevation_m,
                extra=origin_of(element),
            )
            pieces.append(WallPiece(solid=solid, strip=strip, wall=wall, base_z_m=storey.raw.elevation_m))
        if len(strips) > 1:
            bent.append(f"W{number} in {len(strips)}")
    building.notes += _listed("walls are bent, and held in straight pieces", bent)
    openings = _openings(building, found, pieces)
    building.walls += [with_openings(piece.wall, openings[piece.wall.id]) for piece in pieces]


def _openings(
    building: Building, found: SortedModel, pieces: Sequence[WallPiece]
) -> dict[str, list[Opening]]:
    """The openings of every wall by its id."""
    cut: dict[str, list[Opening]] = {piece.wall.id: [] for piece in pieces}
    for number, hole in enumerate(found.holes, start=1):
        host = hole.solid.element.host
        near = [
            piece
            for piece in pieces
            if (piece.solid.element.step == host if host is not None else _stands_in(hole.solid, piece))
        ]
        made = 0
        for piece in near:
            opening = opening_in(piece, hole)
            if opening is not None:
                made += 1
                opening_id = f"D{number}" if made == 1 else f"D{number}-{made}"
                named = hole.fillings[0] if hole.fillings else hole.solid.element
                cut[piece.wall.id].append(replace(opening, id=opening_id, extra=origin_of(named)))
        _enter_hole(building.ledger, found, hole, made)
    hanging = [(piece.wall.id, gap) for piece in pieces if (gap := gap_below(piece)) is not None]
    for wall_id, gap in hanging:
        cut[wall_id].append(gap)
    names = [f"{wall_id} at {gap.z1_m:.3f} m" for wall_id, gap in hanging]
    building.notes += _listed("walls begin above their floor, and are open below", names)
    return cut


def _stands_in(solid: Solid, piece: WallPiece) -> bool:
    overlaps = solid.z0_m < piece.solid.z1_m and solid.z1_m > piece.solid.z0_m
    return overlaps and bool(solid.plan.intersects(piece.strip.body))


def _enter_hole(ledger: Ledger, found: SortedModel, hole: Hole, made: int) -> None:
    for element in {each.step: each for each in (hole.solid.element, *hole.fillings)}.values():
        parts = found.parts.get(element.step, ())
        if made:
            ledger.hold(element, "opening", parts)
        elif element.role == "opening":
            ledger.leave(element, "it goes through no wall: a niche, or a hole in a slab or roof", parts)
        else:
            ledger.leave(element, "it stands in no wall", parts)


def _add_standing(building: Building, storey: Storey, solid: Solid, parts: Sequence[RawElement]) -> None:
    level, element, base = _level_at(storey, solid.plan), solid.element, storey.raw.elevation_m
    is_built = element.role in ("column", "wall", "slab")
    if level is None or not (is_built or any(area.intersects(solid.plan) for area in storey.floor.areas)):
        building.ledger.leave(element, OUTSIDE, parts)
        return
    floor = storey.floor.areas[storey.level_ids.index(level)]
    share = floor.intersection(solid.plan).area / floor.area
    if element.role in ("thing", "slab") and share > COVERS:
        what = "a roof or ceiling" if element.role == "slab" else "a volume, no thing that stands there"
        building.ledger.leave(element, f"it covers {share:.0%} of its floor: {what}", parts)
        return
    extra = origin_of(element)
    if element.role == "column":
        column = column_of(solid, f"C{len(building.columns) + 1}", level, base)
        building.columns.append(replace(column, extra={**column.extra, **extra}))
        building.ledger.hold(element, "column", parts)
    elif element.role == "rack":
        rack = rack_of(solid, f"R{len(building.racks) + 1}", level, base)
        building.racks.append(replace(rack, extra=extra))
        building.ledger.hold(element, "rack", parts)
    else:
        obstacle = obstacle_of(solid, f"O{len(building.obstacles) + 1}", level, base)
        building.obstacles.append(replace(obstacle, extra=extra))
        building.ledger.hold(element, "obstacle", parts)
        if element.role == "wall":
            building.notes.append(
                f"{element.told} is no straight or bent strip in plan: obstacle {obstacle.id}"
            )


def _listed(what: str, names: Sequence[str]) -> Iterator[str]:
    """One note for all elements of which the same is to be told."""
    if names:
        more = f", and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
        yield f"{what}: {', '.join(names[:_SHOWN])}{more}"


def _thickness_notes(found: SortedModel) -> Iterator[str]:
    """Walls whose layers and body contradict each other: the body is believed."""
    contradicting = [
        f"{solid.element.told} {strips[0].thickness_m:.3f} m against {solid.element.layers_m:.3f} m"
        for storey in found.storeys
        for solid, strips in storey.walls
        if solid.element.layers_m is not None
        and abs(strips[0].thickness_m - solid.element.layers_m) > THICKNESS_M
    ]
    yield from _listed("walls are not as thick as their layers, the body is believed", contradicting)
