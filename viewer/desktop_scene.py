"""The facility and a run as a PyVista scene of a few actors, each updated in place as time moves on."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyvista as pv

from layouts.run import Run
from layouts.slotting.pictures.velocity_map import VelocityMap
from spatial.facility import Facility
from spatial.floor_heights import floor_height
from spatial.meshes.mesh import PARTS, FacilityMesh, Part, facility_mesh
from viewer.desktop_agents import AgentGlyphs
from viewer.desktop_camera import Margins, frame_points
from viewer.desktop_heat import FloorHeat
from viewer.desktop_slotting import add_slotting
from viewer.desktop_text import INK, PICTURE_HEIGHT, QUIET, TYPEFACE, KeyFigures, add_words
from viewer.motion import Motions, positions_at, straight_motions
from viewer.timeline import Timeline
from viewer.view_heading import view_yaw

Float64s = npt.NDArray[np.float64]

BACKGROUND = ("#12171d", "#2c3742")
SHELL: tuple[Part, ...] = ("wall", "door")
BODY: tuple[Part, ...] = ("floor", "column", "upright", "beam", "deck", "pallet", "load", "obstacle")
STOCK: tuple[Part, ...] = ("pallet", "load")
PART_COLOURS: dict[Part, str] = {
    "floor": "#454f59",
    "wall": "#8494a2",
    "door": "#b4c2ce",
    "column": "#8d969e",
    "upright": "#4f86d6",
    "beam": "#f0813a",
    "deck": "#9fa8b0",
    "pallet": "#9c7a4d",
    "load": "#e3c898",
    "obstacle": "#9a958c",
}
ELEVATION_RAD = math.radians(46.0)
SWING_RAD = math.radians(10.0)
MARGINS = Margins(left=0.03, right=0.15, top=0.03, bottom=0.13)
"""Room for the words around the scene."""
CAPTIONS = ("Time", "Lines per hour", "Metres per line", "Blocked", "Order lines")


@dataclass(frozen=True)
class DesktopScene:
    """A plotter, and what in it changes with time; without a run nothing does."""

    plotter: pv.Plotter
    figures: KeyFigures | None
    motions: Motions | None
    timeline: Timeline | None
    agents: AgentGlyphs | None
    heat: FloorHeat | None
    cloud: pv.Actor | None

    def show_time(self, t_s: float, *, note: str = "") -> None:
        """Move everything to simulation time `t_s` in place, and say `note` below the figures."""
        if self.motions is None or self.timeline is None or self.agents is None or self.heat is None:
            return
        assert self.figures is not None
        self.agents.place(*positions_at(self.motions, t_s))
        self.heat.show(self.timeline.heat(t_s))
        self.figures.show(_figures(self.timeline, t_s), note)


def desktop_scene(
    facility: Facility,
    run: Run | None = None,
    cloud: pv.PolyData | None = None,
    *,
    plan: VelocityMap | None = None,
    after: bool = True,
    off_screen: bool = False,
    size: tuple[int, int] = (1600, 1000),
) -> DesktopScene:
    """A window, or with `off_screen` a picture, of `size` pixels, that shows the facility at the run's start.

    `cloud` is drawn hidden when there is a run or a `plan`, since its points would cover them. A slotting plan is
    shown as it will be or, without `after`, as it is today; its locations take the place of what lies in them.
    """
    plotter = _plotter(off_screen, size)
    mesh = facility_mesh(facility)
    _add_shell(plotter, facility, mesh)
    body = BODY if plan is None else tuple(part for part in BODY if part not in STOCK)
    plotter.add_mesh(_coloured(mesh, body), rgb=True, ambient=0.36, diffuse=0.78, specular=0.0, name="body")
    _add_labels(plotter, facility)
    _light(plotter, mesh)
    _look_along_aisles(plotter, facility, mesh)
    add_words(plotter, facility.name, (0.02, 0.94), 20, name="title")
    add_words(plotter, _contents(facility), (0.02, 0.915), 10, colour=QUIET, name="contents")
    points = None if cloud is None else _add_cloud(plotter, cloud, is_visible=run is None and plan is None)
    if plan is not None:
        add_slotting(plotter, facility, plan, after=after)
    if run is None:
        return DesktopScene(plotter, None, None, None, None, None, points)
    motions, timeline = straight_motions(run, facility), Timeline(run)
    scene = DesktopScene(
        plotter,
        KeyFigures.add_to(plotter, CAPTIONS),
        motions,
        timeline,
        AgentGlyphs.add_to(plotter, len(motions.agents), _extent_m(mesh)),
        FloorHeat.add_to(plotter, facility, timeline.heat(run.duration_s)),
        points,
    )
    scene.show_time(0.0)
    return scene


def _plotter(off_screen: bool, size: tuple[int, int]) -> pv.Plotter:
    if off_screen and not os.environ.get("DISPLAY"):
        os.environ.setdefault(
            "VTK_DEFAULT_OPENGL_WINDOW", "vtkEGLRenderWindow"
        )  # or VTK looks for X and warns
    plotter = pv.Plotter(off_screen=off_screen, window_size=list(size), lighting="none", title="aisletwin")
    plotter.set_background(BACKGROUND[0], top=BACKGROUND[1])
    return plotter


def _coloured(mesh: FacilityMesh, parts: tuple[Part, ...]) -> pv.PolyData:
    """The named parts as one surface with a colour for each face; empty where the facility has none."""
    palette = np.array([pv.Color(PART_COLOURS[part]).int_rgb for part in PARTS], dtype=np.uint8)
    chosen = np.isin(mesh.face_part, [PARTS.index(part) for part in parts])
    if not chosen.any():
        return pv.PolyData()
    used, faces = np.unique(mesh.faces[chosen], return_inverse=True)
    surface = pv.PolyData.from_regular_faces(mesh.vertices[used], faces.reshape(-1, 3))
    surface.cell_data["colour"] = palette[mesh.face_part[chosen]]
    surface.set_active_scalars("colour")
    return surface


def _add_shell(plotter: pv.Plotter, facility: Facility, mesh: FacilityMesh) -> None:
    """Walls by the faces that look into the hall: those between the camera and the hall are not drawn."""
    surface = _coloured(mesh, SHELL)
    if not surface.n_cells:
        return
    along = {wall.id: np.subtract(wall.p1, wall.p0) / math.dist(wall.p0, wall.p1) for wall in facility.walls}
    along |= {opening.id: along[wall.id] for wall in facility.walls for opening in wall.openings}
    owner = mesh.face_element[np.isin(mesh.face_part, [PARTS.index(part) for part in SHELL])]
    direction = np.array([along[mesh.element_ids[element]] for element in owner])
    normals = surface.compute_normals(cell_normals=True, point_normals=False).cell_data["Normals"]
    inward = mesh.part("floor")[0].mean(axis=0) - surface.cell_centers().points
    looks_in = ((normals * inward)[:, :2].sum(axis=1) > 0.5) & (abs(normals[:, 2]) < 0.5)
    is_jamb = abs((normals[:, :2] * direction).sum(axis=1)) > 0.5
    inner = surface.extract_cells(looks_in & ~is_jamb).extract_surface(algorithm="dataset_surface")
    plotter.add_mesh(
        inner, scalars="colour", rgb=True, culling="back", ambient=0.55, diffuse=0.4, name="shell"
    )


def _add_cloud(plotter: pv.Plotter, cloud: pv.PolyData, *, is_visible: bool) -> pv.Actor:
    has_colour = "RGB" in cloud.point_data
    actor = plotter.add_mesh(
        cloud,
        scalars="RGB" if has_colour else None,
        rgb=has_colour,
        color=None if has_colour else "#5b6f80",
        style="points",
        point_size=2,
        lighting=False,
        name="cloud",
    )
    actor.visibility = is_visible
    return actor


def _add_labels(plotter: pv.Plotter, facility: Facility) -> None:
    """Names of stations, and of aisles at their entry, on the floor."""
    levels = {level.id: level for level in facility.levels}
    places = [(station.id, station.level, station.pose[:2]) for station in facility.stations]
    places += [(aisle.id, aisle.level, aisle.p0) for aisle in facility.aisles if not aisle.cross]
    if not places:
        return
    points = [(*xy, floor_height(levels[level], [xy])[0] + 0.3) for _, level, xy in places]
    plotter.add_point_labels(
        np.array(points),
        [name for name, _, _ in places],
        font_size=max(8, round(17 * plotter.window_size[1] / PICTURE_HEIGHT)),
        font_file=TYPEFACE,
        bold=False,
        margin=5,
        text_color=INK,
        shape="rounded_rect",
        shape_color="#10161b",
        shape_opacity=0.75,
        show_points=False,
        always_visible=True,
        name="labels",
    )


def _light(plotter: pv.Plotter, mesh: FacilityMesh) -> None:
    """A warm key light from the left, a cool fill from the right and one from above."""
    low, high = mesh.vertices.min(axis=0), mesh.vertices.max(axis=0)
    middle, reach = (low + high) / 2, float(np.linalg.norm(high - low))
    for direction, colour, intensity in (
        ((-0.7, -0.9, 1.1), "#fff1dc", 0.72),
        ((0.9, -0.3, 0.7), "#dbe7ff", 0.28),
        ((0.1, 0.6, 1.4), "#ffffff", 0.22),
    ):
        position = middle + reach * np.array(direction)
        light = pv.Light(position=position, focal_point=middle, color=colour, intensity=intensity)
        plotter.add_light(light)


def _look_along_aisles(plotter: pv.Plotter, facility: Facility, mesh: FacilityMesh) -> None:
    """From above the entries, nearly along the aisles, so that their floors are seen between the racks."""
    yaw = view_yaw(facility) + SWING_RAD
    ahead = np.array([math.cos(yaw), math.sin(yaw), -math.tan(ELEVATION_RAD)])
    frame_points(plotter, mesh.vertices, ahead / np.linalg.norm(ahead), MARGINS)


def _extent_m(mesh: FacilityMesh) -> float:
    """The longer side of the hall on the plan, 0 for nothing."""
    return float(np.ptp(mesh.vertices[:, :2], axis=0).max()) if len(mesh.vertices) else 0.0


def _contents(facility: Facility) -> str:
    kind = "as built" if facility.kind == "as_built" else "planned"
    return f"{len(facility.racks)} rack rows · {len(facility.locations):,} locations · {kind}"


def _figures(timeline: Timeline, t_s: float) -> tuple[str, ...]:
    """The values of CAPTIONS until `t_s`; a dash where nothing can be divided yet."""
    kpi = timeline.kpi(t_s)
    hours, rest = divmod(int(t_s), 3600)
    agent_s = kpi.walk_s + kpi.pick_s + kpi.blocked_s + kpi.drop_s + kpi.other_s + kpi.idle_s
    return (
        f"{hours:d}:{rest // 60:02d}:{rest % 60:02d}",
        f"{kpi.lines / t_s * 3600:,.0f}" if t_s > 0 else "–",
        f"{kpi.walked_m / kpi.lines:.1f}" if kpi.lines else "–",
        f"{kpi.blocked_s / agent_s:.1%}" if agent_s > 0 else "–",
        f"{kpi.lines:,}",
    )
