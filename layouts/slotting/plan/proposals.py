"""Slottings to choose from, each as far as its moves are worth making."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from layouts.slotting.moves.budget import Choice
from layouts.slotting.moves.move_list import ordered_moves
from layouts.slotting.moves.move_work import MoveWork, carrying
from layouts.slotting.plan.mending import chosen_moves
from layouts.slotting.prepare import Prepared
from layouts.slotting.problem import CrowdCost, SlottingProblem
from layouts.slotting.rules.broken import Broken
from layouts.slotting.score import Score, score
from layouts.tours.due_times import is_date

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Proposal:
    """A slotting that the search found, under a name, and which of its moves are worth making.

    `wanted` (U,) is all of it; `target` (U,) what the moves that are worth making come to, within the budget. They
    mend what today's slotting breaks; `broken` are the rules that it breaks all the same, for want of budget or room.
    """

    name: str
    wanted: Ints
    choice: Choice
    score: Score
    broken: tuple[Broken, ...] = ()

    @property
    def target(self) -> Ints:
        """Where units are when the moves are made."""
        return self.choice.considered.target

    @property
    def moves(self) -> int:
        """SKUs that change places."""
        problem = self.choice.considered.problem
        return int((self.target != problem.now).sum())

    def record(self) -> dict[str, Any]:
        """As JSON holds it, without the moves themselves."""
        considered = self.choice.considered
        return {
            "moves": self.moves,
            "moves_wanted": int((self.wanted != considered.problem.now).sum()),
            "moves_s": considered.seconds,
            "total_s": self.score.total_s,
            "travel_s": self.score.travel_s,
            "others_s": dict(self.score.others_s),
            "by_tours": {"verdict": self.choice.verdict, "net_s": self.choice.net.record()},
            "broken": list(map(str, self.broken)),
        }


def propose(
    ready: Prepared,
    candidates: Mapping[str, Ints],
    crowds: Mapping[str, tuple[CrowdCost, ...]],
    *,
    budget_s: float | None = None,
) -> dict[str, Proposal]:
    """Order the moves to each candidate (U,), what mends today's slotting first, and cut them where they are no
    longer worth making.

    What a move is worth is what it saves on the tours, and of crowding by the candidate's own `crowds`.
    """
    return {
        name: _proposal(ready, name, wanted, crowds.get(name, ()), budget_s)
        for name, wanted in candidates.items()
    }


def _proposal(
    ready: Prepared, name: str, wanted: Ints, crowds: tuple[CrowdCost, ...], budget_s: float | None
) -> Proposal:
    problem = with_crowds(ready.problem, crowds)
    moves = ordered_moves(
        problem, wanted, work=move_work(ready), stock=ready.stock, staging=ready.settings.staging
    )
    choice = chosen_moves(
        moves, math.inf if budget_s is None else budget_s, legal=ready.legal, judge=ready.broken
    )
    return Proposal(
        name=name,
        wanted=wanted,
        choice=choice,
        score=score(ready.problem, choice.considered.target),
        broken=ready.broken(choice.considered.target),
    )


def affordable_moves(ready: Prepared, budget_s: float) -> int:
    """About how many moves the budget pays: what the search may make, for the exact cut comes later."""
    moved = carrying(ready.problem, move_work(ready), ready.stock)
    units = np.flatnonzero(ready.problem.now >= 0)
    here = ready.problem.now[units]
    mean_s = float(moved.pairs_s(units, here, np.roll(here, len(here) // 2)).mean()) if len(units) else 1.0
    return math.ceil(budget_s / max(mean_s, 1.0))


def with_crowds(problem: SlottingProblem, crowds: tuple[CrowdCost, ...]) -> SlottingProblem:
    """The problem with more costs of crowding."""
    return replace(problem, crowd_costs=(*problem.crowd_costs, *crowds))


def move_work(ready: Prepared) -> MoveWork:
    """What moves take, by the settings; the days of the tours are those that the orders were released on."""
    work = ready.settings.moves
    if "tour_days" in work.model_fields_set:
        return work
    released = [order.released for order in ready.start.shift.orders]
    days = {text[:10] for text in released if text is not None and is_date(text)}
    return work.model_copy(update={"tour_days": float(max(1, len(days)))})
