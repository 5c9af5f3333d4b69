"""One triangle mesh of a whole facility, whose faces know the element and the part that they belong to.

It is the picture, and the world in which a virtual scanner measures.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import numpy.typing as npt
import shapely

from spatial.facility import Facility, Level, Location
from spatial.floor_heights import floor_height
from spatial.meshes.boxes import Boxes, Float64s, Int32s, box_triangles, join_boxes, solid_boxes
from spatial.meshes.building_parts import (
    column_box,
    door_boxes,
    floor_triangles,
    obstacle_prism,
    outward_side,
    wall_boxes,
)
from spatial.meshes.rack_parts import beam_boxes, deck_boxes, in_world, load_boxes, upright_boxes

ElementKind = Literal["level", "wall", "opening", "column", "rack", "location", "obstacle"]
Part = Literal["floor", "wall", "door", "column", "upright", "beam", "deck", "pallet", "load", "obstacle"]

PARTS: tuple[Part, ...] = get_args(Part)


@dataclass(frozen=True)
class FacilityMesh:
    """A facility as triangles in the world frame: Z up, metres, counter-clockwise seen from outside.

    `vertices` (V, 3) float64, `faces` (F, 3) int32; `face_element` (F,) int32 is an index in `element_ids`,
    `element_kinds` and `element_levels`, `face_part` (F,) int8 one in PARTS. Elements of no face are listed
    too.
    """

    vertices: Float64s
    faces: Int32s
    face_element: Int32s
    face_part: npt.NDArray[np.int8]
    element_ids: tuple[str, ...]
    element_kinds: tuple[ElementKind, ...]
    element_levels: tuple[str, ...]

    def part(self, *names: Part) -> tuple[Float64s, Int32s]:
        """Vertices and faces of the named parts alone."""
        chosen = np.isin(self.face_part, [PARTS.index(name) for name in names])
        used, index = np.unique(self.faces[chosen], return_inverse=True)
        return self.vertices[used], index.reshape(-1, 3).astype(np.int32)


@dataclass(frozen=True)
class _Piece:
    part: Part
    vertices: Float64s
    faces: Int32s
    element: Int32s


def facility_mesh(facility: Facility) -> FacilityMesh:
    """The mesh of floors, walls, columns, racks, loads and obstacles; an empty facility gives an empty mesh.

    Raises ValueError when a level's outline crosses itself.
    """
    elements = _elements(facility)
    index = {element: i for i, element in enumerate(elements)}
    pieces = [*_building(facility, index), *_racks(facility, index)]
    starts = np.cumsum([0, *(len(piece.vertices) for piece in pieces)], dtype=np.int64)
    faces = [piece.faces + start for piece, start in zip(pieces, starts, strict=False)]
    parts = [np.full(len(piece.faces), PARTS.index(piece.part), dtype=np.int8) for piece in pieces]
    return FacilityMesh(
        vertices=np.concatenate([np.empty((0, 3)), *(piece.vertices for piece in pieces)]),
        faces=np.concatenate([np.empty((0, 3), dtype=np.int32), *faces]).astype(np.int32),
        face_element=np.concatenate([np.empty(0, dtype=np.int32), *(piece.element for piece in pieces)]),
        face_part=np.concatenate([np.empty(0, dtype=np.int8), *parts]),
        element_ids=tuple(element_id for _, element_id in elements),
        element_kinds=tuple(kind for kind, _ in elements),
        element_levels=tuple(elements.values()),
    )


def level_outlines(facility: Facility) -> dict[str, shapely.Polygon]:
    """The outline of every level, without its holes."""
    return {level.id: shapely.Polygon(level.outline) for level in facility.levels}


_Index = dict[tuple[ElementKind, str], int]


def _elements(facility: Facility) -> dict[tuple[ElementKind, str], str]:
    """The level of every element, by kind and id."""
    level_of_rack = {rack.id: rack.level for rack in facility.racks}
    elements: dict[tuple[ElementKind, str], str] = {
        ("level", level.id): level.id for level in facility.levels
    }
    elements |= {("wall", wall.id): wall.level for wall in facility.walls}
    elements |= {("opening", door.id): wall.level for wall in facility.walls for door in wall.openings}
    elements |= {("column", column.id): column.level for column in facility.columns}
    elements |= {("rack", rack.id): rack.level for rack in facility.racks}
    elements |= {("location", place.id): level_of_rack[place.rack] for place in facility.locations}
    elements |= {("obstacle", obstacle.id): obstacle.level for obstacle in facility.obstacles}
    return elements


def _building(facility: Facility, index: _Index) -> Iterator[_Piece]:
    levels = {level.id: level for level in facility.levels}
    outlines = level_outlines(facility)
    walls, doors, columns = [], [], []
    for level in facility.levels:
        yield _piece("floor", *floor_triangles(level), index["level", level.id])
    for wall in facility.walls:
        base_z = float(floor_height(levels[wall.level], [wall.p0, wall.p1]).min())
        outward = outward_side(wall, outlines[wall.level])
        openings = [index["opening", opening.id] for opening in wall.openings]
        walls.append(wall_boxes(wall, index["wall", wall.id], base_z=base_z, outward=outward))
        doors.append(door_boxes(wall, openings, base_z=base_z, outward=outward))
    for column in facility.columns:
        base_z = _floor_at(levels[column.level], column.center)
        columns.append(column_box(column, index["column", column.id], base_z=base_z))
    yield _boxes("wall", join_boxes(walls))
    yield _boxes("door", join_boxes(doors))
    yield _boxes("column", join_boxes(columns))
    for obstacle in facility.obstacles:
        middle = np.mean(obstacle.footprint, axis=0)
        prism = obstacle_prism(obstacle, base_z=_floor_at(levels[obstacle.level], middle))
        yield _piece("obstacle", *prism, index["obstacle", obstacle.id])


def _racks(facility: Facility, index: _Index) -> Iterator[_Piece]:
    stock: dict[str, list[Location]] = defaultdict(list)
    for location in facility.locations:
        stock[location.rack].append(location)
    groups: dict[Part, list[Boxes]] = {"upright": [], "beam": [], "deck": [], "pallet": [], "load": []}
    for rack in facility.racks:
        element = index["rack", rack.id]
        groups["upright"].append(in_world(rack, upright_boxes(rack, element)))
        groups["beam"].append(in_world(rack, beam_boxes(rack, element)))
        groups["deck"].append(in_world(rack, deck_boxes(rack, element)))
        pallets, loads = load_boxes(rack, [(index["location", place.id], place) for place in stock[rack.id]])
        groups["pallet"].append(in_world(rack, pallets))
        groups["load"].append(in_world(rack, loads))
    for part, boxes in groups.items():
        yield _boxes(part, join_boxes(boxes))


def _floor_at(level: Level, place: npt.ArrayLike) -> float:
    return float(floor_height(level, np.reshape(place, (1, 2)))[0])


def _boxes(part: Part, boxes: Boxes) -> _Piece:
    solid = solid_boxes(boxes)
    return _Piece(part, *box_triangles(solid), np.repeat(solid.element, 12))


def _piece(part: Part, vertices: Float64s, faces: Int32s, element: int) -> _Piece:
    return _Piece(part, vertices, faces, np.full(len(faces), element, dtype=np.int32))
