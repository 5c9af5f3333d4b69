"""A glTF 2.0 scene in metres, Y up, with instanced boxes: trimesh's exporter plus EXT_mesh_gpu_instancing.

The root node turns the world's Z up to glTF's Y up; below it everything is in world axes. Each mesh lies
about an origin of its own, so that float32 loses nothing far from the world's origin. A viewer without the
instancing extension shows one unit cube in the middle of the boxes.
"""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

import numpy as np
import numpy.typing as npt
import trimesh
from trimesh.visual.material import PBRMaterial
from trimesh.visual.texture import TextureVisuals

from spatial.meshes.boxes import Boxes, Float64s
from spatial.meshes.facility_scene import Colour, Extras
from spatial.poses import GLTF_FROM_WORLD, Matrix4

INSTANCING = "EXT_mesh_gpu_instancing"
FLOAT32 = 5126


class GltfScene:
    """A tree of named nodes below one root; names are kept unique."""

    def __init__(self, root: str) -> None:
        self.root = root
        self._scene = trimesh.Scene(base_frame="world")
        self._names = {"world", root}
        self._instances: dict[str, Boxes] = {}
        self._scene.graph.update(frame_to=root, frame_from="world", matrix=GLTF_FROM_WORLD)

    def add_node(
        self,
        name: str,
        extras: Extras,
        *,
        parent: str | None = None,
        pose: Matrix4 | None = None,
        geometry: str | None = None,
    ) -> str:
        """Add a node at `pose` (4, 4) in the frame of `parent`; returns its name, after its kind if taken."""
        name = name if name not in self._names else f"{extras['kind']} {name}"
        self._names.add(name)
        matrix = np.eye(4) if pose is None else pose
        mesh = {} if geometry is None else {"geometry": geometry}
        self._scene.graph.update(
            frame_to=name, frame_from=parent or self.root, matrix=matrix, metadata=dict(extras), **mesh
        )
        return name

    def add_mesh(
        self,
        name: str,
        vertices: Float64s,
        faces: npt.NDArray[Any],
        colour: Colour,
        extras: Extras,
        *,
        parent: str | None = None,
    ) -> None:
        """Add a node with a mesh of its own, vertices (V, 3) in the frame of `parent`; nothing for no faces."""
        if not len(faces):
            return
        origin = _rounded((vertices.min(axis=0) + vertices.max(axis=0)) / 2)
        mesh = trimesh.Trimesh(vertices - origin, faces, process=False)
        key = f"{extras['kind']} {name}"
        self._add_geometry(key, mesh, colour)
        self.add_node(name, extras, parent=parent, pose=_shifted(origin), geometry=key)

    def add_boxes(
        self, name: str, boxes: Boxes, colour: Colour, extras: Extras, *, parent: str | None = None
    ) -> None:
        """Add a node of instanced boxes, given in the frame of `parent`; nothing for no boxes."""
        if not len(boxes):
            return
        key = f"unit cube {colour}"
        if key not in self._scene.geometry:
            self._add_geometry(key, trimesh.creation.box((1.0, 1.0, 1.0)), colour)
        origin = _rounded(boxes.center.mean(axis=0))
        extension: Extras = {"gltf_extensions": {INSTANCING: {"attributes": {}}}}
        node = self.add_node(
            name,
            {**extras, **extension},
            parent=parent,
            pose=_shifted(origin),
            geometry=key,
        )
        self._instances[node] = Boxes(boxes.center - origin, boxes.size, boxes.yaw, boxes.element)

    def to_glb(self) -> bytes:
        """The scene as a binary glTF; the same scene gives the same bytes."""
        content = trimesh.exchange.gltf.export_glb(
            self._scene, include_normals=True, buffer_postprocessor=self._append_instances
        )
        return bytes(content)

    def _add_geometry(self, key: str, mesh: trimesh.Trimesh, colour: Colour) -> None:
        mesh.unmerge_vertices()  # flat shading: buildings and racks have sharp edges
        material = PBRMaterial(
            baseColorFactor=np.round(np.array(colour) * 255).astype(np.uint8),
            metallicFactor=0.0,
            roughnessFactor=0.85,
            alphaMode="BLEND" if colour[3] < 1 else None,
        )
        mesh.visual = TextureVisuals(material=material)
        self._scene.geometry[key] = mesh

    def _append_instances(self, buffers: MutableMapping[Any, bytes], tree: dict[str, Any]) -> None:
        """Append the instances' attributes to trimesh's buffers, and refer to them from their nodes."""
        for node in tree["nodes"]:
            boxes = self._instances.get(node["name"])
            if boxes is not None:
                node["extensions"][INSTANCING]["attributes"] = {
                    name: _append_accessor(values, (node["name"], name), buffers, tree)
                    for name, values in _instance_attributes(boxes).items()
                }


def _rounded(origin: Float64s) -> Float64s:
    """To millimetres: short numbers in the file, and no loss, since coordinates are relative to it."""
    return np.asarray(np.round(origin, 3), dtype=np.float64)


def _shifted(origin: Float64s) -> Matrix4:
    pose = np.eye(4)
    pose[:3, 3] = origin
    return pose


def _instance_attributes(boxes: Boxes) -> dict[str, npt.NDArray[np.float32]]:
    zero = np.zeros(len(boxes))
    attributes = {"TRANSLATION": boxes.center, "SCALE": boxes.size}
    if boxes.yaw.any():
        half = boxes.yaw / 2
        attributes["ROTATION"] = np.column_stack([zero, zero, np.sin(half), np.cos(half)])
    return {name: values.astype(np.float32) for name, values in attributes.items()}


def _append_accessor(
    values: npt.NDArray[np.float32], key: Any, buffers: MutableMapping[Any, bytes], tree: dict[str, Any]
) -> int:
    index = len(tree["accessors"])
    tree["accessors"][key] = {
        "bufferView": len(buffers),
        "componentType": FLOAT32,
        "count": len(values),
        "type": f"VEC{values.shape[1]}",
    }
    buffers[key] = values.tobytes()
    return index
