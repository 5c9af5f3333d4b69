"""Many upright boxes at once: the parts that racks, columns, walls and loads are made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Float64s = npt.NDArray[np.float64]
Int32s = npt.NDArray[np.int32]
Triangles = tuple[Float64s, Int32s]
"""Vertices (V, 3) and faces (F, 3)."""

_CORNERS: Float64s = np.array(
    [[x, y, z] for z in (-0.5, 0.5) for x, y in ((-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5))]
)
_SIDES: Int32s = np.array(
    [[0, 3, 2, 1], [4, 5, 6, 7], [0, 1, 5, 4], [1, 2, 6, 5], [2, 3, 7, 6], [3, 0, 4, 7]], dtype=np.int32
)
_TRIANGLES: Int32s = np.concatenate([_SIDES[:, [0, 1, 2]], _SIDES[:, [0, 2, 3]]])


@dataclass(frozen=True)
class Boxes:
    """B boxes: `center` and `size` (B, 3) metres, `yaw` (B,) radians, `element` (B,) what each is of."""

    center: Float64s
    size: Float64s
    yaw: Float64s
    element: Int32s

    def __len__(self) -> int:
        return len(self.center)


def make_boxes(
    center: npt.ArrayLike, size: npt.ArrayLike, yaw: npt.ArrayLike = 0.0, element: npt.ArrayLike = 0
) -> Boxes:
    """Boxes from arrays that broadcast: (B, 3), (B, 3), (B,) and (B,)."""
    centers = np.asarray(center, dtype=np.float64).reshape(-1, 3)
    count = len(centers)
    return Boxes(
        centers,
        np.broadcast_to(np.asarray(size, dtype=np.float64), (count, 3)).copy(),
        np.broadcast_to(np.asarray(yaw, dtype=np.float64), (count,)).copy(),
        np.broadcast_to(np.asarray(element, dtype=np.int32), (count,)).copy(),
    )


def join_boxes(groups: Sequence[Boxes]) -> Boxes:
    """All boxes of several groups, in order; none for no group."""
    groups = groups or [make_boxes(np.empty((0, 3)), 1.0)]
    return Boxes(
        np.concatenate([group.center for group in groups]),
        np.concatenate([group.size for group in groups]),
        np.concatenate([group.yaw for group in groups]),
        np.concatenate([group.element for group in groups]),
    )


def solid_boxes(boxes: Boxes) -> Boxes:
    """Those boxes that have a volume."""
    keep = (boxes.size > 0).all(axis=1)
    return Boxes(boxes.center[keep], boxes.size[keep], boxes.yaw[keep], boxes.element[keep])


def box_triangles(boxes: Boxes) -> tuple[Float64s, Int32s]:
    """Vertices (8·B, 3) in the world, metres, and faces (12·B, 3) seen counter-clockwise from outside."""
    local = boxes.size[:, None, :] * _CORNERS
    cos, sin = np.cos(boxes.yaw)[:, None], np.sin(boxes.yaw)[:, None]
    turned = np.empty_like(local)
    turned[..., 0] = cos * local[..., 0] - sin * local[..., 1]
    turned[..., 1] = sin * local[..., 0] + cos * local[..., 1]
    turned[..., 2] = local[..., 2]
    vertices = (turned + boxes.center[:, None, :]).reshape(-1, 3)
    faces = _TRIANGLES + 8 * np.arange(len(boxes), dtype=np.int32)[:, None, None]
    return vertices, faces.reshape(-1, 3).astype(np.int32)
