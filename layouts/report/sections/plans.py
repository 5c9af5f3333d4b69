"""The halls side by side with the heat of one shift each, one scale for all, and where most time is lost."""

from __future__ import annotations

from collections.abc import Iterator

from layouts.report.drawing import Drawing
from layouts.report.drawing_svg import drawing_svg
from layouts.report.heat_scale import HeatScale
from layouts.report.markup import Markup, joined, lines, tag
from layouts.report.numbers import figure_text
from layouts.report.plan import Mark, hall_plan
from layouts.report.report_data import Report
from layouts.report.sections.parts import Section, section
from layouts.report.shown_shift import ShownShift
from layouts.report.worst_places import WorstPlace

BLOCKED, BUSY = "blocked", "busy"
TITLES = {BLOCKED: "Where agents stand blocked", BUSY: "Where agents spend their time"}
UNITS = {BLOCKED: "blocked seconds per m² of floor", BUSY: "agent-seconds spent per m² of floor"}


def plans(report: Report) -> Section:
    """Where agents stand blocked, with numbers at the worst places, and where they spend their time at all."""
    return section(
        "plans",
        "Plans: where time is lost",
        tag(
            "p",
            f"One shift of each scenario, the one closest to the means of all {report.comparison.n} (replication "
            f"{report.replication}, where the first is 0). Every plan has the same scale and the same colours.",
        ),
        _block(report, BLOCKED) if report.blocked_scale else tag("p", "Nobody had to wait in these shifts."),
        _block(report, BUSY),
    )


def _block(report: Report, layer: str) -> Markup:
    """All plans of one kind of heat below their legend."""
    scale = report.blocked_scale if layer == BLOCKED else report.busy_scale
    return tag(
        "div",
        lines(
            tag("h3", TITLES[layer]),
            None if scale is None else _legend(scale, layer),
            *(_row(report, layer, level) for level in report.levels),
        ),
        class_=f"heat of-{len(report.shifts)}",
    )


def plan_drawings(report: Report, layer: str, level: str) -> Iterator[tuple[ShownShift, Drawing]]:
    """The plan of each scenario with its blocked seconds or its agent-seconds on it."""
    scale = report.blocked_scale if layer == BLOCKED else report.busy_scale
    for shift in report.shifts:
        heat = shift.blocked if layer == BLOCKED else shift.busy
        marks = [
            Mark(number=n, at=place.at) for n, place in enumerate(shift.worst, 1) if place.level == level
        ]
        yield (
            shift,
            hall_plan(
                shift.facility,
                level,
                report.frame,
                heat=heat.get(level),
                scale=scale,
                marks=marks if layer == BLOCKED else (),
                title=f"Plan of {shift.name}, level {level}: {UNITS[layer]}",
                description=_description(shift, layer),
            ),
        )


def _row(report: Report, layer: str, level: str) -> Markup:
    many = len(report.levels) > 1
    return tag(
        "div",
        lines(
            *(
                tag(
                    "figure",
                    tag("figcaption", tag("strong", shift.name), f", level {level}" if many else ""),
                    drawing_svg(drawing),
                    _worst(report, shift, level) if layer == BLOCKED else None,
                )
                for shift, drawing in plan_drawings(report, layer, level)
            )
        ),
        class_=f"plans of-{len(report.shifts)}",
    )


def _worst(report: Report, shift: ShownShift, level: str) -> Markup:
    """The numbered places in words."""
    items = [
        tag("li", _worst_text(place), value=str(number))
        for number, place in enumerate(shift.worst, 1)
        if place.level == level
    ]
    total = f"Blocked in all: {_minutes(shift.blocked_s)}"
    shares = report.comparison.runs[shift.name].get("blocked_share")
    if shares is not None:
        total += f", {figure_text(100 * shares[report.replication], 1)} % of all agents' time"
    return joined(tag("p", total), tag("ol", lines(*items), class_="worst") if items else "")


def _worst_text(place: WorstPlace) -> Markup:
    name = f"Aisle {place.name}" if place.is_aisle else place.name
    waits = "1 wait" if place.waits == 1 else f"{place.waits} waits"
    return joined(
        tag("strong", name),
        f": {_minutes(place.blocked_s)} in {waits}, {_percent(place.share)} of it",
    )


def _percent(share: float) -> str:
    return f"{figure_text(100 * share, 0)} %" if share >= 0.005 else "under 1 %"


def _minutes(seconds: float) -> str:
    return f"{figure_text(seconds / 60, 1)} min"


def _description(shift: ShownShift, layer: str) -> str:
    if layer == BUSY or not shift.worst:
        return f"Racks, walls and stations of {shift.name}, and where agents spent their time."
    return "Most time was lost at " + ", ".join(place.name for place in shift.worst) + "."


def _legend(scale: HeatScale, layer: str) -> Markup:
    """Colours with their numbers, from little to much."""
    keys = (
        tag("li", tag("span", class_="swatch", style=f"background:{colour}"), name)
        for colour, name in zip(scale.colours, scale.names, strict=True)
    )
    darker = "darker is more" if layer == BUSY else "darker is worse; numbers mark where most time is lost"
    return tag(
        "div", tag("p", f"{UNITS[layer].capitalize()} ({darker}):"), tag("ul", lines(*keys)), class_="legend"
    )
