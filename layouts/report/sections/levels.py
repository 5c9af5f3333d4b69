"""The key figures themselves, a column for each scenario."""

from __future__ import annotations

from layouts.report.markup import tag
from layouts.report.numbers import figure, percent_text, plain_number
from layouts.report.report_data import Report
from layouts.report.sections.differences import varied
from layouts.report.sections.parts import Section, section, table
from layouts.what_if.figure_kinds import figure_kind


def key_figures(report: Report) -> Section:
    """Means with their intervals; what is one number throughout stands below."""
    comparison = report.comparison
    shown = varied(comparison)
    rows = [
        [
            figure_kind(name).heading,
            *(
                figure(comparison.levels[scenario][name].scaled(figure_kind(name).factor))
                for scenario in report.names
            ),
        ]
        for name in shown
    ]
    percent = percent_text(comparison.confidence)
    caption = f"Means of {comparison.n} replications [{percent} % intervals, each by itself]"
    same = [_constant(report, name) for name in comparison.figures if name not in shown]
    left_out = [
        f"{figure_kind(name).title} left out, because {where} has none"
        for name, where in comparison.left_out.items()
    ]
    return section(
        "figures",
        "Key figures",
        table(caption, ["figure", *report.names], rows),
        tag("p", f"The same in every replication of all: {', '.join(same)}.", class_="note")
        if same
        else None,
        tag("p", f"{'; '.join(left_out)}.", class_="note") if left_out else None,
    )


def _constant(report: Report, name: str) -> str:
    kind = figure_kind(name)
    level = report.comparison.levels[report.comparison.baseline][name]
    return f"{kind.title} {plain_number(kind.factor * level.value)} {kind.unit}".rstrip()
