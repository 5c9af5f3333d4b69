"""Points of unknown number on disk, in the order in which they came."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from scans.cloud import PointCloud
from scans.tiles.bounds import bounds_of
from scans.tiles.columns import NO_DATA, Columns, Rows, columns_of, joined, rows_of, widened
from spatial.errors import BadDataError

BLOCK_ROWS = 1_000_000
_MOST_SAMPLES = 100_000


@dataclass
class _Part:
    path: Path
    columns: Columns
    file: BinaryIO
    rows: int = 0


@dataclass
class Spill:
    """Rows on disk in `folder`, one file for each run of chunks with the same columns.

    `origin` (3,) float64 is that of the first chunk, and all rows are relative to it; `low` and `high` (3,) bound
    them.
    """

    folder: Path
    origin: npt.NDArray[np.float64] = field(default_factory=lambda: np.zeros(3))
    low: npt.NDArray[np.float64] = field(default_factory=lambda: np.full(3, np.inf))
    high: npt.NDArray[np.float64] = field(default_factory=lambda: np.full(3, -np.inf))
    _parts: list[_Part] = field(default_factory=list)
    _samples: list[Rows] = field(default_factory=list)
    _stride: int = 1
    _files: ExitStack = field(default_factory=ExitStack)

    def __enter__(self) -> Spill:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._files.close()
        for part in self._parts:
            part.path.unlink(missing_ok=True)

    @property
    def count(self) -> int:
        """How many rows there are."""
        return sum(part.rows for part in self._parts)

    @property
    def columns(self) -> Columns:
        """All columns that any chunk had."""
        return joined([part.columns for part in self._parts])

    @property
    def sample(self) -> Rows:
        """Every so many rows, for figures that need not be exact."""
        return np.concatenate([widened(rows, self.columns) for rows in self._samples])

    def add(self, chunks: Iterable[PointCloud]) -> Iterator[int]:
        """Take all chunks, telling after each how many points have come.

        Raises BadDataError for a point that is not finite, and for no point at all.
        """
        for chunk in chunks:
            if len(chunk) == 0:
                continue
            if not self._parts:
                self.origin = np.asarray(chunk.origin, np.float64)
            columns = columns_of(chunk)
            rows = rows_of(chunk, columns, chunk.origin - self.origin)
            low, high = bounds_of(rows["xyz"])
            if not np.isfinite([low, high]).all():
                raise BadDataError(
                    f"one of points {self.count} to {self.count + len(chunk) - 1} is not finite: clean the scan, "
                    "or pass --drop-invalid to leave such points out"
                )
            self.low, self.high = np.minimum(self.low, low), np.maximum(self.high, high)
            self._take_samples(rows)
            part = self._part(columns)
            rows.tofile(part.file)
            part.rows += len(rows)
            yield self.count
        if not self._parts:
            raise BadDataError("there is no point to make tiles of: give a scan that holds some")

    def blocks(self) -> Iterator[Rows]:
        """All rows in order, at most a million at a time."""
        columns = self.columns
        for part in self._parts:
            part.file.flush()
            with part.path.open("rb") as file:
                for first in range(0, part.rows, BLOCK_ROWS):
                    rows = np.fromfile(file, part.columns.layout, min(BLOCK_ROWS, part.rows - first))
                    yield widened(rows, columns)

    def ranges(self) -> dict[str, tuple[float, float]]:
        """Of each number the 2nd and 98th percentile of the sample; without those that no point has."""
        sample = self.sample
        known = {name: sample[name][sample[name] > NO_DATA] for name in self.columns.numbers}
        return {
            name: (float(low), float(high))
            for name, values in known.items()
            if len(values)
            for low, high in [np.percentile(values, [2, 98])]
        }

    def _take_samples(self, rows: Rows) -> None:
        """Row i is in the sample if the stride divides i, which doubles whenever there are too many."""
        self._samples.append(rows[-self.count % self._stride :: self._stride].copy())
        while sum(map(len, self._samples)) > _MOST_SAMPLES:
            self._stride *= 2
            firsts = np.cumsum([0, *map(len, self._samples)])
            self._samples = [some[first % 2 :: 2] for some, first in zip(self._samples, firsts, strict=False)]

    def _part(self, columns: Columns) -> _Part:
        if not self._parts or self._parts[-1].columns != columns:
            path = self.folder / f"came-{len(self._parts)}.rows"
            self._parts.append(_Part(path, columns, self._files.enter_context(path.open("wb"))))
        return self._parts[-1]
