"""Every location of a hall as one glyph mapper: loads on their pallets, or whole places in the colour of a figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import get_args

import numpy as np
import numpy.typing as npt
import pyvista as pv
from matplotlib import colormaps
from vtkmodules.vtkRenderingCore import vtkActor, vtkGlyph3DMapper

from spatial.facility import Facility, LocationState
from viewer.location_figures import Colouring

STATE_COLOURS: dict[LocationState, str] = {"occupied": "#d8b87f", "empty": "#74808c", "unseen": "#8d7ad1"}
STATE_NAMES: dict[LocationState, str] = {"occupied": "occupied", "empty": "empty", "unseen": "not seen"}
"""The browser has the same."""
UNKNOWN_COLOUR = "#3d4650"
PALLET_COLOUR = "#9c7a4d"
SHELF_M, PALLET_M = 0.06, 0.144
FEW = 5_000
"""More locations than these are drawn without pallets, which nobody would see."""
GAP = 0.92
"""Of a location's size, so that neighbours stay apart."""
DEFAULT_FILL, LEAST_FILL, UNSEEN_FILL = 0.8, 0.15, 0.9
NOTHING_M = 1e-6
RAMP = colormaps["cividis"](np.linspace(0.25, 1.0, 256), bytes=True)[:, :3]
"""Cividis without its darkest quarter, which a dark hall would swallow."""

STATES: tuple[LocationState, ...] = get_args(LocationState)
_STATE_RGB = np.array([pv.Color(STATE_COLOURS[state]).int_rgb for state in STATES], np.uint8)
_UNKNOWN_RGB = np.array(pv.Color(UNKNOWN_COLOUR).int_rgb, np.uint8)


