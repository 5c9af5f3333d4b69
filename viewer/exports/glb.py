"""GLB for viewers that draw instances, and for those that do not."""

from __future__ import annotations

import numpy as np

from spatial.facility import Facility
from spatial.meshes.boxes import Boxes, Float64s, Triangles, box_triangles
from spatial.meshes.facility_scene import Colour, Extras, add_facility
from spatial.meshes.gltf_scene import GltfScene
from spatial.poses import GLTF_FROM_WORLD, transform_points

TRIANGLES_PER_BOX = 12


class FlatScene(GltfScene):
    """A glTF scene without extensions: boxes are triangles of their own.

    The extras of a node of boxes tell how many triangles each has; they follow each other in the order of `ids`.
    """

    def add_boxes(
        self, name: str, boxes: Boxes, colour: Colour, extras: Extras, *, parent: str | None = None
    ) -> None:
        """Add a node with one mesh of all boxes, given in the frame of `parent`; nothing for no boxes."""
        told = {**extras, "triangles_per_box": TRIANGLES_PER_BOX}
        self.add_mesh(name, *box_triangles(boxes), colour, told, parent=parent)

    def world_bounds(self) -> tuple[Float64s, Float64s] | None:
        """Lowest and highest (x, y, z) of everything in the scene, Z up; None for an empty one."""
        if self._scene.bounds is None:
            return None
        ends = np.asarray(self._scene.bounds, dtype=np.float64)
        corners = transform_points(GLTF_FROM_WORLD.T, ends)
        return corners.min(axis=0), corners.max(axis=0)


def facility_glb(facility: Facility, residual: Triangles | None = None, *, instancing: bool = True) -> bytes:
    """The facility as facility.glb has it, or without EXT_mesh_gpu_instancing: larger, and seen everywhere."""
    scene = GltfScene(root="facility") if instancing else FlatScene(root="facility")
    add_facility(scene, facility, residual)
    return scene.to_glb()
