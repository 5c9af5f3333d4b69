"""What is said of a smoothed surface's errors is what they are."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from scans.recognition.surface_sigmas import root_mean_square, smoothed_sigmas

SHAPE, NOISE_M = (120, 90), 0.003


def smoothed(value: np.ndarray, weight: np.ndarray, cells: float) -> np.ndarray:
    return np.asarray(gaussian_filter(value * weight, cells) / gaussian_filter(weight, cells))


@pytest.mark.parametrize("cells", [0.7, 1.5])
def test_of_noise_it_is_the_noise_that_smoothing_leaves(cells: float) -> None:
    value = np.random.default_rng(1).normal(0.0, NOISE_M, SHAPE)
    weight = np.ones(SHAPE)
    said = root_mean_square(smoothed_sigmas(value, weight, cells))
    assert said == pytest.approx(root_mean_square(smoothed(value, weight, cells)), rel=0.05)


def test_places_seldom_seen_and_full_of_strays_are_known_less() -> None:
    rng = np.random.default_rng(2)
    seldom = np.zeros(SHAPE, np.bool_)
    seldom[:, 45:] = True
    value = rng.normal(0.0, np.where(seldom, 0.015, 0.001))
    weight = np.where(seldom, 3.0, 20.0)
    said, error = smoothed_sigmas(value, weight, 0.7), smoothed(value, weight, 0.7)
    for there in (seldom, ~seldom):
        inner = there & np.roll(there, 4, 1) & np.roll(there, -4, 1)
        assert root_mean_square(said[inner]) == pytest.approx(root_mean_square(error[inner]), rel=0.15)


def test_what_nobody_saw_is_known_no_better_than_the_worst_that_was_seen() -> None:
    rng = np.random.default_rng(3)
    weight = np.full(SHAPE, 20.0)
    weight[:, 40:60] = 2.0
    weight[:, 60:80] = 0.0
    said = smoothed_sigmas(rng.normal(0.0, 0.002, SHAPE), weight, 0.7)
    assert said[60, 70] >= said[60, 50] >= said[60, 10] > 0


def test_of_nothing_something_is_said() -> None:
    empty = np.zeros((4, 5))
    assert (smoothed_sigmas(empty, empty, 0.7) > 0).all()
