"""Where a camera must stand so that everything is in the picture and fills it."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyvista as pv


@dataclass(frozen=True)
class Margins:
    """Shares of the picture that stay free of the scene."""

    left: float = 0.06
    right: float = 0.06
    top: float = 0.06
    bottom: float = 0.06


def frame_points(
    plotter: pv.Plotter,
    points: npt.NDArray[np.float64],
    ahead: npt.NDArray[np.float64],
    margins: Margins = Margins(),
) -> None:
    """Aim the camera along the unit vector `ahead` (3,), Z up, so that it just holds `points` (N, 3).

    Nothing is changed for no points.
    """
    if not len(points):
        return
    right = np.cross(ahead, (0.0, 0.0, 1.0))
    right /= np.linalg.norm(right)
    axes = np.stack([right, np.cross(right, ahead), ahead])
    width, height = plotter.window_size
    tangent = math.tan(math.radians(plotter.camera.view_angle) / 2)
    whole = np.array([tangent * width / height, tangent])
    lower = whole * [2 * margins.left - 1, 2 * margins.bottom - 1]
    upper = whole * [1 - 2 * margins.right, 1 - 2 * margins.top]
    position = _eye(points @ axes.T, lower, upper) @ axes
    plotter.camera.position = position
    plotter.camera.focal_point = position + ahead * float(((points - position) @ ahead).mean())
    plotter.camera.up = (0.0, 0.0, 1.0)
    plotter.reset_camera_clipping_range()


def _eye(
    points: npt.NDArray[np.float64], lower: npt.NDArray[np.float64], upper: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """The foremost eye (3,) in camera axes whose view, lower ≤ x / depth ≤ upper on both, holds the points.

    On each axis the two outermost rays of the view touch the points; the axis that needs more room decides
    the depth, and on the other one the points are centred.
    """
    depth = points[:, 2]
    most = (points[:, :2] - upper * depth[:, None]).max(axis=0)
    least = (points[:, :2] - lower * depth[:, None]).min(axis=0)
    back = ((least - most) / (upper - lower)).min()
    return np.array([*((most + upper * back + least + lower * back) / 2), back])
