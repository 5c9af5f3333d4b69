"""How many triangles a facility's mesh has, drawn instances counted one by one."""

from __future__ import annotations

from typing import Any

import numpy.typing as npt

from spatial.facility import Facility
from spatial.meshes.boxes import Boxes, Float64s, Triangles
from spatial.meshes.facility_scene import Colour, Extras, add_facility
from spatial.poses import Matrix4

_OF_A_BOX = 12


def facility_triangles(facility: Facility, residual: Triangles | None = None) -> int:
    """The triangles that are drawn."""
    count = _Count()
    add_facility(count, facility, residual)
    return count.triangles


class _Count:
    """A scene that only counts."""

    def __init__(self) -> None:
        self.triangles = 0

    def add_node(
        self, name: str, extras: Extras, *, parent: str | None = None, pose: Matrix4 | None = None
    ) -> str:
        """A node has none."""
        del extras, parent, pose
        return name

    def add_mesh(
        self, name: str, vertices: Float64s, faces: npt.NDArray[Any], colour: Colour, extras: Extras
    ) -> None:
        """As many as it has faces."""
        del name, vertices, colour, extras
        self.triangles += len(faces)

    def add_boxes(
        self, name: str, boxes: Boxes, colour: Colour, extras: Extras, *, parent: str | None = None
    ) -> None:
        """Two a side."""
        del name, colour, extras, parent
        self.triangles += _OF_A_BOX * len(boxes)
