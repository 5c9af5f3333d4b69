"""The fine floor against floors of known height, with noise, things on them, joints and holes."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest

from scans.recognition.building.fine_floor import fine_floor
from scans.recognition.building.floor import FloorPlane, FloorSurface
from scans.recognition.building.floor_cells import floor_cells

Floats = npt.NDArray[np.float64]

NOISE_M = 0.003
SIZE_M = 16.0
PER_CELL = 40
CELL_NOISE_M = NOISE_M / math.sqrt(PER_CELL)
BOUNDS = (0.0, 0.0, SIZE_M, SIZE_M)
LEVEL = FloorPlane(0.0, 0.0, 0.0, 1.0)


def flat(xy: Floats) -> Floats:
    return np.zeros(len(xy))


def sloped(xy: Floats) -> Floats:
    return 0.004 * xy[:, 0] - 0.002 * xy[:, 1] + 0.01


def waved(xy: Floats) -> Floats:
    """5 mm up and down, 8 m long along x, and 1 cm, twice as long, along y."""
    return np.asarray(0.005 * np.sin(2 * np.pi * xy[:, 0] / 8.0) + 0.01 * np.cos(2 * np.pi * xy[:, 1] / 16.0))


def stepped(xy: Floats) -> Floats:
    """A slab that settled by 1 cm along a joint."""
    return np.where(xy[:, 0] < SIZE_M / 2, 0.0, -0.01)


def seen(height: Callable[[Floats], Floats], seed: int = 0) -> Floats:
    """Points (N, 3) of a floor, 40 in each half metre."""
    rng = np.random.default_rng(seed)
    xy = rng.uniform(0.0, SIZE_M, (round(PER_CELL * (2 * SIZE_M) ** 2), 2))
    return np.column_stack([xy, height(xy) + rng.normal(0.0, NOISE_M, len(xy))])


def floor_of(points: Floats, plane: FloorPlane = LEVEL) -> FloorSurface:
    found = fine_floor(points, np.ones(len(points), np.int32), plane, BOUNDS)
    assert found is not None
    return found


def lattice(step_m: float = 0.25) -> Floats:
    line = np.arange(step_m, SIZE_M, step_m)
    return np.stack(np.meshgrid(line, line, indexing="ij"), -1).reshape(-1, 2)


@pytest.mark.parametrize("height", [flat, sloped, waved])
def test_floors_are_followed_closer_than_a_cell_alone_would_tell(height: Callable[[Floats], Floats]) -> None:
    error = floor_of(seen(height)).heights(lattice()) - height(lattice())
    assert math.sqrt(np.mean(error**2)) < CELL_NOISE_M
    assert np.abs(error).max() < 5 * CELL_NOISE_M


@pytest.mark.parametrize("height", [flat, sloped, waved])
def test_errors_are_as_great_as_their_sigmas_say(height: Callable[[Floats], Floats]) -> None:
    ratios = []
    for seed in range(8):
        floor = floor_of(seen(height, seed))
        ratios.append((floor.heights(lattice()) - height(lattice())) / floor.sigmas_at(lattice()))
    assert 0.90 < np.mean(np.abs(ratios) < 1.96) <= 0.99


def test_a_joint_is_smoothed_over_half_a_metre_and_does_not_show_beyond() -> None:
    floor, places = floor_of(seen(stepped)), lattice()
    error = np.abs(floor.heights(places) - stepped(places))
    assert error[np.abs(places[:, 0] - SIZE_M / 2) > 1.0].max() < 6 * CELL_NOISE_M
    assert error.max() < 0.01


@pytest.mark.parametrize("top_m", [0.05, 0.07])
def test_what_lies_flat_on_the_floor_does_not_raise_it(top_m: float) -> None:
    points = seen(waved)
    # sheets of 1 m by 1 m every 3 m, in part hiding the cells they lie in
    is_under = (np.mod(points[:, :2], 3.0) < 1.0).all(axis=1)
    points[is_under, 2] += top_m
    error = floor_of(points).heights(lattice()) - waved(lattice())
    assert np.abs(error).max() < 6 * CELL_NOISE_M


def test_legs_and_goods_all_over_the_floor_do_not_raise_it() -> None:
    points, rng = seen(waved), np.random.default_rng(7)
    some = rng.random(len(points)) < 0.4
    points[some, 2] += rng.uniform(0.0, 0.3, np.count_nonzero(some))
    error = floor_of(points).heights(lattice()) - waved(lattice())
    # of the 40 %, 4 % lie within 3 cm, 1 % within the 9 mm that count as floor: their mean there is 4 mm
    assert np.mean(error) < 0.02 * 0.004
    assert np.abs(error).max() < 6 * CELL_NOISE_M


def test_holes_are_bridged_and_known_less() -> None:
    points = seen(waved)
    middle = SIZE_M / 2
    is_hidden = (np.abs(points[:, 0] - middle) < 1.5) & (np.abs(points[:, 1] - middle) < 5.0)
    floor = floor_of(points[~is_hidden])
    hole = lattice()[(np.abs(lattice() - middle) < [1.0, 4.5]).all(axis=1)]
    error, sigmas = floor.heights(hole) - waved(hole), floor.sigmas_at(hole)
    assert np.abs(error).max() < 0.004
    assert np.mean(np.abs(error) < 1.96 * sigmas) > 0.9
    assert sigmas.min() > 1.5 * floor.sigma_m


def test_what_lies_beyond_what_was_seen_is_known_ever_less() -> None:
    points = seen(sloped)
    floor = floor_of(points[points[:, 0] < 10.0])
    sigmas = floor.sigmas_at(np.column_stack([np.array([5.0, 11.0, 13.0, 15.0]), np.full(4, 8.0)]))
    assert (np.diff(sigmas) > 0).all()
    assert (
        abs(floor.heights(np.array([[15.0, 8.0]]))[0] - sloped(np.array([[15.0, 8.0]]))[0]) < 3 * sigmas[-1]
    )


def test_the_order_of_points_shows_by_less_than_a_nanometre() -> None:
    points = seen(waved)
    one = floor_of(points)
    other = floor_of(np.random.default_rng(1).permutation(points))
    np.testing.assert_allclose(other.z, one.z, rtol=0, atol=1e-9)
    assert other.sigmas is not None
    np.testing.assert_allclose(other.sigmas, one.sigmas, rtol=0, atol=1e-9)


def test_a_point_that_stands_for_many_counts_as_many() -> None:
    points = seen(flat)
    counts = np.where(points[:, 2] > 0, 3, 1).astype(np.int32)
    floor = fine_floor(points, counts, LEVEL, BOUNDS)
    assert floor is not None
    # the upper half of a normal distribution lies 0.8 σ up on average: of four, three go up by that and one down
    assert np.median(floor.heights(lattice())) == pytest.approx(0.4 * NOISE_M, rel=0.1)


def test_heights_count_from_the_plane_that_was_found() -> None:
    plane = FloorPlane(0.004, -0.002, 0.01, 1.0)
    points = seen(sloped)
    high = points + np.array([0.0, 0.0, 5.0])
    apart = floor_of(high, FloorPlane(plane.a, plane.b, plane.c + 5.0, 1.0)).heights(lattice()) - 5.0
    np.testing.assert_allclose(apart, floor_of(points, plane).heights(lattice()), rtol=0, atol=1e-9)


@pytest.mark.parametrize(
    "keep",
    [lambda p: p[:0], lambda p: p[(p[:, :2] < 0.4).all(axis=1)], lambda p: p + np.array([0.0, 0.0, 1.0])],
    ids=["nothing", "one cell", "nothing near"],
)
def test_a_floor_seen_nowhere_or_in_one_place_has_no_fine_heights(keep: Callable[[Floats], Floats]) -> None:
    points = keep(seen(flat))
    assert fine_floor(points, np.ones(len(points), np.int32), LEVEL, BOUNDS) is None


@pytest.mark.parametrize(("size_m", "cell_m"), [((50.0, 90.0), 0.5), ((200.0, 400.0), 2.0)])
def test_large_halls_have_wider_cells_so_that_they_stay_few(
    size_m: tuple[float, float], cell_m: float
) -> None:
    rng = np.random.default_rng(2)
    xy = rng.uniform(0.0, size_m, (1000, 2))
    points = np.column_stack([xy, rng.normal(0.0, NOISE_M, len(xy))])
    cells = floor_cells(points, np.ones(len(xy), np.int32), LEVEL, (0.0, 0.0, *size_m))
    assert cells.cell_m == cell_m
    low, high = cells.middles().min(axis=0) - cell_m / 2, cells.middles().max(axis=0) + cell_m / 2
    assert (low <= 0.0).all()
    assert (high >= size_m).all()
    assert np.prod(cells.shape) < 1.1 * 20_000
