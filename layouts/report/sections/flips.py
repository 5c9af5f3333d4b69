"""What would change the verdict: how much it can bear, and which assumptions turn it."""

from __future__ import annotations

from collections.abc import Iterator

from layouts.comparison.compare import Against, Comparison
from layouts.comparison.sensitivity import ScenarioSensitivity, Sensitive, Sensitivity
from layouts.comparison.sensitivity_text import sensitivity_answers
from layouts.report.markup import Content, Markup, joined, lines, tag
from layouts.report.numbers import decimals_of, figure, figure_text, percent_text
from layouts.report.report_data import Report
from layouts.report.sections.parts import Section, bullets, section, table
from layouts.report.tornado import tornado_bar
from layouts.report.verdict_words import shown_difference
from layouts.what_if.curve import value_text
from layouts.what_if.figure_kinds import figure_kind

HOW = "aisletwin compare … --sensitivity"


def flips(report: Report) -> Section:
    """The margin of each verdict, then what was tried of its assumptions, or how to have that tried."""
    return section(
        "flips",
        "What would change the verdict",
        bullets(_margin(report.comparison, against) for against in report.comparison.against),
        _not_asked() if report.beside.sensitivity is None else _tried(report, report.beside.sensitivity),
    )


def _margin(comparison: Comparison, against: Against) -> Content:
    """How large an effect that the simulation leaves out must be to end the verdict."""
    estimate, unit = shown_difference(comparison, against)
    places = decimals_of(estimate)
    near, far = sorted((abs(estimate.low), abs(estimate.high)))
    if against.verdict == "no difference shown":
        return (
            f"{against.name}: more replications would narrow the interval; a true difference of up to "
            f"{figure_text(far, places)} {unit} may hide in it."
        )
    return joined(
        f"{against.name}: an effect that the simulation leaves out ends the verdict if it shifts the difference by ",
        tag("data", f"{figure_text(near, places)} {unit}".rstrip(), value=near),
        f" or more the other way, and turns it round from {figure_text(far, places)} {unit} on.",
    )


def _not_asked() -> Markup:
    return tag(
        "p",
        "Which assumptions turn the verdict was not asked: ",
        tag("code", HOW),
        " plays the comparison again with one assumption changed at a time.",
    )


def _tried(report: Report, sensitivity: Sensitivity) -> Markup:
    percent = percent_text(sensitivity.each_confidence)
    return lines(
        tag("h3", "Assumptions changed one at a time"),
        bullets(sensitivity_answers(sensitivity, report.beside.price_flips)),
        *(
            _tornado(sensitivity, each)
            for each in sensitivity.scenarios
            if any(one.swing > 0 for one in each.assumptions)
        ),
        tag(
            "p",
            "Largest swing first. Bar: from the least to the greatest difference; ○ at the first value tried, ● at "
            "the last; the long line is no difference, the short one the difference as given. Left is worse. "
            f"Intervals are {percent} %, so that all answers hold at once with "
            f"{percent_text(sensitivity.confidence)} %.",
            class_="note",
        ),
    )


def _tornado(sensitivity: Sensitivity, scenario: ScenarioSensitivity) -> Markup:
    """A row for each assumption that changes anything."""
    kind = figure_kind(sensitivity.figure)
    caption = f"{scenario.name} less {sensitivity.baseline}: {kind.heading} under other assumptions"
    header = ["assumption", "given", "worse ◀ ▶ better", "tried: difference [interval]", "answer"]
    rows = (
        [
            f"{one.name}, {one.unit}" if one.unit else one.name,
            value_text(one.today),
            tornado_bar(scenario, one, sensitivity.figure),
            lines(*(tag("div", end) for end in _ends(one, sensitivity.figure))),
            one.answer,
        ]
        for one in scenario.assumptions
        if one.swing > 0
    )
    return table(caption, header, rows, class_="whiskers")


def _ends(one: Sensitive, name: str) -> Iterator[Markup]:
    """The ends of a range of numbers, or every word but the one given."""
    others = [each for each in one.tried if each.value != one.today]
    ends = [others[0], others[-1]] if one.is_numeric and len(others) > 2 else others
    for each in ends:
        difference = each.difference.scaled(figure_kind(name).factor)
        yield joined(f"{value_text(each.value)}: ", figure(difference, signed=True))
