"""Small random slotting problems of several families, and the best there is by looking at every slotting."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from layouts.slotting.hard_rules import Capacity, Conflict, HardRules
from layouts.slotting.metric import BOTH_WAYS, DOWN, UP, Metric, table_metric
from layouts.slotting.problem import NOWHERE, CrowdCost, PlaceCost, SlottingProblem, TourUnits
from layouts.slotting.score import score

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

FAMILIES = ("euclid", "any table", "uneven table", "aisles", "one-way aisles")
"""Any table breaks the triangle inequality; an uneven one is asymmetric, but keeps it."""
PITCH_M, BAY_M, DEPTH_M = 4.0, 1.5, 2.0


def made(
    family: str,
    rng: np.random.Generator,
    *,
    units: int,
    locations: int,
    tours: int,
    longest: int = 4,
    rules: bool = False,
    costs: bool = False,
) -> SlottingProblem:
    """A random problem; with `rules`, of all kinds, and with `costs`, of both kinds. The slotting of today keeps
    the rules, so there is one.
    """
    metric, place = _metric(family, rng, locations)
    velocity = 1 / np.arange(1, units + 1)
    sizes = np.minimum(rng.integers(1, longest + 1, tours), units)
    visited = [rng.choice(units, size, replace=False, p=velocity / velocity.sum()) for size in sizes]
    now = rng.permutation(locations)[:units].astype(np.int64)
    problem = SlottingProblem(
        sku=tuple(f"S{unit}" for unit in range(units)),
        location=tuple(f"L{location}" for location in range(locations)),
        now=now,
        fixed=np.zeros(units, np.bool_),
        place=place,
        metric=metric,
        seconds_per_m=float(rng.choice([1.0, 0.8])),
        tours=TourUnits(
            start=np.cumsum([0, *sizes], dtype=np.int64),
            unit=np.concatenate(visited).astype(np.int64),
            weight=rng.choice([1.0, 2.5, 0.5], tours),
        ),
        rules=_rules(rng, now, locations) if rules else _one_each(units, locations),
    )
    return _with_costs(problem, rng) if costs else problem


def _metric(family: str, rng: np.random.Generator, locations: int) -> tuple[Metric, Ints]:
    if family == "euclid":
        at = rng.random((locations + 1, 2)) * 30
        table = np.linalg.norm(at[:, None] - at, axis=2)
        return table_metric(table, start=locations, end=locations), np.arange(locations)
    if family in ("any table", "uneven table"):
        table = rng.random((locations + 2, locations + 2)) * 30
        np.fill_diagonal(table, 0.0)
        for over in range(len(table) if family == "uneven table" else 0):
            table = np.minimum(table, table[:, [over]] + table[[over]])
        return table_metric(table, start=locations, end=locations + 1), np.arange(locations)
    bays = 3
    aisles = max(2, -(-locations // (2 * bays)))
    places = np.array([aisle * bays + bay for aisle in range(aisles) for bay in range(bays) for _ in (0, 1)])
    sense = [UP if aisle % 2 == 0 else DOWN for aisle in range(aisles)]
    metric = aisles_metric(sense if family == "one-way aisles" else [BOTH_WAYS] * aisles, bays)
    return metric, rng.permutation(places)[:locations].astype(np.int64)


def aisles_metric(sense: list[int], bays: int) -> Metric:
    """Parallel aisles between a front and a back cross-aisle; tours start and end at the front of the first."""
    aisles, length = len(sense), (bays - 1) * BAY_M + 2 * DEPTH_M
    up = np.array([DEPTH_M + bay * BAY_M for _ in range(aisles) for bay in range(bays)] + [0.0])
    lane = np.array([aisle for aisle in range(aisles) for _ in range(bays)] + [aisles])
    senses = np.array([*sense, BOTH_WAYS], np.int8)
    top = np.append(np.full(aisles, length), 0.0)[lane]
    leave, enter = np.stack([up, top - up], axis=1), np.stack([up, top - up], axis=1)
    leave[senses[lane] == UP, 0] = leave[senses[lane] == DOWN, 1] = np.inf
    enter[senses[lane] == UP, 1] = enter[senses[lane] == DOWN, 0] = np.inf
    mouths = np.full((2 * aisles + 2, 2 * aisles + 2), np.inf)
    across = (
        np.abs(np.subtract.outer(np.append(np.arange(aisles), 0), np.append(np.arange(aisles), 0))) * PITCH_M
    )
    mouths[::2, ::2] = across
    mouths[1::2, 1::2] = across
    mouths[-1] = mouths[:, -1] = np.inf
    mouths[-1, -1] = 0.0
    for aisle in range(aisles):
        if sense[aisle] != DOWN:
            mouths[2 * aisle, 2 * aisle + 1] = length
        if sense[aisle] != UP:
            mouths[2 * aisle + 1, 2 * aisle] = length
    for middle in range(len(mouths)):
        mouths = np.minimum(mouths, mouths[:, [middle]] + mouths[[middle]])
    return Metric(
        start=len(up) - 1,
        end=len(up) - 1,
        table=np.zeros((0, 0), np.float32),
        lane=lane.astype(np.int32),
        up_m=up.astype(np.float32),
        leave_m=leave.astype(np.float32),
        enter_m=enter.astype(np.float32),
        mouths_m=mouths.astype(np.float32),
        sense=senses,
    )


def _one_each(units: int, locations: int) -> HardRules:
    one = Capacity(name="one", group=np.arange(locations), use=np.ones(units), most=np.ones(locations))
    return HardRules(kind=np.zeros(locations, np.int64), capacities=(one,))


def _rules(rng: np.random.Generator, now: Ints, locations: int) -> HardRules:
    """Kinds, a load of bays of two locations, locations of up to two units, and classes that hate each other."""
    units = len(now)
    kind = rng.permutation(np.arange(locations) % 3)
    allowed = rng.random((units, 3)) < 0.6
    allowed[np.arange(units), kind[now]] = True
    bay = np.arange(locations) // 2
    heavy = rng.integers(1, 5, units).astype(np.float64)
    load = np.bincount(bay[now], weights=heavy, minlength=bay[-1] + 1)
    few = Capacity(name="two", group=np.arange(locations), use=np.ones(units), most=np.full(locations, 2.0))
    kilos = Capacity(name="kg", group=bay, use=heavy, most=np.maximum(load, 4.0))
    group = np.where(rng.random(locations) < 0.8, np.arange(locations) // 3, -1)
    groups = locations // 3 + 1
    near = [np.unique([max(g - 1, 0), g, min(g + 1, groups - 1)]) for g in range(groups)]
    of_unit = np.full(units, -1)
    apart = np.array([[False, True], [True, False]])
    for unit in rng.permutation(units)[: units // 2]:
        of_unit[unit] = rng.integers(0, 2)
        for other in np.flatnonzero(of_unit >= 0):
            close = group[now[unit]] >= 0 and group[now[other]] in near[group[now[unit]]]
            if close and apart[of_unit[unit], of_unit[other]]:
                of_unit[unit] = -1
                break
    hazard = Conflict(
        name="hazard",
        of_unit=of_unit,
        apart=apart,
        group=group,
        near_start=np.cumsum([0, *map(len, near)], dtype=np.int64),
        near=np.concatenate(near).astype(np.int64),
    )
    return HardRules(kind=kind, allowed={"zone": allowed}, capacities=(few, kilos), conflicts=(hazard,))


def _with_costs(problem: SlottingProblem, rng: np.random.Generator) -> SlottingProblem:
    units, locations = len(problem.sku), len(problem.location)
    reach = PlaceCost(
        name="reach", of_unit=problem.visits, of_location=rng.choice([0.0, 2.0, 5.0], locations)
    )
    crowd = CrowdCost(
        name="crowd",
        of_unit=problem.visits,
        group=np.where(rng.random(locations) < 0.8, np.arange(locations) // 4, -1),
        price=rng.random(locations // 4 + 1),
    )
    fixed = np.zeros(units, np.bool_)
    fixed[rng.integers(units)] = True
    now = problem.now.copy()
    now[rng.choice(np.flatnonzero(~fixed))] = NOWHERE
    return replace(problem, place_costs=(reach,), crowd_costs=(crowd,), fixed=fixed, now=now)


def keeps(problem: SlottingProblem, assignment: Ints, most_moves: int | None = None) -> bool:
    """Whether an assignment keeps all rules, straight from their words."""
    rules = problem.rules
    if (problem.fixed & (assignment != problem.now)).any():
        return False
    if any(
        not allowed[unit, rules.kind[at]]
        for allowed in rules.allowed.values()
        for unit, at in enumerate(assignment)
    ):
        return False
    for capacity in rules.capacities:
        for group, most in enumerate(capacity.most):
            if capacity.use[capacity.group[assignment] == group].sum() > most:
                return False
    for conflict in rules.conflicts:
        for one, other in itertools.permutations(range(len(assignment)), 2):
            kinds, groups = conflict.of_unit[[one, other]], conflict.group[assignment[[one, other]]]
            if min(*kinds, *groups) < 0 or not conflict.apart[kinds[0], kinds[1]]:
                continue
            start, stop = conflict.near_start[groups[0]], conflict.near_start[groups[0] + 1]
            if groups[1] in conflict.near[start:stop]:
                return False
    moves = int((assignment != problem.now).sum())
    return most_moves is None or moves <= most_moves


def least_s(problem: SlottingProblem, most_moves: int | None = None) -> float:
    """The seconds of the best slotting of all, looked at one by one; infinite if none keeps the rules."""
    best = np.inf
    for row in itertools.product(range(len(problem.location)), repeat=len(problem.sku)):
        assignment = np.array(row, np.int64)
        if keeps(problem, assignment, most_moves):
            best = min(best, score(problem, assignment).total_s)
    return best


@pytest.fixture(scope="session", name="made")
def _made() -> Callable[..., SlottingProblem]:
    return made


@pytest.fixture(scope="session", name="least_s")
def _least_s() -> Callable[..., float]:
    return least_s


@pytest.fixture(scope="session", name="keeps")
def _keeps() -> Callable[..., bool]:
    return keeps
