"""A tileset from the points of a scan, however many: the whole method."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from scans.cloud import PointCloud
from scans.tiles.buckets import BUCKET_POINTS, sort_into_buckets
from scans.tiles.columns import Columns
from scans.tiles.morton import RootCube
from scans.tiles.octree import LEAF_POINTS, TILE_POINTS, Tile, TileMaker
from scans.tiles.spill import Spill
from scans.tiles.tileset import TILESET, tileset_dict
from spatial.errors import BadDataError
from spatial.poses import Matrix4
from spatial.progress import Progress, silent
from spatial.whole_folders import write_whole_folder

WIDEST_M = 10_000.0
_MOST_WORKERS = 8


@dataclass(frozen=True, kw_only=True)
class TileSizes:
    """How many points at most are sorted in memory at once by a worker, lie in a leaf, and lie in any tile.

    Raises ValueError for a leaf above a tile, and for a bucket that could be a leaf.
    """

    bucket: int = BUCKET_POINTS
    leaf: int = LEAF_POINTS
    tile: int = TILE_POINTS

    def __post_init__(self) -> None:
        if not 1 <= self.leaf <= self.tile:
            raise ValueError(f"leaf {self.leaf} must be from 1 to {self.tile}, the points of a tile")
        if self.bucket < self.leaf:
            raise ValueError(f"bucket {self.bucket} is below {self.leaf}, the points of a leaf")


@dataclass(frozen=True, kw_only=True)
class TiledCloud:
    """What was written."""

    points: int
    tiles: int
    columns: Columns
    version: str


def build_tiles(
    chunks: Iterable[PointCloud],
    folder: Path,
    *,
    world_from_scan: Matrix4 | None = None,
    expected: int = 0,
    workers: int | None = None,
    sizes: TileSizes | None = None,
    progress: Progress = silent,
) -> TiledCloud:
    """Write a 3D Tiles 1.1 tileset of all points into `folder`, whole or not at all; an older one is replaced.

    `chunks` are read once, and memory holds a few buckets of a million points. `world_from_scan` (4, 4) acts on
    the points in their own world; with the first chunk's origin it becomes the root's transform. `expected` points
    are for the progress only. The bytes depend on the points and their order alone, not on chunks or `workers`.
    Raises BadDataError for no points, points that are not finite, and a cloud wider than 10 km.
    """
    sizes = sizes or TileSizes()
    workers = workers or min(os.cpu_count() or 1, _MOST_WORKERS)
    with (
        write_whole_folder(folder) as aside,
        tempfile.TemporaryDirectory(prefix=".tiles-", dir=folder.parent) as scratch,
    ):
        with Spill(Path(scratch)) as spill:
            for count in spill.add(chunks):
                progress("points", 0.4 * min(1.0, count / max(expected, count)))
            cube = _root_cube(spill)
            columns, count, ranges = spill.columns, spill.count, spill.ranges()
            in_cells = sort_into_buckets(
                spill,
                cube,
                Path(scratch) / "sorted.rows",
                most=sizes.bucket,
                told=lambda share: progress("sorting", 0.4 + 0.2 * share),
            )
        maker = TileMaker(aside, Path(scratch), cube, columns, sizes.leaf, sizes.tile)
        branches = []
        with ThreadPoolExecutor(workers) as pool:
            for branch in pool.map(lambda bucket: maker.branch(in_cells, bucket), in_cells.buckets):
                branches.append(branch)
                progress("tiles", 0.6 + 0.4 * len(branches) / len(in_cells.buckets))
        root = maker.joined(branches)
        assert root is not None
        version = _version(root)
        world_from_cloud = np.eye(4) if world_from_scan is None else world_from_scan.copy()
        world_from_cloud[:3, 3] += world_from_cloud[:3, :3] @ spill.origin
        told = tileset_dict(
            root,
            root_edge_m=cube.edge_m,
            columns=columns,
            ranges=ranges,
            world_from_cloud=world_from_cloud,
            version=version,
        )
        (aside / TILESET).write_text(json.dumps(told, separators=(",", ":")) + "\n", encoding="utf-8")
    progress("done", 1.0)
    return TiledCloud(points=count, tiles=sum(1 for _ in root.everything()), columns=columns, version=version)


def _root_cube(spill: Spill) -> RootCube:
    cube = RootCube.around(spill.low.astype(np.float64), spill.high.astype(np.float64))
    if cube.edge_m > WIDEST_M:
        raise BadDataError(
            f"the cloud is {cube.edge_m:.0f} m wide, above {WIDEST_M:.0f} m: crop the strays far outside, or pass "
            "the --unit it truly has"
        )
    return cube


def _version(root: Tile) -> str:
    """Tells whether the tiles of two sets are the same."""
    told = "".join(tile.name + tile.digest for tile in root.everything())
    return hashlib.sha256(told.encode()).hexdigest()[:16]
