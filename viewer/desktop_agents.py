"""Agents as two glyph mappers: figures, and their ghosts by which they are seen through racks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyvista as pv
from vtkmodules.vtkRenderingCore import vtkActor, vtkGlyph3DMapper

from viewer.desktop_text import add_legend
from viewer.motion import STATES

STATE_COLOURS = {
    "idle": "#c3ccd4",
    "move": "#56b4e9",
    "wait": "#ff6a1a",
    "pick": "#00b386",
    "drop": "#e38cc0",
    "other": "#f0e442",
}
"""After Okabe and Ito's palette, told apart by colour-blind people too; the browser has the same."""
STATE_NAMES = {
    "idle": "idle",
    "move": "walking",
    "wait": "blocked",
    "pick": "picking",
    "drop": "at station",
    "other": "other work",
}

BODY_HEIGHT_M, BODY_RADIUS_M = 1.75, 0.30
RING_RADII_M = (0.55, 0.68)
RING_LIFT_M = 0.08
GHOST_OPACITY = 0.45
TRUE_SIZE_UP_TO_M = 40.0
"""In larger halls figures grow with the hall, or they would be lost in its picture."""
IN_FRONT = -66_000.0
"""A shift in depth that puts a ghost before everything else."""

_STATE_RGB = np.array([pv.Color(STATE_COLOURS[state]).int_rgb for state in STATES], dtype=np.uint8)


@dataclass(frozen=True)
class AgentGlyphs:
    """The agents' places (A, 3) and colours (A, 3), which the mapper draws from."""

    points: pv.PolyData

    @classmethod
    def add_to(cls, plotter: pv.Plotter, count: int, hall_m: float) -> AgentGlyphs:
        """Add `count` agents of a hall `hall_m` long, and the legend of their states, to the plotter."""
        points = pv.PolyData(np.zeros((count, 3))) if count else pv.PolyData()
        if count:
            points.point_data["colour"] = np.zeros((count, 3), dtype=np.uint8)
        figure = _figure().scale(max(1.0, hall_m / TRUE_SIZE_UP_TO_M))
        plotter.add_actor(_glyphs(points, figure), name="agents", reset_camera=False, render=False)
        ghosts = _glyphs(points, figure)
        ghosts.GetProperty().SetOpacity(GHOST_OPACITY)
        ghosts.GetProperty().LightingOff()
        ghosts.GetMapper().SetResolveCoincidentTopologyToPolygonOffset()
        ghosts.GetMapper().SetRelativeCoincidentTopologyPolygonOffsetParameters(0.0, IN_FRONT)
        plotter.add_actor(ghosts, name="ghosts", reset_camera=False, render=False)
        add_legend(plotter, [(STATE_NAMES[state], STATE_COLOURS[state]) for state in STATES], top=0.93)
        return cls(points)

    def place(self, positions: npt.NDArray[np.float64], states: npt.NDArray[np.int8]) -> None:
        """Move the agents to `positions` (A, 3), world metres, in place; `states` (A,) gives the colour."""
        if len(positions):
            self.points.points[:] = positions
            self.points.point_data["colour"][:] = _STATE_RGB[states]
            self.points.Modified()


def _glyphs(points: pv.PolyData, figure: pv.PolyData) -> vtkActor:
    """One figure for each point, in the point's colour."""
    mapper = vtkGlyph3DMapper()
    mapper.SetInputData(points)
    mapper.SetSourceData(figure)
    mapper.ScalingOff()
    mapper.SetScalarModeToUsePointFieldData()
    mapper.SelectColorArray("colour")
    mapper.SetColorModeToDirectScalars()
    actor = vtkActor()
    actor.SetMapper(mapper)
    actor.GetProperty().SetAmbient(0.55)
    actor.GetProperty().SetDiffuse(0.6)
    return actor


def _figure() -> pv.PolyData:
    """A person's outline at the origin, in a ring on the floor."""
    body = pv.Capsule(
        center=(0, 0, BODY_HEIGHT_M / 2),
        direction=(0, 0, 1),
        radius=BODY_RADIUS_M,
        cylinder_length=BODY_HEIGHT_M - 2 * BODY_RADIUS_M,
        resolution=14,
    )
    inner, outer = RING_RADII_M
    ring = pv.Disc(center=(0, 0, RING_LIFT_M), inner=inner, outer=outer, normal=(0, 0, 1), c_res=32)
    return pv.merge([body, ring]).extract_surface(algorithm="dataset_surface")
