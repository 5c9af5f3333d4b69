"""A layout's own addresses are on its places, come back from the hall, and a wrong scheme is told with its line."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from layouts.addresses.number_places import addresses
from layouts.addresses.scheme import Scheme
from layouts.demo_hall import demo_hall
from layouts.layout_file.build_layout import build_layout
from layouts.layout_file.layout_fault import LayoutError
from layouts.layout_file.layout_model import Layout
from layouts.layout_file.layout_of import layout_of, left_out
from layouts.layout_file.read_layout import build_layout_file, read_layout
from layouts.layout_file.write_layout import layout_yaml
from spatial.facility import Facility

HALL: dict[str, Any] = {
    "id": "H",
    "building": {"width_m": 30, "depth_m": 60},
    "blocks": [
        {"id": "A", "at_m": [5, 8], "bays": 3, "rows": [1, 2, 1]},
        {"id": "B", "behind": "A", "bays": 4},
    ],
    "stations": [{"id": "D", "kind": "depot", "at_m": [3, 2]}],
}
OWN = """
addresses:
  fields:
    - {name: aisle, kind: letters, width: 1, without: IO}
    - {name: bay, width: 3, start: 10}
    - {name: level, width: 1, start: 0}
    - {name: position, width: 1}
  sides: odd_right
  blocks: new_hundred
  check: {modulus: 11, before: "-"}
