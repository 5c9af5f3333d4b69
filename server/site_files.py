"""Writing a site: each file whole, facility.json last, whose presence says that all is there."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from scans.residual_mesh import residual_mesh
from server.sites import CLOUD, FACILITY, MESH, TILES
from spatial.errors import BadDataError
from spatial.facility import Facility
from spatial.facility_json import write_facility
from spatial.meshes.glb import write_glb
from spatial.whole_files import write_whole
from spatial.whole_folders import write_whole_folder
from viewer.exports.mesh_budget import within_budget

if TYPE_CHECKING:
    from scans.scan_to_facility import Scanned
    from scans.voxels import VoxelCloud

REPORT, GRAPH = "scan-report.json", "graph.json"
ROADS, IMPORT_REPORT = "roads.json", "import-report.json"
CLOUD_POINTS = 250_000


def require_room(folder: Path) -> None:
    """Raise BadDataError unless `folder` is one that can be written, or can be made."""
    nearest = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not nearest.is_dir():
        raise BadDataError(f"{folder}: {nearest} is a file, not a folder: choose another --output")
    if not os.access(nearest, os.W_OK):
        raise BadDataError(
            f"{folder}: {nearest} may not be written: choose another --output or change its rights"
        )


def write_site(
    folder: Path,
    scanned: Scanned,
    write_tiles: Callable[[Path], object] | None = None,
    *,
    triangles: int | None = None,
) -> None:
    """Write facility.json, facility.glb, cloud.ply (thinned, for the viewers) and scan-report.json.

    `write_tiles` fills the folder of tiles, if there is to be one. `triangles` is the most that facility.glb is to
    have: what no element explains is thinned, or left out; elements stay as they are, and the report tells. An older
    site stays as it is until all are written; then they take its place, and its graph goes.
    """
    cloud = scanned.cloud
    residual = residual_mesh(cloud.world_points(), scanned.facility, station=cloud.station, eyes=scanned.eyes)
    residual, mesh = within_budget(scanned.facility, residual, triangles)
    tiles = {} if write_tiles is None else {TILES: write_tiles}
    _write_together(
        folder,
        {
            FACILITY: lambda path: write_facility(path, scanned.facility),
            MESH: lambda path: write_glb(path, scanned.facility, residual),
            CLOUD: lambda path: write_cloud(path, scanned.cloud),
            REPORT: lambda path: write_json(path, {**scanned.report.as_json(), "mesh": mesh}),
            **tiles,
        },
    )


def write_planned_site(folder: Path, facility: Facility) -> None:
    """Write facility.json and facility.glb; what an older site had beside them goes with it."""
    _write_together(
        folder,
        {FACILITY: lambda path: write_facility(path, facility), MESH: lambda path: write_glb(path, facility)},
    )


def _write_together(folder: Path, writers: Mapping[str, Callable[[Path], object]]) -> None:
    """Write every file aside, then all take their places, the first, facility.json, last.

    Of an older site nothing stays that is not written anew.
    """
    with ExitStack() as renames:  # which happen in reverse order
        asides = {name: renames.enter_context(_whole(folder / name)) for name in writers}
        for name, write in writers.items():
            write(asides[name])
        for name in (FACILITY, GRAPH, *({MESH, CLOUD, REPORT, ROADS, IMPORT_REPORT} - writers.keys())):
            (folder / name).unlink(missing_ok=True)
        if TILES not in writers:
            shutil.rmtree(folder / TILES, ignore_errors=True)


def _whole(path: Path) -> AbstractContextManager[Path]:
    return write_whole_folder(path) if path.name == TILES else write_whole(path)


def write_json(path: Path, record: object) -> None:
    """Write plain values as indented JSON."""
    with write_whole(path) as aside:
        aside.write_text(json.dumps(record, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


def write_cloud(path: Path, cloud: VoxelCloud) -> None:
    """Write at most CLOUD_POINTS of the cloud, evenly taken, as binary PLY: float32 x y z, uchar colours."""
    step = max(1, -(-len(cloud) // CLOUD_POINTS))
    vertex = np.zeros(len(range(0, len(cloud), step)), _VERTEX)
    for axis, name in enumerate(("x", "y", "z")):
        vertex[name] = cloud.points[::step, axis] + cloud.origin[axis]
    for channel, name in enumerate(("red", "green", "blue")):
        vertex[name] = np.clip(cloud.shade[::step, channel], 0, 255)
    with write_whole(path) as aside:
        aside.write_bytes(_header(len(vertex)) + vertex.tobytes())


_VERTEX: npt.DTypeLike = np.dtype(
    [("x", "<f4"), ("y", "<f4"), ("z", "<f4"), ("red", "u1"), ("green", "u1"), ("blue", "u1")]
)


def _header(count: int) -> bytes:
    lines = ["ply", "format binary_little_endian 1.0", f"element vertex {count}"]
    lines += [f"property float {axis}" for axis in "xyz"]
    lines += [f"property uchar {channel}" for channel in ("red", "green", "blue")]
    return "\n".join([*lines, "end_header", ""]).encode("ascii")
