"""The A3 sheet of a plan: scale, place of the hall on it, border, title block, scale bar, axes and north.

Units are millimetres on paper, x to the right, y downwards. Text is no smaller than ISO 3098 asks for on A3.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from layouts.report.markup import Markup, tag
from layouts.report.plan_frame import PlanFrame
from spatial.facility import Facility

LONG_MM, SHORT_MM = 420.0, 297.0
BORDER_MM = 10.0
TITLE_MM = 26.0
"""Height of the title block along the lower border."""

DIMENSION_MM = 26.0
"""Room for two rows of dimensions, above and to the left of the hall."""

AIR_MM = 8.0
SCALES = (10, 20, 25, 50, 75, 100, 125, 200, 250, 500, 750, 1000, 1250, 2000, 2500, 5000, 10_000, 20_000)
"""Those of a triangular scale."""

SMALL_MM, TEXT_MM, TITLE_TEXT_MM = 2.0, 2.5, 5.0
INK, GREY = "#111111", "#666666"
FONT = "'DejaVu Sans', Verdana, Arial, sans-serif"
WIDE = 0.62
"""How wide a letter is, as a share of its height in this font's sizes."""


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """Paper from world: turned as in `frame`, 1 : `scale`, in the middle of what is free of border and title."""

    frame: PlanFrame
    width: float
    height: float
    scale: int
    left: float
    bottom: float

    @property
    def mm_per_m(self) -> float:
        """Millimetres on paper for a metre."""
        return 1000.0 / self.scale

    def at(self, points: npt.ArrayLike) -> list[tuple[float, float]]:
        """Places on paper of points (N, 2) in the world."""
        x0, y0, _, _ = self.frame.bounds
        own = (self.frame.turned(points) - (x0, y0)) * self.mm_per_m
        return [(self.left + x, self.bottom - y) for x, y in own.tolist()]

    def heading(self, yaw_rad: float) -> float:
        """Degrees clockwise on paper of a heading in the world, in −180…180."""
        (x, y), *_ = self.frame.turned([(math.cos(yaw_rad), math.sin(yaw_rad))]).tolist()
        return -math.degrees(math.atan2(y, x))


def sheet_for(frame: PlanFrame) -> Sheet:
    """A3 upright or lying, whichever shows the hall larger, else as it is itself, at the largest of SCALES that fits.

    Raises ValueError for what is larger than any of them shows.
    """
    width_m, height_m = frame.size_m
    sides = ((LONG_MM, SHORT_MM), (SHORT_MM, LONG_MM))
    is_high = height_m > width_m
    fits = [
        (scale, turned != is_high, turned)
        for turned, (width, height) in enumerate(sides)
        for scale in SCALES
        if width_m * 1000 / scale <= width - 2 * BORDER_MM - DIMENSION_MM - AIR_MM
        and height_m * 1000 / scale <= height - 2 * BORDER_MM - TITLE_MM - DIMENSION_MM - AIR_MM
    ]
    if not fits:
        raise ValueError(
            f"{width_m:.0f} × {height_m:.0f} m are too much for A3 at 1:{SCALES[-1]}: export a level"
        )
    scale, _, turned = min(fits)
    width, height = sides[turned]
    free_x = width - 2 * BORDER_MM - DIMENSION_MM - AIR_MM - width_m * 1000 / scale
    free_y = height - 2 * BORDER_MM - TITLE_MM - DIMENSION_MM - AIR_MM - height_m * 1000 / scale
    return Sheet(
        frame=frame,
        width=width,
        height=height,
        scale=scale,
        left=BORDER_MM + DIMENSION_MM + free_x / 2,
        bottom=height - BORDER_MM - TITLE_MM - AIR_MM - free_y / 2,
    )


def border_and_title(facility: Facility, level: str, sheet: Sheet, notes: Sequence[str]) -> Iterator[Markup]:
    """The border; in the title block the name, what it is, the notes, the scale with its bar, axes and north."""
    right, lower = sheet.width - BORDER_MM, sheet.height - BORDER_MM
    top = lower - TITLE_MM
    yield polygon([(BORDER_MM, BORDER_MM), (right, BORDER_MM), (right, lower), (BORDER_MM, lower)], width=0.5)
    yield line([(BORDER_MM, top), (right, top)], width=0.35)
    middle = BORDER_MM + (right - BORDER_MM) * 0.42
    compass = right - 32.0
    yield line([(middle, top), (middle, lower)], width=0.25)
    yield line([(compass, top), (compass, lower)], width=0.25)
    x = BORDER_MM + 4.0
    yield text(
        (x, top + 8.0), shortened(facility.name, (middle - x) / TITLE_TEXT_MM), TITLE_TEXT_MM, bold=True
    )
    kind = "as built" if facility.kind == "as_built" else "planned"
    yield text((x, top + 13.5), f"Level {level}, {kind} · {facility.id}", TEXT_MM + 0.5)
    for i, note in enumerate(notes):
        yield text((x, top + 17.5 + 3.2 * i), shortened(note, (middle - x) / SMALL_MM), SMALL_MM, fill=GREY)
    yield from _scale_bar(sheet, (middle + 6.0, top + 17.0), compass - middle - 14.0)
    yield from _axes(facility, sheet, (compass + 16.0, top + TITLE_MM / 2))


