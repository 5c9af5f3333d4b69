"""A mistake made in a whole aisle is one finding, and what is left over is counted one by one."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layouts.addresses.fields import AddressField, FieldName
from layouts.addresses.findings import Finding, Listed
from layouts.addresses.number_places import addresses
from layouts.addresses.reconcile import reconcile_addresses
from layouts.addresses.scheme import Scheme
from layouts.demo_hall import demo_hall
from spatial.errors import BadDataError
from spatial.facility import Facility

Hall = Callable[..., Facility]
SCHEME = Scheme()


def with_places(facility: Facility, scheme: Scheme = SCHEME) -> list[Listed]:
    named = addresses(facility, scheme)
    return [Listed(address=named[place.id], at=place.center) for place in facility.locations]


def plain(rows: list[Listed]) -> list[Listed]:
    return [Listed(address=row.address) for row in rows]


def rewritten(
    rows: list[Listed], change: Callable[[dict[FieldName, int]], dict[FieldName, int]]
) -> list[Listed]:
    return [replace(row, address=SCHEME.format(change(SCHEME.parse(row.address)))) for row in rows]


def exchanged(rows: list[Listed], one: int, other: int) -> list[Listed]:
    mate = {one: other, other: one}
    return rewritten(rows, lambda n: {**n, "aisle": mate.get(n["aisle"], n["aisle"])})


def only_finding(facility: Facility, rows: list[Listed]) -> Finding:
    result = reconcile_addresses(facility, SCHEME, rows)
    assert result.verdict == "fail"
    assert len(result.findings) == 1, result.findings
    return result.findings[0]


def test_a_list_that_agrees_passes_when_it_tells_places_and_else_cannot_decide() -> None:
    rows = with_places(demo_hall())
    result = reconcile_addresses(demo_hall(), SCHEME, rows)
    assert (result.verdict, result.agreeing, result.listed, result.locations) == ("pass", 768, 768, 768)
    unplaced = reconcile_addresses(demo_hall(), SCHEME, plain(rows))
    assert (unplaced.verdict, unplaced.agreeing, unplaced.findings) == ("cannot_decide", 768, ())
    assert unplaced.notes[0].startswith("4 of 4 aisles have the same numbers as another")


def test_a_plain_list_passes_where_no_two_aisles_look_alike(grid_hall: Hall) -> None:
    facility = grid_hall(bays=(3, 4, 5))
    assert reconcile_addresses(facility, SCHEME, plain(with_places(facility))).verdict == "pass"


COUNTED = st.fixed_dictionaries(
    {
        "sides": st.sampled_from(("odd_left", "odd_right", "loop")),
        "progression": st.sampled_from(("from_entry", "to_entry")),
        "serpentine": st.booleans(),
        "blocks": st.sampled_from(("run_on", "new_hundred", "own_aisles")),
        "aisles_from": st.sampled_from(("left", "right")),
        "positions": st.sampled_from(("along", "left_to_right")),
    }
)


@given(counted=COUNTED, yaw_rad=st.floats(-3.0, 3.0), turned_racks=st.booleans())
@settings(max_examples=30, deadline=None)
def test_every_scheme_agrees_with_its_own_list_and_shows_an_exchange(
    grid_hall: Hall, counted: dict[str, Any], yaw_rad: float, turned_racks: bool
) -> None:
    facility = grid_hall(bays=(2, 3, 3), blocks=2, positions=2, yaw_rad=yaw_rad, turned_racks=turned_racks)
    names: tuple[FieldName, ...] = ("aisle", "bay", "level", "position")
    fields = tuple(AddressField(name=name, width=3) for name in names)
    scheme = Scheme(fields=fields, **counted)
    rows = with_places(facility, scheme)
    assert len({row.address for row in rows}) == len(rows)
    assert reconcile_addresses(facility, scheme, rows).verdict == "pass"
    mate = {1: 3, 3: 1}
    swapped = [
        replace(
            row, address=scheme.format({**numbers, "aisle": mate.get(numbers["aisle"], numbers["aisle"])})
        )
        for row in rows
        for numbers in (scheme.parse(row.address),)
    ]
    found = reconcile_addresses(facility, scheme, swapped).findings
    assert [(finding.kind, finding.aisles) for finding in found] == [("swapped_aisles", ("001", "003"))]


def test_rows_may_tell_the_location_instead_of_its_place() -> None:
    facility = demo_hall()
    rows = [Listed(address=place.id, location=place.id) for place in facility.locations]
    assert reconcile_addresses(facility, SCHEME, rows).verdict == "pass"
    assert only_finding(facility, exchanged(rows, 2, 3)).aisles == ("02", "03")


def test_two_exchanged_aisles_among_ten_thousand_locations_are_one_finding(grid_hall: Hall) -> None:
    facility = grid_hall(aisles=25, bays=25, tiers=3, positions=2, yaw_rad=0.4)
    rows = with_places(facility)
    assert len(rows) == 10_000
    finding = only_finding(facility, exchanged(rows, 7, 19))
    assert (finding.kind, finding.aisles, finding.count) == ("swapped_aisles", ("07", "19"), 800)
    assert finding.examples[0] == ("07-01-01-01", "19-01-01-01")


def test_exchanged_aisles_of_other_lengths_show_in_a_plain_list_too(grid_hall: Hall) -> None:
    facility = grid_hall(aisles=6, bays=(9, 10, 11, 12, 13, 14), tiers=2, positions=2)
    finding = only_finding(facility, plain(exchanged(with_places(facility), 2, 5)))
    assert (finding.kind, finding.aisles) == ("swapped_aisles", ("02", "05"))


@pytest.mark.parametrize("noise_step", [0, 50])
def test_the_exchange_is_found_in_a_list_with_faults(grid_hall: Hall, noise_step: int) -> None:
    facility = grid_hall(aisles=6, bays=10, tiers=2)
    rows = exchanged(with_places(facility), 2, 5)
    if noise_step:
        rows = [
            replace(row, address="01-99-01-01" if index % (2 * noise_step) else "DOCK 1")
            if index % noise_step == 7
            else row
            for index, row in enumerate(rows)
        ]
    findings = reconcile_addresses(facility, SCHEME, rows).findings
    assert [f.aisles for f in findings if f.kind == "swapped_aisles"] == [("02", "05")]
    assert len(findings) == (4 if noise_step else 1)


def test_bays_counted_from_the_other_end_of_an_aisle(grid_hall: Hall) -> None:
    facility = grid_hall(bays=5)

    def turn(n: dict[FieldName, int]) -> dict[FieldName, int]:
        return {**n, "bay": (10 if n["bay"] % 2 else 12) - n["bay"]} if n["aisle"] == 2 else n

    finding = only_finding(facility, rewritten(with_places(facility), turn))
    assert (finding.kind, finding.aisles, finding.count) == ("reversed_bays", ("02",), 16)
    assert finding.examples[0] == ("02-01-01-01", "02-09-01-01")


def test_swapped_sides_are_told_from_the_other_entry(grid_hall: Hall) -> None:
    facility = grid_hall(bays=5)
    sides = addresses(facility, Scheme(sides="odd_right"))
    entry = addresses(facility, SCHEME, depot=(0.0, 50.0))
    rows = [Listed(address=sides[place.id], at=place.center) for place in facility.locations]
    finding = only_finding(facility, rows)
    assert (finding.kind, finding.aisles, finding.count) == ("swapped_sides", ("01", "02", "03"), 60)
    mirrored = {"01": "03", "03": "01", "02": "02"}
    rows = [
        Listed(address=mirrored[entry[place.id][:2]] + entry[place.id][2:], at=place.center)
        for place in facility.locations
    ]
    finding = only_finding(facility, rows)
    assert (finding.kind, finding.aisles, finding.count) == ("other_end", ("01", "02", "03"), 60)


@pytest.mark.parametrize(
    ("name", "by", "kind"),
    [("bay", 1, "shifted_bays"), ("bay", 2, "shifted_bays"), ("level", -1, "shifted_levels")],
)
@pytest.mark.parametrize("placed", [True, False])
def test_numbers_shifted_by_one(grid_hall: Hall, name: FieldName, by: int, kind: str, placed: bool) -> None:
    facility = grid_hall(bays=5, tiers=2)
    rows = rewritten(with_places(facility), lambda n: {**n, name: n[name] + by})
    finding = only_finding(facility, rows if placed else plain(rows))
    assert (finding.kind, finding.by, finding.aisles) == (kind, by, ("01", "02", "03"))


@pytest.mark.parametrize("placed", [True, False])
def test_aisles_that_all_count_one_up_are_one_finding(grid_hall: Hall, placed: bool) -> None:
    facility = grid_hall(aisles=5)
    rows = rewritten(with_places(facility), lambda n: {**n, "aisle": n["aisle"] + 1})
    finding = only_finding(facility, rows if placed else plain(rows))
    assert finding.kind == "shifted_aisles"
    assert (finding.by, len(finding.aisles)) == (1, 5)


def test_an_aisle_under_a_number_that_is_nobodys(grid_hall: Hall) -> None:
    facility = grid_hall()
    rows = rewritten(with_places(facility), lambda n: {**n, "aisle": 44 if n["aisle"] == 3 else n["aisle"]})
    finding = only_finding(facility, rows)
    assert (finding.kind, finding.aisles, finding.examples[0]) == (
        "renumbered_aisle",
        ("03",),
        ("03-01-01-01", "44-01-01-01"),
    )


def test_single_faults_are_counted_with_examples(grid_hall: Hall) -> None:
    facility = grid_hall(bays=5)
    rows = with_places(facility)
    spoilt = [*rows[2:], Listed(address="GATE"), rows[5], Listed(address="77-01-01-01", at=(-50.0, 0.0, 0.0))]
    result = reconcile_addresses(facility, SCHEME, spoilt)
    told = {finding.kind: (finding.count, finding.examples[0]) for finding in result.findings}
    assert told == {
        "unreadable": (1, ("", "GATE")),
        "repeated": (1, ("", rows[5].address)),
        "missing": (2, (rows[0].address, "")),
        "extra": (1, ("", "77-01-01-01")),
    }
    assert result.agreeing == 58
    two = [
        replace(rows[0], address=rows[4].address),
        *rows[1:4],
        replace(rows[4], address=rows[0].address),
        *rows[5:],
    ]
    finding = only_finding(facility, two)
    assert (finding.kind, finding.count) == ("misplaced", 2)


def test_a_side_field_and_a_turned_hall_make_no_difference(grid_hall: Hall) -> None:
    facility = grid_hall(yaw_rad=math.pi / 3, turned_racks=True, blocks=2, bays=3)
    names: tuple[FieldName, ...] = ("aisle", "bay", "level")
    fields = (*(AddressField(name=name, width=3) for name in names), AddressField(name="side", width=1))
    scheme = Scheme(fields=fields, sides="same", blocks="new_hundred")
    rows = with_places(facility, scheme)
    assert reconcile_addresses(facility, scheme, rows).verdict == "pass"
    turned = [
        replace(row, address=scheme.format({**numbers, "side": 3 - numbers["side"]}))
        for row in rows
        for numbers in (scheme.parse(row.address),)
    ]
    assert [finding.kind for finding in reconcile_addresses(facility, scheme, turned).findings] == [
        "swapped_sides"
    ]


def test_a_scheme_that_the_hall_does_not_fit_is_an_error(grid_hall: Hall) -> None:
    narrow = Scheme(fields=(AddressField(name="aisle"), AddressField(name="bay", width=1)))
    with pytest.raises(BadDataError, match="location 'L0000/5/0/1': bay 11 does not fit 1 digits"):
        reconcile_addresses(grid_hall(bays=6), narrow, [])
