"""Two halls over each other with one camera: one is seen left of a divider, the other right of it."""

from __future__ import annotations

from collections.abc import Sequence

import pyvista as pv
from vtkmodules.vtkFiltersSources import vtkLineSource
from vtkmodules.vtkRenderingCore import vtkActor2D, vtkCoordinate, vtkPolyDataMapper2D

from viewer.desktop.scene import DesktopScene
from viewer.desktop.text import INK, layer

NARROWEST = 0.02
GRIP_PX = 8
TITLE_OFF, FARTHEST_TITLE = 0.012, 0.7
"""Where the right hall's title stands beside the divider, as shares of the width."""


class Swipe:
    """The divider at `share` of the width; each layer draws only its own side, as a window into the whole picture."""

    def __init__(self, plotter: pv.Plotter, scenes: Sequence[DesktopScene], share: float = 0.5) -> None:
        self._plotter = plotter
        self._left, self._right = (scene.renderer for scene in scenes)
        self._line = _divider(plotter)
        self._title = scenes[1].title
        self._is_following = False
        for one, other in ((self._left, self._right), (self._right, self._left)):
            one.GetActiveCamera().AddObserver("ModifiedEvent", lambda *_, a=one, b=other: self._follow(a, b))
        plotter.renderers[-1].SetActiveCamera(
            self._left.GetActiveCamera()
        )  # the layer of words may be taken for a hall by the mouse
        self.share = share
        self.move(share)
        self._follow(self._left, self._right)

    def move(self, share: float) -> None:
        """Put the divider there."""
        self.share = min(1.0 - NARROWEST, max(NARROWEST, share))
        for renderer, low, high in ((self._left, 0.0, self.share), (self._right, self.share, 1.0)):
            renderer.SetViewport(low, 0.0, high, 1.0)
            renderer.GetActiveCamera().SetWindowCenter(window_center(low, high), 0.0)
        self._line.SetPoint1(self.share, 0.0, 0.0)
        self._line.SetPoint2(self.share, 1.0, 0.0)
        for words in self._title:
            words.SetPosition(min(self.share + TITLE_OFF, FARTHEST_TITLE), words.GetPosition()[1])

    def is_at(self, x_px: float) -> bool:
        """Whether a pixel column is at the divider."""
        return bool(abs(x_px - self.share * self._plotter.window_size[0]) <= GRIP_PX)

    def _follow(self, leader: pv.Renderer, other: pv.Renderer) -> None:
        """The other camera stands where the leader's does."""
        if self._is_following:
            return
        self._is_following = True
        camera, to = leader.GetActiveCamera(), other.GetActiveCamera()
        to.SetPosition(camera.GetPosition())
        to.SetFocalPoint(camera.GetFocalPoint())
        to.SetViewUp(camera.GetViewUp())
        to.SetViewAngle(camera.GetViewAngle())
        to.SetParallelProjection(camera.GetParallelProjection())
        to.SetParallelScale(camera.GetParallelScale())
        for renderer in (leader, other):
            renderer.ResetCameraClippingRange()
        self._is_following = False


def window_center(low: float, high: float) -> float:
    """The middle of a picture, seen from the part of it between two shares of its width: −1 to 1 across that part.

    A camera with this window centre draws into the part what it would draw there into the whole picture.
    """
    return (low + high - 1.0) / (high - low)


def _divider(plotter: pv.Plotter) -> vtkLineSource:
    source = vtkLineSource()
    place = vtkCoordinate()
    place.SetCoordinateSystemToNormalizedViewport()
    mapper = vtkPolyDataMapper2D()
    mapper.SetInputConnection(source.GetOutputPort())
    mapper.SetTransformCoordinate(place)
    actor = vtkActor2D()
    actor.SetMapper(mapper)
    actor.GetProperty().SetColor(pv.Color(INK).float_rgb)
    actor.GetProperty().SetLineWidth(2.0)
    with layer(plotter):
        plotter.add_actor(actor, name="divider", reset_camera=False, render=False)
    return source
