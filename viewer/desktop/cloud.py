"""A point cloud in the desktop view. Where the processor draws, only points that can be seen are handed to it.

Software GL takes most of a second for a million points. So before each picture a compiled loop finds the nearest
point in each small square of it: the picture is nearly that of the whole cloud, at a fraction of the cost.
"""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyvista as pv
from numba import njit

from spatial.errors import BadDataError

CLOUD_POINTS = 5_000_000
"""More points than this are thinned: they add nothing to the picture."""
FEW_POINTS = 300_000
"""So many are drawn as they are."""
SQUARE_PX = 2
POINT_PX, CHOSEN_POINT_PX = 2, 3
"""The size of a point; those chosen leave no gap between their squares."""
GREY = (91, 111, 128)
SOFTWARE = ("llvmpipe", "softpipe", "swrast", "swiftshader")

Floats32 = npt.NDArray[np.float32]


def read_cloud(path: Path) -> pv.PolyData:
    """A point cloud file of PyVista's formats, thinned evenly to CLOUD_POINTS.

    Raises BadDataError when it holds no points.
    """
    cloud = pv.read(path)
    if not isinstance(cloud, pv.PolyData) or not cloud.n_points:
        raise BadDataError(f"{path}: no points in it: write it again from the scan")
    step = math.ceil(cloud.n_points / CLOUD_POINTS)
    thinned = pv.PolyData(np.asarray(cloud.points)[::step])
    if "RGB" in cloud.point_data:
        thinned.point_data["RGB"] = cloud.point_data["RGB"][::step]
    return thinned


class CloudView:
    """A cloud as one actor; `points` (N, 3) world metres are all of it."""

    def __init__(self, plotter: pv.Plotter, cloud: pv.PolyData, *, is_visible: bool) -> None:
        self._renderer = plotter.renderer
        self._window = plotter.render_window
        self.points: Floats32 = np.ascontiguousarray(cloud.points, dtype=np.float32)
        has_colour = "RGB" in cloud.point_data
        self._rgb = (
            np.ascontiguousarray(cloud.point_data["RGB"][:, :3], dtype=np.uint8)
            if has_colour
            else np.tile(np.array(GREY, np.uint8), (len(self.points), 1))
        )
        self._planes = np.empty((0, 4))
        self._is_software: bool | None = None if len(self.points) > FEW_POINTS else False
        self._drawn_for: bytes | None = None
        self.drawn = pv.PolyData(self.points if self._is_software is False else self.points[:1])
        self.drawn.point_data["RGB"] = self._rgb[: self.drawn.n_points]
        self.actor = plotter.add_mesh(
            self.drawn,
            scalars="RGB",
            rgb=True,
            style="points",
            point_size=POINT_PX,
            lighting=False,
            name="cloud",
            render=False,
            reset_camera=False,
        )
        self.actor.visibility = is_visible
        if self._is_software is None:
            self._renderer.AddObserver("StartEvent", lambda *_: self._choose())

    def cut(self, planes: npt.NDArray[np.float64]) -> None:
        """Leave out what lies beyond these planes (P, 4): a, b, c, d with a x + b y + c z + d < 0."""
        self._planes = planes
        self._drawn_for = None

    def _choose(self) -> None:
        """Hand on what this picture shows of the cloud."""
        if not self.actor.visibility:
            return
        if self._is_software is None:
            told = self._window.ReportCapabilities().lower()
            self._is_software = any(name in told for name in SOFTWARE)
            if self._is_software:
                self.actor.GetProperty().SetPointSize(CHOSEN_POINT_PX)
        if not self._is_software:
            if self._drawn_for is None:
                self._hand_on(self.points, self._rgb)
                self._drawn_for = b"all"
            return
        width, height = self._renderer.GetSize()
        view = self._renderer.GetActiveCamera().GetCompositeProjectionTransformMatrix(
            width / max(height, 1), -1.0, 1.0
        )
        clip_from_world = pv.array_from_vtkmatrix(view).astype(np.float32)
        shown = clip_from_world.tobytes() + self._planes.tobytes() + bytes((width % 256, height % 256))
        if shown == self._drawn_for:
            return
        self._drawn_for = shown
        nearest = nearest_in_squares(
            self.points, clip_from_world, self._planes, width // SQUARE_PX, height // SQUARE_PX
        )
        self._hand_on(self.points[nearest], self._rgb[nearest])

    def _hand_on(self, points: Floats32, rgb: npt.NDArray[np.uint8]) -> None:
        drawn = pv.PolyData(points)
        drawn.point_data["RGB"] = rgb
        self.drawn.copy_from(drawn)
        self.drawn.set_active_scalars("RGB")


def nearest_in_squares(
    points: Floats32,
    clip_from_world: Floats32,
    planes: npt.NDArray[np.float64],
    columns: int,
    rows: int,
) -> npt.NDArray[np.int64]:
    """Of points (N, 3) those that are the nearest ones in one of `columns` × `rows` squares of the picture.

    `clip_from_world` (4, 4) is the projection; what lies beyond one of the planes (P, 4) counts for nothing.
    """
    found = _nearest(points, clip_from_world, planes.astype(np.float32), max(columns, 1), max(rows, 1))
    chosen: npt.NDArray[np.int64] = found[found >= 0]
    return chosen


@njit(cache=True, nogil=True)
def _nearest(points, clip, planes, columns, rows):  # type: ignore[no-untyped-def] # pragma: no cover
    depth = np.full(columns * rows, np.float32(np.inf), np.float32)
    found = np.full(columns * rows, -1, np.int64)
    for i in range(len(points)):
        x, y, z = points[i, 0], points[i, 1], points[i, 2]
        w = clip[3, 0] * x + clip[3, 1] * y + clip[3, 2] * z + clip[3, 3]
        if w <= 0.0:
            continue
        u = (clip[0, 0] * x + clip[0, 1] * y + clip[0, 2] * z + clip[0, 3]) / w
        v = (clip[1, 0] * x + clip[1, 1] * y + clip[1, 2] * z + clip[1, 3]) / w
        if not (-1.0 <= u < 1.0 and -1.0 <= v < 1.0):
            continue
        is_cut = False
        for p in range(len(planes)):
            if planes[p, 0] * x + planes[p, 1] * y + planes[p, 2] * z + planes[p, 3] < 0.0:
                is_cut = True
                break
        if is_cut:
            continue
        square = int((v + 1.0) * 0.5 * rows) * columns + int((u + 1.0) * 0.5 * columns)
        far = clip[2, 0] * x + clip[2, 1] * y + clip[2, 2] * z + clip[2, 3]
        if far < depth[square]:
            depth[square] = far
            found[square] = i
    return found
