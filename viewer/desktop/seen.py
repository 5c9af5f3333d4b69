"""What a scan saw beyond the elements, as one surface in the desktop view, and whose it is where a ray meets it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyvista as pv
from vtkmodules.vtkCommonCore import mutable
from vtkmodules.vtkCommonDataModel import vtkStaticCellLocator

from spatial.meshes.seen_parts import SeenPart
from viewer.desktop.boxes import Floats

COLOUR = "#a9a294"


class SeenSurface:
    """All parts as one surface, so that they are one thing to the graphics card."""

    def __init__(self, parts: Sequence[SeenPart]) -> None:
        self.parts = parts
        starts = np.cumsum([0, *(len(part.vertices) for part in parts)])
        faces = [part.faces + start for part, start in zip(parts, starts, strict=False)]
        self._part = np.repeat(np.arange(len(parts)), [len(each) for each in faces])
        self._surface = pv.PolyData()
        if parts:
            vertices = np.concatenate([part.vertices for part in parts])
            self._surface = pv.PolyData.from_regular_faces(vertices, np.concatenate(faces))
        self._locator: vtkStaticCellLocator | None = None

    def add_to(self, plotter: pv.Plotter) -> None:
        """Draw it from both sides: sheets are open where nobody looked."""
        if self._surface.n_cells:
            plotter.add_mesh(
                self._surface,
                color=COLOUR,
                ambient=0.35,
                diffuse=0.75,
                specular=0.0,
                name="seen",
                render=False,
            )

    def met(self, near: Floats, far: Floats, span: tuple[float, float]) -> tuple[float, SeenPart] | None:
        """At which share of the way between two ends (3,) a part is met first within `span`, and which; else None."""
        low, high = span
        if not self._surface.n_cells or low > high:
            return None
        begin, end = near + low * (far - near), near + high * (far - near)
        share: Any = mutable(0.0)
        piece: Any = mutable(0)
        cell: Any = mutable(-1)
        place, local = [0.0] * 3, [0.0] * 3
        if not self._located().IntersectWithLine(
            begin.tolist(), end.tolist(), 0.0, share, place, local, piece, cell
        ):
            return None
        return low + float(share) * (high - low), self.parts[int(self._part[int(cell)])]

    def _located(self) -> vtkStaticCellLocator:
        """Built at the first click."""
        if self._locator is None:
            self._locator = vtkStaticCellLocator()
            self._locator.SetDataSet(self._surface)
            self._locator.BuildLocator()
        return self._locator
