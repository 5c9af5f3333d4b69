"""facility.glb: a Facility as one glTF scene, whose nodes are those of `facility_scene`."""

from __future__ import annotations

from pathlib import Path

from spatial.facility import Facility
from spatial.meshes.boxes import Triangles
from spatial.meshes.facility_scene import add_facility
from spatial.meshes.gltf_scene import GltfScene
from spatial.whole_files import write_whole


def write_glb(path: Path, facility: Facility, residual: Triangles | None = None) -> None:
    """Write the facility as a binary glTF, whole or not at all; the same facility gives the same bytes.

    `residual` (vertices (V, 3) in the world, faces (F, 3)) is what a scan saw beyond the elements; its nodes are as
    in `add_facility`.
    """
    content = glb_bytes(facility, residual)
    with write_whole(path) as aside:
        aside.write_bytes(content)


def glb_bytes(facility: Facility, residual: Triangles | None = None) -> bytes:
    """The content of the file that `write_glb` writes."""
    scene = GltfScene(root="facility")
    add_facility(scene, facility, residual)
    return scene.to_glb()
