"""200 random sites: what starts and what is found breaks no rule, by a judge that shares nothing with either."""

from __future__ import annotations

import pytest
from slotting_sites import problem_of, random_site

from layouts.slotting.rules.broken import broken
from layouts.slotting.rules.start import Start, feasible_start

SITES = 200


@pytest.fixture(scope="module")
def sites():
    return [random_site(seed, racks=2 + seed % 2, bays=2 + seed % 2) for seed in range(SITES)]


@pytest.fixture(scope="module")
def starts(sites):
    found = []
    for seed, site in enumerate(sites):
        problem, built = problem_of(site)
        found.append((site, problem, feasible_start(problem, built.homes, seed=seed)))
    return found


def test_every_start_is_legal(starts):
    found = [
        broken(site.skus, start.assignment.tolist(), site.items, site.locations, site.settings)
        for site, _, start in starts
        if isinstance(start, Start)
    ]
    assert len(found) == SITES
    assert found == [()] * SITES


def test_the_sites_ask_for_every_rule_and_most_are_in_breach_today(sites):
    names = set()
    in_breach = 0
    for site in sites:
        _, built = problem_of(site)
        parts = (*built.rules.capacities, *built.rules.conflicts, *built.homes)
        names |= {name.split(":")[0] for name in (*built.rules.allowed, *(part.name for part in parts))}
        in_breach += bool(broken(site.skus, site.now, site.items, site.locations, site.settings))
    assert names == {
        *("SKUs a location", "beam load", "cube", "family", "hazard", "location mass", "lots"),
        *("orientation", "role", "temperature", "weight by level"),
    }
    assert in_breach > SITES / 2


def test_a_start_that_is_proven_least_changes_no_more_than_the_planted_assignment(starts):
    proven = [(site, start) for site, _, start in starts if start.is_least]
    assert len(proven) > 0.9 * SITES
    for site, start in proven:
        planted = sum(now != row for now, row in zip(site.now, site.planted, strict=True))
        must = sum(now < 0 for now in site.now)
        assert must <= start.changed <= planted
        assert start.changed == sum(start.assignment != site.now)


def test_the_same_seed_gives_the_same_start(sites):
    for site in sites[:10]:
        problem, built = problem_of(site)
        one, other = (feasible_start(problem, built.homes, seed=3) for _ in range(2))
        assert one.assignment.tolist() == other.assignment.tolist()