"""


def built(extra: dict[str, Any]) -> Facility:
    return build_layout(Layout.model_validate({**HALL, **extra}))


def by_place(facility: Facility) -> dict[tuple[str, int, int, int], str]:
    return {(each.rack, each.bay, each.tier, each.position): each.id for each in facility.locations}


def test_places_have_the_addresses_of_the_scheme() -> None:
    hall = built(yaml.safe_load(OWN))
    named = by_place(hall)
    scheme = Scheme.model_validate(yaml.safe_load(OWN)["addresses"])
    assert named["R1", 0, 0, 1].startswith("A-010-0-1-")  # even bays left, from 10
    assert named["R2", 0, 0, 1].startswith("A-011-0-1-")
    assert named["R1", 2, 1, 3].startswith("A-014-1-3-")
    assert named["R5", 0, 0, 1].startswith("A-110-0-1-")  # the block behind: a new hundred
    assert {scheme.parse(name)["bay"] % 2 for (rack, *_), name in named.items() if rack == "R1"} == {0}
    assert len(set(named.values())) == len(hall.locations)


def test_without_the_key_the_names_are_those_they_were() -> None:
    assert by_place(built({}))["R6", 3, 2, 1] == "03-08-03-01"


def test_entry_m_decides_where_bays_begin() -> None:
    front = by_place(built({"addresses": {"entry_m": [3, 1]}, "stations": []}))
    back = by_place(built({"addresses": {"entry_m": [3, 59]}, "stations": []}))
    assert front["R1", 0, 0, 1] == "01-01-01-01"
    assert back["R1", 0, 0, 1] == "02-14-01-03"
    assert front == by_place(built({"addresses": {}}))


@pytest.mark.parametrize(
    ("text", "key", "words"),
    [
        ("addresses: {sides: left}", "addresses.sides", "'left' is not one of the known values"),
        ("addresses: {side: loop}", "addresses.side", "write sides"),
        ("addresses: {fields: [{name: aisle}, {name: level}]}", "addresses", "one of them must be the bay"),
        (
            "addresses: {fields: [{name: gang}, {name: bay}, {name: level}]}",
            "addresses.fields.0.name",
            "choose 'zone', 'aisle'",
        ),
        (
            "addresses: {fields: [{name: aisle}, {name: bay, width: 0}, {name: level}]}",
            "addresses.fields.1.width",
            "0 is below 1",
        ),
        (
            "addresses: {fields: [{name: aisle}, {name: bay}]}",
            "addresses",
            "give the scheme a field 'position'",
        ),
        (
            "addresses: {fields: [{name: aisle}, {name: bay, width: 1}, {name: level}, {name: position}]}",
            "addresses",
            "does not fit 1 digits: widen the field",
        ),
        ("addresses: {check: {modulus: 12}}", "addresses.check.modulus", "choose 10, 11 or 97"),
        ("addresses: {}\nstations: []", "addresses", "give entry_m, or a station of kind depot"),
        ("addresses: {entry_m: [3, 19.35]}", "addresses", "as far from the depot at one end as at the other"),
    ],
)
def test_a_scheme_that_does_not_fit_is_told_with_its_line(
    tmp_path: Path, text: str, key: str, words: str
) -> None:
    path = tmp_path / "hall.layout.yaml"
    record = {name: value for name, value in HALL.items() if name not in yaml.safe_load(text)}
    head = yaml.safe_dump(record)
    path.write_text(head + text + "\n", encoding="utf-8")
    with pytest.raises(LayoutError) as caught:
        build_layout_file(path)
    (told,) = str(caught.value).splitlines()
    assert told.startswith(f"{path}:{head.count(chr(10)) + 1}: {key}: ")
    assert words in told


SCHEMES = st.fixed_dictionaries(
    {
        "sides": st.sampled_from(("odd_left", "odd_right", "loop")),
        "blocks": st.sampled_from(("run_on", "new_hundred", "own_aisles")),
        "aisles_from": st.sampled_from(("left", "right")),
        "positions": st.sampled_from(("along", "left_to_right")),
        "separator": st.sampled_from(("-", ".", " ")),
        "serpentine": st.booleans(),
    }
)


@settings(max_examples=8, deadline=None)
@given(settings_of=SCHEMES, start=st.sampled_from((1, 10)), has_depot=st.booleans())
def test_a_scheme_comes_back_from_the_hall_it_is_on(
    settings_of: dict[str, Any], start: int, has_depot: bool
) -> None:
    fields = [
        {"name": "aisle"},
        {"name": "bay", "width": 3, "start": start},
        {"name": "level", "width": 1},
        {"name": "position", "width": 1},
    ]
    extra: dict[str, Any] = {"addresses": {**settings_of, "fields": fields}}
    if not has_depot:
        extra |= {"stations": []}
        extra["addresses"]["entry_m"] = [14, 1]
    hall = built(extra)
    layout = layout_of(hall)
    assert layout.addresses is not None
    again = build_layout(layout)
    assert sorted((place.id, place.tier) for place in again.locations) == sorted(
        (place.id, place.tier) for place in hall.locations
    )
    assert not any("another id" in told for told in left_out(hall, layout))


def test_ids_that_follow_no_scheme_are_made_anew_and_told() -> None:
    hall = demo_hall()
    odd = tuple(replace(place, id=f"P{37 * i % 1009}") for i, place in enumerate(hall.locations))
    hall = replace(hall, locations=odd)
    layout = layout_of(hall)
    assert layout.addresses is None
    assert left_out(hall, layout)[-1] == "768 of 768 places get another id: aisle, bay, level, position"
    assert layout_of(demo_hall()).addresses is None
    assert not any("another id" in told for told in left_out(demo_hall(), layout_of(demo_hall())))


def test_a_written_scheme_is_read_again(tmp_path: Path) -> None:
    hall = built(yaml.safe_load(OWN))
    layout = layout_of(hall)
    path = tmp_path / "hall.layout.yaml"
    path.write_text(layout_yaml(layout), encoding="utf-8")
    assert read_layout(path) == layout
    scheme = layout.addresses
    assert scheme is not None
    again = build_layout(layout)
    assert {place.id for place in again.locations} == {place.id for place in hall.locations}
    assert set(addresses(hall, scheme).values()) == {place.id for place in hall.locations}


def test_aisles_of_a_mezzanine_are_numbered_after_those_below() -> None:
    text = Path(__file__).with_name("two_levels.layout.yaml").read_text(encoding="utf-8")
    hall = build_layout(Layout.model_validate({**yaml.safe_load(text), "addresses": {}}))
    levels = {rack.id: rack.level for rack in hall.racks}
    aisles = {(levels[place.rack], place.id[:2]) for place in hall.locations}
    assert aisles == {("L0", "01"), ("L0", "02"), ("MEZZ", "03"), ("MEZZ", "04")}
    assert len({place.id for place in hall.locations}) == len(hall.locations)
