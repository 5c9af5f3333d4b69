"""What the search finds on 200 random sites breaks no rule either, by the judge that knows no arrays."""

from __future__ import annotations

from dataclasses import replace

from slotting_sites import problem_of, random_site

from layouts.slotting.rules.broken import broken
from layouts.slotting.rules.start import feasible_start
from layouts.slotting.search.improve import Effort, improve

SITES = 200


def test_the_search_breaks_no_rule_and_moves():
    found, moved = [], 0
    for seed in range(SITES):
        site = random_site(seed, racks=2, bays=2)
        problem, built = problem_of(site, seed=seed)
        start = feasible_start(problem, built.homes, seed=seed)
        improved = improve(
            replace(problem, rules=start.rules),
            start=start.assignment,
            effort=Effort(rounds=2, chains=1, steps=1500),
            seed=seed,
        )
        moved += int((improved.assignment != start.assignment).sum())
        found.append(
            broken(site.skus, improved.assignment.tolist(), site.items, site.locations, site.settings)
        )
    assert found == [()] * SITES
    assert moved > SITES
