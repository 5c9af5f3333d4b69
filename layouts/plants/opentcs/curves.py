"""How a path is drawn: control points are pixels of the drawing with y down, `scaleX` and `scaleY` mm each.

The drawing has places of its own for the points, up to version 6, and plants were often drawn at another scale or
origin than they lie: a curve is then turned, scaled and shifted with its two ends.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from layouts.plants.opentcs.tags import MM, Tag
from spatial.exchange.trajectory import ControlPoint, Trajectory
from spatial.facility import Point2

STRAIGHT = ("", "DIRECT", "ELBOW", "SLANTED")
"""Drawn or taken as the straight line: openTCS takes the distance for the length of all of these."""


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """Metres per pixel, None where the file tells none; where points are drawn, in metres; how paths are drawn.

    A path's drawing is its connection type and its control points in pixels. A point without a place of its own is
    drawn where it lies.
    """

    scale_m: Point2 | None
    places: Mapping[str, Point2]
    paths: Mapping[str, tuple[str, Sequence[Point2]]]


def drawing_of(model: Tag) -> Drawing:
    """The drawing of a model; up to version 0.0.3 it is in the elements of the visual layout."""
    layout = model.first("visualLayout")
    places = {tag.text("name"): place for tag in model.all("point") for place in _point_layout(tag)}
    paths = {tag.text("name"): _path_layout(tag) for tag in model.all("path")}
    if layout is None:
        return Drawing(scale_m=None, places=places, paths=paths)
    for element in layout.all("modelLayoutElement"):
        name, told = element.told.get("visualizedObjectName", ""), element.properties()
        if name in paths and "CONN_TYPE" in told:
            paths[name] = told["CONN_TYPE"], _pairs(told.get("CONTROL_POINTS", ""))
        for x, y in _pairs(f"{told.get('POSITION_X', '')},{told.get('POSITION_Y', '')}"):
            places[name] = x * MM, y * MM
    sx, sy = layout.optional_number("scaleX"), layout.optional_number("scaleY")
    return Drawing(scale_m=(sx * MM, sy * MM) if sx and sy else None, places=places, paths=paths)


def drawn_curve(path: Tag, start: Point2, end: Point2, drawing: Drawing) -> Trajectory | None:
    """The curve of a path from `start` to `end` in metres; None for a straight one.

    A cubic Bézier curve has two control points, BEZIER_3 five: two cubic curves that meet at the third. What
    cannot be drawn is left out with a warning.
    """
    kind, pixels = drawing.paths[path.text("name")]
    if kind in STRAIGHT or not pixels:
        return None
    drawn = (
        drawing.places.get(path.text("sourcePoint"), start),
        drawing.places.get(path.text("destinationPoint"), end),
    )
    shape, fault = _shape(kind, len(pixels)), ""
    if drawing.scale_m is None:
        fault = "the drawing tells no scale"
    elif shape is None:
        fault = f"{kind} with {len(pixels)} control points is no curve of openTCS"
    elif drawn[0] == drawn[1] and start != end:
        fault = "both its ends are drawn at one place"
    if fault or drawing.scale_m is None or shape is None:
        path.draft.warn(path.at, f"{fault}: its curve is left out, the path is taken as straight")
        return None
    sx, sy = drawing.scale_m
    inner = [_carried((x * sx, -y * sy), drawn, (start, end)) for x, y in pixels]
    degree, knots = shape
    points = tuple(ControlPoint(x=x, y=y) for x, y in (start, *inner, end))
    return Trajectory(degree=degree, knots=knots, points=points)


def _carried(point: Point2, drawn: tuple[Point2, Point2], lie: tuple[Point2, Point2]) -> Point2:
    """The point turned, scaled and shifted as the two `drawn` ends are to where they `lie`."""
    d0, d1, l0, l1 = (complex(*end) for end in (*drawn, *lie))
    grown = (l1 - l0) / (d1 - d0) if d1 != d0 else 1.0
    at = l0 + (complex(*point) - d0) * grown
    return at.real, at.imag


def _shape(kind: str, inner: int) -> tuple[int, tuple[float, ...]] | None:
    """Degree and knots of a curve by its kind and the number of its control points."""
    if kind == "POLYPATH":
        return 1, (0.0, *(k / (inner + 1) for k in range(inner + 2)), 1.0)
    if kind == "BEZIER" and inner in (1, 2):
        return inner + 1, (0.0,) * (inner + 2) + (1.0,) * (inner + 2)
    if kind == "BEZIER_3" and inner == 5:
        return 3, (0.0,) * 4 + (0.5,) * 3 + (1.0,) * 4
    return None


def _path_layout(path: Tag) -> tuple[str, list[Point2]]:
    layout = path.first("pathLayout")
    if layout is None:
        return "", []
    points = [(tag.number("x"), tag.number("y")) for tag in layout.all("controlPoint")]
    return layout.told.get("connectionType", ""), points


def _point_layout(point: Tag) -> Iterator[Point2]:
    """Where the point is drawn, in metres, if it tells: since version 7 points are drawn where they lie."""
    if (layout := point.first("pointLayout")) is not None:
        x = layout.optional_number("positionX", "xPosition")
        y = layout.optional_number("positionY", "yPosition")
        if x is not None and y is not None:
            yield x * MM, y * MM


def _pairs(text: str) -> list[Point2]:
    """Pairs as versions up to 0.0.3 write them: "558,-108;589,-139"; none for what is not that."""
    try:
        pairs = [tuple(float(part) for part in pair.split(",")) for pair in text.split(";") if pair]
    except ValueError:
        return []
    finite = all(len(pair) == 2 and all(map(math.isfinite, pair)) for pair in pairs)
    return [(pair[0], pair[1]) for pair in pairs] if finite else []
