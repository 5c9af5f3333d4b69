"""A facility as a USD stage: a tree of Xforms with meshes, instanceable boxes, and a material for each colour.

Looks are UsdPreviewSurface. An element's id is the attribute `aisletwin:id` of its prim, since names in USD hold
letters, digits and underscores alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from spatial.meshes.boxes import Boxes, Float64s, box_triangles, make_boxes
from spatial.meshes.facility_scene import Colour, Extras
from spatial.poses import GLTF_FROM_WORLD, Matrix4
from viewer.exports.usd_tree import Attribute, Prim, Relationship, Stage

ROOT = "Facility"


class UsdScene:
    """A tree of Xforms below one root, the default prim; metres, Z up as the world has it, or Y up as phones do."""

    def __init__(self, up: Literal["Y", "Z"] = "Z") -> None:
        root = Prim(path=f"/{ROOT}", type="Xform", kind="assembly")
        self.stage = Stage(root=root, up=up)
        self._looks = root.below("Looks", "Scope")
        self._prototypes = root.below("Prototypes", "Scope", "class")
        self._world = root
        if up == "Y":
            self._world = root.below("World", "Xform")
            self._world.properties += _posed(GLTF_FROM_WORLD)
        self._nodes: dict[str, Prim] = {}
        self._known: dict[tuple[str, Colour], str] = {}

    def add_node(
        self, name: str, extras: Extras, *, parent: str | None = None, pose: Matrix4 | None = None
    ) -> str:
        """Add an Xform at `pose` (4, 4) in the frame of `parent`; returns its name, after its kind if taken."""
        name = name if name not in self._nodes else f"{extras['kind']} {name}"
        above = self._world if parent is None else self._nodes[parent]
        prim = above.below(name, "Xform")
        prim.properties += [*_told(extras), *(() if pose is None else _posed(pose))]
        self._nodes[name] = prim
        return name

    def add_mesh(
        self, name: str, vertices: Float64s, faces: npt.NDArray[Any], colour: Colour, extras: Extras
    ) -> None:
        """Add an Xform with a mesh about an origin of its own, vertices (V, 3) in the world; nothing for no faces."""
        if not len(faces):
            return
        origin = np.round((vertices.min(axis=0) + vertices.max(axis=0)) / 2, 3)
        prim = self._nodes[self.add_node(name, extras)]
        prim.properties += _placed(origin)
        _add_geometry(prim, vertices - origin, faces, colour, self._look(colour))

    def add_boxes(
        self, name: str, boxes: Boxes, colour: Colour, extras: Extras, *, parent: str | None = None
    ) -> None:
        """Add an Xform of instances of one prototype, given in the frame of `parent`; nothing for no boxes.

        An instance has the id that `extras` gives to it in "ids", else a number.
        """
        if not len(boxes):
            return
        ids = extras.get("ids", ())
        told = {key: value for key, value in extras.items() if key != "ids"}
        prim = self._nodes[self.add_node(name, told, parent=parent)]
        prototype = self._prototype(extras.get("show", extras["kind"]), colour)
        for i, (center, size, yaw) in enumerate(zip(boxes.center, boxes.size, boxes.yaw, strict=True)):
            instance = prim.below(ids[i] if ids else f"box_{i}", "Xform")
            instance.is_instanceable, instance.reference = True, prototype
            instance.properties += _told({"id": ids[i], "kind": "location"}) if ids else ()
            instance.properties += _placed(center, yaw_deg=float(np.degrees(yaw)), size=size)

    def _look(self, colour: Colour) -> str:
        """The path of the material of that colour among those of the root."""
        if ("look", colour) not in self._known:
            self._known["look", colour] = _add_look(self._looks, "Look", colour)
        return self._known["look", colour]

    def _prototype(self, kind: str, colour: Colour) -> str:
        """The path of the unit cube of that colour; it holds its material, so that a reference brings it along."""
        if (kind, colour) not in self._known:
            prototype = self._prototypes.below(kind, "Xform")
            look = _add_look(prototype, "Look", colour)
            cube = box_triangles(make_boxes((0.0, 0.0, 0.0), (1.0, 1.0, 1.0)))
            _add_geometry(prototype, *cube, colour, look)
            self._known[kind, colour] = prototype.path
        return self._known[kind, colour]


def _told(extras: Extras) -> Iterator[Attribute]:
    for key, value in extras.items():
        yield Attribute(name=f"aisletwin:{key}", type="string", value=str(value), is_custom=True)


def _posed(pose: Matrix4) -> Iterator[Attribute]:
    """USD multiplies rows, so its matrices are transposed."""
    yield Attribute(name="xformOp:transform", type="matrix4d", value=pose.T)
    yield _order(["xformOp:transform"])


def _placed(center: Float64s, *, yaw_deg: float = 0.0, size: Float64s | None = None) -> Iterator[Attribute]:
    order = ["xformOp:translate"]
    yield Attribute(name="xformOp:translate", type="double3", value=center)
    if yaw_deg:
        order.append("xformOp:rotateZ")
        yield Attribute(name="xformOp:rotateZ", type="double", value=yaw_deg)
    if size is not None:
        order.append("xformOp:scale")
        yield Attribute(name="xformOp:scale", type="double3", value=size)
    yield _order(order)


def _order(operations: list[str]) -> Attribute:
    return Attribute(name="xformOpOrder", type="token[]", value=operations, is_uniform=True)


def _add_geometry(
    parent: Prim, vertices: Float64s, faces: npt.NDArray[Any], colour: Colour, look: str
) -> None:
    """A mesh with sharp edges: three vertices and their normal for each triangle."""
    corners = vertices[faces]
    normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
    normals /= np.maximum(np.linalg.norm(normals, axis=1, keepdims=True), 1e-12)
    points = corners.reshape(-1, 3)
    mesh = parent.below("Geometry", "Mesh")
    mesh.api_schemas = ("MaterialBindingAPI",)
    mesh.properties += [
        Attribute(name="extent", type="float3[]", value=[points.min(axis=0), points.max(axis=0)]),
        Attribute(name="faceVertexCounts", type="int[]", value=np.full(len(faces), 3)),
        Attribute(name="faceVertexIndices", type="int[]", value=np.arange(len(points))),
        Relationship(name="material:binding", target=look),
        Attribute(
            name="normals", type="normal3f[]", value=np.repeat(normals, 3, axis=0), interpolation="vertex"
        ),
        Attribute(name="points", type="point3f[]", value=points),
        Attribute(name="primvars:displayColor", type="color3f[]", value=[colour[:3]]),
        Attribute(name="subdivisionScheme", type="token", value="none", is_uniform=True),
    ]


def _add_look(parent: Prim, name: str, colour: Colour) -> str:
    """Add a material, and return its path."""
    look = parent.below(name, "Material")
    surface = look.below("Surface", "Shader")
    driven_by = f"{surface.path}.outputs:surface"
    look.properties.append(Attribute(name="outputs:surface", type="token", connected_to=driven_by))
    surface.properties += [
        Attribute(name="info:id", type="token", value="UsdPreviewSurface", is_uniform=True),
        Attribute(name="inputs:diffuseColor", type="color3f", value=colour[:3]),
        Attribute(name="inputs:metallic", type="float", value=0.0),
        Attribute(name="inputs:opacity", type="float", value=colour[3]),
        Attribute(name="inputs:roughness", type="float", value=0.85),
        Attribute(name="outputs:surface", type="token"),
    ]
    return look.path
