"""Addresses follow from where things stand: entry, side, order and block, in halls small enough to draw."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from itertools import product
from typing import Any

import pytest

from layouts.addresses.fields import AddressField, FieldName
from layouts.addresses.number_places import addresses
from layouts.addresses.scheme import Scheme
from layouts.demo_hall import demo_hall
from spatial.errors import BadDataError, UndecidedError
from spatial.facility import Aisle, Facility

Hall = Callable[..., Facility]


def fields(*names: FieldName, **bay: Any) -> tuple[AddressField, ...]:
    return tuple(AddressField(name=name, **(bay if name == "bay" else {})) for name in names)


AISLE_BAY_LEVEL = fields("aisle", "bay", "level")


def row(facility: Facility, scheme: Scheme, rack: str, **told: Any) -> str:
    """The floor addresses of a rack's bays, in the order of its bays."""
    named = addresses(facility, scheme, **told)
    bays = next(len(r.bays) for r in facility.racks if r.id == rack)
    return " ".join(named[f"{rack}/{bay}/0/1"].removesuffix("-01") for bay in range(bays))


def test_the_demo_hall_is_addressed_by_the_default_scheme() -> None:
    assert all(location == address for location, address in addresses(demo_hall(), Scheme()).items())


@pytest.mark.parametrize(
    ("settings", "left", "right"),
    [
        ({}, "01-01 01-03 01-05 01-07", "01-02 01-04 01-06 01-08"),
        ({"sides": "odd_right"}, "01-02 01-04 01-06 01-08", "01-01 01-03 01-05 01-07"),
        ({"progression": "to_entry"}, "01-07 01-05 01-03 01-01", "01-08 01-06 01-04 01-02"),
        ({"sides": "loop"}, "01-01 01-02 01-03 01-04", "01-08 01-07 01-06 01-05"),
        (
            {"sides": "loop", "progression": "to_entry"},
            "01-04 01-03 01-02 01-01",
            "01-05 01-06 01-07 01-08",
        ),
        ({"aisles_from": "right"}, "03-01 03-03 03-05 03-07", "03-02 03-04 03-06 03-08"),
        (
            {"fields": fields("aisle", "bay", "level", start=10)},
            "01-11 01-13 01-15 01-17",
            "01-10 01-12 01-14 01-16",
        ),
        (
            {"fields": fields("aisle", "bay", "level", stride=5, skipped=(11,))},
            "01-01 01-21 01-31 01-41",
            "01-02 01-12 01-22 01-32",
        ),
    ],
)
def test_bays_are_counted_as_the_scheme_says(grid_hall: Hall, settings: Any, left: str, right: str) -> None:
    scheme = Scheme(**{"fields": AISLE_BAY_LEVEL, **settings})
    for turned, yaw in product((False, True), (0.0, 2.0)):
        facility = grid_hall(yaw_rad=yaw, turned_racks=turned)
        assert row(facility, scheme, "L0000") == left
        mirrored = " ".join(right.split()[::-1]) if turned else right
        assert row(facility, scheme, "R0000") == mirrored


def test_every_second_aisle_of_a_serpentine_is_entered_from_its_other_end(grid_hall: Hall) -> None:
    scheme = Scheme(fields=AISLE_BAY_LEVEL, serpentine=True)
    assert row(grid_hall(), scheme, "L0000") == "01-01 01-03 01-05 01-07"
    assert row(grid_hall(), scheme, "L0001") == "02-08 02-06 02-04 02-02"
    assert row(grid_hall(), scheme, "R0001") == "02-07 02-05 02-03 02-01"
    assert row(grid_hall(), scheme, "L0002") == "03-01 03-03 03-05 03-07"


def test_aisles_are_entered_where_the_depot_is_nearer_unless_told(grid_hall: Hall) -> None:
    scheme = Scheme(fields=AISLE_BAY_LEVEL)
    behind = grid_hall(depot=(6.0, 30.0))
    assert row(behind, scheme, "R0002") == "01-07 01-05 01-03 01-01"
    assert row(behind, scheme, "R0002", depot=(6.0, -9.0)) == "03-02 03-04 03-06 03-08"
    told = {"A0001": (6.0, 0.0), "A0000": (0.0, 0.0)}
    assert row(behind, scheme, "R0002", entries=told) == "03-02 03-04 03-06 03-08"
    only_one = {"A0001": (6.0, 11.2)}
    assert row(grid_hall(), scheme, "L0001", entries=only_one) == "02-08 02-06 02-04 02-02"


def test_an_unknown_entry_is_no_guess(grid_hall: Hall) -> None:
    with pytest.raises(UndecidedError, match="no depot, so the entry of its aisles is unknown"):
        addresses(grid_hall(depot=None), Scheme(fields=AISLE_BAY_LEVEL))
    with pytest.raises(UndecidedError, match=r"as far from the depot at one end .* tell their entries"):
        addresses(grid_hall(depot=(-5.0, 5.6)), Scheme(fields=AISLE_BAY_LEVEL))
    with pytest.raises(BadDataError, match="entries: there is no aisle 'A9'"):
        addresses(grid_hall(), Scheme(), entries={"A9": (0.0, 0.0)})


