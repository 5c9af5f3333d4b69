"""The arrays and the judge say the same of any assignment, rule by rule; shortcuts never deny what there is."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slotting_sites import problem_of, random_site

from layouts.slotting.rules.broken import broken
from layouts.slotting.rules.case import case_of
from layouts.slotting.rules.kept import kept_rules
from layouts.slotting.rules.outline import Outline, outline
from layouts.slotting.rules.shortage import Shares, shortage
from layouts.slotting.rules.walk import walk, walk_within

IN_SHARED_PLACES = {"cube", "location mass", "lots"}


def broken_by_arrays(problem, built, assignment):
    case = case_of(problem, built.homes)
    return {name.split(":")[0] for name in set(case.instances) - kept_rules(case, assignment)}


@settings(max_examples=150)
@given(seed=st.integers(0, 10**6), muddle=st.integers(0, 10**6), share=st.floats(0, 0.4))
def test_they_name_the_same_rules_for_any_assignment(seed, muddle, share):
    site = random_site(seed % 500, racks=3, bays=2, tiers=2)
    problem, built = problem_of(site)
    random = np.random.default_rng(muddle)
    at = np.array(site.planted)
    moved = random.random(len(at)) < share
    at[moved] = random.integers(0, len(site.locations), int(moved.sum()))
    judged = {each.rule for each in broken(site.skus, at.tolist(), site.items, site.locations, site.settings)}
    found = broken_by_arrays(problem, built, at)
    if (
        "SKUs a location" in judged
    ):  # cube, mass and lots of what may hold one unit are told by that rule alone
        found, judged = found - IN_SHARED_PLACES, judged - IN_SHARED_PLACES
    assert found == judged


def test_most_such_assignments_break_something_and_every_rule_is_broken_somewhere():
    names = set()
    for seed in range(60):
        site = random_site(seed, racks=3, bays=2, tiers=2)
        problem, built = problem_of(site)
        random = np.random.default_rng(seed)
        for _ in range(4):
            at = random.integers(0, len(site.locations), len(site.skus))
            names |= broken_by_arrays(problem, built, at)
    assert len(names) == 11


@pytest.mark.parametrize("block", range(2))
def test_no_shortcut_denies_what_there_is_and_an_outline_can_be_filled_in(block):
    filled = 0
    for seed in range(30 * block, 30 * block + 30):
        site = random_site(seed)
        problem, built = problem_of(site)
        case = case_of(problem, built.homes)
        assert isinstance(shortage(case), Shares)
        drawn = outline(case, seed=seed, effort=10.0)
        assert isinstance(drawn, Outline)
        for found in (walk_within(case, drawn, seed=seed), walk(case, seed=seed)):
            if found is not None:
                filled += 1
                at = found.assignment.tolist()
                assert broken(site.skus, at, site.items, site.locations, site.settings) == ()
    assert filled > 50


def test_compiled_and_plain_place_the_same(compiled_and_plain):
    code = """
from slotting_sites import problem_of, random_site
from layouts.slotting.rules.case import case_of
from layouts.slotting.rules.walk import walk
for seed in range(4):
    problem, built = problem_of(random_site(seed, fill=1.0))
    found = walk(case_of(problem, built.homes), seed=seed, steps=300)
    print(None if found is None else found.assignment.tolist())
"""
    compiled, plain = compiled_and_plain(code, path="benchmarks")
    assert compiled == plain
    assert "[" in compiled
