"""A comparison as a terminal shows it: verdicts and differences first, then levels, the front and money."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeVar

from layouts.comparison.best_of_k import BestOfK
from layouts.comparison.compare import Against, Comparison
from layouts.comparison.money import Answer, Cost, Money, Payback
from layouts.comparison.pareto import Front, OnFront
from layouts.statistics.common_numbers import CommonNumbers
from layouts.statistics.intervals import Estimate
from layouts.what_if.figure_kinds import FigureKind, figure_kind
from layouts.what_if.reservations import reservations

T = TypeVar("T")

FREE: Mapping[Answer, str] = {
    "pays back": "the change costs nothing, so it pays from the first day",
    "never": "the change costs nothing, and yet never pays",
    "cannot decide": "cannot decide whether the change pays, which costs nothing",
}

COLUMNS = 3
"""So many scenarios fit beside each other in a terminal."""


def comparison_text(comparison: Comparison, *, front: Front | None = None, money: Money | None = None) -> str:
    """The answers, then tables: the decisive figure, all differences, all levels; ends without a line break."""
    names = [comparison.baseline, *(each.name for each in comparison.against)]
    parts = [
        "\n".join(answers(comparison, front=front, money=money)),
        _decisive_table(comparison),
        *(_difference_table(comparison, part) for part in _parts(comparison.against)),
        *(_level_table(comparison, part) for part in _parts(names)),
    ]
    varied = _varied(comparison)
    constants = [_constant(comparison, name) for name in comparison.figures if name not in varied]
    if constants:
        parts.append(f"The same everywhere: {', '.join(constants)}")
    return "\n\n".join(parts)


def answers(
    comparison: Comparison, *, front: Front | None = None, money: Money | None = None
) -> Iterator[str]:
    """A sentence for each verdict, the best, each standing and each payback; then what is to be known of them."""
    kind = figure_kind(comparison.figure)
    for each in comparison.against:
        yield _verdict_sentence(comparison, each, kind)
    if comparison.best is not None:
        yield _best_sentence(comparison.best, kind)
    if front is not None:
        yield from (_standing_sentence(each, front) for each in front.scenarios)
    if money is not None:
        for cost in money.scenarios:
            if cost.saving is not None and cost.payback is not None:
                yield _money_sentence(cost, cost.saving, cost.payback, money.prices.currency)
    yield from reservations(
        comparison.runs,
        comparison.levels,
        n=comparison.n,
        unsure=comparison.unsure,
        left_out=comparison.left_out,
    )
    yield from comparison.notes


def _verdict_sentence(comparison: Comparison, against: Against, kind: FigureKind) -> str:
    verdict = against.verdict
    told = f"{verdict} than" if verdict != "no difference shown" else f"{verdict} to"
    sentence = (
        f"{against.name}: {told} {comparison.baseline} in {kind.title}{_apart(comparison, against, kind)}"
    )
    if against.is_same is None:
        return f"{sentence}."
    zone = _zone(comparison.indifference or 0.0, kind)
    if against.is_same:
        return f"{sentence}; {'but ' if verdict != 'no difference shown' else ''}the same within {zone}."
    if against.is_beyond(comparison.indifference or 0.0):
        return f"{sentence}; by more than the {zone} that matter."
    return f"{sentence}; not shown to be the same within {zone}, nor to differ by more."


def _apart(comparison: Comparison, against: Against, kind: FigureKind) -> str:
    """The difference, and before it its share of the baseline's mean where it is shown."""
    difference = against.decisive.difference
    base = comparison.levels[comparison.baseline][comparison.figure].value
    is_shown = against.verdict != "no difference shown"
    share = f" by {100 * abs(difference.value / base):.2g} %" if is_shown and base else ""
    sign = "+" if difference.value > 0 else ""
    return f"{share}: {sign}{difference.scaled(kind.factor).text(kind.unit)}"


def _best_sentence(best: BestOfK, kind: FigureKind) -> str:
    if not best.is_decided:
        return (
            f"Best in {kind.title}: cannot decide after {best.used} replications, {best.leader} leads; "
            f"{best.enough} would decide (Kim and Nelson 2001)."
        )
    return (
        f"Best in {kind.title}: {best.leader}, or within {_zone(best.indifference, kind)} of the best, "
        f"with probability {best.probability:g} or more (Kim and Nelson 2001, {best.used} replications)."
    )


