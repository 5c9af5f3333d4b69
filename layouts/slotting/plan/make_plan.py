"""Make a slotting plan: propose, prove, conclude.

1. The search proposes slottings with crowding priced at several weights, from none, the shortest walking, up.
2. Each is cut to the moves that are worth making, within the budget, in a safe order, after those that mend what
   breaks rules today. Where there is such, mending alone is a proposal too.
3. Today's slotting, the proposals and velocity by distance are simulated at every staffing: that is the judge.
4. The proposal that picks most at the scenario's own staffing is chosen. It is done where it is shown to be better
   than today's and its measured saving pays its moves within the horizon; else nothing is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import numpy.typing as npt

from layouts.slotting.baselines import by_distance
from layouts.slotting.congestion.candidates import candidates
from layouts.slotting.congestion.crowding import crowding_of
from layouts.slotting.congestion.proof import Proof, prove
from layouts.slotting.exact.bound import lower_bound_s
from layouts.slotting.plan.crew import pickers_of, with_crew
from layouts.slotting.plan.payback import Payback, payback
from layouts.slotting.plan.polish import polished
from layouts.slotting.plan.proposals import Proposal, affordable_moves, propose
from layouts.slotting.plan.slotting_plan import REPAIR, TODAY, SlottingPlan, Verdict
from layouts.slotting.prepare import Prepared
from layouts.slotting.score import score
from layouts.slotting.search.improve import Effort
from layouts.slotting_table import Slotting
from spatial.errors import UndecidedError
from spatial.progress import Progress, silent
from spatial.tasks.open_workers import open_workers

Ints = npt.NDArray[np.int64]

BY_DISTANCE = "by distance"
LABOUR = "lines_per_labour_hour"
SEARCH_SHARE, PROOF_SHARE = 0.5, 0.95
"""Where the progress stands when the search, and the proof, are done."""


@dataclass(frozen=True, kw_only=True)
class PlanWishes:
    """How a plan is made. `pickers` are staffings of the proof beside the scenario's own; without `is_proven` nothing
    is simulated. `most_moves` bounds the SKUs that move, `budget_s` the seconds that their moves take.
    """

    effort: Effort | None = None
    seconds: float | None = None
    most_moves: int | None = None
    budget_s: float | None = None
    pickers: tuple[int, ...] = ()
    is_proven: bool = True
    replications: int = 10
    seed: int = 0
    workers: int = 1
    cluster: str | None = None
    cache: Path | None = None


def make_plan(ready: Prepared, wishes: PlanWishes, *, progress: Progress = silent) -> SlottingPlan:
    """The plan for a problem with its rules; the same for the same seed and effort, whoever plays.

    Raises what searching and simulating raise.
    """
    proposals, rounds, is_cut = _proposals(ready, wishes, progress=_part(progress, 0.0, SEARCH_SHARE))
    proof = None
    if wishes.is_proven and proposals:
        proof = _proved(ready, proposals, wishes, progress=_part(progress, SEARCH_SHARE, PROOF_SHARE))
    chosen = _best(ready, proposals, proof)
    paid = None if chosen is None or proof is None else _paid(ready, proposals[chosen], proof)
    progress("bound", PROOF_SHARE)
    verdict = _verdict(ready, None if chosen is None else proposals[chosen], proof, paid)
    plan = SlottingPlan(
        ready=ready,
        proposals=proposals,
        chosen=chosen,
        verdict="cannot decide" if is_cut and not rounds and chosen is None else verdict,
        proof=proof,
        payback=paid,
        today=score(ready.problem, ready.problem.now),
        bound_s=lower_bound_s(ready.problem, most_moves=most_moves_of(ready, wishes)),
        effort=wishes.effort or Effort(),
        rounds=rounds,
        is_cut=is_cut,
        seed=wishes.seed,
        notes=(*ready.notes, *_of_staffings(ready, wishes)),
    )
    progress("done", 1.0)
    return plan


def _proposals(
    ready: Prepared, wishes: PlanWishes, *, progress: Progress
) -> tuple[dict[str, Proposal], int, bool]:
    """Those that move anything, different ones, with the rounds that were searched and whether time ended them."""
    problem = ready.problem
    most_moves = most_moves_of(ready, wishes)
    crowding = crowding_of(ready.start, problem)
    with open_workers(wishes.workers, cluster=wishes.cluster) as workers:
        found = candidates(
            problem,
            crowding,
            pickers=pickers_of(ready.start.scenario),
            start=ready.legal,
            most_moves=most_moves,
            effort=wishes.effort,
            seed=wishes.seed,
            seconds=wishes.seconds,
            workers=workers,
            progress=progress,
        )
    best = {
        name: polished(
            replace(problem, crowd_costs=(*problem.crowd_costs, *found.crowds[name])),
            assignment,
            most_moves=most_moves,
        )
        for name, assignment in found.assignments.items()
    }
    if (ready.legal != problem.now).any():
        best[REPAIR] = ready.legal
    told = propose(ready, best, found.crowds, budget_s=wishes.budget_s)
    kept: dict[str, Proposal] = {}
    for name, proposal in told.items():
        if proposal.moves and not any(np.array_equal(proposal.target, one.target) for one in kept.values()):
            kept[name] = proposal
    return kept, found.rounds, found.is_cut


def most_moves_of(ready: Prepared, wishes: PlanWishes) -> int | None:
    """How many units the search may move: as wished, and about what the budget pays; those that must, always may."""
    wished = [] if wishes.most_moves is None else [wishes.most_moves]
    if wishes.budget_s is not None:
        wished.append(affordable_moves(ready, wishes.budget_s))
    must = int((ready.legal != ready.problem.now).sum())
    return max(min(wished), must) if wished else None


def _proved(
    ready: Prepared, proposals: Mapping[str, Proposal], wishes: PlanWishes, *, progress: Progress
) -> Proof:
    start, scenario = ready.start, with_crew(ready.start.scenario)
    slottings: dict[str, Slotting] = {TODAY: start.demand.slotting}
    # where rules are too tight for a list, there is none to hold plans against
    with suppress(UndecidedError):
        slottings[BY_DISTANCE] = start.slotting(by_distance(ready.problem))
    slottings |= {name: start.slotting(proposal.target) for name, proposal in proposals.items()}
    own = () if scenario.operations.staff else (*wishes.pickers, *ready.settings.pickers)
    with TemporaryDirectory() as folder:
        return prove(
            scenario,
            slottings,
            folder=Path(folder),
            pickers=(scenario.pickers, *own),
            today=TODAY,
            first=wishes.replications,
            most=wishes.replications,
            workers=wishes.workers,
            cluster=wishes.cluster,
            cache=wishes.cache,
            progress=progress,
        )


def _of_staffings(ready: Prepared, wishes: PlanWishes) -> Iterator[str]:
    staff = ready.start.scenario.operations.staff
    if staff and wishes.is_proven and (wishes.pickers or ready.settings.pickers):
        yield (
            f"operations.staff says who works, so the proof is at its {pickers_of(ready.start.scenario):,} pickers "
            "alone: other staffings were not simulated."
        )


def _best(ready: Prepared, proposals: Mapping[str, Proposal], proof: Proof | None) -> str | None:
    """The proposal that picks most at the scenario's staffing or, unproven, costs least."""
    if not proposals:
        return None
    if proof is None:
        return min(proposals, key=lambda name: proposals[name].score.total_s)
    comparison = proof.comparisons[pickers_of(ready.start.scenario)]
    return max(proposals, key=lambda name: comparison.levels[name][comparison.figure].value)


