"""A plan as JSON holds it, but for the moves, which have a file of their own."""

from __future__ import annotations

from typing import Any

from layouts.slotting.exact.gap import gap_share
from layouts.slotting.plan.slotting_plan import SlottingPlan
from layouts.slotting.plan.text import answers, reservations
from layouts.slotting.standing import score_record
from layouts.slotting.verification.walked import predict

SCHEMA = "aisletwin.slotting-plan/1"


def plan_record(plan: SlottingPlan) -> dict[str, Any]:
    """Verdict, proposals, proof, bound, and what must be known."""
    proposal = plan.proposal
    return {
        "schema": SCHEMA,
        "verdict": plan.verdict,
        "chosen": plan.chosen,
        "answers": [*answers(plan)],
        "today": score_record(plan.today),
        "proposals": {name: each.record() for name, each in plan.proposals.items()},
        "proof": None if plan.proof is None else plan.proof.record(),
        "payback": None if plan.payback is None else plan.payback.record(),
        "prediction": None if proposal is None else _prediction(plan),
        "bound_s": plan.bound_s,
        "gap_share": None
        if proposal is None
        else gap_share(max(proposal.score.total_s, plan.bound_s), plan.bound_s),
        "search": {
            "rounds": plan.rounds,
            "chains": plan.effort.chains,
            "steps": plan.effort.steps,
            "is_cut": plan.is_cut,
            "seed": plan.seed,
        },
        "broken_today": list(map(str, plan.ready.today)),
        "notes": [*reservations(plan)],
        "rules": plan.ready.settings.rules.model_dump(mode="json"),
    }


def _prediction(plan: SlottingPlan) -> dict[str, Any]:
    """What `slot verify` holds against what came of it."""
    assert plan.proposal is not None
    days = plan.proposal.choice.considered.work.tour_days
    return predict(plan.ready.problem, plan.proposal.target, days=days).record()
