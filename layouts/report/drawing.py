"""A picture as a list of shapes, which `drawing_svg` and `drawing_png` render alike.

Units are those of the picture: x to the right, y downwards. Colours are `#rrggbb`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

Place: TypeAlias = tuple[float, float]
Anchor = Literal["start", "middle", "end"]


@dataclass(frozen=True, kw_only=True)
class Area:
    """A closed polygon, filled, outlined or both; an area of no fill and no stroke is not seen."""

    points: Sequence[Place]
    fill: str | None = None
    stroke: str | None = None
    width: float = 0.6


@dataclass(frozen=True, kw_only=True)
class Stroke:
    """An open line of at least two points."""

    points: Sequence[Place]
    stroke: str
    width: float = 0.6


@dataclass(frozen=True, kw_only=True)
class Disc:
    """A filled circle."""

    center: Place
    radius: float
    fill: str
    stroke: str
    width: float = 0.8


@dataclass(frozen=True, kw_only=True)
class Cells:
    """Rectangles (x, y, width, height) of one colour, of which there may be thousands."""

    boxes: Sequence[tuple[float, float, float, float]]
    fill: str


@dataclass(frozen=True, kw_only=True)
class Label:
    """A line of text at its baseline, `size` tall; with a `halo` of white it reads on anything."""

    at: Place
    text: str
    size: float
    fill: str
    anchor: Anchor = "start"
    bold: bool = False
    halo: bool = False


Shape: TypeAlias = Area | Stroke | Disc | Cells | Label


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """Shapes from back to front on a sheet of `width` × `height`, and what they show in a sentence or two."""

    width: float
    height: float
    title: str
    description: str
    shapes: Sequence[Shape]
