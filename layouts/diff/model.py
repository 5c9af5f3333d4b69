"""The difference of two facilities in 3D: a glTF scene in which what changed stands out from what did not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from layouts.diff.change_colours import COLOURS
from layouts.diff.changes import Change
from layouts.diff.facility_diff import FacilityDiff
from layouts.diff.placed import placed_elements
from layouts.diff.text import change_mark
from spatial.facility import Facility
from spatial.meshes.boxes import box_triangles, make_boxes
from spatial.meshes.facility_scene import Colour
from spatial.meshes.gltf_scene import GltfScene
from spatial.meshes.mesh import facility_mesh

GREY: Colour = (0.55, 0.55, 0.55, 1.0)
GLASS: Colour = (0.55, 0.55, 0.55, 0.15)
"""Of walls that did not change, so that one sees in."""
OLD_ALPHA = 0.35
"""What was shows through; what is now is solid."""
ABOVE_FLOOR_M = 0.02
"""So high lie aisles, stations and links, which have no body, so that the floor does not hide them."""

Quad = npt.NDArray[np.int32]
TWO_SIDED: Quad = np.array([[0, 1, 2], [0, 2, 3], [2, 1, 0], [3, 2, 0]], np.int32)


class _Solid(NamedTuple):
    kind: str
    id: str
    level: str
    vertices: npt.NDArray[np.float64]
    faces: npt.NDArray[np.int32]


def diff_glb(diff: FacilityDiff, a: Facility, b: Facility) -> bytes:
    """A binary glTF of both: grey what is the same, in the plan's colours what changed.

    What was removed, and where changed things stood, shows through. A node's `extras` are {id, kind, level, change,
    side}, where `change` is the word of the plan's key or "unchanged", and `side` is "before" or "after". `a` and
    `b` are those that `diff` was made of.
    """
    scene = GltfScene(root="difference")
    for side, facility in (("before", a), ("after", b)):
        marks = _marks(diff, side)
        for solid in (*_solids(facility, marks), *_boxes(facility, marks), *_flat(facility, marks)):
            change = marks.get((solid.kind, solid.id))
            if change is None and side == "before":
                continue
            extras = {
                "id": solid.id,
                "kind": solid.kind,
                "level": solid.level,
                "change": "unchanged" if change is None else change_mark(change),
                "side": side,
            }
            name = solid.id if side == "after" else f"{solid.id} before"
            scene.add_mesh(name, solid.vertices, solid.faces, _colour(solid.kind, change, side), extras)
    return scene.to_glb()


def _marks(diff: FacilityDiff, side: str) -> Mapping[tuple[str, str], Change]:
    names = ((change, change.before if side == "before" else change.after) for change in diff.changes)
    return {
        (change.kind, name): change
        for change, name in names
        if name is not None and change.words != ("renamed",)
    }


def _solids(facility: Facility, marks: Mapping[tuple[str, str], Change]) -> Iterator[_Solid]:
    """Every element that has a body, but racks that changed; racks without what lies in them."""
    mesh = facility_mesh(facility)
    by_element = np.argsort(mesh.face_element, kind="stable")
    elements, starts = np.unique(mesh.face_element[by_element], return_index=True)
    for element, chosen in zip(elements.tolist(), np.split(by_element, starts[1:]), strict=True):
        kind, name = mesh.element_kinds[element], mesh.element_ids[element]
        if kind != "location" and (kind != "rack" or (kind, name) not in marks):
            used, faces = np.unique(mesh.faces[chosen], return_inverse=True)
            triangles = faces.reshape(-1, 3).astype(np.int32)
            yield _Solid(kind, name, mesh.element_levels[element], mesh.vertices[used], triangles)


def _boxes(facility: Facility, marks: Mapping[tuple[str, str], Change]) -> Iterator[_Solid]:
    """Racks that changed: as uprights and beams they would be too thin to be seen from afar."""
    for rack in facility.racks:
        if ("rack", rack.id) in marks:
            center = np.array([[*rack.center, rack.base_z_m + rack.height_m / 2]])
            size = np.array([[rack.length_m, rack.depth_m, rack.height_m]])
            vertices, faces = box_triangles(make_boxes(center, size, rack.yaw_rad, [0]))
            yield _Solid("rack", rack.id, rack.level, vertices, faces)


def _flat(facility: Facility, marks: Mapping[tuple[str, str], Change]) -> Iterator[_Solid]:
    """Aisles, stations and the lower ends of links that changed, as quads on the floor."""
    height = {level.id: level.elevation_m + ABOVE_FLOOR_M for level in facility.levels}
    for one in placed_elements(facility, unmeasured_sigma_m=0.0, is_exact=True):
        if one.kind in ("aisle", "station", "link") and (one.kind, one.id) in marks:
            corners = np.column_stack([one.corners(), np.full(4, height.get(one.level, ABOVE_FLOOR_M))])
            yield _Solid(one.kind, one.id, one.level, corners, TWO_SIDED)


def _colour(kind: str, change: Change | None, side: str) -> Colour:
    if change is None:
        return GLASS if kind in ("wall", "opening") else GREY
    text = COLOURS[change_mark(change)]
    red, green, blue = (_linear(int(text[i : i + 2], 16) / 255) for i in (1, 3, 5))
    return red, green, blue, OLD_ALPHA if side == "before" else 1.0


def _linear(value: float) -> float:
    """Of a channel in sRGB (IEC 61966-2-1)."""
    return value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4