class LocationGlyphs:
    """N locations as boxes, and then the pallets of those whose rack has some.

    `points` are their feet (N + K, 3), with "size" (N + K, 3), "turn" (N + K, 3) degrees and "colour" (N + K, 3).
    """

    def __init__(self, facility: Facility) -> None:
        places = facility.locations
        racks = {rack.id: rack for rack in facility.racks}
        self.index = {place.id: number for number, place in enumerate(places)}
        self.states = np.array([STATES.index(place.state) for place in places], np.int64)
        self._size = np.reshape([place.size_m for place in places], (-1, 3)).astype(float)
        self._fill = np.array([DEFAULT_FILL if place.fill is None else place.fill for place in places], float)
        self._scanned = self.states.copy(), self._fill.copy()
        self._seen: Mapping[str, str] = {}
        has_pallet = [len(places) <= FEW and _has_pallet(racks, place.rack) for place in places]
        self._on_pallet = np.flatnonzero(np.array(has_pallet, bool))
        self._feet = np.reshape([place.center for place in places], (-1, 3)).astype(float)
        self._feet[:, 2] -= self._size[:, 2] / 2
        yaws = [racks[place.rack].yaw_rad if place.rack in racks else 0.0 for place in places]
        self.colouring: Colouring | None = None
        self.points = pv.PolyData()
        if len(places):
            whose = np.concatenate([np.arange(len(places)), self._on_pallet])
            self.points = pv.PolyData(self._feet[whose])
            self.points.point_data["turn"] = np.degrees(yaws)[whose, None] * (0.0, 0.0, 1.0)
            self.points.point_data["size"] = self._size[whose] * GAP
            self.points.point_data["colour"] = np.zeros((len(whose), 3), np.uint8)
            self.points.point_data["colour"][len(places) :] = pv.Color(PALLET_COLOUR).int_rgb
            self.show_states()

    @property
    def colours(self) -> npt.NDArray[np.uint8]:
        """The colour (N, 3) of each location, in the order of the facility."""
        return np.asarray(self.points.point_data["colour"][: len(self.index)])

    def show_states(self) -> None:
        """A load on its pallet where something is, a thin shelf where nothing is, a block where nobody saw."""
        self.colouring = None
        height = self._size[:, 2]
        is_full = self.states == STATES.index("occupied")
        pallet = np.zeros(len(height))
        pallet[self._on_pallet] = np.where(is_full, np.minimum(PALLET_M, height / 2), 0.0)[self._on_pallet]
        load = height * np.maximum(self._fill, LEAST_FILL) - pallet
        shown = np.select(
            [is_full, self.states == STATES.index("unseen")], [load, height * UNSEEN_FILL], SHELF_M
        )
        self._draw(shown, _STATE_RGB[self.states], pallet=pallet)

    def show_figures(self, colouring: Colouring) -> None:
        """Every place whole, in the colour of its figure; dark where it is not known."""
        self.colouring = colouring
        rows = [self.index[name] for name in colouring.values if name in self.index]
        values = [value for name, value in colouring.values.items() if name in self.index]
        share = np.clip(np.array(values, float) / colouring.top, 0.0, 1.0)
        colours = np.tile(_UNKNOWN_RGB, (len(self.index), 1))
        colours[rows] = RAMP[np.round(share * 255).astype(int)]
        self._draw(self._size[:, 2] * GAP, colours, pallet=np.zeros(len(self.index)))

    def show_seen(self, seen: Mapping[str, str]) -> None:
        """Take in the states that were told since the scan; the others are as scanned."""
        if seen is self._seen:
            return
        self._seen = seen
        self.states[:], self._fill[:] = self._scanned
        for name, state in seen.items():
            number = self.index.get(name)
            if number is not None and STATES[self.states[number]] != state:
                self.states[number] = STATES.index(state)
                self._fill[number] = DEFAULT_FILL
        if self.colouring is None:
            self.show_states()

    def _draw(
        self,
        height: npt.NDArray[np.float64],
        colours: npt.NDArray[np.uint8],
        *,
        pallet: npt.NDArray[np.float64],
    ) -> None:
        """Show boxes of these heights (N,) and colours (N, 3) on pallets of these heights (N,), which may be 0."""
        count = len(self.index)
        if not count:
            return
        size = self.points.point_data["size"]
        size[:count, 2] = np.maximum(height, NOTHING_M)
        size[count:, 2] = np.maximum(pallet[self._on_pallet], NOTHING_M)
        self.points.points[:count, 2] = self._feet[:, 2] + pallet
        self.points.point_data["colour"][:count] = colours
        self.points.Modified()

    def actor(self) -> vtkActor:
        """What draws them, in one call."""
        mapper = vtkGlyph3DMapper()
        mapper.SetInputData(self.points)
        mapper.SetSourceData(pv.Box(bounds=(-0.5, 0.5, -0.5, 0.5, 0.0, 1.0)))
        mapper.ScalingOn()
        mapper.SetScaleModeToScaleByVectorComponents()
        mapper.SetScaleArray("size")
        mapper.OrientOn()
        mapper.SetOrientationModeToRotation()
        mapper.SetOrientationArray("turn")
        mapper.SetScalarModeToUsePointFieldData()
        mapper.SelectColorArray("colour")
        mapper.SetColorModeToDirectScalars()
        actor = vtkActor()
        actor.SetMapper(mapper)
        actor.GetProperty().SetAmbient(0.36)
        actor.GetProperty().SetDiffuse(0.78)
        actor.GetProperty().BackfaceCullingOn()
        return actor

    def legend(self) -> tuple[str, Sequence[tuple[str, str]]]:
        """A title and (words, colour), the most first."""
        if self.colouring is None:
            return "Locations", [(STATE_NAMES[state], STATE_COLOURS[state]) for state in STATES]
        unit, top = self.colouring.unit, self.colouring.top
        steps = [
            (
                f"{'≥ ' if share == 1 else ''}{top * share:g} {unit}",
                str(pv.Color(RAMP[round(255 * share)]).hex_rgb),
            )
            for share in (1.0, 0.75, 0.5, 0.25, 0.0)
        ]
        return self.colouring.title, [*steps, ("not known", UNKNOWN_COLOUR)]


def _has_pallet(racks: Mapping[str, object], rack: str) -> bool:
    return getattr(racks.get(rack), "kind", None) != "shelving"
