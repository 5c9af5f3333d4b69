"""Columns in few words: `of` is an attribute of each row, as in "rack.id", or a function of it; else the name."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from functools import partial
from operator import attrgetter
from typing import Any

from viewer.exports.tables.table import Column, Type

Of = str | Callable[[Any], Any]


def text(
    name: str, meaning: str, of: Of = "", *, may_lack: bool = False, refers_to: tuple[str, str] | None = None
) -> Column[Any]:
    """A column of texts."""
    return _column("string", name, "", meaning, of, may_lack, refers_to)


def metres(name: str, meaning: str, of: Of = "", *, may_lack: bool = False) -> Column[Any]:
    """A column of lengths."""
    return _column("number", name, "m", meaning, of, may_lack)


def seconds(name: str, meaning: str, of: Of = "", *, may_lack: bool = False) -> Column[Any]:
    """A column of times or durations."""
    return _column("number", name, "s", meaning, of, may_lack)


def number(name: str, unit: str, meaning: str, of: Of = "", *, may_lack: bool = False) -> Column[Any]:
    """A column of numbers of any unit."""
    return _column("number", name, unit, meaning, of, may_lack)


def count(name: str, meaning: str, of: Of = "", *, may_lack: bool = False) -> Column[Any]:
    """A column of whole numbers."""
    return _column("integer", name, "", meaning, of, may_lack)


def flag(name: str, meaning: str, of: Of = "", *, may_lack: bool = False) -> Column[Any]:
    """A column of yes and no."""
    return _column("boolean", name, "", meaning, of, may_lack)


def place(what: str, of: str, axes: str = "xyz") -> Iterable[Column[Any]]:
    """Columns x_m, y_m (and z_m) of the point that an attribute holds."""
    for i, axis in enumerate(axes):
        yield metres(f"{axis}_m", f"{what}, {axis} in the world.", partial(_coordinate, attrgetter(of), i))


def ends() -> Iterable[Column[Any]]:
    """Columns x0_m, y0_m, x1_m, y1_m of rows from p0 to p1."""
    for end, word in enumerate(("Start", "End")):
        for i, axis in enumerate("xy"):
            point = partial(_coordinate, attrgetter(f"p{end}"), i)
            yield metres(f"{axis}{end}_m", f"{word}, {axis} in the world.", point)


def size(of: str = "size_m") -> Iterable[Column[Any]]:
    """Columns length_m and depth_m of what has a size along its heading and across it."""
    for i, (name, meaning) in enumerate(
        (("length_m", "Size along its heading."), ("depth_m", "Size across it."))
    ):
        yield metres(name, meaning, partial(_coordinate, attrgetter(of), i))


def distance(row: Any) -> float:
    """From p0 to p1."""
    return math.dist(row.p0, row.p1)


def listed(of: str) -> Callable[[Any], str | None]:
    """Several names in one cell, spaces between them; None for none."""
    get = attrgetter(of)
    return lambda row: " ".join(map(str, get(row))) or None


def counted(of: str) -> Callable[[Any], int]:
    """How many things an attribute holds."""
    get = attrgetter(of)
    return lambda row: len(get(row))


def _column(
    kind: Type,
    name: str,
    unit: str,
    meaning: str,
    of: Of,
    may_lack: bool,
    refers_to: tuple[str, str] | None = None,
) -> Column[Any]:
    get = of if callable(of) else attrgetter(of or name)
    return Column(
        name=name,
        type=kind,
        unit=unit,
        meaning=meaning,
        values=partial(map, get),
        may_lack=may_lack,
        refers_to=refers_to,
    )


def _coordinate(get: Callable[[Any], Any], axis: int, row: Any) -> float:
    return float(get(row)[axis])
