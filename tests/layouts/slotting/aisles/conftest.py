"""A small warehouse of two blocks, and tours in it."""

import numpy as np
import pytest

from layouts.slotting.aisles.floor import aisle_floor
from layouts.slotting.hard_rules import one_each
from layouts.slotting.metric import table_metric
from layouts.slotting.problem import SlottingProblem, TourUnits
from layouts.tours.exact.aisles.block_tour import optimal_tour
from layouts.tours.parallel_aisles import ParallelAisles, Picks


@pytest.fixture(params=[(0, 0), (1, 2), (2, 1)], ids=["front-left", "middle-right", "back-middle"])
def case(request):
    """3 aisles of 2 blocks, and 4 places in each stretch of which 2 face each other."""
    random = np.random.default_rng(7)
    warehouse = ParallelAisles(
        aisle_m=random.uniform(8, 12, (2, 3)),
        cross_m=random.uniform(2, 4, (3, 2)),
        depot=request.param,
        depot_m=1.5,
    )
    aisle, block, row = (each.ravel() for each in np.meshgrid(range(3), range(2), range(4), indexing="ij"))
    offset_m = np.array([0.0, 3.0, 3.0, 7.5])[row]
    return warehouse, Picks(aisle=aisle, block=block, offset_m=offset_m)


def shortest_m(warehouse, places, rows):
    """The metres that layouts.tours finds."""
    picks = Picks(aisle=places.aisle[rows], block=places.block[rows], offset_m=places.offset_m[rows])
    return optimal_tour(warehouse, picks).length_m


@pytest.fixture
def shortest():
    return shortest_m


@pytest.fixture
def slotting(case):
    """24 places of 2 locations, 40 units, 60 tours of which the first units are in most."""
    warehouse, places = case
    random = np.random.default_rng(3)
    locations, units = 48, 40
    chance = 0.8 / (1 + np.arange(units)) ** 0.8
    rows = [np.flatnonzero(random.random(units) < chance) for _ in range(60)]
    tours = TourUnits(
        start=np.concatenate([[0], np.cumsum([len(row) for row in rows])]),
        unit=np.concatenate(rows),
        weight=np.ones(60),
    )
    problem = SlottingProblem(
        sku=tuple(f"s{each}" for each in range(units)),
        location=tuple(f"l{each}" for each in range(locations)),
        now=random.permutation(locations)[:units],
        fixed=np.arange(units) == 1,
        place=np.repeat(np.arange(24), 2),
        metric=table_metric(np.zeros((24, 24)), start=0, end=0),
        seconds_per_m=1.0,
        tours=tours,
        rules=one_each(locations, units),
    )
    return problem, aisle_floor(warehouse, places)
