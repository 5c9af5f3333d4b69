"""How a path is drawn: control points are pixels of the drawing with y down, `scaleX` and `scaleY` mm each."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from layouts.plants.opentcs.tags import MM, Tag
from spatial.exchange.trajectory import ControlPoint, Trajectory
from spatial.facility import Point2

STRAIGHT = ("", "DIRECT", "ELBOW", "SLANTED")
"""Drawn or taken as the straight line: openTCS takes the distance for the length of all of these."""

APART_M = 0.001
"""A point drawn farther from its place has been moved in the drawing, and its paths' curves with it."""


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """Metres per pixel of the drawing, None where it tells none, and what older versions say in its elements.

    `curves` are (connection type, control points in pixels) by path, `moved` the points drawn elsewhere than
    they lie.
    """

    scale_m: Point2 | None
    curves: Mapping[str, tuple[str, Sequence[Point2]]]
    moved: frozenset[str]


def drawing_of(model: Tag) -> Drawing:
    """The drawing of a model: its scale, the connection and control points of each path."""
    layout = model.first("visualLayout")
    curves = {path.text("name"): _path_layout(path) for path in model.all("path")}
    moved = {tag.text("name") for tag in model.all("point") if _is_moved(tag)}
    scale = None
    if layout is not None:
        x, y = layout.optional_number("scaleX"), layout.optional_number("scaleY")
        scale = None if not (x and y) else (x * MM, y * MM)
        for element in layout.all("modelLayoutElement"):  # versions 0.0.2 and 0.0.3
            name, told = element.told.get("visualizedObjectName", ""), element.properties()
            if name in curves and "CONN_TYPE" in told:
                curves[name] = told["CONN_TYPE"], _pairs(told.get("CONTROL_POINTS", ""))
    return Drawing(scale_m=scale, curves=curves, moved=frozenset(moved))


def drawn_curve(path: Tag, start: Point2, end: Point2, drawing: Drawing) -> Trajectory | None:
    """The curve of a path from `start` to `end` in metres; None for a straight one.

    A cubic Bézier curve has two control points, BEZIER_3 five: two cubic curves that meet at the third. What
    cannot be drawn is left out with a warning.
    """
    kind, pixels = drawing.curves[path.text("name")]
    if kind in STRAIGHT or not pixels:
        return None
    ends = {path.text("sourcePoint"), path.text("destinationPoint")}
    fault = None
    if drawing.scale_m is None:
        fault = "the drawing tells no scale"
    elif moved := ends & drawing.moved:
        fault = f"point '{min(moved)}' is drawn elsewhere than it lies"
    elif (shape := _shape(kind, len(pixels))) is None:
        fault = f"{kind} with {len(pixels)} control points is no curve of openTCS"
    if fault is not None or drawing.scale_m is None or shape is None:
        path.draft.warn(path.at, f"{fault}: its curve is left out, the path is taken as straight")
        return None
    sx, sy = drawing.scale_m
    inner = [(x * sx, -y * sy) for x, y in pixels]
    degree, knots = shape
    points = tuple(ControlPoint(x=x, y=y) for x, y in (start, *inner, end))
    return Trajectory(degree=degree, knots=knots, points=points)


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


def _is_moved(point: Tag) -> bool:
    layout = point.first("pointLayout")
    if layout is None:
        return False
    x, y = layout.optional_number("positionX", "xPosition"), layout.optional_number("positionY", "yPosition")
    if x is None or y is None:
        return False  # since version 7 points are drawn where they lie
    lies = point.metres("positionX", "xPosition"), point.metres("positionY", "yPosition")
    return math.dist((x * MM, y * MM), lies) > APART_M


def _pairs(text: str) -> list[Point2]:
    """Control points as versions up to 0.0.3 write them: "558,-108;589,-139"; none for what is not that."""
    try:
        pairs = [tuple(float(part) for part in pair.split(",")) for pair in text.split(";") if pair]
    except ValueError:
        return []
    finite = all(len(pair) == 2 and all(map(math.isfinite, pair)) for pair in pairs)
    return [(pair[0], pair[1]) for pair in pairs] if finite else []
