"""Cells of a surface follow the spacing of the points: of each thing by itself, and within bounds."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scans.surface.spacing import cells_m


def sheet(
    spacing_m: float, *, at: tuple[float, float, float] = (0.0, 0.0, 0.0), side_m: float = 3.0
) -> np.ndarray:
    """Points at random on an upright sheet, so many that each has a square of its spacing."""
    count = round((side_m / spacing_m) ** 2)
    u, v = np.random.default_rng(5).uniform(0.0, side_m, (2, count))
    return np.column_stack([u, np.full(count, 0.07), v]) + at


@pytest.mark.parametrize(
    ("spacing_m", "width_m"),
    [(0.005, 0.06), (0.025, 0.06), (0.04, 0.08), (0.05, 0.10), (0.06, 0.12), (0.2, 0.15)],
)
def test_a_cell_is_two_spacings_wide_within_bounds(spacing_m: float, width_m: float) -> None:
    (found,) = np.unique(cells_m(sheet(spacing_m)))
    assert found == pytest.approx(width_m, abs=0.0101)
    if spacing_m in (0.005, 0.025, 0.2):
        assert found == width_m


def test_things_apart_have_cells_of_their_own_and_one_thing_has_one_width() -> None:
    near, far = sheet(0.02), sheet(0.06, at=(0.0, 1.0, 0.0))
    widths = cells_m(np.concatenate([near, far]))
    assert set(widths[: len(near)]) == {0.06}
    (of_far,) = set(widths[len(near) :])
    assert of_far == pytest.approx(0.12, abs=0.0101)
    touching = np.concatenate([near, sheet(0.06, at=(3.05, 0.0, 0.0))])
    assert len(set(cells_m(touching))) == 1


@given(st.integers(0, 60), st.randoms(use_true_random=False))
def test_the_order_of_points_does_not_matter_and_few_are_no_fault(count: int, random: object) -> None:
    points = np.random.default_rng(count).uniform(-1.0, 1.0, (count, 3))
    order = np.array(sorted(range(count), key=lambda _: random.random()), np.int64)  # type: ignore[attr-defined]
    widths = cells_m(points)
    assert widths.shape == (count,)
    np.testing.assert_array_equal(cells_m(points[order]), widths[order])
    assert ((widths >= 0.06) & (widths <= 0.15)).all()
