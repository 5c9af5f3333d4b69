"""A counting sort on disk: the rows of a spill go to cells of the octree that fit into memory, in code order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from scans.tiles.columns import Rows
from scans.tiles.morton import DEEPEST_LEVEL, DEPTH, NONE_BEFORE, RootCube
from scans.tiles.spill import Spill

BUCKET_POINTS = 1_000_000
_STEPS = (5, 5, DEEPEST_LEVEL - 10)


@dataclass(frozen=True)
class Bucket:
    """The cell `prefix` of `depth`: its rows are `count` from `first` on in the sorted file.

    `before` is the highest code of any point in a cell before it.
    """

    depth: int
    prefix: int
    count: int
    first: int = 0
    before: int = NONE_BEFORE

    @property
    def first_code(self) -> int:
        """The lowest code a point in it can have."""
        return self.prefix << 3 * (DEPTH - self.depth)


@dataclass(frozen=True)
class Sorted:
    """Rows of one `layout` in a file, bucket by bucket; in a bucket they lie as they came."""

    path: Path
    layout: np.dtype[np.void]
    buckets: tuple[Bucket, ...]

    def rows(self, bucket: Bucket) -> Rows:
        """The rows of a bucket."""
        return np.fromfile(self.path, self.layout, bucket.count, offset=bucket.first * self.layout.itemsize)


def sort_into_buckets(
    spill: Spill,
    cube: RootCube,
    path: Path,
    *,
    most: int = BUCKET_POINTS,
    told: Callable[[float], None] = lambda _share: None,
) -> Sorted:
    """Write the rows of `spill` to `path`, sorted into cells of at most `most` points.

    Only a cell of the deepest level may hold more.
    """
    buckets = sorted(_cells(spill, cube, most), key=lambda bucket: bucket.first_code)
    starts = np.array([bucket.first_code for bucket in buckets], np.int64)
    counts = np.array([bucket.count for bucket in buckets], np.int64)
    firsts = np.cumsum(counts) - counts
    at = firsts.copy()
    highest = np.full(len(buckets), NONE_BEFORE, np.int64)
    layout = spill.columns.layout
    done = 0
    with path.open("wb") as file:
        for rows in spill.blocks():
            codes = cube.codes(rows["xyz"])
            # of few buckets the numbers fit into 16 bits, which are sorted several times as fast
            kind = np.uint16 if len(starts) <= 1 << 16 else np.int64
            number: npt.NDArray[Any] = (np.searchsorted(starts, codes, "right") - 1).astype(kind)
            np.maximum.at(highest, number, codes)
            order = np.argsort(number, kind="stable")
            rows = rows.take(order)
            ends = np.cumsum(np.bincount(number, minlength=len(buckets)))
            for bucket in np.unique(number):
                begin = ends[bucket - 1] if bucket else 0
                file.seek(at[bucket] * layout.itemsize)
                rows[begin : ends[bucket]].tofile(file)
                at[bucket] += ends[bucket] - begin
            done += len(rows)
            told(done / spill.count)
    before = [NONE_BEFORE, *highest[:-1].tolist()]
    placed = (
        Bucket(one.depth, one.prefix, one.count, int(first), code)
        for one, first, code in zip(buckets, firsts, before, strict=True)
    )
    return Sorted(path, layout, tuple(placed))


def _cells(spill: Spill, cube: RootCube, most: int) -> list[Bucket]:
    """The largest cells that hold at most `most` points; the spill is read once for every few levels."""
    closed: list[Bucket] = []
    crowded = [Bucket(0, 0, spill.count)]
    if spill.count <= most:
        return crowded
    for step in _STEPS:
        depth = crowded[0].depth
        counts = _counted(spill, cube, np.array([cell.prefix for cell in crowded], np.int64), depth, step)
        found = [
            cell
            for parent, inside in zip(crowded, counts, strict=True)
            for cell in _split(inside, depth, parent.prefix, most)
        ]
        closed += [cell for cell in found if cell.count <= most]
        crowded = [cell for cell in found if cell.count > most]
        if not crowded:
            break
    return closed + crowded


def _counted(
    spill: Spill, cube: RootCube, prefixes: npt.NDArray[np.int64], depth: int, step: int
) -> npt.NDArray[np.int64]:
    """Points in the cells `step` levels below the cells `prefixes` (K,), which are sorted: (K, 8 ** step)."""
    inside = 8**step
    counts = np.zeros(len(prefixes) * inside, np.int64)
    for rows in spill.blocks():
        cell = cube.codes(rows["xyz"]) >> 3 * (DEPTH - depth - step)
        parent = cell >> 3 * step
        slot = np.minimum(np.searchsorted(prefixes, parent), len(prefixes) - 1)
        flat = (slot * inside + (cell & (inside - 1)))[prefixes[slot] == parent]
        counts += np.bincount(flat, minlength=len(counts))
    return counts.reshape(len(prefixes), inside)


def _split(counts: npt.NDArray[np.int64], depth: int, prefix: int, most: int) -> list[Bucket]:
    """Of a cell, given the counts of its finest cells in code order: itself if it fits, else of its eight parts."""
    count = int(counts.sum())
    if count == 0:
        return []
    if count <= most or len(counts) == 1:
        return [Bucket(depth, prefix, count)]
    eighths = enumerate(counts.reshape(8, -1))
    return [cell for part, inside in eighths for cell in _split(inside, depth + 1, prefix * 8 + part, most)]
