"""A level as an SVG on A3, to scale, with names, dimensions, a title block and a legend; complete in itself."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence

from layouts.diff.link_symbols import HALF, link_ends, link_symbol
from layouts.report.markup import Markup, lines, tag
from layouts.report.plan_frame import plan_frame
from spatial.facility import Facility
from viewer.exports.plan_dimensions import Dimension, plan_dimensions
from viewer.exports.plan_marks import Area, Layer, Line, Words
from viewer.exports.plan_parts import PlanParts, plan_parts
from viewer.exports.plan_sheet import (
    FONT,
    GREY,
    INK,
    SMALL_MM,
    TEXT_MM,
    Sheet,
    border_and_title,
    line,
    polygon,
    sheet_for,
    text,
    unit,
    width_of,
)
from viewer.exports.source import on_level

Look = tuple[str, str, float]
"""Fill, stroke, and the stroke's width in mm."""

AREAS: dict[Layer, Look] = {
    "floor": ("#ffffff", INK, 0.18),
    "hole": ("#dddddd", GREY, 0.18),
    "rack": ("#dbe6f4", "#1f4e8c", 0.25),
    "obstacle": ("#f3e6c4", "#7a5c1e", 0.2),
    "column": (INK, INK, 0.1),
    "wall": ("#4a4a4a", INK, 0.18),
    "door": ("#ffffff", INK, 0.18),
}
LINES: dict[Layer, Look] = {
    "bay": ("", "#1f4e8c", 0.13),
    "pick_face": ("", "#d95f02", 0.5),
    "aisle": ("", "#888888", 0.13),
    "station": ("", INK, 0.35),
}
LEGEND: Sequence[tuple[Layer, str]] = (
    ("rack", "rack row and bays"),
    ("pick_face", "pick face"),
    ("obstacle", "on the floor"),
    ("column", "column"),
    ("door", "door or gate"),
    ("aisle", "middle of an aisle"),
)
TICK_MM = 1.2
ROW_MM = 9.0
"""From one row of dimensions to the next."""


def svg_plan(facility: Facility, level: str) -> str:
    """The plan of a level. The same facility gives the same text.

    Raises ValueError where nothing has a place; BadDataError for links that are none.
    """
    sheet = sheet_for(plan_frame([facility]))
    parts = plan_parts(facility, level)
    dimensions = plan_dimensions(facility, level, sheet.frame)
    drawing = lines(
        Markup(
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{sheet.width:g}mm" height="{sheet.height:g}mm" '
            f'viewBox="0 0 {sheet.width:g} {sheet.height:g}" font-family="{FONT}" role="img">'
        ),
        tag("title", f"{facility.name}, level {level}, 1 : {sheet.scale}"),
        tag("desc", f"{facility.id}: plan of level {level}, cut at 1.2 m, millimetres of A3"),
        Markup(f'<rect width="{sheet.width:g}" height="{sheet.height:g}" fill="#ffffff"/>'),
        *_group("other-levels", _other_levels(facility, level, sheet)),
        *_group("parts", _shapes(parts, sheet)),
        *_group("links", _links(facility, level, sheet)),
        *_group("dimensions", (mark for each in dimensions for mark in _dimension(each, sheet))),
        *_group("names", _names(parts.words, sheet)),
        *_group("sheet", border_and_title(facility, level, sheet, _notes(on_level(facility, level)))),
        *_group("legend", _legend(parts)),
        Markup("</svg>"),
    )
    return f"{drawing}\n"


def _notes(facility: Facility) -> list[str]:
    """What stands in it, where it comes from, and how sure measured widths are."""
    sources = ", ".join(dict.fromkeys(each.source.rsplit("/", 1)[-1] for each in facility.provenance))
    counts = ((facility.racks, "rack rows"), (facility.locations, "locations"), (facility.aisles, "aisles"))
    notes = [", ".join(f"{len(things):,} {name}" for things, name in counts)]
    notes += [f"from {sources}"] if sources else []
    if facility.kind == "as_built":
        notes.append("measured widths with ± two standard deviations")
    return notes


def _group(name: str, marks: Iterable[Markup]) -> Iterator[Markup]:
    yield Markup(f'<g id="{name}">')
    yield from marks
    yield Markup("</g>")


