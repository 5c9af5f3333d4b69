"""The verdicts as sentences for who signs: how much, in which direction, how sure."""

from __future__ import annotations

from layouts.comparison.compare import Against, Comparison
from layouts.report.glossary import figure_words
from layouts.report.markup import Markup, joined, tag
from layouts.report.numbers import decimals_of, figure_text, interval_text, percent_text, plain_number
from layouts.statistics.intervals import Estimate
from layouts.what_if.figure_kinds import figure_kind

MARKS = {"better": "▲", "worse": "▼", "no difference shown": "="}
"""Of a verdict, which it tells without colour."""

LONGEST_NAME = 34


def shown_difference(comparison: Comparison, against: Against) -> tuple[Estimate, str]:
    """The decisive difference in the unit that people compare it in.

    That is percent of the baseline's mean; of a figure that is itself in percent, points; and where the baseline's
    mean is 0 or less, the figure's own unit.
    """
    kind, difference = figure_kind(comparison.figure), against.decisive.difference
    base = comparison.levels[comparison.baseline][comparison.figure].value
    if kind.unit == "%":
        return difference.scaled(kind.factor), "points"
    if base > 0:
        return difference.scaled(100 / base), "%"
    return difference.scaled(kind.factor), kind.unit


def verdict_sentence(comparison: Comparison, against: Against) -> Markup:
    """`B picks 4.1 % more lines per hour than A (95 % interval +3.2 to +5.0 %): more than chance.`"""
    estimate, unit = shown_difference(comparison, against)
    words, places = figure_words(comparison.figure), decimals_of(estimate)
    percent = percent_text(estimate.confidence)
    interval = f"{percent} % interval {interval_text(estimate, unit, signed=True)}"
    if estimate.low == estimate.high:
        interval = "the same in every replication"
    if against.verdict != "no difference shown":
        by = f"{figure_text(abs(estimate.value), places)} {unit}".rstrip()
        told = (words.more if estimate.value > 0 else words.less).format(by="\0")
        before, _, after = told.partition("\0")
        amount = tag("data", by, value=estimate.value, data_low=estimate.low, data_high=estimate.high)
        return joined(
            tag("strong", f"{against.name} {before}", amount, f"{after} than {comparison.baseline}"),
            f" ({interval}). It is {against.verdict}, and by more than chance explains",
            _sameness(comparison, against),
            ".",
        )
    most = max(abs(estimate.low), abs(estimate.high))
    if most == 0:
        kind = figure_kind(comparison.figure)
        return tag(
            "strong",
            f"{against.name} and {comparison.baseline} have the same {kind.title} in every replication.",
        )
    return joined(
        tag("strong", f"No difference is shown between {against.name} and {comparison.baseline}"),
        f" in {figure_kind(comparison.figure).title}: at most ",
        tag("data", f"±{figure_text(most, places)} {unit}".rstrip(), value=most),
        f" ({interval})",
        _sameness(comparison, against),
        ".",
    )


def _sameness(comparison: Comparison, against: Against) -> str:
    """What is said of the indifference zone, where there is one."""
    if against.is_same is None or comparison.indifference is None:
        return ""
    kind = figure_kind(comparison.figure)
    zone = f"{plain_number(comparison.indifference * kind.factor, 6)} {kind.unit}".rstrip()
    if against.is_same:
        return f"; the difference is surely less than the {zone} that matter"
    if against.is_beyond(comparison.indifference):
        return f"; the difference is surely more than the {zone} that matter"
    return f"; it is not shown whether the difference is less than the {zone} that matter"


def headline(comparison: Comparison) -> str:
    """The outcome of several scenarios in a few words each."""
    kind = figure_kind(comparison.figure)
    said = []
    for verdict, words in (
        ("better", f"Better than {comparison.baseline} in {kind.title}"),
        ("worse", "Worse"),
        ("no difference shown", "No difference shown"),
    ):
        names = [each.name for each in comparison.against if each.verdict == verdict]
        if names:
            said.append(f"{words}: {', '.join(names)}.")
    return " ".join(said)


def best_sentence(comparison: Comparison) -> Markup | None:
    """Which is best, where that was asked for."""
    best = comparison.best
    if best is None:
        return None
    kind = figure_kind(comparison.figure)
    zone = f"{plain_number(best.indifference * kind.factor, 6)} {kind.unit}".rstrip()
    if not best.is_decided:
        return joined(
            tag("strong", f"Which is best in {kind.title} cannot be decided"),
            f" after {best.used} replications; {best.leader} leads, and {best.enough:,} would decide.",
        )
    return joined(
        tag("strong", f"Best in {kind.title}: {best.leader}"),
        f", or within {zone} of the best, with a probability of {percent_text(best.probability)} % or more.",
    )


def shortened(name: str) -> str:
    """A name for a picture, where lines do not wrap."""
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def verdict_class(verdict: str) -> str:
    """The name of its look in the style sheet."""
    return verdict.split()[0]
