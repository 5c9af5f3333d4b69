"""The building and its racks as one surface with colours, its names, its light and the first look at it."""

from __future__ import annotations

import math
from collections.abc import Set

import numpy as np
import numpy.typing as npt
import pyvista as pv

from spatial.facility import Facility
from spatial.floor_heights import floor_height
from spatial.meshes.mesh import PARTS, FacilityMesh, Part
from viewer.desktop.camera import Margins, frame_points
from viewer.desktop.text import INK, PLATE, TYPEFACE, font_size
from viewer.view_heading import view_yaw

SHELL: tuple[Part, ...] = ("wall", "door")
BODY: tuple[Part, ...] = ("floor", "column", "upright", "beam", "deck", "obstacle")
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
GLASS = 0.15
"""How much of a hull is seen where the surface in it was scanned."""
ELEVATION_RAD = math.radians(46.0)
SWING_RAD = math.radians(10.0)
MARGINS = Margins(left=0.03, right=0.15, top=0.03, bottom=0.13)
"""Room for the words around the scene."""
MOST_LABELS = 200
"""More names than these cover the hall."""


def add_hall(
    plotter: pv.Plotter, facility: Facility, mesh: FacilityMesh, *, seen: Set[str] = frozenset()
) -> None:
    """Add floors, walls, columns, racks and obstacles as one actor, without what lies in the locations.

    Obstacles whose surface was `seen` are glass, an actor of their own.

    Of walls there are the faces that look into the hall: those between the camera and the hall are not drawn.
    """
    is_hull = _hulls(mesh, seen)
    hulls = _coloured(mesh, ("obstacle",), among=is_hull)
    if hulls.n_cells:
        plotter.add_mesh(
            hulls, scalars="colour", rgb=True, opacity=GLASS, culling="back", name="hulls", render=False
        )
    parts = [
        part for part in (_inner_shell(facility, mesh), _coloured(mesh, BODY, among=~is_hull)) if part.n_cells
    ]
    if not parts:
        return
    surface = pv.merge(parts, merge_points=False) if len(parts) > 1 else parts[0]
    surface = surface.extract_surface(algorithm="dataset_surface")
    plotter.add_mesh(
        surface,
        scalars="colour",
        rgb=True,
        culling="back",
        ambient=0.4,
        diffuse=0.72,
        specular=0.0,
        name="hall",
        render=False,
    )


def _hulls(mesh: FacilityMesh, seen: Set[str]) -> npt.NDArray[np.bool_]:
    """Which faces (F,) are of obstacles whose surface was `seen`."""
    is_glass = np.array(
        [
            kind == "obstacle" and name in seen
            for name, kind in zip(mesh.element_ids, mesh.element_kinds, strict=True)
        ],
        np.bool_,
    )
    return np.asarray(is_glass[mesh.face_element])


def _coloured(
    mesh: FacilityMesh, parts: tuple[Part, ...], *, among: npt.NDArray[np.bool_] | None = None
) -> pv.PolyData:
    """The named parts, of the faces `among` (F,), as one surface with a colour for each face; empty for none."""
    palette = np.array([pv.Color(PART_COLOURS[part]).int_rgb for part in PARTS], dtype=np.uint8)
    chosen = np.isin(mesh.face_part, [PARTS.index(part) for part in parts])
    chosen = chosen if among is None else chosen & among
    if not chosen.any():
        return pv.PolyData()
    used, faces = np.unique(mesh.faces[chosen], return_inverse=True)
    surface = pv.PolyData.from_regular_faces(mesh.vertices[used], faces.reshape(-1, 3))
    surface.cell_data["colour"] = palette[mesh.face_part[chosen]]
    surface.set_active_scalars("colour")
    return surface


