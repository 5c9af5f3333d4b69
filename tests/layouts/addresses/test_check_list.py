"""A list file held against a hall: planted faults are named with their rows, and nothing is made up."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from layouts.addresses.address_table import address_table
from layouts.addresses.check_digit import CheckDigit
from layouts.addresses.check_list import check_list, entries_of
from layouts.addresses.fields import AddressField
from layouts.addresses.findings import Listed
from layouts.addresses.location_list import LocationList, read_location_list
from layouts.addresses.number_places import addresses
from layouts.addresses.scheme import Scheme, read_scheme, scheme_yaml
from layouts.addresses.text import finding_text, reconciliation_dict, reconciliation_text
from layouts.demo_hall import demo_hall
from spatial.errors import BadDataError, UndecidedError
from spatial.facility import Facility

Hall = Callable[..., Facility]
SCHEME = Scheme()
CHECKED = Scheme(check=CheckDigit(modulus=97))


def rows_of(facility: Facility, scheme: Scheme = SCHEME, *, heights: bool = True) -> list[Listed]:
    named = addresses(facility, scheme)
    return [
        Listed(address=named[place.id], at=(*place.center[:2], place.center[2] if heights else math.nan))
        for place in facility.locations
    ]


def swapped(rows: Sequence[Listed], one: int, other: int, scheme: Scheme = SCHEME) -> list[Listed]:
    mate = {one: other, other: one}
    told = []
    for row in rows:
        numbers = scheme.parse(row.address)
        numbers["aisle"] = mate.get(numbers["aisle"], numbers["aisle"])
        told.append(replace(row, address=scheme.format(numbers)))
    return told


def as_source(rows: Sequence[Listed]) -> LocationList:
    return LocationList(listed=tuple(rows), row=tuple(range(2, 2 + len(rows))), defects=())


@pytest.mark.parametrize("heights", [True, False])
@pytest.mark.parametrize("given_scheme", [True, False])
def test_swapped_aisles_are_told_in_words_with_their_rows(
    grid_hall: Hall, heights: bool, given_scheme: bool
) -> None:
    facility = grid_hall(aisles=10, bays=10, tiers=2, positions=2)
    rows = swapped(rows_of(facility, heights=heights), 7, 8)
    check = check_list(facility, rows, scheme=SCHEME if given_scheme else None)
    (finding,) = check.found.findings
    assert finding_text(finding) == "aisles 07 and 08 are swapped: 240 locations"
    wrong = {i for i, row in enumerate(rows) if row.address[:2] in ("07", "08")}
    assert set(finding.rows) == wrong
    record = reconciliation_dict(check.found, as_source(rows))
    assert record["findings"][0]["rows"] == [2 + i for i in sorted(wrong)]
    first = record["findings"][0]["examples"][0]
    assert rows[first["row"] - 2].address == first["list"]


def test_the_rows_of_every_kind_of_finding_are_told(grid_hall: Hall) -> None:
    facility = grid_hall(aisles=4, bays=6)
    rows = rows_of(facility, CHECKED)
    wrong = rows[0].address[:-2] + ("00" if rows[0].address[-2:] != "00" else "01")
    spoilt = [replace(rows[0], address=wrong), Listed(address="DOCK"), *rows[1:], rows[5]]
    found = check_list(facility, spoilt, scheme=CHECKED).found
    assert {finding.kind: finding.rows for finding in found.findings} == {
        "wrong_check": (0,),
        "unreadable": (1,),
        "repeated": (len(spoilt) - 1,),
        "missing": (),
    }
    text = reconciliation_text(found, as_source(spoilt))
    assert text.startswith("fail: 95 of 96 locations agree with the list of 98 rows")
    assert f"1 row: wrong check digit\n  row 2: {wrong}" in text
    assert "1 row: no address of the scheme\n  row 3: DOCK" in text
    assert f"1 location: not in the list, in aisle 01\n  {rows[0].address} is not there" in text


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_findings_name_the_planted_rows_and_no_others(grid_hall: Hall, data: st.DataObject) -> None:
    facility = grid_hall(
        aisles=5, bays=data.draw(st.integers(3, 6)), tiers=2, yaw_rad=data.draw(st.floats(-3, 3))
    )
    scheme = Scheme(
        sides=data.draw(st.sampled_from(("odd_left", "odd_right", "loop"))),
        serpentine=data.draw(st.booleans()),
        separator=data.draw(st.sampled_from(("-", "."))),
    )
    rows = rows_of(facility, scheme, heights=data.draw(st.booleans()))
    assert check_list(facility, rows, scheme=scheme).found.verdict == "pass"
    assert check_list(facility, rows).found.findings == ()
    count = data.draw(st.integers(1, max(1, len(rows) // 20)))
    spoilt = data.draw(st.lists(st.integers(0, len(rows) - 1), min_size=count, max_size=count, unique=True))
    for i in spoilt:
        rows[i] = replace(rows[i], address=data.draw(st.sampled_from(("DOCK", "99-99-99-99", ""))) + str(i))
    told = {i for finding in check_list(facility, rows, scheme=scheme).found.findings for i in finding.rows}
    assert told == set(spoilt)


def test_a_list_that_fits_no_hall_or_several_schemes_is_undecided(grid_hall: Hall) -> None:
    facility = grid_hall(aisles=4, bays=5)
    plain = [Listed(address=row.address) for row in rows_of(facility)]
    found = check_list(facility, plain).found
    assert (found.verdict, found.findings) == ("cannot_decide", ())
    assert found.notes[-1].endswith("add coordinates to its rows, or tell the scheme")
    strange = [Listed(address=f"{400 + i}-{i % 7}") for i in range(60)]
    with pytest.raises(UndecidedError, match=r"no scheme explains the list: .* tell the scheme"):
        check_list(facility, strange)
    with pytest.raises(UndecidedError, match="'GRID' has no locations to hold a list against"):
        check_list(replace(facility, locations=()), plain)


@pytest.mark.parametrize("depot", [(7.0, -9.0), (7.0, 30.0)])
def test_without_a_depot_the_entry_is_where_most_agree_and_told(grid_hall: Hall, depot: Any) -> None:
    facility = grid_hall(depot=depot, bays=5)
    rows = rows_of(facility)
    closed = replace(facility, stations=())
    assert len(entries_of(closed)) == 2
    for scheme in (SCHEME, None):
        check = check_list(closed, rows, scheme=scheme)
        assert check.found.verdict == "pass"
        assert check.found.notes[-1].startswith("'GRID' has no depot: aisles are taken to be entered from")
    assert check_list(closed, rows, scheme=SCHEME, depot=depot).found.notes == ()


def test_a_file_is_read_with_its_headers_units_and_row_numbers(tmp_path: Path) -> None:
    hall = demo_hall()
    lines = [
        f"{place.id};900;{place.center[0] * 1000:.0f};{place.center[1] * 1000:.0f}"
        for place in hall.locations
    ]
    path = tmp_path / "bins.csv"
    path.write_text(
        "\n".join(["Lagerplatz;Breite;X [mm];Y (mm)", *lines, ";;;", "X-1;1;zz;3"]), encoding="utf-8"
    )
    source = read_location_list(path)
    assert (source.row[0], source.row[-1], len(source.listed)) == (2, 771, 769)
    assert [(each.kind, each.row) for each in source.defects] == [
        ("blank-row", 770),
        ("malformed-number", 771),
    ]
    assert source.listed[-1] == Listed(address="X-1")
    at = source.listed[0].at
    assert at is not None
    assert at[:2] == pytest.approx(hall.locations[0].center[:2], abs=0.001)
    assert math.isnan(at[2])
    assert check_list(hall, source.listed[:-1], scheme=SCHEME).found.verdict == "pass"


def test_a_parquet_table_and_one_with_no_coordinates_are_read(tmp_path: Path) -> None:
    hall = demo_hall()
    path = tmp_path / "bins.parquet"
    table = {"bin": [each.id for each in hall.locations]}
    table |= {f"{axis}_m": [each.center[i] for each in hall.locations] for i, axis in enumerate("xyz")}
    pq.write_table(pa.table(table), path)
    assert check_list(hall, read_location_list(path).listed).found.verdict == "pass"
    plain = tmp_path / "plain.csv"
    plain.write_text("\n".join(["location", *table["bin"]]), encoding="utf-8")
    assert [row.at for row in read_location_list(plain).listed] == [None] * len(hall.locations)


def test_what_a_header_does_not_say_must_be_told(tmp_path: Path) -> None:
    hall = demo_hall()
    path = tmp_path / "bins.csv"
    lines = [
        f"{each.id},{each.center[0]:.3f},{each.center[1]:.3f}"
        for each in hall.locations
        if min(map(abs, each.center[:2])) >= 1.0  # 0.543 has no marks of thousands
    ]
    path.write_text("\n".join(["location,x,y", *lines]), encoding="utf-8")
    with pytest.raises(BadDataError, match=r"set tables\.locations\.columns\.x_m\.unit to one of mm, cm, m"):
        read_location_list(path)
    with pytest.raises(BadDataError, match=r"set tables\.locations\.decimal to '\.' or ','"):
        read_location_list(path, unit="m")
    told = read_location_list(path, unit="m", decimal=".")
    assert read_location_list(path, unit="m", facility=hall) == told
    at = told.listed[0].at
    assert at is not None
    assert at[:2] == pytest.approx(hall.locations[0].center[:2], abs=0.001)


def test_the_table_of_a_hall_agrees_with_it_and_a_scheme_is_written_as_it_was(tmp_path: Path) -> None:
    hall = demo_hall()
    scheme = Scheme(
        fields=(AddressField(name="aisle", width=3), AddressField(name="bay", start=10), *SCHEME.fields[2:]),
        sides="odd_right",
        separator="",
        prefix="W ",
        check=CheckDigit(modulus=11, before="-"),
    )
    path = tmp_path / "addresses.csv"
    path.write_text(address_table(hall, scheme), encoding="utf-8")
    source = read_location_list(path)
    assert check_list(hall, source.listed, scheme=scheme).found.verdict == "pass"
    assert [row.address for row in source.listed] == sorted(addresses(hall, scheme).values())
    written = tmp_path / "scheme.yaml"
    for each in (scheme, SCHEME):
        written.write_text(scheme_yaml(each), encoding="utf-8")
        assert read_scheme(written) == each
