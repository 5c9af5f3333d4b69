"""Rules that cannot hold together, planted one way each: found exactly, and told with their numbers."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

from layouts.slotting.rules.broken import broken
from layouts.slotting.rules.build import hard_rules
from layouts.slotting.rules.least_conflict import Infeasible
from layouts.slotting.rules.settings import Apart, BeamLoad, Family, Hazard, KeptIn, SlotRules, Together
from layouts.slotting.rules.slot_items import SlotItem
from layouts.slotting.rules.slot_locations import SlotLocation
from layouts.slotting.rules.start import Start, feasible_start


def places(aisles: int = 3, bays: int = 4, **told) -> tuple[SlotLocation, ...]:
    """One rack an aisle, two tiers; bays are 1 m and racks 3 m apart."""
    return tuple(
        SlotLocation(
            id=f"{rack}-{bay}-{tier}",
            center=(1.0 * bay, 3.0 * rack, 1.5 * tier + 0.5),
            bottom_m=1.5 * tier,
            rack=f"R{rack}",
            bay=bay,
            tier=tier,
            aisles=(f"A{rack}",),
            size_m=(1.0, 1.0, 1.0),
            **told,
        )
        for rack in range(aisles)
        for bay in range(bays)
        for tier in range(2)
    )


def start_of(skus, items, locations, settings, *, now=None, fixed=()):
    built = hard_rules(skus, items, locations, settings)
    problem = SimpleNamespace(
        sku=tuple(skus),
        now=np.full(len(skus), -1) if now is None else np.array(now),
        fixed=np.isin(np.arange(len(skus)), fixed),
        rules=built.rules,
    )
    return feasible_start(problem, built.homes)


def named(count: int, first: str = "S") -> list[str]:
    return [f"{first}{number}" for number in range(count)]


def test_too_many_frozen_skus_for_one_sku_a_location():
    locations = tuple(
        replace(place, temperature="frozen") if place.rack == "R0" else place for place in places()
    )
    skus = named(12)
    items = {sku: SlotItem(temperature="frozen") for sku in skus}
    found = start_of(skus, items, locations, SlotRules())
    assert isinstance(found, Infeasible)
    assert found.rules == ("temperature: frozen", "SKUs a location")
    assert found.is_smallest
    assert set(found.skus) == set(skus)
    assert found.text == (
        "No plan exists: 2 rules cannot hold together (no smaller set is in conflict):\n"
        "- temperature: frozen: 12 SKUs, 8 locations for them\n"
        "- SKUs a location: 24 locations for 24 units in all\n"
        "- so 12 units have 8 locations, which hold 8: S0, S1, S2, S3, S4 …"
    )
    assert isinstance(start_of(skus[:8], items, locations, SlotRules()), Start)


def test_one_that_fits_nowhere():
    items = {"S0": SlotItem(), "S1": SlotItem(size_mm=(1100, 200, 200), keep_upright=True)}
    found = start_of(["S0", "S1"], items, places(), SlotRules())
    assert (found.rules, found.skus, found.is_smallest) == (("orientation",), ("S1",), True)
    assert found.facts[-1] == "so 1 unit may be nowhere: S1"


@pytest.mark.parametrize(("metres", "is_held"), [(3.0, True), (3.01, True), (8.3, False)])
def test_hazards_that_need_more_metres_than_the_hall_has(metres, is_held):
    settings = SlotRules(hazard=Hazard(apart=(Apart(classes=("acid", "acid"), metres=metres),)))
    skus = named(3)
    items = {sku: SlotItem(hazard="acid") for sku in skus}
    locations = places(bays=2)
    found = start_of(skus, items, locations, settings)
    assert isinstance(found, Start) is is_held
    if is_held:
        assert broken(skus, found.assignment.tolist(), items, locations, settings) == ()
    else:
        assert found.rules == (f"hazard: acid apart from acid ({metres:g} m)",)


def test_a_class_apart_from_itself_has_one_unit_an_aisle():
    settings = SlotRules(hazard=Hazard(apart=(Apart(classes=("acid", "acid"), by="aisle"),)))
    for count, is_held in ((3, True), (4, False)):
        skus = named(count)
        found = start_of(skus, {sku: SlotItem(hazard="acid") for sku in skus}, places(), settings)
        assert isinstance(found, Start) is is_held


def test_a_family_together_in_an_aisle_too_small_for_it():
    settings = SlotRules(family=Family(together=(Together(family="F"),)))
    for count, is_held in ((8, True), (9, False)):
        skus = named(count)
        items = {sku: SlotItem(family="F") for sku in skus}
        found = start_of(skus, items, places(), settings)
        assert isinstance(found, Start) is is_held
        if is_held:
            assert broken(skus, found.assignment.tolist(), items, places(), settings) == ()
        else:
            assert set(found.rules) == {"family: F together (one aisle)", "SKUs a location"}


def test_families_apart_and_kept_in_the_same_aisle():
    family = Family(
        kept_in=(KeptIn(family="F", aisles=("A1",)), KeptIn(family="G", aisles=("A1",))),
        apart=(Apart(classes=("F", "G"), by="aisle"),),
    )
    items = {"S0": SlotItem(family="F"), "S1": SlotItem(family="G"), "S2": SlotItem()}
    found = start_of(["S0", "S1", "S2"], items, places(), SlotRules(family=family))
    assert set(found.rules) == {
        "family: F in A1",
        "family: G in A1",
        "family: F apart from G (one aisle)",
    }
    assert (set(found.skus), found.is_smallest) == ({"S0", "S1"}, True)


def test_beams_that_carry_too_little_where_hazards_may_not_stand_on_the_floor():
    locations = tuple(
        replace(place, hazards=frozenset({"acid"})) if place.tier == 1 and place.rack == "R0" else place
        for place in places(bays=2)
    )
    skus = named(2)
    items = {sku: SlotItem(hazard="acid", mass_kg=60) for sku in skus}
    found = start_of(skus, items, locations, SlotRules(beam_load=BeamLoad(most_kg=50)))
    assert set(found.rules) == {"hazard: acid where it is accepted", "beam load"}


def test_what_is_fixed_in_breach_is_told_as_fixed():
    locations = tuple(replace(place, role="reserve") if place.tier else place for place in places())
    found = start_of(["S0"], {}, locations, SlotRules(), now=[1], fixed=[0])
    assert set(found.rules) == {"role: pick faces", "fixed: units that stay where they are"}


def test_a_conflict_of_classes_in_a_large_hall_is_proven():
    locations = tuple(
        replace(place, temperature="frozen") if place.rack == "R7" else place
        for place in places(aisles=20, bays=30)
    )
    skus = named(900)
    items = {sku: SlotItem(temperature="ambient") for sku in skus}
    items["S5"] = SlotItem(temperature="frozen", hazard="acid")
    items["S6"] = SlotItem(temperature="frozen", hazard="alkali")
    settings = SlotRules(hazard=Hazard(apart=(Apart(classes=("acid", "alkali"), by="aisle"),)))
    found = start_of(skus, items, locations, settings)
    assert set(found.rules) == {"temperature: frozen", "hazard: acid apart from alkali (one aisle)"}
    assert (set(found.skus), found.is_smallest) == ({"S5", "S6"}, True)
