"""A plan as a terminal shows it: what to do, what the simulator says, what it brings, what must be known."""

from __future__ import annotations

from collections.abc import Iterator

from layouts.slotting.congestion.proof import Proof
from layouts.slotting.exact.gap import gap_text
from layouts.slotting.plan.proposals import Proposal
from layouts.slotting.plan.slotting_plan import REPAIR, SlottingPlan
from layouts.slotting.score import Score

HOUR_S = 3600.0
PERCENT = 100.0
MOST_BROKEN = 5


def plan_text(plan: SlottingPlan) -> str:
    """All of it; ends without a line break."""
    parts = ["\n".join(answers(plan))]
    if plan.proof is not None:
        parts.append(plan.proof.text())
    parts.append(_table(plan))
    parts.append("\n".join(reservations(plan)))
    return "\n\n".join(part for part in parts if part)


def answers(plan: SlottingPlan) -> Iterator[str]:
    """A sentence on what to do, one on when it pays, and one on how far from the best it may be."""
    yield verdict_sentence(plan)
    if plan.payback is not None:
        yield plan.payback.text()
    proposal = plan.proposal
    if proposal is not None:
        yield _by_tours(proposal)
        total, bound = min(plan.today.total_s, proposal.score.total_s), plan.bound_s
        yield f"By walking and its other costs the plan is {gap_text(max(total, bound), bound)}."


def verdict_sentence(plan: SlottingPlan) -> str:
    """What to do, in one sentence."""
    proposal = plan.proposal
    if proposal is None:
        if plan.verdict == "cannot decide":
            return "Cannot decide: time ended the search before its first round; give it more --seconds."
        return "Do nothing: no move is worth making."
    moves = proposal.choice.considered
    buffers = f", {moves.buffer_moves:,} of them through a buffer" if moves.buffer_moves else ""
    told = f"plan '{proposal.name}' moves {proposal.moves:,} SKUs in {moves.seconds / HOUR_S:,.1f} h{buffers}"
    reason = "by the simulator" if plan.proof is not None else "by the lengths of tours; it is not simulated"
    match plan.verdict:
        case "do it":
            return f"Do it: {told}, and pays back {reason}."
        case "do nothing":
            return f"Do nothing: {told}, and does not pay back {reason}."
        case _:
            return f"Cannot decide: {told}, and whether it pays back is not sure {reason}."


def _by_tours(proposal: Proposal) -> str:
    net = proposal.choice.net.scaled(1 / HOUR_S)
    days = proposal.choice.curve.horizon_days
    return (
        f"By its own costs, walking and others, it wins {net.text('h')} over {days:g} days, its moves paid."
    )


def _table(plan: SlottingPlan) -> str:
    """Hours of each part, today and with each proposal."""
    parts = ("total", "walking", *plan.today.others_s)
    rows = [("today", plan.today, "–")]
    rows += [(name, each.score, f"{each.moves:,}") for name, each in plan.proposals.items()]
    wide = max(len(name) for name, _, _ in rows)
    head = f"{'hours':<{wide}}" + "".join(f"{part:>16}" for part in parts) + f"{'SKUs moved':>12}"
    return "\n".join([head, *(_row(name, its, moves, wide) for name, its, moves in rows)])


def _row(name: str, score: Score, moves: str, wide: int) -> str:
    parts = (score.total_s, score.travel_s, *score.others_s.values())
    return f"{name:<{wide}}" + "".join(f"{part / HOUR_S:>16,.2f}" for part in parts) + f"{moves:>12}"


def rules_sentence(plan: SlottingPlan) -> str:
    """What is broken today, and what of it once the plan is done."""
    count = len(plan.ready.today)
    if not count:
        return "Today's slotting breaks no rule, and neither does the plan."
    told = f"Today's slotting breaks rules {count:,} time{'s' if count > 1 else ''}"
    if plan.verdict == "do it" and plan.proposal is not None:
        left = len(plan.proposal.broken)
        return f"{told}; with the plan it is {left:,}." if left else f"{told}; the plan breaks none."
    repair = plan.proposals.get(REPAIR)
    if repair is None:
        return f"{told} and stays as it is."
    moves = repair.choice.considered
    moves, count = repair.choice.considered, len(repair.choice.considered.moves)
    return (
        f"{told} and stays as it is; the proposal '{REPAIR}' mends it with {count:,} move{'' if count == 1 else 's'} "
        f"in {moves.seconds / HOUR_S:,.1f} h."
    )


def reservations(plan: SlottingPlan) -> Iterator[str]:
    """What a reader must know."""
    broken = plan.ready.today
    if broken:
        yield rules_sentence(plan)
    for each in broken[:MOST_BROKEN]:
        yield f"Broken today: {each}"
    if len(broken) > MOST_BROKEN:
        yield f"… and {len(broken) - MOST_BROKEN:,} more broken today."
    proposal = plan.proposal
    if proposal is not None:
        for one in proposal.choice.considered.left_out[:MOST_BROKEN]:
            yield f"Not moved: {one.sku} to {one.target}: {one.why}"
    if plan.proof is not None and not _varies(plan.proof):
        yield (
            "Every simulated shift is the same, so the intervals tell nothing of other days: set pick_time or "
            "redraw_orders in the scenario."
        )
    if plan.is_cut and plan.rounds:
        rounds = f"{plan.rounds} round{'' if plan.rounds == 1 else 's'}"
        yield (
            f"Time ended the search, each proposal's after {rounds} or more: --rounds {plan.rounds} gives about this "
            "plan, and the same one on any machine."
        )
    yield from plan.notes


def _varies(proof: Proof) -> bool:
    """Whether any simulated shift differs from another of the same slotting and staffing."""
    return any(
        len({*values}) > 1
        for comparison in proof.comparisons.values()
        for figures in comparison.runs.values()
        for values in figures.values()
    )
