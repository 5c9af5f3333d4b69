"""What `aisletwin inventory` says: a line for each thing, and the same as plain values for `--json`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from layouts.inventory.belief import Belief
from layouts.inventory.count_list import Visit
from layouts.inventory.fefo import Perishable, Turn
from layouts.inventory.history import Step
from layouts.inventory.lot_ages import LotAge
from layouts.inventory.reconcile import Discrepancy
from layouts.inventory.returns import ReasonFigures, Sellable
from layouts.inventory.stock import OnHand
from layouts.inventory.stock_key import StockKey
from layouts.live.staleness import ago


def plain(value: object) -> Any:
    """Named tuples as objects, sets as sorted lists, mappings and sequences with what is in them."""
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return {name: plain(getattr(value, name)) for name in value._fields}
    if isinstance(value, Mapping):
        return {str(name): plain(part) for name, part in value.items()}
    if isinstance(value, (set, frozenset)):
        return sorted(plain(part) for part in value)
    if isinstance(value, (list, tuple)):
        return [plain(part) for part in value]
    return value


def beliefs_record(beliefs: Iterable[Belief]) -> list[dict[str, object]]:
    """Beliefs as plain values, with what follows from their probabilities."""
    return [
        plain(belief)
        | {
            "best": belief.best,
            "confidence": belief.confidence,
            "wrong": belief.wrong,
            "is_decided": belief.is_decided,
            "text": belief.text,
        }
        for belief in beliefs
    ]


def stock_text(rows: Sequence[OnHand], *, now_ms: int) -> str:
    """`N/01-02: 5 of X, lot L, on P; counted 3 d ago`."""
    lines = []
    for row in rows:
        counted = "never counted"
        if row.checked_ms is not None:
            counted = f"counted {ago(now_ms - row.checked_ms)} ago"
        lines.append(f"{row.place}: {row.quantity:g} of {_goods(row.key)}; {counted}")
    return "\n".join(lines or ["nothing lies there by the book"])


def history_text(steps: Sequence[Step]) -> str:
    """`2026-01-02T10:00:00Z N/1 X +5 → 12: outside → N/1, receiving (wms)`."""
    lines = []
    for step in steps:
        what = step.sku or "place"
        if step.change is not None and step.book is not None:
            what += f" {step.change:+g} → {step.book:g}"
        if step.what == "counted":
            what += " counted"
        lines.append(f"{_time(step.at_ms)} {step.place} {what}: {step.about} ({step.source})")
    return "\n".join(lines or ["nothing is told of it"])


def reconcile_text(found: Sequence[Discrepancy], beliefs: Sequence[Belief]) -> str:
    """A line for each discrepancy, and how many places there are."""
    undecided = sum(not belief.is_decided for belief in beliefs)
    wrong = sum(belief.wrong for belief in beliefs)
    last = (
        f"{len(beliefs)} places, {len(found)} discrepancies, {undecided} places cannot be decided; "
        f"{wrong:.1f} are expected to be wrong"
    )
    return "\n".join([*(f"{each.reason}: {each.text}" for each in found), last])


def count_list_text(visits: Sequence[Visit]) -> str:
    """`1. N/1 (stop 3): worth 47, wrong with 12 %, 410 at stake; …`."""
    lines = [
        f"{number}. {visit.place} (stop {visit.stop}): worth {visit.value:.3g}, wrong with {visit.wrong:.0%}, "
        f"{visit.at_stake:.3g} at stake"
        for number, visit in enumerate(visits, start=1)
    ]
    return "\n".join(lines or ["no count is worth its visit"])


def fefo_text(turns: Sequence[Turn]) -> str:
    """`1. N/1: 5 of X, lot L, 3.5 to 4.2 d left (label: turn 4)`."""
    lines = []
    for turn in turns:
        label = "" if turn.by_label == turn.number else f" (by label: turn {turn.by_label})"
        lines.append(f"{turn.number}. {_perishable(turn.stock)}{label}")
    return "\n".join(lines or ["nothing that expires may be picked"])


def near_end_text(stock: Sequence[Perishable], *, within_days: float) -> str:
    """A line for each, and what all of them are worth."""
    lines = [_perishable(each) for each in stock]
    worth = sum(each.value or 0.0 for each in stock)
    return "\n".join([*lines, f"{len(stock)} lines end within {within_days:g} d, worth {worth:g}"])


def shelf_life_text(ages: Sequence[LotAge]) -> str:
    """`N/1: 5 of X, lot L: used 20 to 50 h, left 950 to 980 h at the reference; 20 h not known; MKT 5.2 °C`."""
    lines = []
    for age in ages:
        used, left = age.used, age.remaining
        mean = "no temperature is known here" if age.mean_kinetic_c is None else _mean(age.mean_kinetic_c)
        lines.append(
            f"{age.key.place}: {age.quantity:g} of {_goods(age.key)}: used {_span(used.best_h, used.worst_h)} h, "
            f"left {_span(left.worst_h, left.best_h)} h at the reference; {used.unknown_h:.3g} h not known; {mean}"
        )
    return "\n".join(lines or ["none of the lot lies anywhere"])


def returns_text(figures: Sequence[ReasonFigures], lines: Iterable[Sellable] = ()) -> str:
    """A line for each reason, and one for each place where something is held."""
    told = []
    for each in figures:
        parts = ", ".join(f"{name} {quantity:g}" for name, quantity in each.by_disposition.items())
        told.append(f"{each.reason}: {each.returns} returns, {each.quantity:g} pieces ({parts})")
    for line in lines:
        if line.held:
            parts = ", ".join(f"{name} {quantity:g}" for name, quantity in line.held.items())
            goods = f"{line.quantity:g} of {_goods(line.key)}"
            told.append(f"{line.key.place}: {goods}, {line.sellable:g} may be sold, held: {parts}")
    return "\n".join(told or ["no return"])


def _goods(key: StockKey) -> str:
    lot = "" if key.lot is None else f", lot {key.lot}"
    unit = "" if key.handling_unit is None else f", on {key.handling_unit}"
    return f"{key.sku}{lot}{unit}"


def _perishable(stock: Perishable) -> str:
    days = _span(stock.worst_days, stock.best_days)
    value = "" if stock.value is None else f", worth {stock.value:g}"
    return f"{stock.key.place}: {stock.quantity:g} of {_goods(stock.key)}, {days} d left{value}"


def _mean(celsius: float) -> str:
    return f"mean kinetic temperature {celsius:.1f} °C"


def _span(low: float, high: float) -> str:
    """`3.5`, or `3.5 to 4.2` where the two differ as they are shown."""
    one, other = f"{low:.4g}", f"{high:.4g}"
    return one if one == other else f"{one} to {other}"


def _time(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
