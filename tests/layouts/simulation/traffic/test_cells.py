"""Cells: laws of any cut, exact small cases, and what an agent holds against the touching of intervals."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from layouts.simulation.traffic.aisle_axes import AisleAxis
from layouts.simulation.traffic.cells import cell_bounds
from layouts.simulation.traffic.lanes import Lane, held_at

lengths = st.floats(0.1, 60.0)
cells = st.floats(0.4, 4.0)


@st.composite
def cuts(draw):
    length = draw(lengths)
    spots = draw(st.lists(st.floats(0.0, 1.0), max_size=30))
    return length, [share * length for share in spots], draw(cells)


@given(cuts())
def test_cells_fill_the_lane_and_none_is_too_short(cut) -> None:
    length, spots, cell_m = cut
    bounds = cell_bounds(0.0, length, spots, cell_m=cell_m)
    assert bounds[0] == 0.0
    assert bounds[-1] == length
    sizes = [high - low for low, high in pairwise(bounds)]
    assert min(sizes) > 0
    assert len(sizes) == 1 or min(sizes) >= cell_m - 1e-6


@given(cuts())
def test_no_border_is_nearer_to_a_place_than_half_the_way_to_the_next(cut) -> None:
    length, spots, cell_m = cut
    inside = sorted({spot for spot in spots if 0 < spot < length})
    for border in cell_bounds(0.0, length, spots, cell_m=cell_m)[1:-1]:
        below = [border - spot for spot in inside if spot <= border]
        above = [spot - border for spot in inside if spot >= border]
        gap = min(below, default=cell_m) + min(above, default=cell_m)
        assert min([*below, *above, cell_m]) >= min(gap, cell_m) / 2 - 1e-6


@given(st.integers(1, 20), st.floats(0.5, 3.0), st.floats(0.0, 1.0))
def test_places_a_cell_apart_have_one_each(count, cell_m, more) -> None:
    pitch = cell_m * (1 + more)
    spots = [pitch * (k + 0.5) for k in range(count)]
    bounds = cell_bounds(0.0, pitch * count, spots, cell_m=cell_m)
    for low, high in pairwise(bounds):
        assert sum(low < spot < high for spot in spots) <= 1
    assert len(bounds) - 1 >= count


@pytest.mark.parametrize(
    ("spots", "cell_m", "bounds"),
    [
        ((), 2.0, (0, 2, 4, 6)),
        ((), 2.5, (0, 3, 6)),
        ((), 7.0, (0, 6)),
        ((1, 3, 5), 2.0, (0, 2, 4, 6)),
        ((2, 3, 4), 0.9, (0, 1.55, 2.5, 3.5, 4.45, 6)),
        ((1, 2, 3, 4, 5), 2.0, (0, 2.5, 6)),
    ],
)
def test_small_lanes_are_cut_as_by_hand(spots, cell_m, bounds) -> None:
    assert cell_bounds(0.0, 6.0, spots, cell_m=cell_m) == pytest.approx(bounds)


def lane(bounds) -> Lane:
    return Lane(
        name="A",
        aisle="A",
        axis=AisleAxis("L0", (0.0, 0.0), (1.0, 0.0)),
        kind="narrow_two_way",
        bounds=tuple(bounds),
        first_cell=10,
        section=3,
    )


@given(cuts(), st.floats(0.0, 1.0))
def test_an_agent_holds_the_cells_that_its_body_touches(cut, share) -> None:
    length, spots, cell_m = cut
    found = lane(cell_bounds(0.0, length, spots, cell_m=cell_m))
    at_m = share * length
    half_m = min(cell_m, length) / 2
    borders = [abs(abs(border - at_m) - half_m) for border in found.bounds[1:-1]]
    if min(borders, default=1.0) < 1e-5 or not 1e-5 < at_m < length - 1e-5:
        return
    touched = [
        10 + k
        for k, (low, high) in enumerate(pairwise(found.bounds))
        if low < at_m + half_m and high > at_m - half_m
    ]
    assert list(held_at(found.held(half_m), at_m)) == touched
    assert found.cell_at(at_m) in touched


@given(cuts())
def test_the_parts_of_a_lane_join_and_change_by_one_cell(cut) -> None:
    length, spots, cell_m = cut
    parts = lane(cell_bounds(0.0, length, spots, cell_m=cell_m)).held(cell_m / 2)
    assert parts[0].start_m == 0.0
    assert parts[-1].end_m == length
    for one, other in pairwise(parts):
        assert one.end_m == other.start_m
        assert len(set(one.cells) ^ set(other.cells)) == 1
