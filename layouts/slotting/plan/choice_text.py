"""What to move within a budget, as a terminal shows it."""

from __future__ import annotations

import math
from collections.abc import Iterator

from layouts.slotting.moves.budget import Choice
from layouts.slotting.moves.stop_anywhere import PAYS
from layouts.slotting.moves.work_list import work_steps

HOUR_S = 3600.0
FIRST_STEPS = 20


def choice_text(choice: Choice) -> str:
    """The verdict, the first steps, and what stays against the plan; ends without a line break."""
    return "\n".join(_lines(choice))


def _lines(choice: Choice) -> Iterator[str]:
    considered, curve = choice.considered, choice.curve
    budget = f" of {choice.budget_s / HOUR_S:,.1f} h" if math.isfinite(choice.budget_s) else ""
    told = (
        f"{len(considered.moves):,} moves in {considered.seconds / HOUR_S:,.1f} h{budget} win "
        f"{choice.net.scaled(1 / HOUR_S).text('h')} over {curve.horizon_days:g} days"
    )
    if not considered.moves:
        yield "Do nothing: no move within the budget is worth making."
    elif choice.verdict == PAYS:
        yield f"Do it: {told}."
    else:
        yield f"Do nothing: {told}: {choice.verdict}."
    steps = work_steps(choice.moves, choice.curve)
    for step in steps[:FIRST_STEPS]:
        way = f"{step.here or 'goods in'} → {step.to or 'goods out'}"
        yield f"{step.step:>5}  {step.sku:<20} {way:<40} {step.spent_s / 60:>8.1f} min"
    if len(steps) > FIRST_STEPS:
        yield f"    …  {len(steps) - FIRST_STEPS:,} more"
    for one in considered.left_out[:5]:
        yield f"Not moved: {one.sku} to {one.target}: {one.why}"
    if curve.left_out:
        yield f"{curve.left_out:,} tours visit SKUs without a location and are not compared."
