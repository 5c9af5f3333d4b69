"""The points of a scan, thinned to one a voxel: parts of it are read side by side and joined in their order.

Files, and runs of the records of a large LAS or LAZ file, are read by whoever has time. Each task leaves the sums of
its voxels on the disk, tile by tile; then the tiles are joined. Who read what, and how many did, does not show.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import numpy.typing as npt

from scans.cloud import PointCloud
from scans.read_ahead import read_ahead
from scans.readers.passing import Passed
from scans.readers.scan_set import ScanPart, ScanSet
from scans.voxel_cloud import VoxelCloud, VoxelSums
from scans.voxel_tiles import TiledSums, joined
from scans.voxels import VoxelAccumulator
from spatial.tasks.workers import ThisProcess, Workers

VOXEL_M = 0.025


@dataclass(frozen=True, kw_only=True)
class ThinningSizes:
    """How many points make a task worth its while, and how many voxels, of about 70 bytes, it has in memory at once.

    The result depends on them by what rounding does; not on who does the tasks.
    """

    points: int = 8_000_000
    voxels: int = 8_000_000


Sampler = Callable[[PointCloud], PointCloud | None]
"""What is kept of a chunk of points for later; None for nothing."""


def keep_nothing(_chunk: PointCloud) -> None:
    """The sampler of those who want no points."""


@dataclass(frozen=True)
class Thinned:
    """What a task did: where its voxels lie, what is known of the points that passed, what was kept of them."""

    voxels: tuple[Path | VoxelSums, ...]
    passed: Passed
    samples: tuple[PointCloud, ...]


@dataclass(frozen=True)
class ThinningTask:
    """Read and thin one of `runs`, each some parts of `scans` one after the other, with the `origin` (3,) of all.

    Voxels are left in `folder`; those of a lone run, if they fit, in memory.
    """

    scans: ScanSet
    runs: tuple[tuple[ScanPart, ...], ...]
    origin: npt.NDArray[np.float64] | None
    folder: Path
    sampler: Sampler
    most_voxels: int

    def __call__(self, number: int, told: Callable[[int], None] = lambda _points: None) -> Thinned:
        """The run of that number; `told` hears how many points have come."""
        voxels, passing = VoxelAccumulator(VOXEL_M, self._capacity(number)), self.scans.passing()
        left: list[Path | VoxelSums] = []
        samples: list[PointCloud] = []
        points = 0
        for chunk in read_ahead(
            self.scans.chunks_of(self.runs[number], passing, shape_only=True, origin=self.origin)
        ):
            if len(voxels) > self.most_voxels:
                left.append(self._saved(voxels, f"{number}-{len(left)}"))
            voxels.add(chunk)
            sample = self.sampler(chunk)
            samples += [] if sample is None else [sample]
            points += len(chunk)
            told(points)
        if len(self.runs) == 1 and not left:
            left.append(voxels.sums())
        elif len(voxels):
            left.append(self._saved(voxels, f"{number}-{len(left)}"))
        return Thinned(tuple(left), passing.passed(), tuple(samples))

    def _capacity(self, number: int) -> int:
        """That of a table that need not grow: to move what is in it takes as long as to fill it."""
        points = sum(part.points(self.scans) for part in self.runs[number])
        return 1 << (2 * min(points, self.most_voxels)).bit_length()

    def _saved(self, voxels: VoxelAccumulator, name: str) -> Path:
        TiledSums.of(voxels.sums()).save(self.folder / name)
        return self.folder / name


def gather(
    scans: ScanSet,
    progress: Callable[[float], None] = lambda _share: None,
    *,
    sampler: Sampler = keep_nothing,
    keep: Callable[[PointCloud], object] = lambda _sample: None,
    workers: Workers | None = None,
    scratch: Path | None = None,
    sizes: ThinningSizes | None = None,
) -> VoxelCloud:
    """All points of `scans` in one voxel cloud of 2.5 cm, in the order in which the voxels were first hit; where they
    come in several pieces, tile by tile.

    What `sampler` keeps of each chunk comes to `keep`, in order. `workers` share the work where it makes more than
    one task; they reach the files, and the folder `scratch` (default that for temporary files), under the same names.
    Raises BadDataError for a broken file.
    """
    sizes = sizes or ThinningSizes()
    runs, passing = _runs(scans, sizes.points), scans.passing()
    with tempfile.TemporaryDirectory(prefix=".voxels-", dir=scratch) as folder:
        task = ThinningTask(scans, runs, None, Path(folder), sampler, sizes.voxels)
        if len(runs) == 1:
            done = [task(0, lambda points: progress(min(1.0, points / max(scans.point_count, 1))))]
        else:
            done = _played(replace(task, origin=_first_origin(scans)), workers or ThisProcess(), progress)
        passing.join([each.passed for each in done])
        passing.finish()
        for sample in (sample for each in done for sample in each.samples):
            keep(sample)
        left = [part for each in done for part in each.voxels]
        alone = next((part for part in left if isinstance(part, VoxelSums)), None)
        if alone is not None:
            return alone.cloud()
        return joined([TiledSums.open(part) for part in left if isinstance(part, Path)], VOXEL_M)


def _played(task: ThinningTask, workers: Workers, progress: Callable[[float], None]) -> list[Thinned]:
    done = 0

    def told(more: int) -> None:
        nonlocal done
        done += more
        progress(done / len(task.runs))

    return workers.play(task, range(len(task.runs)), told)


def _runs(scans: ScanSet, most: int) -> tuple[tuple[ScanPart, ...], ...]:
    """The parts of the scans in their order, up to `most` points together."""
    runs: list[list[ScanPart]] = [[]]
    points = 0
    for part in scans.parts(most):
        if runs[-1] and points + part.points(scans) > most:
            runs.append([])
            points = 0
        runs[-1].append(part)
        points += part.points(scans)
    return tuple(map(tuple, runs))


def _first_origin(scans: ScanSet) -> npt.NDArray[np.float64]:
    """The origin of the first chunk of all."""
    return next(scans.chunks(shape_only=True)).origin
