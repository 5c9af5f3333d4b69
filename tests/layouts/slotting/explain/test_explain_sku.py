"""Explanations agree with the full score and with rules asked one by one, for all units and locations of a site."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from layouts.slotting.explain.explain import explain
from layouts.slotting.explain.local_score import LocalScore
from layouts.slotting.explain.options import Options
from layouts.slotting.explain.text import explanation_text
from layouts.slotting.hard_rules import Capacity, Conflict, HardRules
from layouts.slotting.metric import table_metric
from layouts.slotting.problem import NOWHERE, CrowdCost, PlaceCost, SlottingProblem, TourUnits
from layouts.slotting.score import score

UNITS, LOCATIONS = 10, 14


def small_site(seed: int) -> tuple[SlottingProblem, np.ndarray]:
    """Fourteen locations in seven bays of two; one unit a location, a mass for each bay, cold goods, and two classes
    that must be three bays apart; a plan that keeps all of it.
    """
    rng = np.random.default_rng(seed)
    at = rng.uniform(0, 30, (8, 2))
    lengths = np.abs(at[:, None] - at[None]).sum(axis=2)
    sizes = rng.integers(1, 6, 40)
    units = np.concatenate([rng.choice(UNITS, n, replace=False) for n in sizes])
    bay = np.arange(LOCATIONS) // 2
    kind = (bay >= 5).astype(np.int64)
    mass = rng.integers(1, 5, UNITS).astype(float)
    cold = np.arange(UNITS) < 3
    near = [np.flatnonzero(np.abs(np.arange(7) - g) < 2) for g in range(7)]
    dangerous = np.full(UNITS, -1)
    dangerous[[3, 4]] = 0, 1
    rules = HardRules(
        kind=kind,
        allowed={
            "temperature": np.stack((~cold, np.ones(UNITS, np.bool_)), axis=1),
            "dry": np.stack((np.ones(UNITS, np.bool_), np.arange(UNITS) != 9), axis=1),
        },
        capacities=(
            Capacity(name="one-sku", group=np.arange(LOCATIONS), use=np.ones(UNITS), most=np.ones(LOCATIONS)),
            Capacity(name="bay mass", group=np.where(bay == 6, -1, bay), use=mass, most=np.full(6, 7.0)),
        ),
        conflicts=(
            Conflict(
                name="hazard",
                of_unit=dangerous,
                apart=np.array([[False, True], [True, False]]),
                group=bay,
                near_start=np.concatenate(([0], np.cumsum([len(row) for row in near]))),
                near=np.concatenate(near),
            ),
        ),
    )
    problem = SlottingProblem(
        sku=tuple(f"S{n}" for n in range(UNITS)),
        location=tuple(f"L{n:02d}" for n in range(LOCATIONS)),
        now=rng.permutation(LOCATIONS)[:UNITS],
        fixed=np.arange(UNITS) == 7,
        place=1 + bay,
        metric=table_metric(lengths, start=0, end=0),
        seconds_per_m=1.5,
        tours=TourUnits(
            start=np.concatenate(([0], np.cumsum(sizes))),
            unit=units,
            weight=rng.integers(1, 4, 40).astype(float),
        ),
        rules=rules,
        place_costs=(
            PlaceCost(
                name="reach", of_unit=rng.uniform(0, 9, UNITS), of_location=rng.uniform(0, 9, LOCATIONS)
            ),
        ),
        crowd_costs=(
            CrowdCost(
                name="balance",
                of_unit=rng.uniform(0, 5, UNITS),
                group=np.where(bay == 0, -1, bay % 3),
                price=np.array([0.3, 0.1, 0.2]),
            ),
        ),
    )
    while True:
        plan = rng.permutation(LOCATIONS)[:UNITS]
        if not broken(problem, plan, {}):
            return problem, plan


def broken(problem, plan, moves):
    """The names of rules that the whole assignment breaks, asked unit by unit."""
    after = plan.copy()
    for unit, place in moves.items():
        after[unit] = place
    names = {"fixed"} if any(problem.fixed[unit] for unit in moves) else set()
    rules = problem.rules
    for name, allowed in rules.allowed.items():
        if any(not allowed[unit, rules.kind[after[unit]]] for unit in range(UNITS)):
            names.add(name)
    for capacity in rules.capacities:
        for group, most in enumerate(capacity.most):
            if (
                sum(capacity.use[unit] for unit in range(UNITS) if capacity.group[after[unit]] == group)
                > most
            ):
                names.add(capacity.name)
    for conflict in rules.conflicts:
        for one in range(UNITS):
            for other in range(UNITS):
                c, d = conflict.of_unit[one], conflict.of_unit[other]
                if one != other and c >= 0 and d >= 0 and conflict.apart[c, d]:
                    g = conflict.group[after[one]]
                    near = conflict.near[conflict.near_start[g] : conflict.near_start[g + 1]]
                    if conflict.group[after[other]] in near:
                        names.add(conflict.name)
    return names


def full_change(problem, plan, moves):
    after = plan.copy()
    for unit, place in moves.items():
        after[unit] = place
    old, new = score(problem, plan), score(problem, after)
    parts = {name: new.others_s[name] - old.others_s[name] for name in old.others_s}
    return {"travel": new.travel_s - old.travel_s, **parts}


@pytest.mark.parametrize("seed", range(4))
def test_every_option_agrees_with_the_full_score_and_all_rules(seed):
    problem, plan = small_site(seed)
    options = Options(problem, plan)
    for unit in range(UNITS):
        for place in np.setdiff1d(np.arange(LOCATIONS), plan[unit]).tolist():
            told = options.at(unit, place)
            holders = np.flatnonzero(plan == place)
            moves = {unit: place}
            if told.instead_of is not None:
                assert problem.sku[holders[0]] == told.instead_of
                moves[int(holders[0])] = int(plan[unit])
            assert told.parts_s == pytest.approx(full_change(problem, plan, moves), abs=1e-7)
            assert told.more_s == pytest.approx(sum(told.parts_s.values()))
            assert set(told.broken) == broken(problem, plan, moves)
            assert (told.instead_of is None) == (len(holders) == 0)


def test_every_kind_of_rule_is_told_by_its_name():
    names = set()
    for seed in range(4):
        options = Options(*small_site(seed))
        for unit in range(UNITS):
            for place in range(LOCATIONS):
                names |= set(options.at(unit, place).broken)
    assert names == {"temperature", "dry", "bay mass", "hazard", "fixed"}


@pytest.mark.parametrize("seed", range(4))
def test_alternatives_are_the_best_there_are(seed):
    problem, plan = small_site(seed)
    options = Options(problem, plan)
    for unit in range(UNITS):
        every = [options.at(unit, place) for place in range(LOCATIONS) if place != plan[unit]]
        every.sort(key=lambda option: option.more_s)
        story = explain(problem, plan, f"S{unit}").units[0]
        assert list(story.alternatives) == [option for option in every if not option.broken][:5]
        assert (
            list(story.forbidden) == [option for option in every if option.broken and option.more_s < 0][:5]
        )


def test_a_screening_of_half_the_locations_finds_the_best_ones():
    found = []
    for seed in range(8):
        problem, plan = small_site(seed)
        for unit in range(UNITS):
            whole = explain(problem, plan, f"S{unit}").units[0].alternatives
            told = explain(problem, plan, f"S{unit}", shortlist=7)
            assert told.is_screened
            if whole:
                some = told.units[0].alternatives
                found.append(bool(some) and some[0] == whole[0])
    assert np.mean(found) > 0.9


def test_locations_of_one_place_and_cost_are_named_once():
    problem, plan = small_site(1)
    alike = replace(problem, place_costs=())
    for unit in range(UNITS):
        story = explain(alike, plan, f"S{unit}").units[0]
        places = [alike.place[alike.location.index(option.location)] for option in story.alternatives]
        assert len(set(places)) == len(places)


def test_what_the_move_saves_is_the_score_of_leaving_it():
    problem, plan = small_site(0)
    seen = 0
    for unit in range(UNITS):
        story = explain(problem, plan, f"S{unit}").units[0]
        if story.back is None:
            assert problem.now[unit] == plan[unit]
            continue
        seen += 1
        moves = {unit: int(problem.now[unit])}
        if story.back.instead_of is not None:
            moves[problem.sku.index(story.back.instead_of)] = int(plan[unit])
        change = full_change(problem, plan, moves)
        assert story.saves_s == pytest.approx(change, abs=1e-7)
    assert seen > 5


def test_partners_are_counted_as_by_hand():
    problem, plan = small_site(1)
    starts = problem.tours.start
    tours = [set(problem.tours.unit[a:b].tolist()) for a, b in pairwise(starts)]
    weight = problem.tours.weight
    its = sum(w for tour, w in zip(tours, weight, strict=True) if 2 in tour)
    partner = explain(problem, plan, "S2").units[0].partners[0]
    other = int(partner.sku[1:])
    both = sum(w for tour, w in zip(tours, weight, strict=True) if {2, other} <= tour)
    alone = sum(w for tour, w in zip(tours, weight, strict=True) if other in tour)
    assert (partner.tours, partner.share) == (both, both / its)
    assert partner.lift == pytest.approx(both * weight.sum() / its / alone)
    here, there = problem.place[plan[2]], problem.place[plan[other]]
    assert partner.plan_m == pytest.approx(problem.metric.table[here, there])


def test_velocity_and_nearness_are_ranks():
    problem, plan = small_site(2)
    story = explain(problem, plan, "S4").units[0]
    assert story.visits == problem.visits[4]
    assert story.rank == 1 + sum(problem.visits > problem.visits[4])
    there_and_back = 2 * problem.metric.table[0, problem.place]
    assert story.plan_nearness == 1 + sum(there_and_back < there_and_back[plan[4]])


def test_the_text_says_what_is_known():
    problem, plan = small_site(3)
    text = explanation_text(explain(problem, plan, "S0"))
    assert text.startswith("SKU S0: ")
    for said in ("Velocity: ", "Picked together with:", "Next best locations, of all:", "travel"):
        assert said in text
    record = json.loads(json.dumps(explain(problem, plan, "S0").record()))
    assert record["units"][0]["plan"] == problem.location[plan[0]]


def test_a_sku_of_two_faces_tells_both_and_one_without_tours_too():
    problem, plan = small_site(0)
    twice = replace(problem, sku=("S1", *problem.sku[1:]))
    told = explain(twice, plan, "S1")
    assert len(told.units) == 2
    assert "pick face 2 of 2" in explanation_text(told)
    unwanted = replace(
        problem, tours=TourUnits(start=np.array([0, 1]), unit=np.array([1]), weight=np.ones(1))
    )
    story = explain(unwanted, plan, "S0", shortlist=5).units[0]
    assert story.visits == 0
    assert story.partners == ()
    assert all(option.parts_s["travel"] == 0 or option.instead_of == "S1" for option in story.alternatives)


def test_one_without_a_place_says_so():
    problem, plan = small_site(0)
    quiet = replace(problem, tours=TourUnits(start=np.array([0, 1]), unit=np.array([1]), weight=np.ones(1)))
    nowhere = plan.copy()
    nowhere[0] = NOWHERE
    told = explain(quiet, nowhere, "S0")
    assert told.units[0].alternatives == ()
    assert "no place" in explanation_text(told)


def test_an_unknown_sku_names_its_neighbour():
    problem, plan = small_site(0)
    with pytest.raises(ValueError, match="did you mean 'S1'"):
        explain(problem, plan, "S1x")


def test_local_changes_of_many_moves_are_those_of_the_full_score():
    problem, plan = small_site(2)
    local = LocalScore(problem, plan)
    rng = np.random.default_rng(0)
    for _ in range(30):
        units = rng.choice(UNITS, rng.integers(1, 5), replace=False).tolist()
        moves = dict(zip(units, rng.integers(0, LOCATIONS, len(units)).tolist(), strict=True))
        assert local.change_s(moves) == pytest.approx(full_change(problem, plan, moves), abs=1e-7)
