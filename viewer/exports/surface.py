"""All triangles of a facility, each of a part of an element: what OBJ, PLY and the phone model are made of."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spatial.facility import Facility
from spatial.meshes.boxes import Float64s, Int32s, Triangles
from spatial.meshes.facility_scene import COLOURS, Colour
from spatial.meshes.mesh import PARTS as FACILITY_PARTS
from spatial.meshes.mesh import facility_mesh
from spatial.meshes.seen_parts import RESIDUAL, SeenPart, seen_parts

PARTS = (*FACILITY_PARTS, RESIDUAL)
PART_COLOURS: dict[str, Colour] = {
    "floor": COLOURS["level"],
    "wall": COLOURS["wall"],
    "door": COLOURS["opening"],
    "column": COLOURS["column"],
    "upright": COLOURS["uprights"],
    "beam": COLOURS["beams"],
    "deck": COLOURS["decks"],
    "pallet": COLOURS["pallets"],
    "load": COLOURS["loads"],
    "obstacle": COLOURS["obstacle"],
    "residual": COLOURS["residual"],
}
"""Linear RGBA of each of PARTS."""


@dataclass(frozen=True)
class Surface:
    """Triangles in the world frame: Z up, metres, counter-clockwise seen from outside.

    `vertices` (V, 3) float64, `faces` (F, 3) int32; `element` (F,) is an index in `ids`, `kinds` and `levels`,
    `part` (F,) one in PARTS.
    """

    vertices: Float64s
    faces: Int32s
    element: Int32s
    part: npt.NDArray[np.int8]
    ids: tuple[str, ...]
    kinds: tuple[str, ...]
    levels: tuple[str, ...]


@dataclass(frozen=True)
class Solid:
    """The triangles of one part of one element."""

    element: int
    part: str
    vertices: Float64s
    faces: Int32s


def facility_surface(facility: Facility, residual: Triangles | None = None) -> Surface:
    """The surface of a facility; what its scan saw beyond the elements is an element for each of its `seen_parts`, of
    kind "residual" and with the id of whom it belongs to.
    """
    mesh = facility_mesh(facility)
    surface = Surface(
        mesh.vertices,
        mesh.faces,
        mesh.face_element,
        mesh.face_part,
        mesh.element_ids,
        mesh.element_kinds,
        mesh.element_levels,
    )
    for part in seen_parts(facility, residual):
        surface = _with_part(surface, part)
    return surface


def solids(surface: Surface) -> Iterator[Solid]:
    """The solids of a surface in the order of its elements, then of PARTS."""
    key = surface.element.astype(np.int64) * len(PARTS) + surface.part
    order = np.argsort(key, kind="stable")
    found, starts = np.unique(key[order], return_index=True)
    # of nothing, `split` still makes one piece
    for number, chosen in zip(found.tolist(), np.split(order, starts[1:]), strict=False):
        element, part = divmod(number, len(PARTS))
        used, faces = np.unique(surface.faces[chosen], return_inverse=True)
        yield Solid(element, PARTS[part], surface.vertices[used], faces.reshape(-1, 3).astype(np.int32))


def srgb(colour: Colour) -> tuple[float, float, float]:
    """A linear colour as screens and most file formats have it, 0…1 (IEC 61966-2-1)."""
    red, green, blue = (
        12.92 * each if each <= 0.0031308 else 1.055 * each ** (1 / 2.4) - 0.055 for each in colour[:3]
    )
    return red, green, blue


def _with_part(surface: Surface, part: SeenPart) -> Surface:
    count = len(part.faces)
    return Surface(
        np.concatenate([surface.vertices, part.vertices]),
        np.concatenate([surface.faces, part.faces + len(surface.vertices)]).astype(np.int32),
        np.concatenate([surface.element, np.full(count, len(surface.ids), np.int32)]),
        np.concatenate([surface.part, np.full(count, PARTS.index(RESIDUAL), np.int8)]),
        (*surface.ids, part.id),
        (*surface.kinds, RESIDUAL),
        (*surface.levels, part.level),
    )
