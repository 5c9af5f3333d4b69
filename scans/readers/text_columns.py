"""What the columns of a text file of points are, by names or by what no other content looks like."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from scans.readers.records import block_of
from scans.readers.text_table import TextTable
from scans.scan_file import Block
from spatial.errors import BadDataError

SKIPPED = "_"
"""The name of a column that is not read."""

_ALIASES = {
    "easting": "x", "east": "x", "northing": "y", "north": "y", "elevation": "z", "height": "z",
    "i": "intensity", "refl": "intensity", "reflectance": "intensity",
}  # fmt: skip
_CHANNELS = (("red", "green", "blue"), ("r", "g", "b"))
_TOPS = {"u1": 255, "u2": 65535, "f8": 1}
_LEICA = (-2048, 2047)
PTS_COLUMNS = {
    3: ("x", "y", "z"),
    4: ("x", "y", "z", "intensity"),
    6: ("x", "y", "z", "r", "g", "b"),
    7: ("x", "y", "z", "intensity", "r", "g", "b"),
}
"""By how many columns there are, as PTS and PTX define them."""


def checked_columns(names: Sequence[str]) -> tuple[str, ...]:
    """The names of columns in our words; ValueError where x, y or z is missing or a name stands twice."""
    columns = tuple(_in_our_words(name) for name in names)
    missing = [axis for axis in "xyz" if axis not in columns]
    twice = sorted({name for name in columns if name != SKIPPED and columns.count(name) > 1})
    if missing:
        raise ValueError(f"columns {','.join(names)} lack {', '.join(missing)}: name x, y and z")
    if twice:
        raise ValueError(
            f"columns {','.join(names)} name {', '.join(twice)} twice: name each once, {SKIPPED} to skip"
        )
    return columns


def _in_our_words(name: str) -> str:
    plain = re.sub(r"\W+", "_", name.strip()).strip("_") or SKIPPED
    lower = plain.lower()
    if lower in ("x", "y", "z") or any(lower in triple for triple in _CHANNELS) or lower in _ALIASES:
        return _ALIASES.get(lower, lower)
    return lower if lower == "intensity" else plain


def columns_by_content(sample: npt.NDArray[np.float64]) -> tuple[str, ...] | None:
    """The columns of an unnamed table by a sample of its rows: three are x, y, z; of six the last three are
    colours if all are whole numbers to 255. None for whatever else could be several things.
    """
    count = sample.shape[1]
    if count == 3:
        return PTS_COLUMNS[3]
    last = sample[:, 3:]
    is_colour = (
        count == 6 and _are_whole(last) and last.min(initial=0) >= 0 and 1 < last.max(initial=0) <= 255
    )
    return PTS_COLUMNS[6] if is_colour else None


def _are_whole(values: npt.NDArray[np.float64]) -> bool:
    return bool((values == np.round(values)).all())


@dataclass(frozen=True)
class TextColumns:
    """The columns of a table by name, the kind of its colours (u1, u2 or f8 from 0 to 1), and what to add to
    its intensities.
    """

    names: tuple[str, ...]
    colour_kind: str = "u1"
    intensity_shift: float = 0.0

    def judged_by(self, sample: npt.NDArray[np.float64], *, is_leica: bool = False) -> TextColumns:
        """The same columns, the kind of their colours judged by a sample of rows (M, columns).

        `is_leica` says that intensities below 0 count from −2048 (PTS); they are counted from 0 then.
        """
        sample = np.nan_to_num(sample)
        colours = sample[:, [self.names.index(name) for name in self.channels]]
        kind = "u1" if colours.max(initial=0) <= 255 else "u2"
        if not _are_whole(colours) and colours.max(initial=0) <= 1:
            kind = "f8"
        shift = 0.0
        if is_leica and "intensity" in self.names:
            intensity = sample[:, self.names.index("intensity")]
            low, high = intensity.min(initial=0), intensity.max(initial=0)
            shift = -_LEICA[0] if _LEICA[0] <= low < 0 and high <= _LEICA[1] else 0.0
        return replace(self, colour_kind=kind, intensity_shift=shift)

    @property
    def channels(self) -> tuple[str, ...]:
        """The names of red, green and blue, if there are all three."""
        return next((triple for triple in _CHANNELS if set(triple) <= set(self.names)), ())

    def __str__(self) -> str:
        return " ".join(self.names) + "".join(f", {what}" for what in self._judged())

    def _judged(self) -> Iterator[str]:
        if self.channels:
            yield {"u1": "colours of 8 bits", "u2": "colours of 16 bits", "f8": "colours from 0 to 1"}[
                self.colour_kind
            ]
        if self.intensity_shift:
            yield f"intensities from {_LEICA[0]} to {_LEICA[1]} counted from 0"

    def blocks(self, table: TextTable, size: int) -> Iterator[Block]:
        """The points of the table, at most `size` at a time; BadDataError for a colour that is none."""
        kinds = dict.fromkeys(self.channels, self.colour_kind)
        fields = [f"{SKIPPED}{i}" if name == SKIPPED else name for i, name in enumerate(self.names)]
        exact = np.dtype([(name, "f8") for name in fields])
        declared: np.dtype[Any] = np.dtype([(name, kinds.get(name, "f8")) for name in fields])
        for rows in table.rows(size):
            self._require_colours(table, rows)
            block = block_of(rows.view(exact)[:, 0], declared)
            if block.intensity is not None and self.intensity_shift:
                block = replace(block, intensity=block.intensity + np.float32(self.intensity_shift))
            yield block

    def _require_colours(self, table: TextTable, rows: npt.NDArray[np.float64]) -> None:
        top = _TOPS[self.colour_kind]
        for name in self.channels:
            column = rows[:, self.names.index(name)]
            if column.min() >= 0 and column.max() <= top:
                continue
            known = np.nan_to_num(column)
            low, high = float(known.min()), float(known.max())
            if low < 0 or high > top:
                worst = low if low < 0 else high
                raise BadDataError(
                    f"{table.path}: its column {name} has {worst:g}, though it looks like colours from 0 to {top}: "
                    f"name the columns with --columns, {SKIPPED} for those to leave out"
                )
