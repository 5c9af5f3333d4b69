"""What a scan file says before its points are read, and its points in blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

Position: TypeAlias = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False, kw_only=True)
class Block:
    """Some points as a file holds them: `xyz` (N, 3) float64 in the file's own frame and unit.

    Each coordinate is best contiguous (Fortran order): bounds are then thirty times faster. The rest is as in
    PointCloud; `station` holds the numbers the file itself uses.
    """

    xyz: npt.NDArray[np.float64]
    intensity: npt.NDArray[np.float32] | None = None
    colour: npt.NDArray[np.uint8] | None = None
    time_s: npt.NDArray[np.float64] | None = None
    station: npt.NDArray[np.int32] | None = None
    scalars: Mapping[str, npt.NDArray[np.float32]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.xyz)

    def keep(self, kept: npt.NDArray[np.bool_]) -> Block:
        """The points where `kept` (N,) is true."""
        columns: dict[str, Any] = {f.name: getattr(self, f.name) for f in fields(self) if f.name != "scalars"}
        return replace(
            self,
            **{name: column[kept] for name, column in columns.items() if column is not None},
            scalars={name: values[kept] for name, values in self.scalars.items()},
        )


def _no_stations() -> Mapping[int, Position]:
    return {}


@dataclass(frozen=True, eq=False, kw_only=True)
class ScanFile:
    """One file, opened and checked, its points unread.

    `point_count` is what the header promises. `blocks(size)` reads the points anew, at most `size` at a time.
    `stated_unit` is the unit the file (or its standard) states, in a word of scans/units.py if there is one.
    `shape_blocks(size)`, where that reads less, leaves out times, scalars, and intensity beside colour.
    `shape_run(first, count, size)` is that from any point on, where a file can be read from anywhere.
    `stations` are the sensor positions (3,) it knows, in its own frame and unit; `station_count` is set where
    its stations are numbered from 0.
    `station_ids()` reads only the station numbers that its points carry, where they carry any.
    `invalid_is_normal` says that the format uses NaN for a beam without return. `notes` tell what was judged
    or repaired, for the report.
    """

    path: Path
    point_count: int
    blocks: Callable[[int], Iterator[Block]]
    shape_blocks: Callable[[int], Iterator[Block]] | None = None
    shape_run: Callable[[int, int, int], Iterator[Block]] | None = None
    stated_unit: str | None = None
    stations: Mapping[int, Position] = field(default_factory=_no_stations)
    station_count: int | None = None
    station_ids: Callable[[], frozenset[int]] | None = None
    invalid_is_normal: bool = False
    notes: tuple[str, ...] = ()
