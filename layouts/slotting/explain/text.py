"""An explanation as a terminal shows it: where from and to, what it brings, what it is bought with, what else."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from layouts.slotting.explain.affinity import Partner
from layouts.slotting.explain.explain import Explanation, UnitStory
from layouts.slotting.explain.options import Option

LEAST_S = 0.05
"""Less is shown as nothing: tours have no such precision."""


def explanation_text(explanation: Explanation) -> str:
    """Ends without a line break."""
    lines = []
    for number, unit in enumerate(explanation.units, 1):
        face = f", pick face {number} of {len(explanation.units)}" if len(explanation.units) > 1 else ""
        lines.append(f"SKU {explanation.sku}{face}: {_way(unit)}.")
        lines += _lines(unit, explanation)
    return "\n".join(lines)


def _lines(unit: UnitStory, whole: Explanation) -> Iterator[str]:
    yield (
        f"  Velocity: {unit.visits:.4g} visits, rank {unit.rank} of {whole.of_units}, "
        f"{100 * unit.share:.2g} % of all."
    )
    if unit.plan_nearness is not None:
        was = f" (before: {unit.now_nearness})" if unit.back is not None else ""
        yield f"  Nearness: {unit.plan_nearness} of {whole.of_locations} by the way from and to the depot{was}."
    if unit.partners:
        yield "  Picked together with:"
        yield from (f"    {_partner(partner)}" for partner in unit.partners)
    if unit.back is not None:
        yield f"  {_move(unit.back)}."
    if unit.alternatives:
        among = f"screened from {whole.of_locations} locations" if whole.is_screened else "of all"
        yield f"  Next best locations, {among}:"
        yield from (f"    {_option(option)}" for option in unit.alternatives)
    elif unit.plan is not None:
        yield "  No other location is allowed."
    if unit.forbidden:
        yield "  Better, and forbidden:"
        yield from (
            f"    {_option(option)}; forbidden by {', '.join(option.broken)}" for option in unit.forbidden
        )


def _move(back: Option) -> str:
    word = "saves" if back.more_s >= 0 else "costs"
    swap = "" if back.instead_of is None else f", {back.instead_of} here instead"
    rules = f", which {', '.join(back.broken)} would forbid now" if back.broken else ""
    parts = {name: -value for name, value in back.parts_s.items()}
    return (
        f"The move {word} {_seconds(abs(back.more_s))} against it being back{swap}{rules} ({_parts(parts)})"
    )


def _way(unit: UnitStory) -> str:
    if unit.plan is None:
        return (
            f"from {unit.now}, and the plan has no place for it"
            if unit.now
            else "no place today or by the plan"
        )
    if unit.now is None:
        return f"new, to {unit.plan}"
    return f"stays in {unit.plan}" if unit.now == unit.plan else f"from {unit.now} to {unit.plan}"


def _partner(partner: Partner) -> str:
    apart = ""
    if partner.now_m is not None and partner.plan_m is not None:
        apart = f", {partner.plan_m:.1f} m away (before: {partner.now_m:.1f} m)"
    return (
        f"{partner.sku}: in {100 * partner.share:.2g} % of its tours, {partner.lift:.2g} times chance{apart}"
    )


def _option(option: Option) -> str:
    swap = f" instead of {option.instead_of}" if option.instead_of is not None else ""
    worth = "worse" if option.more_s >= 0 else "better"
    return f"{option.location}{swap}: {_seconds(abs(option.more_s))} {worth} ({_parts(option.parts_s)})"


def _parts(parts_s: Mapping[str, float]) -> str:
    shown = [
        f"{name} {_signed(value)} s"
        for name, value in parts_s.items()
        if abs(value) >= LEAST_S or name == "travel"
    ]
    return ", ".join(shown)


def _signed(value: float) -> str:
    return f"{value:+,.1f}" if abs(value) >= LEAST_S else "0"


def _seconds(value: float) -> str:
    return f"{value:,.1f} s"
