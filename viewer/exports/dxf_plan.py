"""A level as a DXF drawing (R2010) in metres and in the world's own coordinates, layers by kind.

Areas are closed polylines, each with the id of its element as extended data of AISLETWIN; words lie on layers of
their own, so that they can be switched off. `aisletwin import dxf` reads it back.
"""

from __future__ import annotations

import io
import math
from collections.abc import Iterator
from contextlib import contextmanager

from ezdxf import units
from ezdxf._options import options
from ezdxf.document import Drawing
from ezdxf.entities.dxfentity import DXFEntity
from ezdxf.enums import TextEntityAlignment
from ezdxf.filemanagement import new
from ezdxf.layouts.layout import Modelspace

from layouts.report.plan_frame import plan_frame
from spatial.facility import Facility
from viewer.exports.plan_dimensions import Dimension, plan_dimensions
from viewer.exports.plan_marks import Layer, Words
from viewer.exports.plan_parts import STATION_M, PlanParts, plan_parts, readable

APPLICATION = "AISLETWIN"
LAYERS: dict[Layer, tuple[str, int, int]] = {
    "floor": ("FLOOR", 8, 18),
    "hole": ("FLOOR_HOLE", 9, 18),
    "wall": ("WALL", 7, 35),
    "door": ("DOOR", 3, 18),
    "column": ("COLUMN", 7, 35),
    "rack": ("RACK", 5, 25),
    "bay": ("RACK", 5, 13),
    "pick_face": ("PICK_FACE", 30, 50),
    "obstacle": ("OBSTACLE", 40, 18),
    "aisle": ("AISLE_CENTERLINE", 8, 13),
    "station": ("STATION", 6, 35),
    "link": ("FLOOR_LINK", 4, 35),
}
"""Name, colour of AutoCAD's index and line width in 1/100 mm of each layer."""

DIMENSIONS = "DIMENSION"
NAME_M, TEXT_M, SMALL_M = 0.5, 0.3, 0.22
ROW_M = 1.2
"""From one row of dimensions to the next."""


def dxf_plan(facility: Facility, level: str) -> str:
    """The drawing of a level; the same facility gives the same text. BadDataError for links that are none."""
    parts = plan_parts(facility, level)
    with _without_clock():
        drawing = new("R2010", setup=["linetypes"], units=units.M)
        _prepare(drawing)
        space = drawing.modelspace()
        _draw(parts, space)
        for words in parts.words:
            _write(words, space)
        for dimension in plan_dimensions(facility, level, plan_frame([facility])):
            _dimension(dimension, space)
        stream = io.StringIO()
        drawing.write(stream)
    return stream.getvalue()


@contextmanager
def _without_clock() -> Iterator[None]:
    """Meanwhile ezdxf writes neither the time nor new identifiers."""
    before = options.write_fixed_meta_data_for_testing
    options.write_fixed_meta_data_for_testing = True
    try:
        yield
    finally:
        options.write_fixed_meta_data_for_testing = before


def _prepare(drawing: Drawing) -> None:
    drawing.header["$MEASUREMENT"] = 1
    drawing.header["$LUNITS"] = 2
    drawing.header["$LUPREC"] = 3
    drawing.appids.add(APPLICATION)
    for name, colour, width in LAYERS.values():
        if name not in drawing.layers:
            drawing.layers.add(name, color=colour, lineweight=width)
    for name in sorted({_text_layer(layer) for layer in LAYERS}):
        drawing.layers.add(name, color=7)
    drawing.layers.add(DIMENSIONS, color=2, lineweight=13)
    drawing.layers.get("AISLE_CENTERLINE").dxf.linetype = "CENTER"
    drawing.header["$LTSCALE"] = 0.5
    drawing.styles.get("Standard").dxf.font = "arial.ttf"
    style = drawing.dimstyles.duplicate_entry("Standard", APPLICATION)
    style.dxf.dimtxt, style.dxf.dimtsz, style.dxf.dimgap = SMALL_M, SMALL_M / 2, SMALL_M / 3
    style.dxf.dimexo, style.dxf.dimexe, style.dxf.dimtad = 0.1, 0.1, 1
    style.dxf.dimdec, style.dxf.dimzin, style.dxf.dimlunit, style.dxf.dimdsep = 2, 0, 2, ord(".")
    style.dxf.dimclrd = style.dxf.dimclre = style.dxf.dimclrt = 256  # as the layer


def _text_layer(layer: Layer) -> str:
    return f"{LAYERS[layer][0]}_TEXT"


def _draw(parts: PlanParts, space: Modelspace) -> None:
    for area in parts.areas:
        drawn = space.add_lwpolyline(area.points, close=True, dxfattribs={"layer": LAYERS[area.layer][0]})
        _name(drawn, area.id, area.kind)
    for line in parts.lines:
        drawn = space.add_lwpolyline(line.points, dxfattribs={"layer": LAYERS[line.layer][0]})
        _name(drawn, line.id, "")


def _name(entity: DXFEntity, element_id: str, kind: str) -> None:
    entity.set_xdata(APPLICATION, [(1000, element_id), *([(1000, kind)] if kind else [])])


def _write(words: Words, space: Modelspace) -> None:
    """Along its element and never on its head; the name alone where there is no room for more."""
    x, y = words.at
    yaw = readable(words.yaw_rad)
    height, align = SMALL_M, TextEntityAlignment.MIDDLE_CENTER
    variants = (words.text, words.brief or words.id)
    told = next((each for each in variants if _length(each, height) <= words.length_m), words.id)
    if words.layer == "aisle":  # beside its middle
        height = NAME_M
        x, y = x - NAME_M * math.sin(yaw), y + NAME_M * math.cos(yaw)
    if words.layer == "station":
        height, align, x = TEXT_M, TextEntityAlignment.MIDDLE_LEFT, x + 0.7 * STATION_M
    height = min(height, 0.7 * words.height_m, height * words.length_m / _length(told, height))
    attributes = {"layer": _text_layer(words.layer), "rotation": math.degrees(yaw)}
    drawn = space.add_text(told, height=height, dxfattribs=attributes)
    drawn.set_placement((x, y), align=align)
    _name(drawn, words.id, "")


def _length(words: str, height: float) -> float:
    """About how long words are, metres."""
    return 0.8 * height * max(len(words), 1)


def _dimension(each: Dimension, space: Modelspace) -> None:
    """A dimension that CAD measures itself; a measured width says how sure it is."""
    start, end = each.start, each.end
    yaw = math.atan2(end[1] - start[1], end[0] - start[0])
    if abs(math.remainder(yaw - readable(yaw), 2 * math.pi)) > 1e-6:
        start, end = end, start
    (x0, y0), (x1, y1), (u, v) = start, end, each.away
    left = (y0 - y1) * u + (x1 - x0) * v  # on which side of start → end it lies
    space.add_aligned_dim(
        p1=start,
        p2=end,
        distance=math.copysign(each.row * ROW_M, left) if each.row else 0.0,
        text=each.text if each.sigma_m else "<>",
        dimstyle=APPLICATION,
        dxfattribs={"layer": DIMENSIONS},
    ).render()
