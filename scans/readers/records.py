"""Points from records of a known layout, as PLY and PCD hold them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from scans.readers.faults import require_bytes
from scans.readers.text_table import TextTable
from scans.scan_file import Block

Records = npt.NDArray[np.void]

_COLOUR_NAMES = (("red", "green", "blue"), ("r", "g", "b"), ("diffuse_red", "diffuse_green", "diffuse_blue"))
_INTENSITY_NAMES = ("intensity", "scalar_intensity", "i", "reflectivity")
_TIME_NAMES = ("gps_time", "gpstime", "time", "timestamp", "t")
_NO_SCALARS = {
    "nx", "ny", "nz", "normal_x", "normal_y", "normal_z", "alpha", "a", "rgb", "rgba", *"xyz",
    *_INTENSITY_NAMES, *_TIME_NAMES, *(name for triple in _COLOUR_NAMES for name in triple),
}  # fmt: skip


def binary_records(
    path: Path, *, layout: np.dtype[np.void], start: int, count: int, size: int
) -> Iterator[Records]:
    """`count` records from byte `start`, at most `size` at a time."""
    require_bytes(
        path,
        needed=start + count * layout.itemsize,
        there=path.stat().st_size,
        what=f"{count} points of {layout.itemsize} bytes",
    )
    with path.open("rb") as file:
        file.seek(start)
        for first in range(0, count, size):
            yield np.fromfile(file, dtype=layout, count=min(size, count - first))


def text_records(
    path: Path, *, layout: np.dtype[np.void], start: int, count: int, size: int
) -> Iterator[Records]:
    """`count` lines of numbers from byte `start`, at most `size` at a time.

    Coordinates keep float64 whatever the header says: large coordinates lose metres in float32.
    """
    columns = sum(int(np.prod(layout[name].shape)) for name in layout.names or ())
    require_bytes(
        path,
        needed=start + count * 2 * columns - 1,
        there=path.stat().st_size,
        what=f"{count} lines of {columns} numbers",
    )
    exact = np.dtype([(name, np.float64, layout[name].shape) for name in layout.names or ()])
    table = TextTable(
        path=path, start=start, first_line=_lines_before(path, start) + 1, columns=columns, count=count
    )
    for rows in table.rows(size):
        yield rows.view(exact)[:, 0]


def _lines_before(path: Path, start: int) -> int:
    """How many lines the header has, which ends at byte `start`."""
    with path.open("rb") as file:
        return file.read(start).count(b"\n")


def block_of(records: Records, declared: np.dtype[np.void]) -> Block:
    """The block of these records (N,): fields x, y, z, what else is known by its name, and other numbers as scalars.

    `declared` is the layout that the header states; it tells 8-bit colours from 16-bit ones.
    """
    names = {name.lower(): name for name in records.dtype.names or ()}
    xyz = np.empty((len(records), 3), order="F")
    for axis, name in enumerate("xyz"):
        xyz[:, axis] = records[names[name]]
    return Block(
        xyz=xyz,
        intensity=_first(records, names, _INTENSITY_NAMES, np.float32),
        colour=_colour(records, names, declared),
        time_s=_first(records, names, _TIME_NAMES, np.float64),
        scalars=_scalars(records, names),
    )


def _scalars(records: Records, names: dict[str, str]) -> dict[str, npt.NDArray[np.float32]]:
    """Every other number by its name. CloudCompare writes `scalar_` before it; a PCD pads with names from `_` on."""
    with np.errstate(over="ignore", invalid="ignore"):
        return {
            names[name].removeprefix("scalar_"): records[names[name]].astype(np.float32)
            for name in names
            if name not in _NO_SCALARS and not name.startswith("_") and records[names[name]].ndim == 1
        }


def _first(records: Records, names: dict[str, str], wanted: tuple[str, ...], kind: Any) -> Any:
    for name in wanted:
        if name in names and records[names[name]].ndim == 1:
            return records[names[name]].astype(kind)
    return None


def _colour(
    records: Records, names: dict[str, str], declared: np.dtype[np.void]
) -> npt.NDArray[np.uint8] | None:
    for triple in _COLOUR_NAMES:
        if all(name in names for name in triple):
            return np.stack([_as_bytes(records[names[n]], declared[names[n]]) for n in triple], axis=1)
    return None


def _as_bytes(channel: npt.NDArray[Any], declared: np.dtype[Any]) -> npt.NDArray[np.uint8]:
    if declared == np.uint8 and channel.dtype == np.uint8:
        return channel.astype(np.uint8)
    # a float channel runs from 0 to 1, a 16-bit one to 65535
    scale = 255.0 if declared.kind == "f" else 255 / 65535 if declared.itemsize == 2 else 1.0
    as_bytes: npt.NDArray[np.float64] = np.clip(np.nan_to_num(channel) * scale, 0, 255)
    return as_bytes.astype(np.uint8)
