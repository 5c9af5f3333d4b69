"""The top of the page: what was compared, the verdict, what it costs, and what to be careful about."""

from __future__ import annotations

from collections.abc import Iterator

from layouts.comparison.money import Cost, Money
from layouts.report.markup import Content, Markup, joined, lines, listed, tag
from layouts.report.numbers import decimals_of, figure_text, interval_text, percent_text, plain_number
from layouts.report.report_data import Report
from layouts.report.sections.parts import caution
from layouts.report.verdict_words import MARKS, best_sentence, headline, verdict_class, verdict_sentence
from layouts.what_if.figure_kinds import figure_kind
from layouts.what_if.reservations import DEADLOCKS

MADE_UP = "orders are made up"
"""A note of the comparison that says so is said once, with its own label."""


def answer(report: Report) -> Markup:
    """The title and all that who signs must have read."""
    return tag(
        "header",
        lines(
            tag("p", "Comparison of warehouse layouts by simulation", class_="over"),
            tag("h1", report.title),
            _verdicts(report),
            *cautions(report),
            _figures_line(report),
        ),
    )


def _verdicts(report: Report) -> Markup:
    comparison = report.comparison
    cards: list[Content] = []
    if len(comparison.against) > 1:
        cards.append(tag("p", headline(comparison), class_="headline"))
    cards.append(best_sentence(comparison) and tag("p", best_sentence(comparison), class_="best"))
    for each in comparison.against:
        badge = tag("span", f"{MARKS[each.verdict]} {each.verdict}", class_="badge")
        cards.append(
            tag(
                "div",
                tag("p", badge, class_="badges"),
                tag("p", verdict_sentence(comparison, each), class_="sentence"),
                _priced(report.beside.money, each.name),
                class_=f"verdict {verdict_class(each.verdict)}",
            )
        )
    return tag("div", lines(*cards), class_="verdicts")


def _priced(money: Money | None, name: str) -> Markup | None:
    if money is None:
        return None
    cost = next(cost for cost in money.scenarios if cost.name == name)
    return tag("p", money_sentence(cost, money.prices.currency), class_="money")


def money_sentence(cost: Cost, currency: str) -> Markup:
    """`The change costs 40,000 EUR once and saves 12,300 EUR a year [...]: paid back in 3.2 years [...].`"""
    saving, back = cost.saving, cost.payback
    if saving is None or back is None:
        return Markup("")
    places = decimals_of(saving)
    once = (
        f"The change costs {plain_number(cost.once, 9)} {currency} once"
        if cost.once
        else "The change costs nothing"
    )
    if saving.low <= 0 <= saving.high:
        told = f"; no saving or loss is shown, {interval_text(saving, currency, signed=True)} a year"
    else:
        verb = "saves" if saving.value > 0 else "loses"
        told = (
            f" and {verb} {figure_text(abs(saving.value), places)} {currency} a year "
            f"(saving {interval_text(saving, currency, signed=True)})"
        )
    match back.answer:
        case "pays back" if back.years is not None and cost.once:
            years = figure_text(back.years.value, decimals_of(back.years))
            end = f"paid back in {years} years ({interval_text(back.years)})"
        case "pays back":
            end = "it pays from the first day"
        case "never":
            end = "it never pays back"
        case _ if cost.once and back.earliest_years is not None:
            earliest = plain_number(back.earliest_years, 2)
            end = f"whether it pays back cannot be decided, in {earliest} years at the earliest"
        case _:
            end = "whether it pays cannot be decided"
    return joined(once, told, ": ", tag("strong", end), ".")


def cautions(report: Report) -> Iterator[Markup]:
    """Made-up orders first, then whatever makes a verdict weaker than it reads."""
    comparison = report.comparison
    if report.made_up:
        yield caution(
            "Made-up orders",
            f"The orders of {listed(report.made_up)} are not those of a warehouse, a generator made them. "
            "Do not decide on an investment by this alone.",
        )
    if comparison.unsure:
        yield caution(
            "Not as sure as wanted",
            f"After {comparison.n} replications the interval of {listed(comparison.unsure)} is still wider than "
            "was asked for.",
        )
    stopped = {name: sum(runs.get(DEADLOCKS, ())) for name, runs in comparison.runs.items()}
    told = [f"{count:g} of {comparison.n} shifts of {name}" for name, count in stopped.items() if count]
    if told:
        yield caution("Deadlocks", f"{listed(told)} stopped because agents waited for each other for good.")
    if not any(level.half_width for levels in comparison.levels.values() for level in levels.values()):
        yield caution(
            "No chance in it",
            "Nothing varies from one replication to the next, so intervals say nothing of chance: set pick_time to "
            "exponential or lognormal, or redraw_orders to true.",
        )
    broken = {name: sum(each.verdict == "fail" for each in found) for name, found in report.findings.items()}
    told = [f"{count} of {name}" for name, count in broken.items() if count]
    if told:
        yield caution(
            "Checks that halls fail", f"{listed(told)}: see ", tag("a", "layout rules", href="#rules"), "."
        )
    for note in comparison.notes:
        if not (report.made_up and MADE_UP in note):
            yield caution("Take care", note)


def _figures_line(report: Report) -> Markup:
    comparison = report.comparison
    kind, count = figure_kind(comparison.figure), len(comparison.against)
    each, together = (percent_text(one) for one in (comparison.each_confidence, comparison.confidence))
    numbers = "all with the same" if report.shares_numbers else "not with the same"
    return tag(
        "p",
        f"Decided by {kind.title}. {comparison.n} simulated shifts of each scenario, {numbers} random numbers; "
        f"{each} % intervals of the difference",
        "" if count == 1 else f", which hold for all {count} at once with {together} %",
        ".",
        class_="basis",
    )
