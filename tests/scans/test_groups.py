"""Groups by counting, against what sorting finds."""

from __future__ import annotations

import numpy as np
import pytest

from scans.groups import by_key, grouped, nth_lowest, occupied_cells, plan_cells, plan_shape


@pytest.mark.parametrize("count", [0, 1, 500])
def test_rows_come_group_by_group_in_their_order(count: int) -> None:
    group = np.random.default_rng(count).integers(0, 37, count)
    order, start = grouped(group, 40)
    np.testing.assert_array_equal(order, np.argsort(group, kind="stable"))
    np.testing.assert_array_equal(start, np.searchsorted(np.sort(group), np.arange(41)))


@pytest.mark.parametrize("distinct", [3, 100_000])
def test_the_nth_lowest_is_where_a_stable_sort_puts_it(distinct: int) -> None:
    rng = np.random.default_rng(distinct)
    group = rng.integers(0, 20, 600)
    value = rng.integers(0, distinct, 600) / 7.0
    order, start = grouped(group, 21)
    nth = np.where(np.diff(start) > 0, (0.4 * np.diff(start)).astype(np.int64), -1)
    ranked = np.lexsort((value, group))
    expected = np.where(nth >= 0, ranked[np.minimum(start[:-1] + nth, 599)], -1)
    np.testing.assert_array_equal(nth_lowest(value, order, start, nth), expected)


def test_cells_are_numbered_along_y_first() -> None:
    points = np.random.default_rng(0).uniform(-3.0, 4.0, (400, 3))
    low, high = points.min(axis=0), points.max(axis=0)
    shape = plan_shape(low, high, 0.3)
    ij = np.floor((points[:, :2] - low[:2]) / 0.3).astype(int)
    assert shape == tuple(ij.max(axis=0) + 1)
    np.testing.assert_array_equal(plan_cells(points, low, 0.3, shape), ij[:, 0] * shape[1] + ij[:, 1])


def test_occupied_cells_are_the_different_floors() -> None:
    xy = np.random.default_rng(0).uniform(-2.0, 5.0, (300, 2))
    np.testing.assert_array_equal(
        occupied_cells(xy, 0.25), np.unique(np.floor(xy / 0.25).astype(int), axis=0)
    )
    assert occupied_cells(np.zeros((0, 2)), 0.25).shape == (0, 2)


@pytest.mark.parametrize("run", [1, 40])
def test_rows_of_a_key_are_found_in_runs_and_without(run: int) -> None:
    key = np.repeat(np.random.default_rng(run).integers(-3, 9, 30), run).astype(np.int32)
    keys, order, start = by_key(key)
    np.testing.assert_array_equal(keys, np.unique(key))
    for number, first, last in zip(keys, start[:-1], start[1:], strict=True):
        np.testing.assert_array_equal(order[first:last], np.flatnonzero(key == number))
    assert len(by_key(np.zeros(0, np.int32))[0]) == 0
