"""What someone marked in the hall: a frame around what was clicked, and a tape; they shine through everything."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyvista as pv
from vtkmodules.vtkRenderingCore import vtkActor, vtkPolyDataMapper

from viewer.desktop.boxes import Floats, box_edges

FRAME, TAPE = "#ffffff", "#ffe169"
IN_FRONT = -66_000.0
"""A shift in depth that puts lines before everything else."""


class Marks:
    """One actor, which is not there until something is marked."""

    def __init__(self, plotter: pv.Plotter) -> None:
        self.lines = pv.PolyData()
        mapper = vtkPolyDataMapper()
        mapper.SetInputData(self.lines)
        mapper.SetScalarModeToUseCellData()
        mapper.SetColorModeToDirectScalars()
        mapper.SetResolveCoincidentTopologyToPolygonOffset()
        mapper.SetRelativeCoincidentTopologyLineOffsetParameters(0.0, IN_FRONT)
        self._actor = vtkActor()
        self._actor.SetMapper(mapper)
        self._actor.GetProperty().SetLineWidth(2.5)
        self._actor.GetProperty().LightingOff()
        self._actor.SetVisibility(False)
        plotter.add_actor(self._actor, name="marks", reset_camera=False, render=False)

    def show(self, box: Floats | None, tape: Sequence[Floats]) -> None:
        """A frame along the corners (8, 3) of a box, and a tape along points (3,); None and none for neither."""
        points = [] if box is None else list(box)
        ends = np.empty((0, 2), int) if box is None else box_edges(1)
        colours = [pv.Color(FRAME).int_rgb] * len(ends)
        for place in tape:
            ends = np.concatenate([ends, _cross(len(points))])
            points += [place + axis * side for axis in np.eye(3) for side in (-0.15, 0.15)]
            colours += [pv.Color(TAPE).int_rgb] * 3
        if len(tape) == 2:
            ends = np.concatenate([ends, [(len(points), len(points) + 1)]])
            points += list(tape)
            colours.append(pv.Color(TAPE).int_rgb)
        self._actor.SetVisibility(bool(points))
        if not points:
            return
        drawn = pv.PolyData(
            np.array(points), lines=np.column_stack([np.full(len(ends), 2), ends]).ravel().astype(int)
        )
        drawn.cell_data["colour"] = np.array(colours, np.uint8)
        self.lines.copy_from(drawn)
        self.lines.set_active_scalars("colour", preference="cell")


def _cross(first: int) -> np.typing.NDArray[np.int64]:
    """The ends of the three lines of a cross whose points begin at number `first`."""
    return np.arange(first, first + 6).reshape(3, 2)
