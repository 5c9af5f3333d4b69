"""A drawing as pixels, for whoever cannot take SVG: drawn larger and made smaller, so that edges are smooth."""

from __future__ import annotations

import io
from functools import lru_cache
from pathlib import Path

from matplotlib import get_data_path
from PIL import Image, ImageDraw, ImageFont

from layouts.report.drawing import Area, Cells, Disc, Drawing, Label, Shape, Stroke

SMOOTH = 2
"""Pixels drawn for each one kept, along either side."""

ANCHORS = {"start": "ls", "middle": "ms", "end": "rs"}


def drawing_png(drawing: Drawing, *, width_px: int = 1440) -> bytes:
    """A PNG of `width_px` on white; the same drawing gives the same bytes."""
    scale = SMOOTH * width_px / drawing.width
    size = (SMOOTH * width_px, round(drawing.height * scale))
    image = Image.new("RGB", size, "#ffffff")
    pen = ImageDraw.Draw(image)
    for shape in drawing.shapes:
        _draw(pen, shape, scale)
    small = image.resize((width_px, max(1, size[1] // SMOOTH)), Image.Resampling.BOX)
    written = io.BytesIO()
    small.save(written, "PNG")
    return written.getvalue()


def _draw(pen: ImageDraw.ImageDraw, shape: Shape, scale: float) -> None:
    match shape:
        case Area():
            corners = [(x * scale, y * scale) for x, y in shape.points]
            if shape.fill:
                pen.polygon(corners, fill=shape.fill)
            if shape.stroke:
                pen.line([*corners, corners[0]], fill=shape.stroke, width=_thick(shape.width, scale))
        case Stroke():
            places = [(x * scale, y * scale) for x, y in shape.points]
            pen.line(places, fill=shape.stroke, width=_thick(shape.width, scale), joint="curve")
        case Disc():
            (x, y), r = shape.center, shape.radius
            box = ((x - r) * scale, (y - r) * scale, (x + r) * scale, (y + r) * scale)
            pen.ellipse(box, fill=shape.fill, outline=shape.stroke, width=_thick(shape.width, scale))
        case Cells():
            for x, y, w, h in shape.boxes:
                # Pillow's boxes hold their last pixel too
                ends = (round((x + w) * scale) - 1, round((y + h) * scale) - 1)
                pen.rectangle((round(x * scale), round(y * scale), *ends), fill=shape.fill)
        case Label():
            _write(pen, shape, scale)


def _write(pen: ImageDraw.ImageDraw, label: Label, scale: float) -> None:
    heavy = label.size * scale / 28 if label.bold else 0.0
    halo = label.size * scale / 8 if label.halo else 0.0
    for width, colour in ((halo, "#ffffff"), (heavy, label.fill)):
        if width or colour == label.fill:
            pen.text(
                (label.at[0] * scale, label.at[1] * scale),
                label.text,
                fill=colour,
                font=_font(label.size * scale),
                anchor=ANCHORS[label.anchor],
                stroke_width=round(width),
                stroke_fill=colour,
            )


def _thick(width: float, scale: float) -> int:
    return max(1, round(width * scale))


@lru_cache(maxsize=16)
def _font(size: float) -> ImageFont.FreeTypeFont:
    """DejaVu Sans, which comes with PyVista's own dependency: Pillow's own face lacks signs such as − and ×."""
    return ImageFont.truetype(Path(get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf", size)
