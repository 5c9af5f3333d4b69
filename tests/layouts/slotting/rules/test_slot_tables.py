"""What is read of items and locations, and how faults are told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from layouts.slotting.rules.settings import SlotRules
from layouts.slotting.rules.slot_items import SlotItem, read_slot_items
from layouts.slotting.rules.slot_locations import slot_locations
from spatial.errors import BadDataError
from spatial.model_yaml import validated


def table(path, text):
    path.write_text(text, encoding="utf-8")
    return path


def test_items_tell_what_their_cells_hold_and_nothing_else(tmp_path):
    path = table(
        tmp_path / "items.csv",
        "sku,mass_kg,length_mm,width_mm,height_mm,keep_upright,temperature,hazard,family,lot,stock\n"
        "A,2.5,100,200,300,yes,frozen,acid,F,L1,12\n"
        "B,,,,,,,,,,\n",
    )
    assert read_slot_items(path) == {
        "A": SlotItem(
            mass_kg=2.5,
            size_mm=(100, 200, 300),
            keep_upright=True,
            temperature="frozen",
            hazard="acid",
            family="F",
            lot="L1",
            stock=12,
        ),
        "B": SlotItem(),
    }


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("sku,mass_kg\nA,1\nA,2\n", "row 3 column 'sku' has 'A' again"),
        ("sku,mass_kg\nA,-1\n", "row 2 column 'mass_kg' is '-1': expected kg from 0 to 10000"),
        ("sku,mass_kg\nA,nan\n", "row 2 column 'mass_kg' is 'nan'"),
        ("sku,length_mm\nA,5\n", "row 2 tells only part of length_mm, width_mm, height_mm"),
        ("sku,stock\nA,1.5\n", "row 2 column 'stock' is '1.5': expected whole pieces"),
        ("sku,keep_upright\nA,maybe\n", "row 2 column 'keep_upright' is 'maybe': write yes or no"),
        ("sku,temprature\nA,frozen\n", "row 1 has a column 'temprature': known are sku, mass_kg"),
        ("sku,mass_kg\n", "has no SKUs below its header"),
        ("mass_kg\n1\n", "has no column 'sku'"),
    ],
)
def test_a_fault_in_items_is_told_with_row_column_and_remedy(tmp_path, text, told):
    path = table(tmp_path / "items.csv", text)
    with pytest.raises(BadDataError) as error:
        read_slot_items(path)
    assert str(error.value).startswith(f"{path} ")
    assert told in str(error.value)


def test_locations_have_what_the_hall_tells(hall):
    facility = hall(rows=2, bays=1, tiers=1)
    rack = facility.racks[0]
    strong = replace(rack, base_z_m=0.1, tiers=(replace(rack.tiers[0], extra={"load_limit_kg": 300}),))
    locations = slot_locations(replace(facility, racks=(strong, facility.racks[1])))
    low, high, other = locations[:3]
    assert (low.rack, low.bay, low.tier, low.aisles) == ("R0", 0, 0, ("A0",))
    assert (low.bottom_m, high.bottom_m, other.bottom_m) == (-0.1, 1.4, 0.0)
    assert (low.beam_kg, high.beam_kg, locations[3].beam_kg) == (None, 300.0, None)
    assert high.size_m == (0.9, 1.1, 1.2)


def test_a_rack_that_faces_no_aisle_is_its_own(hall):
    facility = replace(hall(rows=1, bays=1), aisles=())
    assert {place.aisles for place in slot_locations(facility)} == {("R0",)}


def test_a_row_goes_before_the_hall_and_the_rest_have_none(hall, tmp_path):
    facility = hall(rows=1, bays=1, tiers=1)
    path = table(
        tmp_path / "locations.csv",
        "location,width_m,max_mass_kg,zone,temperature,role,most_skus,families,hazards\n"
        "00-00-1,0.5,40,Z,frozen,reserve,3,F1 | F2,acid\n",
    )
    low, high = slot_locations(facility, path)
    assert (high.size_m, high.max_mass_kg, high.zone) == ((0.5, 1.1, 1.2), 40.0, "Z")
    assert (high.temperature, high.role, high.most_skus) == ("frozen", "reserve", 3)
    assert (high.families, high.hazards) == ({"F1", "F2"}, {"acid"})
    assert (low.zone, low.temperature, low.role, low.most_skus, low.families) == (None,) * 5


@pytest.mark.parametrize(
    ("row", "told"),
    [
        ("nowhere,1,pick,1", "row 2 column 'location' has 'nowhere', which facility 'T1' has not"),
        ("00-00-0,1,pick,1\n00-00-0,1,pick,1", "row 3 column 'location' has '00-00-0' again"),
        ("00-00-0,0,pick,1", "row 2 column 'height_m' is '0': expected m from 0.001 to 100"),
        ("00-00-0,1,front,1", "row 2 column 'role' is 'front': write pick or reserve"),
        ("00-00-0,1,pick,0", "row 2 column 'most_skus' is '0'"),
        ("00-00-0,1,pick,1.5", "row 2 column 'most_skus' is '1.5': expected a whole number"),
    ],
)
def test_a_fault_in_locations_is_told_with_row_column_and_remedy(hall, tmp_path, row, told):
    path = table(tmp_path / "locations.csv", f"location,height_m,role,most_skus\n{row}\n")
    with pytest.raises(BadDataError) as error:
        slot_locations(hall(rows=1, bays=1), path)
    assert told in str(error.value)


def test_settings_have_defaults_and_refuse_what_they_do_not_know():
    assert validated({}, SlotRules, source="slot.yaml") == SlotRules()
    assert validated({"cube": None}, SlotRules, source="slot.yaml").cube is None
    for record, told in (
        ({"cubes": {}}, "cubes: there is no such field"),
        ({"cube": {"fill_share": 1.2}}, "cube.fill_share"),
        ({"hazard": {"apart": [{"classes": ["a", "b"], "by": "bay", "metres": 2}]}}, "keep one of them"),
        ({"family": {"kept_in": [{"family": "F"}]}}, "name at least one"),
        ({"family": {"together": [{"family": "F"}, {"family": "F", "by": "bay"}]}}, "names 'F' twice"),
    ):
        with pytest.raises(BadDataError, match=r"slot\.yaml") as error:
            validated(record, SlotRules, source="slot.yaml")
        assert told in str(error.value)