def _standing_sentence(each: OnFront, front: Front) -> str:
    over = ", ".join(figure_kind(figure).title for figure in front.figures)
    match each.standing:
        case "not dominated":
            return f"{each.name}: not dominated in {over}."
        case "dominated":
            return f"{each.name}: dominated by {', '.join(each.by)} in {over}."
    return f"{each.name}: cannot decide whether {' or '.join(each.by)} dominates it in {over}."


def _money_sentence(cost: Cost, saving: Estimate, payback: Payback, currency: str) -> str:
    told = f"{cost.name}: saves {saving.text(f'{currency} a year')}"
    if cost.once == 0:
        return f"{told}; {FREE[payback.answer]}."
    change = f"the change for {cost.once:.0f} {currency}"
    if payback.years is not None:
        return f"{told}; {change} pays back in {payback.years.text('years')}."
    if payback.answer == "never":
        return f"{told}; {change} never pays back."
    return f"{told}; cannot decide whether {change} pays back, in {payback.earliest_years:.2g} years at the earliest."


def _decisive_table(comparison: Comparison) -> str:
    kind = figure_kind(comparison.figure)
    count = len(comparison.against)
    together = (
        "" if count == 1 else f", all {count} at once with {100 * comparison.confidence:.4g} % (Bonferroni)"
    )
    title = (
        f"{_capital(kind.title)} against {comparison.baseline}: differences "
        f"[{100 * comparison.each_confidence:.4g} % intervals{together}], n = {comparison.n} paired replications, "
        f"{comparison.against[0].decisive.difference.method}\n"
        "common random numbers: r is the correlation, × the variance that independent runs would have"
    )
    header = ["scenario", "verdict", "difference", "r", "×", kind.unit or comparison.figure]
    levels = {name: kind.text(levels[comparison.figure]) for name, levels in comparison.levels.items()}
    rows = [
        [each.name, each.verdict, _signed(each.decisive, kind), *_gain(each.decisive), levels[each.name]]
        for each in comparison.against
    ]
    base = [comparison.baseline, "baseline", "", "", "", levels[comparison.baseline]]
    return f"{title}\n{_table([header, *rows, base])}"


def _difference_table(comparison: Comparison, against: Sequence[Against]) -> str:
    title = (
        f"Differences against {comparison.baseline} [each {100 * comparison.confidence:.4g} % by itself: "
        "no verdict rests on them]"
    )
    rows = [["", *(each.name for each in against)]]
    for name in _varied(comparison):
        kind = figure_kind(name)
        rows.append([kind.heading, *(_signed(each.figures[name], kind) for each in against)])
    return f"{title}\n{_table(rows)}"


def _level_table(comparison: Comparison, names: Sequence[str]) -> str:
    rows = [["", *names]]
    for figure in _varied(comparison):
        kind = figure_kind(figure)
        rows.append([kind.heading, *(kind.text(comparison.levels[name][figure]) for name in names)])
    return f"Levels [{100 * comparison.confidence:.4g} % intervals]\n{_table(rows)}"


def _varied(comparison: Comparison) -> tuple[str, ...]:
    """The decisive figure, and all others that are not one number throughout."""
    return tuple(
        name
        for name in comparison.figures
        if name == comparison.figure
        or len({value for runs in comparison.runs.values() for value in runs[name]}) > 1
    )


def _constant(comparison: Comparison, name: str) -> str:
    kind = figure_kind(name)
    value = f"{kind.factor * comparison.levels[comparison.baseline][name].value:.4g}"
    return f"{kind.title} {value} {kind.unit}".rstrip()


def _signed(pair: CommonNumbers, kind: FigureKind) -> str:
    difference = pair.difference
    if difference.low == difference.high == 0:
        return "none in any replication"
    return f"{'+' if difference.value > 0 else ''}{kind.text(difference)}"


def _gain(pair: CommonNumbers) -> tuple[str, str]:
    correlation = "" if pair.correlation is None else f"{round(pair.correlation.value, 2) + 0.0:.2f}"
    ratio = "" if pair.variance_ratio is None else f"{pair.variance_ratio:.3g}".replace("inf", "∞")
    return correlation, ratio


def _zone(indifference: float, kind: FigureKind) -> str:
    return f"{indifference * kind.factor:.4g} {kind.unit}".rstrip()


def _parts(items: Sequence[T]) -> Iterator[Sequence[T]]:
    return (items[start : start + COLUMNS] for start in range(0, len(items), COLUMNS))


def _table(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