def _other_levels(facility: Facility, level: str, sheet: Sheet) -> Iterator[Markup]:
    """Pale outlines, which show how the levels lie on each other: their sheets have the same scale and place."""
    for each in facility.levels:
        if each.id != level and each.outline:
            yield polygon(sheet.at(each.outline), stroke="#c8c8c8", width=0.35, stroke_dasharray="3 1.5")


def _shapes(parts: PlanParts, sheet: Sheet) -> Iterator[Markup]:
    for area in parts.areas:
        fill, stroke, width = AREAS[area.layer]
        told = tag("title", area.id)
        yield _titled(
            polygon(sheet.at(area.points), fill=fill, stroke=stroke, width=width, **_named(area)), told
        )
        if area.layer == "door":
            yield from _threshold(area, sheet)
    for each in parts.lines:
        if each.layer in LINES:
            _, stroke, width = LINES[each.layer]
            dash = {"stroke_dasharray": "5 1.2 0.8 1.2"} if each.layer == "aisle" else {}
            yield line(sheet.at(each.points), stroke=stroke, width=width, **dash, **_named(each))


def _named(part: Area | Line) -> dict[str, str]:
    return {"class_": part.layer, "data_id": part.id}


def _titled(shape: Markup, title: Markup) -> Markup:
    """A shape that tells its id to who points at it."""
    return Markup(f"<g>{title}{shape}</g>")


def _threshold(door: Area, sheet: Sheet) -> Iterator[Markup]:
    """Two lines along the opening, as plans show gates."""
    a, b, c, d = sheet.at(door.points)
    for share in (1 / 3, 2 / 3):
        ends = [(p[0] + share * (q[0] - p[0]), p[1] + share * (q[1] - p[1])) for p, q in ((a, d), (b, c))]
        yield line(ends, width=0.13)


def _names(words: Sequence[Words], sheet: Sheet) -> Iterator[Markup]:
    for each in words:
        (x, y), turn = sheet.at([each.at])[0], _upright(sheet.heading(each.yaw_rad))
        if each.layer == "aisle":
            yield from _aisle_name(each, sheet)
        elif each.layer in ("rack", "obstacle"):
            yield from _fitted(each, (x, y), turn, sheet)
        elif each.layer == "station":
            down = 0.5 * sheet.mm_per_m + TEXT_MM + 1.0
            yield text((x, y + down), each.text, TEXT_MM, anchor="middle", bold=True, halo=True)
        elif each.layer == "door":
            yield text(
                _below((x, y), turn, SMALL_MM), each.text, SMALL_MM, anchor="middle", halo=True, turn_deg=turn
            )
        elif each.layer == "link":
            yield text((x, y - HALF / 2 - 1.5), each.text, TEXT_MM, anchor="middle", halo=True)


def _fitted(words: Words, at: tuple[float, float], turn: float, sheet: Sheet) -> Iterator[Markup]:
    """As much as there is room for."""
    length, height = words.length_m * sheet.mm_per_m, words.height_m * sheet.mm_per_m
    size = TEXT_MM if words.layer == "rack" else SMALL_MM
    for told in (words.text, words.brief, words.id):
        if width_of(told, size) <= length - 1.0 and size * 1.15 <= height:
            yield text(_below(at, turn, size), told, size, anchor="middle", turn_deg=turn, halo=True)
            return


def _aisle_name(words: Words, sheet: Sheet) -> Iterator[Markup]:
    """In a capsule a third of the way up the aisle, where no dimension is."""
    (x, y), turn = sheet.at([words.at])[0], _upright(sheet.heading(words.yaw_rad))
    size = TEXT_MM + 1.0
    half = width_of(words.text, size) / 2 + 1.2
    if words.height_m * sheet.mm_per_m < size + 2.0:
        return
    c, s = math.cos(math.radians(turn)), math.sin(math.radians(turn))
    corners = ((-half, -size * 0.75), (half, -size * 0.75), (half, size * 0.75), (-half, size * 0.75))
    yield polygon(
        [(x + c * u - s * v, y + s * u + c * v) for u, v in corners], fill="#ffffff", width=0.25, stroke=GREY
    )
    yield text(_below((x, y), turn, size), words.text, size, anchor="middle", bold=True, turn_deg=turn)


