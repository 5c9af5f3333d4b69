"""What is known of every point of a cloud, as rows of one layout that can lie in a file."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from scans.cloud import PointCloud

Rows: TypeAlias = npt.NDArray[np.void]

NO_DATA = float(np.finfo(np.float32).min)
"""Stands for a value that a point does not have: glTF forbids NaN."""
_GREY = 160
INTENSITY = "intensity"


@dataclass(frozen=True)
class Columns:
    """Which columns rows have besides `xyz`: `rgb`, and float32 `numbers` by name, intensity first."""

    has_colour: bool
    numbers: tuple[str, ...]

    @property
    def layout(self) -> np.dtype[np.void]:
        """The layout of a row; every field starts at a multiple of four bytes."""
        colour: list[Any] = [("rgb", "u1", 3)] if self.has_colour else []
        fields: list[Any] = [("xyz", "<f4", 3), *colour, *((name, "<f4") for name in self.numbers)]
        return np.dtype(fields, align=True)

    @property
    def attributes(self) -> dict[str, str]:
        """The glTF attribute of each number: `_INTENSITY`, `_TEMPERATURE`; of two alike the later is numbered."""
        names: dict[str, str] = {}
        for number in self.numbers:
            name = plain = "_" + re.sub(r"[^A-Z0-9]+", "_", number.upper()).strip("_")
            while name in names.values():
                name = f"{plain}_{sum(other.startswith(plain) for other in names.values()) + 1}"
            names[number] = name
        return names


def columns_of(cloud: PointCloud) -> Columns:
    """The columns that `cloud` has."""
    intensity = (INTENSITY,) if cloud.intensity is not None else ()
    scalars = tuple(name for name in cloud.scalars if name not in ("xyz", "rgb", INTENSITY))
    return Columns(cloud.colour is not None, intensity + scalars)


def joined(several: Sequence[Columns]) -> Columns:
    """All columns of all of them, in the order in which they first come."""
    numbers = dict.fromkeys(name for one in several for name in one.numbers)
    intensity = (INTENSITY,) if INTENSITY in numbers else ()
    return Columns(
        any(one.has_colour for one in several),
        intensity + tuple(name for name in numbers if name != INTENSITY),
    )


def rows_of(cloud: PointCloud, columns: Columns, shift: npt.NDArray[np.float64]) -> Rows:
    """The points of `cloud`, moved by `shift` (3,) metres, as rows (N,)."""
    rows = np.zeros(len(cloud), columns.layout)
    rows["xyz"] = cloud.points if not shift.any() else cloud.points + shift
    if columns.has_colour:
        rows["rgb"] = cloud.colour
    for name in columns.numbers:
        values = cloud.scalars[name] if name != INTENSITY or cloud.intensity is None else cloud.intensity
        rows[name] = np.nan_to_num(values, nan=NO_DATA, posinf=NO_DATA, neginf=NO_DATA)
    return rows


def widened(rows: Rows, columns: Columns) -> Rows:
    """`rows` with all of `columns`: unknown colours are grey, unknown numbers NO_DATA."""
    layout = columns.layout
    if rows.dtype == layout:
        return rows
    wide = np.zeros(len(rows), layout)
    known = rows.dtype.names or ()
    for name in layout.names or ():
        wide[name] = rows[name] if name in known else _GREY if name == "rgb" else NO_DATA
    return wide
