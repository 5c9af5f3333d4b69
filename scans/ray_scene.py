"""Rays on a mesh: how far, which triangle, how slanted."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import open3d as o3d

_MISSED = np.uint32(0xFFFFFFFF)


@dataclass(frozen=True, eq=False)
class Hits:
    """Where rays (N,) end: `distance` (N,) float32 in lengths of the ray's direction, inf for a miss;
    `face` (N,) int64, −1 for a miss; `normal` (N, 3) float32 of the face, unit length.
    """

    distance: npt.NDArray[np.float32]
    face: npt.NDArray[np.int64]
    normal: npt.NDArray[np.float32]


class RayScene:
    """A triangle mesh that rays can be cast on. Coordinates are world metres; inside, they are float32 about
    `origin` (3,), so that large coordinates lose nothing.
    """

    def __init__(self, vertices: npt.ArrayLike, faces: npt.ArrayLike) -> None:
        corners = np.asarray(vertices, dtype=np.float64)
        triangles = np.asarray(faces)
        if corners.ndim != 2 or corners.shape[1] != 3 or not np.isfinite(corners).all():
            raise ValueError(f"vertices of shape {corners.shape} are no finite (V, 3)")
        if triangles.ndim != 2 or triangles.shape[1] != 3 or len(triangles) == 0:
            raise ValueError(f"faces of shape {triangles.shape} are no (F, 3) with F > 0")
        if triangles.min() < 0 or triangles.max() >= len(corners):
            raise ValueError(f"faces name vertices outside 0 to {len(corners) - 1}")
        self.origin = np.round(corners.mean(axis=0))
        self._scene = o3d.t.geometry.RaycastingScene()
        self._scene.add_triangles(
            o3d.core.Tensor.from_numpy((corners - self.origin).astype(np.float32)),
            o3d.core.Tensor.from_numpy(triangles.astype(np.uint32)),
        )

    def cast(self, start: npt.NDArray[np.float64], directions: npt.NDArray[np.float32]) -> Hits:
        """Rays from one point (3,) in the world along `directions` (N, 3), of any length above zero."""
        rays = np.empty((len(directions), 6), dtype=np.float32)
        rays[:, :3] = start - self.origin
        rays[:, 3:] = directions
        answer = self._scene.cast_rays(o3d.core.Tensor.from_numpy(rays))
        face = answer["primitive_ids"].numpy()
        return Hits(
            distance=answer["t_hit"].numpy(),
            face=np.where(face == _MISSED, -1, face.astype(np.int64)),
            normal=answer["primitive_normals"].numpy(),
        )
