"""What would change the verdict: how much it can bear, and which assumptions turn it."""

from __future__ import annotations

from collections.abc import Iterator

from layouts.comparison.compare import Against, Comparison
from layouts.report.markup import Content, joined, tag
from layouts.report.numbers import decimals_of, figure_text
from layouts.report.report_data import Report
from layouts.report.sections.parts import Section, bullets, section
from layouts.report.verdict_words import shown_difference

HOW = "aisletwin compare … --sensitivity"


def flips(report: Report) -> Section:
    """The margin of each verdict, then what was tried of its assumptions, or how to have that tried."""
    return section(
        "flips",
        "What would change the verdict",
        bullets(margins(report.comparison)),
        tag(
            "p",
            "Which assumptions turn the verdict was not asked: ",
            tag("code", HOW),
            " plays the comparison again with one assumption changed at a time.",
        ),
    )


def margins(comparison: Comparison) -> Iterator[Content]:
    """How large an effect that the simulation leaves out must be to end each verdict."""
    for against in comparison.against:
        yield _margin(comparison, against)


def _margin(comparison: Comparison, against: Against) -> Content:
    estimate, unit = shown_difference(comparison, against)
    places = decimals_of(estimate)
    if against.verdict == "no difference shown":
        return (
            f"{against.name}: more replications would narrow the interval; a true difference of up to "
            f"{figure_text(max(abs(estimate.low), abs(estimate.high)), places)} {unit} may hide in it."
        )
    near, far = sorted((abs(estimate.low), abs(estimate.high)))
    return joined(
        f"{against.name}: an effect that the simulation leaves out ends the verdict if it shifts the difference by ",
        tag("data", f"{figure_text(near, places)} {unit}".rstrip(), value=near),
        f" or more the other way, and turns it round from {figure_text(far, places)} {unit} on.",
    )
