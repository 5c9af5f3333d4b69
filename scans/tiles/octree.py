"""From sorted points to tiles: which points a tile holds, and which tiles lie below it.

1. A tile of level L holds the points that show first at level L in its cell: refinement adds, and no point is twice.
2. A cell with few points left is a leaf and holds them all.
3. A tile that would hold too many points hands a share of them to further leaves of the same cell.

Buckets are worked on apart from each other; what they hold of tiles above their own cell waits on disk, and is put
together at the end. The tiles are the same however many work on them.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from scans.tiles.bounds import bounds_of
from scans.tiles.buckets import Bucket, Sorted
from scans.tiles.columns import Columns, Rows
from scans.tiles.morton import DEEPEST_LEVEL, DEPTH, Codes, RootCube, levels, stable_order
from scans.tiles.points_glb import points_glb

LEAF_POINTS = 50_000
TILE_POINTS = 100_000
ROOT = "r"
_CELL_LEVELS = 5  # a grid this much coarser than that of a tile has 4 × 4 cells on its floor

Level: TypeAlias = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Tile:
    """A tile that is written: `count` points of its own, and bounds (3,) that hold those of all below it too.

    `digest` tells whether its bytes are those of another.
    """

    name: str
    count: int
    low: npt.NDArray[np.float64]
    high: npt.NDArray[np.float64]
    spacing_m: float
    digest: str
    children: tuple[Tile, ...] = ()

    def everything(self) -> Iterable[Tile]:
        """It and all below it, itself first."""
        yield self
        for child in self.children:
            yield from child.everything()


@dataclass(frozen=True)
class Branch:
    """What a bucket gave: the tile of its own cell, if any, and rows of tiles above, level by level, on disk."""

    bucket: Bucket
    tile: Tile | None
    above: Path
    above_counts: tuple[int, ...]

    def rows_above(self, level: int, layout: np.dtype[np.void]) -> Rows:
        """What it holds of the tile of that level above it."""
        first = sum(self.above_counts[:level])
        return np.fromfile(self.above, layout, self.above_counts[level], offset=first * layout.itemsize)


@dataclass(frozen=True)
class TileMaker:
    """Makes tiles and writes each as NAME.glb into `folder`; `scratch` is for what waits."""

    folder: Path
    scratch: Path
    cube: RootCube
    columns: Columns
    leaf_points: int = LEAF_POINTS
    tile_points: int = TILE_POINTS

    def branch(self, sorted_rows: Sorted, bucket: Bucket) -> Branch:
        """Make the tiles below and in a bucket's cell."""
        rows = sorted_rows.rows(bucket)
        codes = self.cube.codes(rows["xyz"])
        order = stable_order(codes)
        rows, codes = rows.take(order), codes.take(order)
        level = levels(codes, bucket.before)
        own = bucket.depth
        above = self.scratch / f"above-{bucket.depth}-{bucket.prefix}.rows"
        is_above = np.flatnonzero(level < own)
        rows.take(is_above[np.argsort(level[is_above], kind="stable")]).tofile(above)
        counts = np.bincount(level, minlength=own)[:own]
        return Branch(
            bucket, self._cell(rows, codes, level, own, bucket.prefix), above, tuple(counts.tolist())
        )

    def joined(self, branches: Iterable[Branch], level: int = 0, prefix: int = 0) -> Tile | None:
        """Put the branches (in code order) below a cell together: the tile of that cell."""
        below = list(branches)
        if len(below) == 1 and below[0].bucket.depth == level:
            return below[0].tile
        parts: dict[int, list[Branch]] = {}
        for branch in below:
            parts.setdefault(branch.bucket.prefix >> 3 * (branch.bucket.depth - level - 1), []).append(branch)
        children = [self.joined(part, level + 1, cell) for cell, part in parts.items()]
        rows = np.concatenate([branch.rows_above(level, self.columns.layout) for branch in below])
        tiles = [tile for tile in children if tile is not None]
        return self._tile(rows, _name(level, prefix), self.cube.spacing_m(level), tiles)

    def _cell(self, rows: Rows, codes: Codes, level: Level, depth: int, prefix: int) -> Tile | None:
        """The tile of a cell and all below it, from all points in the cell, sorted."""
        left = np.flatnonzero(level >= depth)
        if len(left) == 0:
            return None
        spacing_m = self.cube.spacing_m(depth)
        if len(left) <= self.leaf_points or depth == DEEPEST_LEVEL:
            true_m = min(self._true_spacing_m(level, depth), 2 * spacing_m)  # no more than the tile above
            return self._tile(rows.take(left), _name(depth, prefix), true_m, [])
        width = 3 * (DEPTH - depth - 1)
        ends = np.searchsorted(codes, (prefix * 8 + np.arange(9)) << width)
        children = [
            self._cell(rows[a:b], codes[a:b], level[a:b], depth + 1, prefix * 8 + part)
            for part, (a, b) in enumerate(pairwise(ends))
        ]
        tiles = [tile for tile in children if tile is not None]
        return self._tile(rows.take(np.flatnonzero(level == depth)), _name(depth, prefix), spacing_m, tiles)

    def _true_spacing_m(self, level: Level, depth: int) -> float:
        """How far apart n points on a surface are: it covers c cells of a grid in which they lie about four each."""
        cells = np.cumsum(np.bincount(level, minlength=DEEPEST_LEVEL + 1))
        coarsest = max(0, depth - _CELL_LEVELS)
        filled = np.flatnonzero(cells[coarsest:] * 4 <= len(level))
        grid = coarsest + int(filled[-1]) if len(filled) else coarsest
        return self.cube.spacing_m(grid) * math.sqrt(cells[grid] / len(level))

    def _tile(self, rows: Rows, name: str, spacing_m: float, children: list[Tile]) -> Tile | None:
        """Write a tile's rows, in shares if they are many; one without any but holds children."""
        if len(rows) == 0 and not children:
            return None
        shares = max(1, -(-len(rows) // self.tile_points))
        further = [
            self._written(rows[share::shares], f"{name}-{share}", spacing_m, ()) for share in range(1, shares)
        ]
        return self._written(rows[::shares], name, spacing_m, (*further, *children))

    def _written(self, rows: Rows, name: str, spacing_m: float, children: tuple[Tile, ...]) -> Tile:
        bounds = [(child.low, child.high) for child in children]
        data = points_glb(rows, self.columns) if len(rows) else b""
        if data:
            (self.folder / f"{name}.glb").write_bytes(data)
            own_low, own_high = bounds_of(rows["xyz"])
            bounds.append((own_low.astype(np.float64), own_high.astype(np.float64)))
        low = np.min([low for low, _ in bounds], axis=0)
        high = np.max([high for _, high in bounds], axis=0)
        return Tile(name, len(rows), low, high, spacing_m, hashlib.sha256(data).hexdigest(), children)


def _name(depth: int, prefix: int) -> str:
    """The path from the root, a digit 0…7 a level."""
    return ROOT + "".join(str(prefix >> 3 * step & 7) for step in reversed(range(depth)))