def _links(facility: Facility, level: str, sheet: Sheet) -> Iterator[Markup]:
    for link, at, _ in link_ends(facility, level):
        ((x, y),) = sheet.at([at])
        frame, *inside = (
            [(x + (u - x) / 2, y + (v - y) / 2) for u, v in stroke]
            for stroke in link_symbol(link.kind, (x, y))
        )
        yield polygon(frame[:-1], fill="#ffffff", width=0.35)
        yield from (line(stroke, width=0.25) for stroke in inside)


def _dimension(each: Dimension, sheet: Sheet) -> Iterator[Markup]:
    """Extension lines, the dimension line with slanted ticks, and the metres above it, or upright where narrow."""
    (a, b), reach = sheet.at([each.start, each.end]), each.row * ROW_MM
    origin, tip = sheet.at([(0.0, 0.0), each.away])
    ax, ay = unit((tip[0] - origin[0], tip[1] - origin[1]))
    start, end = ((x + reach * ax, y + reach * ay) for x, y in (a, b))
    along = unit((end[0] - start[0], end[1] - start[1]))
    if each.row:
        for near, far in ((a, start), (b, end)):
            yield line([(near[0] + ax, near[1] + ay), (far[0] + ax, far[1] + ay)], width=0.1, stroke=GREY)
    yield line([start, end], width=0.18)
    for x, y in (start, end):
        slant = ((along[0] + ax) * TICK_MM / 2, (along[1] + ay) * TICK_MM / 2)
        yield line([(x - slant[0], y - slant[1]), (x + slant[0], y + slant[1])], width=0.35)
    yield _measure(each, start, end, sheet)


def _measure(each: Dimension, start: tuple[float, float], end: tuple[float, float], sheet: Sheet) -> Markup:
    """The metres, read from below or from the right."""
    angle = _upright(math.degrees(math.atan2(end[1] - start[1], end[0] - start[0])))
    middle = ((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    above = math.radians(angle - 90)
    if each.length_m * sheet.mm_per_m < width_of(each.text, TEXT_MM) + 0.5:  # upright beyond the line
        turn = _upright(angle - 90)
        forward = 1.0 if math.cos(math.radians(turn) - above) > 0 else -1.0
        at = (middle[0] + 1.2 * math.cos(above), middle[1] + 1.2 * math.sin(above))
        at = _below(at, turn, TEXT_MM)
        return text(
            at, each.text, TEXT_MM, anchor="start" if forward > 0 else "end", turn_deg=turn, halo=True
        )
    at = (middle[0] + 0.8 * math.cos(above), middle[1] + 0.8 * math.sin(above))
    return text(at, each.text, TEXT_MM, anchor="middle", turn_deg=angle, halo=True)


def _legend(parts: PlanParts) -> Iterator[Markup]:
    """Of what there is, in a strip along the upper border."""
    drawn = {area.layer for area in parts.areas} | {line.layer for line in parts.lines}
    x, y = 14.0, 15.0
    for layer, meaning in LEGEND:
        if layer not in drawn:
            continue
        if layer in AREAS:
            fill, stroke, width = AREAS[layer]
            corners = [(x, y - 2.2), (x + 5.0, y - 2.2), (x + 5.0, y), (x, y)]
            yield polygon(corners, fill=fill, stroke=stroke, width=width)
        else:
            _, stroke, width = LINES[layer]
            yield line([(x, y - 1.1), (x + 5.0, y - 1.1)], stroke=stroke, width=width)
        yield text((x + 6.5, y - 0.2), meaning, SMALL_MM)
        x += 9.0 + width_of(meaning, SMALL_MM) + 4.0


def _upright(degrees: float) -> float:
    """A turn in −100…80, so that words are read from below or, where they are about upright, from the right."""
    return (degrees + 100.0) % 180.0 - 100.0


def _below(at: tuple[float, float], turn: float, size: float) -> tuple[float, float]:
    """The baseline of words whose middle is `at`."""
    down = math.radians(turn + 90.0)
    return at[0] + 0.36 * size * math.cos(down), at[1] + 0.36 * size * math.sin(down)
