"""A hall as a PyVista scene of five actors, and two more for what a scan saw besides; each is updated in place."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
import pyvista as pv
from vtkmodules.vtkCommonDataModel import vtkPlane

from layouts.diff.deviations import Deviation
from layouts.genealogy.path_file import DrawnLeg
from layouts.run import Run
from layouts.slotting.pictures.velocity_map import VelocityMap
from spatial.facility import Facility
from spatial.meshes.boxes import Triangles
from spatial.meshes.mesh import FacilityMesh, facility_mesh
from spatial.meshes.seen_parts import seen_parts
from viewer.desktop.agents import AgentGlyphs, add_state_legend
from viewer.desktop.cloud import CloudView
from viewer.desktop.deviations import add_deviations
from viewer.desktop.goods_path import add_goods_path
from viewer.desktop.hall import add_hall, add_labels, extent_m, light, look_along_aisles
from viewer.desktop.heat import FloorHeat, add_heat_scale
from viewer.desktop.locations import LocationGlyphs
from viewer.desktop.moments import FIGURES, Moment, RunMoments
from viewer.desktop.seen import SeenSurface
from viewer.desktop.slotting import add_slotting
from viewer.desktop.stage import open_stage
from viewer.desktop.text import QUIET, ChangingLegend, KeyFigures, add_words
from viewer.lengths import Lengths
from viewer.location_figures import Colouring


@dataclass(frozen=True, kw_only=True)
class HallShown:
    """What is shown of one hall; `plan` is a slotting plan, carried out if `after`."""

    facility: Facility
    run: Run | None = None
    cloud: pv.PolyData | None = None
    plan: VelocityMap | None = None
    after: bool = True
    deviations: tuple[Deviation, ...] = ()
    residual: Triangles | None = None
    """What the scan saw beyond the elements."""
    goods_path: tuple[DrawnLeg, ...] = ()
    is_live: bool = False
    heat_top_s_m2: float | None = None
    """Where the colours of heat end; None for that of the run, 0 for no heat."""

    @property
    def has_agents(self) -> bool:
        """Whether anything moves in it."""
        return self.run is not None or self.is_live or self.heat_top_s_m2 is not None


@dataclass
class DesktopScene:
    """One hall in a layer of the plotter, and what in it changes."""

    plotter: pv.Plotter
    number: int
    shown: HallShown
    mesh: FacilityMesh
    locations: LocationGlyphs
    moments: RunMoments | None
    seen: SeenSurface
    figures: KeyFigures | None = None
    agents: AgentGlyphs | None = None
    heat: FloorHeat | None = None
    cloud: CloudView | None = None
    legend: ChangingLegend | None = None
    title: tuple[Any, ...] = ()
    moment: Moment | None = field(default=None)

    @property
    def facility(self) -> Facility:
        """The hall."""
        return self.shown.facility

    @property
    def renderer(self) -> pv.Renderer:
        """The layer that it is drawn in."""
        return self.plotter.renderers[self.number]

    def actors(self) -> list[pv.Actor]:
        """What is in space, each drawn in one call while it is visible."""
        return [actor for actor in self.renderer.actors.values() if actor.IsA("vtkActor")]

    def show_time(self, t_s: float, *, note: str = "") -> None:
        """Move everything to simulation time `t_s` of its run in place, and say `note` below the figures."""
        if self.moments is not None:
            self.show(self.moments.at(t_s), note=note)

    def show(self, moment: Moment, *, note: str = "") -> None:
        """Show a moment in place, and say `note` below the figures."""
        self.moment = moment
        self.locations.show_seen(moment.seen)
        if self.agents is not None:
            self.agents.place(moment.positions, moment.states)
        if self.heat is not None and moment.heat is not None:
            self.heat.show(moment.heat)
        if self.figures is not None:
            self.figures.show(moment.figures, note)

    def show_cloud(self, is_shown: bool) -> None:
        """Show or hide the points of the scan; agents are seen between points without shining through racks."""
        if self.cloud is not None:
            self.cloud.actor.visibility = is_shown
            if self.agents is not None:
                self.agents.ghost.SetVisibility(not is_shown)

    def colour_by(self, colouring: Colouring | None) -> None:
        """Colour locations by their state, or by a figure."""
        if colouring is None:
            self.locations.show_states()
        else:
            self.locations.show_figures(colouring)
        if self.legend is not None:
            self.legend.show(*self.locations.legend())

    def cut(self, planes: npt.NDArray[np.float64]) -> None:
        """Take away what lies beyond planes (P, 4): a, b, c, d with a x + b y + c z + d < 0."""
        for actor in self.actors():
            mapper = actor.GetMapper()
            if actor is self.renderer.actors.get("marks"):
                continue
            mapper.RemoveAllClippingPlanes()
            for a, b, c, d in planes:
                normal = np.array([a, b, c])
                mapper.AddClippingPlane(_vtk_plane(normal, -d * normal / float(normal @ normal)))
        if self.cloud is not None:
            self.cloud.cut(planes)


def desktop_scene(
    facility: Facility,
    run: Run | None = None,
    cloud: pv.PolyData | None = None,
    *,
    plan: VelocityMap | None = None,
    after: bool = True,
    deviations: tuple[Deviation, ...] = (),
    residual: Triangles | None = None,
    off_screen: bool = False,
    size: tuple[int, int] = (1600, 1000),
) -> DesktopScene:
    """A window, or with `off_screen` a picture, of `size` pixels, that shows the facility at the run's start.

    `cloud` is drawn hidden when there is a run or a `plan`, since its points would cover them. A slotting plan is
    shown as it will be or, without `after`, as it is today; its locations take the place of what lies in them.
    """
    shown = HallShown(
        facility=facility,
        run=run,
        cloud=cloud,
        plan=plan,
        after=after,
        deviations=deviations,
        residual=residual,
    )
    return add_scene(open_stage(off_screen=off_screen, size=size), shown)


def add_scene(plotter: pv.Plotter, shown: HallShown, *, number: int = 0, of: int = 1) -> DesktopScene:
    """Add a hall to a stage, in its layer `number` of as many halls as there are; the first one has the legends."""
    plotter.subplot(0, number)
    facility, is_first = shown.facility, number == 0
    mesh = facility_mesh(facility)
    moments = None if shown.run is None else RunMoments(shown.run, facility)
    seen = SeenSurface(seen_parts(facility, shown.residual))
    scene = DesktopScene(plotter, number, shown, mesh, LocationGlyphs(facility), moments, seen)
    add_hall(plotter, facility, mesh, seen={part.id for part in seen.parts})
    seen.add_to(plotter)
    if shown.plan is not None:
        add_slotting(plotter, facility, shown.plan, after=shown.after)
    elif facility.locations:
        plotter.add_actor(scene.locations.actor(), name="locations", reset_camera=False, render=False)
    if of == 1:  # VTK puts labels wrong where a camera draws a part of its picture
        add_labels(plotter, facility)
    light(plotter, mesh)
    look_along_aisles(plotter, facility, mesh)
    _add_title(scene, of)
    if shown.cloud is not None:
        is_alone = not shown.has_agents and shown.plan is None
        scene.cloud = CloudView(plotter, shown.cloud, is_visible=is_alone)
    if shown.has_agents:
        _add_agents(scene, of)
    if shown.deviations:
        add_deviations(plotter, shown.deviations, Lengths())
    add_goods_path(plotter, shown.goods_path)
    if is_first and facility.locations and shown.plan is None and not shown.deviations:
        scene.legend = ChangingLegend(plotter, top=0.31, rows=6, name="locations")
        scene.legend.show(*scene.locations.legend())
    scene.show_time(0.0)
    return scene


def _vtk_plane(normal: npt.NDArray[np.float64], origin: npt.NDArray[np.float64]) -> vtkPlane:
    plane = vtkPlane()
    plane.SetOrigin(origin.tolist())
    plane.SetNormal(normal.tolist())
    return plane


def _add_agents(scene: DesktopScene, of: int) -> None:
    plotter, shown = scene.plotter, scene.shown
    scene.figures = KeyFigures.add_to(plotter, FIGURES, number=scene.number, of=of)
    count = 0 if scene.moments is None else len(scene.moments.motions.agents)
    scene.agents = AgentGlyphs.add_to(plotter, count, extent_m(scene.mesh))
    if scene.number == 0:
        add_state_legend(plotter, is_live=shown.is_live)
    top_s_m2 = shown.heat_top_s_m2
    if top_s_m2 is None and scene.moments is not None:
        top_s_m2 = scene.moments.timeline.heat(0.0).top_s_m2
    if top_s_m2 and shown.facility.levels:
        scene.heat = FloorHeat.add_to(plotter, shown.facility, top_s_m2)
        if scene.number == 0:
            add_heat_scale(plotter, top_s_m2)


def _add_title(scene: DesktopScene, of: int) -> None:
    facility, number = scene.facility, scene.number
    side = f"{'AB'[number]}   " if of > 1 else ""
    scene.title = (
        add_words(scene.plotter, side + facility.name, (0.02, 0.94), 20, name=f"{number} title"),
        add_words(
            scene.plotter, _contents(facility), (0.02, 0.915), 10, colour=QUIET, name=f"{number} contents"
        ),
    )


def _contents(facility: Facility) -> str:
    kind = "as built" if facility.kind == "as_built" else "planned"
    return f"{len(facility.racks)} rack rows · {len(facility.locations):,} locations · {kind}"
