"""The differences with their intervals: the decisive one to scale, all figures in a table for each scenario."""

from __future__ import annotations

from collections.abc import Sequence

from layouts.comparison.compare import Against, Comparison
from layouts.report.drawing_svg import drawing_svg
from layouts.report.markup import Content, Markup, tag
from layouts.report.numbers import decimals_of, figure, figure_text, percent_text
from layouts.report.report_data import Report
from layouts.report.sections.parts import Section, section, table
from layouts.report.verdict_words import MARKS
from layouts.report.whiskers import decisive_whiskers, small_whisker, verdict_of
from layouts.what_if.figure_kinds import figure_kind


def differences(report: Report) -> Section:
    """A picture of the decisive figure, then every figure's difference beside its whisker."""
    comparison = report.comparison
    each = percent_text(comparison.each_confidence)
    return section(
        "differences",
        "Differences",
        tag(
            "figure",
            drawing_svg(decisive_whiskers(comparison), max_width="38rem"),
            tag(
                "figcaption",
                f"Dot: mean of the paired differences. Whisker: {each} % interval. A whisker that crosses the line "
                "shows no difference.",
            ),
        ),
        *(_table(comparison, against) for against in comparison.against),
        tag(
            "p",
            f"Each interval in the tables holds with {percent_text(comparison.confidence)} % by itself: of "
            "many figures one may be out by chance, so no verdict rests on them. Each whisker has a scale of its "
            "own; left of its line is worse, right of it better.",
            class_="note",
        ),
    )


def _table(comparison: Comparison, against: Against) -> Markup:
    rows = [_row(comparison, against, name) for name in varied(comparison)]
    header = ["figure", "worse ◀ ▶ better", "difference [interval]", "of the mean", "shown by itself"]
    return table(f"{against.name} less {comparison.baseline}", header, rows, class_="whiskers differences")


def _row(comparison: Comparison, against: Against, name: str) -> Sequence[Content]:
    kind, difference = figure_kind(name), against.figures[name].difference
    base = comparison.levels[comparison.baseline][name].value
    if difference.low == difference.high == 0:
        return [kind.heading, "", "none in any replication", "", "no difference"]
    scaled, share = difference.scaled(kind.factor), ""
    if base > 0:
        relative = difference.scaled(100 / base)
        share = f"{figure_text(relative.value, min(decimals_of(relative), 2), signed=True)} %"
    verdict = verdict_of(difference, name)
    return [
        kind.heading,
        small_whisker(difference, name),
        figure(scaled, signed=True),
        share,
        f"{MARKS[verdict]} {verdict}",
    ]


def varied(comparison: Comparison) -> tuple[str, ...]:
    """The decisive figure, and all others that are not one number throughout."""
    return tuple(
        name
        for name in comparison.figures
        if name == comparison.figure
        or len({value for runs in comparison.runs.values() for value in runs[name]}) > 1
    )
