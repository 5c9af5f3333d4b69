"""Addresses as whoever walks the aisle reads them, whichever way the rows happen to be measured."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given
from hypothesis import strategies as st

from scans.recognition import as_built
from scans.recognition.aisles import FoundAisle, Side, find_aisles
from scans.recognition.building.floor import FloorSurface
from scans.recognition.places.addresses import Address, addresses
from scans.recognition.racks.blocks import axes_of
from scans.recognition.racks.rows import FoundRow
from scans.recognition.racks.tiers import FoundTier
from spatial.facility import Rack
from spatial.locations import location_box

BAYS, POSITIONS = 3, 3
FLOOR = FloorSurface(np.zeros(2), 0.5, np.zeros((2, 2)), 0.001)

yaws = st.floats(-math.pi, math.pi)


def row(v: float, yaw: float, *, flipped: bool = False, tiers: tuple[float, ...] = (1.5, 3.0)) -> FoundRow:
    """A row of three bays and 1.1 m depth; `flipped` measures the same one the other way round."""
    posts, faces = 0.05 + 2.8 * np.arange(BAYS + 1.0), (v, v + 1.1)
    if flipped:
        yaw, posts, faces = yaw + math.pi, -posts[::-1], (-faces[1], -faces[0])
    return FoundRow(
        yaw_rad=yaw,
        posts=posts,
        v0=faces[0],
        v1=faces[1],
        upright_width_m=0.1,
        height_m=tiers[-1] + 1.0,
        tiers=tuple(FoundTier(z, 0.12, 0.005) for z in tiers),
        sigma_m=0.01,
        evidence_points=1000,
        seen_posts=BAYS + 1,
        quality=0.8,
    )


def named(rows: list[FoundRow]) -> tuple[dict[str, npt.NDArray[np.float64]], tuple[FoundAisle, ...]]:
    """Every address with its location's centre (3,), rounded to a hundredth of a millimetre; and the aisles."""
    lanes, faces, mates = find_aisles(rows, ())
    aisle_of = as_built.aisle_of_sides(lanes)
    found: dict[str, npt.NDArray[np.float64]] = {}
    for i, each in enumerate(rows):
        rack = as_built.rack(i + 1, each, FLOOR, faces[i], mates.get(i))
        for address in listed(i, each, rack, lanes, aisle_of):
            assert address.id not in found
            center, _ = location_box(rack, address.bay, address.tier, address.position, address.positions)
            found[address.id] = np.array(center)
    return found, lanes


def listed(
    index: int, each: FoundRow, rack: Rack, lanes: tuple[FoundAisle, ...], aisle_of: Mapping[Side, int]
) -> list[Address]:
    return list(addresses(index, each, rack, (POSITIONS,) * len(rack.bays), lanes, aisle_of))


def pair(yaw: float, first: bool = False, second: bool = False) -> list[FoundRow]:
    return [row(0.0, yaw, flipped=first), row(4.1, yaw, flipped=second)]


@given(yaws, st.booleans(), st.booleans())
def test_odd_bays_lie_left_and_even_ones_right_and_count_from_the_entry(
    yaw: float, first: bool, second: bool
) -> None:
    places, (lane,) = named(pair(yaw, first, second))
    assert len(places) == 2 * BAYS * 3 * POSITIONS
    along = (lane.p1 - lane.p0) / np.linalg.norm(lane.p1 - lane.p0)
    for name, center in places.items():
        aisle, bay, level, position = map(int, name.split("-"))
        to_place = center[:2] - lane.p0
        is_left = along[0] * to_place[1] - along[1] * to_place[0] > 0
        assert is_left == (bay % 2 == 1)
        assert aisle == 1
        # level 1 stands on the floor; the next lie on the beams
        assert (level - 1) * 1.5 < center[2] < level * 1.5
        # frames are 2.8 m apart, three places of 0.9 m after an upright of 0.1 m
        s = 0.1 + (bay - 1) // 2 * 2.8 + (position - 0.5) * 0.9
        assert float(to_place @ along) == pytest.approx(s, abs=2e-4)  # the rack's values are in tenths of mm


@given(yaws, st.booleans())
def test_the_way_a_row_is_measured_does_not_change_its_addresses(yaw: float, first: bool) -> None:
    # the first row gives its aisle the direction
    as_is, _ = named(pair(yaw, first, False))
    turned, _ = named(pair(yaw, first, True))
    assert as_is.keys() == turned.keys()
    for name, center in as_is.items():
        np.testing.assert_allclose(turned[name], center, atol=3e-4)


def test_a_row_at_no_aisle_has_a_number_after_the_aisles() -> None:
    alone = row(0.0, 0.0)
    places, lanes = named([alone])
    assert lanes == ()
    assert {name.split("-")[0] for name in places} == {"01"}
    assert {int(name.split("-")[1]) % 2 for name in places} == {1}

    three, _ = named([*pair(0.0), row(30.0, 0.0)])
    assert {name.split("-")[0] for name in three} == {"01", "04"}


def test_numbers_are_as_wide_as_the_greatest_needs_so_that_they_sort() -> None:
    rack = as_built.rack(1, row(0.0, 0.0), FLOOR, (1,), None)
    for index, start in ((0, "01-"), (97, "98-"), (98, "99-"), (99, "100-")):
        assert listed(index, row(0.0, 0.0), rack, (), {})[0].id.startswith(start)


def test_nothing_fits_below_a_shelf_s_lowest_deck_nor_on_its_cover() -> None:
    shelf = row(0.0, 0.0, tiers=(0.15, 0.65, 1.15, 1.65))
    rack = replace(as_built.rack(1, shelf, FLOOR, (1,), None), kind="shelving", height_m=1.67)
    found = listed(0, shelf, rack, (), {})
    assert sorted({a.tier for a in found}) == [1, 2, 3]
    assert sorted({a.id.split("-")[2] for a in found}) == ["01", "02", "03"]
    open_top = replace(rack, height_m=2.1)
    assert sorted({a.tier for a in listed(0, shelf, open_top, (), {})}) == [1, 2, 3, 4]


def test_the_axes_of_a_flipped_row_are_those_of_the_same_place() -> None:
    # the fixture of this file: both rows fill the same ground
    one, other = row(2.0, 0.4), row(2.0, 0.4, flipped=True)
    np.testing.assert_allclose(one.center, other.center, atol=1e-12)
    np.testing.assert_allclose(axes_of(one.yaw_rad), -axes_of(other.yaw_rad), atol=1e-12)
