"""Small slotting problems, made by chance."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from layouts.slotting.hard_rules import Capacity, Conflict, HardRules, one_each
from layouts.slotting.metric import Metric, table_metric
from layouts.slotting.problem import CrowdCost, PlaceCost, SlottingProblem, TourUnits

ProblemMaker = Callable[..., SlottingProblem]
AISLES, BAYS = 4, 6


@pytest.fixture(scope="session")
def made_up_problem() -> ProblemMaker:
    return make


def make(
    seed: int,
    *,
    units: int = 24,
    locations: int = 40,
    tours: int = 15,
    stops: int = 6,
    metric: str = "table",
    ruled: bool = False,
    costs: bool = False,
) -> SlottingProblem:
    """`metric` is "table" (symmetric), "asymmetric", "lanes" or "one-way lanes"; `ruled` has kinds, capacities and
    conflicts beside one unit a location; `costs` has place and crowd costs.
    """
    rng = np.random.default_rng(seed)
    sizes = rng.integers(1, stops + 1, tours)
    ways = lanes(rng, metric) if "lanes" in metric else table(rng, locations, metric)
    places = rng.integers(0, AISLES * BAYS, locations) if "lanes" in metric else np.arange(locations)
    rules = one_each(locations, units)
    now = rng.permutation(locations)[:units]
    if ruled:
        rules, now = with_rules(rng, rules, now)
    return SlottingProblem(
        sku=tuple(f"S{row}" for row in range(units)),
        location=tuple(f"L{row}" for row in range(locations)),
        now=now,
        fixed=np.arange(units) == units - 1,
        place=places,
        metric=ways,
        seconds_per_m=0.8,
        tours=TourUnits(
            start=np.append(0, np.cumsum(sizes)),
            unit=np.concatenate([rng.choice(units, size, replace=False) for size in sizes]),
            weight=rng.integers(1, 4, tours).astype(float),
        ),
        rules=rules,
        place_costs=(
            PlaceCost(name="reach", of_unit=rng.random(units) * 20, of_location=rng.random(locations)),
        )
        if costs
        else (),
        crowd_costs=(
            CrowdCost(
                name="crowd",
                of_unit=rng.random(units),
                group=rng.integers(-1, 5, locations),
                price=rng.random(5) * 9,
            ),
        )
        if costs
        else (),
    )


def table(rng: np.random.Generator, locations: int, kind: str) -> Metric:
    at = rng.random((locations + 2, 2)) * 50
    ways = np.linalg.norm(at[:, None] - at, axis=2)
    if kind == "asymmetric":
        ways = ways + rng.random(ways.shape) * ways
        for through in range(len(ways)):
            ways = np.minimum(ways, ways[:, through : through + 1] + ways[through])
    return table_metric(ways, start=locations, end=locations + 1)


def lanes(rng: np.random.Generator, kind: str) -> Metric:
    """Parallel aisles of bays 2 m apart, and two places outside, at the low mouths of the first and the last."""
    bay = np.tile(np.arange(BAYS), AISLES)
    up = np.append(2.0 * bay + 1, (0, 0)).astype(np.float32)
    lane = np.append(np.repeat(np.arange(AISLES), BAYS), (AISLES, AISLES + 1)).astype(np.int32)
    x = np.append(4.0 * np.arange(AISLES), (0, 4.0 * (AISLES - 1)))
    at = np.column_stack((np.repeat(x, 2), np.tile((0.0, 2.0 * BAYS + 1), len(x))))
    at[2 * AISLES :, 1] = 0.0
    rest = 2.0 * BAYS + 1 - up
    rest[-2:] = 0
    leave, enter = np.column_stack((up, rest)), np.column_stack((up, rest))
    sense = np.zeros(AISLES + 2, np.int8)
    if kind == "one-way lanes":
        sense[:AISLES] = np.where(np.arange(AISLES) % 2, -1, 1)
        low, high = sense[lane] == 1, sense[lane] == -1
        leave[low, 0] = leave[high, 1] = np.inf
        enter[low, 1] = enter[high, 0] = np.inf
    return Metric(
        start=AISLES * BAYS,
        end=AISLES * BAYS + 1,
        table=np.zeros((0, 0), np.float32),
        lane=lane,
        up_m=up,
        leave_m=leave.astype(np.float32),
        enter_m=enter.astype(np.float32),
        mouths_m=np.abs(at[:, None] - at).sum(axis=2).astype(np.float32),
        sense=sense,
    )


def with_rules(rng: np.random.Generator, one: HardRules, now: np.ndarray) -> tuple[HardRules, np.ndarray]:
    """Two kinds of location, bays that bear so much, classes that are kept apart; `now` holds to all of them."""
    locations, units = len(one.kind), len(now)
    kind = rng.integers(0, 2, locations)
    allowed = rng.random((units, 2)) < 0.6
    allowed[np.arange(units), kind[now]] = True
    bay = np.arange(locations) // 4
    bays = int(bay.max()) + 1
    weight = rng.random(units) * 10
    load = np.bincount(bay[now], weights=weight, minlength=bays)
    of_unit = np.full(units, -1)
    of_unit[:2] = 0
    far = np.flatnonzero(np.abs(bay[now] - bay[now[0]]) > 1)
    near = np.abs(bay[now] - bay[now[1]]) > 1
    of_unit[[unit for unit in far if near[unit] and unit > 1][:3]] = 1
    span = [np.arange(max(0, g - 1), min(bays, g + 2)) for g in range(bays)]
    apart = np.array([[False, True], [True, False]])
    return HardRules(
        kind=kind,
        allowed={"level": allowed},
        capacities=(*one.capacities, Capacity(name="bay", group=bay, use=weight, most=load + 6)),
        conflicts=(
            Conflict(
                name="hazard",
                of_unit=of_unit,
                apart=apart,
                group=bay,
                near_start=np.append(0, np.cumsum([len(row) for row in span])),
                near=np.concatenate(span),
            ),
        ),
    ), now