def _paid(ready: Prepared, proposal: Proposal, proof: Proof) -> Payback | None:
    comparison = proof.comparisons[pickers_of(ready.start.scenario)]
    today, plan = comparison.runs[TODAY].get(LABOUR), comparison.runs[proposal.name].get(LABOUR)
    if today is None or plan is None or min(*today, *plan) <= 0:
        return None
    moves = proposal.choice.considered
    return payback(
        today,
        plan,
        lines_per_day=ready.start.shift.plan.lines / moves.work.tour_days,
        moves_s=moves.seconds,
        horizon_days=moves.work.horizon_days,
    )


def _verdict(
    ready: Prepared, proposal: Proposal | None, proof: Proof | None, paid: Payback | None
) -> Verdict:
    if proposal is None:
        return "do nothing"
    if proof is None:
        told = proposal.choice.verdict
    else:
        judged = proof.verdict(proposal.name, pickers_of(ready.start.scenario))
        told = "does not pay" if judged == "reject" else "cannot decide"
        if paid is not None and judged != "reject":
            told = paid.answer if judged == "accept" or paid.answer == "does not pay" else told
    return {"pays back": "do it", "does not pay": "do nothing"}.get(told, "cannot decide")  # type: ignore[return-value]


def _part(progress: Progress, start: float, end: float) -> Progress:
    return lambda stage, share: progress(stage, start + (end - start) * share)
