"""An experiment as a terminal shows it: what matters first, then all effects and the cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from layouts.experiment.result import Effect, ExperimentResult
from layouts.statistics.intervals import Estimate
from layouts.what_if.curve import value_text
from layouts.what_if.figure_kinds import FigureKind, figure_kind
from layouts.what_if.reservations import NAMED, named, reservations

MOST_ROWS = 20
"""So many effects or cells are printed; files have all."""


def experiment_text(result: ExperimentResult) -> str:
    """The answers, the effects by size, and the cells from the best on; ends without a line break."""
    return "\n\n".join(["\n".join(answers(result)), _effect_table(result), _cell_table(result)])


def answers(result: ExperimentResult) -> Iterator[str]:
    """A sentence for each effect shown, factors without one of their own, the best cell; reservations last."""
    kind = figure_kind(result.figure)
    shown = [effect for effect in result.ranked if is_shown(effect.figures[result.figure])]
    for effect in shown[:NAMED]:
        yield f"{_sentence(effect, result, kind)}."
    if len(shown) > NAMED:
        yield f"{len(shown) - NAMED} smaller effects are shown too."
    alone = {effect.factors[0] for effect in shown if effect.is_main}
    if silent := [factor.name for factor in result.design.factors if factor.name not in alone]:
        yield f"No effect of its own on {kind.title} shown: {', '.join(silent)}."
    yield _best_sentence(result, kind)
    yield f"Design: {result.design.words}{_clear(result)}."
    yield from reservations(
        {cell.name: cell.runs for cell in result.cells},
        {cell.name: cell.levels for cell in result.cells},
        n=result.n,
        unsure=result.unsure,
        left_out=result.left_out,
    )
    yield from result.notes


def is_shown(effect: Estimate) -> bool:
    """Whether the interval leaves 0 out."""
    return effect.low > 0 or effect.high < 0


def _sentence(effect: Effect, result: ExperimentResult, kind: FigureKind) -> str:
    change = f"{_signed(effect.figures[result.figure], kind)} {kind.unit}".rstrip()
    if effect.is_main:
        return f"{effect.name}: {change}, on average over all else"
    if effect.aliases:
        return f"{effect.name}: {change} together, which this design cannot tell apart"
    one, other = effect.changes
    return f"{one}: its effect changes by {change} with {other}"


def _best_sentence(result: ExperimentResult, kind: FigureKind) -> str:
    best, leader = result.best, result.leader
    if best is not None:
        zone = f"{best.indifference * kind.factor:.4g} {kind.unit}".rstrip()
        if best.is_decided:
            return (
                f"Best cell in {kind.title}: {best.leader}, or within {zone} of the best, with probability "
                f"{best.probability:g} or more (Kim and Nelson 2001, {best.used} replications)."
            )
        return (
            f"Best cell in {kind.title}: cannot decide after {best.used} replications, {best.leader} leads; "
            f"{best.enough} would decide (Kim and Nelson 2001)."
        )
    if leader.is_clear:
        return f"Best cell in {kind.title}: {leader.leader}; all others are shown to be worse."
    rivals = [system.name for system in leader.systems[1:] if system.verdict != "worse"]
    return f"Best cell in {kind.title}: {leader.leader} leads; no difference shown to {named(rivals, '; ')}."


def _clear(result: ExperimentResult) -> str:
    match result.design.resolution:
        case 4:
            return ": effects of one factor are clear of those of two, which are told in sums"
        case 5:
            return ": effects of one and of two factors are clear of each other, those of three are taken for nothing"
    return ""


def _effect_table(result: ExperimentResult) -> str:
    kind = figure_kind(result.figure)
    count = len(result.effects)
    title = (
        f"Effects on {kind.heading}, largest first [{100 * result.each_confidence:.4g} % intervals, all {count} at "
        f"once with {100 * result.confidence:.4g} % (Bonferroni)], n = {result.n} replications of each cell, "
        f"{result.effects[0].figures[result.figure].method}"
    )
    rows = [["effect", kind.unit or result.figure, ""]]
    for effect in result.ranked[:MOST_ROWS]:
        estimate = effect.figures[result.figure]
        is_nothing = estimate.low == estimate.high == 0
        told = "none in any replication" if is_nothing else _signed(estimate, kind)
        rows.append([effect.name, told, "" if is_shown(estimate) or is_nothing else "none shown"])
    return "\n".join([title, _table(rows), *_more(count, "effects.csv")])


def _cell_table(result: ExperimentResult) -> str:
    kind = figure_kind(result.figure)
    names = [factor.name for factor in result.design.factors]
    title = f"Cells from the best on: means [{100 * result.confidence:.4g} % intervals]"
    rows = [[*names, kind.unit or result.figure]]
    by_name = {cell.name: cell for cell in result.cells}
    for system in result.leader.systems[:MOST_ROWS]:
        cell = by_name[system.name]
        rows.append([*map(value_text, cell.values.values()), kind.text(cell.levels[result.figure])])
    return "\n".join([title, _table(rows), *_more(len(result.cells), "cells.csv")])


def _more(count: int, file: str) -> list[str]:
    return [f"… and {count - MOST_ROWS} more in {file}"] if count > MOST_ROWS else []


def _signed(estimate: Estimate, kind: FigureKind) -> str:
    return f"{'+' if estimate.value > 0 else ''}{kind.text(estimate)}"


def _table(rows: Sequence[Sequence[str]]) -> str:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows
    )


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
