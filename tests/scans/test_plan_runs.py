"""Runs of cells against scipy's morphology: the same closings, openings, holes and parts on masks of all kinds."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pytest
from scipy import ndimage

from scans.recognition.column_map import ColumnMap, column_map
from scans.recognition.racks.blocks import axes_of
from scans.recognition.racks.runs import (
    close_across,
    close_along,
    close_cells,
    fill_holes,
    open_across,
    open_along,
    parts,
)

Mask = npt.NDArray[np.bool_]


def masks() -> list[Mask]:
    rng = np.random.default_rng(1)
    sizes = [(1, 1), (1, 9), (9, 1), (24, 31), (40, 17)]
    return [rng.random(size) < share for size in sizes for share in (0.0, 0.15, 0.5, 0.7, 1.0)]


def line(along: int, across: int) -> Mask:
    return np.ones((along, across), np.bool_)


def by_scipy(mask: Mask, operation: Callable[..., Mask], structure: Mask) -> Mask:
    """On a plane that goes on, empty, beyond the mask."""
    wide = operation(np.pad(mask, 20), structure)
    return np.asarray(wide[20:-20, 20:-20])


@pytest.mark.parametrize("cells", [1, 2, 3, 4, 7])
def test_lines_close_and_open_as_scipy_says(cells: int) -> None:
    odd = cells | 1
    cases = [
        (close_along, ndimage.binary_closing, line(odd, 1)),
        (close_across, ndimage.binary_closing, line(1, odd)),
        (open_along, ndimage.binary_opening, line(odd, 1)),
        (open_across, ndimage.binary_opening, line(1, odd)),
    ]
    for mask in masks():
        for ours, theirs, structure in cases:
            found = mask.copy()
            ours(found, cells)
            assert np.array_equal(found, by_scipy(mask, theirs, structure))


def test_a_square_closes_as_scipy_says() -> None:
    for mask in masks():
        assert np.array_equal(close_cells(mask), by_scipy(mask, ndimage.binary_closing, line(3, 3)))


def test_holes_are_those_that_scipy_fills() -> None:
    for mask in masks():
        found = mask.copy()
        fill_holes(found)
        assert np.array_equal(found, ndimage.binary_fill_holes(mask))


def test_parts_are_those_that_scipy_labels_in_its_order() -> None:
    for mask in masks():
        labels, count = ndimage.label(mask)
        found = list(parts(mask))
        assert len(found) == count
        for part, (number, box) in zip(found, enumerate(ndimage.find_objects(labels), start=1), strict=True):
            own = labels[box] == number
            assert (slice(*part.along), slice(*part.across)) == box
            assert part.lengths.tolist() == own.sum(axis=0).tolist()
            assert part.rows == own.any(axis=1).sum()


def test_a_map_along_a_heading_is_that_of_the_points_turned_back() -> None:
    rng = np.random.default_rng(2)
    points = rng.uniform((-7, 3, 0), (9, 12, 5), (500, 3))
    turned = np.column_stack([points[:, :2] @ axes_of(0.4).T, points[:, 2]])
    along = column_map(points, points[:, 2], cell_m=0.05, top_m=5.0, axes=axes_of(0.4))
    expected = column_map(turned, points[:, 2], cell_m=0.05, top_m=5.0)
    assert np.array_equal(along.origin, expected.origin)
    assert np.array_equal(along.bits, expected.bits)


def test_neighbours_along_and_wider_cells_show_what_any_of_theirs_does() -> None:
    rng = np.random.default_rng(3)
    bits = rng.integers(0, 2**63, (13, 8), np.uint64) & rng.integers(0, 2**63, (13, 8), np.uint64)
    columns = ColumnMap(np.zeros(2), 0.05, 0.1, bits)
    gathered, wide = columns.gathered_along(2), columns.coarser(3)
    assert wide.bits.shape == (5, 3)
    assert wide.cell_m == pytest.approx(0.15)
    for i, j in np.ndindex(bits.shape):
        assert gathered[i, j] == np.bitwise_or.reduce(bits[max(i - 2, 0) : i + 3, j])
    for i, j in np.ndindex(wide.bits.shape):
        cell = bits[3 * i : 3 * i + 3, 3 * j : 3 * j + 3]
        assert wide.bits[i, j] == np.bitwise_or.reduce(cell, axis=(0, 1))
