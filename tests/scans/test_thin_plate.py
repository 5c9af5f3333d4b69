"""The thin plate against its equations solved outright, and against surfaces drawn from what it takes for likely."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scans.recognition.building.thin_plate import is_held, likeliest_plate, plate

Floats = npt.NDArray[np.float64]

NOISE_M = 0.002


def bending(shape: tuple[int, int]) -> Floats:
    """The matrix (I·J, I·J) of f_xx² + 2 f_xy² + f_yy², square by square."""
    number = np.arange(shape[0] * shape[1]).reshape(shape)
    total = np.zeros((number.size, number.size))

    def add(places: npt.NDArray[np.int64], stencil: list[float], factor: float) -> None:
        for cells in places:
            row = np.zeros(number.size)
            row[cells] = stencil
            total[...] += factor * np.outer(row, row)

    for lines in (number, number.T):
        add(np.stack([lines[:-2], lines[1:-1], lines[2:]], -1).reshape(-1, 3), [1.0, -2.0, 1.0], 1.0)
    corners = [number[1:, 1:], number[1:, :-1], number[:-1, 1:], number[:-1, :-1]]
    add(np.stack(corners, -1).reshape(-1, 4), [1.0, -1.0, -1.0, 1.0], 2.0)
    return total


def bent_at_random(shape: tuple[int, int], stiffness: float, rng: np.random.Generator) -> Floats:
    """A surface (I, J) of noise 1 with this stiffness: every way to bend as far as its energy lets it."""
    energy, ways = np.linalg.eigh(stiffness * bending(shape))
    size = np.where(energy > 1e-9 * energy.max(), 1.0, 0.0) / np.sqrt(np.maximum(energy, 1e-12))
    return np.asarray((ways @ (size * rng.normal(size=len(size)))).reshape(shape))


@pytest.mark.parametrize("shape", [(9, 6), (6, 9), (2, 8)])
def test_it_solves_its_equations(shape: tuple[int, int]) -> None:
    rng = np.random.default_rng(1)
    value, weight = rng.normal(size=shape), rng.uniform(0.0, 3.0, shape) * (rng.random(shape) < 0.7)
    system = np.diag(weight.ravel()) + 5.0 * bending(shape)
    outright = np.linalg.solve(system, (weight * value).ravel()).reshape(shape)
    np.testing.assert_allclose(plate(value, weight, 5.0), outright, rtol=0, atol=1e-10)


@given(st.floats(-1, 1), st.floats(-1, 1), st.floats(-1, 1), st.floats(0.1, 1e4))
def test_a_plane_is_itself_however_stiff_and_goes_on_where_nothing_was_measured(
    a: float, b: float, c: float, stiffness: float
) -> None:
    i, j = np.indices((8, 11))
    plane = a * i + b * j + c
    weight = np.zeros((8, 11))
    weight[[1, 2, 5, 3], [1, 4, 2, 3]] = 1.0
    np.testing.assert_allclose(plate(plane, weight, stiffness), plane, rtol=0, atol=1e-6)


@pytest.mark.parametrize(
    ("cells", "held"),
    [
        ([], False),
        ([(1, 1), (2, 4), (4, 2)], False),
        ([(0, 0), (1, 1), (2, 2), (3, 3), (4, 4)], False),
        ([(1, 1), (2, 4), (4, 2), (4, 4)], True),
    ],
    ids=["none", "three", "a line", "four"],
)
def test_a_plate_needs_four_values_that_are_not_in_a_line(cells: list[tuple[int, int]], held: bool) -> None:
    weight = np.zeros((6, 6))
    for cell in cells:
        weight[cell] = 1.0
    assert is_held(weight) is held
    if not held:
        with pytest.raises(ValueError, match=f"{len(cells)} values hold no plate"):
            likeliest_plate(np.zeros((6, 6)), weight)


def test_few_values_in_a_corner_of_a_large_grid_are_enough() -> None:
    weight = np.zeros((50, 40))
    weight[:3, :3] = 1.0
    found = likeliest_plate(np.zeros(weight.shape), weight)
    assert np.abs(found.z).max() < 1e-9
    assert found.sigmas[-1, -1] > 10 * found.sigmas[1, 1]


@settings(max_examples=5, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_a_flat_floor_stays_flat(seed: int) -> None:
    noise = np.random.default_rng(seed).normal(0.0, NOISE_M, (24, 20))
    found = likeliest_plate(noise, np.ones(noise.shape))
    # a plane's error has three of 480 parts of the noise; the likeliest plate may take a few parts more
    assert np.sqrt(np.mean(found.z**2)) < 0.25 * NOISE_M


@pytest.mark.parametrize("stiffness", [1.0, 30.0, 1000.0])
def test_surfaces_that_bend_at_random_are_off_by_what_is_said(stiffness: float) -> None:
    rng, shape, ratios = np.random.default_rng(3), (20, 16), []
    for _ in range(12):
        truth = NOISE_M * bent_at_random(shape, stiffness, rng)
        weight = rng.uniform(0.5, 20.0, shape)
        weight[6:12, 4:9] = 0.0  # a hole
        value = truth + NOISE_M * rng.normal(size=shape) / np.sqrt(np.maximum(weight, 1e-9))
        found = likeliest_plate(np.where(weight > 0, value, 0.0), weight)
        ratios.append((found.z - truth) / found.sigmas)
    assert 0.90 < np.mean(np.abs(ratios) < 1.96) < 0.97


def test_what_is_known_falls_off_into_a_hole_and_beyond_the_rim() -> None:
    weight = np.ones((30, 30))
    weight[10:20, 10:20] = 0.0
    weight[:, 25:] = 0.0
    value = NOISE_M * np.random.default_rng(4).normal(size=weight.shape)
    value += 0.01 * np.sin(np.indices(weight.shape)[0] / 3)
    sigmas = likeliest_plate(value, weight).sigmas
    assert sigmas[5, 15] < sigmas[11, 15] < sigmas[15, 15]
    assert sigmas[5, 22] < sigmas[5, 26] < sigmas[5, 29]


def test_sigmas_are_those_of_the_inverse() -> None:
    shape = (7, 9)
    rng = np.random.default_rng(5)
    value, weight = NOISE_M * rng.normal(size=shape), np.ones(shape)
    found = likeliest_plate(value, weight)
    # of noise alone, any stiffness along which the fit does not change: the one it took is that of its own solution
    tried = 10.0 ** np.linspace(-1.0, 6.0, 701)
    off = [np.abs(plate(value, weight, one) - found.z).max() for one in tried]
    system = np.eye(value.size) + tried[int(np.argmin(off))] * bending(shape)
    noise = float(value.ravel() @ (value - found.z).ravel()) / (value.size - 3) + 1e-8
    exact = np.sqrt(noise * np.linalg.inv(system).diagonal()).reshape(shape)
    np.testing.assert_allclose(found.sigmas, exact, rtol=0.35)  # each from 100 draws: 7 %, and 63 of them
    assert np.mean(found.sigmas**2) == pytest.approx(np.mean(exact**2), rel=0.15)


def test_the_same_values_give_the_same_plate_to_the_last_bit() -> None:
    rng = np.random.default_rng(6)
    value, weight = rng.normal(size=(12, 10)), rng.uniform(1.0, 2.0, (12, 10))
    one, other = likeliest_plate(value, weight), likeliest_plate(value, weight)
    assert np.array_equal(one.z, other.z)
    assert np.array_equal(one.sigmas, other.sigmas)
