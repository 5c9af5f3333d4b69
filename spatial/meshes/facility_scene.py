"""A Facility as a tree of named nodes in any scene: what glTF, USD and others show alike.

An element's node is named by its id and carries `extras` {id, kind, level}. Below a rack row hang its
uprights, beams and decks; below "locations" the loads and pallets of the occupied places and the boxes of the
others. What a scan saw beyond the elements are nodes of kind "residual", with the id of the obstacle or wall that it
belongs to; the hull of an obstacle whose surface was seen is glass.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Set
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from spatial.facility import Facility, Location
from spatial.locations import world_from_rack
from spatial.meshes.boxes import Boxes, Float64s, Triangles, join_boxes, make_boxes, solid_boxes
from spatial.meshes.mesh import FacilityMesh, facility_mesh
from spatial.meshes.rack_parts import beam_boxes, deck_boxes, in_world, load_boxes, upright_boxes
from spatial.meshes.seen_parts import RESIDUAL, seen_parts
from spatial.poses import Matrix4

Colour = tuple[float, float, float, float]
Extras = Mapping[str, Any]

COLOURS: Mapping[str, Colour] = {
    "level": (0.72, 0.72, 0.70, 1.0),
    "wall": (0.82, 0.83, 0.84, 1.0),
    "opening": (0.45, 0.50, 0.55, 1.0),
    "column": (0.50, 0.51, 0.53, 1.0),
    "uprights": (0.05, 0.14, 0.40, 1.0),
    "beams": (0.85, 0.25, 0.03, 1.0),
    "decks": (0.42, 0.44, 0.46, 1.0),
    "pallets": (0.40, 0.25, 0.12, 1.0),
    "loads": (0.66, 0.48, 0.27, 1.0),
    "empty": (0.15, 0.40, 0.70, 0.12),
    "unseen": (0.40, 0.40, 0.40, 0.20),
    "obstacle": (0.55, 0.40, 0.22, 1.0),
    "hull": (0.55, 0.40, 0.22, 0.15),
    "residual": (0.30, 0.35, 0.38, 1.0),
}
"""Linear RGBA by kind of element or part."""


class Scene(Protocol):
    """What a facility is put into."""

    def add_node(
        self, name: str, extras: Extras, *, parent: str | None = None, pose: Matrix4 | None = None
    ) -> str:
        """Add a node at `pose` (4, 4) in the frame of `parent`; returns the name that it got."""

    def add_mesh(
        self, name: str, vertices: Float64s, faces: npt.NDArray[Any], colour: Colour, extras: Extras
    ) -> None:
        """Add a node with a mesh of its own, vertices (V, 3) in the world; nothing for no faces."""

    def add_boxes(
        self, name: str, boxes: Boxes, colour: Colour, extras: Extras, *, parent: str | None = None
    ) -> None:
        """Add a node of boxes, given in the frame of `parent`; nothing for no boxes."""


def add_facility(scene: Scene, facility: Facility, residual: Triangles | None = None) -> None:
    """Put all of the facility into `scene`.

    `residual` (vertices (V, 3) in the world, faces (F, 3)) is what a scan saw beyond the elements: a node for each
    of its `seen_parts`.
    """
    seen = seen_parts(facility, residual)
    _add_building(scene, facility_mesh(facility), seen={part.id for part in seen})
    _add_racks(scene, facility)
    _add_locations(scene, facility)
    for part in seen:
        extras = {"id": part.id, "kind": RESIDUAL, "level": part.level}
        scene.add_mesh(part.name, part.vertices, part.faces, COLOURS[RESIDUAL], extras)


def _add_building(scene: Scene, mesh: FacilityMesh, *, seen: Set[str]) -> None:
    """A node for each floor, wall, door, column and obstacle, glass for obstacles whose surface was `seen`."""
    by_element = np.argsort(mesh.face_element, kind="stable")
    elements, starts = np.unique(mesh.face_element[by_element], return_index=True)
    # of nothing, `split` still makes one piece
    for element, chosen in zip(elements, np.split(by_element, starts[1:]), strict=False):
        kind = mesh.element_kinds[element]
        if kind not in ("rack", "location"):
            used, faces = np.unique(mesh.faces[chosen], return_inverse=True)
            name = mesh.element_ids[element]
            extras = {"id": name, "kind": kind, "level": mesh.element_levels[element]}
            if kind == "obstacle" and name in seen:
                extras["show"] = "hull"
            colour = COLOURS[extras.get("show", kind)]
            scene.add_mesh(name, mesh.vertices[used], faces.reshape(-1, 3), colour, extras)


def _add_racks(scene: Scene, facility: Facility) -> None:
    """A node for each rack row, in the row's own frame, with its repeated parts below it."""
    for rack in facility.racks:
        extras = {"id": rack.id, "kind": "rack", "level": rack.level}
        node = scene.add_node(rack.id, extras, pose=world_from_rack(rack))
        parts = {"uprights": upright_boxes(rack), "beams": beam_boxes(rack), "decks": deck_boxes(rack)}
        for name, boxes in parts.items():
            part = {"id": rack.id, "kind": name, "level": rack.level}
            scene.add_boxes(f"{node} {name}", solid_boxes(boxes), COLOURS[name], part, parent=node)


def _add_locations(scene: Scene, facility: Facility) -> None:
    """Instances by what they show; the `extras` of each node name its locations in the order of instances."""
    if not facility.locations:
        return
    node = scene.add_node("locations", {"id": "locations", "kind": "locations"})
    for name, boxes in _location_boxes(facility).items():
        ids = [facility.locations[i].id for i in boxes.element]
        extras = {"id": f"locations {name}", "kind": "locations", "show": name, "ids": ids}
        scene.add_boxes(f"locations {name}", boxes, COLOURS[name], extras, parent=node)


def _location_boxes(facility: Facility) -> dict[str, Boxes]:
    """World boxes of pallets and loads, and of the places that hold none; `element` counts the locations."""
    stock: dict[str, list[tuple[int, Location]]] = defaultdict(list)
    for i, location in enumerate(facility.locations):
        stock[location.rack].append((i, location))
    groups: dict[str, list[Boxes]] = {"pallets": [], "loads": [], "empty": [], "unseen": []}
    for rack in facility.racks:
        pallets, loads = load_boxes(rack, stock[rack.id])
        groups["pallets"].append(in_world(rack, pallets))
        groups["loads"].append(in_world(rack, loads))
        for state in ("empty", "unseen"):
            chosen = [(i, location) for i, location in stock[rack.id] if location.state == state]
            center = [location.center for _, location in chosen]
            size = np.reshape([location.size_m for _, location in chosen], (-1, 3))
            groups[state].append(make_boxes(center, size, rack.yaw_rad, [i for i, _ in chosen]))
    return {name: solid_boxes(join_boxes(group)) for name, group in groups.items()}
