"""What there is to export: a site's facility, what its scan left unexplained, and perhaps a run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TypeVar

import numpy as np
import trimesh

from layouts.kpis import Kpis, kpis
from layouts.run import Run
from layouts.run_files import read_run
from spatial.errors import BadDataError
from spatial.facility import Aisle, Column, Facility, Obstacle, Rack, Station, Wall
from spatial.facility_json import read_facility
from spatial.meshes.boxes import Float64s, Triangles
from spatial.meshes.seen_parts import RESIDUAL
from spatial.poses import GLTF_FROM_WORLD, transform_points

Thing = TypeVar("Thing", Wall, Column, Rack, Obstacle, Aisle, Station)

MESH = "facility.glb"
INTERVAL_S = 900.0
_WELD_DECIMALS = 4
"""Corners are one to 0.1 mm: a GLB has them once for each face, and rounds them about the origin of each part."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """`site` and `run_folder` are where it was read from; `run` is None where none was named."""

    site: Path
    facility: Facility
    residual: Triangles | None = None
    run_folder: Path | None = None
    run: Run | None = None

    @property
    def shift(self) -> Run:
        """The run. Raises ValueError where there is none."""
        if self.run is None:
            raise ValueError(f"there is no run beside {self.site}: name its folder")
        return self.run

    @cached_property
    def kpis(self) -> Kpis:
        """The run's key figures, with those of each INTERVAL_S. Raises ValueError where there is no run."""
        return kpis(self.shift, interval_s=INTERVAL_S)


def read_source(site: Path, run_folder: Path | None = None) -> Source:
    """The site in a folder, and the run in another; BadDataError for one that cannot be read."""
    folder = site if site.is_dir() else site.parent
    return Source(
        site=site,
        facility=read_facility(site),
        residual=read_residual(folder / MESH),
        run_folder=run_folder,
        run=None if run_folder is None else read_run(run_folder),
    )


def read_residual(path: Path) -> Triangles | None:
    """World vertices (V, 3) and faces (F, 3) of all of the residual in a facility.glb; None where there is none.

    Raises BadDataError for a file that is no GLB.
    """
    if not path.is_file():
        return None
    try:
        scene = trimesh.load_scene(path, process=False)
    except Exception as error:  # trimesh raises whatever the fault leads to
        raise BadDataError(f"{path} is no GLB ({error}): scan or build the site again") from error
    told = {node: edge.get("metadata") or {} for (_, node), edge in scene.graph.transforms.edge_data.items()}
    parts = [node for node in scene.graph.nodes_geometry if told.get(node, {}).get("kind") == RESIDUAL]
    corners = [_world_corners(scene, node) for node in parts]
    return _welded(np.concatenate(corners)) if corners else None


def _world_corners(scene: trimesh.Scene, node: str) -> Float64s:
    """The corners (F, 3, 3) of a node's triangles."""
    gltf_from_mesh, name = scene.graph[node]
    corners = scene.geometry[name].triangles.reshape(-1, 3)
    return transform_points(np.linalg.inv(GLTF_FROM_WORLD) @ gltf_from_mesh, corners).reshape(-1, 3, 3)


def _welded(corners: Float64s) -> Triangles:
    """Triangles whose corners (F, 3, 3) are shared where they meet."""
    places = corners.reshape(-1, 3)
    _, first, number = np.unique(
        np.round(places, _WELD_DECIMALS), axis=0, return_index=True, return_inverse=True
    )
    return places[first], number.reshape(-1, 3).astype(np.int32)


def on_level(facility: Facility, level: str) -> Facility:
    """Only what is on that level. Raises ValueError for one that the facility does not have."""
    known = [each.id for each in facility.levels]
    if level not in known:
        raise ValueError(f"there is no level '{level}': choose one of {', '.join(known)}")
    racks = _of(level, facility.racks)
    names = {rack.id for rack in racks}
    return replace(
        facility,
        levels=tuple(each for each in facility.levels if each.id == level),
        racks=racks,
        locations=tuple(place for place in facility.locations if place.rack in names),
        walls=_of(level, facility.walls),
        columns=_of(level, facility.columns),
        obstacles=_of(level, facility.obstacles),
        aisles=_of(level, facility.aisles),
        stations=_of(level, facility.stations),
    )


def _of(level: str, things: Iterable[Thing]) -> tuple[Thing, ...]:
    return tuple(each for each in things if each.level == level)