def _inner_shell(facility: Facility, mesh: FacilityMesh) -> pv.PolyData:
    surface = _coloured(mesh, SHELL)
    if not surface.n_cells:
        return surface
    along = {wall.id: np.subtract(wall.p1, wall.p0) / math.dist(wall.p0, wall.p1) for wall in facility.walls}
    along |= {opening.id: along[wall.id] for wall in facility.walls for opening in wall.openings}
    owner = mesh.face_element[np.isin(mesh.face_part, [PARTS.index(part) for part in SHELL])]
    direction = np.array([along[mesh.element_ids[element]] for element in owner])
    normals = surface.compute_normals(cell_normals=True, point_normals=False).cell_data["Normals"]
    inward = mesh.part("floor")[0].mean(axis=0) - surface.cell_centers().points
    looks_in = ((normals * inward)[:, :2].sum(axis=1) > 0.5) & (abs(normals[:, 2]) < 0.5)
    is_jamb = abs((normals[:, :2] * direction).sum(axis=1)) > 0.5
    return surface.extract_cells(looks_in & ~is_jamb).extract_surface(algorithm="dataset_surface")


def add_labels(plotter: pv.Plotter, facility: Facility) -> None:
    """Names of stations, and of aisles at their entry, on the floor."""
    levels = {level.id: level for level in facility.levels}
    places = [(station.id, station.level, station.pose[:2]) for station in facility.stations]
    places += [(aisle.id, aisle.level, aisle.p0) for aisle in facility.aisles if not aisle.cross]
    if not places or len(places) > MOST_LABELS:
        return
    points = [(*xy, floor_height(levels[level], [xy])[0] + 0.3) for _, level, xy in places]
    add_names(plotter, np.array(points), [name for name, _, _ in places], name="labels")


def add_names(
    plotter: pv.Plotter, points: np.typing.NDArray[np.float64], names: list[str], *, name: str
) -> None:
    """Words that stand at points (N, 3) of the scene and are seen through everything."""
    actor = plotter.add_point_labels(
        points,
        names,
        font_size=max(8, font_size(plotter, 17)),
        font_file=TYPEFACE,
        bold=False,
        margin=5,
        text_color=INK,
        shape="rounded_rect",
        shape_color=PLATE,
        shape_opacity=0.75,
        show_points=False,
        always_visible=True,
        name=name,
        render=False,
        reset_camera=False,
    )
    actor.GetMapper().PlaceAllLabelsOn()  # or VTK leaves out what overlaps another


def light(plotter: pv.Plotter, mesh: FacilityMesh) -> None:
    """A warm key light from the left, a cool fill from the right and one from above."""
    if not len(mesh.vertices):
        return
    low, high = mesh.vertices.min(axis=0), mesh.vertices.max(axis=0)
    middle, reach = (low + high) / 2, float(np.linalg.norm(high - low))
    for direction, colour, intensity in (
        ((-0.7, -0.9, 1.1), "#fff1dc", 0.72),
        ((0.9, -0.3, 0.7), "#dbe7ff", 0.28),
        ((0.1, 0.6, 1.4), "#ffffff", 0.22),
    ):
        position = middle + reach * np.array(direction)
        lamp = pv.Light(position=position, focal_point=middle, color=colour, intensity=intensity)
        plotter.add_light(lamp, only_active=True)


def look_along_aisles(plotter: pv.Plotter, facility: Facility, mesh: FacilityMesh) -> None:
    """From above the entries, nearly along the aisles, so that their floors are seen between the racks."""
    yaw = view_yaw(facility) + SWING_RAD
    ahead = np.array([math.cos(yaw), math.sin(yaw), -math.tan(ELEVATION_RAD)])
    frame_points(plotter, mesh.vertices, ahead / np.linalg.norm(ahead), MARGINS)


def look_down(plotter: pv.Plotter, facility: Facility, mesh: FacilityMesh) -> None:
    """From nearly straight above, as on a plan."""
    yaw = view_yaw(facility)
    ahead = np.array([0.02 * math.cos(yaw), 0.02 * math.sin(yaw), -1.0])
    frame_points(plotter, mesh.vertices, ahead / np.linalg.norm(ahead), MARGINS)


def extent_m(mesh: FacilityMesh) -> float:
    """The longer side of the hall on the plan, 0 for nothing."""
    return float(np.ptp(mesh.vertices[:, :2], axis=0).max()) if len(mesh.vertices) else 0.0
