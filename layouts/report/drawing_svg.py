"""A drawing as SVG: one element without anything from outside."""

from __future__ import annotations

from collections.abc import Iterable

from layouts.report.drawing import Area, Cells, Disc, Drawing, Label, Place, Shape, Stroke
from layouts.report.markup import Markup, lines, tag

FONT = "system-ui, -apple-system, 'Segoe UI', 'DejaVu Sans', sans-serif"


def drawing_svg(drawing: Drawing, *, max_width: str = "none") -> Markup:
    """The drawing as wide as there is room, up to `max_width` (a CSS length)."""
    return lines(
        Markup(
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {drawing.width:g} {drawing.height:g}" role="img" '
            f'style="width:100%;max-width:{max_width};height:auto" font-family="{FONT}">'
        ),
        tag("title", drawing.title),
        tag("desc", drawing.description),
        *map(shape_svg, drawing.shapes),
        Markup("</svg>"),
    )


def shape_svg(shape: Shape) -> Markup:
    """One shape as an element."""
    match shape:
        case Area():
            return tag(
                "polygon", points=_points(shape.points), **_look(shape.fill, shape.stroke, shape.width)
            )
        case Stroke():
            return tag("polyline", points=_points(shape.points), **_look(None, shape.stroke, shape.width))
        case Disc():
            (x, y), look = shape.center, _look(shape.fill, shape.stroke, shape.width)
            return tag("circle", cx=_short(x), cy=_short(y), r=_short(shape.radius), **look)
        case Cells():
            boxes = (
                f"M{_short(x)} {_short(y)}h{_short(w)}v{_short(h)}h{_short(-w)}z"
                for x, y, w, h in shape.boxes
            )
            # neighbours must not show a seam between them
            return tag("path", d="".join(boxes), fill=shape.fill, shape_rendering="crispEdges")
        case Label():
            return _text(shape)


def _text(label: Label) -> Markup:
    halo = {"stroke": "#ffffff", "stroke_width": _short(label.size / 4), "paint_order": "stroke"}
    return tag(
        "text",
        label.text,
        x=_short(label.at[0]),
        y=_short(label.at[1]),
        font_size=_short(label.size),
        fill=label.fill,
        text_anchor=None if label.anchor == "start" else label.anchor,
        font_weight="bold" if label.bold else None,
        **(halo if label.halo else {}),
    )


def _look(fill: str | None, stroke: str | None, width: float) -> dict[str, str | None]:
    return {
        "fill": fill or "none",
        "stroke": stroke,
        "stroke_width": _short(width) if stroke else None,
    }


def _points(points: Iterable[Place]) -> str:
    return " ".join(f"{_short(x)},{_short(y)}" for x, y in points)


def _short(number: float) -> str:
    """Two decimals, without noughts at the end and without a minus before nought."""
    return f"{round(number, 2) + 0.0:.2f}".rstrip("0").rstrip(".")
