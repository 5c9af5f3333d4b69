"""The scan of a site as tiles for the browser: SITE/cloud/tileset.json."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Literal

import numpy as np

from scans.cloud import PointCloud
from scans.readers import ScanSet, open_scans
from scans.roomy_arrays import parts_of
from scans.scan_to_facility import Scanned
from scans.tiles.build import TiledCloud, build_tiles
from scans.units import Unit
from scans.up_axis import Up
from scans.voxels import VoxelCloud
from server.site_files import REPORT
from server.sites import TILES, Site, load_site
from spatial.errors import BadDataError
from spatial.poses import Matrix4
from spatial.progress import Progress, silent

_MEDIAN_OF = 1_000_000

CloudTiles = Literal["full", "thinned", "none"]
"""All points of the files with all that was measured; one mean point a voxel; no tiles."""


def tiles_of_scan(
    scans: ScanSet, scanned: Scanned, wanted: CloudTiles, progress: Progress = silent
) -> Callable[[Path], object] | None:
    """What writes the tiles of a scan into a folder; None if none are wanted. `full` reads the files once more."""
    match wanted:
        case "full":
            return lambda folder: build_tiles(
                scans.chunks(),
                folder,
                world_from_scan=scanned.world_from_scan,
                expected=scans.point_count,
                progress=progress,
            )
        case "thinned":
            return lambda folder: build_tiles(_near_origin(scanned.cloud), folder, progress=progress)
        case "none":
            return None


def tile_site(
    files: Sequence[Path],
    folder: Path,
    *,
    unit: Unit | None = None,
    poses: Path | None = None,
    drop_invalid: bool = False,
    columns: Sequence[str] | None = None,
    up: Up | None = None,
    progress: Progress = silent,
) -> TiledCloud:
    """All points of `files` as the tiles of the site in `folder`, instead of those it has.

    Raises BadDataError for a broken file, and for a folder that is no site or does not say how its scan lies in it.
    """
    site = load_site(folder)
    scans = open_scans(files, unit=unit, poses=poses, drop_invalid=drop_invalid, columns=columns, up=up)
    return build_tiles(
        scans.chunks(),
        folder / TILES,
        world_from_scan=_world_from_scan(site),
        expected=scans.point_count,
        progress=progress,
    )


def _near_origin(cloud: VoxelCloud) -> Iterator[PointCloud]:
    """The voxels' mean points in chunks, relative to whole metres amid them."""
    step = max(1, len(cloud) // _MEDIAN_OF)
    origin = np.round(np.median(cloud.points[::step], axis=0) + cloud.origin)
    for part in parts_of(len(cloud), cloud.points, cloud.shade):
        near = cloud.points[part] + (cloud.origin - origin)
        colour = np.clip(cloud.shade[part], 0, 255).astype(np.uint8)
        yield PointCloud(near.astype(np.float32), origin, colour=colour)


def _world_from_scan(site: Site) -> Matrix4:
    """As the report of its scan says; a planned site has none, and scans are taken to lie in its own frame."""
    path = site.file(REPORT)
    if path is None:
        return np.eye(4)
    try:
        return np.array(json.loads(path.read_bytes())["floor"]["world_from_scan"], np.float64).reshape(4, 4)
    except (ValueError, KeyError, TypeError) as error:
        raise BadDataError(
            f"{path}: does not say how the scan lies in the site: run `aisletwin scan` again"
        ) from error
