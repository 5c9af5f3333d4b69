"""Blocked time on the floor: a smooth picture in the colours of heat, clear where nobody was blocked."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
import pyvista as pv
import shapely
from matplotlib import colormaps
from matplotlib.colors import ListedColormap

from spatial.facility import Facility, Level
from spatial.floor_heights import floor_height
from viewer.desktop.text import EDGE, QUIET, add_words, layer
from viewer.heat_density import spread
from viewer.messages import Heat

FINEST_M = 0.25
MOST_CELLS = 60_000
COLOURS = ListedColormap(colormaps["cividis"](np.linspace(0.25, 1.0, 256)))
"""Cividis without its darkest quarter, which a dark floor would swallow."""
LIFT_M = 0.04
"""Above the floor, so that the two do not flicker."""
OPACITY = [0.0, 0.75, 0.9, 0.95, 0.95]
"""From no heat to the top of the scale, evenly: the faintest heat runs out into the floor."""


@dataclass(frozen=True)
class FloorHeat:
    """Nodes of a grid over the lowest level's floor, with their blocked seconds per square metre.

    `density` (H, W) is the whole grid, row 0 and column 0 at `origin`, `step_m` apart; `node` are those of
    its places, flattened, that `surface` has as points.
    """

    surface: pv.PolyData
    density: npt.NDArray[np.float64]
    origin: tuple[float, float]
    step_m: float
    node: npt.NDArray[np.int64]
    _shown: list[object] = field(default_factory=lambda: [None])

    @classmethod
    def add_to(cls, plotter: pv.Plotter, facility: Facility, top_s_m2: float) -> FloorHeat:
        """Add the floor to the plotter, cold; colours end at `top_s_m2`."""
        floor = cls._over(min(facility.levels, key=lambda level: level.elevation_m))
        plotter.add_mesh(
            floor.surface,
            scalars="blocked",
            cmap=COLOURS,
            clim=(0.0, top_s_m2),
            opacity=OPACITY,
            lighting=False,
            name="heat",
            reset_camera=False,
            show_scalar_bar=False,
            render=False,
        )
        return floor

    def show(self, heat: Heat) -> None:
        """Show these blocked seconds in place, spread around where they were spent; none is lost."""
        told = (heat.origin, heat.width, heat.cell_m, heat.cells, heat.blocked_s)
        if told == self._shown[0]:
            return
        self._shown[0] = told
        blocked_s = np.zeros(self.density.shape)
        index = np.array(heat.cells, dtype=np.int64)
        x = heat.origin[0] + (index % max(heat.width, 1) + 0.5) * heat.cell_m
        y = heat.origin[1] + (index // max(heat.width, 1) + 0.5) * heat.cell_m
        rows, columns = self.density.shape
        column = np.clip(np.round((x - self.origin[0]) / self.step_m), 0, columns - 1).astype(np.int64)
        row = np.clip(np.round((y - self.origin[1]) / self.step_m), 0, rows - 1).astype(np.int64)
        np.add.at(blocked_s, (row, column), np.array(heat.blocked_s, dtype=np.float64))
        self.density[:] = spread(blocked_s, self.step_m)
        self.surface.point_data["blocked"][:] = self.density.ravel()[self.node]
        self.surface.Modified()

    @classmethod
    def _over(cls, level: Level) -> FloorHeat:
        """A grid over the level's outline, with a surface of its cells whose middle lies within."""
        outline = shapely.Polygon(level.outline, level.holes)
        x0, y0, x1, y1 = outline.bounds
        step = max(FINEST_M, math.sqrt((x1 - x0) * (y1 - y0) / MOST_CELLS))
        x, y = np.meshgrid(np.arange(x0, x1 + step, step), np.arange(y0, y1 + step, step))
        inside = shapely.contains_xy(outline, x[:-1, :-1] + step / 2, y[:-1, :-1] + step / 2)
        corner = np.arange(x.size).reshape(x.shape)
        around = [corner[:-1, :-1], corner[:-1, 1:], corner[1:, 1:], corner[1:, :-1]]
        cells = np.stack(around, axis=-1)[inside]
        node, faces = np.unique(cells, return_inverse=True)
        plan = np.column_stack([x.ravel()[node], y.ravel()[node]])
        points = np.column_stack([plan, floor_height(level, plan) + LIFT_M])
        surface = pv.PolyData.from_regular_faces(points, faces.reshape(-1, 4))
        surface.point_data["blocked"] = np.zeros(surface.n_points)
        return cls(surface, np.zeros(x.shape), (float(x0), float(y0)), step, node)


def add_heat_scale(plotter: pv.Plotter, top_s_m2: float) -> None:
    """The colours from 0 to `top_s_m2`, as a bar at the right edge; call it when the heat is there."""
    mapper = plotter.renderer.actors["heat"].mapper
    with layer(plotter):
        bar = plotter.add_scalar_bar(
            title=" ",
            mapper=mapper,
            vertical=True,
            position_x=EDGE,
            position_y=0.40,
            height=0.25,
            width=0.014,
            n_labels=0,
            render=False,
        )
    bar.SetBarRatio(1.0)
    add_words(plotter, "Blocked, s/m²", (EDGE, 0.66), 11, name="heat title")
    add_words(plotter, f"≥ {top_s_m2:g}", (EDGE + 0.025, 0.627), 10, name="heat top")
    add_words(plotter, "0", (EDGE + 0.025, 0.40), 10, name="heat foot")
    add_words(plotter, "scale of the whole run", (EDGE, 0.37), 8, colour=QUIET, name="heat note")
