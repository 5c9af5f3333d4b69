import numpy as np
import pytest

from layouts.slotting.aisles.floor import aisle_floor
from layouts.slotting.aisles.one_more import alone_m, exact_lengths, new_sweep, one_more
from layouts.tours.parallel_aisles import Picks
from spatial.errors import UndecidedError


def test_lengths_are_those_of_the_shortest_tours_with_and_without_one_more_stop(case, shortest):
    warehouse, places = case
    floor, random = aisle_floor(warehouse, places), np.random.default_rng(1)
    sweep, with_stop_m = new_sweep(floor), np.zeros(floor.spots, np.float32)
    for stops in (0, 1, 2, 3, 5, 9, 16):
        rows = random.choice(24, stops, replace=False)
        held = np.zeros(floor.spots, np.int16)
        held[floor.depot] = 1
        np.add.at(held, floor.spot[rows], 1)
        assert one_more(floor, held, sweep, with_stop_m) == pytest.approx(shortest(warehouse, places, rows))
        told = exact_lengths(floor, np.array([0, stops]), rows)[0]
        assert told == pytest.approx(shortest(warehouse, places, rows))
        for place in range(24):
            longer = shortest(warehouse, places, np.append(rows, place))
            assert with_stop_m[floor.spot[place]] == pytest.approx(longer, rel=1e-6)


def test_places_that_face_each_other_are_one_spot_and_the_depot_is_one_of_its_own(case):
    warehouse, places = case
    floor = aisle_floor(warehouse, places)
    assert floor.spots == 6 * 3 + 1
    assert floor.depot not in floor.spot
    assert len(np.unique(floor.spot)) == 18


def test_a_tour_to_one_place_is_there_and_back(case, shortest):
    warehouse, places = case
    floor = aisle_floor(warehouse, places)
    alone = alone_m(floor)
    for place in range(24):
        assert alone[floor.spot[place]] == pytest.approx(shortest(warehouse, places, np.array([place])))


def test_what_is_outside_is_refused(case):
    warehouse, _ = case
    outside = Picks(aisle=np.array([3]), block=np.array([0]), offset_m=np.array([1.0]))
    with pytest.raises(ValueError, match="aisle 3 is outside"):
        aisle_floor(warehouse, outside)
    assert issubclass(UndecidedError, Exception)
