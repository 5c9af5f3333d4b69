"""What breaks rules today is mended first, whether it pays or not, and never by breaking others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from slotting_sites import problem_of, random_site

from layouts.slotting.moves.budget import within_budget
from layouts.slotting.moves.move_list import MoveList, ordered_moves
from layouts.slotting.moves.move_work import MoveWork
from layouts.slotting.plan.mending import Ints, Judge, chosen_moves
from layouts.slotting.rules.broken import Broken, broken
from layouts.slotting.rules.start import Start, feasible_start
from layouts.slotting.search.improve import Effort, improve

SITES = range(20)
Case = tuple[MoveList, Ints, Judge]


@pytest.fixture(scope="module", name="cases")
def _cases() -> list[Case]:
    """Moves of small random sites whose slotting breaks rules today, each to one that the search found."""
    return [_case(seed) for seed in SITES]


def _case(seed: int) -> Case:
    site = random_site(seed, racks=2, tiers=2)
    problem, built = problem_of(site, seed=seed)
    start = feasible_start(problem, built.homes)
    assert isinstance(start, Start)
    problem = replace(problem, rules=start.rules)
    wanted = improve(problem, start=start.assignment, effort=Effort(rounds=1, chains=1)).assignment

    def judge(at: Ints) -> Sequence[Broken]:
        return broken(problem.sku, at.tolist(), site.items, site.locations, site.settings)

    return ordered_moves(problem, wanted, work=MoveWork(), staging=True), start.assignment, judge


def test_the_target_breaks_nothing_where_saving_alone_would(cases: list[Case]) -> None:
    by_saving = [judge(within_budget(moves, np.inf).considered.target) for moves, _, judge in cases]
    assert sum(map(bool, by_saving)) >= len(SITES) / 5
    for moves, legal, judge in cases:
        done = chosen_moves(moves, np.inf, legal=legal, judge=judge).considered
        assert not moves.left_out
        assert not judge(done.target)
        assert not ((done.target < 0) & (legal >= 0)).any()


def test_no_step_breaks_what_held(cases: list[Case]) -> None:
    for moves, legal, judge in cases:
        done = chosen_moves(moves, np.inf, legal=legal, judge=judge).considered
        counts = [len(judge(done.assignment(step))) for step in range(len(done.moves) + 1)]
        assert counts == sorted(counts, reverse=True)
        assert counts[-1] == 0


def test_a_budget_holds_for_mending_too(cases: list[Case]) -> None:
    for moves, legal, judge in cases:
        everything = chosen_moves(moves, np.inf, legal=legal, judge=judge).considered
        half = chosen_moves(moves, everything.seconds / 2, legal=legal, judge=judge)
        assert half.considered.seconds <= everything.seconds / 2
        assert len(judge(half.considered.target)) <= len(judge(moves.problem.now))
        assert half.curve.moves[half.curve.best] == len(half.considered.moves)


def test_where_nothing_is_broken_savings_alone_decide(cases: list[Case]) -> None:
    for moves, legal, judge in cases[:5]:
        problem = replace(moves.problem, now=legal)
        sound = ordered_moves(problem, moves.target, work=MoveWork(), staging=True)
        chosen = chosen_moves(sound, np.inf, legal=legal, judge=judge).considered
        assert (chosen.target == within_budget(sound, np.inf).considered.target).all()
