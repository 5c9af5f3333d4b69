"""A sensitivity as a terminal shows it: what flips each verdict, then all that was tried, largest swing first."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from layouts.comparison.compare import Verdict
from layouts.comparison.sensitivity import ScenarioSensitivity, Sensitive, Sensitivity
from layouts.comparison.sensitivity_prices import PriceFlip
from layouts.comparison.sensitivity_turns import UNSHOWN, Turn
from layouts.statistics.intervals import Estimate
from layouts.what_if.curve import value_text
from layouts.what_if.figure_kinds import FigureKind, figure_kind
from layouts.what_if.variables import Value


def sensitivity_text(sensitivity: Sensitivity, prices: Sequence[PriceFlip] = ()) -> str:
    """The answers, then for each scenario a table of all assumptions; ends without a line break."""
    parts = ["\n".join(sensitivity_answers(sensitivity, prices))]
    parts += [
        _table_of(sensitivity, each) for each in sensitivity.scenarios if any(map(_matters, each.assumptions))
    ]
    return "\n\n".join(parts)


def sensitivity_answers(sensitivity: Sensitivity, prices: Sequence[PriceFlip] = ()) -> Iterator[str]:
    """For each scenario a sentence on what is given, on each assumption that turns its verdict, and on all others."""
    kind = figure_kind(sensitivity.figure)
    for each in sensitivity.scenarios:
        yield _given_sentence(sensitivity, each, kind)
        for one in each.assumptions:
            if one.answer != "does not flip" and _matters(one):
                yield from _turn_sentences(each, one, sensitivity.baseline)
        kept = [
            f"{one.name} {_range(one)}"
            for one in each.assumptions
            if one.answer == "does not flip" and _matters(one)
        ]
        if kept:
            yield f"{each.name}: stays {each.verdict} with {'; '.join(kept)}."
        if idle := [one.name for one in each.assumptions if not _matters(one)]:
            yield f"{each.name}: nothing changes with {', '.join(idle)}."
        for flip in prices:
            if flip.scenario == each.name:
                yield price_sentence(flip)
    for name, why in sensitivity.untried.items():
        yield f"Not tried: {name}: {why}."


def price_sentence(flip: PriceFlip) -> str:
    """What a price does to the year's saving of a scenario."""
    name = f"{flip.scenario}: {flip.name}, given {flip.today:g} {flip.unit}"
    if flip.low is None or flip.high is None:
        return f"{name}: {flip.verdict} a year at every price."
    if flip.high == 0:
        return f"{name}: {flip.above} a year at every price above 0."
    sides = [
        f"{side} {bound:.4g} it {verdict}"
        for side, bound, verdict in (("below", flip.low, flip.below), ("above", flip.high, flip.above))
        if verdict is not None
    ]
    if not sides:
        return f"{name}: cannot decide whether it saves a year at any price."
    even = "" if flip.at is None else f"breaks even at {flip.at:.4g}; "
    return f"{name}: {even}{' and '.join(sides)}."


def _matters(one: Sensitive) -> bool:
    """Whether the difference changes at all."""
    return one.swing > 0


def _given_sentence(sensitivity: Sensitivity, each: ScenarioSensitivity, kind: FigureKind) -> str:
    told = f"{each.verdict} {'to' if each.verdict == UNSHOWN else 'than'} {sensitivity.baseline}"
    shown = _signed(each.difference, kind)
    return (
        f"{each.name}: {told} in {kind.title} as given, {shown} {kind.unit}".rstrip()
        + f" ({100 * sensitivity.each_confidence:.4g} %, so that all below hold at once with "
        f"{100 * sensitivity.confidence:.4g} %)."
    )


def _turn_sentences(scenario: ScenarioSensitivity, one: Sensitive, baseline: str) -> Iterator[str]:
    if one.answer == "cannot decide" and scenario.verdict == UNSHOWN:
        yield f"{scenario.name}: no difference shown with {one.name} {_range(one)}."
    elif not one.is_numeric:
        by_verdict: dict[Verdict, list[str]] = {}
        for each in one.tried:
            by_verdict.setdefault(each.verdict, []).append(value_text(each.value))
        told = "; ".join(
            f"{_told(verdict, baseline)} with {', '.join(at)}" for verdict, at in by_verdict.items()
        )
        yield f"{scenario.name}: {one.name}: {one.answer}: {told}."
    for turn in one.turns:
        yield (
            f"{scenario.name}: {one.name}, given {_value(one.today, one.unit)}: "
            f"{_turned(scenario, one, turn, baseline)}."
        )


def _turned(scenario: ScenarioSensitivity, one: Sensitive, turn: Turn, baseline: str) -> str:
    is_above = turn.high > float(one.today)
    near, far = (turn.low, turn.high) if is_above else (turn.high, turn.low)
    beyond = "above" if is_above else "below"
    if turn.to == UNSHOWN:
        return f"cannot decide {beyond} {_value(near, one.unit)}, tried to {_value(far, one.unit)}"
    if scenario.verdict == UNSHOWN:
        return f"shows a difference from {_value(far, one.unit)} on: {_told(turn.to, baseline)}"
    at = "" if turn.at is None else f"{turn.at:.4g} "
    return (
        f"flips at {at}[{turn.low:.4g} to {turn.high:.4g}] {one.unit}".rstrip()
        + f": {beyond}, {_told(turn.to, baseline)}"
    )


def _told(verdict: Verdict, baseline: str) -> str:
    return f"{verdict} {'to' if verdict == UNSHOWN else 'than'} {baseline}"


def _range(one: Sensitive) -> str:
    values = [value_text(each.value) for each in one.tried]
    return f"{values[0]} to {values[-1]} {one.unit}".rstrip() if one.is_numeric else ", ".join(values)


def _value(value: Value, unit: str) -> str:
    text = f"{value:.4g}" if isinstance(value, float) else value_text(value)
    return f"{text} {unit}".rstrip()


def _table_of(sensitivity: Sensitivity, each: ScenarioSensitivity) -> str:
    kind = figure_kind(sensitivity.figure)
    title = (
        f"{each.name} less {sensitivity.baseline} in {kind.heading} with one assumption changed at a time "
        f"[{100 * sensitivity.each_confidence:.4g} % intervals], n = {sensitivity.n} paired replications"
    )
    rows = [["assumption", "given", "tried", "difference at its ends", "", "answer"]]
    for one in filter(_matters, each.assumptions):
        others = [each for each in one.tried if each.value != one.today]
        ends = others if len(others) < 3 or not one.is_numeric else [others[0], others[-1]]
        for number, end in enumerate(ends):
            first = number == 0
            rows.append(
                [
                    f"{one.name}{f', {one.unit}' if one.unit else ''}" if first else "",
                    value_text(one.today) if first else "",
                    value_text(end.value),
                    _signed(end.difference, kind),
                    end.verdict,
                    one.answer if first else "",
                ]
            )
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    ]
    return "\n".join([title, *lines])


def _signed(difference: Estimate, kind: FigureKind) -> str:
    return f"{'+' if difference.value > 0 else ''}{kind.text(difference)}"