def _scale_bar(sheet: Sheet, at: tuple[float, float], room: float) -> Iterator[Markup]:
    """Fields of equal length, black and white, with metres below."""
    x, y = at
    yield text((x, y - 7.0), f"1 : {sheet.scale} on A3", TEXT_MM + 1.0, bold=True)
    yield text((x + 44.0, y - 7.0), "dimensions in metres", SMALL_MM, fill=GREY)
    power = 10.0 ** math.floor(math.log10(room / sheet.mm_per_m / 5))
    field = max(power * nice for nice in (1, 2, 5) if power * nice * 5 * sheet.mm_per_m <= room)
    width = field * sheet.mm_per_m
    for i in range(5):
        corners = [(x + (i + dx) * width, y + dy) for dx, dy in ((0, -1.8), (1, -1.8), (1, 0), (0, 0))]
        yield polygon(corners, fill=INK if i % 2 == 0 else "#ffffff", width=0.2)
    for i in range(6):
        unit = " m" if i == 5 else ""
        yield text((x + i * width, y + 4.0), f"{i * field:g}{unit}", TEXT_MM, anchor="middle")


def _axes(facility: Facility, sheet: Sheet, at: tuple[float, float]) -> Iterator[Markup]:
    """Where the world's X and Y point, and north where the site knows it."""
    arrows = [("X", 0.0, 7.0, GREY), ("Y", math.pi / 2, 7.0, GREY)]
    reference = facility.frame.georeference
    if reference is not None:
        arrows.append(("N", math.pi / 2 - reference.yaw_rad, 9.5, INK))
    for name, yaw, length, colour in arrows:
        angle = math.radians(sheet.heading(yaw))
        x, y = math.cos(angle), math.sin(angle)
        tip = (at[0] + length * x, at[1] + length * y)
        wings = [(tip[0] - 2.0 * x + side * y * 0.8, tip[1] - 2.0 * y - side * x * 0.8) for side in (-1, 1)]
        yield line([at, tip], width=0.35, stroke=colour)
        yield polygon([tip, *wings], fill=colour, width=0.1)
        yield text(
            (tip[0] + 2.2 * x, tip[1] + 2.2 * y + 0.36 * TEXT_MM), name, TEXT_MM, anchor="middle", fill=colour
        )


def polygon(
    points: Sequence[tuple[float, float]],
    *,
    fill: str = "none",
    width: float = 0.25,
    stroke: str = INK,
    **more: str,
) -> Markup:
    """A closed line on paper."""
    return tag("polygon", points=places(points), fill=fill, stroke=stroke, stroke_width=short(width), **more)


def line(
    points: Sequence[tuple[float, float]], *, width: float = 0.25, stroke: str = INK, **more: str
) -> Markup:
    """An open line on paper."""
    return tag(
        "polyline", points=places(points), fill="none", stroke=stroke, stroke_width=short(width), **more
    )


def text(
    at: tuple[float, float],
    words: str,
    size: float,
    *,
    anchor: str = "start",
    bold: bool = False,
    fill: str = INK,
    halo: bool = False,
    turn_deg: float = 0.0,
) -> Markup:
    """Words at their baseline; turned clockwise about it; with a `halo` of white they read on anything."""
    around = {"stroke": "#ffffff", "stroke_width": short(size / 4), "paint_order": "stroke"} if halo else {}
    x, y = short(at[0]), short(at[1])
    return tag(
        "text",
        words,
        x=x,
        y=y,
        font_size=short(size),
        fill=fill,
        text_anchor=None if anchor == "start" else anchor,
        font_weight="bold" if bold else None,
        transform=f"rotate({short(turn_deg)} {x} {y})" if turn_deg else None,
        **around,
    )


def width_of(words: str, size: float) -> float:
    """About how wide words are, mm."""
    return WIDE * size * len(words)


def shortened(words: str, room: float) -> str:
    """Words of at most so many letters' heights, cut with an ellipsis."""
    most = int(room / WIDE)
    return words if len(words) <= most else f"{words[: most - 1]}…"


def places(points: Sequence[tuple[float, float]]) -> str:
    """Points as SVG has them."""
    return " ".join(f"{short(x)},{short(y)}" for x, y in points)


def short(number: float) -> str:
    """To a micrometre of paper, without noughts at the end."""
    return f"{round(float(number), 3) + 0.0:.3f}".rstrip("0").rstrip(".")


def unit(vector: Sequence[float]) -> tuple[float, float]:
    """The vector, one long."""
    x, y = np.asarray(vector, np.float64) / (math.hypot(*vector) or 1.0)
    return float(x), float(y)
