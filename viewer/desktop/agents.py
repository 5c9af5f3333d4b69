"""Agents as two glyph mappers: figures, and their ghosts by which they are seen through racks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyvista as pv
from vtkmodules.vtkRenderingCore import vtkActor, vtkGlyph3DMapper

from viewer.desktop.moments import SHOWN_STATES
from viewer.desktop.text import add_legend
from viewer.motion import STATES

STATE_COLOURS = {
    "idle": "#c3ccd4",
    "move": "#56b4e9",
    "wait": "#ff6a1a",
    "pick": "#00b386",
    "drop": "#e38cc0",
    "other": "#f0e442",
    "silent": "#7a8591",
}
"""After Okabe and Ito's palette, told apart by colour-blind people too; the browser has the same."""
STATE_NAMES = {
    "idle": "idle",
    "move": "walking",
    "wait": "blocked",
    "pick": "picking",
    "drop": "at station",
    "other": "other work",
    "silent": "not heard",
}

BODY_HEIGHT_M, BODY_RADIUS_M = 1.75, 0.30
RING_RADII_M = (0.55, 0.68)
RING_LIFT_M = 0.08
GHOST_OPACITY = 0.45
FEW = 300
"""More than so many are drawn simpler."""
TRUE_SIZE_UP_TO_M = 40.0
"""In larger halls figures grow with the hall, or they would be lost in its picture."""
IN_FRONT = -66_000.0
"""A shift in depth that puts a ghost before everything else."""

_STATE_RGB = np.array([pv.Color(STATE_COLOURS[state]).int_rgb for state in SHOWN_STATES], dtype=np.uint8)


@dataclass(frozen=True)
class AgentGlyphs:
    """The agents' places (A, 3) and colours (A, 3), which the mappers draw from; `ghost` shines through racks."""

    points: pv.PolyData
    body: vtkActor
    ghost: vtkActor

    @classmethod
    def add_to(cls, plotter: pv.Plotter, count: int, hall_m: float) -> AgentGlyphs:
        """Add `count` agents, or any number later, of a hall `hall_m` long to the plotter."""
        points = pv.PolyData(np.zeros((count, 3))) if count else pv.PolyData()
        if count:
            points.point_data["colour"] = np.zeros((count, 3), dtype=np.uint8)
        figure = _figure() if count <= FEW else _simple_figure()
        figure = figure.scale(max(1.0, hall_m / TRUE_SIZE_UP_TO_M))
        body = _glyphs(points, figure)
        plotter.add_actor(body, name="agents", reset_camera=False, render=False)
        ghost = _glyphs(points, figure)
        ghost.GetProperty().SetOpacity(GHOST_OPACITY)
        ghost.GetProperty().LightingOff()
        ghost.GetMapper().SetResolveCoincidentTopologyToPolygonOffset()
        ghost.GetMapper().SetRelativeCoincidentTopologyPolygonOffsetParameters(0.0, IN_FRONT)
        plotter.add_actor(ghost, name="ghosts", reset_camera=False, render=False)
        return cls(points, body, ghost)

    def place(self, positions: npt.NDArray[np.float64], states: npt.NDArray[np.int64]) -> None:
        """Move the agents to `positions` (A, 3), world metres, in place; `states` (A,) gives the colour."""
        if len(positions) != self.points.n_points:
            self.points.copy_from(pv.PolyData(positions) if len(positions) else pv.PolyData())
            self.points.point_data["colour"] = _STATE_RGB[states]
        elif len(positions):
            self.points.points[:] = positions
            self.points.point_data["colour"][:] = _STATE_RGB[states]
        self.points.Modified()

    @property
    def colours(self) -> npt.NDArray[np.uint8]:
        """The colour (A, 3) of each."""
        return (
            np.asarray(self.points.point_data["colour"])
            if self.points.n_points
            else np.empty((0, 3), np.uint8)
        )


def add_state_legend(plotter: pv.Plotter, *, is_live: bool = False) -> None:
    """Say which colour is which state."""
    states = SHOWN_STATES if is_live else STATES
    add_legend(plotter, [(STATE_NAMES[state], STATE_COLOURS[state]) for state in states], top=0.93)


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


def _simple_figure() -> pv.PolyData:
    """A peg of six sides at the origin."""
    return pv.Cylinder(
        center=(0, 0, BODY_HEIGHT_M / 2),
        direction=(0, 0, 1),
        radius=BODY_RADIUS_M,
        height=BODY_HEIGHT_M,
        resolution=6,
    )
