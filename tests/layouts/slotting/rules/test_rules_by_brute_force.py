"""Tiny sites on which every assignment is tried: what is legal, what changes least, which rules are in conflict."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, product

import numpy as np
import pytest
from slotting_sites import problem_of, random_site

from layouts.slotting.rules.broken import broken
from layouts.slotting.rules.case import case_of
from layouts.slotting.rules.kept import kept_rules
from layouts.slotting.rules.least_conflict import Infeasible, least_conflict
from layouts.slotting.rules.settings import SkusALocation
from layouts.slotting.rules.start import Start, feasible_start

SEEDS = range(60)
MOST = 3000


def tiny(seed: int):
    """A site whose items are those of others, so that about half have no legal assignment."""
    random = np.random.default_rng([seed, 9])
    site = random_site(seed, racks=2, bays=1 + seed % 2, tiers=2, fill=0.6)
    other = random_site(seed + 1000, racks=2, bays=2, tiers=2)
    skus = tuple(dict.fromkeys(other.skus))[:4]
    if len(site.locations) ** len(skus) > MOST:
        skus = skus[:3]
    now = tuple(random.integers(-1, len(site.locations), len(skus)).tolist())
    settings = site.settings.model_copy(update={"skus_a_location": SkusALocation(most=1)})
    return replace(site, skus=skus, items={sku: other.items[sku] for sku in skus}, settings=settings, now=now)


def legal_assignments(site):
    return [
        each
        for each in product(range(len(site.locations)), repeat=len(site.skus))
        if not broken(site.skus, each, site.items, site.locations, site.settings)
    ]


@pytest.fixture(scope="module")
def cases():
    found = []
    for seed in SEEDS:
        site = tiny(seed)
        problem, built = problem_of(site)
        found.append((site, problem, built, legal_assignments(site)))
    return found


def test_a_legal_assignment_is_found_exactly_where_one_exists(cases):
    found = [isinstance(feasible_start(problem, built.homes), Start) for _, problem, built, _ in cases]
    assert found == [bool(legal) for *_, legal in cases]
    assert 10 < sum(found) < len(cases) - 10


def test_it_changes_as_little_as_any(cases):
    for site, problem, built, legal in cases:
        if legal:
            start = feasible_start(problem, built.homes)
            assert tuple(start.assignment.tolist()) in legal
            assert start.is_least
            assert start.changed == min(
                sum(row != now for row, now in zip(each, site.now, strict=True)) for each in legal
            )


def test_the_arrays_keep_what_the_judge_allows(cases):
    for site, problem, built, legal in cases:
        case = case_of(problem, built.homes)
        kept = [
            each
            for each in product(range(len(site.locations)), repeat=len(site.skus))
            if kept_rules(case, np.array(each)) == set(case.instances)
        ]
        assert kept == legal


def test_the_conflict_is_the_smallest_of_all_sets_of_rules(cases):
    sizes = []
    for site, problem, built, legal in cases:
        if legal:
            continue
        case = case_of(problem, built.homes)
        names = set(case.instances)
        breaches = {
            frozenset(names - kept_rules(case, np.array(each)))
            for each in product(range(len(site.locations)), repeat=len(site.skus))
        }
        smallest = next(
            size
            for size in range(1, len(names) + 1)
            if any(all(set(part) & breach for breach in breaches) for part in combinations(names, size))
        )
        found = least_conflict(problem, built.homes)
        assert isinstance(found, Infeasible)
        assert found.is_smallest
        assert len(found.rules) == smallest
        assert all(set(found.rules) & breach for breach in breaches)
        sizes.append(smallest)
    assert len({*sizes}) > 1


def test_a_feasible_problem_has_no_conflict(cases):
    problem, built = next((problem, built) for _, problem, built, legal in cases if legal)
    with pytest.raises(ValueError, match="feasible"):
        least_conflict(problem, built.homes)