@pytest.mark.parametrize(
    ("blocks", "first", "second"),
    [
        ("run_on", "02-01 02-03", "02-05 02-07"),
        ("new_hundred", "02-001 02-003", "02-101 02-103"),
        ("own_aisles", "02-01 02-03", "05-01 05-03"),
    ],
)
def test_behind_a_cross_aisle(grid_hall: Hall, blocks: Any, first: str, second: str) -> None:
    width = 3 if blocks == "new_hundred" else 2
    scheme = Scheme(fields=fields("aisle", "bay", "level", width=width), blocks=blocks)
    facility = grid_hall(blocks=2, bays=2)
    assert row(facility, scheme, "L0001") == first
    assert row(facility, scheme, "L1001") == second


def test_the_order_in_which_aisles_are_drawn_does_not_matter(grid_hall: Hall) -> None:
    facility = grid_hall(blocks=3, bays=2)
    first, second, third = (facility.aisles[block * 3 : block * 3 + 3] for block in range(3))
    drawn = replace(facility, aisles=(*third, *first, *second[::-1]))
    assert addresses(drawn, Scheme()) == addresses(facility, Scheme())


def test_a_cross_aisle_through_one_long_aisle_starts_a_new_hundred(grid_hall: Hall) -> None:
    scheme = Scheme(fields=fields("aisle", "bay", "level", width=3), blocks="new_hundred")
    facility = grid_hall()
    cross = Aisle(id="X", level="L0", p0=(-3.0, 5.6), p1=(18.0, 5.6), clear_width_m=2.0, cross=True)
    crossed = replace(facility, aisles=(*facility.aisles, cross))
    assert row(crossed, scheme, "L0000") == "01-001 01-003 01-101 01-103"
    full = scheme.model_copy(update={"hundred": 2})
    with pytest.raises(BadDataError, match="bay 3 is in the next hundred already: set hundred above 2"):
        addresses(crossed, full)


def test_positions_count_away_from_the_entry_or_from_left_to_right(grid_hall: Hall) -> None:
    facility = grid_hall(positions=3, turned_racks=True)
    along = addresses(facility, Scheme())
    assert [along[f"R0000/3/0/{position}"] for position in (1, 2, 3)] == [
        "01-02-01-03",
        "01-02-01-02",
        "01-02-01-01",
    ]
    facing = addresses(facility, Scheme(positions="left_to_right"))
    assert [facing[f"R0000/3/0/{position}"][-1] for position in (1, 2, 3)] == ["1", "2", "3"]
    assert [facing[f"L0000/0/0/{position}"][-1] for position in (1, 2, 3)] == ["1", "2", "3"]


def test_aisles_that_run_another_way_are_another_zone(grid_hall: Hall) -> None:
    one, other = grid_hall(aisles=2), grid_hall(aisles=2, yaw_rad=math.pi / 2)
    moved = [
        replace(rack, id="2" + rack.id, center=(rack.center[0] - 20, rack.center[1])) for rack in other.racks
    ]
    lanes = [
        replace(
            aisle,
            id="2" + aisle.id,
            racks=tuple("2" + rack for rack in aisle.racks),
            p0=(aisle.p0[0] - 20, aisle.p0[1]),
            p1=(aisle.p1[0] - 20, aisle.p1[1]),
        )
        for aisle in other.aisles
    ]
    places = [replace(place, id="2" + place.id, rack="2" + place.rack) for place in other.locations]
    both = replace(
        one,
        racks=(*one.racks, *moved),
        aisles=(*one.aisles, *lanes),
        locations=(*one.locations, *places),
    )
    zoned = Scheme(fields=(AddressField(name="zone", kind="letters", width=1), *AISLE_BAY_LEVEL))
    assert row(both, zoned, "2L0001") == "B-02-01 B-02-03 B-02-05 B-02-07"
    assert row(both, Scheme(fields=AISLE_BAY_LEVEL), "2L0001") == "04-01 04-03 04-05 04-07"


def test_two_locations_of_one_address_are_named_with_the_remedy(grid_hall: Hall) -> None:
    same = Scheme(fields=AISLE_BAY_LEVEL, sides="same")
    with pytest.raises(
        BadDataError, match=r"'L0000/0/0/1' and 'R0000/0/0/1' both get address '01-01-01': .* 'side'"
    ):
        addresses(grid_hall(), same)
    sided = Scheme(
        fields=(*AISLE_BAY_LEVEL, AddressField(name="side", kind="names", names=("L", "R"))), sides="same"
    )
    assert addresses(grid_hall(), sided)["R0000/2/1/1"] == "01-03-02-R"
    with pytest.raises(BadDataError, match="give the scheme a field 'position'"):
        addresses(grid_hall(positions=2), Scheme(fields=AISLE_BAY_LEVEL))
    with pytest.raises(BadDataError, match="location 'L0009/0/0/1': aisle 10 does not fit 1 digits"):
        addresses(
            grid_hall(aisles=10), Scheme(fields=(AddressField(name="aisle", width=1), *AISLE_BAY_LEVEL[1:]))
        )


def test_a_rack_row_that_faces_no_aisle_is_named(grid_hall: Hall) -> None:
    facility = grid_hall()
    with pytest.raises(UndecidedError, match="bay 0 of rack 'L0000' faces no aisle"):
        addresses(
            replace(facility, racks=tuple(replace(rack, faces=()) for rack in facility.racks)), Scheme()
        )


def test_a_hall_with_racks_on_one_side_has_odd_bays_only(hall: Hall) -> None:
    named = addresses(hall(), Scheme(fields=AISLE_BAY_LEVEL, sides="odd_right"))
    assert len(set(named.values())) == len(named) == 24
    assert {int(address.split("-")[1]) % 2 for address in named.values()} == {1}
